#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Workbooks of spreadsheets (.xlsx), written by libxlsxwriter, which is loaded when the first one is
// begun: no other command waits for it, and the program runs where it is not installed.
// Rows and columns count from 0. Rows of a sheet are written from the top down: they go to the disk
// as the next one begins. What returns an int returns 0, or an error for `costsim_workbook_reason`.

typedef struct costsim_workbook costsim_workbook;
typedef struct costsim_sheet costsim_sheet;
typedef struct costsim_format costsim_format;
typedef struct costsim_chart costsim_chart;

typedef struct {
  uint32_t row, column;
} costsim_cell;

/// Loads the library. NULL if it is there, else why not; the text lives as long as the program.
const char *costsim_workbook_load(void);

const char *costsim_workbook_reason(int error);

/// A workbook that will lie at `path`. `created` are seconds since 1970: the same bytes each time.
costsim_workbook *costsim_workbook_start(const char *path, const char *title, int64_t created);

/// Writes the file and frees the workbook with all that belongs to it.
int costsim_workbook_finish(costsim_workbook *);

/// `number` is a number format of spreadsheets, in its English form, or NULL. A `fill` of 0 is none,
/// else it is 0xRRGGBB.
costsim_format *costsim_workbook_format(
    costsim_workbook *, const char *number, bool bold, bool wraps, uint32_t fill);

/// NULL if the name is taken, has more than 31 characters, or one of []:*?/\.
costsim_sheet *costsim_workbook_sheet(costsim_workbook *, const char *name);

int costsim_sheet_text(costsim_sheet *, costsim_cell, const char *, costsim_format *);
int costsim_sheet_number(costsim_sheet *, costsim_cell, double, costsim_format *);
int costsim_sheet_boolean(costsim_sheet *, costsim_cell, bool, costsim_format *);
/// A formula in its English form, and the value that it has.
int costsim_sheet_formula(
    costsim_sheet *, costsim_cell, const char *formula, double value, costsim_format *);
/// A link to a place of this workbook, such as `internal:'costs'!A1`.
int costsim_sheet_link(costsim_sheet *, costsim_cell, const char *place, const char *text);
int costsim_sheet_width(costsim_sheet *, uint32_t column, double characters);
/// The rows above and the columns to the left of the cell stay where they are.
void costsim_sheet_freeze(costsim_sheet *, costsim_cell);
/// Filters in the row of the first cell, over the rows to the last.
int costsim_sheet_filter(costsim_sheet *, costsim_cell first, costsim_cell last);

typedef enum {
  costsim_chart_columns,
  costsim_chart_stacked,
  costsim_chart_lines
} costsim_chart_kind;

/// A chart without series, which is nowhere yet.
costsim_chart *costsim_workbook_chart(
    costsim_workbook *, costsim_chart_kind, const char *title, const char *categories,
    const char *values, const char *value_format);
/// Categories and values are columns of a sheet, from a row to another, both included.
void costsim_chart_series(
    costsim_chart *, const char *name, const char *sheet, uint32_t first, uint32_t last,
    uint32_t categories, uint32_t values);
/// Puts a chart with all its series where its upper left corner is at the cell.
int costsim_sheet_draw(costsim_sheet *, costsim_cell, costsim_chart *);
