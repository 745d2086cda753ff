/* The project file becomes accounts. */
#include "bind/project.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "base/buf.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/mem.h"
#include "bind/value.h"
#include "engine/embedded.h"
#include "engine/sandbox.h"
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

/* ---- reading the table that the Lua half left; raw access only ---- */

static const char *text_of(lua_State *L, const char *key)
{
    lua_getfield(L, -1, key);
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    lua_pop(L, 1); /* the table keeps the string alive */
    return text;
}

static int64_t integer_of(lua_State *L, const char *key, int64_t otherwise)
{
    lua_getfield(L, -1, key);
    int64_t number = lua_isinteger(L, -1) ? (int64_t)lua_tointeger(L, -1) : otherwise;
    lua_pop(L, 1);
    return number;
}

/* Pushes the table member `key`; false (nothing pushed) when it is not there. */
static bool push_table(lua_State *L, const char *key)
{
    lua_getfield(L, -1, key);
    if (lua_istable(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
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

/* A file's path is below the project's folder unless it is absolute. */
static char *path_in(const char *folder, const char *path)
{
    struct buf b;
    buf_init(&b, 8192);
    if (path[0] != '/')
        buf_format(&b, "%s/", folder);
    buf_text(&b, path);
    return buf_take(&b, NULL);
}

static void read_source(lua_State *L, const char *key, const char *folder,
                        struct source *s)
{
    if (!push_table(L, key))
        return;
    const char *env = text_of(L, "env"), *file = text_of(L, "file");
    if (env != NULL) {
        s->kind = SOURCE_ENV;
        s->name = mem_text(env);
    } else if (file != NULL) {
        s->kind = SOURCE_FILE;
        s->name = path_in(folder, file);
    } else if (push_table(L, "command")) {
        s->kind = SOURCE_COMMAND;
        read_argv(L, s);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static enum err read_limit(lua_State *L, const struct place *at, enum limited which,
                           struct limit *limit, struct fault *f)
{
    if (!push_table(L, limit_name(which)))
        return ERR_OK;
    struct fault why;
    lua_rawgeti(L, -1, 1);
    limit->count = (int64_t)lua_tointeger(L, -1);
    lua_pop(L, 1);
    enum err e = duration_parse(text_of(L, "per"), &limit->per_ms, &why);
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
    if (!push_table(L, "limits"))
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
    const char *text = text_of(L, key);
    if (text == NULL)
        return;
    free(*to);
    *to = mem_text(text);
}

static void read_choices(lua_State *L, const struct account *a, struct warehouse *w)
{
    const char *labels = text_of(L, "labels"), *writes = text_of(L, "writes"),
               *codes = text_of(L, "codes");

    if (labels != NULL)
        w->amazon_labels = strcmp(labels, "amazon") == 0;
    const char *slips = text_of(L, "slips");
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
    if (push_table(L, "weight")) {
        copy_text(L, "value", &w->weight_value);
        copy_text(L, "unitOfMeasure", &w->weight_unit);
        lua_pop(L, 1);
    }
    if (push_table(L, "address")) {
        w->address = address_json(L);
        lua_pop(L, 1);
    }
    if (zone_find(text_of(L, "zone"), &w->zone, &why) != ERR_OK)
        return mistake(&at, "zone", why.text, f);
    return read_limits(L, &at, w->limits, f);
}

static enum err read_warehouses(lua_State *L, struct account *a, int line,
                                struct fault *f)
{
    enum err e = ERR_OK;
    if (!push_table(L, "warehouses"))
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
    if (!push_table(L, "channels"))
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
    const char *zone = text_of(L, "zone");
    read_channels(L, w);
    lua_settop(L, own);
    if (id[0] != '\0') {
        lua_getfield(L, own, "channels");
        if (!lua_isnil(L, -1))
            warehouse_clear_channels(w);
        lua_settop(L, own);
        read_choices(L, a, w);
        read_channels(L, w);
        zone = text_of(L, "zone") != NULL ? text_of(L, "zone") : zone;
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
    if (push_table(L, "locations")) {
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
    const char *region = text_of(L, "region"), *endpoint = text_of(L, "endpoint");

    if (region != NULL && account_set_region(a, region, &why) != ERR_OK)
        return mistake(at, "region", why.text, f);
    if (endpoint != NULL && account_set_endpoint(a, endpoint, &why) != ERR_OK)
        return mistake(at, "endpoint", why.text, f);
    return ERR_OK;
}

static enum err read_since(lua_State *L, struct account *a, const struct place *at,
                           struct fault *f)
{
    const char *since = text_of(L, "since");
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
    const char *text = text_of(L, deadline_name(which));

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
    if (!push_table(L, "deadlines"))
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
    if (!push_table(L, "poll"))
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
    if (!push_table(L, "batch"))
        return;
    a->batch_acknowledgements =
        (int)integer_of(L, "acknowledgements", a->batch_acknowledgements);
    a->batch_labels = (int)integer_of(L, "labels", a->batch_labels);
    a->batch_confirmations = (int)integer_of(L, "confirmations", a->batch_confirmations);
    a->batch_scans = (int)integer_of(L, "scans", a->batch_scans);
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
    a->burst[op->id] = (int)integer_of(L, "burst", 0);
    return a->rate[op->id] > 0 ? ERR_OK
                               : mistake(at, "rates", "a rate must be above zero", f);
}

static enum err read_rates(lua_State *L, struct account *a, const struct place *at,
                           struct fault *f)
{
    enum err e = ERR_OK;
    if (!push_table(L, "rates"))
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
    if (!push_table(L, "credentials"))
        return;
    copy_text(L, "clientId", &a->credentials.client_id);
    read_source(L, "clientSecret", folder, &a->credentials.client_secret);
    read_source(L, "refreshToken", folder, &a->credentials.refresh_token);
    lua_pop(L, 1);
}

/* The account's table is on top of the stack. */
static enum err read_account(lua_State *L, struct account *a, const char *folder,
                             struct fault *f)
{
    const struct place at = {.account = a->id, .line = (int)integer_of(L, "line", 0)};
    const char *program = text_of(L, "program");

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

static enum err read_accounts(lua_State *L, struct project *p, struct fault *f)
{
    enum err e = ERR_OK;
    if (!push_table(L, "accounts"))
        return fault_set(f, ERR_BUG, "the project reader gave no accounts");
    const size_t n = (size_t)lua_rawlen(L, -1);
    p->accounts = mem_array(n, sizeof *p->accounts);
    for (size_t i = 0; i < n && e == ERR_OK; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        p->accounts[i] = account_new(text_of(L, "id"));
        p->account_count = i + 1;
        e = read_account(L, p->accounts[i], p->folder, f);
        lua_settop(L, 2); /* found, accounts */
    }
    return e;
}

static void read_export(lua_State *L, struct project *p)
{
    const char *folder = text_of(L, "export");
    if (folder != NULL)
        p->export_folder = path_in(p->folder, folder);
}

static void read_rules(lua_State *L, struct project *p)
{
    if (!push_table(L, "rules"))
        return;
    p->rule_count = (size_t)lua_rawlen(L, -1);
    p->rules = mem_array(p->rule_count, sizeof *p->rules);
    for (size_t i = 0; i < p->rule_count; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        p->rules[i] = mem_text(lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static enum err read_setup(lua_State *L, struct project *p, struct fault *f)
{
    struct arena a;
    struct json *words = NULL;

    arena_init(&a);
    lua_getfield(L, 1, "words");
    enum err e = value_read(L, -1, "dray.lua", &a, &words, f);
    lua_pop(L, 1);
    if (e == ERR_OK) {
        p->setup = setup_new(p->folder, words, f);
        e = p->setup == NULL ? f->code : ERR_OK;
    }
    arena_clear(&a);
    return e;
}

/* require("dray.project").read("dray.lua", text) -> found | nil, mistakes; runs
 * protected. */
static int call_reader(lua_State *L)
{
    luaL_openlibs(L);
    embedded_install(L);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "dray.project");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "read");
    lua_pushliteral(L, "dray.lua");
    lua_pushvalue(L, 1);
    lua_call(L, 2, 2);
    return 2;
}

static enum err read_text(lua_State *L, struct project *p, const char *text, size_t len,
                          char **mistakes, struct fault *f)
{
    lua_pushcfunction(L, call_reader);
    lua_pushlstring(L, text, len);
    if (lua_pcall(L, 1, 2, 0) != LUA_OK)
        return fault_set(f, ERR_BUG, "reading the project file: %s", lua_tostring(L, -1));
    if (lua_istable(L, 1)) {
        lua_settop(L, 1);
        read_export(L, p);
        read_rules(L, p);
        enum err e = read_setup(L, p, f);
        return e == ERR_OK ? read_accounts(L, p, f) : e;
    }
    if (mistakes != NULL)
        *mistakes = mem_text(lua_tostring(L, 2));
    return fault_set(f, ERR_INPUT, "%s", lua_tostring(L, 2));
}

char *project_find(const char *start)
{
    char *folder = realpath(start, NULL);
    while (folder != NULL) {
        char *file = path_in(folder, "dray.lua");
        const bool there = access(file, F_OK) == 0;
        free(file);
        if (there)
            return folder;
        char *slash = strrchr(folder, '/');
        if (slash == NULL || slash == folder) {
            free(folder);
            return NULL;
        }
        *slash = '\0';
    }
    return NULL;
}

struct project *project_load(const char *folder, char **mistakes, struct fault *f)
{
    struct project *p = mem_new(sizeof *p);
    char *text = NULL, *file;
    size_t len;
    enum err e = ERR_OK;

    p->folder = realpath(folder, NULL);
    if (p->folder == NULL) {
        fault_errno(f, "the project's folder %s", folder);
        project_free(p);
        return NULL;
    }
    file = path_in(p->folder, "dray.lua");
    e = sandbox_read_file(file, &text, &len, f);
    free(file);
    lua_State *L = luaL_newstate();
    if (e == ERR_OK)
        e = read_text(L, p, text, len, mistakes, f);
    if (e != ERR_OK && mistakes != NULL && *mistakes == NULL)
        *mistakes = mem_text(f->text);
    lua_close(L);
    free(text);
    if (e == ERR_OK)
        return p;
    project_free(p);
    return NULL;
}

struct account **project_take_accounts(struct project *p, size_t *count)
{
    struct account **accounts = p->accounts;
    *count = p->account_count;
    p->accounts = NULL;
    p->account_count = 0;
    return accounts;
}

char *project_take_export(struct project *p)
{
    char *folder = p->export_folder;
    p->export_folder = NULL;
    return folder;
}

struct setup *project_take_setup(struct project *p)
{
    struct setup *setup = p->setup;
    p->setup = NULL;
    return setup;
}

void project_free(struct project *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->account_count; i++)
        account_free(p->accounts[i]);
    free(p->accounts);
    for (size_t i = 0; i < p->rule_count; i++)
        free(p->rules[i]);
    free(p->rules);
    setup_free(p->setup);
    free(p->export_folder);
    free(p->folder);
    free(p);
}
