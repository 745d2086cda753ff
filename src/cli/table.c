/* Rows of text under headings, aligned. */
#include "cli/table.h"

#include <stdbool.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { COLUMNS_MAX = 12, CELL_MAX = 60 };

struct table {
    size_t columns, rows, room;
    size_t width[COLUMNS_MAX];
    const char *headings[COLUMNS_MAX];
    char **cells; /* rows * columns */
};

/* Columns on a terminal: code points, not bytes. */
static size_t width_of(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        if (((unsigned char)*text & 0xC0) != 0x80)
            n++;
    return n;
}

struct table *table_new(const char *const *headings)
{
    struct table *t = mem_new(sizeof *t);
    for (; headings[t->columns] != NULL && t->columns < COLUMNS_MAX; t->columns++) {
        const char *h = headings[t->columns];
        t->headings[t->columns] = h;
        t->width[t->columns] = width_of(h[0] == '>' ? h + 1 : h);
    }
    return t;
}

void table_row(struct table *t, const char *const *cells)
{
    if (t->rows == t->room) {
        t->room = t->room == 0 ? 64 : t->room * 2;
        t->cells = mem_resize(t->cells, t->room * t->columns * sizeof *t->cells);
    }
    for (size_t c = 0; c < t->columns; c++) {
        size_t w = width_of(cells[c]);
        t->cells[t->rows * t->columns + c] = mem_text(cells[c]);
        if (w > t->width[c])
            t->width[c] = w < CELL_MAX ? w : CELL_MAX;
    }
    t->rows++;
}

static void print_cell(const struct table *t, FILE *out, size_t c, const char *text)
{
    const bool number = t->headings[c][0] == '>';
    const size_t w = width_of(text), pad = w < t->width[c] ? t->width[c] - w : 0;

    if (number)
        fprintf(out, "%*s", (int)pad, "");
    fputs(text, out);
    if (c + 1 < t->columns)
        fprintf(out, "%*s", (int)(number ? 2 : pad + 2), "");
}

static void print_row(const struct table *t, FILE *out, size_t row)
{
    for (size_t c = 0; c < t->columns; c++)
        print_cell(t, out, c, t->cells[row * t->columns + c]);
    fputc('\n', out);
}

static void print_all(const struct table *t, FILE *out)
{
    for (size_t c = 0; c < t->columns; c++)
        print_cell(t, out, c,
                   t->headings[c][0] == '>' ? t->headings[c] + 1 : t->headings[c]);
    fputc('\n', out);
    for (size_t r = 0; r < t->rows; r++)
        print_row(t, out, r);
}

void table_print(struct table *t, FILE *out)
{
    if (out != NULL)
        print_all(t, out);
    for (size_t i = 0; i < t->rows * t->columns; i++)
        free(t->cells[i]);
    free(t->cells);
    free(t);
}
