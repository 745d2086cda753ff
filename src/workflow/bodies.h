/* The bodies of orders that were read lately, as trees: who plans, asks and confirms one
 * after the other parses an order once. */
#ifndef DRAY_WORKFLOW_BODIES_H
#define DRAY_WORKFLOW_BODIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"

/* A body that somebody looks at; it stays as it is until he lets go of it. */
struct body {
    int64_t record;
    struct digest digest; /* of the text that it was read from (store/record.h) */
    struct arena memory;  /* of the tree */
    const struct json *root;
    int users;
    bool kept; /* for who comes next */
};

/* A few dozen bodies, the latest of each place. */
struct bodies;
struct bodies *bodies_new(void);
/* Nobody may look at one of them any more. */
void bodies_free(struct bodies *b);

/* The body of a record with this digest; NULL when it is not kept. */
struct body *bodies_find(struct bodies *b, int64_t record, const struct digest *digest);
/* Reads it from its text and keeps it; NULL and *f filled when it is no JSON. */
struct body *bodies_read(struct bodies *b, int64_t record, const struct digest *digest,
                         const char *text, size_t len, struct fault *f);
/* Ends a look. NULL is fine. */
void body_release(struct body *body);

#endif
