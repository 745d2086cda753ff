/* The only place that asks what time it is: the system's clocks, or one that moves when
 * told. */
#include "base/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

struct clock {
    bool is_virtual;
    int64_t wall_ms; /* virtual only, like mono_ms */
    int64_t mono_ms;
};

struct clock *clock_new_real(void)
{
    return mem_new(sizeof(struct clock));
}

struct clock *clock_new_virtual(int64_t wall_ms)
{
    struct clock *c = clock_new_real();
    c->is_virtual = true;
    c->wall_ms = wall_ms;
    return c;
}

void clock_free(struct clock *c)
{
    free(c);
}

/* These two clocks of Linux cannot fail. */
static struct timespec read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return t;
}

int64_t clock_wall_ms(const struct clock *c)
{
    if (c->is_virtual)
        return c->wall_ms;
    struct timespec t = read_clock(CLOCK_REALTIME);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_mono_us(const struct clock *c)
{
    if (c->is_virtual)
        return c->mono_ms * 1000;
    struct timespec t = read_clock(CLOCK_MONOTONIC);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_mono_ms(const struct clock *c)
{
    return c->is_virtual ? c->mono_ms : clock_mono_us(c) / 1000;
}

int64_t clock_thread_ms(pthread_t thread)
{
    clockid_t id;
    if (pthread_getcpuclockid(thread, &id) != 0)
        return 0; /* a thread that ended uses no time */
    struct timespec t = read_clock(id);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool clock_is_virtual(const struct clock *c)
{
    return c->is_virtual;
}

void clock_advance_to(struct clock *c, int64_t mono_ms)
{
    assert(c->is_virtual);
    if (mono_ms <= c->mono_ms)
        return; /* time only grows */
    c->wall_ms += mono_ms - c->mono_ms;
    c->mono_ms = mono_ms;
}

void clock_jump(struct clock *c, int64_t delta_ms)
{
    assert(c->is_virtual);
    c->wall_ms += delta_ms;
}
