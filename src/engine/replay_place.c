/* The moments at which things happened, for playing them again: from what was recorded,
 * and where nothing was, from when the rules read the event. */
#include "engine/replay_inside.h"

#include "store/hold.h"
#include "store/verdict.h"

enum err place_asked(struct replay *p, int64_t event, int64_t rule, int64_t *count,
                     struct fault *f)
{
    return verdict_count(p->store, event, rule, count, f);
}

enum err place_entry(struct replay *p, const struct entry *e, struct reading *r,
                     struct fault *f)
{
    struct dispatched d;
    bool there;
    enum err err = past_dispatched(p->store, e->id, &d, &there, f);
    *r = (struct reading){.event = e->id, .when = {e->id * MOMENTS, e->at_ms}};
    if (err == ERR_OK && there && d.seen >= r->when.at)
        r->when = (struct when){d.seen, d.at_ms};
    return err;
}

/* A rule that was not asked then would have been when the rules read the event. */
static enum err place_unasked(struct replay *p, struct job *job, struct fault *f)
{
    struct entry e;
    struct reading r;
    arena_reset(&p->rules->scratch);
    enum err err = journal_get(p->store, &p->rules->scratch, job->row.event, &e, f);
    if (err == ERR_OK)
        err = place_entry(p, &e, &r, f);
    if (err == ERR_OK) {
        job->at = r.when.at;
        job->at_ms = r.when.at_ms;
    }
    return err;
}

static enum err place_question(struct replay *p, struct job *job, struct fault *f)
{
    int64_t asked;
    bool there = false;
    struct verdict_row v;
    enum err e = place_asked(p, job->row.event, job->row.rule, &asked, f);
    if (e == ERR_OK)
        e = past_verdict(p->store, job->row.event, job->row.rule, asked, &v, &there, f);
    if (e != ERR_OK || !there)
        return e == ERR_OK ? place_unasked(p, job, f) : e;
    job->at = v.seen;
    job->at_ms = v.at_ms;
    return ERR_OK;
}

static bool count_run(void *arg, const struct run_row *r)
{
    (void)r;
    ++*(int64_t *)arg;
    return true;
}

/* Where nothing ran then, a run follows its question at once. */
static enum err place_run(struct replay *p, struct job *job, struct fault *f)
{
    const struct run_filter filter = {.rule = job->row.rule, .event = job->row.event};
    int64_t ran = 0;
    struct run_row run = {0};
    bool there = false;
    enum err e = run_each(p->store, &filter, count_run, &ran, f);
    arena_reset(&p->rules->scratch);
    if (e == ERR_OK)
        e = past_run(p->store, &p->rules->scratch, job->row.event, job->row.rule, ran,
                     &run, &there, f);
    if (e == ERR_OK && there && run.seen != 0) {
        job->at = run.seen;
        job->at_ms = run.seen_ms;
    }
    return e;
}

enum err place_job(struct replay *p, struct job *job, struct fault *f)
{
    enum err e = ERR_OK;
    if (p->importing) {
        job->at = p->now.at;
        job->at_ms = p->now.at_ms;
        return ERR_OK;
    }
    e = job->said_yes ? place_run(p, job, f) : place_question(p, job, f);
    if (job->at < p->now.at) {
        job->at = p->now.at;
        job->at_ms = job->at_ms < p->now.at_ms ? p->now.at_ms : job->at_ms;
    }
    return e;
}

/* A hold of the same length ends when it ended then, which after a stop may be later than
 * its time. */
enum err place_hold(struct replay *p, const struct hold *h, struct appointment *d,
                    struct fault *f)
{
    int64_t asked;
    bool there = false;
    struct verdict_row began, ended;
    enum err e = place_asked(p, h->event, h->rule, &asked, f);
    if (e == ERR_OK)
        e = past_verdict(p->store, h->event, h->rule, asked - 1, &began, &there, f);
    if (e == ERR_OK && there && began.due_ms == h->due_ms)
        e = past_verdict(p->store, h->event, h->rule, asked, &ended, &there, f);
    else
        there = false;
    *d = (struct appointment){
        .row = {.event = h->event, .rule = h->rule, .record = h->record, .kind = JOB_DUE},
        .when = {e == ERR_OK && there ? ended.seen : INT64_MAX,
                 e == ERR_OK && there ? ended.at_ms : h->due_ms},
    };
    return e;
}
