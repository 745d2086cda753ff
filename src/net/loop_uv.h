/* What the loop shows to the other files of this room, and to nobody else: libuv itself,
 * and timers on real time for the libraries that measure real time (libcurl,
 * libmicrohttpd). */
#ifndef DRAY_NET_LOOP_UV_H
#define DRAY_NET_LOOP_UV_H

#include <stdint.h>
#include <uv.h>

#include "net/loop.h"

/* Handles are closed by who opened them, before loop_free; what holds a handle is freed
 * in its close callback. */
uv_loop_t *loop_uv(struct loop *l);

/* fn(arg) is called from loop_turn once `delay_ms` of real time have passed, never
 * earlier, also when the loop's clock is virtual. */
void loop_real_timer_set(struct loop *l, struct timer *t, int64_t delay_ms,
                         void (*fn)(void *), void *arg);
void loop_real_timer_stop(struct loop *l, struct timer *t);

/* Something was queued for whoever drives the turns: the present turn, or the next one
 * when none is under way, neither waits nor moves a virtual clock. */
void loop_news(struct loop *l);

#endif
