/* What becomes of a job whose turn it is: it waits, is asked, holds, or runs. */
#include "engine/rules_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/boxes.h"
#include "store/hold.h"
#include "store/journal.h"
#include "store/record.h"
#include "store/rule.h"
#include "store/verdict.h"

/* Runs of one rule side by side; more of them wait. */
enum { RUNS_MAX = 2000 };

static enum err save(struct rules *r, struct job *job, struct fault *f)
{
    enum err e = job->saved ? ERR_OK : job_put(r->host->store, &job->row, f);
    job->saved = true;
    return e;
}

enum err turn_done(struct rules *r, struct job *job, struct fault *f)
{
    enum err e = ERR_OK;
    if (job->saved)
        e = job_remove(r->host->store, job->row.event, job->row.rule, f);
    if (e == ERR_OK)
        e = fires_done(r, job, f);
    lines_done(r->lines, job);
    return e;
}

/* Only its row stays, until the rule is resumed or comes back. */
static enum err shelve(struct rules *r, struct job *job, struct fault *f)
{
    enum err e = save(r, job, f);
    lines_done(r->lines, job);
    return e;
}

static enum err try_again(struct rules *r, struct job *job, struct fault *f)
{
    static const int64_t minutes[] = {1, 5, 15, 60, 240};
    enum { LAST = sizeof minutes / sizeof minutes[0] - 1 };
    const int64_t step = job->row.tries < LAST ? job->row.tries : LAST;
    job->row.tries++;
    job->row.due_ms = host_now(r->host) + minutes[step] * MS_MINUTE;
    job->saved = false;
    enum err e = save(r, job, f);
    if (e == ERR_OK && job->standing->paused)
        lines_done(r->lines, job);
    else
        lines_later(r->lines, job, host_mono(r->host, job->row.due_ms));
    return e;
}

enum err turn_failed(struct rules *r, struct job *job, struct fault *f)
{
    if (r->replay != NULL)
        return replay_failed(r->replay, job, f);
    return try_again(r, job, f);
}

static struct verdict_row verdict_of(const struct job *job, enum verdict outcome,
                                     int64_t line)
{
    return (struct verdict_row){.event = job->row.event,
                                .rule = job->row.rule,
                                .at_ms = job->asked_ms,
                                .seen = job->asked,
                                .outcome = outcome,
                                .line = line};
}

static enum err judge(struct rules *r, const struct job *job, enum verdict outcome,
                      int64_t line, struct fault *f)
{
    const struct verdict_row v = verdict_of(job, outcome, line);
    return verdict_put(r->host->store, &v, f);
}

/* The verdict, and the job is over. */
static enum err judge_done(struct rules *r, struct job *job, enum verdict outcome,
                           int64_t line, struct fault *f)
{
    enum err e = judge(r, job, outcome, line, f);
    return e == ERR_OK ? turn_done(r, job, f) : e;
}

/* ---- what `when` said ---- */

static enum err begin_hold(struct rules *r, struct job *job, int64_t line,
                           struct fault *f)
{
    const int64_t now = job->asked_ms;
    struct verdict_row v = verdict_of(job, VERDICT_HOLDS, line);
    const struct hold h = {.rule = job->row.rule,
                           .record = job->row.record,
                           .event = job->row.event,
                           .since_ms = now,
                           .due_ms = now + job->standing->rule->hold_ms};
    bool new;
    enum err e = hold_begin(r->host->store, &h, &new, f);
    r->holds_changed = r->holds_changed || new;
    v.due_ms = new ? h.due_ms : 0;
    if (e == ERR_OK)
        e = verdict_put(r->host->store, &v, f);
    if (e == ERR_OK && new && r->replay != NULL)
        e = replay_held(r->replay, &h, f);
    return e == ERR_OK ? turn_done(r, job, f) : e;
}

static enum err said_no(struct rules *r, struct job *job, int64_t line, struct fault *f)
{
    bool was = job->row.kind == JOB_DUE;
    enum err e = ERR_OK;
    if (job->standing->rule->hold_ms > 0 && !was)
        e = hold_end(r->host->store, job->row.rule, job->row.record, &was, f);
    r->holds_changed = r->holds_changed || was;
    if (e == ERR_OK && job->row.kind == JOB_ASK && !was)
        return turn_done(r, job, f);
    return e == ERR_OK ? judge_done(r, job, was ? VERDICT_FORGOT : VERDICT_NO, line, f)
                       : e;
}

/* The run; what is played again runs at its own moment. */
static enum err go(struct rules *r, struct job *job, int64_t line, struct fault *f)
{
    if (r->replay == NULL)
        return errand_begin(r, job, line, f);
    job->said_yes = true;
    job->said_line = line;
    job->placed = false;
    if (replay_later(r->replay, job))
        return ERR_OK;
    return errand_begin(r, job, line, f);
}

static enum err said_yes(struct rules *r, struct job *job, int64_t line, struct fault *f)
{
    if (job->row.kind == JOB_ASK)
        return judge_done(r, job, VERDICT_HOLDS, line, f); /* it goes on */
    if (job->standing->rule->hold_ms > 0 && job->row.kind == JOB_EVENT)
        return begin_hold(r, job, line, f);
    return go(r, job, line, f);
}

/* An error in `when` counts as a failed run. */
static enum err said_nothing(struct rules *r, struct job *job, int64_t line, char *error,
                             struct fault *f)
{
    error[strcspn(error, "\n")] = '\0';
    log_write(LOG_WARN, "the `when` of a rule failed",
              log_safe("rule", job->standing->name), log_safe("error", error), LOG_END);
    enum err e = judge(r, job, VERDICT_FAILED, line, f);
    if (e == ERR_OK)
        e = standing_ended(r, job->standing, 0, true, error, f);
    return e == ERR_OK ? turn_failed(r, job, f) : e;
}

static enum err ask_rule(struct rules *r, struct job *job, const struct event *event,
                         struct fault *f)
{
    const struct rule *rule = job->standing->rule;
    const struct occasion o = {.event = event,
                               .rule = rule->name,
                               .rule_id = job->row.rule,
                               .initial = rule->initial};
    int64_t line;
    char *error;
    enum err e;
    switch (ask(r->host, r->bind, rule, &o, &line, &error)) {
    case ANSWER_YES:
        return said_yes(r, job, line, f);
    case ANSWER_NO:
        return said_no(r, job, line, f);
    case ANSWER_FAILED:
        break;
    }
    e = said_nothing(r, job, line, error, f);
    free(error);
    return e;
}

/* ---- before it is asked ---- */

static bool take_one(void *arg, const struct run_row *run)
{
    (void)run;
    *(bool *)arg = true;
    return false;
}

/* It fired for this order, and not by a run for this event that failed or was cut off. */
static enum err has_fired(struct rules *r, const struct job *job, bool *fired,
                          struct fault *f)
{
    const struct run_filter filter = {
        .rule = job->row.rule, .event = job->row.event, .limit = 1};
    bool own = false;
    enum err e = rule_fired(r->host->store, job->row.rule, job->row.record, fired, f);
    if (e == ERR_OK && *fired)
        e = run_each(r->host->store, &filter, take_one, &own, f);
    *fired = *fired && !own;
    return e;
}

/* Whether all events of an `all` have happened, and it did not fire before. *over: the
 * job ended here. */
static enum err gather(struct rules *r, struct job *job, bool *over, struct fault *f)
{
    const struct rule *rule = job->standing->rule;
    bool fired = false, complete = false;
    *over = false;
    if (!rule->all)
        return ERR_OK;
    enum err e = has_fired(r, job, &fired, f);
    if (e == ERR_OK && !fired)
        e = boxes_complete(r->host, job->row.record, rule->events, &complete, f);
    if (e != ERR_OK || complete)
        return e;
    *over = true;
    return judge_done(r, job, fired ? VERDICT_ONCE : VERDICT_INCOMPLETE, rule->line, f);
}

/* The event that began the hold, about which a holding rule is asked; *over when there is
 * no hold any more. */
static enum err ask_holder(struct rules *r, struct job *job, struct fault *f)
{
    struct hold h;
    enum err e = hold_get(r->host->store, job->row.rule, job->row.record, &h, f);
    if (e == ERR_NOT_FOUND)
        return turn_done(r, job, f);
    struct event *began = e == ERR_OK ? event_read(r->host->store, h.event, f) : NULL;
    if (began == NULL)
        return e == ERR_OK ? f->code : e;
    e = ask_rule(r, job, began, f);
    event_unref(began);
    return e;
}

static enum err need_event(struct rules *r, struct job *job, struct fault *f)
{
    if (job->event == NULL)
        job->event = event_read(r->host->store, job->row.event, f);
    return job->event == NULL ? f->code : ERR_OK;
}

/* A rule that keeps data runs once at a time, others with bounds. */
static bool is_busy(const struct standing *st)
{
    return st->rule != NULL && st->running >= (st->rule->initial != NULL ? 1 : RUNS_MAX);
}

static enum err take_turn(struct rules *r, struct job *job, struct fault *f)
{
    const struct standing *st = job->standing;
    bool over = false;
    if (job->said_yes)
        return errand_begin(r, job, job->said_line, f);
    job->asked = journal_moment(r->host->store);
    job->asked_ms = host_now(r->host);
    if (st->paused || st->rule == NULL || !st->rule->active)
        return shelve(r, job, f);
    enum err e = r->replay == NULL ? ERR_OK : replay_passes(r->replay, job, &over, f);
    if (e != ERR_OK || over)
        return e;
    if (job->row.kind == JOB_ASK)
        return ask_holder(r, job, f);
    e = need_event(r, job, f);
    if (e == ERR_OK)
        e = gather(r, job, &over, f);
    return e == ERR_OK && !over ? ask_rule(r, job, job->event, f) : e;
}

/* A line that waits for the rule goes on as soon as the rule may run again. */
enum err turn(struct rules *r, struct job *job, struct fault *f)
{
    struct standing *st = job->standing;
    if (r->replay != NULL && replay_later(r->replay, job))
        return ERR_OK;
    if (is_busy(st)) {
        lines_park(r->lines, job, &st->parked);
        return ERR_OK;
    }
    enum err e = take_turn(r, job, f);
    if (!is_busy(st))
        lines_unpark(r->lines, &st->parked);
    return e;
}
