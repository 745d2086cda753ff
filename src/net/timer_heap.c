/* The heap behind every timer. A timer's slot is its place plus one, so that a zeroed
 * timer is one that is not set, and stopping needs no search. */
#include "net/timer_heap.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

static bool earlier(const struct timer_row *a, const struct timer_row *b)
{
    if (a->due_ms != b->due_ms)
        return a->due_ms < b->due_ms;
    return a->number < b->number;
}

static void place(struct timer_heap *h, size_t at, struct timer_row row)
{
    h->rows[at] = row;
    row.timer->slot = at + 1;
}

static void sift_up(struct timer_heap *h, size_t at)
{
    struct timer_row row = h->rows[at];
    while (at > 0 && earlier(&row, &h->rows[(at - 1) / 2])) {
        place(h, at, h->rows[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    place(h, at, row);
}

static void sift_down(struct timer_heap *h, size_t at)
{
    struct timer_row row = h->rows[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= h->count)
            break;
        if (child + 1 < h->count && earlier(&h->rows[child + 1], &h->rows[child]))
            child++;
        if (!earlier(&h->rows[child], &row))
            break;
        place(h, at, h->rows[child]);
        at = child;
    }
    place(h, at, row);
}

static void make_room(struct timer_heap *h)
{
    h->rows = mem_grow(h->rows, h->count, &h->room, sizeof *h->rows);
}

void timer_heap_clear(struct timer_heap *h)
{
    free(h->rows);
    *h = (struct timer_heap){0};
}

void timer_heap_set(struct timer_heap *h, struct timer *t)
{
    timer_heap_remove(h, t);
    make_room(h);
    h->rows[h->count] = (struct timer_row){t->due_ms, h->numbers++, t};
    sift_up(h, h->count++);
}

void timer_heap_remove(struct timer_heap *h, struct timer *t)
{
    if (t->slot == 0)
        return;
    size_t at = t->slot - 1;
    assert(at < h->count && h->rows[at].timer == t);
    t->slot = 0;
    struct timer_row last = h->rows[--h->count];
    if (at == h->count)
        return;
    place(h, at, last);
    sift_up(h, at);
    sift_down(h, last.timer->slot - 1);
}

int64_t timer_heap_next(const struct timer_heap *h)
{
    return h->count == 0 ? INT64_MAX : h->rows[0].due_ms;
}

void timer_heap_fire(struct timer_heap *h, int64_t now_ms)
{
    uint64_t newest = h->numbers;
    while (h->count > 0 && h->rows[0].due_ms <= now_ms && h->rows[0].number < newest) {
        struct timer *t = h->rows[0].timer;
        timer_heap_remove(h, t);
        t->fn(t->arg);
    }
}
