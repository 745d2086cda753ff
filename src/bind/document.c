/* documents { ... }: labels, packing slips and invoices that are there. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "bind/bind.h"
#include "bind/folder.h"
#include "bind/handle.h"
#include "bind/print.h"
#include "engine/trouble.h"
#include "store/paper.h"
#include "store/record.h"

/* ---- fields ---- */

static struct paper read_paper(lua_State *L, int64_t id)
{
    struct paper_filter filter = {.id = id};
    struct paper *list;
    size_t count = 0;
    struct fault f = {0};
    struct arena *a = bind_scratch(L);
    trouble_check(L, paper_list(bind_host(L)->store, a, &filter, &list, &count, &f), &f);
    if (count == 0)
        trouble_error(L, ERR_NOT_FOUND, "document %lld is not there any more",
                      (long long)id);
    return list[0];
}

static void push_id(lua_State *L, int64_t id)
{
    lua_pushinteger(L, id);
}

static void push_kind(lua_State *L, int64_t id)
{
    lua_pushstring(L, paper_kind_name(read_paper(L, id).kind));
}

static void push_package(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_paper(L, id).package);
}

static void push_tracking(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_paper(L, id).tracking);
}

static void push_method(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_paper(L, id).ship_method);
}

static void push_format(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_paper(L, id).is);
}

static void push_said(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_paper(L, id).said);
}

static void push_flaw(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_paper(L, id).flaw);
}

static void push_size(lua_State *L, int64_t id)
{
    lua_pushinteger(L, read_paper(L, id).size);
}

static void push_sha256(lua_State *L, int64_t id)
{
    char hex[DIGEST_HEX + 1];
    struct paper p = read_paper(L, id);
    digest_hex(&p.digest, hex);
    lua_pushstring(L, hex);
}

static void push_path(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_paper(L, id).path);
}

static void push_latest(lua_State *L, int64_t id)
{
    lua_pushboolean(L, read_paper(L, id).latest);
}

static void push_received(lua_State *L, int64_t id)
{
    char text[INSTANT_TEXT];
    instant_format(read_paper(L, id).received_ms, text);
    lua_pushstring(L, text);
}

static void push_order(lua_State *L, int64_t id)
{
    handle_push_record(L, HANDLE_ORDER, read_paper(L, id).record);
}

static void push_shipment(lua_State *L, int64_t id)
{
    handle_push_record(L, HANDLE_SHIPMENT, read_paper(L, id).record);
}

static void push_void(lua_State *L, int64_t id)
{
    lua_pushboolean(L, read_paper(L, id).void_ms != 0);
}

static const struct handle_field fields[] = {
    {"id", push_id},
    {"kind", push_kind},
    {"package", push_package},
    {"trackingNumber", push_tracking},
    {"shipMethod", push_method},
    {"format", push_format},
    {"said", push_said},
    {"flaw", push_flaw},
    {"size", push_size},
    {"sha256", push_sha256},
    {"path", push_path},
    {"latest", push_latest},
    {"receivedDate", push_received},
    {"order", push_order},
    {"shipment", push_shipment},
    {"void", push_void},
    {NULL, NULL},
};

/* ---- document:save(path) ---- */

static enum err save(struct host *h, const char *folder, const char *from, const char *to,
                     struct fault *f)
{
    char *data = NULL;
    size_t len = 0;
    enum err e = archive_read(h->archive, from, &data, &len, f);
    if (e == ERR_OK)
        e = folder_write(h, folder, to, data, len, f);
    free(data);
    return e;
}

/* document:save(path) -> path: a copy inside the project folder */
static int l_document_save(lua_State *L)
{
    int64_t id = handle_check(L, 1, HANDLE_DOCUMENT);
    size_t len;
    const char *path = luaL_checklstring(L, 2, &len);
    struct fault f = {0};
    task_may_act(L, "document:save");
    luaL_argcheck(L, len > 0 && strlen(path) == len, 2, "no path");
    const char *folder = bind_folder(L, "files are written");
    struct paper p = read_paper(L, id);
    trouble_check(L, save(bind_host(L), folder, p.path, path, &f), &f);
    lua_settop(L, 2);
    return 1;
}

/* ---- lists ---- */

static bool take_kind(void *arg, const char *name)
{
    unsigned *kinds = arg;
    for (int k = 0; k < PAPER_KIND_COUNT; k++) {
        if (strcmp(name, paper_kind_name((enum paper_kind)k)) == 0) {
            *kinds |= 1u << k;
            return true;
        }
    }
    return false;
}

/* order = a handle, or a number of which there is one; shipment = the same. */
static int64_t read_record(lua_State *L, const char *account, const char *name,
                           enum handle_kind handle, enum record_kind kind)
{
    struct record r = {0};
    struct fault f = {0};
    int64_t id = 0;
    int type = lua_getfield(L, 1, name);
    if (type == LUA_TSTRING) {
        enum err e = record_find(bind_host(L)->store, bind_scratch(L), kind, account,
                                 lua_tostring(L, -1), false, &r, &f);
        trouble_check(L, e, &f);
        id = r.id;
    } else if (type != LUA_TNIL && !handle_is(L, -1, handle, &id)) {
        trouble_error(L, ERR_INPUT,
                      "documents: %s: expected one, or its number, got a %s", name,
                      lua_typename(L, type));
    }
    lua_pop(L, 1);
    return id;
}

struct gathering {
    struct arena *arena;
    struct id_list ids;
};

static bool take_paper(void *arg, const struct paper *p)
{
    struct gathering *g = arg;
    id_list_add(g->arena, &g->ids, p->id);
    return true;
}

/* documents { kind = "label", order = o, shipment = s, account = "acme", latest = true }
 * -> list */
static int l_document_list(lua_State *L)
{
    static const char *const names[] = {"kind",    "order",  "shipment",
                                        "account", "latest", NULL};
    const char *kinds[PAPER_KIND_COUNT + 1] = {0};
    struct fault f = {0};
    for (int k = 0; k < PAPER_KIND_COUNT; k++)
        kinds[k] = paper_kind_name((enum paper_kind)k);
    bind_host(L)->outside = "documents";
    options_check(L, "documents", names);
    struct paper_filter filter = {
        .account = options_text(L, "documents", "account"),
        .latest = options_flag(L, "documents", "latest", false),
    };
    filter.record = read_record(L, filter.account, "order", HANDLE_ORDER, RECORD_ORDER);
    if (filter.record == 0)
        filter.record =
            read_record(L, filter.account, "shipment", HANDLE_SHIPMENT, RECORD_SHIPMENT);
    options_choices(L, "documents", "kind", kinds, take_kind, &filter.kinds);
    struct gathering g = {.arena = bind_scratch(L)};
    trouble_check(L, paper_each(bind_host(L)->store, &filter, take_paper, &g, &f), &f);
    list_push(L, HANDLE_DOCUMENT, &g.ids);
    return 1;
}

void bind_document_open(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"save", l_document_save}, {"print", bind_document_print}, {NULL, NULL}};
    handle_define(L, HANDLE_DOCUMENT, methods, fields);
    lua_pop(L, 1);
    lua_pushcfunction(L, l_document_list);
    lua_setfield(L, -2, "documents");
}
