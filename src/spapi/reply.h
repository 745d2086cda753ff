/* Reading what Amazon answers: errors of every form, replies with and without `payload`
 * (domain.md 1.1, 2.3). */
#ifndef DRAY_SPAPI_REPLY_H
#define DRAY_SPAPI_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "base/json.h"

/* What a refusal means for the caller. */
enum refusal_kind {
    REFUSAL_REQUEST,       /* 400 404 409 413 415 422 …: definite, about this request */
    REFUSAL_NOT_FOUND,     /* 404: also a label or slip that is not made yet */
    REFUSAL_CONFLICT,      /* 409: read the state first */
    REFUSAL_EXPIRED_TOKEN, /* 401, or 403 whose details say expired: refresh once, repeat
                            */
    REFUSAL_ROLE,          /* 403: role or consent is missing */
    REFUSAL_CREDENTIALS,   /* 403: revoked, malformed; invalid_grant, invalid_client */
    REFUSAL_THROTTLED,     /* 429 */
    REFUSAL_SERVER         /* 5xx */
};

/* An error answer. Texts are Amazon's, redacted (secret_redact), cut, control characters
 * removed. */
struct refusal {
    enum refusal_kind kind;
    int status;
    char code[64]; /* "InvalidInput"; "" when none could be read */
    char message[256];
    char details[256];
};

/* Reads `{errors:[…]}`, a bare array, `{error, error_description}` (LWA), text, HTML (its
 * title), or nothing. Only the first error is kept; `message` then says how many more
 * there are. */
void refusal_read(struct refusal *r, int status, const char *body, size_t len);
/* "403 Unauthorized: Access to requested resource is denied. (The access token …)" */
void refusal_format(const struct refusal *r, char *out, size_t size);

/* The part of a reply that matters: `payload` when there is one, else the whole. */
const struct json *reply_payload(const struct json *reply);

#endif
