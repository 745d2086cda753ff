/* The JSON reader: whole and cut reading give the same events, errors and places; what is
 * taken builds a tree, and the tree's own text builds the same tree. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/json_reader.h"

enum { MAX = 1 << 14, EVENTS_MAX = 32 * MAX };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition)
        abort();
}

/* What a reader said, as bytes that can be compared. */
struct record {
    struct buf events;
    struct json_reader *reader;
    bool in_string; /* parts of a string may be cut otherwise */
};

static enum err note(void *arg, enum json_event event, const char *text, size_t len,
                     struct fault *f)
{
    struct record *r = arg;
    (void)f;
    if (event != JSON_EV_PART || !r->in_string)
        buf_format(&r->events, "\n%d ", (int)event);
    r->in_string = event == JSON_EV_PART;
    bool worded =
        event == JSON_EV_KEY || event == JSON_EV_PART || event == JSON_EV_NUMBER;
    if (worded)
        buf_add(&r->events, text, len);
    if (event != JSON_EV_PART)
        buf_format(&r->events, " @%zu", json_reader_offset(r->reader));
    return ERR_OK;
}

/* Feeds pieces of exactly their bytes; the result and what was said are in `r` and `f`.
 */
static enum err read_cut(const uint8_t *data, size_t len, size_t step, struct record *r,
                         struct fault *f)
{
    enum err e = ERR_OK;
    *r = (struct record){0};
    buf_init(&r->events, EVENTS_MAX);
    r->reader = json_reader_new(note, r);
    for (size_t i = 0; e == ERR_OK && i < len; i += step) {
        size_t n = step < len - i ? step : len - i;
        char *copy = malloc(n);
        must(copy != NULL);
        memcpy(copy, data + i, n);
        e = json_reader_feed(r->reader, copy, n, f);
        free(copy);
    }
    if (e == ERR_OK)
        e = json_reader_end(r->reader, f);
    return e;
}

static void clear(struct record *r)
{
    json_reader_free(r->reader);
    buf_clear(&r->events);
}

/* Complete events are equal; a string that broke off may have been told up to different
 * bytes. */
static void check_cuts(const uint8_t *data, size_t len, size_t step)
{
    struct fault whole_fault = {0}, cut_fault = {0};
    struct record whole, cut;
    enum err e = read_cut(data, len, len + 1, &whole, &whole_fault);
    must(read_cut(data, len, step, &cut, &cut_fault) == e);
    if (e != ERR_LIMIT) /* a limit may be noticed at the end of a piece */
        must(strcmp(whole_fault.text, cut_fault.text) == 0);
    must(buf_ok(&whole.events) && buf_ok(&cut.events));
    if (e != ERR_LIMIT && !whole.in_string && !cut.in_string)
        must(whole.events.len == cut.events.len);
    if (e == ERR_OK && whole.events.len > 0)
        must(memcmp(whole.events.data, cut.events.data, whole.events.len) == 0);
    clear(&whole);
    clear(&cut);
}

static void check_tree(const uint8_t *data, size_t len)
{
    struct arena arena;
    struct buf first, second;
    arena_init(&arena);
    buf_init(&first, EVENTS_MAX);
    buf_init(&second, EVENTS_MAX);
    struct json *tree = json_parse(&arena, (const char *)data, len, NULL);
    if (tree != NULL) {
        json_write(&first, tree);
        must(buf_ok(&first));
        tree = json_parse(&arena, first.data, first.len, NULL);
        must(tree != NULL);
        json_write(&second, tree);
        must(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    }
    buf_clear(&first);
    buf_clear(&second);
    arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > MAX)
        return 0;
    check_cuts(data + 1, size - 1, data[0] + 1u);
    check_tree(data + 1, size - 1);
    return 0;
}
