/* The past, step by step: entries of the log and changes of rows, merged by their
 * moments. */
#include "store/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "store/effect.h"
#include "store/past_trail.h"
#include "store/prune.h"
#include "store/statement.h"

struct past {
    struct store *store;
    struct trail trail;
    size_t at;           /* the next of its changes */
    int64_t last;        /* id of the last entry of the past */
    int64_t whole;       /* the first event since which nothing is forgotten */
    bool cut;            /* runs were forgotten */
    int64_t entry;       /* id of the next one */
    int64_t entry_at_ms; /* of that */
    int64_t played_ms;   /* of the one that was played last */
};

/* ---- opening ---- */

/* What is known from the start: names, so that every row keeps its number. Runs that are
 * played have numbers after those that were. */
static const char beginnings[] =
    "INSERT INTO account SELECT id, name FROM old.account;"
    "INSERT INTO rule SELECT id, name, file, head, 0, '', 0, 0, 0, 0 FROM old.rule;"
    "INSERT INTO run(id, state, begun_ms, ended_ms, script, error, source, rule, event,"
    " record, tries, seen, seen_ms, trace) SELECT max(id), 1, 0, 0, '', '', x'', 0, 0, 0,"
    " 0, 0, 0, '' FROM old.run HAVING max(id) > 0;";

static enum err number(struct past *p, const char *sql, int64_t id, int64_t otherwise,
                       int64_t *out, struct fault *f)
{
    struct query q;
    query_read(&q, p->store, sql, f);
    query_int(&q, id);
    return query_number(&q, otherwise, out);
}

static enum err look_at_entry(struct past *p, struct fault *f)
{
    return number(p, "SELECT at_ms FROM old.log WHERE id = ?", p->entry, 0,
                  &p->entry_at_ms, f);
}

/* From where on everything is there. Verdicts are forgotten before the log is. */
static enum err find_whole(struct past *p, struct fault *f)
{
    int64_t verdicts = 0, runs = 0;
    enum err e = number(p, "SELECT coalesce(min(id), 1) FROM old.log WHERE id > ?", 0, 1,
                        &p->entry, f);
    if (e == ERR_OK)
        e = number(p,
                   "SELECT max(value) FROM old.cursor WHERE name = '" PRUNED_VERDICTS
                   "' AND value > ?",
                   0, 0, &verdicts, f);
    if (e == ERR_OK)
        e = number(p,
                   "SELECT max(value) FROM old.cursor WHERE name = '" PRUNED_RUNS
                   "' AND value > ?",
                   0, 0, &runs, f);
    p->whole = verdicts + 1 > p->entry ? verdicts + 1 : p->entry;
    p->cut = runs > 0 || p->entry > 1;
    return e;
}

static enum err begin(struct past *p, struct fault *f)
{
    enum err e = store_write(p->store, f);
    if (e == ERR_OK)
        e = store_execute(p->store, beginnings, f);
    account_forget(p->store);
    if (e == ERR_OK)
        e = number(p, "SELECT max(id) FROM old.log WHERE id > ?", 0, 0, &p->last, f);
    if (e == ERR_OK)
        e = find_whole(p, f);
    if (e == ERR_OK)
        e = look_at_entry(p, f);
    return e == ERR_OK ? trail_read(&p->trail, p->store, f) : e;
}

struct past *past_open(struct store *s, struct fault *f)
{
    struct past *p = mem_new(sizeof *p);
    p->store = s;
    if (begin(p, f) == ERR_OK)
        return p;
    past_close(p);
    return NULL;
}

void past_close(struct past *p)
{
    if (p == NULL)
        return;
    trail_clear(&p->trail);
    free(p);
}

/* ---- what comes next ---- */

static const struct change *next_change(const struct past *p)
{
    return p->at < p->trail.count ? &p->trail.list[p->at] : NULL;
}

bool past_next(const struct past *p, struct past_step *step)
{
    const struct change *c = next_change(p);
    const bool entry = p->entry <= p->last;
    if (c == NULL && !entry)
        return false;
    if (entry && (c == NULL || p->entry * MOMENTS <= c->moment)) {
        *step = (struct past_step){.kind = PAST_ENTRY,
                                   .moment = p->entry * MOMENTS,
                                   .row = p->entry,
                                   .at_ms = p->entry_at_ms};
        return true;
    }
    *step = (struct past_step){.kind = c->kind,
                               .moment = c->moment,
                               .row = c->row,
                               .at_ms = p->played_ms,
                               .body = c->kind == PAST_RECORD && c->column == 'b'};
    return true;
}

enum err past_whole(struct past *p, int64_t event, int64_t record, bool *whole,
                    struct fault *f)
{
    int64_t born = INT64_MAX; /* -1: the record is gone */
    enum err e = ERR_OK;
    if (record != 0)
        e = number(p, "SELECT cast(past AS INTEGER) FROM old.record WHERE id = ?", record,
                   -1, &born, f);
    *whole = event >= p->whole && born >= (p->whole - 1) * MOMENTS;
    return e;
}

bool past_cut(const struct past *p)
{
    return p->cut;
}

void past_reach(struct past *p, int64_t moment)
{
    p->store->tail.id = moment / MOMENTS;
    p->store->tail.ticks = moment % MOMENTS;
}

/* ---- rows ---- */

static enum err run_with(struct past *p, const char *sql, int64_t row, const char *value,
                         struct fault *f)
{
    struct query q;
    query_write(&q, p->store, sql, f);
    query_int(&q, row);
    if (value != NULL)
        query_text(&q, value);
    return query_run(&q, NULL);
}

/* Each text has a digest of its own, since by that others know it again
 * (workflow/bodies.h). */
static enum err mark_text(struct past *p, const struct change *c, struct fault *f)
{
    struct query q;
    struct digest d;
    digest_of(&c->moment, sizeof c->moment, &d);
    query_write(&q, p->store, "UPDATE record SET digest = ? WHERE id = ?", f);
    query_digest(&q, &d);
    query_int(&q, c->row);
    return query_run(&q, NULL);
}

/* The text that held from this moment on: the one before the next change, or today's. */
static enum err put_text(struct past *p, const struct change *c, struct fault *f)
{
    struct query q;
    query_write(&q, p->store,
                "INSERT OR REPLACE INTO record_body(record, body) SELECT ?1, body FROM ("
                "SELECT body, moment FROM old.record_past WHERE record = ?1 AND moment >"
                " ?2 UNION ALL SELECT body, 9223372036854775807 FROM old.record_body"
                " WHERE record = ?1) ORDER BY moment LIMIT 1",
                f);
    query_int(&q, c->row);
    query_int(&q, c->moment);
    enum err e = query_run(&q, NULL);
    return e == ERR_OK ? mark_text(p, c, f) : e;
}

/* What an order holds of the stock goes with its state; at its beginning it has no lines
 * yet. */
static enum err set_state(struct past *p, const struct change *c, struct fault *f)
{
    int64_t from = 0, order = 0;
    const int to = (int)strtol(c->value, NULL, 10);
    enum err e = number(p, "SELECT state FROM record WHERE id = ?", c->row, to, &from, f);
    if (e == ERR_OK)
        e = number(p, "SELECT kind = 0 FROM record WHERE id = ?", c->row, 0, &order, f);
    if (e == ERR_OK && order != 0)
        e = stock_state(p->store, c->row, (int)from, to, f);
    return e == ERR_OK ? run_with(p, "UPDATE record SET state = ?2 WHERE id = ?1", c->row,
                                  c->value, f)
                       : e;
}

static enum err set_warehouse(struct past *p, const struct change *c, struct fault *f)
{
    enum err e = stock_leave(p->store, c->row, f);
    if (e == ERR_OK)
        e = run_with(p, "UPDATE record SET warehouse = ?2 WHERE id = ?1", c->row,
                     c->value, f);
    return e == ERR_OK ? stock_arrive(p->store, c->row, f) : e;
}

static enum err change_record(struct past *p, const struct change *c, struct fault *f)
{
    switch (c->column) {
    case 'n':
        return run_with(p,
                        "INSERT INTO record SELECT id, kind, account, state, flags,"
                        " ordered_ms, ship_by_ms, seen_ms, changed_ms, name, warehouse,"
                        " status, digest, '' FROM old.record WHERE id = ?",
                        c->row, NULL, f);
    case 'b':
        return put_text(p, c, f);
    case 's':
        return set_state(p, c, f);
    case 'f':
        return run_with(p, "UPDATE record SET flags = ?2 WHERE id = ?1", c->row, c->value,
                        f);
    case 'o':
        return run_with(p, "UPDATE record SET ordered_ms = ?2 WHERE id = ?1", c->row,
                        c->value, f);
    case 'd':
        return run_with(p, "UPDATE record SET ship_by_ms = ?2 WHERE id = ?1", c->row,
                        c->value, f);
    case 'w':
        return set_warehouse(p, c, f);
    case 't':
        return run_with(p, "UPDATE record SET status = ?2 WHERE id = ?1", c->row,
                        c->value, f);
    default:
        return ERR_OK;
    }
}

static enum err change_paper(struct past *p, const struct change *c, struct fault *f)
{
    switch (c->column) {
    case 'n':
        return run_with(p, "INSERT INTO paper SELECT * FROM old.paper WHERE id = ?",
                        c->row, NULL, f);
    case 'l':
        return run_with(p, "UPDATE paper SET latest = ?2 WHERE id = ?1", c->row, c->value,
                        f);
    case 'v':
        return run_with(p, "UPDATE paper SET void_ms = ?2 WHERE id = ?1", c->row,
                        c->value, f);
    case 'r':
        return run_with(p, "UPDATE paper SET received_ms = ?2 WHERE id = ?1", c->row,
                        c->value, f);
    case 'k':
        return run_with(p, "UPDATE paper SET tracking = ?2 WHERE id = ?1", c->row,
                        c->value, f);
    case 'm':
        return run_with(p, "UPDATE paper SET ship_method = ?2 WHERE id = ?1", c->row,
                        c->value, f);
    default:
        return ERR_OK;
    }
}

/* ---- entries ---- */

/* As it was planned; what became of it comes with later entries. */
static enum err begin_effect(struct past *p, const struct entry *e,
                             const struct json *detail, int64_t state, struct fault *f)
{
    struct query q;
    query_write(&q, p->store,
                "INSERT INTO effect SELECT id, kind, ?2, 1, account, record, revision, 0,"
                " 0, 9223372036854775807, planned_ms, 0, ?3, run, 0, verb, name, key, '',"
                " ?4, ?5, digest FROM old.effect WHERE id = ?1",
                f);
    query_int(&q, e->effect);
    query_int(&q, state);
    query_int(&q, e->at_ms);
    query_text(&q, json_get_str(detail, "why", ""));
    query_text(&q, json_get_str(detail, "evidence", ""));
    enum err err = query_run(&q, NULL);
    return err == ERR_OK ? run_with(p,
                                    "INSERT INTO effect_body SELECT effect, body FROM"
                                    " old.effect_body WHERE effect = ?",
                                    e->effect, NULL, f)
                         : err;
}

/* A reason that is not told again stays; what is proved has none. */
static enum err move_effect(struct past *p, const struct entry *e,
                            const struct json *detail, int64_t state, struct fault *f)
{
    struct query q;
    query_write(&q, p->store,
                "UPDATE effect SET state = ?2, changed_ms = ?3,"
                " why = coalesce(?4, iif(?2 = ?8, '', why)),"
                " evidence = coalesce(?5, evidence),"
                " transaction_id = coalesce(?6, transaction_id),"
                " sent_ms = iif(?2 = ?7, ?3, sent_ms) WHERE id = ?1",
                f);
    query_int(&q, e->effect);
    query_int(&q, state);
    query_int(&q, e->at_ms);
    query_text(&q, json_str(json_get(detail, "why")));
    query_text(&q, json_str(json_get(detail, "evidence")));
    query_text(&q, json_str(json_get(detail, "transactionId")));
    query_int(&q, EFFECT_SENDING);
    query_int(&q, EFFECT_SUCCEEDED);
    return query_run(&q, NULL);
}

static enum err play_effect(struct past *p, const struct entry *e,
                            const struct json *detail, struct fault *f)
{
    const enum effect_state state = effect_state_find(json_get_str(detail, "to", ""));
    if (state == EFFECT_STATE_COUNT || e->effect == 0)
        return ERR_OK;
    return json_get(detail, "from") == NULL ? begin_effect(p, e, detail, state, f)
                                            : move_effect(p, e, detail, state, f);
}

static enum err copy_entry(struct past *p, struct fault *f)
{
    return run_with(p, "INSERT INTO log SELECT * FROM old.log WHERE id = ?", p->entry,
                    NULL, f);
}

static enum err play_entry(struct past *p, struct arena *a, struct entry *e,
                           struct fault *f)
{
    enum err err = copy_entry(p, f);
    if (err == ERR_OK)
        err = journal_get(p->store, a, p->entry, e, f);
    if (err != ERR_OK)
        return err;
    const struct json *detail =
        e->detail == NULL ? NULL : json_parse(a, e->detail, e->detail_len, NULL);
    if (strncmp(e->what, "effect.", strlen("effect.")) == 0)
        err = play_effect(p, e, detail, f);
    p->played_ms = e->at_ms;
    p->entry++;
    return err == ERR_OK ? look_at_entry(p, f) : err;
}

enum err past_play(struct past *p, struct arena *a, struct entry *e, struct fault *f)
{
    struct past_step step;
    if (!past_next(p, &step))
        return fault_set(f, ERR_BUG, "the past is over");
    past_reach(p, step.moment);
    if (step.kind == PAST_ENTRY)
        return play_entry(p, a, e, f);
    const struct change *c = &p->trail.list[p->at++];
    return step.kind == PAST_RECORD ? change_record(p, c, f) : change_paper(p, c, f);
}
