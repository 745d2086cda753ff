/* The schedules of a project's rules against the clock: the timetable's part in the
 * rounds. */
#include "engine/rules_inside.h"

#include "engine/schedule_head.h"
#include "store/job.h"

/* A machine that slept does not count the time: so often the clock on the wall is asked.
 */
enum { LOOK_MS = MS_MINUTE };

/* ---- what the timetable asks ---- */

struct question {
    int64_t rule;
    bool found;
};

static void look_for(void *arg, struct job *job)
{
    struct question *q = arg;
    q->found = q->found || job->row.rule == q->rule;
}

/* In its line, or, while the rule is paused, in the store only. */
static bool is_busy(void *arg, int64_t rule)
{
    struct rules *r = arg;
    struct question q = {.rule = rule};
    int64_t stored = 0;
    struct fault f;
    lines_each(r->lines, look_for, &q);
    return q.found ||
           (job_count(r->host->store, rule, &stored, &f) == ERR_OK && stored > 0);
}

static bool is_paused(void *arg, int64_t rule)
{
    const struct standing *st = standing_of(arg, rule);
    return st == NULL || st->paused;
}

/* ---- the book's schedules ---- */

static enum err put(struct rules *r, const struct rule *rule, struct fault *f)
{
    struct schedule *s = schedule_of_rule(rule, r->options.folder, f);
    if (s == NULL)
        return f->code;
    return timetable_put(r->timetable, rule->standing->id, rule->name, rule->schedule, s,
                         host_now(r->host), f);
}

static enum err put_file(struct rules *r, const struct rule_file *file, struct fault *f)
{
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < file->rule_count; i++) {
        const struct rule *rule = &file->rules[i];
        if (rule->schedule != NULL && rule->active)
            e = put(r, rule, f);
    }
    return e;
}

static void wake(void *arg)
{
    (void)arg; /* the round that follows looks for what is due */
}

static void set_timer(struct rules *r)
{
    const int64_t now = clock_mono_ms(r->host->clock);
    int64_t at = host_mono(r->host, timetable_next_ms(r->timetable));
    if (at == INT64_MAX) {
        timer_stop(r->host->loop, &r->fire_timer);
        return;
    }
    if (!clock_is_virtual(r->host->clock) && at > now + LOOK_MS)
        at = now + LOOK_MS;
    if (r->fire_timer.slot == 0 || r->fire_timer.due_ms != at)
        timer_set(r->host->loop, &r->fire_timer, at, wake, NULL);
}

enum err fires_load(struct rules *r, struct fault *f)
{
    const struct timetable_asks asks = {.busy = is_busy, .paused = is_paused, .arg = r};
    enum err e = ERR_OK;
    timetable_free(r->timetable);
    r->timetable = timetable_new(r->host->store, &asks);
    for (size_t i = 0; e == ERR_OK && i < r->book->file_count; i++)
        e = put_file(r, r->book->files[i], f);
    set_timer(r);
    return e;
}

enum err fires_step(struct rules *r, struct fault *f)
{
    enum err e = timetable_step(r->timetable, host_now(r->host), f);
    set_timer(r);
    return e;
}

enum err fires_done(struct rules *r, const struct job *job, struct fault *f)
{
    if (job->row.record != 0)
        return ERR_OK;
    return timetable_ended(r->timetable, job->row.rule, true, f);
}

void fires_free(struct rules *r)
{
    timer_stop(r->host->loop, &r->fire_timer);
    timetable_free(r->timetable);
    r->timetable = NULL;
}
