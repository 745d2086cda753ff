/* Who gets which token. A holder keeps one token and the queue of those who wait for it:
 * one for LWA, one for the restricted token of all paths, one for each operation's own
 * path.
 *
 * Refreshes begin from a timer, so nobody who asks is called back with bad news while
 * asking. */
#include "spapi/token.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/mem.h"
#include "spapi/context.h"
#include "spapi/lwa.h"
#include "spapi/token_mode.h"

enum {
    MARGIN_MS = MS_MINUTE, /* a token is not used in its last minute */
    STOP_MS =
        MS_MINUTE /* after a refusal that needs a person, the same answer for so long */
};

struct holder {
    struct tokens *tokens;
    const struct operation *op; /* its own path only; NULL: LWA, or all paths */
    struct secret token;
    int64_t fresh_until_ms;
    int64_t asked_ms;
    unsigned issue; /* number of this token */
    bool busy;      /* a refresh is under way or about to begin */
    unsigned round; /* number of the present refresh */
    struct token_wait *first, *last;
    struct timer timer;
    struct call *call; /* to the Tokens API */
    char *body;        /* of that call */
    struct buf reply;  /* of that call */
    int64_t stopped_until_ms;
    struct fault stopped; /* why */
};

struct token_wait {
    struct holder *holder;
    struct token_wait *next, *prev;
    const struct operation *op;
    unsigned round; /* the refresh whose end it waits for */
    token_fn *fn;
    void *arg;
};

struct tokens {
    struct spapi *spapi;
    struct account *account;
    struct lwa *lwa;
    struct holder plain, shared;
    struct holder own[OP_COUNT];
    struct token_modes modes;
    unsigned issues;
};

static int64_t tokens_now(const struct tokens *t)
{
    return spapi_now(t->spapi);
}

/* --- waiting
 * ----------------------------------------------------------------------------- */

static void wait_link(struct token_wait *w, struct holder *h)
{
    w->holder = h;
    w->round = h->round;
    w->prev = h->last;
    w->next = NULL;
    *(h->last == NULL ? &h->first : &h->last->next) = w;
    h->last = w;
}

static void wait_unlink(struct token_wait *w)
{
    struct holder *h = w->holder;
    *(w->prev == NULL ? &h->first : &w->prev->next) = w->next;
    *(w->next == NULL ? &h->last : &w->next->prev) = w->prev;
}

static bool holder_fresh(const struct holder *h)
{
    return secret_there(&h->token) && tokens_now(h->tokens) < h->fresh_until_ms;
}

static void holder_drop(struct holder *h)
{
    secret_clear(&h->token);
    h->fresh_until_ms = 0;
}

static void holder_begin(void *arg);

static void holder_start(struct holder *h)
{
    if (h->busy)
        return;
    h->busy = true;
    timer_set(h->tokens->spapi->loop, &h->timer, tokens_now(h->tokens), holder_begin, h);
}

/* Answers those who wait for this refresh; who joins meanwhile waits for the next one. */
static void holder_settle(struct holder *h, bool refused, const struct fault *f)
{
    unsigned round = h->round++;
    struct secret token = {0};
    if (f == NULL)
        secret_copy(&token, &h->token);
    h->busy = false;
    /* Each takes itself off the list before it is freed. */
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
    while (h->first != NULL && h->first->round == round) {
        struct token_wait *w = h->first;
        wait_unlink(w);
        w->fn(w->arg, f == NULL ? &token : NULL, refused, f);
        free(w);
    }
    secret_clear(&token);
    if (h->first != NULL)
        holder_start(h);
}

static void holder_keep(struct holder *h, const struct grant *g)
{
    int64_t margin = g->life_ms / 2 < MARGIN_MS ? g->life_ms / 2 : MARGIN_MS;
    secret_copy(&h->token, &g->token);
    h->asked_ms = g->asked_ms;
    h->fresh_until_ms = g->asked_ms + g->life_ms - margin;
    h->issue = ++h->tokens->issues;
    h->stopped_until_ms = 0;
    holder_settle(h, false, NULL);
}

/* No token; with `refused` nobody asks Amazon again for a while. */
static void holder_fail(struct holder *h, bool refused, const struct fault *f)
{
    struct fault copy = *f;
    if (refused) {
        h->stopped = copy;
        h->stopped_until_ms = tokens_now(h->tokens) + STOP_MS;
    }
    holder_settle(h, refused, &copy);
}

static void lwa_done(void *arg, const struct grant *g, bool refused,
                     const struct fault *f)
{
    struct tokens *t = arg;
    if (g != NULL)
        holder_keep(&t->plain, g);
    else
        holder_fail(&t->plain, refused, f);
}

/* --- which holder
 * ------------------------------------------------------------------------ */

static struct holder *holder_for(struct tokens *t, const struct operation *op)
{
    switch (token_mode_of(&t->modes, op)) {
    case MODE_SHARED:
        return &t->shared;
    case MODE_OWN:
        return &t->own[op->id];
    default:
        return &t->plain;
    }
}

/* --- restricted data tokens
 * -------------------------------------------------------------- */

/* Generic paths (with the literal {purchaseOrderNumber}), no dataElements. */
static char *restricted_body(const struct holder *h)
{
    struct arena a;
    struct buf out;
    arena_init(&a);
    buf_init(&out, GRANT_REPLY_MAX);
    struct json *body = json_object(&a);
    json_set_str(&a, body, "targetApplication", h->tokens->account->target_application);
    struct json *list = json_set(&a, body, "restrictedResources", json_array(&a));
    for (enum operation_id id = 0; id < OP_COUNT; id++) {
        const struct operation *op = operation_get(id);
        if (h->op == NULL ? op->token != TOKEN_RESTRICTED : h->op != op)
            continue;
        struct json *resource = json_push(list, json_object(&a));
        json_set_str(&a, resource, "method", op->method);
        json_set_str(&a, resource, "path", op->path);
    }
    json_write(&out, body);
    arena_clear(&a);
    return buf_take(&out, NULL);
}

/* Is this how Amazon says that the application lacks a role for one of the paths (or that
 * there are no such tokens here)? */
static bool lacks_role(const struct call_reply *reply)
{
    if (reply->outcome != CALL_REFUSED)
        return false;
    enum refusal_kind kind = reply->refusal.kind;
    return kind == REFUSAL_ROLE || kind == REFUSAL_REQUEST || kind == REFUSAL_NOT_FOUND;
}

/* Sends everybody who waits here one step back. */
static void restricted_fall_back(struct holder *h)
{
    struct tokens *t = h->tokens;
    h->round++;
    h->busy = false;
    for (enum operation_id id = 0; id < OP_COUNT; id++) {
        const struct operation *op = operation_get(id);
        if (h->op == NULL ? op->token == TOKEN_RESTRICTED : h->op == op)
            token_mode_step_back(&t->modes, op, h->op == NULL ? MODE_OWN : MODE_PLAIN);
    }
    while (h->first != NULL) {
        struct token_wait *w = h->first;
        struct holder *next = holder_for(t, w->op);
        wait_unlink(w);
        wait_link(w, next);
        holder_start(next);
    }
}

static bool restricted_bytes(void *arg, const struct http_reply *reply, const char *data,
                             size_t len)
{
    struct holder *h = arg;
    (void)reply;
    buf_add(&h->reply, data, len);
    return true;
}

static void restricted_clear(struct holder *h)
{
    h->call = NULL;
    free(h->body);
    h->body = NULL;
    buf_clear(&h->reply);
}

static void restricted_read(struct holder *h, const struct call_reply *reply)
{
    struct grant g = {.asked_ms = reply->sent_mono_ms};
    struct fault f = {0};
    enum err e = buf_ok(&h->reply) ? grant_read(&g, buf_str(&h->reply), h->reply.len, &f)
                                   : fault_set(&f, ERR_LIMIT, "the answer is too long");
    restricted_clear(h);
    if (e == ERR_OK) {
        holder_keep(h, &g);
    } else {
        fault_prefix(&f, "account %s: createRestrictedDataToken", h->tokens->account->id);
        holder_fail(h, false, &f);
    }
    grant_clear(&g);
}

static void restricted_done(void *arg, const struct call_reply *reply)
{
    struct holder *h = arg;
    if (reply->outcome == CALL_OK) {
        restricted_read(h, reply);
        return;
    }
    restricted_clear(h);
    if (lacks_role(reply))
        restricted_fall_back(h);
    else
        holder_fail(h, reply->refusal.kind == REFUSAL_CREDENTIALS, &reply->fault);
}

static void restricted_ask(struct holder *h)
{
    struct fault f = {0};
    h->body = restricted_body(h);
    buf_init_secret(&h->reply, GRANT_REPLY_MAX);
    struct call_request request = {.account = h->tokens->account,
                                   .op = operation_get(OP_CREATE_RESTRICTED_DATA_TOKEN),
                                   .body = h->body,
                                   .body_len = strlen(h->body),
                                   .raw = restricted_bytes,
                                   .item_arg = h};
    enum err e = call_start(h->tokens->spapi, &request, restricted_done, h, &h->call, &f);
    if (e == ERR_OK)
        return;
    restricted_clear(h);
    holder_fail(h, false, &f);
}

/* --- wanting
 * ----------------------------------------------------------------------------- */

static void holder_begin(void *arg)
{
    struct holder *h = arg;
    if (holder_fresh(h))
        holder_settle(h, false, NULL);
    else if (tokens_now(h->tokens) < h->stopped_until_ms)
        holder_settle(h, true, &h->stopped);
    else if (h == &h->tokens->plain)
        lwa_refresh(h->tokens->lwa);
    else
        restricted_ask(h);
}

struct token_wait *tokens_want(struct tokens *t, const struct operation *op, token_fn *fn,
                               void *arg)
{
    struct holder *h = holder_for(t, op);
    if (holder_fresh(h)) {
        fn(arg, &h->token, false, NULL);
        return NULL;
    }
    struct token_wait *w = mem_new(sizeof *w);
    *w = (struct token_wait){.op = op, .fn = fn, .arg = arg};
    wait_link(w, h);
    holder_start(h);
    return w;
}

void tokens_withdraw(struct token_wait *w)
{
    if (w == NULL)
        return;
    wait_unlink(w);
    free(w);
}

unsigned tokens_issue(struct tokens *t, const struct operation *op)
{
    const struct holder *h = holder_for(t, op);
    return holder_fresh(h) ? h->issue : 0;
}

bool tokens_refused(struct tokens *t, const struct operation *op,
                    const struct refusal *why)
{
    struct holder *h = holder_for(t, op);
    enum token_mode mode = token_mode_of(&t->modes, op);
    if (why->kind == REFUSAL_EXPIRED_TOKEN) {
        holder_drop(h);
        return true;
    }
    if (mode != MODE_PLAIN) {
        token_mode_step_back(&t->modes, op, mode + 1);
        return true;
    }
    if (why->kind == REFUSAL_ROLE)
        token_mode_forget(&t->modes, op);
    /* It may have been authorised again since this token was made. */
    if (why->kind == REFUSAL_CREDENTIALS && tokens_now(t) - h->asked_ms > STOP_MS)
        holder_drop(h);
    return false;
}

/* --- making and ending
 * ------------------------------------------------------------------- */

static void holder_init(struct holder *h, struct tokens *t, const struct operation *op)
{
    *h = (struct holder){.tokens = t, .op = op};
}

static void holder_stop(struct holder *h)
{
    timer_stop(h->tokens->spapi->loop, &h->timer);
    call_withdraw(h->call);
    restricted_clear(h);
}

static void holder_clear(struct holder *h)
{
    holder_stop(h);
    while (h->first != NULL)       /* each takes itself off the list before it is freed */
        tokens_withdraw(h->first); /* NOLINT(clang-analyzer-unix.Malloc) */
    secret_clear(&h->token);
}

struct tokens *tokens_new(struct spapi *s, struct account *a)
{
    struct tokens *t = mem_new(sizeof *t);
    t->spapi = s;
    t->account = a;
    token_modes_init(&t->modes, s, a);
    t->lwa = lwa_new(s, a, lwa_done, t);
    holder_init(&t->plain, t, NULL);
    holder_init(&t->shared, t, NULL);
    for (enum operation_id id = 0; id < OP_COUNT; id++)
        holder_init(&t->own[id], t, operation_get(id));
    return t;
}

void tokens_stop(struct tokens *t)
{
    lwa_stop(t->lwa);
    holder_stop(&t->plain);
    holder_stop(&t->shared);
    for (size_t i = 0; i < OP_COUNT; i++)
        holder_stop(&t->own[i]);
}

void tokens_free(struct tokens *t)
{
    if (t == NULL)
        return;
    holder_clear(&t->plain);
    holder_clear(&t->shared);
    for (size_t i = 0; i < OP_COUNT; i++)
        holder_clear(&t->own[i]);
    lwa_free(t->lwa);
    free(t);
}
