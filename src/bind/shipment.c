/* shipments { ... }, shipment("ID"), and what a shipment shows. */
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "bind/belongings.h"
#include "bind/bind.h"
#include "bind/floor.h"
#include "bind/listing.h"
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

static void push_wrap_labels(lua_State *L, int64_t id)
{
    record_push_papers(L, id, PAPER_WRAP);
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
    {"wrap_labels", push_wrap_labels},
    {"effects", record_push_effects},
    {"facts", floor_push_facts},
    {NULL, NULL},
};

/* ---- lists ---- */

static const struct listing_kind listing = {
    .record = RECORD_SHIPMENT,
    .handle = HANDLE_SHIPMENT,
    .word = "shipments",
    .one = "shipment",
    .place = "location",
    .states = SHIPMENT_STATE_COUNT,
    .unshipped = (1u << SHIPMENT_SHIPPED) - 1,
};

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
    listing_define(L, &listing);
}
