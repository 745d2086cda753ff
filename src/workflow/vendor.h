/* A vendor's order: legal steps, bodies, business keys, look-ups (design 6, 8; domain.md
 * 4). */
#ifndef DRAY_WORKFLOW_VENDOR_H
#define DRAY_WORKFLOW_VENDOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "workflow/flow.h"
#include "workflow/plan.h"
#include "workflow/host.h"

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

/* Plans one effect for the order `record`. `asked` is an object of Amazon's fields of the
 * verb's type plus the verb's own words (code, why, meaning, again), or NULL. ERR_INPUT:
 * a wrong argument, with the field's path; ERR_STATE: a verb that this warehouse never
 * may use; ERR_CONFLICT: the key is taken by something else. */
enum err vendor_plan(struct host *h, int64_t record, enum verb verb,
                     const struct json *asked, struct plan *out, struct fault *f);

/* The functions below, for who asks by an effect's kind. */
extern const struct flow vendor_flow;

enum err vendor_stand(struct host *h, const struct effect *e, struct stand *out,
                      struct fault *f);

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
enum err vendor_paper_ready(struct host *h, const struct paper *p, int64_t replaced,
                            struct fault *f);

/* An element of getOrders as a row, and the digest of what it says; nothing is stored,
 * its texts are borrowed. False (and a line in dray's own log): dray cannot use it. */
bool vendor_row(struct host *h, const struct account *a, const struct json *order,
                const char *text, size_t len, struct record *r, struct digest *digest);
/* One element of getOrders or getOrder: new, changed or same. */
enum err vendor_take_order(struct host *h, struct account *a, const struct json *order,
                           const char *text, size_t len, enum record_change *change,
                           struct fault *f);

#endif
