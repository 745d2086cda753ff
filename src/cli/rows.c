/* The same rows as a table or as JSON lines. */
#include "cli/rows.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/table.h"

enum { CELLS_MAX = 12 };

struct rows {
    struct table *table; /* NULL: JSON */
    struct arena memory; /* of the present row */
    struct json *object;
    const char *cells[CELLS_MAX];
    size_t count;
    struct buf text; /* one JSON line */
    FILE *out, *err;
    size_t printed;
};

struct rows *rows_new(const char *const *headings, FILE *out)
{
    struct rows *r = mem_new(sizeof *r);
    if (headings != NULL)
        r->table = table_new(headings);
    arena_init(&r->memory);
    buf_init(&r->text, 16u << 20);
    r->out = out;
    r->err = stderr;
    return r;
}

struct rows *rows_of(const struct invocation *in, const char *const *headings)
{
    struct rows *r = rows_new(headings, in->out);
    r->err = in->err;
    return r;
}

void rows_begin(struct rows *r)
{
    arena_reset(&r->memory);
    r->object = json_object(&r->memory);
    r->count = 0;
}

static void cell(struct rows *r, const char *text)
{
    if (r->count < CELLS_MAX)
        r->cells[r->count++] = arena_text(&r->memory, text);
}

void rows_text(struct rows *r, const char *name, const char *text)
{
    json_set_str(&r->memory, r->object, name, text);
    cell(r, text);
}

void rows_extra(struct rows *r, const char *name, const char *text)
{
    json_set_str(&r->memory, r->object, name, text);
}

void rows_cell(struct rows *r, const char *text)
{
    cell(r, text);
}

void rows_extra_time(struct rows *r, const char *name, int64_t ms)
{
    char text[INSTANT_TEXT];
    if (ms == 0)
        return;
    instant_format(ms, text);
    rows_extra(r, name, text);
}

void rows_extra_flag(struct rows *r, const char *name, bool yes)
{
    json_set(&r->memory, r->object, name, json_boolean(&r->memory, yes));
}

void rows_number(struct rows *r, const char *name, int64_t number)
{
    json_set(&r->memory, r->object, name, json_integer(&r->memory, number));
    cell(r, arena_format(&r->memory, "%lld", (long long)number));
}

void rows_time(struct rows *r, const char *name, int64_t ms)
{
    char text[INSTANT_TEXT];
    if (ms == 0 || ms == INT64_MAX || ms == INSTANT_NONE) {
        cell(r, "-");
        return;
    }
    instant_format(ms, text);
    rows_text(r, name, text);
}

void rows_end(struct rows *r)
{
    r->printed++;
    if (r->table != NULL) {
        table_row(r->table, r->cells);
        return;
    }
    buf_reset(&r->text);
    json_write(&r->text, r->object);
    fprintf(r->out, "%s\n", buf_str(&r->text));
}

void rows_print(struct rows *r, const char *none)
{
    if (r->printed == 0)
        fprintf(r->err, "%s\n", none);
    if (r->table != NULL)
        table_print(r->table, r->printed == 0 ? NULL : r->out);
    buf_clear(&r->text);
    arena_clear(&r->memory);
    free(r);
}
