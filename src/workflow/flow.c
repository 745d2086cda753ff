/* What the programs have in common once they were asked: effects follow where they stand.
 */
#include "workflow/flow.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "workflow/deadlines.h"
#include "workflow/external.h"
#include "workflow/floor.h"
#include "workflow/print.h"
#include "workflow/prover.h"
#include "workflow/vendor.h"

const struct flow *flow_of(enum effect_kind kind)
{
    if (kind == EFFECT_PRINT)
        return &print_flow;
    return kind <= EFFECT_SCAN ? &vendor_flow : &external_flow;
}

const struct flow *flow_of_account(const struct host *h, const char *account)
{
    const struct account *a = host_account(h, account);
    return a == NULL || a->program == PROGRAM_VENDOR ? &vendor_flow : &external_flow;
}

static enum effect_state state_at(enum step step)
{
    static const enum effect_state states[] = {
        [STEP_READY] = EFFECT_READY,    [STEP_WAIT] = EFFECT_WAITING,
        [STEP_HOLD] = EFFECT_HELD,      [STEP_IMPOSSIBLE] = EFFECT_CANCELLED,
        [STEP_DONE] = EFFECT_SUCCEEDED,
    };
    return states[step];
}

/* When an effect that stands so is looked at again. */
static int64_t next_at(const struct stand *s)
{
    return s->step == STEP_WAIT ? s->next_ms : s->step == STEP_READY ? 0 : INT64_MAX;
}

enum err flow_follow(struct host *h, struct effect *e, const struct stand *s,
                     struct fault *f)
{
    const struct flow *flow = flow_of(e->kind);

    if (s->step == STEP_WAIT && strcmp(e->why, s->why) == 0 && e->next_ms > host_now(h) &&
        (e->next_ms < INT64_MAX || s->next_ms == INT64_MAX))
        return ERR_OK; /* its next look stands already; its times grow with every look */
    if (s->step == STEP_DONE)
        return flow->succeeded(h, e, s->why, f);
    if (s->step == STEP_IMPOSSIBLE)
        return flow->failed(h, e, EFFECT_CANCELLED, s->why, f);
    const struct effect_change change = {
        .to = state_at(s->step), .why = s->why, .next_ms = next_at(s)};
    enum err err = host_move(h, e, &change, f);
    return err == ERR_OK && s->step == STEP_READY ? flow->ready(h, e, f) : err;
}

enum err flow_reconsider(struct host *h, int64_t record, struct fault *f)
{
    struct arena a;
    struct effect *list;
    struct stand stand;
    size_t count;
    const struct effect_filter filter = {
        .record = record, .states = 1u << EFFECT_WAITING, .with_body = true};

    arena_init(&a);
    enum err e = effect_list(h->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        e = flow_of(list[i].kind)->stand(h, &list[i], &stand, f);
        if (e == ERR_OK)
            e = flow_follow(h, &list[i], &stand, f);
    }
    arena_clear(&a);
    return e;
}

enum err flow_add(struct host *h, struct effect *e, const struct stand *s,
                  struct fault *f)
{
    e->state = state_at(s->step);
    e->why = s->step == STEP_DONE ? "" : s->why;
    e->evidence = s->step == STEP_DONE ? s->why : "";
    e->next_ms = next_at(s);
    return flow_insert(h, e, f);
}

enum err flow_insert(struct host *h, struct effect *e, struct fault *f)
{
    enum err err = effect_add(h->store, e, f);
    if (err != ERR_OK)
        return err;
    if (h->watch.effect != NULL)
        h->watch.effect(h->watch.arg, e);
    if (e->state == EFFECT_WAITING)
        prover_wake(h->prover, e->next_ms);
    err = deadlines_hear_effect(h, e, f);
    if (err != ERR_OK)
        return err;
    return e->state == EFFECT_READY ? flow_of(e->kind)->ready(h, e, f) : ERR_OK;
}

enum err flow_proved(struct host *h, struct effect *e, const char *evidence,
                     struct fault *f)
{
    const struct effect_change change = {
        .to = EFFECT_SUCCEEDED, .why = "", .evidence = evidence, .next_ms = INT64_MAX};
    return host_move(h, e, &change, f);
}

static void tell_end(const struct effect *e, enum effect_state state, const char *why)
{
    const bool order = flow_of(e->kind) == &vendor_flow;
    if (state == EFFECT_FAILED || state == EFFECT_REJECTED || state == EFFECT_HELD)
        log_write(LOG_WARN,
                  state == EFFECT_HELD ? "an effect is held for a person"
                                       : "an effect failed",
                  log_safe("account", e->account),
                  log_body(order ? "purchaseOrderNumber" : "shipmentId", e->name),
                  log_number("effect", e->id), log_safe("verb", e->verb),
                  log_safe("why", why), LOG_END);
}

enum err flow_end(struct host *h, struct effect *e, enum effect_state state,
                  const char *why, struct fault *f)
{
    const struct effect_change change = {.to = state, .why = why, .next_ms = INT64_MAX};
    enum err err = host_move(h, e, &change, f);
    tell_end(e, state, why);
    return err;
}

/* The payload: which document it is, and of which package. */
static struct json *paper_detail(struct arena *a, const struct paper *p)
{
    struct json *detail = json_object(a);
    json_set(a, detail, "document", json_integer(a, p->id));
    if (p->package[0] != '\0')
        json_set_str(a, detail, "package", p->package);
    return detail;
}

enum err flow_tell_paper(struct host *h, const struct paper *p, int64_t replaced,
                         struct fault *f)
{
    const bool label = p->kind == PAPER_LABEL;
    char ready[32];
    struct arena a;
    struct record r;

    snprintf(ready, sizeof ready, "%s.ready", paper_kind_name(p->kind));
    arena_init(&a);
    enum err e = record_get(h->store, &a, p->record, false, &r, f);
    if (e == ERR_OK)
        e = host_event(h, &r, ready, paper_detail(&a, p), f);
    if (e == ERR_OK && label && replaced != 0)
        e = host_event(h, &r, "label.replaced", paper_detail(&a, p), f);
    if (e == ERR_OK && label)
        e = floor_tracking_seen(h, &r, p->tracking, p->package, f);
    arena_clear(&a);
    return e;
}
