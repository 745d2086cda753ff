/* One event for one rule, and the lines in which jobs stand: those of one order follow
 * each other, whatever rule they are for, and lines go on side by side (design 9). */
#ifndef DRAY_ENGINE_JOB_H
#define DRAY_ENGINE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "engine/event.h"
#include "net/loop.h"
#include "store/job.h"

struct line;
struct lines;
struct standing;
struct task;
struct trace;
struct rule_file;
struct rules;

TAILQ_HEAD(line_queue, line);

struct job {
    struct rules *rules;
    struct standing *standing; /* of its rule */
    struct event *event;       /* a reference; NULL until it is its turn, when it was
                                  loaded from the store */
    struct job_row row;
    bool saved;              /* the store has its row as it is here */
    int64_t asked, asked_ms; /* moment and time at which its rule was asked */
    /* of a job that is played again (replay.h): */
    bool placed;       /* it has its moment */
    bool said_yes;     /* it was asked; its run comes at its moment */
    int64_t said_line; /* that decided */
    int64_t at, at_ms; /* the moment, and what time it is then */
    /* of its run, while it runs: */
    struct task *task;      /* NULL: none */
    struct rule_file *file; /* the version it runs; a user of it */
    struct trace *trace;
    int64_t run;
    int64_t seen, seen_ms; /* moment and time of its first line; 0: it has not run yet */
    bool approve;
    /* of the lines: */
    struct line *line;
    struct timer timer; /* until another try; slot 0: none */
    TAILQ_ENTRY(job) link;
    LIST_ENTRY(job) unsaved; /* while it is new in this round */
    bool listed;             /* it stands in that list */
};

struct lines *lines_new(struct loop *l);
/* Frees all jobs that are left; none may have a task. */
void lines_free(struct lines *ls);

/* At the end of the line with that key: an order's row, or below zero a rule's own. */
void lines_add(struct lines *ls, struct job *job, int64_t key);
/* The next job that may go: the first of a line in which none is under way. NULL when
 * there is none. It is under way until one of the next three. */
struct job *lines_next(struct lines *ls);
bool lines_ready(const struct lines *ls);
size_t lines_count(const struct lines *ls); /* jobs */

/* It leaves its line and is freed. */
void lines_done(struct lines *ls, struct job *job);
/* It stays, and goes again at that monotonic instant; later jobs of the same rule stay
 * behind it, others pass. */
void lines_later(struct lines *ls, struct job *job, int64_t mono_ms);
/* Its line waits in `parked` until lines_unpark. */
void lines_park(struct lines *ls, struct job *job, struct line_queue *parked);
/* The first of the parked lines goes on. */
void lines_unpark(struct lines *ls, struct line_queue *parked);

/* The job of that event and rule in the line with that key; NULL when there is none. */
struct job *lines_find(struct lines *ls, int64_t key, const struct job_row *row);

typedef bool job_test_fn(void *arg, const struct job *job);
/* Every job for which the test is true and that is not under way leaves its line and is
 * freed. */
void lines_drop(struct lines *ls, job_test_fn *test, void *arg);
/* Calls it for every job. */
typedef void job_visit_fn(void *arg, struct job *job);
void lines_each(struct lines *ls, job_visit_fn *fn, void *arg);

#endif
