/* shipments { ... }, shipment("ID"), and what a shipment shows. */
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "bind/belongings.h"
#include "bind/bind.h"
#include "bind/due.h"
#include "bind/handle.h"
#include "bind/shipment.h"
#include "bind/value.h"
#include "engine/embedded.h"
#include "engine/trouble.h"
#include "store/paper.h"
#include "store/record.h"
#include "workflow/shipment.h"

/* ---- fields of the row ---- */

/* The row, in the scratch arena. */
static struct record read_row(lua_State *L, int64_t id)
{
    struct record r = {0};
    struct fault f = {0};
    struct arena *a = bind_scratch(L);
    trouble_check(L, record_get(bind_host(L)->store, a, id, false, &r, &f), &f);
    return r;
}

static void push_id(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_row(L, id).name);
}

static void push_account(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_row(L, id).account);
}

static void push_location(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_row(L, id).warehouse);
}

static void push_state(lua_State *L, int64_t id)
{
    lua_pushstring(L, shipment_state_name((enum shipment_state)read_row(L, id).state));
}

static void push_status(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_row(L, id).status);
}

static void push_flag(lua_State *L, int64_t id, unsigned flag)
{
    lua_pushboolean(L, (read_row(L, id).flags & flag) != 0);
}

static void push_gift(lua_State *L, int64_t id)
{
    push_flag(L, id, RECORD_GIFT);
}

static void push_slip(lua_State *L, int64_t id)
{
    push_flag(L, id, RECORD_SLIP);
}

static void push_invoiced(lua_State *L, int64_t id)
{
    push_flag(L, id, RECORD_INVOICED);
}

static void push_self(lua_State *L, int64_t id)
{
    push_flag(L, id, RECORD_OWN_LABEL);
}

static void push_instant(lua_State *L, int64_t ms)
{
    char text[INSTANT_TEXT];
    if (ms == 0 || ms == INSTANT_NONE) {
        lua_pushnil(L);
        return;
    }
    instant_format(ms, text);
    lua_pushstring(L, text);
}

static void push_created(lua_State *L, int64_t id)
{
    push_instant(L, read_row(L, id).ordered_ms);
}

static void push_ship_by(lua_State *L, int64_t id)
{
    push_instant(L, read_row(L, id).ship_by_ms);
}

/* ---- fields of what Amazon sent ---- */

static const struct json *read_body(lua_State *L, int64_t id)
{
    struct record r = {0};
    struct fault f = {0};
    struct arena *a = bind_scratch(L);
    trouble_check(L, record_get(bind_host(L)->store, a, id, true, &r, &f), &f);
    struct json *body = json_parse(a, r.body, r.body_len, &f);
    if (body == NULL)
        trouble_raise(L, &f);
    return body;
}

/* One table for each slice; what a script changes in it changes nothing else. */
static void push_body(lua_State *L, int64_t id)
{
    if (handle_kept(L, 1))
        return;
    value_push(L, read_body(L, id));
    handle_keep(L, 1);
}

static void push_list(lua_State *L, const struct json *list)
{
    if (list != NULL && list->type == JSON_ARRAY) {
        value_push(L, list);
        return;
    }
    lua_newtable(L);
    value_mark_list(L);
}

static void push_items(lua_State *L, int64_t id)
{
    push_list(L, json_get(read_body(L, id), "lineItems"));
}

/* Those that Amazon shows, or that dray asked to create. */
static void push_packages(lua_State *L, int64_t id)
{
    struct shipment s;
    struct fault f = {0};
    struct json *packages = NULL;
    struct arena *a = bind_scratch(L);
    enum err e = shipment_open(bind_host(L), id, &s, &f);
    if (e == ERR_OK && s.packages != NULL)
        packages = json_copy(a, s.packages);
    shipment_close(&s);
    trouble_check(L, e, &f);
    push_list(L, packages);
}

static void push_sub_status(lua_State *L, int64_t id)
{
    lua_pushstring(L, json_str(json_get(read_body(L, id), "subStatus")));
}

static void push_channel(lua_State *L, int64_t id)
{
    lua_pushstring(
        L, json_str(json_path(read_body(L, id), "marketplaceAttributes.channelName")));
}

static void push_marketplace(lua_State *L, int64_t id)
{
    lua_pushstring(
        L, json_str(json_path(read_body(L, id), "marketplaceAttributes.marketplaceId")));
}

static void push_earliest(lua_State *L, int64_t id)
{
    push_instant(L, shipment_instant(read_body(L, id), "earliestPackDateTime"));
}

/* ---- fields: what belongs to a shipment ---- */

static void push_labels(lua_State *L, int64_t id)
{
    record_push_papers(L, id, PAPER_LABEL);
}

static void push_messages(lua_State *L, int64_t id)
{
    record_push_papers(L, id, PAPER_GIFT);
}

static const struct handle_field fields[] = {
    {"shipmentId", push_id},
    {"account", push_account},
    {"location", push_location},
    {"channel", push_channel},
    {"marketplace", push_marketplace},
    {"state", push_state},
    {"status", push_status},
    {"subStatus", push_sub_status},
    {"self", push_self},
    {"gift", push_gift},
    {"slip_required", push_slip},
    {"invoice_required", push_invoiced},
    {"created", push_created},
    {"shipBy", push_ship_by},
    {"earliestPack", push_earliest},
    {"body", push_body},
    {"items", push_items},
    {"packages", push_packages},
    {"labels", push_labels},
    {"gift_messages", push_messages},
    {"effects", record_push_effects},
    {NULL, NULL},
};

/* ---- lists ---- */

struct listing {
    struct arena *arena;
    const struct host *host;
    enum due due;
    int64_t now_ms;
    struct id_list ids;
};

static bool take_record(void *arg, const struct record *r)
{
    struct listing *l = arg;
    if (due_holds(l->host, l->due, l->now_ms, r))
        id_list_add(l->arena, &l->ids, r->id);
    return true;
}

static bool take_state(void *arg, const char *name)
{
    unsigned *states = arg;
    enum shipment_state state = shipment_state_find(name);
    if (state == SHIPMENT_STATE_COUNT)
        return false;
    *states |= 1u << state;
    return true;
}

static void read_states(lua_State *L, unsigned *states)
{
    const char *names[SHIPMENT_STATE_COUNT + 1] = {0};
    for (int i = 0; i < SHIPMENT_STATE_COUNT; i++)
        names[i] = shipment_state_name((enum shipment_state)i);
    options_choices(L, "shipments", "state", names, take_state, states);
}

/* What still has to be shipped. */
static unsigned unshipped(void)
{
    return (1u << SHIPMENT_SHIPPED) - 1;
}

/* shipments { state =, location =, account =, due = "today"|"late", old = true } -> list
 */
static int l_shipment_list(lua_State *L)
{
    static const char *const names[] = {"state", "location", "account",
                                        "due",   "old",      NULL};
    struct host *h = bind_host(L);
    struct fault f = {0};
    options_check(L, "shipments", names);
    struct record_filter filter = {
        .kind = RECORD_SHIPMENT,
        .account = due_account(L, "shipments"),
        .warehouse = options_text(L, "shipments", "location"),
        .with_old = options_flag(L, "shipments", "old", false),
    };
    struct listing l = {
        .host = h, .due = due_read(L, "shipments"), .now_ms = host_now(h)};
    read_states(L, &filter.states);
    if (l.due != DUE_ANY && filter.states == 0)
        filter.states = unshipped();
    l.arena = bind_scratch(L);
    trouble_check(L, record_each(h->store, &filter, take_record, &l, &f), &f);
    list_push(L, HANDLE_SHIPMENT, &l.ids);
    return 1;
}

/* shipment(id, account?) -> shipment; raises when there is none */
static int l_shipment_find(lua_State *L)
{
    struct host *h = bind_host(L);
    const char *id = luaL_checkstring(L, 1);
    const char *account = luaL_optstring(L, 2, NULL);
    struct record r = {0};
    struct fault f = {0};
    enum err e = record_find(h->store, bind_scratch(L), RECORD_SHIPMENT, account, id,
                             false, &r, &f);
    trouble_check(L, e, &f);
    handle_push(L, HANDLE_SHIPMENT, r.id);
    return 1;
}

/* words, methods -> words, methods with `process`, whose globals are the words */
static void add_process(lua_State *L)
{
    const int methods = lua_gettop(L), words = methods - 1;
    if (embedded_load(L, "dray.process") != 2)
        lua_error(L); /* why there is none */
    lua_pop(L, 1);    /* the chunk's name */
    lua_pushvalue(L, words);
    lua_setupvalue(L, -2, 1); /* _ENV */
    lua_call(L, 0, 1);
    lua_setfield(L, methods, "process");
    lua_settop(L, methods);
}

void bind_shipment_open(lua_State *L)
{
    static const luaL_Reg methods[] = {{NULL, NULL}};
    handle_define(L, HANDLE_SHIPMENT, methods, fields);
    shipment_add_verbs(L);
    add_process(L);
    lua_pop(L, 1);
    lua_pushcfunction(L, l_shipment_list);
    lua_setfield(L, -2, "shipments");
    lua_pushcfunction(L, l_shipment_find);
    lua_setfield(L, -2, "shipment");
}
