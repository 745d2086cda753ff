/* The simulator behind the transport door, in the same process and on the loop's clock.
 *
 * A request is under way for a while (a timer), arrives (queued), is handled by Lua on
 * drain, and its answer is under way again if it is late. Nothing happens inside send or
 * a timer but queuing. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "base/instant.h"
#include "base/mem.h"
#include "bind/sim.h"

enum { LATENCY_MS = 20, DEFAULT_TIMEOUT_MS = 120000, PIECE = 65536 };
static const size_t REPLY_MAX = (size_t)64 << 20;

enum state {
    LEAVING,   /* on its way to Amazon */
    ARRIVED,   /* to be handled at the next drain */
    ANSWERING, /* the answer is on its way */
    ENDED      /* to be delivered at the next drain */
};

struct exchange {
    struct sim_transport *owner;
    enum state state;
    bool queued;
    bool delivering; /* one of its functions is running */
    bool withdrawn;
    struct timer timer;
    char *method;
    char *url;
    struct http_header *headers; /* copies */
    size_t header_count;
    struct secret token;
    const char *out; /* the request's body, borrowed */
    size_t out_len;
    int64_t timeout_ms;
    size_t reply_max;
    http_body_fn *body;
    http_done_fn *done;
    void *arg;
    bool timed_out; /* the answer would come too late */
    struct sim_response answer;
    struct http_reply reply;
    TAILQ_ENTRY(exchange) link;
    TAILQ_ENTRY(exchange) queue_link;
};

TAILQ_HEAD(exchanges, exchange);

struct sim_transport {
    struct transport door; /* first */
    struct loop *loop;
    lua_State *L;
    int ref;
    int64_t latency_ms;
    uint64_t count;
    struct exchanges all;
    struct exchanges queue; /* ARRIVED and ENDED, in order */
};

static int64_t now_ms(const struct exchange *x)
{
    return clock_mono_ms(loop_clock(x->owner->loop));
}

/* ---- life ---- */

static void add_header(struct exchange *x, const char *name, const char *value)
{
    struct http_header *h = &x->headers[x->header_count++];
    h->name = mem_text(name);
    h->value = mem_text(value);
}

/* With a user agent in front, which libcurl would add, too; the request's own beats it.
 */
static void copy_headers(struct exchange *x, const struct http_request *request)
{
    x->headers = mem_array(request->header_count + 1, sizeof *x->headers);
    add_header(x, "user-agent", "dray (in process)");
    for (size_t i = 0; i < request->header_count; i++)
        add_header(x, request->headers[i].name, request->headers[i].value);
}

static struct exchange *exchange_new(struct sim_transport *t,
                                     const struct http_request *request)
{
    struct exchange *x = mem_new(sizeof *x);
    x->owner = t;
    x->method = mem_text(request->method);
    x->url = mem_text(request->url);
    copy_headers(x, request);
    if (request->token != NULL)
        secret_copy(&x->token, request->token);
    x->out = request->body;
    x->out_len = request->body_len;
    x->timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : DEFAULT_TIMEOUT_MS;
    x->reply_max = request->reply_max > 0 ? request->reply_max : REPLY_MAX;
    x->reply.date_ms = INSTANT_NONE;
    buf_init(&x->reply.body, REPLY_MAX);
    return x;
}

static void exchange_free(struct exchange *x)
{
    struct sim_transport *t = x->owner;
    timer_stop(t->loop, &x->timer);
    if (x->queued)
        TAILQ_REMOVE(&t->queue, x, queue_link);
    TAILQ_REMOVE(&t->all, x, link);
    for (size_t i = 0; i < x->header_count; i++) {
        free((char *)x->headers[i].name);
        free((char *)x->headers[i].value);
    }
    free(x->headers);
    free(x->method);
    free(x->url);
    secret_clear(&x->token);
    sim_response_clear(&x->answer);
    buf_clear(&x->reply.body);
    free(x);
}

static void enqueue(struct exchange *x, enum state state)
{
    x->state = state;
    x->queued = true;
    TAILQ_INSERT_TAIL(&x->owner->queue, x, queue_link);
}

static void on_arrival(void *arg)
{
    enqueue(arg, ARRIVED);
}

static void on_answer(void *arg)
{
    enqueue(arg, ENDED);
}

/* ---- Amazon handles it ---- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The path of the first `len` characters, its %XX decoded; the caller frees it. */
static char *decoded(const char *text, size_t len)
{
    char *out = mem_new(len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        int high = text[i] == '%' && i + 2 < len ? hex_value(text[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text[i + 2]) : -1;
        out[n++] = low >= 0 ? (char)(high * 16 + low) : text[i];
        i += low >= 0 ? 2 : 0;
    }
    return out;
}

static const char *path_of(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = strchr(host == NULL ? url : host + 3, '/');
    return path == NULL ? "/" : path;
}

/* A mistake of the simulator's own; who tests with it must see it. */
static void own_mistake(struct exchange *x, const char *why)
{
    fprintf(stderr, "dray: bug in the simulator: %s\n", why);
    snprintf(x->reply.why, sizeof x->reply.why, "bug in the simulator: %.150s", why);
    x->answer.trouble = SIM_HANG_UP;
}

static void take_header(struct http_reply *r, const struct http_header *h)
{
    if (strcasecmp(h->name, "x-amzn-RequestId") == 0)
        snprintf(r->request_id, sizeof r->request_id, "%s", h->value);
    else if (strcasecmp(h->name, "x-amzn-ErrorType") == 0)
        snprintf(r->error_type, sizeof r->error_type, "%s", h->value);
    else if (strcasecmp(h->name, "Content-Type") == 0)
        snprintf(r->content_type, sizeof r->content_type, "%s", h->value);
    else if (strcasecmp(h->name, "x-amzn-RateLimit-Limit") == 0)
        r->rate_limit = strtod(h->value, NULL);
}

static void converse(struct exchange *x)
{
    const char *path = path_of(x->url);
    size_t len = strcspn(path, "?");
    char *plain = decoded(path, len);
    struct fault f = {0};
    struct sim_request request = {.method = x->method,
                                  .path = plain,
                                  .query = path[len] == '?' ? path + len + 1 : "",
                                  .headers = x->headers,
                                  .header_count = x->header_count,
                                  .token = &x->token,
                                  .body = x->out,
                                  .body_len = x->out_len};
    if (sim_ask(x->owner->L, x->owner->ref, &request, &x->answer, &f) != ERR_OK)
        own_mistake(x, f.text);
    free(plain);
    x->reply.status = x->answer.status;
    for (size_t i = 0; i < x->answer.header_count; i++)
        take_header(&x->reply, &x->answer.headers[i]);
}

/* Lets Amazon handle it, then sends its answer on the way. */
static void handle(struct exchange *x)
{
    converse(x);
    int64_t late = x->answer.delay_ms;
    int64_t left = x->reply.started_mono_ms + x->timeout_ms - now_ms(x);
    if (late > left) {
        x->timed_out = true;
        late = left;
    }
    if (late <= 0) {
        enqueue(x, ENDED);
        return;
    }
    x->state = ANSWERING;
    timer_set(x->owner->loop, &x->timer, now_ms(x) + late, on_answer, x);
}

/* ---- the answer ---- */

static bool is_success(int status)
{
    return status >= 200 && status <= 299;
}

/* The body's first `len` bytes, to whom they belong. False: nobody wants more. */
static bool deliver_body(struct exchange *x, size_t len)
{
    if (x->body == NULL || !is_success(x->reply.status)) {
        buf_add(&x->reply.body, x->answer.body.data, len);
        return true;
    }
    for (size_t at = 0; at < len && !x->withdrawn; at += PIECE) {
        size_t piece = len - at < PIECE ? len - at : PIECE;
        if (!x->body(x->arg, &x->reply, x->answer.body.data + at, piece))
            return false;
    }
    return true;
}

static void fail(struct exchange *x, const char *why)
{
    x->reply.outcome = HTTP_UNKNOWN;
    buf_reset(&x->reply.body);
    if (x->reply.why[0] == '\0')
        snprintf(x->reply.why, sizeof x->reply.why, "%s", why);
}

/* Decides the outcome, handing the body over on the way. */
static void judge(struct exchange *x)
{
    size_t len = x->answer.body.len;
    if (x->timed_out || x->answer.trouble == SIM_HANG_UP) {
        x->reply.status = 0;
        fail(x, x->timed_out ? "no answer in time"
                             : "the connection ended without an answer");
    } else if (is_success(x->reply.status) && len > x->reply_max) {
        fail(x, "the reply is longer than allowed");
    } else if (x->answer.trouble == SIM_CUT_SHORT) {
        deliver_body(x, len / 2);
        fail(x, "the reply was cut short");
    } else if (!deliver_body(x, len)) {
        fail(x, "the reply was not wanted any more");
    } else {
        x->reply.outcome = HTTP_ANSWERED;
    }
}

static void end(struct exchange *x)
{
    struct clock *clock = loop_clock(x->owner->loop);
    x->delivering = true;
    x->reply.took_ms = now_ms(x) - x->reply.started_mono_ms;
    x->reply.date_ms = clock_wall_ms(clock) / MS_SECOND * MS_SECOND;
    judge(x);
    if (!x->withdrawn)
        x->done(x->arg, &x->reply);
    exchange_free(x);
}

/* ---- the door ---- */

static struct exchange *sim_send(struct transport *door,
                                 const struct http_request *request, http_body_fn *body,
                                 http_done_fn *done, void *arg)
{
    struct sim_transport *t = (struct sim_transport *)door;
    struct exchange *x = exchange_new(t, request);
    x->body = body;
    x->done = done;
    x->arg = arg;
    t->count++;
    TAILQ_INSERT_TAIL(&t->all, x, link);
    x->reply.started_mono_ms = now_ms(x);
    int64_t way = t->latency_ms;
    if (way >= x->timeout_ms) {
        x->timed_out = true;
        x->state = ANSWERING;
        timer_set(t->loop, &x->timer, now_ms(x) + x->timeout_ms, on_answer, x);
    } else {
        timer_set(t->loop, &x->timer, now_ms(x) + way, on_arrival, x);
    }
    return x;
}

static void sim_withdraw(struct transport *door, struct exchange *x)
{
    (void)door;
    x->withdrawn = true;
    if (!x->delivering)
        exchange_free(x);
}

static void sim_drain(struct transport *door)
{
    struct sim_transport *t = (struct sim_transport *)door;
    for (struct exchange *x; !TAILQ_EMPTY(&t->queue);) {
        x = TAILQ_FIRST(&t->queue);
        TAILQ_REMOVE(&t->queue, x, queue_link);
        x->queued = false;
        if (x->state == ARRIVED)
            handle(x);
        else
            end(x);
    }
}

static bool sim_queued(const struct transport *door)
{
    return !TAILQ_EMPTY(&((const struct sim_transport *)door)->queue);
}

static void sim_free(struct transport *door)
{
    struct sim_transport *t = (struct sim_transport *)door;
    struct exchange *next;
    for (struct exchange *x = TAILQ_FIRST(&t->all); x != NULL; x = next) {
        next = TAILQ_NEXT(x, link);
        exchange_free(x);
    }
    free(t);
}

struct transport *sim_transport_new(struct loop *l, lua_State *L, int ref)
{
    struct sim_transport *t = mem_new(sizeof *t);
    t->door = (struct transport){sim_send, sim_withdraw, sim_drain, sim_queued, sim_free};
    t->loop = l;
    t->L = L;
    t->ref = ref;
    t->latency_ms = LATENCY_MS;
    TAILQ_INIT(&t->all);
    TAILQ_INIT(&t->queue);
    return &t->door;
}

void sim_transport_latency(struct transport *t, int64_t latency_ms)
{
    ((struct sim_transport *)t)->latency_ms = latency_ms;
}

uint64_t sim_transport_count(const struct transport *t)
{
    return ((const struct sim_transport *)t)->count;
}
