/* The lines in which jobs stand. */
#include "engine/job.h"

#include <stdlib.h>

#include "base/mem.h"

enum { BUCKETS = 4096 }; /* a power of two; chains stay short up to some 10,000 lines */

TAILQ_HEAD(jobs, job);

struct line {
    struct lines *all;
    int64_t key;
    struct jobs jobs;
    struct job *going;        /* under way; NULL */
    struct line_queue *queue; /* in which it stands: ready or parked; NULL */
    TAILQ_ENTRY(line) queue_link;
    LIST_ENTRY(line) chain;
};

LIST_HEAD(chain, line);

struct lines {
    struct loop *loop;
    struct line_queue ready;
    size_t count;
    struct chain buckets[BUCKETS];
};

static struct chain *bucket_of(struct lines *ls, int64_t key)
{
    uint64_t mixed = (uint64_t)key * 0x9e3779b97f4a7c15u;
    return &ls->buckets[mixed >> 52 & (BUCKETS - 1)];
}

static void enqueue(struct line *line, struct line_queue *queue)
{
    if (line->queue != NULL)
        TAILQ_REMOVE(line->queue, line, queue_link);
    line->queue = queue;
    if (queue != NULL)
        TAILQ_INSERT_TAIL(queue, line, queue_link);
}

static struct line *line_of(struct lines *ls, int64_t key)
{
    struct line *line;
    LIST_FOREACH(line, bucket_of(ls, key), chain)
    {
        if (line->key == key)
            break;
    }
    return line;
}

static struct line *line_new(struct lines *ls, int64_t key)
{
    struct line *line = mem_new(sizeof *line);
    line->all = ls;
    line->key = key;
    TAILQ_INIT(&line->jobs);
    LIST_INSERT_HEAD(bucket_of(ls, key), line, chain);
    return line;
}

/* After a job left, or may go again: the line goes on, or is no longer there. */
static void settle(struct lines *ls, struct line *line)
{
    if (TAILQ_EMPTY(&line->jobs)) {
        enqueue(line, NULL);
        LIST_REMOVE(line, chain);
        free(line);
    } else if (line->going == NULL && line->queue == NULL) {
        enqueue(line, &ls->ready);
    }
}

struct lines *lines_new(struct loop *l)
{
    struct lines *ls = mem_new(sizeof *ls);
    ls->loop = l;
    TAILQ_INIT(&ls->ready);
    for (size_t i = 0; i < BUCKETS; i++)
        LIST_INIT(&ls->buckets[i]);
    return ls;
}

static void remove_job(struct lines *ls, struct job *job)
{
    timer_stop(ls->loop, &job->timer);
    TAILQ_REMOVE(&job->line->jobs, job, link);
    if (job->listed)
        LIST_REMOVE(job, unsaved);
    if (job->line->going == job)
        job->line->going = NULL;
    event_unref(job->event);
    free(job);
    ls->count--;
}

static bool any(void *arg, const struct job *job)
{
    (void)arg;
    (void)job;
    return true;
}

static void forget_going(void *arg, struct job *job)
{
    (void)arg;
    job->line->going = NULL;
}

void lines_free(struct lines *ls)
{
    if (ls == NULL)
        return;
    lines_each(ls, forget_going, NULL);
    lines_drop(ls, any, NULL);
    free(ls);
}

void lines_add(struct lines *ls, struct job *job, int64_t key)
{
    struct line *line = line_of(ls, key);
    if (line == NULL)
        line = line_new(ls, key);
    job->line = line;
    TAILQ_INSERT_TAIL(&line->jobs, job, link);
    ls->count++;
    if (line->going == NULL && line->queue == NULL)
        enqueue(line, &ls->ready);
}

/* An earlier job of the same rule waits for another try. */
static bool is_behind(const struct line *line, const struct job *job)
{
    for (const struct job *j = TAILQ_FIRST(&line->jobs); j != job;
         j = TAILQ_NEXT(j, link)) {
        if (j->timer.slot != 0 && j->standing == job->standing)
            return true;
    }
    return false;
}

static struct job *first_ready(const struct line *line)
{
    struct job *job;
    TAILQ_FOREACH(job, &line->jobs, link)
    {
        if (job->timer.slot == 0 && !is_behind(line, job))
            return job;
    }
    return NULL;
}

struct job *lines_next(struct lines *ls)
{
    while (!TAILQ_EMPTY(&ls->ready)) {
        struct line *line = TAILQ_FIRST(&ls->ready);
        enqueue(line, NULL);
        line->going = first_ready(line);
        if (line->going != NULL)
            return line->going;
    }
    return NULL;
}

bool lines_ready(const struct lines *ls)
{
    return !TAILQ_EMPTY(&ls->ready);
}

size_t lines_count(const struct lines *ls)
{
    return ls->count;
}

void lines_done(struct lines *ls, struct job *job)
{
    struct line *line = job->line;
    remove_job(ls, job);
    settle(ls, line);
}

/* Its timer is over: the line goes on. */
static void go_again(void *arg)
{
    struct job *job = arg;
    if (job->line->going == NULL && job->line->queue == NULL)
        enqueue(job->line, &job->line->all->ready);
}

void lines_later(struct lines *ls, struct job *job, int64_t mono_ms)
{
    timer_set(ls->loop, &job->timer, mono_ms, go_again, job);
    if (job->line->going == job)
        job->line->going = NULL;
    settle(ls, job->line);
}

void lines_park(struct lines *ls, struct job *job, struct line_queue *parked)
{
    (void)ls;
    job->line->going = NULL;
    enqueue(job->line, parked);
}

void lines_unpark(struct lines *ls, struct line_queue *parked)
{
    struct line *line = TAILQ_FIRST(parked);
    if (line != NULL)
        enqueue(line, &ls->ready);
}

struct job *lines_find(struct lines *ls, int64_t key, const struct job_row *row)
{
    struct line *line = line_of(ls, key);
    struct job *job = line == NULL ? NULL : TAILQ_FIRST(&line->jobs);
    while (job != NULL && (job->row.event != row->event || job->row.rule != row->rule))
        job = TAILQ_NEXT(job, link);
    return job;
}

/* Drops those of one line; it may be gone afterwards. */
static void drop_of_line(struct lines *ls, struct line *line, job_test_fn *test,
                         void *arg)
{
    struct job *next;
    for (struct job *job = TAILQ_FIRST(&line->jobs); job != NULL; job = next) {
        next = TAILQ_NEXT(job, link);
        if (job != line->going && test(arg, job))
            remove_job(ls, job);
    }
    settle(ls, line);
}

void lines_drop(struct lines *ls, job_test_fn *test, void *arg)
{
    struct line *next;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct line *line = LIST_FIRST(&ls->buckets[i]); line != NULL; line = next) {
            next = LIST_NEXT(line, chain);
            drop_of_line(ls, line, test, arg);
        }
    }
}

void lines_each(struct lines *ls, job_visit_fn *fn, void *arg)
{
    struct line *line;
    struct job *job;
    for (size_t i = 0; i < BUCKETS; i++) {
        LIST_FOREACH(line, &ls->buckets[i], chain)
        {
            TAILQ_FOREACH(job, &line->jobs, link)
            fn(arg, job);
        }
    }
}
