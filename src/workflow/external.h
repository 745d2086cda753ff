/* A seller's shipment: its six steps, their keys, what proves them, and the way back
 * (design 8; domain.md 1.6, 5). Amazon's own state, read back, is the truth. */
#ifndef DRAY_WORKFLOW_EXTERNAL_H
#define DRAY_WORKFLOW_EXTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "workflow/flow.h"
#include "workflow/plan.h"
#include "workflow/shipment.h"

enum external_verb {
    EXTERNAL_CONFIRM,
    EXTERNAL_REJECT,
    EXTERNAL_CREATE_PACKAGES,
    EXTERNAL_UPDATE_PACKAGE,
    EXTERNAL_SHIPPING_OPTIONS,
    EXTERNAL_GENERATE_INVOICE,
    EXTERNAL_GENERATE_LABELS,
    EXTERNAL_MARK_SHIPPED,
    EXTERNAL_DELIVERY,
    EXTERNAL_VERB_COUNT
};
const char *external_verb_name(enum external_verb v);    /* "confirm" … */
enum external_verb external_verb_find(const char *name); /* …_COUNT when unknown */
enum effect_kind external_kind(enum external_verb v);

/* The functions of this program, for who asks by an effect's kind. */
extern const struct flow external_flow;

/* Plans one effect for the shipment `record`. `asked` is an object of Amazon's fields of
 * the verb's type and of the operation's parameters (packageId, shippingOptionId …), plus
 * the verb's own words (why, again), or NULL. ERR_INPUT: a wrong argument, with the
 * field's path; ERR_STATE: a verb that this shipment never may use; ERR_CONFLICT: the key
 * is taken by something else. */
enum err external_plan(struct host *h, int64_t record, enum external_verb verb,
                       const struct json *asked, struct plan *out, struct fault *f);

/* How long Amazon is given to apply a write before the next one is tried: longer after
 * each 409 (`busy`), a little shorter after each yes. */
int64_t external_pause_ms(const struct account *a);
void external_pause_learn(struct account *a, bool busy);

/* Where an effect of an open shipment stands. */
enum err external_stand_of(struct host *h, struct shipment *s, const struct effect *e,
                           struct stand *out, struct fault *f);
/* What was asked: {params, body, dray}, in the shipment's memory. */
enum err external_asked(struct host *h, struct shipment *s, const struct effect *e,
                        const struct json **asked, struct fault *f);

/* An element of getShipments as a row, whatever its age, and the digest of what it says;
 * nothing is stored, its texts are borrowed. False (and a line in dray's own log): dray
 * cannot use it. */
bool external_row(struct host *h, const struct account *a, const struct json *shipment,
                  const char *text, size_t len, struct record *r, struct digest *digest);
/* One element of getShipments, or the answer of getShipment: new, changed or the same; it
 * proves what it shows. `read_ms`: when it was asked for (UTC). */
enum err external_take(struct host *h, struct account *a, const struct json *shipment,
                       const char *text, size_t len, int64_t read_ms,
                       enum record_change *change, struct fault *f);

/* Evidence of effects, and their ends. */
enum err external_prove(struct host *h, struct shipment *s, struct fault *f);
enum err external_succeeded(struct host *h, struct effect *e, const char *evidence,
                            struct fault *f);
enum err external_failed(struct host *h, struct effect *e, enum effect_state state,
                         const char *why, struct fault *f);

/* Back to step 3: the shipment's labels are void, and the options that they were made
 * with; what was to be sent with them is withdrawn. The invoice is void, too, unless only
 * the slot is gone (`slot`). */
enum err external_back(struct host *h, const struct record *r, bool slot, const char *why,
                       struct fault *f);

/* Amazon refused it with 422, as its `why` says from then on. */
bool external_is_refused(const struct effect *e);
/* Answers to requests (external_answer.c): a yes, and a no for good. */
enum err external_answered(struct host *h, struct effect *e, const struct call_reply *r,
                           struct fault *f);
enum err external_refused(struct host *h, struct effect *e, const struct call_reply *r,
                          const char *why, struct fault *f);

/* Asks Amazon about single shipments (external_look.c). */
void external_look_up(struct host *h, const struct effect *e);
void external_look_at(struct host *h, const struct effect *e);
/* retrieveInvoice for a shipment; `done` (may be NULL) hears whether there is one, when
 * its row is there. */
typedef void external_done_fn(void *arg, bool there, const struct fault *why);
struct external_look;
struct external_look *external_fetch_invoice(struct host *h, const struct record *r,
                                             external_done_fn *done, void *arg);
void external_look_withdraw(struct external_look *l);
/* Withdraws all that is under way. */
void external_forget(struct host *h);

#endif
