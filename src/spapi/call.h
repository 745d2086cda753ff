/* One call of one operation: quota, token, request, answer (design 7).
 *
 * A read is repeated here after 409, 429, 5xx and a broken line, with full jitter, within
 * the budget of repeats and four attempts. A write is repeated here only when it
 * certainly was not processed: 429, an expired token (once), never sent. Everything else
 * is the caller's: it ends as CALL_UNKNOWN. */
#ifndef DRAY_SPAPI_CALL_H
#define DRAY_SPAPI_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "base/random.h"
#include "net/loop.h"
#include "net/transport.h"
#include "spapi/account.h"
#include "spapi/page.h"
#include "spapi/reply.h"

/* One HTTP attempt, told to whoever keeps the log and the figures. */
struct call_note {
    const struct account *account;
    const char *operation; /* Amazon's name; "lwaToken" for LWA */
    int status;            /* 0: no answer */
    int attempt;           /* from 1 */
    int64_t took_ms;
    const char *request_id; /* "" when none */
    int64_t date_ms; /* Amazon's clock, to the second; INSTANT_NONE when not told */
};
typedef void call_note_fn(void *arg, const struct call_note *note);

/* What all calls share. */
struct spapi;
struct spapi *spapi_new(struct loop *l, struct transport *t, struct random *r);
void spapi_free(struct spapi *s); /* withdraws what is under way */
/* Gives the account its tokens and quota. The account is borrowed until spapi_free. */
void spapi_add_account(struct spapi *s, struct account *a);
void spapi_on_note(struct spapi *s, call_note_fn *fn, void *arg);

/* Numbers that outlive the process, by account and name: recalled when an account is
 * added (0: none), kept whenever one changes. Without it nothing is remembered. */
struct spapi_memory {
    int64_t (*recall)(void *arg, const char *account, const char *name);
    void (*keep)(void *arg, const char *account, const char *name, int64_t number);
    void *arg;
};
/* Before the accounts are added. */
void spapi_on_memory(struct spapi *s, const struct spapi_memory *memory);

enum call_outcome {
    CALL_OK,       /* Amazon's status of success, and a body that could be read */
    CALL_REFUSED,  /* a definite no, in `refusal` */
    CALL_NOT_SENT, /* certainly not processed: no connection, no token, quota withdrawn */
    CALL_UNKNOWN   /* a write that may have been processed; a read that failed for good */
};

struct call_reply {
    enum call_outcome outcome;
    int status; /* 0: no answer */
    const struct json
        *body; /* payload of a CALL_OK without an item function, else NULL; borrowed */
    const char *next_token; /* of a page; "" at the end */
    struct refusal refusal; /* with CALL_REFUSED */
    const char *request_id; /* "" when none */
    int64_t sent_mono_ms;   /* when the last attempt was handed to the network */
    struct fault fault;     /* the sentence for people, unless CALL_OK */
};
typedef void call_done_fn(void *arg, const struct call_reply *reply);

struct call_request {
    struct account *account;
    const struct operation *op;
    const struct json *params; /* object or NULL; read before call_start returns */
    const char *body;          /* checked JSON, NULL without; must stay until the end */
    size_t body_len;
    bool admitted;      /* the caller took the quota's token already */
    bool once;          /* one attempt, whatever happens (`dray call` of a write) */
    page_item_fn *item; /* streams the reply's elements; NULL: the reply becomes a tree */
    http_body_fn
        *raw;       /* passes body bytes through untouched instead (success or refusal) */
    void *item_arg; /* for `item` or `raw` */
    bool keep_text; /* as in page_options */
    struct archive *archive; /* as in page_options */
};

struct call;
/* Starts; `done` is called once, later, from transport_drain or a timer, unless
 * withdrawn. ERR_INPUT when params or body break the operation's row: then nothing was
 * started. */
enum err call_start(struct spapi *s, const struct call_request *request,
                    call_done_fn *done, void *arg, struct call **call, struct fault *f);
void call_withdraw(struct call *c);

#endif
