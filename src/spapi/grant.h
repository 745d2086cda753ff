/* A token as it comes from Amazon: read out of the reply without leaving a copy behind.
 *
 * Both token endpoints are read here: `{access_token, expires_in}` of LWA and
 * `{restrictedDataToken, expiresIn}`, bare or in a `payload`. */
#ifndef DRAY_SPAPI_GRANT_H
#define DRAY_SPAPI_GRANT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/secret.h"

enum { GRANT_REPLY_MAX = 16 * 1024 };

struct grant {
    struct secret token;
    int64_t life_ms;  /* from asked_ms on; an hour when the reply does not say */
    int64_t asked_ms; /* monotonic; set by who asked */
};

/* Reads a reply. ERR_INPUT when it is no JSON or holds no token; the sentence quotes
 * nothing of it. */
enum err grant_read(struct grant *g, const char *reply, size_t len, struct fault *f);
void grant_clear(struct grant *g);

#endif
