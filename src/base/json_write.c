/* JSON trees to text: compact, in order or with sorted keys.
 *
 * Sorted text is what digests are made of: equal content, equal text. A list of open
 * containers takes the place of recursion. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

/* An open container. */
struct level {
    const struct json *container;
    const struct json *next;    /* its next child, in order */
    const struct json **sorted; /* its children by key, or NULL */
    size_t done;                /* children begun */
};

struct writer {
    struct buf *out;
    bool sort;
    struct level *levels;
    size_t depth, cap;
};

/* ---- strings ---- */

static void write_escape(struct buf *out, unsigned char c)
{
    static const char letters[] = "\"\\\b\f\n\r\t", meanings[] = "\"\\bfnrt";
    const char *found = c == '\0' ? NULL : strchr(letters, c);
    if (found == NULL) {
        buf_format(out, "\\u%04x", c);
        return;
    }
    char escape[2] = {'\\', meanings[found - letters]};
    buf_add(out, escape, sizeof escape);
}

void json_write_string(struct buf *out, const char *text, size_t len)
{
    const char *end = text + len, *start = text;
    buf_char(out, '"');
    for (const char *p = text; p < end; p++) {
        unsigned char c = (unsigned char)*p;
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(out, start, (size_t)(p - start));
        write_escape(out, c);
        start = p + 1;
    }
    buf_add(out, start, (size_t)(end - start));
    buf_char(out, '"');
}

/* ---- trees ---- */

static void open_level(struct writer *w, const struct json *container)
{
    w->levels = mem_grow(w->levels, w->depth, &w->cap, sizeof *w->levels);
    bool object = container->type == JSON_OBJECT;
    w->levels[w->depth++] = (struct level){
        .container = container,
        .next = container->first,
        .sorted = object && w->sort ? json_sorted(container) : NULL,
    };
    buf_char(w->out, object ? '{' : '[');
}

static void write_value(struct writer *w, const struct json *value)
{
    switch (value->type) {
    case JSON_NULL:
        buf_text(w->out, "null");
        break;
    case JSON_BOOL:
        buf_text(w->out, value->yes ? "true" : "false");
        break;
    case JSON_INT:
        buf_format(w->out, "%" PRId64, value->number);
        break;
    case JSON_DECIMAL:
        buf_add(w->out, value->text, value->len);
        break;
    case JSON_STRING:
        json_write_string(w->out, value->text, value->len);
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        open_level(w, value);
        break;
    }
}

/* The next child of the innermost container, or NULL. */
static const struct json *next_child(struct level *level)
{
    if (level->done == level->container->count)
        return NULL;
    const struct json *child = level->next;
    if (level->sorted != NULL)
        child = level->sorted[level->done];
    else
        level->next = child->next;
    level->done++;
    return child;
}

static void close_level(struct writer *w)
{
    struct level *level = &w->levels[--w->depth];
    free(level->sorted);
    buf_char(w->out, level->container->type == JSON_OBJECT ? '}' : ']');
}

static void write_child(struct writer *w, const struct json *child)
{
    const struct level *level = &w->levels[w->depth - 1];
    if (level->done > 1)
        buf_char(w->out, ',');
    if (level->container->type == JSON_OBJECT) {
        json_write_string(w->out, child->key, strlen(child->key));
        buf_char(w->out, ':');
    }
    write_value(w, child);
}

static void write_tree(struct buf *out, const struct json *value, bool sort)
{
    struct writer w = {.out = out, .sort = sort};
    if (value == NULL)
        buf_text(out, "null");
    else
        write_value(&w, value);
    while (w.depth > 0) {
        const struct json *child = next_child(&w.levels[w.depth - 1]);
        if (child == NULL)
            close_level(&w);
        else
            write_child(&w, child);
    }
    free(w.levels);
}

void json_write(struct buf *out, const struct json *value)
{
    write_tree(out, value, false);
}

void json_write_sorted(struct buf *out, const struct json *value)
{
    write_tree(out, value, true);
}
