/* The fields of an account: warehouses or locations, limits, clocks, credentials. */
#include "bind/project_account.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lua.h>

#include "base/buf.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/mem.h"
#include "bind/project_table.h"
#include "workflow/clocks.h"

/* Where a value stands, for messages: "account "acme": warehouses.DEL4". */
struct place {
    const char *account;
    int line;
    char path[120];
};

static enum err mistake(const struct place *at, const char *key, const char *why,
                        struct fault *f)
{
    return fault_set(f, ERR_INPUT, "dray.lua:%d: account \"%s\": %s%s%s: %s", at->line,
                     at->account, at->path, at->path[0] == '\0' ? "" : ".", key, why);
}

static void read_argv(lua_State *L, struct source *s)
{
    const size_t n = (size_t)lua_rawlen(L, -1);
    s->argv = mem_array(n + 1, sizeof *s->argv);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        s->argv[i] = mem_text(lua_tostring(L, -1));
        lua_pop(L, 1);
    }
}

static void read_source(lua_State *L, const char *key, const char *folder,
                        struct source *s)
{
    if (!project_push_table(L, key))
        return;
    const char *env = project_text(L, "env"), *file = project_text(L, "file");
    if (env != NULL) {
        s->kind = SOURCE_ENV;
        s->name = mem_text(env);
    } else if (file != NULL) {
        s->kind = SOURCE_FILE;
        s->name = project_path(folder, file);
    } else if (project_push_table(L, "command")) {
        s->kind = SOURCE_COMMAND;
        read_argv(L, s);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static enum err read_limit(lua_State *L, const struct place *at, enum limited which,
                           struct limit *limit, struct fault *f)
{
    if (!project_push_table(L, limit_name(which)))
        return ERR_OK;
    struct fault why;
    lua_rawgeti(L, -1, 1);
    limit->count = (int64_t)lua_tointeger(L, -1);
    lua_pop(L, 1);
    enum err e = duration_parse(project_text(L, "per"), &limit->per_ms, &why);
    if (e == ERR_OK && limit->per_ms == 0)
        e = fault_set(&why, ERR_INPUT, "per: expected a time above zero");
    lua_pop(L, 1);
    char where[64];
    snprintf(where, sizeof where, "limits.%s", limit_name(which));
    return e == ERR_OK ? ERR_OK : mistake(at, where, why.text, f);
}

static enum err read_limits(lua_State *L, const struct place *at, struct limit *limits,
                            struct fault *f)
{
    enum err e = ERR_OK;
    if (!project_push_table(L, "limits"))
        return ERR_OK;
    for (int i = 0; i < LIMIT_COUNT && e == ERR_OK; i++)
        e = read_limit(L, at, (enum limited)i, &limits[i], f);
    lua_pop(L, 1);
    return e;
}

/* Flat tables of texts only: an address. */
static char *address_json(lua_State *L)
{
    struct arena a;
    struct buf out;
    arena_init(&a);
    buf_init(&out, 8192);
    struct json *object = json_object(&a);
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        if (lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING)
            json_set_str(&a, object, lua_tostring(L, -2), lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    json_write_sorted(&out, object);
    arena_clear(&a);
    return buf_take(&out, NULL);
}

static void copy_text(lua_State *L, const char *key, char **to)
{
    const char *text = project_text(L, key);
    if (text == NULL)
        return;
    free(*to);
    *to = mem_text(text);
}

static void read_choices(lua_State *L, const struct account *a, struct warehouse *w)
{
    const char *labels = project_text(L, "labels"), *writes = project_text(L, "writes"),
               *codes = project_text(L, "codes");

    if (labels != NULL)
        w->amazon_labels = strcmp(labels, "amazon") == 0;
    const char *slips = project_text(L, "slips");
    w->slips_elsewhere = slips != NULL && strcmp(slips, "elsewhere") == 0;
    if (writes != NULL)
        w->writes = strcmp(writes, "live") == 0 ? WRITES_LIVE : WRITES_OBSERVE;
    if (codes != NULL)
        w->codes = strcmp(codes, "X12") == 0 ? CODES_X12 : CODES_EDIFACT;
    else
        w->codes =
            a->region != NULL && strcmp(a->region, "na") != 0 ? CODES_EDIFACT : CODES_X12;
}

static enum err read_warehouse(lua_State *L, struct account *a, const char *code,
                               int line, struct fault *f)
{
    struct place at = {.account = a->id, .line = line};
    struct warehouse *w = account_add_warehouse(a, code);
    struct fault why;

    snprintf(at.path, sizeof at.path, "warehouses.%s", code);
    read_choices(L, a, w);
    copy_text(L, "sellingParty", &w->selling_party);
    copy_text(L, "scacCode", &w->scac);
    copy_text(L, "carrier", &w->carrier);
    copy_text(L, "shipMethod", &w->ship_method);
    if (project_push_table(L, "weight")) {
        copy_text(L, "value", &w->weight_value);
        copy_text(L, "unitOfMeasure", &w->weight_unit);
        lua_pop(L, 1);
    }
    if (project_push_table(L, "address")) {
        w->address = address_json(L);
        lua_pop(L, 1);
    }
    if (zone_find(project_text(L, "zone"), &w->zone, &why) != ERR_OK)
        return mistake(&at, "zone", why.text, f);
    return read_limits(L, &at, w->limits, f);
}

static enum err read_warehouses(lua_State *L, struct account *a, int line,
                                struct fault *f)
{
    enum err e = ERR_OK;
    if (!project_push_table(L, "warehouses"))
        return ERR_OK;
    lua_pushnil(L);
    while (e == ERR_OK && lua_next(L, -2) != 0) {
        e = read_warehouse(L, a, lua_tostring(L, -2), line, f);
        lua_pop(L, 1);
    }
    lua_settop(L, e == ERR_OK ? lua_gettop(L) - 1 : lua_gettop(L));
    return e;
}

static void read_channels(lua_State *L, struct warehouse *w)
{
    if (!project_push_table(L, "channels"))
        return;
    for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, -1); i++) {
        lua_rawgeti(L, -1, i);
        warehouse_add_channel(w, lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* A location's table is on top of the stack, its account's at `account`; what it does not
 * say the account says for all. */
static enum err read_location(lua_State *L, struct account *a, const char *id,
                              int account, int line, struct fault *f)
{
    struct place at = {.account = a->id, .line = line};
    struct warehouse *w = account_add_warehouse(a, id);
    const int own = lua_gettop(L);
    struct fault why;

    if (id[0] != '\0')
        snprintf(at.path, sizeof at.path, "locations.%.100s", id);
    lua_pushvalue(L, account);
    read_choices(L, a, w);
    const char *zone = project_text(L, "zone");
    read_channels(L, w);
    lua_settop(L, own);
    if (id[0] != '\0') {
        lua_getfield(L, own, "channels");
        if (!lua_isnil(L, -1))
            warehouse_clear_channels(w);
        lua_settop(L, own);
        read_choices(L, a, w);
        read_channels(L, w);
        zone = project_text(L, "zone") != NULL ? project_text(L, "zone") : zone;
    }
    if (zone_find(zone == NULL ? "UTC" : zone, &w->zone, &why) != ERR_OK)
        return mistake(&at, "zone", why.text, f);
    return id[0] == '\0' ? ERR_OK : read_limits(L, &at, w->limits, f);
}

/* Without named locations one stands for all. */
static enum err read_locations(lua_State *L, struct account *a, int line, struct fault *f)
{
    const int account = lua_gettop(L);
    enum err e = ERR_OK;

    copy_text(L, "marketplaceId", &a->marketplace);
    if (project_push_table(L, "locations")) {
        lua_pushnil(L);
        while (e == ERR_OK && lua_next(L, -2) != 0) {
            e = read_location(L, a, lua_tostring(L, -2), account, line, f);
            lua_settop(L, account + 2);
        }
    }
    lua_settop(L, account);
    return e != ERR_OK || a->warehouse_count > 0
               ? e
               : read_location(L, a, "", account, line, f);
}

static enum err read_place(lua_State *L, struct account *a, const struct place *at,
                           struct fault *f)
{
    struct fault why;
    const char *region = project_text(L, "region"),
               *endpoint = project_text(L, "endpoint");

    if (region != NULL && account_set_region(a, region, &why) != ERR_OK)
        return mistake(at, "region", why.text, f);
    if (endpoint != NULL && account_set_endpoint(a, endpoint, &why) != ERR_OK)
        return mistake(at, "endpoint", why.text, f);
    return ERR_OK;
}

static enum err read_since(lua_State *L, struct account *a, const struct place *at,
                           struct fault *f)
{
    const char *since = project_text(L, "since");
    struct fault why;
    bool zoned;

    if (since == NULL)
        return ERR_OK;
    if (instant_parse(since, &a->since_ms, &zoned, &why) != ERR_OK)
        return mistake(at, "since", why.text, f);
    if (!zoned)
        return mistake(at, "since", "has no zone; write 2026-11-23T06:00-06:00", f);
    return ERR_OK;
}

static enum err read_deadline(lua_State *L, struct account *a, const struct place *at,
                              enum deadline which, struct fault *f)
{
    struct fault why;
    const char *text = project_text(L, deadline_name(which));

    if (text == NULL)
        return ERR_OK;
    enum err e = duration_parse(text, &a->near_ms[which], &why);
    if (e == ERR_OK && a->near_ms[which] == 0)
        e = fault_set(&why, ERR_INPUT, "expected a time above zero");
    if (e == ERR_OK && which != DEADLINE_SHIP &&
        a->near_ms[which] >= clock_limit_ms((enum clock_kind)which))
        e = fault_set(&why, ERR_INPUT, "%s is no warning: the time is over then", text);
    char where[64];
    snprintf(where, sizeof where, "deadlines.%s", deadline_name(which));
    return e == ERR_OK ? ERR_OK : mistake(at, where, why.text, f);
}

static enum err read_deadlines(lua_State *L, struct account *a, const struct place *at,
                               struct fault *f)
{
    enum err e = ERR_OK;
    if (!project_push_table(L, "deadlines"))
        return ERR_OK;
    for (int i = 0; i < DEADLINE_COUNT && e == ERR_OK; i++)
        e = read_deadline(L, a, at, (enum deadline)i, f);
    lua_pop(L, 1);
    return e;
}

/* The name and the text of one list are on top of the stack. */
static enum err read_cadence(lua_State *L, struct account *a, const struct place *at,
                             struct fault *f)
{
    const char *list = lua_tostring(L, -2);
    char where[64];
    struct fault why;
    int64_t every_ms = 0;

    enum err e = duration_parse(lua_tostring(L, -1), &every_ms, &why);
    if (e == ERR_OK)
        e = account_set_poll(a, list, every_ms, &why);
    snprintf(where, sizeof where, "poll.%s", list);
    return e == ERR_OK ? ERR_OK : mistake(at, where, why.text, f);
}

static enum err read_poll(lua_State *L, struct account *a, const struct place *at,
                          struct fault *f)
{
    enum err e = ERR_OK;
    if (!project_push_table(L, "poll"))
        return ERR_OK;
    lua_pushnil(L);
    while (e == ERR_OK && lua_next(L, -2) != 0) {
        e = read_cadence(L, a, at, f);
        lua_pop(L, 1);
    }
    lua_settop(L, e == ERR_OK ? lua_gettop(L) - 1 : lua_gettop(L));
    return e;
}

static void read_batch(lua_State *L, struct account *a)
{
    if (!project_push_table(L, "batch"))
        return;
    a->batch_acknowledgements =
        (int)project_integer(L, "acknowledgements", a->batch_acknowledgements);
    a->batch_labels = (int)project_integer(L, "labels", a->batch_labels);
    a->batch_confirmations =
        (int)project_integer(L, "confirmations", a->batch_confirmations);
    a->batch_scans = (int)project_integer(L, "scans", a->batch_scans);
    lua_pop(L, 1);
}

static enum err read_rate(lua_State *L, struct account *a, const struct place *at,
                          struct fault *f)
{
    const struct operation *op;
    struct fault why;
    const char *name = lua_tostring(L, -2);

    if (operation_find(name, &op, &why) != ERR_OK)
        return mistake(at, "rates", why.text, f);
    lua_getfield(L, -1, "rate");
    a->rate[op->id] = lua_tonumber(L, -1);
    lua_pop(L, 1);
    a->burst[op->id] = (int)project_integer(L, "burst", 0);
    return a->rate[op->id] > 0 ? ERR_OK
                               : mistake(at, "rates", "a rate must be above zero", f);
}

static enum err read_rates(lua_State *L, struct account *a, const struct place *at,
                           struct fault *f)
{
    enum err e = ERR_OK;
    if (!project_push_table(L, "rates"))
        return ERR_OK;
    lua_pushnil(L);
    while (e == ERR_OK && lua_next(L, -2) != 0) {
        e = read_rate(L, a, at, f);
        lua_pop(L, 1);
    }
    lua_settop(L, e == ERR_OK ? lua_gettop(L) - 1 : lua_gettop(L));
    return e;
}

static void read_credentials(lua_State *L, struct account *a, const char *folder)
{
    if (!project_push_table(L, "credentials"))
        return;
    copy_text(L, "clientId", &a->credentials.client_id);
    read_source(L, "clientSecret", folder, &a->credentials.client_secret);
    read_source(L, "refreshToken", folder, &a->credentials.refresh_token);
    lua_pop(L, 1);
}

enum err project_account(lua_State *L, struct account *a, const char *folder,
                         struct fault *f)
{
    const struct place at = {.account = a->id,
                             .line = (int)project_integer(L, "line", 0)};
    const char *program = project_text(L, "program");

    a->program = strcmp(program, "vendor") == 0 ? PROGRAM_VENDOR : PROGRAM_EXTERNAL;
    copy_text(L, "sellingParty", &a->selling_party);
    copy_text(L, "targetApplication", &a->target_application);
    copy_text(L, "version", &a->version);
    read_batch(L, a);
    read_credentials(L, a, folder);
    enum err e = read_place(L, a, &at, f);
    if (e == ERR_OK)
        e = read_since(L, a, &at, f);
    if (e == ERR_OK)
        e = read_limits(L, &at, a->limits, f);
    if (e == ERR_OK)
        e = read_deadlines(L, a, &at, f);
    if (e == ERR_OK)
        e = read_rates(L, a, &at, f);
    if (e == ERR_OK)
        e = read_poll(L, a, &at, f);
    if (e != ERR_OK)
        return e;
    return a->program == PROGRAM_VENDOR ? read_warehouses(L, a, at.line, f)
                                        : read_locations(L, a, at.line, f);
}
