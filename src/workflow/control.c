/* What a person decides. */
#include "workflow/control.h"

#include <stdio.h>
#include <string.h>

#include "store/journal.h"
#include "workflow/flow.h"

enum { FREEZE_NAME = 96 };

/* The log keeps every decision with its actor and reason, whatever comes of it. */
static enum err note(struct host *h, const char *what, const struct effect *e,
                     const char *warehouse, const struct decision *d, struct fault *f)
{
    struct arena a;
    struct buf text;

    arena_init(&a);
    buf_init(&text, 16 * 1024);
    struct json *detail = json_object(&a);
    json_set_str(&a, detail, "actor", d->actor);
    json_set_str(&a, detail, "why", d->why);
    json_set_str(&a, detail, "warehouse", warehouse);
    json_write(&text, detail);
    struct entry entry = {.what = what,
                          .account = e == NULL ? "" : e->account,
                          .record = e == NULL ? 0 : e->record,
                          .effect = e == NULL ? 0 : e->id,
                          .detail = buf_str(&text),
                          .detail_len = text.len};
    enum err err = buf_ok(&text) ? journal_add(h->store, &entry, f)
                                 : fault_set(f, ERR_LIMIT, "the reason is too long");
    buf_clear(&text);
    arena_clear(&a);
    return err;
}

/* "released by ann: the carrier came late" */
static void sentence(char *out, size_t size, const char *what, const struct decision *d)
{
    snprintf(out, size, "%s by %s: %s", what, d->actor, d->why);
}

/* The warehouse plans only: writes = "observe". */
static bool observes(const struct host *h, const char *account, const char *warehouse)
{
    const struct account *a = host_account(h, account);
    const struct warehouse *w = a == NULL ? NULL : account_warehouse(a, warehouse);
    return w != NULL && w->writes == WRITES_OBSERVE;
}

static enum err wrong_state(const struct effect *e, const char *verb, const char *wanted,
                            struct fault *f)
{
    return fault_set(f, ERR_STATE, "effect %lld of order %s is %s; only %s can be %s",
                     (long long)e->id, e->name, effect_state_name(e->state), wanted,
                     verb);
}

/* Reads the effect and checks that it is in one of `states`. */
static enum err open_effect(struct host *h, struct arena *a, int64_t id, unsigned states,
                            const char *verb, const char *wanted, struct effect *e,
                            struct fault *f)
{
    enum err err = effect_get(h->store, a, id, true, e, f);
    if (err == ERR_OK && (states & 1u << e->state) == 0)
        return wrong_state(e, verb, wanted, f);
    return err;
}

/* Two effects of one key must never be on their way together. */
static enum err check_newest(struct host *h, struct arena *a, const struct effect *e,
                             struct fault *f)
{
    struct effect newest;
    enum err err =
        effect_by_key(h->store, a, e->account, e->kind, e->key, false, &newest, f);
    if (err == ERR_OK && newest.id != e->id)
        return fault_set(f, ERR_CONFLICT,
                         "effect %lld of order %s: effect %lld came after it and is %s; "
                         "decide about that one",
                         (long long)e->id, e->name, (long long)newest.id,
                         effect_state_name(newest.state));
    return err;
}

/* An effect of a warehouse that only observes must not leave, also not for a person. */
static enum err check_live(struct host *h, struct arena *a, const struct effect *e,
                           struct fault *f)
{
    struct record r;
    enum err err = record_get(h->store, a, e->record, false, &r, f);
    if (err == ERR_OK && observes(h, r.account, r.warehouse))
        return fault_set(
            f, ERR_STATE,
            "effect %lld of order %s: warehouse %s has writes = \"observe\", "
            "nothing is sent; write \"live\" in dray.lua first",
            (long long)e->id, e->name, r.warehouse);
    return err;
}

/* Where a released effect stands now; a limit does not hold it again. */
static enum err move_on(struct host *h, struct effect *e, const struct decision *d,
                        const char *what, struct fault *f)
{
    struct stand stand;
    char why[300];
    const struct flow *flow = flow_of(e->kind);

    enum err err = flow->stand(h, e, &stand, f);
    if (err != ERR_OK)
        return err;
    if (stand.step == STEP_DONE)
        return flow->succeeded(h, e, stand.why, f);
    if (stand.step == STEP_HOLD)
        return fault_set(f, ERR_STATE,
                         "effect %lld of order %s: %s; answer it with `dray settle`",
                         (long long)e->id, e->name, stand.why);
    if (stand.step == STEP_IMPOSSIBLE)
        return flow->failed(h, e, EFFECT_CANCELLED, stand.why, f);
    sentence(why, sizeof why, what, d);
    const bool ready = stand.step == STEP_READY;
    const struct effect_change change = {
        .to = ready ? EFFECT_READY : EFFECT_WAITING,
        .why = ready ? why : stand.why,
        .actor = d->actor,
        .next_ms = ready ? 0 : stand.next_ms,
        .released = true,
    };
    err = host_move(h, e, &change, f);
    return err == ERR_OK && ready ? flow->ready(h, e, f) : err;
}

enum err control_hold(struct host *h, int64_t effect, const struct decision *d,
                      struct fault *f)
{
    struct arena a;
    struct effect e;
    char why[300];

    arena_init(&a);
    sentence(why, sizeof why, "held", d);
    enum err err = open_effect(
        h, &a, effect, 1u << EFFECT_PLANNED | 1u << EFFECT_WAITING | 1u << EFFECT_READY,
        "held", "what was not sent yet", &e, f);
    const struct effect_change change = {
        .to = EFFECT_HELD, .why = why, .actor = d->actor, .next_ms = INT64_MAX};
    if (err == ERR_OK)
        err = note(h, "decision.hold", &e, NULL, d, f);
    if (err == ERR_OK)
        err = host_move(h, &e, &change, f);
    arena_clear(&a);
    return err;
}

/* What a rule wanted approved is sent only when its condition is still true; *withdrawn:
 * it is not. */
static enum err ask_again(struct host *h, struct effect *e, bool *withdrawn,
                          struct fault *f)
{
    char no[300] = "";
    enum err err = ERR_OK;
    *withdrawn = false;
    if (h->approver.ask != NULL && !e->released)
        err = h->approver.ask(h->approver.arg, e, no, sizeof no, f);
    if (err != ERR_OK || no[0] == '\0')
        return err;
    *withdrawn = true;
    return flow_of(e->kind)->failed(h, e, EFFECT_CANCELLED, no, f);
}

/* Looks again at an effect in one of `states` and lets it go on. */
static enum err let_go(struct host *h, int64_t effect, unsigned states, const char *verb,
                       const char *wanted, const struct decision *d, struct fault *f)
{
    struct arena a;
    struct effect e;
    bool withdrawn = false;

    arena_init(&a);
    const bool retried = strcmp(verb, "tried again") == 0;
    enum err err = open_effect(h, &a, effect, states, verb, wanted, &e, f);
    if (err == ERR_OK)
        err = check_newest(h, &a, &e, f);
    if (err == ERR_OK)
        err = check_live(h, &a, &e, f);
    if (err == ERR_OK)
        err = note(h, retried ? "decision.retry" : "decision.release", &e, NULL, d, f);
    if (err == ERR_OK)
        err = ask_again(h, &e, &withdrawn, f);
    if (err == ERR_OK && !withdrawn)
        err = move_on(h, &e, d, verb, f);
    arena_clear(&a);
    return err;
}

enum err control_release(struct host *h, int64_t effect, const struct decision *d,
                         struct fault *f)
{
    return let_go(h, effect, 1u << EFFECT_HELD | 1u << EFFECT_PLANNED, "released",
                  "what is held, or planned while nothing was sent,", d, f);
}

enum err control_retry(struct host *h, int64_t effect, const struct decision *d,
                       struct fault *f)
{
    return let_go(h, effect,
                  1u << EFFECT_HELD | 1u << EFFECT_FAILED | 1u << EFFECT_REJECTED |
                      1u << EFFECT_UNKNOWN,
                  "tried again", "what is held, failed, rejected or unknown", d, f);
}

enum err control_settle(struct host *h, int64_t effect, enum effect_state as,
                        const struct decision *d, struct fault *f)
{
    struct arena a;
    struct effect e;
    char why[300];

    if (as != EFFECT_SUCCEEDED && as != EFFECT_FAILED && as != EFFECT_CANCELLED)
        return fault_set(f, ERR_INPUT,
                         "an effect is settled as succeeded, failed or cancelled");
    arena_init(&a);
    sentence(why, sizeof why, "settled", d);
    enum err err = open_effect(
        h, &a, effect, 1u << EFFECT_HELD | 1u << EFFECT_UNKNOWN | 1u << EFFECT_ACCEPTED,
        "settled", "what is held, unknown or accepted", &e, f);
    if (err == ERR_OK)
        err = note(h, "decision.settle", &e, NULL, d, f);
    if (err == ERR_OK)
        err = as == EFFECT_SUCCEEDED ? flow_of(e.kind)->succeeded(h, &e, why, f)
                                     : flow_of(e.kind)->failed(h, &e, as, why, f);
    arena_clear(&a);
    return err;
}

enum err control_answer(struct host *h, int64_t effect, const struct json *fields,
                        const struct decision *d, struct fault *f)
{
    struct arena a;
    struct effect e;
    struct buf body;

    arena_init(&a);
    buf_init(&body, 1 << 20);
    enum err err =
        open_effect(h, &a, effect, 1u << EFFECT_HELD, "answered", "what is held", &e, f);
    if (err == ERR_OK)
        err = check_newest(h, &a, &e, f);
    if (err == ERR_OK)
        err = check_live(h, &a, &e, f);
    if (err == ERR_OK)
        err = note(h, "decision.answer", &e, NULL, d, f);
    if (err == ERR_OK)
        err = flow_of(e.kind)->amend(h, &e, fields, &body, f);
    if (err == ERR_OK) {
        const struct effect_change change = {.to = EFFECT_HELD,
                                             .why = "answered",
                                             .actor = d->actor,
                                             .body = buf_str(&body),
                                             .body_len = body.len,
                                             .next_ms = INT64_MAX};
        err = host_move(h, &e, &change, f);
    }
    if (err == ERR_OK)
        err = effect_get(h->store, &a, effect, true, &e, f);
    if (err == ERR_OK)
        err = move_on(h, &e, d, "released", f);
    buf_clear(&body);
    arena_clear(&a);
    return err;
}

/* ---- freeze ---- */

static void freeze_name(char *out, const char *warehouse)
{
    if (warehouse == NULL)
        snprintf(out, FREEZE_NAME, "freeze");
    else
        snprintf(out, FREEZE_NAME, "freeze:%.64s", warehouse);
}

static int64_t frozen_at(struct host *h, const char *warehouse)
{
    char name[FREEZE_NAME];
    int64_t since = 0;
    freeze_name(name, warehouse);
    return cursor_get(h->store, "", name, &since, NULL) == ERR_OK ? since : 0;
}

int64_t control_frozen(struct host *h, const char *warehouse)
{
    const int64_t all = h->stops ? frozen_at(h, NULL) : 0;
    if (!h->stops)
        return 0;
    return all != 0 ? all : frozen_at(h, warehouse);
}

/* Something is frozen, or a warehouse only observes. */
static bool any_stop(struct host *h)
{
    bool stop = frozen_at(h, NULL) != 0;
    for (size_t i = 0; i < h->account_count; i++)
        for (size_t w = 0; !stop && w < h->accounts[i]->warehouse_count; w++)
            stop = h->accounts[i]->warehouses[w].writes == WRITES_OBSERVE ||
                   frozen_at(h, h->accounts[i]->warehouses[w].code) != 0;
    return stop;
}

/* Looks again at everything that may leave, or that waits. */
static enum err restand(struct host *h, const char *warehouse, unsigned states,
                        struct fault *f)
{
    struct arena a;
    struct effect *list;
    struct stand stand;
    size_t count;
    const struct effect_filter filter = {.warehouse = warehouse, .states = states};

    arena_init(&a);
    enum err e = effect_list(h->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        e = flow_of(list[i].kind)->stand(h, &list[i], &stand, f);
        if (e == ERR_OK && !(stand.step == STEP_READY && list[i].state == EFFECT_READY))
            e = flow_follow(h, &list[i], &stand, f);
    }
    arena_clear(&a);
    return e;
}

/* "warehouse ABCD is", "everything is" */
static enum err wrong_freeze(const char *warehouse, const char *what, struct fault *f)
{
    return fault_set(f, ERR_STATE, "%s%s is %s", warehouse == NULL ? "" : "warehouse ",
                     warehouse == NULL ? "everything" : warehouse, what);
}

static enum err set_frozen(struct host *h, const char *warehouse, int64_t since,
                           const struct decision *d, struct fault *f)
{
    char name[FREEZE_NAME];

    freeze_name(name, warehouse);
    enum err e = cursor_set(h->store, "", name, since, f);
    if (e == ERR_OK)
        e = note(h, since == 0 ? "thaw" : "freeze", NULL, warehouse, d, f);
    h->stops = any_stop(h);
    return e;
}

enum err control_freeze(struct host *h, const char *warehouse, const struct decision *d,
                        struct fault *f)
{
    if (frozen_at(h, warehouse) != 0)
        return wrong_freeze(warehouse, "frozen already", f);
    enum err e = set_frozen(h, warehouse, host_now(h), d, f);
    return e == ERR_OK ? restand(h, warehouse, 1u << EFFECT_READY, f) : e;
}

enum err control_thaw(struct host *h, const char *warehouse, const struct decision *d,
                      struct fault *f)
{
    if (frozen_at(h, warehouse) == 0)
        return wrong_freeze(warehouse, "not frozen", f);
    enum err e = set_frozen(h, warehouse, 0, d, f);
    return e == ERR_OK ? restand(h, warehouse, 1u << EFFECT_WAITING, f) : e;
}

/* ---- what may leave ---- */

/* Back to where it stood before it was ready: it is not to be sent. */
static enum err observe_only(struct host *h, struct effect *e, struct fault *f)
{
    const struct effect_change change = {
        .to = EFFECT_PLANNED,
        .why = "observe: nothing is sent (writes = \"observe\")",
        .next_ms = INT64_MAX};
    return host_move(h, e, &change, f);
}

/* What was to leave from a warehouse that now only observes stays here. */
static enum err withdraw_observed(struct host *h, const struct account *a,
                                  const struct warehouse *w, struct fault *f)
{
    struct arena memory;
    struct effect *list;
    size_t count;
    const struct effect_filter filter = {.account = a->id,
                                         .warehouse = w->code,
                                         .states =
                                             1u << EFFECT_READY | 1u << EFFECT_WAITING};

    arena_init(&memory);
    enum err e = effect_list(h->store, &memory, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = observe_only(h, &list[i], f);
    arena_clear(&memory);
    return e;
}

enum err control_open(struct host *h, struct fault *f)
{
    enum err e = ERR_OK;
    h->stops = any_stop(h);
    for (size_t i = 0; i < h->account_count; i++)
        for (size_t w = 0; e == ERR_OK && w < h->accounts[i]->warehouse_count; w++)
            if (h->accounts[i]->warehouses[w].writes == WRITES_OBSERVE)
                e = withdraw_observed(h, h->accounts[i], &h->accounts[i]->warehouses[w],
                                      f);
    return e;
}

static enum err stop_frozen(struct host *h, struct effect *e, struct fault *f)
{
    const struct stand stand = {.step = STEP_WAIT,
                                .next_ms = INT64_MAX,
                                .need = POLL_KIND_COUNT,
                                .why = "frozen: nothing is sent until `dray thaw`"};
    return flow_follow(h, e, &stand, f);
}

enum err control_gate(struct host *h, struct effect *e, bool *stopped, struct fault *f)
{
    struct arena a;
    struct record r;

    *stopped = false;
    if (!h->stops)
        return ERR_OK;
    arena_init(&a);
    enum err err = record_get(h->store, &a, e->record, false, &r, f);
    if (err == ERR_OK && observes(h, r.account, r.warehouse)) {
        *stopped = true;
        err = observe_only(h, e, f);
    } else if (err == ERR_OK && control_frozen(h, r.warehouse) != 0) {
        *stopped = true;
        err = stop_frozen(h, e, f);
    }
    arena_clear(&a);
    return err;
}
