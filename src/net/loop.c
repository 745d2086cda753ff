/* The event loop. libuv waits for sockets, children, signals and its pool; what is due
 * when is decided here, by two heaps of timers: one on the loop's clock, one on real
 * time. The single uv_timer_t only bounds how long libuv may wait. */
#include "net/loop.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/loop_uv.h"
#include "net/timer_heap.h"

enum {
    HELD_WAIT_MS = 50, /* with a virtual clock: the longest real wait of one turn */
    LONGEST_WAIT_MS =
        3600000, /* a turn may end early, so an hour is as good as forever */
    CLOSING_ROUNDS = 8
};

struct job {
    uv_work_t request;
    struct loop *loop;
    void (*work)(void *);
    void (*done)(void *);
    void *arg;
    struct job *next;
};

struct loop {
    struct clock *clock;
    struct clock *real; /* the same, or our own beside a virtual one */
    struct timer_heap timers;
    struct timer_heap real_timers;
    uv_loop_t uv;
    uv_timer_t bound;
    uv_async_t wake;
    uv_signal_t signals[2];
    bool watching;
    int signal;
    uv_signal_t hangup;
    bool watching_hangup, hung_up;
    bool news;
    size_t held;
    struct job *finished; /* in order */
    struct job **finished_end;
};

/* --- making and ending
 * ------------------------------------------------------------------ */

static void on_wake(uv_async_t *wake)
{
    struct loop *l = wake->data;
    l->news = true;
}

/* The wait is over. When the thread was held up so long that the timer fires before libuv
 * polls, nothing else would bound that poll: then it must not wait at all. */
static void on_bound(uv_timer_t *bound)
{
    uv_stop(bound->loop);
}

/* libuv fails to start only without memory or descriptors: then nothing else would run.
 */
static void must(int code)
{
    if (code != 0)
        abort();
}

struct loop *loop_new(struct clock *clock)
{
    struct loop *l = mem_new(sizeof *l);
    l->clock = clock;
    l->real = clock_is_virtual(clock) ? clock_new_real() : clock;
    l->finished_end = &l->finished;
    must(uv_loop_init(&l->uv));
    must(uv_timer_init(&l->uv, &l->bound));
    must(uv_async_init(&l->uv, &l->wake, on_wake));
    l->wake.data = l;
    signal(SIGPIPE, SIG_IGN); /* a peer that went away is an error code, not our end */
    return l;
}

static void close_handles(struct loop *l)
{
    uv_close((uv_handle_t *)&l->bound, NULL);
    uv_close((uv_handle_t *)&l->wake, NULL);
    for (size_t i = 0; l->watching && i < 2; i++)
        uv_close((uv_handle_t *)&l->signals[i], NULL);
    if (l->watching_hangup)
        uv_close((uv_handle_t *)&l->hangup, NULL);
    for (int i = 0; i < CLOSING_ROUNDS; i++)
        uv_run(&l->uv, UV_RUN_NOWAIT);
}

void loop_free(struct loop *l)
{
    if (l == NULL)
        return;
    assert(l->real_timers.count == 0 && l->held == 0);
    close_handles(l);
    int busy = uv_loop_close(&l->uv);
    assert(busy == 0);
    (void)busy;
    timer_heap_clear(&l->timers);
    timer_heap_clear(&l->real_timers);
    if (l->real != l->clock)
        clock_free(l->real);
    free(l);
}

struct clock *loop_clock(const struct loop *l)
{
    return l->clock;
}

uv_loop_t *loop_uv(struct loop *l)
{
    return &l->uv;
}

/* --- timers
 * ------------------------------------------------------------------------------ */

static void arm(struct timer_heap *h, struct timer *t, int64_t due_ms, void (*fn)(void *),
                void *arg)
{
    t->due_ms = due_ms;
    t->fn = fn;
    t->arg = arg;
    timer_heap_set(h, t);
}

void timer_set(struct loop *l, struct timer *t, int64_t mono_ms, void (*fn)(void *),
               void *arg)
{
    arm(&l->timers, t, mono_ms, fn, arg);
}

void timer_stop(struct loop *l, struct timer *t)
{
    timer_heap_remove(&l->timers, t);
}

int64_t loop_next_timer(const struct loop *l)
{
    return timer_heap_next(&l->timers);
}

/* Rounded up, because libcurl does not ask again when it is woken a moment too early. */
void loop_real_timer_set(struct loop *l, struct timer *t, int64_t delay_ms,
                         void (*fn)(void *), void *arg)
{
    int64_t now_ms = clock_mono_ms(l->real);
    arm(&l->real_timers, t, delay_ms <= 0 ? now_ms : now_ms + delay_ms + 1, fn, arg);
}

void loop_real_timer_stop(struct loop *l, struct timer *t)
{
    timer_heap_remove(&l->real_timers, t);
}

/* --- a turn
 * ------------------------------------------------------------------------------ */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t until_then(int64_t now_ms, int64_t then_ms)
{
    return then_ms <= now_ms ? 0 : least(then_ms - now_ms, LONGEST_WAIT_MS);
}

/* How long libuv may wait in this turn. */
static int64_t longest_wait(const struct loop *l, int64_t until_ms)
{
    if (l->news)
        return 0;
    int64_t then = least(until_ms, loop_next_timer(l));
    int64_t wait = until_then(clock_mono_ms(l->clock), then);
    if (clock_is_virtual(l->clock))
        wait = least(wait, HELD_WAIT_MS);
    int64_t real = timer_heap_next(&l->real_timers);
    return least(wait, until_then(clock_mono_ms(l->real), real));
}

static void wait_for_events(struct loop *l, int64_t wait_ms)
{
    if (wait_ms == 0) {
        uv_run(&l->uv, UV_RUN_NOWAIT);
        return;
    }
    uv_update_time(&l->uv);
    uv_timer_start(&l->bound, on_bound, (uint64_t)wait_ms, 0);
    uv_run(&l->uv, UV_RUN_ONCE);
    uv_timer_stop(&l->bound);
}

/* Virtual time passes only when nothing else can happen. With nothing at all to wait for
 * the turn really waits, since only a signal or a wake-up can still come. */
static void pass_virtual_time(struct loop *l, int64_t until_ms)
{
    wait_for_events(l, 0);
    if (l->news || l->held > 0)
        return;
    int64_t then = least(until_ms, loop_next_timer(l));
    if (then == INT64_MAX)
        wait_for_events(l, HELD_WAIT_MS);
    else if (then > clock_mono_ms(l->clock))
        clock_advance_to(l->clock, then);
}

static void finish_jobs(struct loop *l)
{
    struct job *job = l->finished;
    l->finished = NULL;
    l->finished_end = &l->finished;
    while (job != NULL) {
        struct job *next = job->next;
        loop_release(l);
        job->done(job->arg);
        free(job);
        job = next;
    }
}

void loop_turn(struct loop *l, int64_t until_ms)
{
    if (clock_is_virtual(l->clock) && l->held == 0)
        pass_virtual_time(l, until_ms);
    else
        wait_for_events(l, longest_wait(l, until_ms));
    timer_heap_fire(&l->real_timers, clock_mono_ms(l->real));
    l->news = false; /* who drives the turns looks at every queue now */
    finish_jobs(l);
    timer_heap_fire(&l->timers, clock_mono_ms(l->clock));
}

void loop_hold(struct loop *l)
{
    l->held++;
}

void loop_release(struct loop *l)
{
    assert(l->held > 0);
    l->held--;
}

bool loop_held(const struct loop *l)
{
    return l->held > 0;
}

void loop_wake(struct loop *l)
{
    uv_async_send(&l->wake);
}

void loop_news(struct loop *l)
{
    l->news = true;
}

/* --- signals
 * ------------------------------------------------------------------------------ */

static void on_signal(uv_signal_t *handle, int number)
{
    struct loop *l = handle->data;
    l->signal = number;
    l->news = true;
    for (size_t i = 0; i < 2; i++)
        uv_signal_stop(&l->signals[i]); /* the second one kills as usual */
}

void loop_watch_signals(struct loop *l)
{
    static const int numbers[2] = {SIGINT, SIGTERM};
    if (l->watching)
        return;
    l->watching = true;
    for (size_t i = 0; i < 2; i++) {
        must(uv_signal_init(&l->uv, &l->signals[i]));
        l->signals[i].data = l;
        must(uv_signal_start(&l->signals[i], on_signal, numbers[i]));
    }
}

int loop_signal(const struct loop *l)
{
    return l->signal;
}

static void on_hangup(uv_signal_t *handle, int number)
{
    struct loop *l = handle->data;
    (void)number;
    l->hung_up = true;
    l->news = true;
}

void loop_watch_hangup(struct loop *l)
{
    if (l->watching_hangup)
        return;
    l->watching_hangup = true;
    must(uv_signal_init(&l->uv, &l->hangup));
    l->hangup.data = l;
    must(uv_signal_start(&l->hangup, on_hangup, SIGHUP));
}

bool loop_take_hangup(struct loop *l)
{
    const bool hung_up = l->hung_up;
    l->hung_up = false;
    return hung_up;
}

/* --- the pool
 * ----------------------------------------------------------------------------- */

static void in_pool(uv_work_t *request)
{
    struct job *job = request->data;
    job->work(job->arg);
}

static void after_pool(uv_work_t *request, int status)
{
    struct job *job = request->data;
    (void)status; /* nobody cancels a job */
    *job->loop->finished_end = job;
    job->loop->finished_end = &job->next;
}

void loop_work(struct loop *l, void (*work)(void *), void (*done)(void *), void *arg)
{
    struct job *job = mem_new(sizeof *job);
    job->loop = l;
    job->work = work;
    job->done = done;
    job->arg = arg;
    job->request.data = job;
    loop_hold(l);
    must(uv_queue_work(&l->uv, &job->request, in_pool, after_pool));
}
