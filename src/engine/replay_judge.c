/* Compares what was decided with what would be. */
#include "engine/replay_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/record.h"
#include "store/rule.h"
#include "store/verdict.h"
#include "workflow/import.h"

const char *replay_kind_name(enum replay_kind k)
{
    static const char *const names[REPLAY_KINDS] = {"different", "before", "now"};
    return names[k];
}

/* ---- notes ---- */

struct played *judge_note(struct replay *p, int64_t event, int64_t rule)
{
    if (p->played_count == p->played_room) {
        p->played_room = p->played_room == 0 ? 256 : 2 * p->played_room;
        p->played = mem_resize(p->played, p->played_room * sizeof *p->played);
    }
    struct played *n = &p->played[p->played_count];
    *n = (struct played){.event = event, .rule = rule, .place = p->played_count++};
    return n;
}

static int compare_pairs(const struct played *l, const struct played *r)
{
    if (l->event != r->event)
        return l->event < r->event ? -1 : 1;
    return (l->rule > r->rule) - (l->rule < r->rule);
}

static int compare_notes(const void *left, const void *right)
{
    const struct played *l = left, *r = right;
    const int pair = compare_pairs(l, r);
    return pair != 0 ? pair : (l->place > r->place) - (l->place < r->place);
}

/* ---- what a run did ---- */

/* The effect of a step of the trace: planned just now, there before, or of the past. */
static enum err find_effect(struct replay *p, struct arena *a, int64_t id, bool then,
                            struct effect *e, struct fault *f)
{
    if (then)
        return past_effect(p->store, a, id, e, f);
    for (const struct wish_made *w = p->wished; w != NULL; w = w->next) {
        if (w->effect.id == id) {
            *e = w->effect;
            return ERR_OK;
        }
    }
    return effect_get(p->store, a, id, false, e, f);
}

/* One verb: its words for people into `words`, all that makes it what it is into `exact`.
 */
static enum err add_step(struct replay *p, struct arena *a, const struct json *step,
                         bool then, struct buf *words, struct buf *exact, struct fault *f)
{
    char hex[DIGEST_HEX + 1];
    int64_t id = 0;
    struct effect e;
    const char *verb = json_get_str(step, "did", NULL);
    const char *note = json_get_str(step, "note", "");
    if (verb == NULL)
        return ERR_OK;
    buf_format(words, "%s%s", words->len == 0 ? "" : ", ", verb);
    if (note[0] != '\0')
        buf_format(words, " (%s)", note);
    buf_format(exact, "%s|%s|", verb, note);
    if (!json_int(json_get(step, "effect"), &id) || id == 0)
        return ERR_OK;
    enum err err = find_effect(p, a, id, then, &e, f);
    if (err == ERR_NOT_FOUND)
        return ERR_OK; /* forgotten with its order */
    if (err != ERR_OK)
        return err;
    digest_hex(&e.digest, hex);
    buf_format(exact, "%d|%s|%s\n", (int)e.kind, e.key, hex);
    return ERR_OK;
}

enum err judge_did(struct replay *p, const struct run_row *run, bool then,
                   struct played *out, struct fault *f)
{
    enum { WORDS_MAX = 4096, EXACT_MAX = 1 << 20 };
    struct arena a;
    struct buf words, exact;
    enum err e = ERR_OK;
    arena_init(&a);
    buf_init(&words, WORDS_MAX);
    buf_init(&exact, EXACT_MAX);
    const bool failed = run->state == RUN_FAILED;
    const struct json *steps =
        failed ? NULL : json_parse(&a, run->trace, run->trace_len, NULL);
    for (const struct json *s = steps == NULL ? NULL : steps->first;
         e == ERR_OK && s != NULL; s = s->next)
        e = add_step(p, &a, s, then, &words, &exact, f);
    digest_of(buf_str(&exact), exact.len, &out->plan);
    if (failed)
        out->did = arena_format(&p->memory, "failed: %.300s", run->error);
    else
        out->did = arena_format(&p->memory, "ran: %s",
                                words.len == 0 ? "nothing planned" : buf_str(&words));
    if (then)
        out->source = run->source;
    buf_clear(&words);
    buf_clear(&exact);
    arena_clear(&a);
    return e;
}

/* ---- both sides ---- */

struct side {
    struct verdict_row *list;
    size_t count, room;
};

static bool take_row(void *arg, const struct verdict_row *v)
{
    struct side *s = arg;
    if (s->count == s->room) {
        s->room = s->room == 0 ? 1024 : 2 * s->room;
        s->list = mem_resize(s->list, s->room * sizeof *s->list);
    }
    s->list[s->count++] = *v;
    return true;
}

struct judging {
    struct replay *p;
    struct replay_totals *totals;
    replay_fn *fn;
    void *arg;
    int64_t since_ms;
    size_t note; /* the next of the sorted notes */
    int64_t *orders;
    size_t order_count;
    struct fault *fault;
};

static void count_reason(struct judging *j, const char *why)
{
    struct replay_reason *r = j->totals->reasons;
    size_t i = 0;
    while (i + 1 < REPLAY_REASONS && r[i].why[0] != '\0' && strcmp(r[i].why, why) != 0)
        i++;
    if (r[i].why[0] == '\0')
        snprintf(r[i].why, sizeof r[i].why, "%s",
                 i + 1 < REPLAY_REASONS ? why : "other reasons");
    r[i].count++;
    j->totals->passed++;
}

/* Nobody was asked, then or now: it counts as not played. */
static void count_unasked(struct judging *j, const struct played *n)
{
    struct arena a;
    struct entry e;
    arena_init(&a);
    if (n->passed != NULL &&
        journal_get(j->p->store, &a, n->event, &e, j->fault) == ERR_OK &&
        e.at_ms >= j->since_ms)
        count_reason(j, n->passed);
    arena_clear(&a);
}

/* What is known of the pair; *ran is that of its last run. */
static const char *find_notes(struct judging *j, int64_t event, int64_t rule,
                              const struct played **ran)
{
    const struct replay *p = j->p;
    const struct played key = {.event = event, .rule = rule};
    const char *passed = NULL;
    *ran = NULL;
    while (j->note < p->played_count && compare_pairs(&p->played[j->note], &key) < 0)
        count_unasked(j, &p->played[j->note++]);
    for (; j->note < p->played_count && p->played[j->note].event == event &&
           p->played[j->note].rule == rule;
         j->note++) {
        const struct played *n = &p->played[j->note];
        if (n->passed != NULL)
            passed = n->passed;
        if (n->did != NULL)
            *ran = n;
    }
    return passed;
}

/* Nothing comes of it, so that it is the same as not to be asked. */
static bool is_quiet(const struct verdict_row *v)
{
    return v->outcome == VERDICT_NO || v->outcome == VERDICT_INCOMPLETE ||
           v->outcome == VERDICT_ONCE || v->outcome == VERDICT_OLD ||
           v->outcome == VERDICT_FORGOT ||
           (v->outcome == VERDICT_HOLDS && v->due_ms == 0);
}

static const char *words_of(const struct verdict_row *v, const struct played *ran)
{
    if (v == NULL)
        return "";
    return v->outcome == VERDICT_RAN && ran != NULL ? ran->did : verdict_name(v->outcome);
}

/* The rule as it is now, or, when it is gone, as it was. */
static enum err name_rule(struct judging *j, struct arena *a, int64_t id,
                          struct replay_news *n)
{
    struct rule_row row = {0};
    const struct standing *st = standing_of(j->p->rules, id);
    enum err e = rule_get(j->p->store, a, id, &row, j->fault);
    n->rule = row.name;
    n->file = st != NULL && st->rule != NULL ? st->rule->file->path : row.file;
    if (n->line == 0 && st != NULL && st->rule != NULL)
        n->line = st->rule->line;
    return e;
}

static enum err name_event(struct judging *j, struct arena *a, struct replay_news *n)
{
    struct entry entry;
    struct record r = {0};
    enum err e = journal_get(j->p->store, a, n->event, &entry, j->fault);
    if (e != ERR_OK)
        return e;
    n->at_ms = import_wrote(&entry) ? imported_at(&entry, a) : entry.at_ms;
    n->what = entry.what;
    n->record = entry.record;
    n->account = entry.account;
    if (entry.record != 0)
        e = record_get(j->p->store, a, entry.record, false, &r, j->fault);
    n->order = r.name == NULL ? "" : r.name;
    return e;
}

static void note_order(struct judging *j, int64_t record)
{
    if (record == 0)
        return;
    j->orders = mem_resize(j->orders, (j->order_count + 1) * sizeof *j->orders);
    j->orders[j->order_count++] = record;
}

static enum err tell(struct judging *j, enum replay_kind kind,
                     const struct verdict_row *then, const struct played *was,
                     const struct verdict_row *now, const struct played *is)
{
    struct arena a;
    const struct verdict_row *v = now != NULL ? now : then;
    struct replay_news n = {
        .kind = kind, .before = words_of(then, was), .now = words_of(now, is)};
    if (v == NULL)
        return ERR_OK; /* there is always one */
    n.event = v->event;
    n.line = v->line;
    arena_init(&a);
    enum err e = name_rule(j, &a, v->rule, &n);
    if (e == ERR_OK)
        e = name_event(j, &a, &n);
    if (e == ERR_OK) {
        note_order(j, n.record);
        j->totals->kinds[kind]++;
        j->fn(j->arg, &n);
    }
    arena_clear(&a);
    return e;
}

/* What its run did then; *cut when that did not come to its end. */
static enum err read_was(struct judging *j, const struct verdict_row *then,
                         struct played *was, bool *cut)
{
    struct arena a;
    struct run_row run = {0};
    *was = (struct played){.event = then->event, .rule = then->rule};
    *cut = false;
    if (then->outcome != VERDICT_RAN || then->run == 0)
        return ERR_OK;
    arena_init(&a);
    enum err e = past_run_get(j->p->store, &a, then->run, &run, j->fault);
    *cut = e == ERR_NOT_FOUND || (run.state != RUN_DONE && run.state != RUN_FAILED);
    if (e == ERR_NOT_FOUND)
        e = ERR_OK;
    else if (e == ERR_OK)
        e = judge_did(j->p, &run, true, was, j->fault);
    arena_clear(&a);
    return e;
}

static bool is_failed(const struct played *n)
{
    return n->did != NULL && strncmp(n->did, "failed", strlen("failed")) == 0;
}

static bool is_same(const struct verdict_row *then, const struct played *was,
                    const struct verdict_row *now, const struct played *is)
{
    if (then->outcome != now->outcome)
        return is_quiet(then) && is_quiet(now) && then->outcome != VERDICT_FORGOT &&
               now->outcome != VERDICT_FORGOT;
    if (then->outcome != VERDICT_RAN || is == NULL)
        return then->outcome != VERDICT_RAN;
    return is_failed(was) == is_failed(is) &&
           memcmp(&was->plan, &is->plan, sizeof was->plan) == 0;
}

static enum err judge_both(struct judging *j, const struct verdict_row *then,
                           const struct verdict_row *now, const struct played *is)
{
    struct played was;
    bool cut;
    enum err e = read_was(j, then, &was, &cut);
    if (e != ERR_OK)
        return e;
    if (cut) {
        count_reason(j, "its run was cut off, or is no longer kept");
        return ERR_OK;
    }
    j->totals->compared++;
    if (was.did != NULL && is != NULL &&
        memcmp(&was.source, &is->source, sizeof was.source) != 0)
        j->totals->versions++;
    if (!is_same(then, &was, now, is))
        return tell(j, REPLAY_DIFFERENT, then, &was, now, is);
    j->totals->same++;
    return ERR_OK;
}

static enum err is_whole(struct judging *j, const struct verdict_row *v, bool *whole)
{
    struct arena a;
    struct entry entry;
    arena_init(&a);
    enum err e = journal_get(j->p->store, &a, v->event, &entry, j->fault);
    if (e == ERR_OK)
        e = past_whole(j->p->past, entry.id, entry.record, whole, j->fault);
    arena_clear(&a);
    return e;
}

static enum err judge_one(struct judging *j, const struct verdict_row *then,
                          const struct verdict_row *now)
{
    const struct verdict_row *v = then != NULL ? then : now;
    const struct played *is;
    struct played was;
    bool cut;
    if (v == NULL)
        return ERR_OK; /* there is always one */
    const char *passed = find_notes(j, v->event, v->rule, &is);
    if (passed != NULL || (then != NULL && then->outcome == VERDICT_DROPPED)) {
        count_reason(j, passed != NULL ? passed : "a person dropped it");
        return ERR_OK;
    }
    if (then != NULL && now != NULL)
        return judge_both(j, then, now, is);
    bool whole = true;
    enum err e = now != NULL ? ERR_OK : is_whole(j, v, &whole);
    if (e != ERR_OK || !whole) {
        count_reason(j, "the beginning of its story is no longer kept");
        return e;
    }
    if (is_quiet(v))
        return ERR_OK;
    j->totals->compared++;
    if (then == NULL)
        return tell(j, REPLAY_NOW, NULL, NULL, now, is);
    e = read_was(j, then, &was, &cut);
    return e == ERR_OK ? tell(j, REPLAY_BEFORE, then, &was, NULL, NULL) : e;
}

static int compare_rows(const struct verdict_row *l, const struct verdict_row *r)
{
    if (l->event != r->event)
        return l->event < r->event ? -1 : 1;
    return (l->rule > r->rule) - (l->rule < r->rule);
}

static enum err judge_sides(struct judging *j, const struct side *then,
                            const struct side *now)
{
    enum err e = ERR_OK;
    size_t t = 0, n = 0;
    while (e == ERR_OK && (t < then->count || n < now->count)) {
        const struct verdict_row *was = t < then->count ? &then->list[t] : NULL;
        const struct verdict_row *is = n < now->count ? &now->list[n] : NULL;
        const int order = was == NULL ? 1 : is == NULL ? -1 : compare_rows(was, is);
        e = judge_one(j, order <= 0 ? was : NULL, order >= 0 ? is : NULL);
        t += order <= 0;
        n += order >= 0;
    }
    return e;
}

static int compare_ids(const void *left, const void *right)
{
    const int64_t *l = left, *r = right;
    return (*l > *r) - (*l < *r);
}

static int64_t count_orders(struct judging *j)
{
    int64_t count = 0;
    if (j->order_count > 0)
        qsort(j->orders, j->order_count, sizeof *j->orders, compare_ids);
    for (size_t i = 0; i < j->order_count; i++)
        count += i == 0 || j->orders[i] != j->orders[i - 1];
    return count;
}

static int compare_reasons(const void *left, const void *right)
{
    const struct replay_reason *l = left, *r = right;
    return (l->count < r->count) - (l->count > r->count);
}

enum err judge_all(struct replay *p, int64_t since_ms, replay_fn *fn, void *arg,
                   struct replay_totals *totals, struct fault *f)
{
    struct judging j = {
        .p = p, .totals = totals, .fn = fn, .arg = arg, .since_ms = since_ms, .fault = f};
    struct side then = {0}, now = {0};
    if (p->played_count > 0)
        qsort(p->played, p->played_count, sizeof *p->played, compare_notes);
    enum err e = past_verdicts(p->store, since_ms, take_row, &then, f);
    if (e == ERR_OK)
        e = verdict_since(p->store, since_ms, take_row, &now, f);
    if (e == ERR_OK)
        e = judge_sides(&j, &then, &now);
    for (size_t i = 0; e == ERR_OK && i < p->rescheduled_count; i++)
        count_reason(&j, "a schedule that is new or another is not fired again");
    while (e == ERR_OK && j.note < p->played_count)
        count_unasked(&j, &p->played[j.note++]);
    totals->orders = count_orders(&j);
    qsort(totals->reasons, REPLAY_REASONS, sizeof *totals->reasons, compare_reasons);
    free(then.list);
    free(now.list);
    free(j.orders);
    return e;
}
