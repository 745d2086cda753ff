/* A vendor's order: legal steps, bodies, business keys, look-ups (design 6, 8; domain.md
 * 4). */
#ifndef DRAY_WORKFLOW_VENDOR_H
#define DRAY_WORKFLOW_VENDOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "workflow/host.h"
#include "workflow/poller.h"

enum verb {
    VERB_ACCEPT,
    VERB_REJECT,
    VERB_REQUEST_LABEL,
    VERB_CONFIRM,
    VERB_FLOOR_DENY,
    VERB_SCAN,
    VERB_COUNT
};
const char *verb_name(enum verb v);    /* "accept" … */
enum verb verb_find(const char *name); /* VERB_COUNT when unknown */
enum effect_kind verb_kind(enum verb v);

/* What a verb did. */
enum plan_outcome {
    PLAN_NEW,       /* an effect was planned */
    PLAN_EXISTING,  /* the same was asked before: that effect */
    PLAN_IMPOSSIBLE /* no longer possible: nothing planned, `why` says why */
};
struct plan {
    enum plan_outcome outcome;
    int64_t effect;
    char why[200];
};

/* Plans one effect for the order `record`. `asked` is an object of Amazon's fields of the
 * verb's type plus the verb's own words (code, why, meaning, again), or NULL. ERR_INPUT:
 * a wrong argument, with the field's path; ERR_STATE: a verb that this warehouse never
 * may use; ERR_CONFLICT: the key is taken by something else. */
enum err vendor_plan(struct host *h, int64_t record, enum verb verb,
                     const struct json *asked, struct plan *out, struct fault *f);

/* Why an effect cannot leave yet, or that it can. */
enum step { STEP_READY, STEP_WAIT, STEP_HOLD, STEP_IMPOSSIBLE, STEP_DONE };
struct stand {
    enum step step;
    int64_t
        next_ms; /* STEP_WAIT: when to look again; INT64_MAX: when something happens */
    enum poll_kind need; /* STEP_WAIT: the list that may end it; POLL_KIND_COUNT: none */
    bool need_order;     /* STEP_WAIT: the order's own state may end it (getOrder) */
    char why[300];       /* for people; with STEP_DONE the evidence */
};
enum err vendor_stand(struct host *h, const struct effect *e, struct stand *out,
                      struct fault *f);
/* Moves a waiting effect to where it stands. */
enum err vendor_follow(struct host *h, struct effect *e, const struct stand *s,
                       struct fault *f);
/* Looks again at every effect of an order that waits; moves those that may go on. */
enum err vendor_reconsider(struct host *h, int64_t record, struct fault *f);

/* An effect became ready: the sender is told, the order stands at confirming, denying …
 * meanwhile. */
enum err vendor_ready(struct host *h, const struct effect *e, struct fault *f);

/* The element of the request for an effect (with body), complete, in the arena. */
enum err vendor_request(struct host *h, struct arena *a, const struct effect *e,
                        struct json **element, struct fault *f);
/* The operation that carries an effect, the name of the list in its body, and how many of
 * them go into one request at most. */
const struct operation *vendor_operation(enum effect_kind kind);
const char *vendor_list(enum effect_kind kind);
int vendor_batch(const struct account *a, const struct effect *e);

/* A proved scan ends its order: it and those before it say that every confirmed box is
 * delivered. */
enum err vendor_delivered(struct host *h, const struct effect *scan, bool *delivered,
                          struct fault *f);

/* Evidence came in. */
enum err
vendor_order_status(struct host *h, struct record *r, const char *status,
                    struct fault *f); /* the order's own state, from a list or getOrder */
enum err vendor_succeeded(struct host *h, struct effect *e, const char *evidence,
                          struct fault *f);
enum err vendor_failed(struct host *h, struct effect *e, enum effect_state state,
                       const char *why, struct fault *f);
/* Labels from the document `first` on answer a request that is open: earlier ones of the
 * order are no longer the latest, whatever their package. *replaced grows by how many
 * those were. */
enum err vendor_labels_answer(struct host *h, int64_t record, int64_t first,
                              int64_t *replaced, struct fault *f);
/* A label, slip or invoice of the order was stored. */
enum err vendor_paper_ready(struct host *h, int64_t record, int paper_kind,
                            int64_t replaced, struct fault *f);

/* One element of getOrders or getOrder: new, changed or same. */
enum err vendor_take_order(struct host *h, struct account *a, const struct json *order,
                           const char *text, size_t len, enum record_change *change,
                           struct fault *f);

#endif
