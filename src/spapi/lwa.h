/* Login with Amazon: a refresh token becomes an access token (domain.md 1.9).
 *
 * Credentials are read at the first refresh, kept, and read again when Amazon refuses
 * them, so a rotated secret is picked up without a restart. What may pass is tried four
 * times. */
#ifndef DRAY_SPAPI_LWA_H
#define DRAY_SPAPI_LWA_H

#include <stdbool.h>

#include "spapi/context.h"
#include "spapi/grant.h"

struct lwa;

/* The end of a refresh: `g` is borrowed for the call; NULL: none, `f` says why, and
 * `refused` that a person must act. */
typedef void lwa_done_fn(void *arg, const struct grant *g, bool refused,
                         const struct fault *f);

/* The account is borrowed. */
struct lwa *lwa_new(struct spapi *s, const struct account *a, lwa_done_fn *done,
                    void *arg);
void lwa_free(struct lwa *l);
/* Begins a refresh, never while one is under way. May end at once when credentials cannot
 * be read. */
void lwa_refresh(struct lwa *l);
/* Ends what is under way; `done` is not called. */
void lwa_stop(struct lwa *l);

#endif
