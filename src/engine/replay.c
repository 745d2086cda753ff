/* Plays the past through rules. */
#include "engine/replay_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/record.h"
#include "workflow/import.h"

static const struct when never = {INT64_MAX, INT64_MAX};

static bool is_before(struct when a, struct when b)
{
    return a.at != b.at ? a.at < b.at : a.at_ms < b.at_ms;
}

static void set_clock(struct replay *p, int64_t at_ms)
{
    clock_jump(p->host->clock, at_ms - clock_wall_ms(p->host->clock));
}

enum err replay_trouble(const struct replay *p, struct fault *f)
{
    if (p->host->trouble.code != ERR_OK)
        *f = p->host->trouble;
    return p->host->trouble.code;
}

void replay_date(struct replay *p, const struct appointment *d)
{
    if (p->date_count == p->date_room) {
        p->date_room = p->date_room == 0 ? 64 : 2 * p->date_room;
        p->dates = mem_resize(p->dates, p->date_room * sizeof *p->dates);
    }
    p->dates[p->date_count++] = *d;
}

/* ---- a moment ---- */

/* It leaves its line, so that who comes after it need not wait, and comes back then. */
static void postpone(struct replay *p, struct job *job)
{
    const struct appointment d = {
        .row = job->row, .when = {job->at, job->at_ms}, .asks = true};
    replay_date(p, &d);
    lines_done(p->rules->lines, job);
}

/* The run of a job stays in its line: who comes after it waits for its end. */
static void park(struct replay *p, struct job *job)
{
    const struct when w = {job->at, job->at_ms};
    if (is_before(w, p->later_when))
        p->later_when = w;
    lines_park(p->rules->lines, job, &p->later);
}

bool replay_later(struct replay *p, struct job *job)
{
    struct fault f = {0};
    if (!job->placed && place_job(p, job, &f) != ERR_OK)
        host_trouble(p->host, &f);
    job->placed = true;
    const bool later = is_before(p->now, (struct when){job->at, job->at_ms});
    if (!later)
        set_clock(p, job->at_ms);
    else if (job->said_yes)
        park(p, job);
    else
        postpone(p, job);
    return later;
}

static enum err take_turn(struct replay *p, struct job *job, struct fault *f)
{
    const struct job_row row = job->row;
    char why[80];
    p->job = job;
    p->host->outside = NULL;
    enum err e = turn(p->rules, job, f);
    if (e == ERR_OK)
        e = replay_run_job(p, f);
    if (e == ERR_OK && p->host->outside != NULL) {
        snprintf(why, sizeof why, "it asks beyond its event (%.30s)", p->host->outside);
        replay_pass(p, &row, why);
    }
    if (e == ERR_OK && p->rules->holds_changed)
        e = holds_refresh(p->rules, f);
    return e == ERR_OK ? replay_trouble(p, f) : e;
}

enum err replay_turns(struct replay *p, struct fault *f)
{
    struct rules *r = p->rules;
    enum err e = ERR_OK;
    p->later_when = never;
    while (!TAILQ_EMPTY(&p->later))
        lines_unpark(r->lines, &p->later);
    while (e == ERR_OK) {
        struct job *job = lines_next(r->lines);
        if (job == NULL)
            break;
        e = take_turn(p, job, f);
    }
    return e;
}

static enum err read_entries(struct replay *p, struct fault *f)
{
    enum err e = ERR_OK;
    while (e == ERR_OK && p->reading_first < p->reading_count &&
           !is_before(p->now, p->readings[p->reading_first].when)) {
        struct arena a;
        struct entry entry;
        const struct reading *r = &p->readings[p->reading_first++];
        arena_init(&a);
        e = journal_get(p->store, &a, r->event, &entry, f);
        if (e == ERR_OK)
            e = dispatch_entry(p->rules, &entry, f);
        arena_clear(&a);
    }
    return e;
}

/* The job of an appointment; of a hold that is there no more: none. */
static enum err keep_date(struct replay *p, const struct appointment *d, struct fault *f)
{
    struct rules *r = p->rules;
    struct standing *st = standing_of(r, d->row.rule);
    struct job *job = NULL;
    struct hold h = {0};
    enum err e = ERR_OK;
    if (st == NULL)
        return ERR_OK;
    if (d->row.kind == JOB_DUE && !d->asks) {
        e = hold_get(p->store, d->row.rule, d->row.record, &h, f);
        if (e == ERR_NOT_FOUND || (e == ERR_OK && h.event != d->row.event))
            return ERR_OK;
        if (e == ERR_OK)
            e = dispatch_hold(r, &h, &job, f);
    } else {
        job = dispatch_job(r, st, NULL, &d->row, false);
    }
    if (job == NULL)
        return e;
    job->placed = true;
    job->at = p->now.at;
    job->at_ms = d->when.at_ms;
    return e;
}

/* What has a time only comes before an entry that is later. */
static struct when when_of(const struct replay *p, const struct appointment *d,
                           int64_t time_ms)
{
    if (d->when.at != INT64_MAX)
        return d->when;
    return d->when.at_ms < time_ms ? (struct when){p->now.at, d->when.at_ms} : never;
}

static bool is_due(const struct replay *p, const struct appointment *d, int64_t time_ms)
{
    return !is_before(p->now, when_of(p, d, time_ms));
}

static enum err keep_dates(struct replay *p, int64_t time_ms, bool asks, struct fault *f)
{
    enum err e = ERR_OK;
    size_t kept = 0;
    for (size_t i = 0; i < p->date_count; i++) {
        const struct appointment d = p->dates[i];
        if (e == ERR_OK && d.asks == asks && is_due(p, &d, time_ms))
            e = keep_date(p, &d, f);
        else
            p->dates[kept++] = d;
    }
    p->date_count = kept;
    return e;
}

static void take_earlier(struct when *next, struct when w)
{
    if (is_before(w, *next))
        *next = w;
}

/* When something is to be done next. */
static struct when next_when(const struct replay *p, int64_t time_ms)
{
    struct when next = p->later_when;
    if (p->reading_first < p->reading_count)
        take_earlier(&next, p->readings[p->reading_first].when);
    for (size_t i = 0; i < p->date_count; i++)
        take_earlier(&next, when_of(p, &p->dates[i], time_ms));
    return next;
}

static enum err settle_at(struct replay *p, struct when when, int64_t time_ms,
                          struct fault *f)
{
    if (is_before(p->now, when))
        p->now = when;
    past_reach(p->past, p->now.at);
    enum err e = keep_dates(p, time_ms, true, f);
    if (e == ERR_OK)
        e = read_entries(p, f);
    if (e == ERR_OK)
        e = keep_dates(p, time_ms, false, f);
    return e == ERR_OK ? replay_turns(p, f) : e;
}

/* All that was decided before the next step of the past. As in a round of the engine,
 * what stood in line comes before what is new in the log, and that before holds that end.
 */
static enum err settle(struct replay *p, int64_t limit, int64_t time_ms, struct fault *f)
{
    enum err e = ERR_OK;
    struct when next = next_when(p, time_ms);
    while (e == ERR_OK && next.at < limit) {
        e = settle_at(p, next, time_ms, f);
        next = next_when(p, time_ms);
    }
    return e;
}

enum err replay_until(struct replay *p, int64_t time_ms, struct fault *f)
{
    return settle(p, INT64_MAX, time_ms, f);
}

/* ---- steps of the past ---- */

static enum err queue_entry(struct replay *p, const struct entry *e, struct fault *f)
{
    if (p->reading_count == p->reading_room) {
        p->reading_room = p->reading_room == 0 ? 1024 : 2 * p->reading_room;
        p->readings = mem_resize(p->readings, p->reading_room * sizeof *p->readings);
    }
    return place_entry(p, e, &p->readings[p->reading_count++], f);
}

static enum err play_step(struct replay *p, const struct past_step *step, struct fault *f)
{
    struct arena a;
    struct entry entry;
    bool whole;
    arena_init(&a);
    enum err e = past_play(p->past, &a, &entry, f);
    p->now = (struct when){step->moment, INT64_MIN};
    if (e == ERR_OK && step->body)
        e = world_lines(p, step->row, f);
    if (e == ERR_OK && step->kind == PAST_ENTRY) {
        p->entry_ms = entry.at_ms;
        set_clock(p, entry.at_ms);
        e = world_hear(p, &entry, &a, f);
        if (e == ERR_OK)
            e = past_whole(p->past, entry.id, entry.record, &whole, f);
        if (e == ERR_OK && whole && import_wrote(&entry))
            imported_keep(p, &entry, &a);
        else if (e == ERR_OK && whole)
            e = queue_entry(p, &entry, f);
    }
    arena_clear(&a);
    return e;
}

static enum err play_all(struct replay *p, struct fault *f)
{
    struct past_step step;
    enum err e = ERR_OK;
    while (e == ERR_OK && past_next(p->past, &step)) {
        const int64_t time_ms = step.kind == PAST_ENTRY ? step.at_ms : INT64_MIN;
        e = settle(p, step.moment, time_ms, f);
        if (e == ERR_OK)
            e = play_step(p, &step, f);
    }
    if (e == ERR_OK)
        e = replay_until(p, p->entry_ms, f);
    return e == ERR_OK ? imported_play(p, f) : e;
}

/* ---- from the beginning to the end ---- */

static void replay_free(struct replay *p)
{
    arena_clear(&p->memory);
    arena_clear(&p->wishes);
    free(p->readings);
    free(p->dates);
    free(p->played);
    free(p->lost);
    free(p->rescheduled);
    free(p->imported);
    past_close(p->past);
    p->rules->replay = NULL;
    tasks_look(p->rules->tasks, NULL, NULL);
}

enum err replay_run(struct rules *r, struct past *past, int64_t since_ms, replay_fn *fn,
                    void *arg, struct replay_totals *totals, struct fault *f)
{
    struct replay p = {.rules = r,
                       .host = r->host,
                       .store = r->host->store,
                       .past = past,
                       .since_ms = since_ms,
                       .later_when = never};
    arena_init(&p.memory);
    arena_init(&p.wishes);
    TAILQ_INIT(&p.later);
    *totals = (struct replay_totals){0};
    r->replay = &p; /* cppcheck-suppress autoVariables ; replay_free takes it back */
    tasks_look(r->tasks, replay_look, &p);
    enum err e = replay_rules(&p, f);
    if (e == ERR_OK)
        e = play_all(&p, f);
    if (e == ERR_OK)
        e = judge_all(&p, since_ms, fn, arg, totals, f);
    replay_free(&p);
    return e;
}
