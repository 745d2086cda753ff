/* Rows of a file that belong together. */
#include "workflow/feed_group.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/mem.h"
#include "workflow/feed_row.h"

enum { MEMORY_MAX = 256 * 1024 * 1024, VALUE_MAX = 64 * 1024 };

/* One row, as far as it could be understood. */
struct member {
    const char *key;      /* whose row it is: what it belongs to */
    struct json *fields;  /* without the list */
    struct json *element; /* of the list; NULL: the row is wrong */
    const char *id;
    int64_t line;
};

struct feed_groups {
    const struct setup *setup;
    const struct feed *feed;
    struct arena memory;
    struct member *members;
    size_t count, room;
    size_t next; /* the first member of the next group */
    bool sorted, spoiled;
};

struct feed_groups *groups_new(const struct setup *setup, const struct feed *feed)
{
    struct feed_groups *g = mem_new(sizeof *g);
    g->setup = setup;
    g->feed = feed;
    arena_init(&g->memory);
    return g;
}

void groups_free(struct feed_groups *g)
{
    if (g == NULL)
        return;
    arena_clear(&g->memory);
    free(g->members);
    free(g);
}

void groups_spoil(struct feed_groups *g)
{
    g->spoiled = true;
}

/* ---- gathering ---- */

/* The same order and the same box are the same report. */
static const char *key_of(struct feed_groups *g, const struct json *fields)
{
    static const char *const parts[] = {"account", "order", "trackingNumber", "box"};
    struct buf key;
    buf_init(&key, VALUE_MAX);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const struct json *part = json_get(fields, parts[i]);
        if (part != NULL)
            json_write(&key, part);
        buf_char(&key, '|');
    }
    const char *text = arena_copy(&g->memory, buf_str(&key), key.len);
    buf_clear(&key);
    return text;
}

enum err groups_add(struct feed_groups *g, const struct json *row, int64_t line,
                    struct fault *f)
{
    struct member m = {.line = line};

    if (g->memory.used > MEMORY_MAX) {
        g->spoiled = true;
        return fault_set(f, ERR_LIMIT,
                         "the rows before take %d MiB: split the file, none of it was "
                         "taken",
                         MEMORY_MAX >> 20);
    }
    enum err e = feed_row(g->setup, g->feed, &g->memory, row, &m.fields, &m.id, f);
    if (e != ERR_OK) {
        g->spoiled = true;
        return e;
    }
    m.key = key_of(g, m.fields);
    e = feed_element(g->feed, &g->memory, row, &m.element, f);
    g->members = mem_grow(g->members, g->count, &g->room, sizeof *g->members);
    g->members[g->count++] = m;
    return e;
}

/* ---- putting together ---- */

static int compare_members(const void *left, const void *right)
{
    const struct member *l = left, *r = right;
    const int order = strcmp(l->key, r->key);
    return order != 0 ? order : (l->line > r->line) - (l->line < r->line);
}

static bool is_later(const struct json *at, const struct json *than)
{
    int64_t one, other;
    return json_str(at) != NULL && json_str(than) != NULL &&
           instant_parse(json_str(at), &one, NULL, NULL) == ERR_OK &&
           instant_parse(json_str(than), &other, NULL, NULL) == ERR_OK && one > other;
}

static bool same_value(const struct json *a, const struct json *b)
{
    struct buf one, other;
    buf_init(&one, VALUE_MAX);
    buf_init(&other, VALUE_MAX);
    json_write(&one, a);
    json_write(&other, b);
    const bool same = strcmp(buf_str(&one), buf_str(&other)) == 0;
    buf_clear(&one);
    buf_clear(&other);
    return same;
}

/* Adds what `to` does not say; of times the latest counts. False: it says something else.
 */
static bool add_field(struct arena *a, struct json *to, const struct json *one)
{
    const struct json *there = json_get(to, one->key);
    const bool is_time = strcmp(one->key, "at") == 0;
    if (there == NULL || (is_time && is_later(one, there)))
        json_set(a, to, one->key, json_copy(a, one));
    else if (!is_time)
        return same_value(one, there);
    return true;
}

/* The members of tables one by one: a row without the weight's value still has its unit.
 */
static bool add_value(struct arena *a, struct json *to, const struct json *one)
{
    struct json *there = (struct json *)(uintptr_t)json_get(to, one->key);
    bool same = true;
    if (there == NULL || there->type != JSON_OBJECT || one->type != JSON_OBJECT)
        return add_field(a, to, one);
    for (const struct json *m = one->first; same && m != NULL; m = m->next)
        same = add_field(a, there, m);
    return same;
}

static enum err merge(struct feed_groups *g, struct json *fields, const struct member *m,
                      struct fault *f)
{
    for (const struct json *one = m->fields->first; one != NULL; one = one->next)
        if (!add_value(&g->memory, fields, one))
            return fault_set(f, ERR_INPUT,
                             "not taken, since line %lld belongs to it and says another "
                             "%s",
                             (long long)m->line, one->key);
    return ERR_OK;
}

static enum err put_together(struct feed_groups *g, const struct member *list,
                             size_t count, struct feed_group *group, struct fault *f)
{
    struct json *fields = json_copy(&g->memory, list[0].fields);
    struct json *elements = json_array(&g->memory);
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        if (list[i].element == NULL)
            e = fault_set(f, ERR_INPUT,
                          "not taken, since line %lld belongs to it and is wrong",
                          (long long)list[i].line);
        else
            e = merge(g, fields, &list[i], f);
        if (e == ERR_OK)
            json_push(elements, list[i].element);
    }
    json_set(&g->memory, fields, g->feed->list, elements);
    *group =
        (struct feed_group){.fields = fields, .id = list[0].id, .line = list[0].line};
    return e;
}

static void sort_once(struct feed_groups *g)
{
    if (!g->sorted && g->count > 0)
        qsort(g->members, g->count, sizeof *g->members, compare_members);
    g->sorted = true;
}

enum err groups_next(struct feed_groups *g, struct feed_group *group, bool *more,
                     struct fault *f)
{
    size_t count = 1;

    sort_once(g);
    *more = g->next < g->count && !g->spoiled;
    if (g->spoiled)
        return fault_set(f, ERR_INPUT,
                         "nothing of it was taken: nobody can say to which report its "
                         "wrong rows belong");
    if (!*more)
        return ERR_OK;
    const struct member *first = &g->members[g->next];
    while (g->next + count < g->count && strcmp(first[count].key, first->key) == 0)
        count++;
    g->next += count;
    group->line = first->line;
    return put_together(g, first, count, group, f);
}
