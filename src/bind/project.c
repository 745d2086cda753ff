/* The project file becomes accounts. */
#include "bind/project.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "base/mem.h"
#include "bind/project_account.h"
#include "bind/project_table.h"
#include "bind/value.h"
#include "engine/embedded.h"
#include "engine/sandbox.h"

static enum err read_accounts(lua_State *L, struct project *p, struct fault *f)
{
    enum err e = ERR_OK;
    if (!project_push_table(L, "accounts"))
        return fault_set(f, ERR_BUG, "the project reader gave no accounts");
    const size_t n = (size_t)lua_rawlen(L, -1);
    p->accounts = mem_array(n, sizeof *p->accounts);
    for (size_t i = 0; i < n && e == ERR_OK; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        p->accounts[i] = account_new(project_text(L, "id"));
        p->account_count = i + 1;
        e = project_account(L, p->accounts[i], p->folder, f);
        lua_settop(L, 2); /* found, accounts */
    }
    return e;
}

static void read_export(lua_State *L, struct project *p)
{
    const char *folder = project_text(L, "export");
    if (folder != NULL)
        p->export_folder = project_path(p->folder, folder);
}

static void read_rules(lua_State *L, struct project *p)
{
    if (!project_push_table(L, "rules"))
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
        char *file = project_path(folder, "dray.lua");
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
    file = project_path(p->folder, "dray.lua");
    e = sandbox_read_file(file, &text, &len, f);
    free(file);
    if (e == ERR_OK)
        digest_of(text, len, &p->digest);
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

void project_renew(struct project *p, struct project *from)
{
    char **rules = p->rules;
    const size_t count = p->rule_count;
    p->rules = from->rules;
    p->rule_count = from->rule_count;
    p->digest = from->digest;
    from->rules = rules;
    from->rule_count = count;
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
