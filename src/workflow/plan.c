/* How a wish becomes an effect. */
#include "workflow/plan.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

enum err plan_allowed(const struct record *r, const struct warehouse *house,
                      struct fault *f)
{
    const bool order = r->kind == RECORD_ORDER;
    const char *what = order ? "order" : "shipment";
    if (house == NULL)
        return fault_set(
            f, ERR_STATE,
            "%s %s: the project file names no %s %s; add it to account \"%s\"", what,
            r->name, order ? "warehouse" : "location", r->warehouse, r->account);
    if ((r->flags & RECORD_IMPORTED) != 0)
        return fault_set(
            f, ERR_STATE,
            "%s %s was imported from Amazon's record of the past and is left "
            "alone; `dray adopt %s` takes it over where it is still open",
            what, r->name, r->name);
    if ((r->flags & RECORD_OLD) != 0)
        return fault_set(f, ERR_STATE,
                         "%s %s is older than the account's `since` and is left alone; "
                         "`dray adopt %s` takes it over",
                         what, r->name, r->name);
    return ERR_OK;
}

/* The same wish is known again by it; `again` and `why`, in `dray`, are no part of that.
 */
static void digest_asked(struct arena *a, const char *verb, const struct json *asked,
                         struct buf *text, struct digest *out)
{
    struct json *fields = json_copy(a, asked);

    json_set(a, fields, "dray", NULL);
    buf_reset(text);
    buf_text(text, verb);
    json_write_sorted(text, fields);
    digest_of(buf_str(text), text->len, out);
}

struct effect plan_effect(struct host *h, struct arena *a, const struct record *r,
                          enum effect_kind kind, const char *verb, const char *key,
                          const struct json *asked)
{
    enum { BODY_MAX = 1 << 20 };
    struct buf text;
    struct effect e = {
        .kind = kind,
        .verb = verb,
        .record = r->id,
        .account = r->account,
        .name = r->name,
        .key = arena_text(a, key),
        .why = "",
        .evidence = "",
        .transaction = "",
        .run = h->run,
        .planned_ms = host_now(h),
    };

    buf_init(&text, BODY_MAX);
    json_write(&text, asked);
    e.body = arena_copy(a, buf_str(&text), text.len);
    e.body_len = text.len;
    digest_asked(a, verb, asked, &text, &e.digest);
    buf_clear(&text);
    return e;
}

static bool ended_badly(enum effect_state s)
{
    return s == EFFECT_FAILED || s == EFFECT_REJECTED || s == EFFECT_CANCELLED;
}

static bool gives_way(const struct wish *w, const struct effect *there)
{
    if (ended_badly(there->state))
        return true;
    if (there->state == EFFECT_SUCCEEDED && w->again)
        return true;
    return (there->state == EFFECT_SUCCEEDED || there->state == EFFECT_ACCEPTED) &&
           w->outlived != NULL && w->outlived(w->arg, there);
}

static enum err conflict(const struct wish *w, const struct effect *there,
                         struct fault *f)
{
    const struct effect *e = w->effect;
    if (strcmp(there->verb, e->verb) == 0)
        return fault_set(
            f, ERR_CONFLICT,
            "%s %s: %s was asked before with other content (effect %lld, %s); see "
            "`dray explain %s`",
            w->what, e->name, e->verb, (long long)there->id,
            effect_state_name(there->state), e->name);
    return fault_set(
        f, ERR_CONFLICT,
        "%s %s: %s contradicts %s, which was asked before (effect %lld, %s); see "
        "`dray explain %s`",
        w->what, e->name, e->verb, there->verb, (long long)there->id,
        effect_state_name(there->state), e->name);
}

/* The key is taken: by the same wish, by one that may be repeated, or by a contradiction.
 */
static enum err settle_with(const struct wish *w, const struct effect *there,
                            struct plan *out, struct fault *f)
{
    struct effect *e = w->effect;
    e->revision = there->revision + 1;
    if (gives_way(w, there))
        return ERR_OK;
    out->outcome = PLAN_EXISTING;
    out->effect = there->id;
    if (memcmp(&there->digest, &e->digest, sizeof e->digest) == 0 || w->again)
        return ERR_OK;
    return conflict(w, there, f);
}

/* It was planned while nothing was sent, and is now asked for in earnest. */
static enum err supersede(struct host *h, const struct wish *w, struct effect *there,
                          struct fault *f)
{
    const struct effect_change change = {.to = EFFECT_CANCELLED,
                                         .why = "planned while nothing was sent; asked "
                                                "for again since",
                                         .next_ms = INT64_MAX};
    if (there->state != EFFECT_PLANNED || w->writes != WRITES_LIVE)
        return ERR_OK;
    return host_move(h, there, &change, f);
}

enum err plan_settle(struct host *h, struct arena *a, const struct wish *w,
                     struct plan *out, struct fault *f)
{
    struct effect there = {0};
    const struct effect *e = w->effect;

    out->outcome = PLAN_NEW;
    enum err err =
        effect_by_key(h->store, a, e->account, e->kind, e->key, false, &there, f);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (err == ERR_OK)
        err = supersede(h, w, &there, f);
    return err == ERR_OK ? settle_with(w, &there, out, f) : err;
}

static enum err add_observed(struct host *h, struct effect *e, struct fault *f)
{
    e->state = EFFECT_PLANNED;
    e->why = "observe: nothing is sent (writes = \"observe\")";
    e->next_ms = INT64_MAX;
    return flow_insert(h, e, f);
}

/* The rule that plans it wants a person's release first (control_release). */
static enum err add_for_approval(struct host *h, struct effect *e, struct fault *f)
{
    e->state = EFFECT_HELD;
    e->why = "waits for a person's approval";
    e->next_ms = INT64_MAX;
    return flow_insert(h, e, f);
}

enum err plan_add(struct host *h, const struct wish *w, const struct stand *s,
                  struct plan *out, struct fault *f)
{
    const bool observed = w->writes == WRITES_OBSERVE;
    if (!observed && s->step == STEP_IMPOSSIBLE) {
        plan_impossible(out, s->why);
        return ERR_OK;
    }
    const bool wanted = s->step == STEP_READY || s->step == STEP_WAIT;
    enum err e;
    if (observed)
        e = add_observed(h, w->effect, f);
    else if (h->approve && wanted)
        e = add_for_approval(h, w->effect, f);
    else
        e = flow_add(h, w->effect, s, f);
    out->effect = w->effect->id;
    return e;
}

void plan_impossible(struct plan *out, const char *why)
{
    out->outcome = PLAN_IMPOSSIBLE;
    snprintf(out->why, sizeof out->why, "%.199s", why);
}
