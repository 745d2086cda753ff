/* One attempt's reply: where its bytes go, and what it means for a call.
 *
 * Bytes of a success stream through a page, pass through untouched, or become a tree;
 * those of a refusal are kept, cut, and read. */
#ifndef DRAY_SPAPI_ANSWER_H
#define DRAY_SPAPI_ANSWER_H

#include <stdbool.h>

#include "spapi/call.h"

struct answer {
    const struct call_request *request;
    struct page *page;  /* with request->item */
    struct buf kept;    /* a tree's text, or a refusal's */
    struct arena arena; /* of the tree */
    struct fault fault; /* why the bytes were not taken; code ERR_OK: they were */
    bool item_failed;   /* the item function, or whoever takes raw bytes, said no */
    bool raw_given;     /* bytes of a success were passed on: they cannot be taken back */
};

/* The request must stay. Begins anew for each attempt. */
void answer_begin(struct answer *a, const struct call_request *request);
void answer_clear(struct answer *a);

/* A piece of the body; false: stop. */
bool answer_take(struct answer *a, const struct http_reply *reply, const char *data,
                 size_t len);
/* Fills what the reply means: outcome, status, body, next_token, refusal, fault,
 * request_id. Borrowed from `a` and `reply`. */
void answer_end(struct answer *a, const struct http_reply *reply, struct call_reply *out);
/* For who takes raw bytes: those of the final refusal. */
void answer_pass_refusal(struct answer *a, const struct http_reply *reply);

/* A second, equal call does harm or is not known to do none (law 4). */
bool answer_is_write(const struct operation *op);
/* Could the same request succeed a moment later? Only for an outcome CALL_UNKNOWN of a
 * read. */
bool answer_may_pass(const struct answer *a, const struct call_reply *reply);

#endif
