/* The same rows as a table for people or as JSON, one object a line, for programs. */
#ifndef DRAY_CLI_ROWS_H
#define DRAY_CLI_ROWS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/command.h"

struct rows;

/* With headings: a table, printed at the end, with the cells in their order. NULL: JSON
 * lines, each printed at once. */
struct rows *rows_new(const char *const *headings, FILE *out);
/* The same on the streams of a command. */
struct rows *rows_of(const struct invocation *in, const char *const *headings);
void rows_begin(struct rows *r);
/* A cell; its name is the JSON member. */
void rows_text(struct rows *r, const char *name, const char *text);
void rows_number(struct rows *r, const char *name, int64_t number);
/* An instant in UTC; 0 and "never" are shown as "-" and left out of the JSON. */
void rows_time(struct rows *r, const char *name, int64_t ms);
/* A cell that is not in the JSON: a number there, words here. */
void rows_cell(struct rows *r, const char *text);
/* Only in the JSON. */
void rows_extra(struct rows *r, const char *name, const char *text);
void rows_extra_time(struct rows *r, const char *name, int64_t ms); /* not when 0 */
void rows_extra_flag(struct rows *r, const char *name, bool yes);
void rows_end(struct rows *r);
/* Prints and frees. `none` is said to people (on stderr, or the command's) when there is
 * no row. */
void rows_print(struct rows *r, const char *none);

#endif
