// The peer of `--ledger`: the rows of a database's table `call_log`, written once more by the raw C API
// with one prepared insert and the same index. Reading them is not timed.
// cc -O2 raw-ledger.c -o raw-ledger -lsqlite3; raw-ledger FROM.sqlite TO.sqlite
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 10000, COLUMNS = 64 };

static sqlite3 *source, *target;

static void check(int code, sqlite3 *database) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  fprintf(stderr, "raw-ledger: %s\n", sqlite3_errmsg(database));
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static void run(const char *sql) { check(sqlite3_exec(target, sql, 0, 0, 0), target); }

// The statements that made the table and its indices.
static void copy_schema(const char *type) {
  sqlite3_stmt *made;
  check(sqlite3_prepare_v2(source, "SELECT sql FROM sqlite_schema WHERE tbl_name = 'call_log' "
                           "AND type = ? AND sql IS NOT NULL", -1, &made, 0), source);
  sqlite3_bind_text(made, 1, type, -1, SQLITE_STATIC);
  while (sqlite3_step(made) == SQLITE_ROW) run((const char *)sqlite3_column_text(made, 0));
  sqlite3_finalize(made);
}

int main(int count, char **arguments) {
  static sqlite3_value *values[BATCH][COLUMNS];
  sqlite3_stmt *select, *insert;
  if (count != 3) return fprintf(stderr, "usage: raw-ledger FROM.sqlite TO.sqlite\n"), 2;
  remove(arguments[2]);
  check(sqlite3_open_v2(arguments[1], &source, SQLITE_OPEN_READONLY, 0), source);
  check(sqlite3_open_v2(arguments[2], &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                        SQLITE_OPEN_NOMUTEX, 0), target);
  check(sqlite3_prepare_v2(source, "SELECT * FROM call_log", -1, &select, 0), source);
  int columns = sqlite3_column_count(select);
  if (columns > COLUMNS) return fprintf(stderr, "raw-ledger: too many columns\n"), 1;
  run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; "
      "PRAGMA cache_size = -65536; BEGIN");
  copy_schema("table");
  char sql[64 + 2 * COLUMNS] = "INSERT INTO call_log VALUES (?";
  for (int column = 1; column < columns; column++) strcat(sql, ",?");
  check(sqlite3_prepare_v2(target, strcat(sql, ")"), -1, &insert, 0), target);
  long rows = 0;
  double spent = 0;
  for (int batch = BATCH; batch == BATCH; rows += batch) {
    for (batch = 0; batch < BATCH && sqlite3_step(select) == SQLITE_ROW; batch++)
      for (int column = 0; column < columns; column++)
        values[batch][column] = sqlite3_value_dup(sqlite3_column_value(select, column));
    double start = now();
    for (int row = 0; row < batch; row++) {
      for (int column = 0; column < columns; column++)
        sqlite3_bind_value(insert, column + 1, values[row][column]);
      check(sqlite3_step(insert), target);
      sqlite3_reset(insert);
    }
    spent += now() - start;
    for (int row = 0; row < batch; row++)
      for (int column = 0; column < columns; column++) sqlite3_value_free(values[row][column]);
  }
  double start = now();
  copy_schema("index");
  run("COMMIT");
  spent += now() - start;
  printf("rows %ld seconds %.3f\n", rows, spent);
  return 0;
}
