/* Access tokens and restricted data tokens of an account: in memory, in C, nowhere else
 * (design 7, domain.md 1.8, 1.9, 3).
 *
 * One refresh at a time however many wait; 60 s of margin; one restricted token with
 * generic paths for all restricted reads, at most one Tokens call an hour; where a role
 * is missing, one path at a time, then the plain token, and what worked is remembered. */
#ifndef DRAY_SPAPI_TOKEN_H
#define DRAY_SPAPI_TOKEN_H

#include <stdbool.h>

#include "base/secret.h"
#include "spapi/call.h"

struct tokens *tokens_new(struct spapi *s, struct account *a);
void tokens_free(struct tokens *t);

/* Called with the token (borrowed for the call), or NULL and why there is none. `refused`
 * is set when a person must act: bad secret, revoked consent. */
typedef void token_fn(void *arg, const struct secret *token, bool refused,
                      const struct fault *f);
struct token_wait;
/* The token for an operation; `fn` is called later or, when a fresh one is there, at once
 * (then NULL is returned). */
struct token_wait *tokens_want(struct tokens *t, const struct operation *op, token_fn *fn,
                               void *arg);
void tokens_withdraw(struct token_wait *w);
/* Amazon said that this token, given for `op`, is expired or not accepted: the next want
 * gets another. False when there is no other kind to try. */
bool tokens_refused(struct tokens *t, const struct operation *op,
                    const struct refusal *why);

#endif
