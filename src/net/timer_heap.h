/* A binary heap of struct timer, earliest first; equal times in the order they were set.
 *
 * Only loop.c uses it: one heap stands on the loop's clock, one on real time. */
#ifndef DRAY_NET_TIMER_HEAP_H
#define DRAY_NET_TIMER_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include "net/loop.h"

struct timer_row {
    int64_t due_ms;
    uint64_t number; /* grows with every setting */
    struct timer *timer;
};

/* Zeroed is empty. */
struct timer_heap {
    struct timer_row *rows;
    size_t count;
    size_t room;
    uint64_t numbers; /* given out so far */
};

void timer_heap_clear(struct timer_heap *h);
/* Puts the timer in, or moves it, to t->due_ms. */
void timer_heap_set(struct timer_heap *h, struct timer *t);
/* Nothing happens when it is not in. */
void timer_heap_remove(struct timer_heap *h, struct timer *t);
/* The earliest due time, INT64_MAX when empty. */
int64_t timer_heap_next(const struct timer_heap *h);
/* Takes out and calls every timer that is due at `now_ms`. A timer that is set meanwhile
 * waits for the next call, so that one which sets itself again cannot keep the loop. */
void timer_heap_fire(struct timer_heap *h, int64_t now_ms);

#endif
