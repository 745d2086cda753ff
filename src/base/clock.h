/* The only place that asks what time it is (law 1).
 *
 * Two times: wall time, UTC milliseconds since 1970, which people and Amazon mean and
 * which may jump; and monotonic milliseconds, which only grow and on which every timer
 * stands. A virtual clock moves only when told; both of its times move together. */
#ifndef DRAY_BASE_CLOCK_H
#define DRAY_BASE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct clock;

struct clock *clock_new_real(void);
/* Stands still at `wall_ms`; its monotonic time starts at 0. */
struct clock *clock_new_virtual(int64_t wall_ms);
void clock_free(struct clock *c);

int64_t clock_wall_ms(const struct clock *c);
int64_t clock_mono_ms(const struct clock *c);
/* Monotonic microseconds, for measuring only. */
int64_t clock_mono_us(const struct clock *c);
/* Processor milliseconds that a thread of this process has used so far: for the watchdog,
 * never for decisions. Has no virtual twin. */
int64_t clock_thread_ms(pthread_t thread);
bool clock_is_virtual(const struct clock *c);
/* Virtual clocks only: moves both times forward to the monotonic instant `mono_ms`. */
void clock_advance_to(struct clock *c, int64_t mono_ms);
/* Virtual clocks only: wall time jumps by `delta_ms`, monotonic time does not. */
void clock_jump(struct clock *c, int64_t delta_ms);

#endif
