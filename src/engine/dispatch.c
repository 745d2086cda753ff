/* From the log to jobs: who listens to what happened, for orders to which it applies. */
#include "engine/rules_inside.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "store/hold.h"
#include "store/journal.h"
#include "store/record.h"
#include "workflow/import.h"

enum { BATCH = 2000, HOLDS_AT_ONCE = 500 };

/* ---- jobs ---- */

/* An order has one line; what is about none stands in its rule's own. */
static int64_t key_of(const struct job_row *row)
{
    return row->record != 0 ? row->record : -row->rule;
}

struct job *dispatch_job(struct rules *r, struct standing *st, struct event *event,
                         const struct job_row *row, bool saved)
{
    struct job *job = mem_new(sizeof *job);
    job->rules = r;
    job->standing = st;
    job->event = event == NULL ? NULL : event_ref(event);
    job->row = *row;
    job->saved = saved;
    if (!saved) {
        LIST_INSERT_HEAD(&r->unsaved, job, unsaved);
        job->listed = true;
    }
    lines_add(r->lines, job, key_of(row));
    return job;
}

/* ---- what the store has ---- */

struct stored {
    struct rules *rules;
    int64_t rule; /* 0: any */
};

static void take_stored(void *arg, const struct job_row *row)
{
    struct stored *s = arg;
    struct rules *r = s->rules;
    struct standing *st = standing_of(r, row->rule);
    if (st == NULL || st->paused || st->rule == NULL ||
        lines_find(r->lines, key_of(row), row) != NULL)
        return; /* nobody to do it, or it has its job: it runs */
    struct job *job = dispatch_job(r, st, NULL, row, true);
    if (row->due_ms > host_now(r->host) && s->rule == 0)
        lines_later(r->lines, job, host_mono(r->host, row->due_ms));
}

enum err dispatch_stored(struct rules *r, int64_t rule, struct fault *f)
{
    struct stored s = {.rules = r, .rule = rule};
    return job_each(r->host->store, rule, take_stored, &s, f);
}

/* ---- where ---- */

static bool has_text(char *const *list, const char *text)
{
    if (list == NULL)
        return true;
    for (; *list != NULL; list++) {
        if (strcmp(*list, text) == 0)
            return true;
    }
    return false;
}

static bool fits(const struct host *h, const struct rule_where *w, const struct record *r)
{
    const struct account *a = host_account(h, r->account);
    const char *program =
        a != NULL && a->program == PROGRAM_EXTERNAL ? "external" : "vendor";
    return has_text(w->account, r->account) && has_text(w->warehouse, r->warehouse) &&
           has_text(w->labels, (r->flags & RECORD_OWN_LABEL) != 0 ? "own" : "amazon") &&
           has_text(w->program, program);
}

static bool restricts(const struct rule_where *w)
{
    return w->account != NULL || w->warehouse != NULL || w->labels != NULL ||
           w->program != NULL;
}

/* ---- entries of the log ---- */

struct batch {
    struct rules *rules;
    const struct entry *entry;
    struct event *event;  /* of the entry; made for the first job */
    struct record record; /* of the entry; id 0 until it is read */
    int taken;
    enum err err;
    struct fault *fault;
};

/* The order of the entry, read once. False: it is not about one, or the store failed. */
static bool read_record(struct batch *b)
{
    struct rules *r = b->rules;
    if (b->record.id != 0 || b->entry->record == 0)
        return b->record.id != 0;
    arena_reset(&r->scratch);
    b->err = record_get(r->host->store, &r->scratch, b->entry->record, false, &b->record,
                        b->fault);
    if (b->err != ERR_OK)
        b->record.id = 0;
    return b->err == ERR_OK;
}

static void add(struct batch *b, struct standing *st, enum job_kind kind)
{
    const struct job_row row = {
        .event = b->entry->id, .rule = st->id, .record = b->entry->record, .kind = kind};
    if (b->event == NULL)
        b->event = event_new(b->entry);
    dispatch_job(b->rules, st, b->event, &row, false);
}

/* What is told of the past is no work, also when a person took the order over since. */
static bool is_past(const struct batch *b)
{
    if ((b->record.flags & (RECORD_OLD | RECORD_ADOPTED)) == 0)
        return false;
    return (b->record.flags & RECORD_OLD) != 0 || import_wrote(b->entry);
}

/* An order that is left alone has no rules. */
static void offer(struct batch *b, struct rule *rule)
{
    if (b->entry->record == 0 && restricts(&rule->where))
        return;
    if (b->entry->record != 0 && (!read_record(b) || is_past(b) ||
                                  !fits(b->rules->host, &rule->where, &b->record)))
        return;
    add(b, rule->standing, JOB_EVENT);
}

static bool listens(const struct rule *rule, const char *what)
{
    for (char **event = rule->events; event != NULL && *event != NULL; event++) {
        if (strcmp(*event, what) == 0)
            return true;
    }
    return false;
}

/* Rules that hold for this order are asked again, also about what they do not listen to.
 */
static void ask_holders(struct batch *b)
{
    struct rules *r = b->rules;
    const struct hold_filter filter = {.record = b->entry->record};
    struct arena a;
    struct hold *list;
    size_t count;
    arena_init(&a);
    b->err = hold_list(r->host->store, &a, &filter, &list, &count, b->fault);
    for (size_t i = 0; b->err == ERR_OK && i < count; i++) {
        struct standing *st = standing_of(r, list[i].rule);
        if (st != NULL && st->rule != NULL && !listens(st->rule, b->entry->what))
            add(b, st, JOB_ASK);
    }
    arena_clear(&a);
}

/* The fire of a schedule: for the rule that its payload names. */
static void offer_due(struct batch *b)
{
    struct rules *r = b->rules;
    arena_reset(&r->scratch);
    const struct json *detail =
        b->entry->detail == NULL
            ? NULL
            : json_parse(&r->scratch, b->entry->detail, b->entry->detail_len, NULL);
    struct standing *st = standing_find(r, json_get_str(detail, "rule", ""));
    if (st != NULL && st->rule != NULL && st->rule->active)
        add(b, st, JOB_EVENT);
}

static void offer_all(struct batch *b)
{
    size_t count;
    const struct listener *l = rulebook_listeners(b->rules->book, b->entry->what, &count);
    for (size_t i = 0; b->err == ERR_OK && i < count; i++)
        offer(b, l[i].rule);
    if (strcmp(b->entry->what, EVENT_DUE) == 0)
        offer_due(b);
    if (b->err == ERR_OK && b->rules->hold_count > 0 && b->entry->record != 0 &&
        event_matters(b->entry->what))
        ask_holders(b);
}

static bool take_entry(void *arg, const struct entry *e)
{
    struct batch *b = arg;
    struct rules *r = b->rules;
    b->entry = e;
    b->event = NULL;
    b->record = (struct record){0};
    offer_all(b);
    event_unref(b->event);
    if (strcmp(e->what, "rule.paused") == 0 || strcmp(e->what, "rule.resumed") == 0)
        r->standings_changed = true;
    r->cursor = e->id;
    b->taken++;
    return b->err == ERR_OK;
}

enum err dispatch_entry(struct rules *r, const struct entry *e, struct fault *f)
{
    struct batch b = {.rules = r, .fault = f};
    take_entry(&b, e);
    return b.err;
}

enum err dispatch(struct rules *r, struct fault *f)
{
    struct batch b = {.rules = r, .fault = f};
    const struct entry_filter filter = {.after_id = r->cursor, .limit = BATCH};
    if (r->cursor >= journal_last(r->host->store))
        return ERR_OK;
    enum err e = journal_each(r->host->store, &filter, take_entry, &b, f);
    r->dispatched = (struct dispatched){.upto = r->cursor,
                                        .seen = journal_moment(r->host->store),
                                        .at_ms = host_now(r->host)};
    return e == ERR_OK ? b.err : e;
}

/* ---- holds ---- */

enum err dispatch_hold(struct rules *r, const struct hold *h, struct job **job,
                       struct fault *f)
{
    struct job *made = NULL;
    const struct job_row row = {
        .event = h->event, .rule = h->rule, .record = h->record, .kind = JOB_DUE};
    struct standing *st = standing_of(r, h->rule);
    enum err e = hold_end(r->host->store, h->rule, h->record, NULL, f);
    r->holds_changed = true;
    if (e != ERR_OK)
        return e;
    if (st != NULL)
        made = dispatch_job(r, st, NULL, &row, false);
    if (job != NULL)
        *job = made;
    return ERR_OK;
}

enum err dispatch_holds(struct rules *r, struct fault *f)
{
    const int64_t now = host_now(r->host);
    const struct hold_filter filter = {.due_ms = now, .limit = HOLDS_AT_ONCE};
    struct arena a;
    struct hold *list;
    size_t count = 0;
    if (r->hold_due_ms > now)
        return ERR_OK;
    arena_init(&a);
    enum err e = hold_list(r->host->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = dispatch_hold(r, &list[i], NULL, f);
    arena_clear(&a);
    return e;
}
