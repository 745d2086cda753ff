/* `dray sim`: Amazon on loopback, for people and tests.
 *
 * The simulator has a Lua state of its own; requests are taken up between two turns of
 * the loop. It keeps nothing: who stops it loses its world. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <lauxlib.h>
#include <lualib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "bind/sim.h"
#include "cli/command.h"
#include "net/loop.h"
#include "net/server.h"

enum { PORT = 8484, ORDERS = 20, ORDERS_MAX = 200000, BODY_MAX = 8 << 20 };

static const struct flag flags[] = {
    {"port", 'p', "N", false, "listen on 127.0.0.1:N; 0 picks a free one (default 8484)"},
    {"orders", 'n', "N", false, "orders at the start (default 20)"},
    {"shipments", 0, "N", false, "a seller's shipments at the start (default none)"},
    {"program", 0, "NAME", true,
     "seller_flex, easy_ship, self_ship: what the seller does (default all three)"},
    {"seed", 0, "N", false, "the same seed gives the same orders (default 1)"},
    {"rate", 0, "N", false,
     "calls a second of each operation (default as Amazon: 10, shipments 1)"},
    {"plain", 0, NULL, false, "each with one line and one box, and nothing special"},
    {"floor", 0, "FILE", false,
     "write what the warehouse floor does with each order and shipment"},
    {"fault", 0, "KIND=RATE", true, "what goes wrong, such as lost_after=0.05"},
    {"speed", 0, "SPEED", false,
     "instant, demo (seconds) or real (minutes); default demo"},
    {"country", 0, "CC", true, "IN, DE, US: whose warehouse (default IN and DE)"},
    FLAG_JSON,
    FLAG_END};

static int run(const struct invocation *in);

const struct command command_sim = {
    .name = "sim",
    .arguments = "",
    .summary = "Amazon on loopback: orders, shipments, labels, faults, a ledger",
    .details =
        "Prints one line when it is ready and serves until it is stopped. Its endpoint "
        "serves Login with\nAmazon, too. Beside Amazon's paths it has GET /sim/ledger "
        "(what it was told, and how often),\nGET /sim/orders, GET /sim/shipments, GET "
        "/sim/floor, POST /sim/orders {\"count\": 5},\nPOST /sim/shipments {\"count\": "
        "5}, POST /sim/cancel {\"purchaseOrderNumber\": \"...\"} or\n{\"shipmentId\": "
        "\"...\"}, POST /sim/move {\"shipmentId\": \"...\", \"to\": \"CONFIRMED\"} "
        "(another tool\ndoes the steps), POST /sim/unlabel {\"shipmentId\": \"...\"} "
        "(the label is taken back) and POST\n/sim/faults {\"faults\": [...]}. A fault "
        "can "
        "also be asked for by one request, with the header\nx-sim-fault. `--fault "
        "OPERATION:KIND=RATE` strikes one operation; labelFile is a shipment's\nlabel "
        "behind its URL.",
    .most = 0,
    .flags = flags,
    .run = run};

/* An answer that comes late. */
struct late {
    struct timer timer;
    struct serving *serving;
    struct server_request *request;
    struct sim_response response;
    LIST_ENTRY(late) link;
};

LIST_HEAD(late_list, late);

struct serving {
    const struct invocation *in;
    struct clock *clock;
    struct loop *loop;
    struct server *server;
    lua_State *L;
    int ref;           /* the Amazon */
    const char *floor; /* the floor file, NULL: none */
    long port, orders, shipments, rate, seed;
    struct late_list late;
};

/* ---- the Lua half ---- */

static void push_words(lua_State *L, const struct invocation *in, const char *name)
{
    lua_newtable(L);
    for (int i = 0; i < flag_count(in, name); i++) {
        const char *word = flag_nth(in, name, i);
        lua_pushstring(L, word);
        lua_rawseti(L, -2, i + 1);
    }
}

/* Pushes sim.Flags. */
static void push_flags(lua_State *L, const struct serving *s)
{
    lua_createtable(L, 0, 10);
    lua_pushinteger(L, s->orders);
    lua_setfield(L, -2, "orders");
    lua_pushinteger(L, s->shipments);
    lua_setfield(L, -2, "shipments");
    lua_pushinteger(L, s->seed);
    lua_setfield(L, -2, "seed");
    lua_pushinteger(L, s->rate);
    lua_setfield(L, -2, "rate");
    lua_pushboolean(L, flag_given(s->in, "plain"));
    lua_setfield(L, -2, "plain");
    lua_pushstring(L, flag_text(s->in, "speed", "demo"));
    lua_setfield(L, -2, "speed");
    lua_pushstring(L, s->floor);
    lua_setfield(L, -2, "floor");
    push_words(L, s->in, "fault");
    lua_setfield(L, -2, "faults");
    push_words(L, s->in, "country");
    lua_setfield(L, -2, "countries");
    push_words(L, s->in, "program");
    lua_setfield(L, -2, "programs");
}

static void push_demo(lua_State *L, const char *name)
{
    lua_getglobal(L, "require");
    lua_pushstring(L, "sim.demo");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, name);
}

/* options(serving) -> sim.Options */
static int l_options(lua_State *L)
{
    const struct serving *s = lua_touserdata(L, 1);
    luaL_openlibs(L);
    sim_install(L);
    push_demo(L, "options");
    push_flags(L, s);
    lua_call(L, 1, 1);
    return 1;
}

/* ready(serving) -> line */
static int l_ready(lua_State *L)
{
    const struct serving *s = lua_touserdata(L, 1);
    push_demo(L, "ready");
    push_flags(L, s);
    lua_pushfstring(L, "http://127.0.0.1:%d", (int)server_port(s->server));
    lua_pushboolean(L, flag_given(s->in, "json"));
    lua_call(L, 3, 1);
    return 1;
}

/* Calls fn(serving) and leaves its result; ERR_INPUT with the message. */
static enum err ask_lua(struct serving *s, lua_CFunction fn, struct fault *f)
{
    lua_pushcfunction(s->L, fn);
    lua_pushlightuserdata(s->L, s);
    if (lua_pcall(s->L, 1, 1, 0) == LUA_OK)
        return ERR_OK;
    const char *text = lua_tostring(s->L, -1);
    return fault_set(f, ERR_INPUT, "%s", text == NULL ? "an error without text" : text);
}

/* ---- the floor file ---- */

static enum err write_file(const char *path, const struct buf *text, struct fault *f)
{
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return fault_errno(f, "cannot write %s", path);
    size_t written = fwrite(text->data, 1, text->len, file);
    int closed = fclose(file);
    if (written != text->len || closed != 0)
        return fault_errno(f, "cannot write %s", path);
    return ERR_OK;
}

/* Beside the file first, so that no reader sees half of it. */
static enum err replace_file(const char *path, const struct buf *text, struct fault *f)
{
    struct buf fresh;
    buf_init(&fresh, 4096);
    buf_format(&fresh, "%s.new", path);
    enum err e = write_file(buf_str(&fresh), text, f);
    if (e == ERR_OK && rename(buf_str(&fresh), path) != 0)
        e = fault_errno(f, "cannot write %s", path);
    buf_clear(&fresh);
    return e;
}

static enum err write_floor(struct serving *s, struct fault *f)
{
    if (s->floor == NULL)
        return ERR_OK;
    struct sim_request request = {.method = "GET", .path = "/sim/floor", .query = ""};
    struct sim_response response = {0};
    enum err e = sim_ask(s->L, s->ref, &request, &response, f);
    if (e == ERR_OK)
        e = replace_file(s->floor, &response.body, f);
    sim_response_clear(&response);
    return e;
}

/* ---- requests ---- */

static void give_answer(struct server_request *request, const struct sim_response *r)
{
    if (r->trouble == SIM_HANG_UP)
        server_hang_up(request);
    else
        server_answer(request, r->status, r->headers, r->header_count, r->body.data,
                      r->body.len,
                      r->trouble == SIM_CUT_SHORT ? SERVER_CUT_SHORT : SERVER_FINE);
}

static void late_free(struct late *late)
{
    timer_stop(late->serving->loop, &late->timer);
    LIST_REMOVE(late, link);
    sim_response_clear(&late->response);
    free(late);
}

static void on_late(void *arg)
{
    struct late *late = arg;
    give_answer(late->request, &late->response);
    late_free(late);
}

/* Takes the response over. */
static void answer_late(struct serving *s, struct server_request *request,
                        const struct sim_response *response)
{
    struct late *late = mem_new(sizeof *late);
    late->serving = s;
    late->request = request;
    late->response = *response;
    LIST_INSERT_HEAD(&s->late, late, link);
    timer_set(s->loop, &late->timer, clock_mono_ms(s->clock) + response->delay_ms,
              on_late, late);
}

static size_t gather_headers(const struct server_request *r, struct http_header *headers)
{
    static const char *const names[SIM_HEADERS] = {"user-agent",     "content-type",
                                                   "content-length", "x-amz-access-token",
                                                   "x-sim-fault",    "host"};
    size_t count = 0;
    for (size_t i = 0; i < SIM_HEADERS && names[i] != NULL; i++) {
        const char *value = server_header(r, names[i]);
        if (value != NULL)
            headers[count++] = (struct http_header){names[i], value};
    }
    return count;
}

/* New orders and shipments are new work for the floor. */
static void follow_orders(struct serving *s, const struct sim_request *request)
{
    struct fault f = {0};
    bool more = strcmp(request->path, "/sim/orders") == 0 ||
                strcmp(request->path, "/sim/shipments") == 0;
    if (more && strcmp(request->method, "POST") == 0 && write_floor(s, &f) != ERR_OK)
        complain_fault(s->in, &f);
}

static void on_request(void *arg, struct server_request *r)
{
    struct serving *s = arg;
    struct http_header headers[SIM_HEADERS];
    struct sim_response response = {0};
    struct fault f = {0};
    size_t len;
    const char *body = server_body(r, &len);
    struct sim_request request = {.method = server_method(r),
                                  .path = server_path(r),
                                  .query = server_query(r),
                                  .headers = headers,
                                  .header_count = gather_headers(r, headers),
                                  .body = len > 0 ? body : NULL,
                                  .body_len = len};
    if (sim_ask(s->L, s->ref, &request, &response, &f) != ERR_OK) {
        complain_fault(s->in, &f);
        server_answer(r, 500, NULL, 0, f.text, strlen(f.text), SERVER_FINE);
    } else {
        follow_orders(s, &request);
        if (response.delay_ms > 0) {
            answer_late(s, r, &response);
            return;
        }
        give_answer(r, &response);
    }
    sim_response_clear(&response);
}

/* ---- life ---- */

static enum err open_world(struct serving *s, struct fault *f)
{
    s->clock = clock_new_real();
    s->loop = loop_new(s->clock);
    s->L = luaL_newstate();
    if (s->L == NULL)
        return fault_set(f, ERR_LIMIT, "no memory for the simulator");
    enum err e = ask_lua(s, l_options, f);
    if (e == ERR_OK)
        e = sim_open(s->L, s->clock, &s->ref, f);
    if (e == ERR_OK)
        e = write_floor(s, f);
    if (e != ERR_OK)
        return e;
    s->server = server_new(s->loop, (uint16_t)s->port, BODY_MAX, on_request, s, f);
    return s->server == NULL ? f->code : ERR_OK;
}

static void close_world(struct serving *s)
{
    struct late *next;
    for (struct late *late = LIST_FIRST(&s->late); late != NULL; late = next) {
        next = LIST_NEXT(late, link);
        late_free(late);
    }
    server_free(s->server);
    if (s->L != NULL)
        lua_close(s->L);
    loop_free(s->loop);
    clock_free(s->clock);
}

static enum err say_ready(struct serving *s, struct fault *f)
{
    enum err e = ask_lua(s, l_ready, f);
    if (e != ERR_OK)
        return e;
    printf("%s\n", lua_tostring(s->L, -1));
    lua_pop(s->L, 1);
    return fflush(stdout) == 0 ? ERR_OK : fault_errno(f, "cannot write to stdout");
}

static enum err serve(struct serving *s, struct fault *f)
{
    enum err e = open_world(s, f);
    if (e != ERR_OK)
        return e;
    loop_watch_signals(s->loop);
    e = say_ready(s, f);
    while (e == ERR_OK && loop_signal(s->loop) == 0) {
        loop_turn(s->loop, INT64_MAX);
        server_drain(s->server);
    }
    return e;
}

static int run(const struct invocation *in)
{
    struct serving s = {.in = in, .floor = flag_text(in, "floor", NULL)};
    struct fault f = {0};
    if (!flag_number(in, "port", 0, UINT16_MAX, PORT, &s.port) ||
        !flag_number(in, "orders", 0, ORDERS_MAX, ORDERS, &s.orders) ||
        !flag_number(in, "shipments", 0, ORDERS_MAX, 0, &s.shipments) ||
        !flag_number(in, "rate", 0, 100000, 0, &s.rate) ||
        !flag_number(in, "seed", 0, INT32_MAX, 1, &s.seed))
        return EXIT_USAGE;
    enum err e = serve(&s, &f);
    close_world(&s);
    if (e == ERR_OK)
        return EXIT_DONE;
    int code = complain_fault(in, &f);
    return e == ERR_INPUT ? EXIT_USAGE : code; /* what the flags said made no sense */
}
