/* The simulator behind the transport: what is answered late, cut short, lost, or never
 * heard. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/mem.h"
#include "bind/sim.h"
#include "check.h"
#include "document/base64.h"
#include "document/format.h"

enum { LATENCY = 5 };

static const char OPTIONS[] =
    "local demo = require('sim.demo')\n"
    "return demo.options { orders = 6, seed = 7, speed = 'instant', countries = {},"
    " faults = {} }";

/* An Amazon on a virtual clock and a transport to it. */
struct town {
    struct clock *clock;
    struct loop *loop;
    lua_State *L;
    int ref;
    struct transport *net;
    struct arena arena;
    struct secret lwa, rdt;
};

/* What became of one exchange. */
struct got {
    int done;
    int pieces;
    size_t streamed;
    struct http_reply reply;
    struct buf body;
};

static void on_done(void *arg, struct http_reply *reply)
{
    struct got *g = arg;
    g->done++;
    g->reply = *reply;
    buf_clear(&g->body);
    buf_init(&g->body, (size_t)64 << 20);
    buf_add(&g->body, buf_str(&reply->body), reply->body.len);
    g->reply.body = (struct buf){0};
}

static bool on_piece(void *arg, const struct http_reply *reply, const char *data,
                     size_t len)
{
    struct got *g = arg;
    (void)data;
    g->pieces += reply->status == 200;
    g->streamed += len;
    return true;
}

static void town_open(struct town *t)
{
    int64_t start;
    *t = (struct town){0};
    CHECK(instant_parse("2026-11-23T09:00:00Z", &start, NULL, NULL) == ERR_OK);
    t->clock = clock_new_virtual(start);
    t->loop = loop_new(t->clock);
    t->L = luaL_newstate();
    arena_init(&t->arena);
    luaL_openlibs(t->L);
    sim_install(t->L);
    CHECK_INT(luaL_dostring(t->L, OPTIONS), LUA_OK);
    struct fault f = {0};
    CHECK_INT(sim_open(t->L, t->clock, &t->ref, &f), ERR_OK);
    t->net = sim_transport_new(t->loop, t->L, t->ref);
    sim_transport_latency(t->net, LATENCY);
}

static void town_close(struct town *t)
{
    transport_free(t->net);
    lua_close(t->L);
    loop_free(t->loop);
    clock_free(t->clock);
    arena_clear(&t->arena);
    secret_clear(&t->lwa);
    secret_clear(&t->rdt);
}

static void run(struct town *t, struct got *g)
{
    for (int i = 0; i < 100 && g->done == 0; i++) {
        loop_turn(t->loop, INT64_MAX);
        transport_drain(t->net);
    }
}

static void ask(struct town *t, const struct http_request *request, http_body_fn *body,
                struct got *g)
{
    buf_clear(&g->body);
    *g = (struct got){0};
    transport_send(t->net, request, body, on_done, g);
    CHECK_INT(g->done, 0); /* never inside send */
    run(t, g);
    CHECK_INT(g->done, 1);
}

static const struct json *parsed(struct town *t, const struct got *g)
{
    struct fault f = {0};
    const struct json *value = json_parse(&t->arena, buf_str(&g->body), g->body.len, &f);
    CHECK(value != NULL);
    return value;
}

static void keep_token(struct town *t, const struct got *g, const char *name,
                       struct secret *to)
{
    const char *text = json_get_str(parsed(t, g), name, NULL);
    CHECK(text != NULL);
    secret_set(to, text, strlen(text));
}

static void log_in(struct town *t)
{
    static const char form[] =
        "grant_type=refresh_token&refresh_token=Atzr%7Csim&client_id="
        "amzn1.application-oa2-client.sim&client_secret=sim";
    static const char resources[] =
        "{\"restrictedResources\":[{\"method\":\"GET\",\"path\":"
        "\"/vendor/directFulfillment/orders/v1/purchaseOrders\"},{\"method\":\"GET\","
        "\"path\":\"/vendor/directFulfillment/shipping/v1/packingSlips\"}]}";
    static const struct http_header form_type = {"Content-Type",
                                                 "application/x-www-form-urlencoded"};
    static const struct http_header json_type = {"content-type", "application/json"};
    struct got g = {0};
    ask(t,
        &(struct http_request){.method = "POST",
                               .url = "https://api.amazon.com/auth/o2/token",
                               .headers = &form_type,
                               .header_count = 1,
                               .body = form,
                               .body_len = strlen(form)},
        NULL, &g);
    CHECK_INT(g.reply.status, 200);
    keep_token(t, &g, "access_token", &t->lwa);
    ask(t,
        &(struct http_request){
            .method = "POST",
            .url = "http://127.0.0.1/tokens/2021-03-01/restrictedDataToken",
            .headers = &json_type,
            .header_count = 1,
            .token = &t->lwa,
            .body = resources,
            .body_len = strlen(resources)},
        NULL, &g);
    CHECK_INT(g.reply.status, 200);
    keep_token(t, &g, "restrictedDataToken", &t->rdt);
    buf_clear(&g.body);
}

static const char ORDERS_URL[] =
    "http://sim/vendor/directFulfillment/orders/v1/purchaseOrders?createdAfter=2026-11-22"
    "T09%3A00%3A00Z&createdBefore=2026-11-23T09%3A00%3A00Z";

/* A read of the orders with a fault of the simulator. */
static void read_orders(struct town *t, const char *fault, int64_t timeout_ms,
                        http_body_fn *body, struct got *g)
{
    struct http_header header = {"X-Sim-Fault", fault};
    ask(t,
        &(struct http_request){.method = "GET",
                               .url = ORDERS_URL,
                               .headers = &header,
                               .header_count = fault[0] == '\0' ? 0 : 1,
                               .token = &t->rdt,
                               .timeout_ms = timeout_ms},
        body, g);
}

static void answers_like_amazon(void)
{
    struct town t;
    struct got g = {0};
    town_open(&t);
    log_in(&t);
    int64_t before = clock_mono_ms(t.clock);
    read_orders(&t, "", 0, NULL, &g);
    CHECK_INT(g.reply.outcome, HTTP_ANSWERED);
    CHECK_INT(g.reply.status, 200);
    CHECK_INT(strlen(g.reply.request_id), 36);
    CHECK_STR(g.reply.content_type, "application/json");
    CHECK(g.reply.rate_limit > 9.9 && g.reply.rate_limit < 10.1);
    CHECK_INT(g.reply.took_ms, LATENCY);
    CHECK_INT(clock_mono_ms(t.clock) - before, LATENCY);
    CHECK_INT(json_path(parsed(&t, &g), "payload.orders")->count, 6);
    CHECK_INT(sim_transport_count(t.net), 3);
    buf_clear(&g.body);
    town_close(&t);
}

static void refusals_are_gathered_even_for_who_streams(void)
{
    struct town t;
    struct got g = {0};
    town_open(&t);
    ask(&t, &(struct http_request){.method = "GET", .url = ORDERS_URL}, on_piece, &g);
    CHECK_INT(g.reply.outcome, HTTP_ANSWERED);
    CHECK_INT(g.reply.status, 403);
    CHECK_INT(g.streamed, 0);
    CHECK(strstr(buf_str(&g.body), "Access token is missing") != NULL);
    CHECK_INT((long long)g.reply.rate_limit, 0);
    buf_clear(&g.body);
    town_close(&t);
}

static void a_streamed_body_comes_whole_or_half(void)
{
    struct town t;
    struct got g = {0}, half = {0};
    town_open(&t);
    log_in(&t);
    read_orders(&t, "", 0, on_piece, &g);
    CHECK_INT(g.reply.outcome, HTTP_ANSWERED);
    CHECK(g.pieces >= 1 && g.streamed > 6000);
    CHECK_INT(g.body.len, 0);
    read_orders(&t, "cut_short", 0, on_piece, &half);
    CHECK_INT(half.reply.outcome, HTTP_UNKNOWN);
    CHECK_INT(half.streamed, g.streamed / 2);
    CHECK_STR(half.reply.why, "the reply was cut short");
    buf_clear(&g.body);
    buf_clear(&half.body);
    town_close(&t);
}

static lua_Integer ledger_calls(struct town *t, const char *operation)
{
    lua_rawgeti(t->L, LUA_REGISTRYINDEX, t->ref);
    lua_getfield(t->L, -1, "ledger");
    lua_insert(t->L, -2);
    lua_call(t->L, 1, 1);
    lua_getfield(t->L, -1, "operations");
    lua_getfield(t->L, -1, operation);
    lua_Integer calls = 0;
    if (lua_istable(t->L, -1)) {
        lua_getfield(t->L, -1, "calls");
        calls = lua_tointeger(t->L, -1);
    }
    lua_settop(t->L, 0);
    return calls;
}

static void what_is_lost_is_unknown_handled_or_not(void)
{
    struct town t;
    struct got g = {0};
    town_open(&t);
    log_in(&t);
    read_orders(&t, "lost_before", 0, NULL, &g);
    CHECK_INT(g.reply.outcome, HTTP_UNKNOWN);
    CHECK_INT(g.reply.status, 0);
    CHECK_INT(ledger_calls(&t, "getOrders"), 0);
    read_orders(&t, "lost_after", 0, NULL, &g);
    CHECK_INT(g.reply.outcome, HTTP_UNKNOWN);
    CHECK_INT(g.body.len, 0);
    CHECK_INT(ledger_calls(&t, "getOrders"), 1);
    buf_clear(&g.body);
    town_close(&t);
}

static void a_late_answer_is_no_answer_although_amazon_acted(void)
{
    struct town t;
    struct got g = {0};
    town_open(&t);
    log_in(&t);
    read_orders(&t, "late", 30000, NULL, &g);
    CHECK_INT(g.reply.outcome, HTTP_UNKNOWN);
    CHECK_STR(g.reply.why, "no answer in time");
    CHECK_INT(g.reply.took_ms, 30000);
    CHECK_INT(ledger_calls(&t, "getOrders"), 1);
    read_orders(&t, "late", 300000, NULL, &g);
    CHECK_INT(g.reply.outcome, HTTP_ANSWERED);
    CHECK_INT(g.reply.took_ms, 120000 + LATENCY);
    buf_clear(&g.body);
    town_close(&t);
}

/* Withdraws itself in the middle of its body. */
struct quitter {
    struct transport *net;
    struct exchange *exchange;
    int pieces;
};

static bool on_quit(void *arg, const struct http_reply *reply, const char *data,
                    size_t len)
{
    struct quitter *q = arg;
    (void)reply, (void)data, (void)len;
    q->pieces++;
    transport_withdraw(q->net, q->exchange);
    return true;
}

static void on_never(void *arg, struct http_reply *reply)
{
    struct quitter *q = arg;
    (void)reply;
    q->pieces += 1000;
}

static void the_withdrawn_hear_nothing_more(void)
{
    struct town t;
    town_open(&t);
    log_in(&t);
    struct http_request request = {.method = "GET", .url = ORDERS_URL, .token = &t.rdt};
    struct quitter early = {.net = t.net}, late = {.net = t.net}, queued = {.net = t.net};
    early.exchange = transport_send(t.net, &request, on_quit, on_never, &early);
    late.exchange = transport_send(t.net, &request, on_quit, on_never, &late);
    queued.exchange = transport_send(t.net, &request, on_quit, on_never, &queued);
    transport_withdraw(t.net, early.exchange);
    for (int i = 0; i < 10 && !transport_queued(t.net); i++)
        loop_turn(t.loop, clock_mono_ms(t.clock) + LATENCY);
    transport_withdraw(t.net, queued.exchange);
    CHECK(transport_queued(t.net));
    transport_drain(t.net);
    CHECK_INT(early.pieces, 0);
    CHECK_INT(late.pieces, 1);
    CHECK_INT(queued.pieces, 0);
    CHECK_INT(ledger_calls(&t, "getOrders"), 1);
    transport_send(t.net, &request, on_quit, on_never,
                   &queued); /* left to transport_free */
    town_close(&t);
}

/* The document that the Lua half gets, examined. */
static void check_document(struct town *t, const char *code, enum format want,
                           const char *text)
{
    struct finding finding;
    struct fault f = {0};
    struct base64 decoder = {0};
    struct buf bytes;
    size_t len;
    buf_init(&bytes, 8 << 20);
    CHECK_INT(luaL_dostring(t->L, code), LUA_OK);
    const char *encoded = lua_tolstring(t->L, -1, &len);
    CHECK_INT(base64_take(&decoder, encoded, len, &bytes, &f), ERR_OK);
    CHECK_INT(base64_end(&decoder, &f), ERR_OK);
    format_examine(bytes.data, bytes.len, &finding);
    CHECK_INT(finding.format, want);
    CHECK_STR(finding.flaw, "");
    CHECK(text == NULL || strstr(buf_str(&bytes), text) != NULL);
    buf_clear(&bytes);
    lua_settop(t->L, 0);
}

static void documents_are_real(void)
{
    struct town t;
    town_open(&t);
    check_document(&t, "return require('dray.sim').zpl('DPO1', '36123', 'ATS')",
                   FORMAT_ZPL, "DPO1");
    check_document(&t, "return require('dray.sim').png('DPO1', '36123')", FORMAT_PNG,
                   NULL);
    check_document(&t, "return require('dray.sim').pdf('Slip DPO1', { 'a', 'b' })",
                   FORMAT_PDF, NULL);
    CHECK(luaL_dostring(t.L, "return require('dray.sim').pdf('x', { {} })") != LUA_OK);
    lua_settop(t.L, 0);
    town_close(&t);
}

static void wrong_options_say_what_is_wrong(void)
{
    struct town t;
    struct fault f = {0};
    int ref;
    town_open(&t);
    CHECK_INT(luaL_dostring(t.L, "return { accounts = { { id = 'x' } } }"), LUA_OK);
    CHECK_INT(sim_open(t.L, t.clock, &ref, &f), ERR_INPUT);
    CHECK(strstr(f.text, "an account of the simulator needs refresh_token") != NULL);
    CHECK_INT(lua_gettop(t.L), 0);
    town_close(&t);
}

static void the_lua_half_is_inside_the_binary(void)
{
    struct town t;
    town_open(&t);
    CHECK_INT(luaL_dostring(t.L, "package.loaded['sim.heap'] = nil "
                                 "local _, from = require('sim.heap') return from"),
              LUA_OK);
    CHECK_STR(lua_tostring(t.L, -1), "@lua/sim/heap.lua");
    CHECK(luaL_dostring(t.L, "require('sim.no_such_thing')") != LUA_OK);
    CHECK(strstr(lua_tostring(t.L, -1),
                 "no file lua/sim/no_such_thing.lua inside dray") != NULL);
    lua_settop(t.L, 0);
    town_close(&t);
}

TESTS_MAIN({"a request gets what Amazon would answer, after its time on the way",
            answers_like_amazon},
           {"a refusal's body is gathered, also for who streams",
            refusals_are_gathered_even_for_who_streams},
           {"a streamed body comes whole, or half when the line breaks",
            a_streamed_body_comes_whole_or_half},
           {"what is lost is unknown, whether it was handled or not",
            what_is_lost_is_unknown_handled_or_not},
           {"an answer after the timeout is none, although Amazon has acted",
            a_late_answer_is_no_answer_although_amazon_acted},
           {"who withdraws hears nothing more", the_withdrawn_hear_nothing_more},
           {"labels, slips and invoices are real documents", documents_are_real},
           {"wrong options of the simulator say what is wrong",
            wrong_options_say_what_is_wrong},
           {"require finds the Lua half inside the binary",
            the_lua_half_is_inside_the_binary})
