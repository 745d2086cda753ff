/* The event loop: libuv below, one heap of timers above (laws 1 and 2).
 *
 * Callbacks of libuv only queue; what they queued is taken up by whoever drives the turns
 * (workflow/round.c, or a test). Timers stand on the clock's monotonic time, so with a
 * virtual clock a turn that has nothing real to wait for jumps to the next timer. */
#ifndef DRAY_NET_LOOP_H
#define DRAY_NET_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct loop;

/* The clock is borrowed and must outlive the loop. From now on the process ignores
 * SIGPIPE. */
struct loop *loop_new(struct clock *clock);
/* Everything that used the loop must be gone; asserts that no handle is left open. */
void loop_free(struct loop *l);
struct clock *loop_clock(const struct loop *l);

/* A timer; embed it, zero it, set it. Owned by the caller, who stops it before it goes.
 */
struct timer {
    int64_t due_ms; /* monotonic */
    size_t slot;    /* place in the heap plus one; 0: not set */
    void (*fn)(void *arg);
    void *arg;
};
/* (Re)arms: fn(arg) is called from loop_turn at or after `mono_ms`, once. */
void timer_set(struct loop *l, struct timer *t, int64_t mono_ms, void (*fn)(void *),
               void *arg);
void timer_stop(struct loop *l, struct timer *t);
/* The next due time, INT64_MAX when no timer is set. */
int64_t loop_next_timer(const struct loop *l);

/* One turn: waits for the network, a signal, a wake-up or the next timer, at most until
 * the monotonic instant `until_ms` (0: do not wait at all); then fires every timer that
 * is due. With a virtual clock and no real work pending it moves the clock instead of
 * waiting. Take up what is queued (transport_queued, server_queued) before a turn. */
void loop_turn(struct loop *l, int64_t until_ms);

/* Real work is pending (a socket, a child, a pool job): virtual time must not jump. */
void loop_hold(struct loop *l);
void loop_release(struct loop *l);
bool loop_held(const struct loop *l);

/* Ends a waiting turn; callable from any thread. */
void loop_wake(struct loop *l);

/* SIGINT and SIGTERM: from now on they end a waiting turn and are reported here instead
 * of killing the process. 0: none came yet. The second one kills as usual. */
void loop_watch_signals(struct loop *l);
int loop_signal(const struct loop *l);

/* SIGHUP from now on is reported here instead of killing the process, and ends a waiting
 * turn. */
void loop_watch_hangup(struct loop *l);
/* One came since the last call. */
bool loop_take_hangup(struct loop *l);

/* Runs `work` on libuv's pool; `done` is called from loop_turn. Holds the loop till then.
 */
void loop_work(struct loop *l, void (*work)(void *), void (*done)(void *), void *arg);

#endif
