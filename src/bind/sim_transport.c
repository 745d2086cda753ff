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

#include <lauxlib.h>

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

/* How the answer fails to come back. */
enum trouble { TROUBLE_NONE, TROUBLE_HANG_UP, TROUBLE_CUT_SHORT, TROUBLE_TIMEOUT };

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
    enum trouble trouble;
    int64_t delay_ms;  /* how late the answer comes */
    struct buf answer; /* its whole body */
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

static void copy_headers(struct exchange *x, const struct http_request *request)
{
    x->header_count = request->header_count;
    x->headers = mem_array(x->header_count, sizeof *x->headers);
    for (size_t i = 0; i < x->header_count; i++) {
        x->headers[i].name = mem_text(request->headers[i].name);
        x->headers[i].value = mem_text(request->headers[i].value);
    }
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
    buf_init(&x->answer, REPLY_MAX);
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
    buf_clear(&x->answer);
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

/* ---- the request as a Lua table ---- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void push_decoded(lua_State *L, const char *text, size_t len)
{
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (size_t i = 0; i < len; i++) {
        int high = text[i] == '%' && i + 2 < len ? hex_value(text[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text[i + 2]) : -1;
        if (low >= 0) {
            luaL_addchar(&b, (char)(high * 16 + low));
            i += 2;
        } else {
            luaL_addchar(&b, text[i]);
        }
    }
    luaL_pushresult(&b);
}

/* Sets path and query of the table on top. */
static void push_target(lua_State *L, const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = strchr(host == NULL ? url : host + 3, '/');
    path = path == NULL ? "/" : path;
    size_t len = strcspn(path, "?#");
    push_decoded(L, path, len);
    lua_setfield(L, -2, "path");
    const char *query = path[len] == '?' ? path + len + 1 : "";
    lua_pushlstring(L, query, strcspn(query, "#"));
    lua_setfield(L, -2, "query");
}

static void push_lower(lua_State *L, const char *name)
{
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (; *name != '\0'; name++)
        luaL_addchar(&b, (char)tolower((unsigned char)*name));
    luaL_pushresult(&b);
}

static void push_headers(lua_State *L, const struct exchange *x)
{
    lua_createtable(L, 0, (int)x->header_count + 2);
    lua_pushliteral(L, "dray (in process)"); /* libcurl would add one, too */
    lua_setfield(L, -2, "user-agent");
    for (size_t i = 0; i < x->header_count; i++) {
        push_lower(L, x->headers[i].name);
        lua_pushstring(L, x->headers[i].value);
        lua_rawset(L, -3);
    }
    if (secret_there(&x->token)) {
        lua_pushstring(L, secret_reveal(&x->token));
        lua_setfield(L, -2, "x-amz-access-token");
    }
}

/* push(exchange) -> request */
static int l_push_request(lua_State *L)
{
    const struct exchange *x = lua_touserdata(L, 1);
    lua_createtable(L, 0, 5);
    lua_pushstring(L, x->method);
    lua_setfield(L, -2, "method");
    push_target(L, x->url);
    push_headers(L, x);
    lua_setfield(L, -2, "headers");
    if (x->out != NULL) {
        lua_pushlstring(L, x->out, x->out_len);
        lua_setfield(L, -2, "body");
    }
    return 1;
}

/* ---- the response from a Lua table ---- */

static void take_text(char *to, size_t size, const char *value)
{
    snprintf(to, size, "%s", value);
}

static void take_header(struct http_reply *r, const char *name, const char *value)
{
    if (strcasecmp(name, "x-amzn-RequestId") == 0)
        take_text(r->request_id, sizeof r->request_id, value);
    else if (strcasecmp(name, "x-amzn-ErrorType") == 0)
        take_text(r->error_type, sizeof r->error_type, value);
    else if (strcasecmp(name, "Content-Type") == 0)
        take_text(r->content_type, sizeof r->content_type, value);
    else if (strcasecmp(name, "x-amzn-RateLimit-Limit") == 0)
        r->rate_limit = strtod(value, NULL);
}

static void take_headers(lua_State *L, struct http_reply *r)
{
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING)
            take_header(r, lua_tostring(L, -2), lua_tostring(L, -1));
}

static enum trouble trouble_of(const char *text)
{
    if (text == NULL)
        return TROUBLE_NONE;
    return strcmp(text, "cut_short") == 0 ? TROUBLE_CUT_SHORT : TROUBLE_HANG_UP;
}

/* take(response, exchange): fills the exchange */
static int l_take_response(lua_State *L)
{
    struct exchange *x = lua_touserdata(L, 2);
    size_t len;
    lua_getfield(L, 1, "status");
    lua_getfield(L, 1, "body");
    lua_getfield(L, 1, "trouble");
    lua_getfield(L, 1, "delay_ms");
    lua_getfield(L, 1, "headers"); /* response, exchange, then these at 3 to 7 */
    x->reply.status = (int)luaL_checkinteger(L, 3);
    const char *body = luaL_checklstring(L, 4, &len);
    buf_add(&x->answer, body, len);
    x->trouble = trouble_of(lua_tostring(L, 5));
    x->delay_ms = luaL_checkinteger(L, 6);
    take_headers(L, &x->reply);
    return 0;
}

/* A mistake of the simulator's own; who tests with it must see it. */
static void own_mistake(struct exchange *x, const char *why)
{
    fprintf(stderr, "dray: bug in the simulator: %s\n", why);
    snprintf(x->reply.why, sizeof x->reply.why, "bug in the simulator: %.150s", why);
    x->trouble = TROUBLE_HANG_UP;
}

static bool converse(struct exchange *x)
{
    lua_State *L = x->owner->L;
    struct fault f = {0};
    lua_pushcfunction(L, l_push_request);
    lua_pushlightuserdata(L, x);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK)
        return false;
    if (sim_ask(L, x->owner->ref, &f) != ERR_OK) {
        lua_pushstring(L, f.text);
        return false;
    }
    lua_pushcfunction(L, l_take_response);
    lua_insert(L, -2);
    lua_pushlightuserdata(L, x);
    return lua_pcall(L, 2, 0, 0) == LUA_OK;
}

/* Lets Amazon handle it, then sends its answer on the way. */
static void handle(struct exchange *x)
{
    lua_State *L = x->owner->L;
    int top = lua_gettop(L);
    if (!converse(x))
        own_mistake(x, lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "no text");
    lua_settop(L, top);
    int64_t left = x->reply.started_mono_ms + x->timeout_ms - now_ms(x);
    if (x->delay_ms > left) {
        x->trouble = TROUBLE_TIMEOUT;
        x->delay_ms = left > 0 ? left : 0;
    }
    if (x->delay_ms <= 0) {
        enqueue(x, ENDED);
        return;
    }
    x->state = ANSWERING;
    timer_set(x->owner->loop, &x->timer, now_ms(x) + x->delay_ms, on_answer, x);
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
        buf_add(&x->reply.body, x->answer.data, len);
        return true;
    }
    for (size_t at = 0; at < len && !x->withdrawn; at += PIECE) {
        size_t piece = len - at < PIECE ? len - at : PIECE;
        if (!x->body(x->arg, &x->reply, x->answer.data + at, piece))
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
    size_t len = x->answer.len;
    if (x->trouble == TROUBLE_HANG_UP || x->trouble == TROUBLE_TIMEOUT) {
        x->reply.status = 0;
        fail(x, x->trouble == TROUBLE_TIMEOUT ? "no answer in time"
                                              : "the connection ended without an answer");
    } else if (is_success(x->reply.status) && len > x->reply_max) {
        fail(x, "the reply is longer than allowed");
    } else if (x->trouble == TROUBLE_CUT_SHORT) {
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
        x->trouble = TROUBLE_TIMEOUT;
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
    while (!TAILQ_EMPTY(&t->all))
        exchange_free(TAILQ_FIRST(&t->all));
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
