/* The thread that watches, and what the watched one tells it. */
#include "engine/watchdog.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/sandbox.h"
#include "store/crash.h"

enum { EXIT_BUG = 70, LATE_MS = 5000, KILL_MS = 10000, LOOKS = 20 };

static struct {
    pthread_mutex_t lock; /* guards all but `late` */
    pthread_cond_t wake;  /* on monotonic time */
    pthread_t thread, watched;
    bool running, stop;
    int64_t late_ms, kill_ms;
    char *folder;
    const struct sandbox_run *run; /* NULL outside of slices */
    uint64_t slice;                /* how many there were */
    char source[80];               /* of the line seen last in this slice */
    int line;
    atomic_bool late;
} dog = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- what the watched thread says ---- */

void watchdog_begin(const struct sandbox_run *run)
{
    pthread_mutex_lock(&dog.lock);
    dog.run = run;
    dog.slice++;
    dog.source[0] = '\0';
    pthread_mutex_unlock(&dog.lock);
}

void watchdog_end(void)
{
    pthread_mutex_lock(&dog.lock);
    dog.run = NULL;
    atomic_store(&dog.late, false);
    pthread_mutex_unlock(&dog.lock);
}

void watchdog_note(const char *source, int line)
{
    pthread_mutex_lock(&dog.lock);
    snprintf(dog.source, sizeof dog.source, "%s", source);
    dog.line = line;
    pthread_mutex_unlock(&dog.lock);
}

bool watchdog_late(void)
{
    return atomic_load_explicit(&dog.late, memory_order_relaxed);
}

/* ---- the end ---- */

static void copy(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text == NULL ? "" : text);
}

static void describe(struct crash *c, int64_t used_ms)
{
    struct clock *now = clock_new_real();
    *c = (struct crash){
        .run = dog.run->id, .at_ms = clock_wall_ms(now), .used_ms = used_ms};
    clock_free(now);
    copy(c->file, sizeof c->file, dog.run->file);
    copy(c->version, sizeof c->version, dog.run->version);
    copy(c->what, sizeof c->what, dog.run->what);
    if (dog.source[0] != '\0')
        snprintf(c->place, sizeof c->place, "%s:%d", dog.source, dog.line);
    else
        copy(c->place, sizeof c->place, dog.run->file);
}

/* With the lock held, so that nothing changes any more. */
static void kill_process(int64_t used_ms)
{
    struct crash c;
    char text[1200];
    describe(&c, used_ms);
    bool kept = crash_write(dog.folder, &c);
    int len = snprintf(
        text, sizeof text,
        "%s: %s%s%s kept the processor for %lld s without an end, and dray stops "
        "(run %lld). What the run had not committed is undone.%s\n",
        c.place[0] == '\0' ? "dray" : c.place, c.what[0] == '\0' ? "this run" : "rule \"",
        c.what, c.what[0] == '\0' ? "" : "\"", (long long)used_ms / 1000,
        (long long)c.run,
        kept ? ""
             : " The crash file could not be written: the next start will not know.");
    if (write(STDERR_FILENO, text, (size_t)len) < 0)
        _exit(EXIT_BUG); /* nobody listens, either way */
    _exit(EXIT_BUG);
}

/* ---- the watching thread ---- */

/* Waits for the next look; false when it is to stop. */
static bool sleep_until(int64_t mono_ms)
{
    const struct timespec until = {.tv_sec = (time_t)(mono_ms / 1000),
                                   .tv_nsec = (long)(mono_ms % 1000) * 1000000};
    int failed = 0;
    while (!dog.stop && failed == 0)
        failed = pthread_cond_timedwait(&dog.wake, &dog.lock, &until);
    return !dog.stop;
}

static void *watch(void *arg)
{
    struct clock *clock = clock_new_real();
    uint64_t slice = 0;
    int64_t began_ms = 0;
    (void)arg;
    pthread_mutex_lock(&dog.lock);
    while (sleep_until(clock_mono_ms(clock) + dog.kill_ms / LOOKS)) {
        const int64_t now_ms = clock_thread_ms(dog.watched);
        if (dog.run == NULL || dog.slice != slice) {
            slice = dog.slice;
            began_ms = now_ms;
        } else if (now_ms - began_ms >= dog.kill_ms) {
            kill_process(now_ms - began_ms);
        } else if (now_ms - began_ms >= dog.late_ms) {
            atomic_store(&dog.late, true);
        }
    }
    pthread_mutex_unlock(&dog.lock);
    clock_free(clock);
    return NULL;
}

static int start_thread(void)
{
    pthread_condattr_t attr;
    sigset_t all, before;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&dog.wake, &attr);
    pthread_condattr_destroy(&attr);
    sigfillset(&all); /* signals are for the first thread */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&dog.thread, NULL, watch, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

enum err watchdog_start(const struct watchdog_options *o, struct fault *f)
{
    if (dog.running)
        return ERR_OK;
    dog.watched = pthread_self();
    dog.late_ms = o->late_ms > 0 ? o->late_ms : LATE_MS;
    dog.kill_ms = o->kill_ms > 0 ? o->kill_ms : KILL_MS;
    dog.folder = mem_text(o->folder);
    dog.stop = false;
    int failed = start_thread();
    if (failed == 0) {
        dog.running = true;
        return ERR_OK;
    }
    free(dog.folder);
    return fault_set(f, ERR_IO, "no thread for the watchdog: %s", strerror(failed));
}

void watchdog_stop(void)
{
    if (!dog.running)
        return;
    pthread_mutex_lock(&dog.lock);
    dog.stop = true;
    pthread_cond_signal(&dog.wake);
    pthread_mutex_unlock(&dog.lock);
    pthread_join(dog.thread, NULL);
    pthread_cond_destroy(&dog.wake);
    free(dog.folder);
    dog.running = false;
}
