/* Which orders something happened to in a span of time.
 *
 * The log has no index by time, but its entries stand in the order of time, but for a
 * clock that was set: the first one is searched by halves, with a day to spare. */
#include "cli/report_find.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/mem.h"
#include "store/journal.h"

struct harvest {
    const struct span *span;
    int64_t *ids;
    size_t count, room;
};

static bool keep_time(void *arg, const struct entry *e)
{
    int64_t *at_ms = arg;
    *at_ms = e->at_ms;
    return false;
}

/* There is an entry after `id`, and it is older than `at_ms`. */
static enum err is_before(struct store *s, int64_t id, int64_t at_ms, bool *before,
                          struct fault *f)
{
    const struct entry_filter next = {.after_id = id, .limit = 1};
    int64_t found = INT64_MAX;
    enum err e = journal_each(s, &next, keep_time, &found, f);
    *before = found < at_ms;
    return e;
}

/* The id before the first entry from `at_ms` on. */
static enum err find_start(struct store *s, int64_t at_ms, int64_t *start,
                           struct fault *f)
{
    int64_t low = -1, step = 1;
    bool before = true;
    enum err e = is_before(s, 0, at_ms, &before, f);

    while (e == ERR_OK && before) {
        low += step;
        step *= 2;
        e = is_before(s, low + step, at_ms, &before, f);
    }
    int64_t high = low + step;
    while (e == ERR_OK && high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        e = is_before(s, middle, at_ms, &before, f);
        if (before)
            low = middle;
        else
            high = middle;
    }
    *start = high;
    return e;
}

static bool gather(void *arg, const struct entry *e)
{
    struct harvest *h = arg;
    if (e->at_ms >= h->span->end_ms + MS_DAY)
        return false;
    if (e->record == 0 || !span_has(h->span, e->at_ms) ||
        (h->count > 0 && h->ids[h->count - 1] == e->record))
        return true;
    h->ids = mem_grow(h->ids, h->count, &h->room, sizeof *h->ids);
    h->ids[h->count++] = e->record;
    return true;
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void keep_once(struct harvest *h)
{
    size_t kept = 0;
    if (h->count > 0)
        qsort(h->ids, h->count, sizeof *h->ids, by_number);
    for (size_t i = 0; i < h->count; i++)
        if (kept == 0 || h->ids[kept - 1] != h->ids[i])
            h->ids[kept++] = h->ids[i];
    h->count = kept;
}

enum err report_find(struct store *s, const struct span *span, int64_t **records,
                     size_t *count, struct fault *f)
{
    struct harvest h = {.span = span};
    int64_t start;

    enum err e = find_start(s, span->begin_ms - MS_DAY, &start, f);
    const struct entry_filter from = {.after_id = start};
    if (e == ERR_OK)
        e = journal_each(s, &from, gather, &h, f);
    keep_once(&h);
    *records = h.ids;
    *count = h.count;
    return e;
}
