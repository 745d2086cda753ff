/* What becomes of a job that is played: it cannot be, it runs and what it wrote is looked
 * at and undone, it fails, or it waits for what nobody recorded. */
#include "engine/replay_inside.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/trace.h"
#include "store/record.h"
#include "store/rule.h"

/* ---- what could not be played ---- */

void replay_pass(struct replay *p, const struct job_row *row, const char *why)
{
    struct played *n = judge_note(p, row->event, row->rule);
    if (n->passed == NULL)
        n->passed = arena_text(&p->memory, why);
}

static bool has_id(const int64_t *list, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == id)
            return true;
    }
    return false;
}

static void add_id(int64_t **list, size_t *count, int64_t id)
{
    *list = mem_resize(*list, (*count + 1) * sizeof **list);
    (*list)[(*count)++] = id;
}

static void lose_data(struct replay *p, const struct job *job)
{
    if (job->standing->rule == NULL || job->standing->rule->initial == NULL)
        return;
    add_id(&p->lost, &p->lost_count, job->row.rule);
}

/* The fires of another schedule are those of other times: what it would have done then
 * was never recorded. */
static enum err look_at_rule(struct replay *p, const struct rule *rule, struct fault *f)
{
    bool same = true;
    enum err e = ERR_OK;
    if (rule->initial != NULL && past_cut(p->past))
        add_id(&p->lost, &p->lost_count, rule->standing->id);
    if (rule->schedule != NULL && rule->active)
        e = past_scheduled(p->store, rule->standing->id, rule->schedule, &same, f);
    if (e == ERR_OK && !same)
        add_id(&p->rescheduled, &p->rescheduled_count, rule->standing->id);
    return e;
}

enum err replay_rules(struct replay *p, struct fault *f)
{
    const struct rulebook *book = p->rules->book;
    enum err e = ERR_OK;
    for (size_t i = 0; i < book->file_count; i++) {
        const struct rule_file *file = book->files[i];
        for (size_t k = 0; e == ERR_OK && k < file->rule_count; k++)
            e = look_at_rule(p, &file->rules[k], f);
    }
    return e;
}

/* The text of its order was thrown away. */
static enum err is_gone(struct replay *p, const struct job_row *row, bool *gone,
                        struct fault *f)
{
    struct record r = {0};
    *gone = false;
    if (row->record == 0)
        return ERR_OK;
    arena_reset(&p->rules->scratch);
    enum err e = record_get(p->store, &p->rules->scratch, row->record, true, &r, f);
    *gone = e == ERR_OK && r.body == NULL;
    return e;
}

static enum err why_not(struct replay *p, const struct job_row *row, const char **why,
                        struct fault *f)
{
    struct verdict_row v;
    int64_t asked;
    bool there = false, pending = false, gone = false;
    enum err e = place_asked(p, row->event, row->rule, &asked, f);
    if (e == ERR_OK)
        e = past_verdict(p->store, row->event, row->rule, asked, &v, &there, f);
    if (e == ERR_OK && !there)
        e = past_pending(p->store, row->event, row->rule, &pending, f);
    if (e == ERR_OK)
        e = is_gone(p, row, &gone, f);
    *why = NULL;
    if (there && v.outcome == VERDICT_DROPPED)
        *why = "a person dropped it";
    else if (pending)
        *why = "it is still to be decided";
    else if (gone)
        *why = "the details of the order are no longer kept";
    else if (has_id(p->rescheduled, p->rescheduled_count, row->rule))
        *why = "the schedule of its rule is another one now";
    else if (has_id(p->lost, p->lost_count, row->rule))
        *why = "what e.data was is not known any more";
    return e;
}

enum err replay_passes(struct replay *p, struct job *job, bool *over, struct fault *f)
{
    const char *why;
    enum err e = why_not(p, &job->row, &why, f);
    *over = e == ERR_OK && why != NULL;
    if (!*over)
        return e;
    replay_pass(p, &job->row, why);
    return turn_done(p->rules, job, f);
}

/* ---- runs ---- */

static bool take_wish(void *arg, const struct effect *e)
{
    struct replay *p = arg;
    struct wish_made *w = arena_new(&p->wishes, sizeof *w);
    *w = (struct wish_made){.effect = *e, .next = p->wished};
    w->effect.key = arena_text(&p->wishes, e->key);
    w->effect.verb = arena_text(&p->wishes, e->verb);
    p->wished = w;
    return true;
}

/* What the run wrote is about to be undone. */
void replay_look(void *arg)
{
    struct replay *p = arg;
    struct fault f = {0};
    const struct job *job = p->job;
    const struct effect_filter filter = {.run = job->run};
    arena_reset(&p->wishes);
    p->wished = NULL;
    p->data = NULL;
    enum err e = effect_each(p->store, &filter, take_wish, p, &f);
    if (e == ERR_OK && job->standing->rule->initial != NULL)
        e = rule_data(p->store, &p->wishes, job->row.rule, &p->data, &p->data_len, &f);
    if (e != ERR_OK)
        host_trouble(p->host, &f);
}

/* Its memory is kept, and what it planned is written down. */
enum err replay_ran(struct replay *p, struct job *job, const struct run_row *run,
                    struct fault *f)
{
    struct played *n = judge_note(p, job->row.event, job->row.rule);
    n->source = job->file->source;
    enum err e = judge_did(p, run, false, n, f);
    if (e == ERR_OK && run->state == RUN_DONE && p->data != NULL)
        e = rule_set_data(p->store, job->row.rule, p->data, p->data_len, f);
    return e;
}

enum err replay_failed(struct replay *p, struct job *job, struct fault *f)
{
    struct appointment d = {.row = job->row};
    int64_t asked;
    bool there = false;
    struct verdict_row v;
    enum err e = place_asked(p, job->row.event, job->row.rule, &asked, f);
    if (e == ERR_OK)
        e = past_verdict(p->store, job->row.event, job->row.rule, asked, &v, &there, f);
    if (e == ERR_OK && there) {
        d.row.tries++;
        d.asks = true;
        d.when = (struct when){v.seen, v.at_ms};
        replay_date(p, &d);
    }
    return e == ERR_OK ? turn_done(p->rules, job, f) : e;
}

enum err replay_held(struct replay *p, const struct hold *h, struct fault *f)
{
    struct appointment d;
    enum err e = place_hold(p, h, &d, f);
    if (e == ERR_OK)
        replay_date(p, &d);
    return e == ERR_OK ? holds_refresh(p->rules, f) : e;
}

/* The word for which it waits, from its trace. */
static void pass_waiting(struct replay *p, struct job *job)
{
    size_t len;
    char why[80] = "its run waits";
    arena_reset(&p->wishes);
    const char *text = trace_text(job->trace, &len);
    const struct json *steps = json_parse(&p->wishes, text, len, NULL);
    for (const struct json *s = steps == NULL ? NULL : steps->first; s != NULL;
         s = s->next) {
        const char *word = json_get_str(s, "waited", NULL);
        if (word != NULL)
            snprintf(why, sizeof why, "its run waits (%.40s)", word);
    }
    if (p->host->outside != NULL)
        snprintf(why, sizeof why, "it asks beyond its event (%.30s)", p->host->outside);
    replay_pass(p, &job->row, why);
}

/* A run that did not end waits for something that nobody recorded. */
enum err replay_run_job(struct replay *p, struct fault *f)
{
    struct rules *r = p->rules;
    if (tasks_count(r->tasks) == 0)
        return ERR_OK;
    r->tasks_party.step(r->tasks_party.arg);
    if (tasks_count(r->tasks) == 0)
        return replay_trouble(p, f);
    pass_waiting(p, p->job);
    lose_data(p, p->job);
    errand_drop(p->job);
    return turn_done(r, p->job, f);
}
