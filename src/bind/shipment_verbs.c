/* shipment:confirm() and the other verbs, shipment:options(), shipment:invoice(). */
#include <string.h>

#include "bind/bind.h"
#include "bind/handle.h"
#include "bind/plan.h"
#include "bind/shipment.h"
#include "bind/value.h"
#include "engine/task.h"
#include "engine/trouble.h"
#include "store/offer.h"
#include "store/paper.h"
#include "workflow/external.h"

/* ---- verbs ---- */

/* verb("P1", { ... }) is verb { packageId = "P1", ... }. */
static bool by_package(enum external_verb verb)
{
    return verb == EXTERNAL_UPDATE_PACKAGE || verb == EXTERNAL_SHIPPING_OPTIONS ||
           verb == EXTERNAL_MARK_SHIPPED || verb == EXTERNAL_DELIVERY;
}

static struct json *read_table(lua_State *L, int index, const char *verb, struct arena *a)
{
    struct json *asked = NULL;
    struct fault f = {0};
    if (lua_isnoneornil(L, index))
        return json_object(a);
    if (!lua_istable(L, index))
        trouble_error(L, ERR_INPUT, "%s: expected a table of fields, got a %s", verb,
                      luaL_typename(L, index));
    trouble_check(L, value_read(L, index, verb, a, &asked, &f), &f);
    return asked;
}

static struct json *read_asked(lua_State *L, enum external_verb verb)
{
    const char *name = external_verb_name(verb);
    struct arena *a = bind_scratch(L);
    const bool named = by_package(verb) && lua_type(L, 2) == LUA_TSTRING;
    struct json *asked = read_table(L, named ? 3 : 2, name, a);

    if (asked->type == JSON_ARRAY && asked->count == 0)
        asked = json_object(a);
    if (named && asked->type == JSON_OBJECT)
        json_set_str(a, asked, "packageId", lua_tostring(L, 2));
    return asked;
}

/* shipment:confirm { ... } and the others -> effect | nil, reason; the verb is upvalue 1
 */
static int l_shipment_verb(lua_State *L)
{
    enum external_verb verb = (enum external_verb)lua_tointeger(L, lua_upvalueindex(1));
    int64_t id = handle_check(L, 1, HANDLE_SHIPMENT);
    struct plan plan = {0};
    struct fault f = {0};
    task_may_act(L, external_verb_name(verb));
    enum err e = external_plan(bind_host(L), id, verb, read_asked(L, verb), &plan, &f);
    if (e == ERR_INPUT)
        fault_prefix(&f, "%s", external_verb_name(verb));
    trouble_check(L, e, &f);
    return plan_give(L, external_verb_name(verb), &plan);
}

/* ---- options ---- */

static struct json *read_offer(lua_State *L, int64_t id, const char *package)
{
    struct offer o;
    struct fault f = {0};
    struct arena *a = bind_scratch(L);
    enum err e = offer_get(bind_host(L)->store, a, id, package, &o, &f);
    if (e == ERR_NOT_FOUND)
        return NULL;
    trouble_check(L, e, &f);
    struct json *body = json_parse(a, o.body, o.body_len, &f);
    if (body == NULL)
        trouble_raise(L, &f);
    return body;
}

/* shipment:options(packageId) -> list of options, `recommended` beside them | nil while
 * they are not here */
static int l_shipment_options(lua_State *L)
{
    bind_host(L)->outside = "options";
    int64_t id = handle_check(L, 1, HANDLE_SHIPMENT);
    const struct json *body = read_offer(L, id, luaL_checkstring(L, 2));
    if (body == NULL)
        return 0;
    const struct json *list = json_get(body, "shippingOptions");
    const struct json *best = NULL;
    for (const struct json *o = list->first; o != NULL; o = o->next)
        best = json_get_bool(o, "recommended", false) ? o : best;
    value_push(L, list);
    if (best != NULL) {
        value_push(L, best);
        lua_setfield(L, -2, "recommended");
    }
    return 1;
}

/* ---- invoice ---- */

/* retrieveInvoice under way. */
struct fetching {
    struct task *task;
    uint64_t wait;
    struct external_look *look; /* NULL once it ended */
    bool there;
    struct fault why;
};

static void invoice_came(void *arg, bool there, const struct fault *why)
{
    struct fetching *g = arg;
    g->look = NULL;
    g->there = there;
    g->why = *why;
    task_wake(g->task, g->wait);
}

static void withdraw_fetching(void *op)
{
    struct fetching *g = op;
    if (g->look != NULL)
        external_look_withdraw(g->look);
    g->look = NULL;
}

static bool push_invoice(lua_State *L, int64_t id)
{
    struct fault f = {0};
    int64_t paper = 0;
    trouble_check(L, paper_latest(bind_host(L)->store, id, PAPER_INVOICE, &paper, &f),
                  &f);
    if (paper != 0)
        handle_push(L, HANDLE_DOCUMENT, paper);
    return paper != 0;
}

/* shipment, fetching */
static int give_invoice(lua_State *L, int status, lua_KContext ctx)
{
    struct fetching *g = lua_touserdata(L, 2);
    (void)status;
    (void)ctx;
    if (g->why.code != ERR_OK) {
        fault_prefix(&g->why, "invoice");
        return trouble_raise(L, &g->why);
    }
    if (g->there && push_invoice(L, handle_check(L, 1, HANDLE_SHIPMENT)))
        return 1;
    lua_pushnil(L);
    lua_pushliteral(L, "Amazon has no invoice for this shipment yet");
    return 2;
}

/* shipment:invoice() -> document | nil, reason; asks Amazon for one that is not here */
static int l_shipment_invoice(lua_State *L)
{
    struct host *h = bind_host(L);
    int64_t id = handle_check(L, 1, HANDLE_SHIPMENT);
    struct record r = {0};
    struct fault f = {0};
    lua_settop(L, 1);
    if (push_invoice(L, id))
        return 1;
    struct task *t = task_may_wait(L, "shipment:invoice");
    trouble_check(L, record_get(h->store, bind_scratch(L), id, false, &r, &f), &f);
    struct fetching *g = lua_newuserdatauv(L, sizeof *g, 0);
    *g = (struct fetching){.task = t};
    g->wait = task_wait(t, withdraw_fetching, g);
    g->look = external_fetch_invoice(h, &r, invoice_came, g);
    if (g->look == NULL) {
        task_wait_drop(t);
        return trouble_error(L, ERR_STATE, "invoice: Amazon cannot be asked for it");
    }
    return task_yield(L, give_invoice, 0);
}

/* methods -> methods, with all verbs */
void shipment_add_verbs(lua_State *L)
{
    for (int verb = 0; verb < EXTERNAL_VERB_COUNT; verb++) {
        lua_pushinteger(L, verb);
        lua_pushcclosure(L, l_shipment_verb, 1);
        lua_setfield(L, -2, external_verb_name((enum external_verb)verb));
    }
    lua_pushcfunction(L, l_shipment_options);
    lua_setfield(L, -2, "options");
    lua_pushcfunction(L, l_shipment_invoice);
    lua_setfield(L, -2, "invoice");
}
