/* Rows of text under headings, aligned, for people. */
#ifndef DRAY_CLI_TABLE_H
#define DRAY_CLI_TABLE_H

#include <stdio.h>

struct table;

/* Headings end with NULL; a heading that begins with '>' is a column of numbers, to the
 * right. */
struct table *table_new(const char *const *headings);
/* One row, a text for each heading; copied. */
void table_row(struct table *t, const char *const *cells);
/* Prints and frees; only frees when `out` is NULL. */
void table_print(struct table *t, FILE *out);

#endif
