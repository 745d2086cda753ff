/* Heads of rules: checked by their Lua half in a state of its own (lua/dray/rule.lua),
 * then read into struct rule.
 *
 * Only plain copies of the heads reach that state: no function and no metatable of a rule
 * file runs there. */
#include "engine/rule_file.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

#include "base/instant.h"
#include "base/mem.h"
#include "engine/embedded.h"
#include "engine/head_copy.h"
#include "engine/sandbox.h"
#include "engine/schedule_head.h"
#include "workflow/host.h"
#include "workflow/setup.h"
#include "workflow/vendor_codes.h"

enum { HEAD_MAX = 65536 };

/* ---- what the Lua half asks for ---- */

/* nil, message */
static int push_refusal(lua_State *L, const struct fault *f)
{
    lua_pushnil(L);
    lua_pushstring(L, f->text);
    return 2;
}

/* duration(text) -> milliseconds | nil, message */
static int l_duration(lua_State *L)
{
    int64_t ms;
    struct fault f = {0};
    if (duration_parse(luaL_checkstring(L, 1), &ms, &f) != ERR_OK)
        return push_refusal(L, &f);
    lua_pushinteger(L, ms);
    return 1;
}

/* Adds { key, sentence } to the list on top. */
static void add_mistake(void *context, const char *key, const char *sentence)
{
    lua_State *L = context;
    lua_createtable(L, 2, 0);
    lua_pushstring(L, key);
    lua_rawseti(L, -2, 1);
    lua_pushstring(L, sentence);
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}

/* schedule(plain form) -> list of { key, what is wrong with it } */
static int l_schedule(lua_State *L)
{
    const struct rulebook_options *o = lua_touserdata(L, lua_upvalueindex(1));
    struct arena a;
    struct json *head = NULL;
    struct fault f = {0};
    lua_settop(L, 1);
    lua_newtable(L);
    arena_init(&a);
    if (o->bind->read_value(L, 1, "schedule", &a, &head, &f) == ERR_OK)
        schedule_free(schedule_of_head(head, o->folder, add_mistake, L));
    else
        add_mistake(L, "every", f.text);
    arena_clear(&a);
    return 1;
}

/* code(text), meaning(text) -> nil, or what is wrong with it */
static int l_code(lua_State *L)
{
    const char *code = luaL_checkstring(L, 1);
    if (acknowledgement_text(code) != NULL)
        return 0;
    lua_pushfstring(L, "code: Amazon knows no acknowledgement code \"%s\"", code);
    return 1;
}

static int l_meaning(lua_State *L)
{
    const struct scan_pair *pair;
    struct fault f = {0};
    if (scan_by_meaning(luaL_checkstring(L, 1), &pair, &f) == ERR_OK)
        return 0;
    lua_pushstring(L, f.text);
    return 1;
}

/* data(table) -> nil, or why it cannot be kept */
static int l_data(lua_State *L)
{
    const struct rulebook_options *o = lua_touserdata(L, lua_upvalueindex(1));
    struct arena a;
    struct json *value;
    struct fault f = {0};
    arena_init(&a);
    const enum err e = o->bind->read_value(L, 1, "data", &a, &value, &f);
    arena_clear(&a);
    if (e == ERR_OK)
        return 0;
    lua_pushstring(L, f.text);
    return 1;
}

static void push_texts(lua_State *L, const char *const *list, size_t count)
{
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushstring(L, list[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_accounts(lua_State *L, const struct rulebook_options *o)
{
    lua_newtable(L);
    for (size_t i = 0; i < o->account_count; i++) {
        const struct account *a = o->accounts[i];
        lua_createtable(L, 0, 1);
        lua_createtable(L, (int)a->warehouse_count, 0);
        for (size_t w = 0; w < a->warehouse_count; w++) {
            lua_pushstring(L, a->warehouses[w].code);
            lua_rawseti(L, -2, (lua_Integer)w + 1);
        }
        lua_setfield(L, -2, "warehouses");
        lua_setfield(L, -2, a->id);
    }
}

static void set_function(lua_State *L, const char *name, lua_CFunction fn,
                         const struct rulebook_options *o)
{
    lua_pushlightuserdata(L, (void *)(uintptr_t)o);
    lua_pushcclosure(L, fn, 1);
    lua_setfield(L, -2, name);
}

/* The names in dray.lua, for the texts of the files. */
static void set_names(lua_State *L, const struct setup *s)
{
    lua_createtable(L, (int)s->printer_count, 0);
    for (size_t i = 0; i < s->printer_count; i++) {
        lua_pushstring(L, s->printers[i].name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "printers");
    lua_createtable(L, (int)s->notifier_count, 0);
    for (size_t i = 0; i < s->notifier_count; i++) {
        lua_pushstring(L, s->notifiers[i].name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "notifiers");
}

static void push_context(lua_State *L, const struct rulebook_options *o)
{
    lua_createtable(L, 0, 8);
    if (o->setup != NULL)
        set_names(L, o->setup);
    set_function(L, "code", l_code, o);
    set_function(L, "meaning", l_meaning, o);
    set_function(L, "data", l_data, o);
    push_texts(L, o->events, o->event_count);
    lua_setfield(L, -2, "events");
    push_accounts(L, o);
    lua_setfield(L, -2, "accounts");
    set_function(L, "duration", l_duration, o);
    set_function(L, "schedule", l_schedule, o);
}

/* ---- from a checked head ---- */

/* The table on top is the normal form. */
static char *take_text(lua_State *L, const char *key)
{
    lua_getfield(L, -1, key);
    char *text = lua_type(L, -1) == LUA_TSTRING ? mem_text(lua_tostring(L, -1)) : NULL;
    lua_pop(L, 1);
    return text;
}

static int64_t take_integer(lua_State *L, const char *key)
{
    lua_getfield(L, -1, key);
    int64_t number = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return number;
}

static bool take_flag(lua_State *L, const char *key)
{
    lua_getfield(L, -1, key);
    bool yes = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return yes;
}

/* A list of texts with a NULL at its end; NULL when there is none. */
static char **take_list(lua_State *L, const char *key)
{
    char **list = NULL;
    if (lua_getfield(L, -1, key) == LUA_TTABLE) {
        size_t count = (size_t)lua_rawlen(L, -1);
        list = mem_array(count + 1, sizeof *list);
        for (size_t i = 0; i < count; i++) {
            lua_rawgeti(L, -1, (lua_Integer)i + 1);
            list[i] = mem_text(lua_tostring(L, -1));
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
    return list;
}

static void list_free(char **list)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
        free(list[i]);
    free(list);
}

/* A member as JSON; NULL when it is not there or has no form in JSON. */
static char *take_json(const struct rulebook_options *o, lua_State *L, const char *key)
{
    struct arena a;
    struct json *value;
    struct buf text;
    char *out = NULL;
    if (lua_getfield(L, -1, key) == LUA_TTABLE) {
        arena_init(&a);
        buf_init(&text, HEAD_MAX);
        if (o->bind->read_value(L, -1, key, &a, &value, NULL) == ERR_OK) {
            json_write(&text, value);
            out = buf_ok(&text) ? buf_take(&text, NULL) : NULL;
        }
        buf_clear(&text);
        arena_clear(&a);
    }
    lua_pop(L, 1);
    return out;
}

static void take_where(lua_State *L, struct rule_where *w)
{
    lua_getfield(L, -1, "where");
    w->account = take_list(L, "account");
    w->warehouse = take_list(L, "warehouse");
    w->labels = take_list(L, "labels");
    w->program = take_list(L, "program");
    lua_pop(L, 1);
}

/* A reference to a function of the head on top of the file's main state; *line where it
 * stands in this file. */
static int take_function(lua_State *L, const struct rule_file *file, const char *key,
                         int *line)
{
    lua_Debug ar;
    lua_pushstring(L, key);
    if (lua_rawget(L, -2) != LUA_TFUNCTION) {
        lua_pop(L, 1);
        return LUA_NOREF;
    }
    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &ar);
    if (ar.source[0] == '@' && strcmp(ar.source + 1, file->path) == 0)
        *line = ar.linedefined;
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

/* The functions of the head at that place. */
static void take_functions(struct rule_file *file, size_t place, struct rule *r)
{
    lua_State *L = file->box->L;
    int line;
    rule_file_push_heads(file);
    lua_rawgeti(L, -1, (lua_Integer)place + 1);
    lua_getfield(L, -1, "head");
    r->when_line = r->line;
    r->when = take_function(L, file, "when", &r->when_line);
    r->run = take_function(L, file, "run", &line);
    lua_pop(L, 3);
}

static void take_rule(const struct rulebook_options *o, lua_State *L,
                      struct rule_file *file, size_t place, struct rule *r)
{
    r->file = file;
    r->name = take_text(L, "name");
    r->line = (int)take_integer(L, "line");
    r->active = take_flag(L, "active");
    r->approve = take_flag(L, "approve");
    r->all = take_flag(L, "all");
    r->events = take_list(L, "events");
    r->hold_ms = take_integer(L, "hold");
    r->timeout_ms = take_integer(L, "timeout");
    r->initial = take_json(o, L, "data");
    r->schedule = take_json(o, L, "schedule");
    r->head = take_json(o, L, "head");
    take_where(L, &r->where);
    take_functions(file, place, r);
}

void rule_clear(struct rule *r)
{
    free(r->name);
    list_free(r->events);
    list_free(r->where.account);
    list_free(r->where.warehouse);
    list_free(r->where.labels);
    list_free(r->where.program);
    free(r->initial);
    free(r->schedule);
    free(r->head);
}

/* ---- all files ---- */

enum { AT_CHECK = 1, AT_CONTEXT, AT_NAMES, AT_MISTAKES, AT_TOP = AT_MISTAKES };

struct checking {
    const struct rulebook_options *options;
    struct rule_file **files;
    size_t count;
};

/* Leaves check, context, names, mistakes. */
static void open_checker(lua_State *L, const struct rulebook_options *o)
{
    luaL_openlibs(L);
    embedded_install(L);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "dray.rule");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "check");
    lua_replace(L, AT_CHECK);
    lua_settop(L, AT_CHECK);
    push_context(L, o);
    lua_newtable(L);
    lua_newtable(L);
}

/* { line, head } on top of `from` -> { line, head, over } on top of `to`; `over`: why the
 * head is not whole */
static void copy_item(lua_State *from, lua_State *to)
{
    const char *over = head_copy(from, to);
    lua_getfield(from, -1, "line"); /* also where the rest was too much */
    lua_pushinteger(to, lua_tointeger(from, -1));
    lua_setfield(to, -2, "line");
    lua_pop(from, 1);
    lua_pushstring(to, over);
    lua_setfield(to, -2, "over");
}

/* texts: { path, text } of the file and of those that it uses */
static void push_file_texts(lua_State *L, const struct rule_file *file)
{
    lua_createtable(L, (int)file->text_count, 0);
    for (size_t i = 0; i < file->text_count; i++) {
        lua_createtable(L, 2, 0);
        lua_pushstring(L, file->texts[i].path);
        lua_rawseti(L, -2, 1);
        lua_pushstring(L, file->texts[i].text);
        lua_rawseti(L, -2, 2);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* check(file, heads, context, names, mistakes, texts) -> rules; leaves rules on top */
static void check_file(lua_State *L, struct rule_file *file)
{
    lua_State *from = file->box->L;
    lua_pushvalue(L, AT_CHECK);
    lua_pushstring(L, file->path);
    rule_file_push_heads(file);
    lua_Integer count = (lua_Integer)lua_rawlen(from, -1);
    lua_createtable(L, (int)count, 0);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(from, -1, i);
        copy_item(from, L);
        lua_pop(from, 1);
        lua_rawseti(L, -2, i);
    }
    lua_pop(from, 1);
    lua_pushvalue(L, AT_CONTEXT);
    lua_pushvalue(L, AT_NAMES);
    lua_pushvalue(L, AT_MISTAKES);
    push_file_texts(L, file);
    rule_file_forget_texts(file);
    lua_call(L, 6, 1);
}

static void take_rules(lua_State *L, const struct rulebook_options *o,
                       struct rule_file *file)
{
    size_t count = (size_t)lua_rawlen(L, -1);
    file->rules = mem_array(count, sizeof *file->rules);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        if (lua_istable(L, -1))
            take_rule(o, L, file, i, &file->rules[file->rule_count++]);
        lua_pop(L, 1);
    }
}

/* Runs protected: checking -> a text of mistakes, one a line */
static int check_all(lua_State *L)
{
    const struct checking *c = lua_touserdata(L, 1);
    luaL_Buffer b;
    open_checker(L, c->options);
    for (size_t i = 0; i < c->count; i++) {
        check_file(L, c->files[i]);
        take_rules(L, c->options, c->files[i]);
        lua_settop(L, AT_TOP);
    }
    luaL_buffinit(L, &b);
    for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, AT_MISTAKES); i++) {
        lua_rawgeti(L, AT_MISTAKES, i);
        luaL_addvalue(&b);
        luaL_addchar(&b, '\n');
    }
    luaL_pushresult(&b);
    return 1;
}

bool rule_heads_check(const struct rulebook_options *o, struct rule_file **files,
                      size_t count, struct buf *mistakes)
{
    struct checking c = {.options = o, .files = files, .count = count};
    lua_State *L = luaL_newstate();
    lua_pushcfunction(L, check_all);
    lua_pushlightuserdata(L, &c);
    bool ok = lua_pcall(L, 1, 1, 0) == LUA_OK;
    const char *text = lua_tostring(L, -1);
    if (text != NULL)
        buf_text(mistakes, text);
    ok = ok && mistakes->len == 0;
    lua_close(L);
    return ok;
}
