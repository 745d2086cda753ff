/* One call as a row of waits: for a token, in the queue of the quota, for the answer,
 * before a repeat.
 *
 * At any time it waits for exactly one of them, so withdrawing it means ending that one.
 * The token comes first, since a place in the quota that then waits would bunch calls up;
 * the token is asked for again when the place has come. */
#include "spapi/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/mem.h"
#include "spapi/answer.h"
#include "spapi/context.h"
#include "spapi/quota.h"
#include "spapi/token.h"

enum {
    ATTEMPTS = 4,    /* at the same trouble */
    TOKEN_STEPS = 3, /* other tokens to try after a 403 */
    TARGET_MAX = 96 * 1024
};

static const size_t stream_max = (size_t)1 << 30; /* bytes of a reply that is not kept */
static const size_t tree_max = (size_t)16 * 1024 * 1024; /* of one that is */

struct call {
    struct spapi *spapi;
    struct call *next, *prev;
    struct call_request request;
    call_done_fn *done;
    void *arg;
    char *url;
    struct token_wait *token; /* one of these four at a time */
    struct line_place place;
    struct exchange *exchange;
    struct timer timer;
    bool admitted;   /* holds a token of the quota that is not used yet */
    bool ended;      /* `done` is being called */
    int attempt;     /* HTTP attempts so far */
    int troubles;    /* attempts that may be repeated, against ATTEMPTS */
    int token_steps; /* repeats with another token, against TOKEN_STEPS */
    bool renewed;    /* repeated after an expired token */
    unsigned issue;  /* the number of the token that was sent */
    int64_t sent_ms;
    struct answer answer;
};

static void call_go(struct call *c);

/* --- beginning and end
 * ------------------------------------------------------------------- */

static void call_link(struct call *c)
{
    c->next = c->spapi->calls;
    if (c->next != NULL)
        c->next->prev = c;
    c->spapi->calls = c;
}

static void call_unlink(struct call *c)
{
    *(c->prev == NULL ? &c->spapi->calls : &c->prev->next) = c->next;
    if (c->next != NULL)
        c->next->prev = c->prev;
}

static void call_free(struct call *c)
{
    answer_clear(&c->answer);
    free(c->url);
    free(c);
}

void call_withdraw(struct call *c)
{
    if (c == NULL || c->ended)
        return;
    tokens_withdraw(c->token);
    line_leave(&c->place);
    timer_stop(c->spapi->loop, &c->timer);
    if (c->exchange != NULL)
        transport_withdraw(c->spapi->transport, c->exchange);
    call_unlink(c);
    call_free(c);
}

static void call_end(struct call *c, struct call_reply *reply)
{
    c->ended = true;
    call_unlink(c);
    reply->sent_mono_ms = c->sent_ms;
    c->done(c->arg, reply);
    call_free(c);
}

/* --- the answer
 * -------------------------------------------------------------------------- */

static void call_tell(struct call *c, const struct http_reply *reply)
{
    struct call_note note = {.account = c->request.account,
                             .operation = c->request.op->name,
                             .status = reply->status,
                             .attempt = c->attempt,
                             .took_ms = reply->took_ms,
                             .request_id = reply->request_id,
                             .date_ms = reply->date_ms};
    spapi_tell(c->spapi, &note);
}

static void call_account(struct call *c, const struct http_reply *reply)
{
    struct quota *q = c->request.account->quota;
    if (reply->outcome == HTTP_NOT_SENT)
        quota_return(q, c->request.op->id);
    else if (reply->status != 0)
        quota_answered(q, c->request.op->id, reply->status, reply->rate_limit,
                       spapi_now(c->spapi));
    if (reply->status == 0 || reply->status == 429)
        return;
    quota_timed(q, c->request.op->id, c->sent_ms, spapi_now(c->spapi));
    line_look(spapi_line(c->spapi, c->request.account, c->request.op->id));
}

/* A refused token: is there another one, or another kind of one, to try? */
static bool call_changes_token(struct call *c, const struct refusal *r)
{
    struct tokens *tokens = c->request.account->tokens;
    bool last = false;
    if (r->kind == REFUSAL_EXPIRED_TOKEN) {
        if (c->renewed)
            return false;
        c->renewed = true;
    } else if (r->kind == REFUSAL_ROLE || r->kind == REFUSAL_CREDENTIALS) {
        last = ++c->token_steps >= TOKEN_STEPS;
    } else {
        return false;
    }
    /* Another call may have met the same refusal before. */
    const bool other = tokens_issue(tokens, c->request.op) != c->issue ||
                       tokens_refused(tokens, c->request.op, r);
    return other && !last;
}

/* Trouble that may pass; for a write only what was certainly not processed. */
static bool call_may_pass(const struct call *c, const struct call_reply *reply)
{
    if (reply->outcome == CALL_NOT_SENT)
        return true;
    bool write = answer_is_write(c->request.op);
    enum refusal_kind kind = reply->refusal.kind;
    if (reply->outcome == CALL_REFUSED) /* a read meets a workflow that runs: 409 */
        return kind == REFUSAL_THROTTLED || (kind == REFUSAL_CONFLICT && !write);
    return !write && answer_may_pass(&c->answer, reply);
}

static bool call_may_repeat(struct call *c, const struct call_reply *reply)
{
    if (!call_may_pass(c, reply) || ++c->troubles >= ATTEMPTS)
        return false;
    return reply->outcome == CALL_NOT_SENT ||
           quota_repeat(c->request.account->quota, c->request.op->id,
                        spapi_now(c->spapi));
}

static void call_again(void *arg)
{
    call_go(arg);
}

static void call_answered(void *arg, struct http_reply *http)
{
    struct call *c = arg;
    struct call_reply reply;
    c->exchange = NULL;
    call_tell(c, http);
    call_account(c, http);
    answer_end(&c->answer, http, &reply);
    bool final = c->request.once || reply.outcome == CALL_OK;
    if (!final && reply.outcome == CALL_REFUSED &&
        call_changes_token(c, &reply.refusal)) {
        call_go(c);
    } else if (!final && call_may_repeat(c, &reply)) {
        int64_t wait_ms = spapi_backoff(c->spapi, c->troubles);
        timer_set(c->spapi->loop, &c->timer, spapi_now(c->spapi) + wait_ms, call_again,
                  c);
    } else {
        answer_pass_refusal(&c->answer, http);
        call_end(c, &reply);
    }
}

static bool call_bytes(void *arg, const struct http_reply *reply, const char *data,
                       size_t len)
{
    struct call *c = arg;
    return answer_take(&c->answer, reply, data, len);
}

/* --- sending
 * ----------------------------------------------------------------------------- */

static void call_send(struct call *c, const struct secret *token)
{
    const struct call_request *r = &c->request;
    char date[INSTANT_TEXT];
    instant_format_basic(clock_wall_ms(loop_clock(c->spapi->loop)), date);
    const struct http_header headers[] = {{"accept", "application/json"},
                                          {"x-amz-date", date},
                                          {"content-type", "application/json"}};
    bool streams = r->item != NULL || r->raw != NULL;
    struct http_request http = {.method = r->op->method,
                                .url = c->url,
                                .headers = headers,
                                .header_count = r->body == NULL ? 2 : 3,
                                .token = token,
                                .body = r->body,
                                .body_len = r->body_len,
                                .write = answer_is_write(r->op),
                                .secret = r->op->secret,
                                .timeout_ms = r->op->timeout_ms,
                                .reply_max = streams ? stream_max : tree_max};
    answer_clear(&c->answer);
    answer_begin(&c->answer, r);
    c->admitted = false;
    c->attempt++;
    c->issue = tokens_issue(r->account->tokens, r->op);
    c->sent_ms = spapi_now(c->spapi);
    c->exchange =
        transport_send(c->spapi->transport, &http, call_bytes, call_answered, c);
}

static void call_admitted(void *arg)
{
    struct call *c = arg;
    c->admitted = true;
    call_go(c);
}

/* No token: nothing was sent. `refused` says that only a person can change it. */
static void call_end_without_token(struct call *c, bool refused, const struct fault *f)
{
    struct call_reply reply = {
        .outcome = CALL_NOT_SENT, .next_token = "", .request_id = ""};
    reply.fault = *f;
    if (refused) {
        reply.refusal.kind = REFUSAL_CREDENTIALS;
        reply.fault.code = ERR_DENIED;
    }
    call_end(c, &reply);
}

static void call_token(void *arg, const struct secret *token, bool refused,
                       const struct fault *f)
{
    struct call *c = arg;
    const struct call_request *r = &c->request;
    c->token = NULL;
    if (token == NULL)
        call_end_without_token(c, refused, f);
    else if (c->admitted)
        call_send(c, token);
    else
        line_join(spapi_line(c->spapi, r->account, r->op->id), &c->place, call_admitted,
                  c);
}

/* With a token at hand it goes on at once; else its place in the quota is given back,
 * since it is not known when it will leave. */
static void call_go(struct call *c)
{
    const struct call_request *r = &c->request;
    struct token_wait *wait = tokens_want(r->account->tokens, r->op, call_token, c);
    if (wait == NULL)
        return;
    c->token = wait;
    if (c->admitted)
        quota_return(r->account->quota, r->op->id);
    c->admitted = false;
}

/* --- starting
 * ---------------------------------------------------------------------------- */

static enum err check_body(const struct call_request *r, struct fault *f)
{
    bool wanted = r->op->body != NULL, there = r->body != NULL;
    if (wanted == there || (wanted && r->op->body_optional))
        return ERR_OK;
    return fault_set(f, ERR_INPUT, "%s: %s", r->op->name,
                     wanted ? "a body is missing" : "takes no body");
}

/* Path and query behind the account's endpoint; the caller frees it. */
static enum err make_url(const struct call_request *r, char **url, struct fault *f)
{
    struct buf out;
    buf_init(&out, TARGET_MAX);
    buf_text(&out, r->account->endpoint);
    enum err e = operation_target(r->op, r->params, &out, f);
    if (e == ERR_OK && !buf_ok(&out))
        e = fault_set(f, ERR_LIMIT, "%s: the parameters are too long", r->op->name);
    if (e == ERR_OK)
        *url = buf_take(&out, NULL);
    buf_clear(&out);
    return e;
}

enum err call_start(struct spapi *s, const struct call_request *request,
                    call_done_fn *done, void *arg, struct call **call, struct fault *f)
{
    char *url = NULL;
    enum err e = check_body(request, f);
    if (e == ERR_OK)
        e = make_url(request, &url, f);
    if (e != ERR_OK)
        return e;
    struct call *c = mem_new(sizeof *c);
    *c = (struct call){.spapi = s,
                       .request = *request,
                       .done = done,
                       .arg = arg,
                       .url = url,
                       .admitted = request->admitted};
    c->request.params = NULL;
    call_link(c);
    *call = c;
    call_go(c);
    return ERR_OK;
}
