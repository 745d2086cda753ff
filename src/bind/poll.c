/* poll "orders": asks Amazon's lists now, of all accounts that have them, or of one. */
#include <string.h>

#include "bind/bind.h"
#include "bind/handle.h"
#include "engine/task.h"
#include "engine/trouble.h"
#include "workflow/poller.h"

/* One list of one account. */
struct ask {
    struct polling *polling;
    const struct account *account;
    enum poll_kind kind;
    struct poll_wait *wait; /* NULL once it ended */
    struct poll_end end;
};

struct polling {
    struct task *task;
    uint64_t wait;
    size_t left; /* asks that have not ended */
    size_t count;
    struct ask asks[];
};

static void ask_ended(void *arg, const struct poll_end *end)
{
    struct ask *ask = arg;
    struct polling *p = ask->polling;
    ask->wait = NULL;
    ask->end = *end;
    if (--p->left == 0)
        task_wake(p->task, p->wait);
}

static void withdraw_asks(void *op)
{
    struct polling *p = op;
    for (size_t i = 0; i < p->count; i++) {
        if (p->asks[i].wait != NULL)
            poller_withdraw(p->asks[i].wait);
        p->asks[i].wait = NULL;
    }
}

/* The polling stands on top of the stack. */
static int poll_ended(lua_State *L, int status, lua_KContext ctx)
{
    struct polling *p = lua_touserdata(L, -1);
    lua_Integer changed = 0;
    (void)status;
    (void)ctx;
    for (size_t i = 0; i < p->count; i++) {
        struct ask *ask = &p->asks[i];
        if (ask->end.err != ERR_OK) {
            fault_prefix(&ask->end.fault, "poll");
            return trouble_raise(L, &ask->end.fault);
        }
        changed += ask->end.changed;
    }
    lua_pushinteger(L, changed);
    return 1;
}

/* ---- arguments ---- */

/* A set of kinds; a list is asked once however often it is named. */
static bool take_kind(void *arg, const char *name)
{
    unsigned *kinds = arg;
    enum poll_kind kind = poll_find(name);
    if (kind == POLL_KIND_COUNT)
        return false;
    *kinds |= 1u << kind;
    return true;
}

static void check_kind(lua_State *L, int index, unsigned *kinds)
{
    const char *names[POLL_KIND_COUNT + 1] = {0};
    for (int k = 0; k < POLL_KIND_COUNT; k++)
        names[k] = poll_name((enum poll_kind)k);
    if (lua_type(L, index) != LUA_TSTRING)
        trouble_error(L, ERR_INPUT, "poll: expected the name of a list, got a %s",
                      luaL_typename(L, index));
    const char *name = lua_tostring(L, index);
    if (!take_kind(kinds, name))
        options_unknown(L, "poll", "list", name, names);
}

/* poll { "orders", "labels", account = "acme" } */
static unsigned check_table(lua_State *L, const char **account)
{
    unsigned kinds = 0;
    lua_Integer count = (lua_Integer)lua_rawlen(L, 1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, 1, i);
        check_kind(L, -1, &kinds);
        lua_pop(L, 1);
    }
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), "account") != 0)
            trouble_error(L, ERR_INPUT, "poll: unknown option \"%s\"; it knows account",
                          lua_tostring(L, -1));
    }
    *account = options_text(L, "poll", "account");
    return kinds;
}

static unsigned check_arguments(lua_State *L, const char **account)
{
    unsigned kinds = 0;
    if (lua_istable(L, 1))
        kinds = check_table(L, account);
    else
        check_kind(L, 1, &kinds);
    if (kinds == 0)
        trouble_error(L, ERR_INPUT, "poll: name a list, for instance poll \"orders\"");
    if (*account == NULL && !lua_isnoneornil(L, 2))
        *account = luaL_checkstring(L, 2);
    return kinds;
}

/* ---- asking ---- */

static bool is_wanted(const struct account *a, enum poll_kind kind, const char *id)
{
    return a->program == poll_program(kind) && (id == NULL || strcmp(a->id, id) == 0);
}

static struct polling *polling_new(lua_State *L, const struct host *h, struct task *t)
{
    size_t room = h->account_count * POLL_KIND_COUNT;
    struct polling *p = lua_newuserdatauv(L, sizeof *p + room * sizeof p->asks[0], 0);
    memset(p, 0, sizeof *p + room * sizeof p->asks[0]);
    p->task = t;
    return p;
}

/* Every list of every account that has it. */
static void plan_asks(struct polling *p, const struct host *h, unsigned kinds,
                      const char *account)
{
    for (size_t i = 0; i < h->account_count; i++) {
        for (int k = 0; k < POLL_KIND_COUNT; k++) {
            if ((kinds & 1u << k) != 0 &&
                is_wanted(h->accounts[i], (enum poll_kind)k, account))
                p->asks[p->count++] = (struct ask){
                    .polling = p, .account = h->accounts[i], .kind = (enum poll_kind)k};
        }
    }
    p->left = p->count;
}

static void begin_asks(struct polling *p, struct host *h)
{
    for (size_t i = 0; i < p->count; i++) {
        struct ask *ask = &p->asks[i];
        struct account *a = host_account(h, ask->account->id);
        ask->wait = poller_ask(h->poller, a, ask->kind, ask_ended, ask);
    }
}

/* poll(name | { names..., account = id }, account?) -> how many are new or changed */
static int l_poll(lua_State *L)
{
    struct host *h = bind_host(L);
    const char *account = NULL;
    struct task *t = task_may_wait(L, "poll");
    unsigned kinds = check_arguments(L, &account);
    if (account != NULL && host_account(h, account) == NULL)
        return trouble_error(L, ERR_INPUT, "poll: unknown account \"%s\"", account);
    h->outside = "poll";
    struct polling *p = polling_new(L, h, t);
    plan_asks(p, h, kinds, account);
    if (p->count == 0)
        return trouble_error(L, ERR_STATE, "poll: no account has such a list");
    p->wait = task_wait(t, withdraw_asks, p);
    begin_asks(p, h);
    return task_yield(L, poll_ended, 0);
}

void bind_poll_open(lua_State *L)
{
    lua_pushcfunction(L, l_poll);
    lua_setfield(L, -2, "poll");
}
