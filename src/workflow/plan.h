/* What a verb did, and how a wish becomes an effect: one for each business key, whoever
 * asks and however often (design 8). */
#ifndef DRAY_WORKFLOW_PLAN_H
#define DRAY_WORKFLOW_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "workflow/flow.h"

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

/* What was asked: the newest revision of its key gives way, is the answer, or contradicts
 * it. */
struct wish {
    struct effect *effect; /* what is wanted, with its key; not stored yet */
    const char *what;      /* "order", "shipment": for messages */
    enum writes writes;    /* of its warehouse */
    bool again;            /* on purpose: a succeeded one is followed by a new one */
    /* Whether an effect of the same key that Amazon took is no answer any more; NULL: it
     * is. */
    bool (*outlived)(void *arg, const struct effect *there);
    void *arg;
};

enum { PLAN_KEY_MAX = 1 << 20 }; /* bytes of a business key */

/* Whether a verb may touch it at all. ERR_STATE: the project file does not name its
 * warehouse or location (`house` is NULL), or it is older than `since`. */
enum err plan_allowed(const struct record *r, const struct warehouse *house,
                      struct fault *f);
/* The effect that a verb asks for of `r`, with `key` as its business key. `asked` becomes
 * its body and, with the verb and without what dray itself has written there (`again`,
 * `why`), its digest. All in `a`. */
struct effect plan_effect(struct host *h, struct arena *a, const struct record *r,
                          enum effect_kind kind, const char *verb, const char *key,
                          const struct json *asked);
/* Looks up the key. out->outcome is PLAN_NEW, with the effect's revision set, or
 * PLAN_EXISTING. ERR_CONFLICT when the key is taken by something else. */
enum err plan_settle(struct host *h, struct arena *a, const struct wish *w,
                     struct plan *out, struct fault *f);
/* Stores the effect where `s` says it stands, or as planned only when nothing is sent
 * from its warehouse (`s` is not looked at then). */
enum err plan_add(struct host *h, const struct wish *w, const struct stand *s,
                  struct plan *out, struct fault *f);
void plan_impossible(struct plan *out, const char *why);

#endif
