/* call("getOrder", { ... }): one read of one operation; writes go through verbs or `dray
 * call`. */
#include <string.h>

#include "base/json.h"
#include "bind/bind.h"
#include "bind/handle.h"
#include "bind/value.h"
#include "engine/task.h"
#include "engine/trouble.h"
#include "spapi/call.h"

#define CALLING "dray.call"

/* A call under way, and its answer. */
struct calling {
    struct task *task;
    uint64_t wait;
    struct call *call; /* NULL once it ended */
    struct arena memory;
    struct json *body; /* in memory */
    enum call_outcome outcome;
    struct fault fault;
};

static void call_ended(void *arg, const struct call_reply *reply)
{
    struct calling *c = arg;
    c->call = NULL;
    c->outcome = reply->outcome;
    c->fault = reply->fault;
    if (reply->outcome == CALL_OK && reply->body != NULL)
        c->body = json_copy(&c->memory, reply->body);
    task_wake(c->task, c->wait);
}

static void withdraw_call(void *op)
{
    struct calling *c = op;
    if (c->call != NULL)
        call_withdraw(c->call);
    c->call = NULL;
    arena_clear(&c->memory);
}

static int l_calling_gc(lua_State *L)
{
    struct calling *c = lua_touserdata(L, 1);
    arena_clear(&c->memory);
    return 0;
}

static struct calling *calling_new(lua_State *L, struct task *t)
{
    struct calling *c = lua_newuserdatauv(L, sizeof *c, 0);
    memset(c, 0, sizeof *c);
    c->task = t;
    arena_init(&c->memory);
    if (luaL_newmetatable(L, CALLING)) {
        lua_pushcfunction(L, l_calling_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return c;
}

/* operation's name, calling on top */
static int give_answer(lua_State *L, int status, lua_KContext ctx)
{
    struct calling *c = lua_touserdata(L, -1);
    (void)status;
    (void)ctx;
    if (c->outcome != CALL_OK) {
        if (c->fault.code == ERR_OK)
            c->fault.code = ERR_AMAZON;
        fault_prefix(&c->fault, "%s", lua_tostring(L, 1));
        return trouble_raise(L, &c->fault);
    }
    value_push(L, c->body);
    arena_clear(&c->memory);
    return 1;
}

/* ---- arguments ---- */

static const struct operation *check_operation(lua_State *L)
{
    const struct operation *op = NULL;
    struct fault f = {0};
    const char *name = luaL_checkstring(L, 1);
    trouble_check(L, operation_find(name, &op, &f), &f);
    if (op->repeat != REPEAT_HARMLESS || strcmp(op->method, "GET") != 0)
        trouble_error(
            L, ERR_DENIED,
            "call only reads, and %s writes: use a verb such as order:confirm, or "
            "dray call %s",
            name, name);
    return op;
}

/* The named account, or the only one. */
static struct account *check_account(lua_State *L, const struct host *h)
{
    const char *id = luaL_optstring(L, 3, NULL);
    struct account *a = id == NULL ? NULL : host_account(h, id);
    if (id != NULL && a == NULL)
        trouble_error(L, ERR_INPUT, "call: unknown account \"%s\"", id);
    if (id == NULL && h->account_count != 1)
        trouble_error(
            L, ERR_INPUT,
            "call: there are %d accounts; name one: call(operation, params, account)",
            (int)h->account_count);
    return id == NULL ? h->accounts[0] : a;
}

static struct json *check_params(lua_State *L)
{
    struct json *params = NULL;
    struct fault f = {0};
    if (lua_isnoneornil(L, 2))
        return NULL;
    luaL_checktype(L, 2, LUA_TTABLE);
    trouble_check(L, value_read(L, 2, "call", bind_scratch(L), &params, &f), &f);
    return params;
}

/* call(operation, params?, account?) -> payload */
static int l_call(lua_State *L)
{
    struct host *h = bind_host(L);
    struct task *t = task_may_wait(L, "call");
    struct fault f = {0};
    struct call_request request = {.op = check_operation(L),
                                   .account = check_account(L, h)};
    h->outside = "call";
    request.params = check_params(L);
    struct calling *c = calling_new(L, t);
    c->wait = task_wait(t, withdraw_call, c);
    enum err e = call_start(h->spapi, &request, call_ended, c, &c->call, &f);
    if (e != ERR_OK) {
        task_wait_drop(t);
        fault_prefix(&f, "%s", request.op->name);
        return trouble_raise(L, &f);
    }
    return task_yield(L, give_answer, 0);
}

void bind_call_open(lua_State *L)
{
    lua_pushcfunction(L, l_call);
    lua_setfield(L, -2, "call");
}
