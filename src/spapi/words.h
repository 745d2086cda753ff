/* Sentences for people about calls that did not succeed: which account, which operation,
 * what happened, what to do. Never a token, a body or a query. */
#ifndef DRAY_SPAPI_WORDS_H
#define DRAY_SPAPI_WORDS_H

#include "spapi/account.h"
#include "spapi/reply.h"

/* Amazon's definite no. Returns the code for it. */
enum err words_refused(const struct account *a, const struct operation *op,
                       const struct refusal *r, struct fault *f);
/* A 5xx: at Amazon something broke. */
enum err words_server(const struct account *a, const struct operation *op, bool write,
                      const struct refusal *r, struct fault *f);
/* Certainly not sent. */
enum err words_not_sent(const struct account *a, const struct operation *op,
                        const char *why, struct fault *f);
/* No whole answer came. */
enum err words_lost(const struct account *a, const struct operation *op, bool write,
                    const char *why, struct fault *f);
/* A success that cannot be read; `f` says why and gets the rest around it. */
enum err words_unreadable(const struct account *a, const struct operation *op, bool write,
                          int status, struct fault *f);

#endif
