/* A whole dray for one spec: a project in a temporary folder, a virtual clock, the
 * simulator in the same process. lua/dray/test.lua makes it pleasant. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "base/instant.h"
#include "base/mem.h"
#include "bind/bind.h"
#include "bind/project.h"
#include "bind/sim.h"
#include "bind/test.h"
#include "store/effect.h"
#include "store/paper.h"
#include "store/record.h"
#include "workflow/round.h"
#include "workflow/setup.h"

#define TEST_HOST "dray.test.host"

/* User value 1 is the Lua thread that the simulator works in. */
struct test_host {
    struct clock *clock;
    struct host *host; /* NULL when closed */
    struct tasks *tasks;
    struct project *project; /* without its accounts */
    struct rules *rules;     /* NULL: the project has none */
    struct script *script;   /* that is running */
    lua_State *sim;
    int amazon; /* registry reference; LUA_NOREF */
    char *folder;
    bool disk;
    uint64_t seed;
};

/* ---- files ---- */

static char *join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = mem_new(size);
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *at)
{
    (void)s;
    (void)type;
    (void)at;
    return remove(path);
}

/* core.folder() -> a new temporary folder */
static int l_test_folder(lua_State *L)
{
    const char *parent = getenv("TMPDIR");
    char path[1024];
    snprintf(path, sizeof path, "%s/dray-spec-XXXXXX", parent != NULL ? parent : "/tmp");
    if (mkdtemp(path) == NULL)
        return luaL_error(L, "%s: %s", path, strerror(errno));
    lua_pushstring(L, path);
    return 1;
}

/* ---- opening and closing ---- */

static struct store *open_store(const struct test_host *th, struct fault *f)
{
    if (!th->disk)
        return store_open_memory(th->clock);
    char *path = join(th->folder, "state");
    struct store *s = store_open(path, STORE_OWN, th->clock, f);
    free(path);
    return s;
}

static struct archive *open_archive(const struct test_host *th, struct fault *f)
{
    char *path = join(th->folder, "documents");
    struct archive *a = archive_open(path, f);
    free(path);
    return a;
}

/* What host_open did not take over. */
static void drop_parts(struct host_parts *parts)
{
    for (size_t i = 0; i < parts->account_count; i++)
        account_free(parts->accounts[i]);
    free(parts->accounts);
    store_close(parts->store);
    archive_free(parts->archive);
    free(parts->export_folder);
    setup_free(parts->setup);
}

static enum err open_parts(struct test_host *th, struct host_parts *parts,
                           struct fault *f)
{
    char *mistakes = NULL;
    struct project *project = project_load(th->folder, &mistakes, f);
    th->project = project;
    if (project == NULL) {
        enum err e = mistakes != NULL ? fault_set(f, ERR_INPUT, "%s", mistakes) : f->code;
        free(mistakes);
        return e;
    }
    parts->accounts = project_take_accounts(project, &parts->account_count);
    parts->export_folder = project_take_export(project);
    parts->setup = project_take_setup(project);
    parts->store = open_store(th, f);
    parts->archive = parts->store == NULL ? NULL : open_archive(th, f);
    return parts->archive == NULL ? f->code : ERR_OK;
}

static enum err open_rules(struct test_host *th, struct fault *f)
{
    char *mistakes = NULL;
    th->rules = bind_rules(th->host, th->tasks, th->project, false, &mistakes, f);
    if (th->rules == NULL && mistakes != NULL)
        fault_set(f, ERR_INPUT, "%s", mistakes);
    free(mistakes);
    return th->rules == NULL ? f->code : ERR_OK;
}

static enum err open_host(struct test_host *th, struct fault *f)
{
    struct host_parts parts = {.clock = th->clock};
    enum err e = open_parts(th, &parts, f);
    if (e != ERR_OK) {
        drop_parts(&parts);
        return e;
    }
    parts.loop = loop_new(th->clock);
    parts.random = random_new_seeded(th->seed);
    parts.transport = sim_transport_new(parts.loop, th->sim, th->amazon);
    th->host = host_open(&parts, f);
    if (th->host == NULL)
        return f->code;
    th->tasks = tasks_new(th->host);
    return th->project->rule_count > 0 ? open_rules(th, f) : ERR_OK;
}

static void close_host(struct test_host *th)
{
    script_close(th->script);
    rules_close(th->rules);
    tasks_free(th->tasks);
    host_close(th->host);
    project_free(th->project);
    th->rules = NULL;
    th->project = NULL;
    th->script = NULL;
    th->tasks = NULL;
    th->host = NULL;
}

/* host:close(): everything is removed */
static int l_test_close(lua_State *L)
{
    struct test_host *th = luaL_checkudata(L, 1, TEST_HOST);
    close_host(th);
    luaL_unref(L, LUA_REGISTRYINDEX, th->amazon);
    th->amazon = LUA_NOREF;
    clock_free(th->clock);
    th->clock = NULL;
    if (th->folder != NULL)
        nftw(th->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(th->folder);
    th->folder = NULL;
    return 0;
}

static void check_fault(lua_State *L, enum err e, const struct fault *f)
{
    if (e != ERR_OK)
        luaL_error(L, "%s", f->text);
}

static struct test_host *test_host_new(lua_State *L)
{
    struct test_host *th = lua_newuserdatauv(L, sizeof *th, 1);
    *th = (struct test_host){.amazon = LUA_NOREF};
    luaL_setmetatable(L, TEST_HOST);
    th->sim = lua_newthread(L);
    lua_setiuservalue(L, -2, 1);
    return th;
}

/* core.open(folder, now_ms, seed, disk, sim options) -> host; the folder holds dray.lua
 */
static int l_test_open(lua_State *L)
{
    const char *folder = luaL_checkstring(L, 1);
    int64_t now_ms = luaL_checkinteger(L, 2);
    lua_Integer seed = luaL_checkinteger(L, 3);
    luaL_checktype(L, 5, LUA_TTABLE);
    struct fault f = {0};
    struct test_host *th = test_host_new(L);
    th->folder = mem_text(folder);
    th->seed = (uint64_t)seed;
    th->disk = lua_toboolean(L, 4);
    th->clock = clock_new_virtual(now_ms);
    lua_pushvalue(L, 5);
    lua_xmove(L, th->sim, 1);
    check_fault(L, sim_open(th->sim, th->clock, &th->amazon, &f), &f);
    check_fault(L, open_host(th, &f), &f);
    return 1;
}

static struct test_host *check_host(lua_State *L)
{
    struct test_host *th = luaL_checkudata(L, 1, TEST_HOST);
    if (th->host == NULL)
        luaL_error(L, "the host of this spec is closed");
    return th;
}

struct host *test_host_of(lua_State *L)
{
    return check_host(L)->host;
}

/* host:restart(): as if dray was stopped and started again; time goes on */
static int l_test_restart(lua_State *L)
{
    struct test_host *th = check_host(L);
    struct fault f = {0};
    if (!th->disk)
        return luaL_error(L, "a restart needs test.host { disk = true }");
    close_host(th);
    check_fault(L, open_host(th, &f), &f);
    return 0;
}

/* ---- running ---- */

/* Pushes a userdata that holds the arguments of the table at `index` as a list for a
 * script. */
static char *const *push_arguments(lua_State *L, int index)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, index);
    char **args = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *args, 0);
    for (lua_Integer i = 0; i < count; i++) {
        if (lua_rawgeti(L, index, i + 1) != LUA_TSTRING)
            luaL_error(L, "the arguments of a script are texts");
        args[i] = (char *)(uintptr_t)lua_tostring(L, -1); /* anchored by the table */
        lua_pop(L, 1);
    }
    args[count] = NULL;
    return args;
}

/* host:run(name, text | nil, args, timeout_ms) -> ok, error */
static int l_test_run(lua_State *L)
{
    struct test_host *th = check_host(L);
    struct script_options o = {.host = th->host,
                               .tasks = th->tasks,
                               .path = luaL_checkstring(L, 2),
                               .text = luaL_optstring(L, 3, NULL),
                               .folder = th->folder,
                               .words = bind_open};
    luaL_checktype(L, 4, LUA_TTABLE);
    int64_t deadline = clock_mono_ms(th->clock) + luaL_checkinteger(L, 5);
    struct fault f = {0};
    o.args = push_arguments(L, 4);
    th->script = script_open(&o, &f);
    bool ok = th->script != NULL && script_run(th->script, deadline, &f) == ERR_OK;
    const char *error = th->script == NULL ? "" : script_error(th->script);
    lua_pushboolean(L, ok);
    lua_pushstring(L, ok ? NULL : error[0] != '\0' ? error : f.text);
    script_close(th->script);
    th->script = NULL;
    return 2;
}

struct rules *test_rules_of(lua_State *L)
{
    return check_host(L)->rules;
}

struct project *test_project_of(lua_State *L)
{
    return check_host(L)->project;
}

/* Rules, and the tasks of scripts. */
static struct round_party party_of(const struct test_host *th)
{
    return th->rules != NULL ? rules_party(th->rules) : tasks_party(th->tasks);
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

/* host:advance(ms): what is due until then happens */
static int l_test_advance(lua_State *L)
{
    struct test_host *th = check_host(L);
    int64_t until = clock_mono_ms(th->clock) + luaL_checkinteger(L, 2);
    struct round_party party = party_of(th);
    struct fault f = {0};
    enum err e = round_run(th->host, &party, never, NULL, until, &f);
    if (e != ERR_BUSY) /* which says that the time is over */
        return luaL_error(L, "%s", f.text);
    return 0;
}

/* host:now() -> UTC milliseconds */
static int l_test_now(lua_State *L)
{
    lua_pushinteger(L, host_now(check_host(L)->host));
    return 1;
}

/* host:amazon() -> the simulator's object */
static int l_test_amazon(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, check_host(L)->amazon);
    return 1;
}

/* ---- what there is, as plain tables ---- */

/* The list that is filled stands on top of L. Tables of specs are small: nothing raises
 * here but running out of memory, which ends the spec. */
struct rows {
    lua_State *L;
    int64_t now_ms;
    lua_Integer count;
};

void test_set_text(lua_State *L, const char *name, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

void test_set_integer(lua_State *L, const char *name, lua_Integer value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

static bool end_row(struct rows *r)
{
    lua_rawseti(r->L, -2, ++r->count);
    return true;
}

static bool add_effect(void *arg, const struct effect *e)
{
    struct rows *r = arg;
    lua_newtable(r->L);
    test_set_integer(r->L, "id", e->id);
    test_set_text(r->L, "account", e->account);
    test_set_text(r->L, "order", e->name);
    test_set_text(r->L, "kind", effect_kind_name(e->kind));
    test_set_text(r->L, "verb", e->verb);
    test_set_text(r->L, "key", e->key);
    test_set_text(r->L, "state", effect_state_name(e->state));
    test_set_text(r->L, "why", e->why);
    test_set_text(r->L, "evidence", e->evidence);
    test_set_text(r->L, "transactionId", e->transaction);
    test_set_integer(r->L, "sends", e->sends);
    test_set_integer(r->L, "revision", e->revision);
    test_set_integer(r->L, "run", e->run);
    test_set_text(r->L, "shown", effect_shown(e, r->now_ms));
    return end_row(r);
}

/* host:effects() */
static int l_test_effects(lua_State *L)
{
    struct test_host *th = check_host(L);
    struct effect_filter filter = {0};
    struct rows r = {.L = L, .now_ms = host_now(th->host)};
    struct fault f = {0};
    lua_newtable(L);
    check_fault(L, effect_each(th->host->store, &filter, add_effect, &r, &f), &f);
    return 1;
}

static bool add_order(void *arg, const struct record *o)
{
    struct rows *r = arg;
    lua_newtable(r->L);
    test_set_text(r->L, "account", o->account);
    test_set_text(r->L, "purchaseOrderNumber", o->name);
    test_set_text(r->L, "warehouse", o->warehouse);
    test_set_text(r->L, "state", order_state_name((enum order_state)o->state));
    test_set_text(r->L, "status", o->status);
    return end_row(r);
}

/* host:orders() */
static int l_test_orders(lua_State *L)
{
    struct test_host *th = check_host(L);
    struct record_filter filter = {.kind = RECORD_ORDER, .with_old = true};
    struct rows r = {.L = L};
    struct fault f = {0};
    lua_newtable(L);
    check_fault(L, record_each(th->host->store, &filter, add_order, &r, &f), &f);
    return 1;
}

static bool add_paper(void *arg, const struct paper *p)
{
    struct rows *r = arg;
    lua_newtable(r->L);
    test_set_text(r->L, "account", p->account);
    test_set_text(r->L, "order", p->name);
    test_set_text(r->L, "kind", paper_kind_name(p->kind));
    test_set_text(r->L, "package", p->package);
    test_set_text(r->L, "trackingNumber", p->tracking);
    test_set_text(r->L, "shipMethod", p->ship_method);
    test_set_text(r->L, "format", p->is);
    test_set_text(r->L, "said", p->said);
    test_set_text(r->L, "flaw", p->flaw);
    test_set_text(r->L, "path", p->path);
    test_set_integer(r->L, "size", p->size);
    lua_pushboolean(r->L, p->latest);
    lua_setfield(r->L, -2, "latest");
    lua_pushboolean(r->L, p->void_ms != 0);
    lua_setfield(r->L, -2, "void");
    return end_row(r);
}

/* host:documents() */
static int l_test_documents(lua_State *L)
{
    struct test_host *th = check_host(L);
    struct paper_filter filter = {0};
    struct rows r = {.L = L};
    struct fault f = {0};
    lua_newtable(L);
    check_fault(L, paper_each(th->host->store, &filter, add_paper, &r, &f), &f);
    return 1;
}

int luaopen_dray_test_core(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"run", l_test_run},         {"advance", l_test_advance},
        {"now", l_test_now},         {"amazon", l_test_amazon},
        {"effects", l_test_effects}, {"orders", l_test_orders},
        {"close", l_test_close},     {"documents", l_test_documents},
        {"restart", l_test_restart}, {NULL, NULL},
    };
    static const luaL_Reg functions[] = {
        {"folder", l_test_folder}, {"open", l_test_open}, {NULL, NULL}};
    luaL_newmetatable(L, TEST_HOST);
    luaL_newlib(L, methods);
    test_control_open(L);
    test_import_open(L);
    test_observed_open(L);
    test_floor_open(L);
    test_rules_open(L);
    test_backtest_open(L);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, l_test_close);
    lua_setfield(L, -2, "__gc");
    luaL_newlib(L, functions);
    return 1;
}
