/* Amazon on a string, for the tests of calls, tokens and lists: a transport in memory
 * whose answers come from functions, on a virtual clock.
 *
 * `struct world` is one account with its loop and calls. LWA and the Tokens API answer
 * well unless a test says otherwise; everything else is up to the test's `api` function.
 * Every request is recorded, and every sentence and note is searched for secrets. */
#ifndef DRAY_TESTS_FAKE_TRANSPORT_H
#define DRAY_TESTS_FAKE_TRANSPORT_H

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/mem.h"
#include "check.h"
#include "spapi/call.h"

enum { FAKE_LOG = 4000, FAKE_LATENCY_MS = 20 };

#define SECRET_CLIENT "amzn1.oa2-cs.v1.top+secret/=&"
#define SECRET_REFRESH "Atzr|refresh+token/=&"

/* A request as Amazon saw it. */
struct seen {
    char method[8];
    char url[1200];
    char *body; /* "" without */
    char token[64];
    char content_type[64];
    char amz_date[32];
    bool write;
    int64_t at_ms;
};

/* What the script answers. */
struct answer_of {
    enum http_outcome outcome;
    int status;
    char body[6000];
    const char *content_type;
    double rate;
    int64_t delay_ms;
    bool cut; /* half the body, then the line breaks */
};

struct world;
typedef void script_fn(struct world *w, const struct seen *request,
                       struct answer_of *answer);

struct exchange {
    struct exchange *next;
    struct world *world;
    struct answer_of answer;
    struct timer timer;
    bool ready, gone;
    http_body_fn *body;
    http_done_fn *done;
    void *arg;
    int64_t started_ms;
};

struct world {
    struct transport transport;
    struct clock *clock;
    struct loop *loop;
    struct random *random;
    struct spapi *spapi;
    struct account *account;
    struct exchange *open;
    script_fn *lwa, *rdt, *api; /* lwa and rdt may be NULL: all is well */
    struct seen seen[FAKE_LOG];
    size_t seen_count;
    int lwa_calls, rdt_calls, api_calls;
    int notes;
    char noted[FAKE_LOG][32]; /* operations, in the order of their notes */
    bool leaked;              /* a secret was in a sentence or a note */
    char folder[64];
    int state; /* for the test's own use */
    bool broken_budget;
};

/* --- answers
 * ----------------------------------------------------------------------------- */

static inline void say(struct answer_of *a, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static inline void say(struct answer_of *a, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    a->status = status;
    vsnprintf(a->body, sizeof a->body, format, args);
    va_end(args);
}

static inline void say_refusal(struct answer_of *a, int status, const char *code,
                               const char *details)
{
    say(a, status,
        "{\"errors\":[{\"code\":\"%s\",\"message\":\"Access is denied.\","
        "\"details\":\"%s\"}]}",
        code, details);
}

static inline void say_expired(struct answer_of *a)
{
    say_refusal(a, 403, "Unauthorized", "The access token you provided has expired.");
}

static inline void say_role(struct answer_of *a)
{
    say_refusal(
        a, 403, "Unauthorized",
        "Application does not have access to one or more requested data elements");
}

static inline void script(struct world *w, const struct seen *r, struct answer_of *a)
{
    if (strstr(r->url, "/auth/o2/token") != NULL) {
        w->lwa_calls++;
        say(a, 200,
            "{\"access_token\":\"Atza|access-%d\",\"token_type\":\"bearer\","
            "\"expires_in\":3600,\"refresh_token\":\"Atzr|same\"}",
            w->lwa_calls);
        if (w->lwa != NULL)
            w->lwa(w, r, a);
    } else if (strstr(r->url, "/restrictedDataToken") != NULL) {
        w->rdt_calls++;
        say(a, 200, "{\"restrictedDataToken\":\"Atz.sprdt|rdt-%d\",\"expiresIn\":3600}",
            w->rdt_calls);
        if (w->rdt != NULL)
            w->rdt(w, r, a);
    } else {
        w->api_calls++;
        say(a, 200, "{\"payload\":{\"orders\":[]}}");
        w->api(w, r, a);
    }
}

/* --- the transport
 * ----------------------------------------------------------------------- */

static inline struct world *world_of(const struct transport *t)
{
    return (struct world *)t; /* its first member */
}

static inline void fake_ready(void *arg)
{
    struct exchange *x = arg;
    x->ready = true;
}

static inline void fake_record(struct world *w, const struct http_request *q)
{
    if (w->seen_count == FAKE_LOG)
        abort(); /* a test that goes round in circles */
    struct seen *s = &w->seen[w->seen_count++];
    *s = (struct seen){.write = q->write, .at_ms = clock_mono_ms(w->clock)};
    snprintf(s->method, sizeof s->method, "%s", q->method);
    snprintf(s->url, sizeof s->url, "%s", q->url);
    s->body = q->body == NULL ? mem_text("") : mem_copy(q->body, q->body_len);
    if (q->token != NULL)
        snprintf(s->token, sizeof s->token, "%s", secret_reveal(q->token));
    for (size_t i = 0; i < q->header_count; i++) {
        if (strcmp(q->headers[i].name, "content-type") == 0)
            snprintf(s->content_type, sizeof s->content_type, "%s", q->headers[i].value);
        if (strcmp(q->headers[i].name, "x-amz-date") == 0)
            snprintf(s->amz_date, sizeof s->amz_date, "%s", q->headers[i].value);
    }
}

static inline struct exchange *fake_send(struct transport *t,
                                         const struct http_request *q, http_body_fn *body,
                                         http_done_fn *done, void *arg)
{
    struct world *w = world_of(t);
    struct exchange *x = mem_new(sizeof *x);
    int64_t now = clock_mono_ms(w->clock);
    fake_record(w, q);
    *x = (struct exchange){
        .world = w, .body = body, .done = done, .arg = arg, .started_ms = now};
    x->answer.outcome = HTTP_ANSWERED;
    x->answer.delay_ms = FAKE_LATENCY_MS;
    script(w, &w->seen[w->seen_count - 1], &x->answer);
    struct exchange **end = &w->open;
    while (*end != NULL)
        end = &(*end)->next;
    *end = x;
    timer_set(w->loop, &x->timer, now + x->answer.delay_ms, fake_ready, x);
    return x;
}

static inline void fake_drop(struct world *w, struct exchange *x)
{
    struct exchange **at = &w->open;
    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    timer_stop(w->loop, &x->timer);
    free(x);
}

static inline void fake_withdraw(struct transport *t, struct exchange *x)
{
    fake_drop(world_of(t), x);
}

/* As net/http_client does it: bytes of a success in pieces to the body function, those of
 * an error into the reply. */
static inline bool fake_bytes(struct exchange *x, struct http_reply *reply)
{
    const struct answer_of *a = &x->answer;
    size_t len = a->cut ? strlen(a->body) / 2 : strlen(a->body);
    if (a->status < 200 || a->status > 299) {
        buf_add(&reply->body, a->body, len);
        return true;
    }
    for (size_t at = 0; at < len; at += 7)
        if (!x->body(x->arg, reply, a->body + at, len - at < 7 ? len - at : 7))
            return false;
    return true;
}

static inline void fake_deliver(struct world *w, struct exchange *x)
{
    const struct answer_of *a = &x->answer;
    struct http_reply reply = {.outcome = a->outcome,
                               .rate_limit = a->rate,
                               .date_ms = INSTANT_NONE,
                               .started_mono_ms = x->started_ms,
                               .took_ms = a->delay_ms};
    buf_init(&reply.body, sizeof a->body);
    if (a->outcome == HTTP_ANSWERED) {
        reply.status = a->status;
        snprintf(reply.request_id, sizeof reply.request_id, "req-%zu", w->seen_count);
        snprintf(reply.content_type, sizeof reply.content_type, "%s",
                 a->content_type == NULL ? "application/json" : a->content_type);
        if (!fake_bytes(x, &reply) || a->cut)
            reply.outcome = HTTP_UNKNOWN;
    }
    if (reply.outcome != HTTP_ANSWERED)
        snprintf(reply.why, sizeof reply.why, "the line is down");
    http_done_fn *done = x->done;
    void *arg = x->arg;
    fake_drop(w, x);
    done(arg, &reply);
    buf_clear(&reply.body);
}

static inline struct exchange *fake_next(const struct world *w)
{
    struct exchange *x = w->open;
    while (x != NULL && !x->ready)
        x = x->next;
    return x;
}

static inline void fake_drain(struct transport *t)
{
    struct world *w = world_of(t);
    for (struct exchange *x = fake_next(w); x != NULL; x = fake_next(w))
        fake_deliver(w, x);
}

static inline bool fake_queued(const struct transport *t)
{
    return fake_next(world_of(t)) != NULL;
}

/* --- the world
 * --------------------------------------------------------------------------- */

static inline void write_secret(const struct world *w, const char *name, const char *text,
                                int mode)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
        fchmod(fd, (mode_t)mode) != 0 || close(fd) != 0)
        abort();
}

static inline void search_secrets(struct world *w, const char *text)
{
    static const char *const secrets[] = {"Atza|",       "Atzr|",      "Atz.sprdt|",
                                          "oa2-cs",      "top+secret", "refresh+token",
                                          "top%2Bsecret"};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        if (strstr(text, secrets[i]) != NULL)
            w->leaked = true;
}

static inline void world_note(void *arg, const struct call_note *note)
{
    struct world *w = arg;
    search_secrets(w, note->operation);
    search_secrets(w, note->request_id);
    if (w->notes < FAKE_LOG)
        snprintf(w->noted[w->notes], sizeof w->noted[0], "%s", note->operation);
    w->notes++;
}

static inline char *secret_path(const struct world *w, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    return mem_text(path);
}

static inline struct account *world_account(const struct world *w)
{
    struct account *a = account_new("acme-us");
    if (account_set_region(a, "na", NULL) != ERR_OK)
        abort();
    a->credentials.client_id = mem_text("amzn1.application-oa2-client.example");
    a->credentials.client_secret =
        (struct source){.kind = SOURCE_FILE, .name = secret_path(w, "client")};
    a->credentials.refresh_token =
        (struct source){.kind = SOURCE_FILE, .name = secret_path(w, "refresh")};
    return a;
}

static inline struct world *world_new(script_fn *api)
{
    struct world *w = mem_new(sizeof *w);
    w->transport = (struct transport){.send = fake_send,
                                      .withdraw = fake_withdraw,
                                      .drain = fake_drain,
                                      .queued = fake_queued};
    snprintf(w->folder, sizeof w->folder, "/tmp/dray-test-XXXXXX");
    if (mkdtemp(w->folder) == NULL)
        abort();
    w->api = api;
    w->clock = clock_new_virtual(1795449600000); /* 2026-11-23T12:00:00Z */
    w->loop = loop_new(w->clock);
    w->random = random_new_seeded(7);
    w->account = world_account(w);
    w->spapi = spapi_new(w->loop, &w->transport, w->random);
    spapi_on_note(w->spapi, world_note, w);
    spapi_add_account(w->spapi, w->account);
    write_secret(w, "client", SECRET_CLIENT "\n", 0600);
    write_secret(w, "refresh", SECRET_REFRESH "\n", 0600);
    return w;
}

/* Ends what is under way; the loop must then be without timers and the network without
 * exchanges. */
static inline void world_free(struct world *w)
{
    spapi_free(w->spapi);
    bool clean = w->open == NULL && loop_next_timer(w->loop) == INT64_MAX && !w->leaked;
    char *paths[] = {secret_path(w, "client"), secret_path(w, "refresh")};
    for (size_t i = 0; i < 2; i++) {
        unlink(paths[i]);
        free(paths[i]);
    }
    rmdir(w->folder);
    for (size_t i = 0; i < w->seen_count; i++)
        free(w->seen[i].body);
    account_free(w->account);
    loop_free(w->loop);
    random_free(w->random);
    clock_free(w->clock);
    free(w);
    CHECK(clean);
}

/* Everything that happens up to the monotonic instant `until_ms`. */
static inline void world_run_to(struct world *w, int64_t until_ms)
{
    for (int turns = 0; turns < 200000; turns++) {
        transport_drain(&w->transport);
        int64_t next = loop_next_timer(w->loop);
        if (next > until_ms)
            break;
        loop_turn(w->loop, next);
    }
    if (until_ms < INT64_MAX - 1 && clock_mono_ms(w->clock) < until_ms)
        clock_advance_to(w->clock, until_ms);
}

/* Until nothing is left to happen. */
static inline void world_run(struct world *w)
{
    world_run_to(w, INT64_MAX - 1);
}

/* A call's end, kept for the test. */
struct ended {
    struct world *world;
    int times;
    enum call_outcome outcome;
    int status;
    struct refusal refusal;
    struct fault fault;
    char body[500];
    char next_token[200];
    char request_id[96];
    struct call *call;
    size_t items;
    enum err item_error; /* what the item function shall return */
    char raw[2000];
    int64_t at_ms;
};

static inline void on_end(void *arg, const struct call_reply *r)
{
    struct ended *e = arg;
    e->times++;
    e->outcome = r->outcome;
    e->status = r->status;
    e->refusal = r->refusal;
    e->fault = r->fault;
    e->call = NULL;
    e->at_ms = clock_mono_ms(e->world->clock);
    snprintf(e->next_token, sizeof e->next_token, "%s", r->next_token);
    snprintf(e->request_id, sizeof e->request_id, "%s", r->request_id);
    struct buf text;
    buf_init(&text, sizeof e->body - 1);
    if (r->body != NULL)
        json_write(&text, r->body);
    snprintf(e->body, sizeof e->body, "%s", buf_str(&text));
    buf_clear(&text);
    search_secrets(e->world, r->fault.text);
    search_secrets(e->world, r->refusal.message);
    search_secrets(e->world, r->refusal.details);
    search_secrets(e->world, r->refusal.code);
}

static inline struct call_request request_of(struct world *w, enum operation_id op)
{
    return (struct call_request){.account = w->account, .op = operation_get(op)};
}

/* Starts a call whose parameters are JSON text (NULL: none). */
static inline void begin(struct ended *e, struct world *w, struct call_request *request,
                         const char *params)
{
    struct arena a;
    struct fault f = {0};
    arena_init(&a);
    if (params != NULL)
        request->params = json_parse(&a, params, strlen(params), NULL);
    e->world = w;
    enum err result = call_start(w->spapi, request, on_end, e, &e->call, &f);
    if (result != ERR_OK)
        printf("  %s\n", f.text);
    arena_clear(&a); /* they are read before call_start returns */
    CHECK_INT(result, ERR_OK);
}

/* One whole call. */
static inline struct ended one_call(struct world *w, struct call_request request,
                                    const char *params)
{
    struct ended e = {0};
    begin(&e, w, &request, params);
    CHECK_INT(e.times, 0); /* never from within call_start */
    world_run(w);
    CHECK_INT(e.times, 1);
    return e;
}

static const char orders_params[] = "{\"createdAfter\":\"2026-11-22T00:00:00Z\","
                                    "\"createdBefore\":\"2026-11-23T00:00:00Z\"}";
static const char order_params[] = "{\"purchaseOrderNumber\":\"PO1\"}";
static const char transaction_params[] = "{\"transactionId\":\"t-1\"}";

/* The number of requests of one kind. */
static inline int seen_with(const struct world *w, const char *part)
{
    int n = 0;
    for (size_t i = 0; i < w->seen_count; i++)
        n += strstr(w->seen[i].url, part) != NULL;
    return n;
}
static inline const struct seen *seen_last(const struct world *w)
{
    return &w->seen[w->seen_count - 1];
}

#endif
