/* The loop: timers in order, virtual time that jumps only when nothing real is pending.
 */
#include "check.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/loop.h"

struct bench {
    struct clock *clock;
    struct loop *loop;
};

static char trail[64];

struct mark {
    struct timer timer;
    struct bench *bench;
    char letter;
    int64_t repeat_ms;
    struct timer *stops;
};

static void leave_mark(void *arg)
{
    struct mark *m = arg;
    size_t len = strlen(trail);
    if (len + 1 < sizeof trail)
        snprintf(trail + len, sizeof trail - len, "%c", m->letter);
    if (m->repeat_ms >= 0)
        timer_set(m->bench->loop, &m->timer,
                  clock_mono_ms(m->bench->clock) + m->repeat_ms, leave_mark, m);
    if (m->stops != NULL)
        timer_stop(m->bench->loop, m->stops);
}

static void set_mark(struct bench *b, struct mark *m, char letter, int64_t due_ms)
{
    *m = (struct mark){.bench = b, .letter = letter, .repeat_ms = -1};
    timer_set(b->loop, &m->timer, due_ms, leave_mark, m);
}

static void open_bench(struct bench *b, struct clock *clock)
{
    b->clock = clock;
    b->loop = loop_new(clock);
    trail[0] = '\0';
}

static void close_bench(struct bench *b)
{
    loop_free(b->loop);
    clock_free(b->clock);
}

static void test_order(void)
{
    struct bench b;
    struct mark m[6];
    open_bench(&b, clock_new_virtual(0));
    CHECK(loop_next_timer(b.loop) == INT64_MAX);
    set_mark(&b, &m[0], 'd', 40);
    set_mark(&b, &m[1], 'a', 10);
    set_mark(&b, &m[2], 'c', 30);
    set_mark(&b, &m[3], 'x', 20);
    set_mark(&b, &m[4], 'e', 40); /* as late as d, set later */
    set_mark(&b, &m[5], 'b', 99);
    timer_stop(b.loop, &m[3].timer);
    timer_stop(b.loop, &m[3].timer);
    timer_set(b.loop, &m[5].timer, 20, leave_mark, &m[5]); /* earlier than it was */
    CHECK_INT(loop_next_timer(b.loop), 10);
    for (int i = 0; i < 4; i++)
        loop_turn(b.loop, INT64_MAX);
    CHECK_STR(trail, "abcde");
    CHECK_INT(clock_mono_ms(b.clock), 40);
    close_bench(&b);
}

/* Thousands of timers, set and stopped in a fixed disorder, fire in the order of their
 * times. */
struct ordered {
    struct timer timer;
    int64_t *last;
    int *fired;
};

static void check_order(void *arg)
{
    struct ordered *o = arg;
    if (o->timer.due_ms >= *o->last)
        ++*o->fired;
    *o->last = o->timer.due_ms;
}

static void test_many(void)
{
    enum { MANY = 5000 };
    static struct ordered all[MANY];
    struct bench b;
    int64_t last = 0;
    int fired = 0;
    uint32_t x = 1;
    open_bench(&b, clock_new_virtual(0));
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < MANY; i++) {
            x = x * 1664525u + 1013904223u;
            all[i].last = &last;
            all[i].fired = &fired;
            timer_set(b.loop, &all[i].timer, 1 + (x >> 20), check_order, &all[i]);
        }
    for (size_t i = 0; i < MANY; i += 2)
        timer_stop(b.loop, &all[i].timer);
    while (loop_next_timer(b.loop) != INT64_MAX)
        loop_turn(b.loop, INT64_MAX);
    CHECK_INT(fired, MANY / 2);
    close_bench(&b);
}

static void test_again(void)
{
    struct bench b;
    struct mark m, victim;
    open_bench(&b, clock_new_virtual(0));
    set_mark(&b, &m, 'r', 0);
    m.repeat_ms = 0;
    loop_turn(b.loop, 0);
    loop_turn(b.loop, 0);
    CHECK_STR(trail, "rr"); /* once a turn, though always due */
    m.repeat_ms = -1;
    set_mark(&b, &victim, 'v', 0);
    m.stops = &victim.timer;
    loop_turn(b.loop, 0);
    CHECK_STR(trail, "rrr"); /* stopped by the one before it */
    close_bench(&b);
}

static void test_jump(void)
{
    struct bench b;
    struct mark m;
    open_bench(&b, clock_new_virtual(5000));
    set_mark(&b, &m, 'a', 3600000);
    loop_turn(b.loop, 0);
    CHECK_INT(clock_mono_ms(b.clock), 0);
    loop_turn(b.loop, 1000);
    CHECK_INT(clock_mono_ms(b.clock), 1000);
    loop_turn(b.loop, 500); /* never backwards */
    CHECK_INT(clock_mono_ms(b.clock), 1000);
    CHECK_STR(trail, "");
    loop_turn(b.loop, INT64_MAX);
    CHECK_INT(clock_mono_ms(b.clock), 3600000);
    CHECK_INT(clock_wall_ms(b.clock), 3605000);
    CHECK_STR(trail, "a");
    close_bench(&b);
}

static void test_held(void)
{
    struct bench b;
    struct mark later, now;
    open_bench(&b, clock_new_virtual(0));
    set_mark(&b, &later, 'l', 1000);
    set_mark(&b, &now, 'n', 0);
    loop_hold(b.loop);
    loop_hold(b.loop);
    CHECK(loop_held(b.loop));
    loop_turn(b.loop, INT64_MAX);
    loop_turn(b.loop, INT64_MAX);
    CHECK_INT(clock_mono_ms(b.clock), 0);
    CHECK_STR(trail, "n"); /* what is due still fires */
    loop_release(b.loop);
    loop_turn(b.loop, INT64_MAX);
    CHECK_STR(trail, "n");
    loop_release(b.loop);
    CHECK(!loop_held(b.loop));
    loop_turn(b.loop, INT64_MAX);
    CHECK_STR(trail, "nl");
    close_bench(&b);
}

static void test_real_wait(void)
{
    struct bench b;
    struct mark m;
    open_bench(&b, clock_new_real());
    int64_t start = clock_mono_ms(b.clock);
    set_mark(&b, &m, 'a', start + 30);
    loop_turn(b.loop, start + 5);
    CHECK_STR(trail, "");
    CHECK(clock_mono_ms(b.clock) - start < 25);
    for (int i = 0; i < 5 && trail[0] == '\0'; i++)
        loop_turn(b.loop, INT64_MAX);
    CHECK_STR(trail, "a");
    CHECK(clock_mono_ms(b.clock) - start >= 30);
    CHECK(clock_mono_ms(b.clock) - start < 1000);
    close_bench(&b);
}

/* --- threads
 * -------------------------------------------------------------------------------- */

static void *wake_later(void *arg)
{
    poll(NULL, 0, 20);
    loop_wake(arg);
    return NULL;
}

static void test_wake(void)
{
    struct bench b;
    pthread_t thread;
    open_bench(&b, clock_new_real());
    int64_t start = clock_mono_ms(b.clock);
    CHECK_INT(pthread_create(&thread, NULL, wake_later, b.loop), 0);
    loop_turn(b.loop, start + 5000);
    CHECK(clock_mono_ms(b.clock) - start < 2000);
    pthread_join(thread, NULL);
    close_bench(&b);
}

struct job {
    pthread_t worker;
    int worked;
    int done;
};

static void work(void *arg)
{
    struct job *job = arg;
    job->worker = pthread_self();
    poll(NULL, 0, 10);
    job->worked++;
}

static void work_done(void *arg)
{
    ((struct job *)arg)->done++;
}

static void test_pool(void)
{
    struct bench b;
    struct mark m;
    struct job jobs[6] = {0};
    open_bench(&b, clock_new_virtual(0));
    set_mark(&b, &m, 't', 1);
    for (size_t i = 0; i < 6; i++)
        loop_work(b.loop, work, work_done, &jobs[i]);
    CHECK(loop_held(b.loop));
    CHECK_INT(jobs[0].done, 0);
    for (int i = 0; i < 1000 && loop_held(b.loop); i++)
        loop_turn(b.loop, INT64_MAX);
    CHECK_INT(clock_mono_ms(b.clock), 0); /* a job is real work */
    for (size_t i = 0; i < 6; i++) {
        CHECK_INT(jobs[i].worked, 1);
        CHECK_INT(jobs[i].done, 1);
        CHECK(!pthread_equal(jobs[i].worker, pthread_self()));
    }
    timer_stop(b.loop, &m.timer);
    close_bench(&b);
}

/* --- signals
 * ---------------------------------------------------------------------------------- */

static void test_signal(void)
{
    struct bench b;
    open_bench(&b, clock_new_real());
    loop_watch_signals(b.loop);
    loop_watch_signals(b.loop);
    CHECK_INT(loop_signal(b.loop), 0);
    kill(getpid(), SIGTERM);
    int64_t start = clock_mono_ms(b.clock);
    for (int i = 0; i < 5 && loop_signal(b.loop) == 0; i++)
        loop_turn(b.loop, start + 5000);
    CHECK_INT(loop_signal(b.loop), SIGTERM);
    CHECK(clock_mono_ms(b.clock) - start < 2000);
    close_bench(&b);
}

/* In a child, since the second signal ends it. */
static int exit_after_two_signals(void)
{
    struct bench b;
    open_bench(&b, clock_new_real());
    loop_watch_signals(b.loop);
    raise(SIGINT);
    for (int i = 0; i < 5 && loop_signal(b.loop) == 0; i++)
        loop_turn(b.loop, clock_mono_ms(b.clock) + 1000);
    if (loop_signal(b.loop) != SIGINT)
        return 1;
    raise(SIGTERM);
    return 2;
}

static void test_second_signal(void)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(exit_after_two_signals());
    CHECK(child > 0);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status));
    CHECK_INT(WTERMSIG(status), SIGTERM);
}

/* A child that waits a thousand times for a millisecond, with nothing else to wake it. */
static int exit_after_short_waits(void)
{
    struct bench b;
    alarm(30);
    open_bench(&b, clock_new_real());
    for (int i = 0; i < 1000; i++)
        loop_turn(b.loop, clock_mono_ms(b.clock) + 1);
    return 0;
}

static void test_held_up(void)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(exit_after_short_waits());
    CHECK(child > 0);
    while (waitpid(child, &status, WNOHANG) == 0) {
        kill(child, SIGSTOP);
        poll(NULL, 0, 3);
        kill(child, SIGCONT);
        poll(NULL, 0, 1);
    }
    CHECK(WIFEXITED(status));
    CHECK_INT(WEXITSTATUS(status), 0);
}

TESTS_MAIN({"timers fire by time, and equal ones as they were set", test_order},
           {"thousands of timers keep their order", test_many},
           {"a timer that sets itself again cannot keep the loop", test_again},
           {"virtual time jumps to what is next and never back", test_jump},
           {"virtual time stands still while something real is pending", test_held},
           {"a real clock really waits, and not longer than asked", test_real_wait},
           {"a process that is held up at the wrong moment still wakes up", test_held_up},
           {"another thread can end the wait", test_wake},
           {"the pool works elsewhere and tells its end in a turn", test_pool},
           {"a signal ends the wait and is reported", test_signal},
           {"the second signal kills as usual", test_second_signal})
