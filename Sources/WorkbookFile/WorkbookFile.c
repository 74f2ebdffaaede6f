#include "WorkbookFile.h"

#include <dlfcn.h>
#include <stdio.h>
#include <xlsxwriter.h>

static void *library;

// A function of the library, by the type that its header gives it.
#define XLSX(name) ((__typeof__(&name))dlsym(library, #name))

// Those that every cell needs, looked up once.
static __typeof__(&worksheet_write_string) write_string;
static __typeof__(&worksheet_write_number) write_number;

// What libxlsxwriter needs itself comes first: a package that brings all of them along has them in a
// folder where only the program looks.
static const char *const libraries[] = {
    "libz.so.1", "libcrypto.so.3", "libminizip.so.1", "libxlsxwriter.so.4"};

const char *costsim_workbook_load(void) {
  static char reason[256];
  if (library) return NULL;
  void *found = NULL;
  for (size_t place = 0; place < sizeof libraries / sizeof *libraries; place++)
    found = dlopen(libraries[place], RTLD_NOW | RTLD_GLOBAL);
  if (!found) {
    const char *text = dlerror();
    snprintf(reason, sizeof reason, "%s", text ? text : "it cannot be loaded");
    return reason;
  }
  library = found;
  write_string = XLSX(worksheet_write_string);
  write_number = XLSX(worksheet_write_number);
  return NULL;
}

const char *costsim_workbook_reason(int error) { return XLSX(lxw_strerror)((lxw_error)error); }

costsim_workbook *costsim_workbook_start(const char *path, const char *title, int64_t created) {
  lxw_workbook_options options = {.constant_memory = LXW_TRUE, .use_zip64 = LXW_FALSE};
  lxw_workbook *book = XLSX(workbook_new_opt)(path, &options);
  if (!book) return NULL;
  lxw_doc_properties properties = {
      .title = (char *)title, .author = "costsim", .created = (time_t)created};
  XLSX(workbook_set_properties)(book, &properties);
  return (costsim_workbook *)book;
}

int costsim_workbook_finish(costsim_workbook *book) {
  return XLSX(workbook_close)((lxw_workbook *)book);
}

costsim_format *costsim_workbook_format(
    costsim_workbook *book, const char *number, bool bold, bool wraps, uint32_t fill) {
  lxw_format *format = XLSX(workbook_add_format)((lxw_workbook *)book);
  if (number) XLSX(format_set_num_format)(format, number);
  if (bold) XLSX(format_set_bold)(format);
  if (wraps) XLSX(format_set_text_wrap)(format);
  if (fill) XLSX(format_set_bg_color)(format, fill);
  XLSX(format_set_align)(format, LXW_ALIGN_VERTICAL_TOP);
  return (costsim_format *)format;
}

costsim_sheet *costsim_workbook_sheet(costsim_workbook *book, const char *name) {
  return (costsim_sheet *)XLSX(workbook_add_worksheet)((lxw_workbook *)book, name);
}

int costsim_sheet_text(
    costsim_sheet *sheet, costsim_cell cell, const char *text, costsim_format *format) {
  return write_string(
      (lxw_worksheet *)sheet, cell.row, (lxw_col_t)cell.column, text, (lxw_format *)format);
}

int costsim_sheet_number(
    costsim_sheet *sheet, costsim_cell cell, double value, costsim_format *format) {
  return write_number(
      (lxw_worksheet *)sheet, cell.row, (lxw_col_t)cell.column, value, (lxw_format *)format);
}

int costsim_sheet_boolean(
    costsim_sheet *sheet, costsim_cell cell, bool value, costsim_format *format) {
  return XLSX(worksheet_write_boolean)(
      (lxw_worksheet *)sheet, cell.row, (lxw_col_t)cell.column, value, (lxw_format *)format);
}

int costsim_sheet_formula(
    costsim_sheet *sheet, costsim_cell cell, const char *formula, double value,
    costsim_format *format) {
  return XLSX(worksheet_write_formula_num)(
      (lxw_worksheet *)sheet, cell.row, (lxw_col_t)cell.column, formula, (lxw_format *)format,
      value);
}

int costsim_sheet_link(
    costsim_sheet *sheet, costsim_cell cell, const char *place, const char *text) {
  return XLSX(worksheet_write_url_opt)(
      (lxw_worksheet *)sheet, cell.row, (lxw_col_t)cell.column, place, NULL, text, NULL);
}

int costsim_sheet_width(costsim_sheet *sheet, uint32_t column, double characters) {
  return XLSX(worksheet_set_column)(
      (lxw_worksheet *)sheet, (lxw_col_t)column, (lxw_col_t)column, characters, NULL);
}

void costsim_sheet_freeze(costsim_sheet *sheet, costsim_cell cell) {
  XLSX(worksheet_freeze_panes)((lxw_worksheet *)sheet, cell.row, (lxw_col_t)cell.column);
}

int costsim_sheet_filter(costsim_sheet *sheet, costsim_cell first, costsim_cell last) {
  return XLSX(worksheet_autofilter)(
      (lxw_worksheet *)sheet, first.row, (lxw_col_t)first.column, last.row,
      (lxw_col_t)last.column);
}

costsim_chart *costsim_workbook_chart(
    costsim_workbook *book, costsim_chart_kind kind, const char *title, const char *categories,
    const char *values, const char *value_format) {
  static const uint8_t types[] = {
      [costsim_chart_columns] = LXW_CHART_COLUMN,
      [costsim_chart_stacked] = LXW_CHART_COLUMN_STACKED,
      [costsim_chart_lines] = LXW_CHART_LINE};
  lxw_chart *chart = XLSX(workbook_add_chart)((lxw_workbook *)book, types[kind]);
  if (!chart) return NULL;
  XLSX(chart_title_set_name)(chart, title);
  lxw_chart_axis *x = XLSX(chart_axis_get)(chart, LXW_CHART_AXIS_TYPE_X);
  lxw_chart_axis *y = XLSX(chart_axis_get)(chart, LXW_CHART_AXIS_TYPE_Y);
  XLSX(chart_axis_set_name)(x, categories);
  XLSX(chart_axis_set_name)(y, values);
  XLSX(chart_axis_set_num_format)(y, value_format);
  return (costsim_chart *)chart;
}

void costsim_chart_series(
    costsim_chart *chart, const char *name, const char *sheet, uint32_t first, uint32_t last,
    uint32_t categories, uint32_t values) {
  lxw_chart_series *series = XLSX(chart_add_series)((lxw_chart *)chart, NULL, NULL);
  XLSX(chart_series_set_categories)(
      series, sheet, first, (lxw_col_t)categories, last, (lxw_col_t)categories);
  XLSX(chart_series_set_values)(series, sheet, first, (lxw_col_t)values, last, (lxw_col_t)values);
  XLSX(chart_series_set_name)(series, name);
}

int costsim_sheet_draw(costsim_sheet *sheet, costsim_cell cell, costsim_chart *chart) {
  lxw_chart_options options = {.x_scale = 1.6, .y_scale = 1.4};
  return XLSX(worksheet_insert_chart_opt)(
      (lxw_worksheet *)sheet, cell.row, (lxw_col_t)cell.column, (lxw_chart *)chart, &options);
}
