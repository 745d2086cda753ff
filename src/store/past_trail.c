/* Trails read. */
#include "store/past_trail.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/statement.h"

enum { COLUMNS_MAX = 8 };

/* A line of a row's trail. */
struct line {
    int64_t moment;
    char column;
    const char *was;
};

static struct change *add(struct trail *t)
{
    if (t->count == t->room) {
        t->room = t->room == 0 ? 1024 : 2 * t->room;
        t->list = mem_resize(t->list, t->room * sizeof *t->list);
    }
    return &t->list[t->count++];
}

/* "41984 s2" up to the line's end; the text after it, or NULL when nothing is left. */
static const char *read_line(struct arena *a, const char *at, struct line *line)
{
    char *end;
    const size_t len = strcspn(at, "\n");
    if (len == 0)
        return NULL;
    line->moment = strtoll(at, &end, 10);
    line->column = end[0] == ' ' ? end[1] : '\0';
    if (line->column == '\0')
        return NULL;
    line->was = arena_copy(a, end + 2, len - (size_t)(end + 2 - at));
    return at[len] == '\n' ? at + len + 1 : at + len;
}

static size_t count_lines(const char *past)
{
    size_t count = 0;
    for (; *past != '\0'; past++)
        count += *past == '\n';
    return count;
}

/* Goes back from what the row is: what stands in a column after a change is what a later
 * change found there. At the beginning stands what the earliest change found. */
static void add_row(struct trail *t, enum past_kind kind, int64_t row, const char *past,
                    const char *columns, const char **now)
{
    const size_t most = count_lines(past);
    struct line *lines = arena_new(&t->memory, (most + 1) * sizeof *lines);
    size_t count = 0;
    while (count < most) {
        past = read_line(&t->memory, past, &lines[count]);
        if (past == NULL)
            break;
        count++;
    }
    for (size_t i = count; i-- > 0;) {
        const char *column = strchr(columns, lines[i].column);
        struct change *c = add(t);
        *c = (struct change){.moment = lines[i].moment,
                             .row = row,
                             .place = (int)i,
                             .kind = kind,
                             .column = lines[i].column,
                             .value = ""};
        if (column != NULL) {
            c->value = now[column - columns];
            now[column - columns] = lines[i].was;
        }
    }
    for (size_t i = 0; count > 0 && columns[i] != '\0'; i++)
        *add(t) = (struct change){lines[0].moment, row, 0, kind, columns[i], now[i]};
    if (count > 0 && kind == PAST_RECORD)
        *add(t) = (struct change){lines[0].moment, row, 0, kind, 'b', ""};
}

static enum err read_rows(struct trail *t, struct store *s, enum past_kind kind,
                          const char *sql, const char *columns, struct fault *f)
{
    const char *now[COLUMNS_MAX];
    struct query q;
    query_read(&q, s, sql, f);
    while (query_row(&q)) {
        for (int i = 0; columns[i] != '\0'; i++)
            now[i] = arena_text(&t->memory, row_text(&q, 2 + i));
        add_row(t, kind, row_int(&q, 0), row_text(&q, 1), columns, now);
    }
    return query_end(&q);
}

/* A row's beginning comes before what stood in it then, and its text after that. */
static int rank(const struct change *c)
{
    return c->column == 'n' ? 0 : c->column == 'b' ? 2 : 1;
}

static int compare(const void *left, const void *right)
{
    const struct change *l = left, *r = right;
    if (l->moment != r->moment)
        return l->moment < r->moment ? -1 : 1;
    if (l->kind != r->kind)
        return l->kind < r->kind ? -1 : 1;
    if (l->row != r->row)
        return l->row < r->row ? -1 : 1;
    if (l->place != r->place)
        return l->place < r->place ? -1 : 1;
    return rank(l) != rank(r) ? rank(l) - rank(r) : l->column - r->column;
}

enum err trail_read(struct trail *t, struct store *s, struct fault *f)
{
    *t = (struct trail){0};
    arena_init(&t->memory);
    enum err e = read_rows(
        t, s, PAST_RECORD,
        "SELECT id, past, cast(state AS TEXT), cast(flags AS TEXT), cast(ordered_ms AS"
        " TEXT), cast(ship_by_ms AS TEXT), warehouse, status FROM old.record",
        "sfodwt", f);
    if (e == ERR_OK)
        e = read_rows(t, s, PAST_PAPER,
                      "SELECT id, past, cast(latest AS TEXT), cast(void_ms AS TEXT),"
                      " cast(received_ms AS TEXT), tracking, ship_method FROM old.paper",
                      "lvrkm", f);
    if (t->count > 0)
        qsort(t->list, t->count, sizeof *t->list, compare);
    return e;
}

void trail_clear(struct trail *t)
{
    arena_clear(&t->memory);
    free(t->list);
    *t = (struct trail){0};
}
