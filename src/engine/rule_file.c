/* One rule file: its state, the words `rule` and `use`, its first level. */
#include "engine/rule_file.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/mem.h"
#include "engine/sandbox.h"
#include "engine/trouble.h"

enum { RULES_PER_FILE = 500, USED_MAX = 50 };
static const struct sandbox_limits usual = {.memory = (size_t)32 * 1024 * 1024,
                                            .steps = 50 * 1000 * 1000,
                                            .run_steps = 500 * 1000 * 1000};

/* Their addresses are keys of the registry: the file while it loads, its heads, what was
 * used. */
static const char file_key, heads_key, used_key;

/* The file that is loading; raises `WORD: ...` at any other time. */
static struct rule_file *loading(lua_State *L, const char *word)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &file_key);
    struct rule_file *file = lua_touserdata(L, -1);
    lua_pop(L, 1);
    if (file == NULL)
        trouble_error(L, ERR_STATE, "%s: works only while the file loads, not in a run",
                      word);
    return file;
}

/* The line that called, and whether it stands in the file itself. */
static int calling_line(lua_State *L, const struct rule_file *file, bool *own)
{
    lua_Debug ar;
    *own = false;
    if (!lua_getstack(L, 1, &ar))
        return 0;
    lua_getinfo(L, "Sl", &ar);
    *own = ar.source[0] == '@' && strcmp(ar.source + 1, file->path) == 0;
    return ar.currentline;
}

/* rule { ... } */
static int l_rule_head(lua_State *L)
{
    struct rule_file *file = loading(L, "rule");
    bool own;
    int line = calling_line(L, file, &own);
    if (!own)
        return trouble_error(L, ERR_STATE,
                             "rule: a file that is used holds no rules; write them in a "
                             "file that dray.lua names");
    if (lua_type(L, 1) != LUA_TTABLE)
        return trouble_error(L, ERR_INPUT, "rule: expected rule { ... }, got a %s",
                             luaL_typename(L, 1));
    lua_rawgetp(L, LUA_REGISTRYINDEX, &heads_key);
    lua_Integer place = (lua_Integer)lua_rawlen(L, -1) + 1;
    if (place > RULES_PER_FILE)
        return trouble_error(L, ERR_LIMIT, "rule: more than %d rules in one file",
                             RULES_PER_FILE);
    lua_createtable(L, 0, 2);
    lua_pushinteger(L, line);
    lua_setfield(L, -2, "line");
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "head");
    lua_rawseti(L, -2, place);
    return 0;
}

/* ---- use "helpers" ---- */

static void add_source(struct rule_file *file, const char *text, size_t len)
{
    struct digest both[2] = {file->source};
    digest_of(text, len, &both[1]);
    digest_of(both, sizeof both, &file->source);
}

/* The file beside `file`, as people write it; the caller frees. */
static char *sibling(const struct rule_file *file, const char *name)
{
    const char *slash = strrchr(file->path, '/');
    size_t folder = slash == NULL ? 0 : (size_t)(slash - file->path) + 1;
    struct buf path;
    buf_init(&path, 4096);
    buf_add(&path, file->path, folder);
    buf_format(&path, "%s.lua", name);
    return buf_take(&path, NULL);
}

static enum err read_and_load(struct rule_file *file, const char *path, struct fault *f)
{
    struct buf full;
    char *text = NULL;
    size_t len;
    buf_init(&full, 8192);
    buf_format(&full, "%s/%s", file->box->folder, path);
    enum err e = sandbox_read_file(buf_str(&full), &text, &len, f);
    buf_clear(&full);
    if (e != ERR_OK) {
        fault_set(f, e, "%s cannot be read", path);
        return e;
    }
    add_source(file, text, len);
    e = sandbox_load_text(file->box, path, text, len, f);
    file->texts =
        mem_grow(file->texts, file->text_count, &file->text_room, sizeof *file->texts);
    file->texts[file->text_count++] = (struct rule_text){mem_text(path), text};
    return e;
}

/* Leaves the chunk of the named file on top of L. */
static void load_used(lua_State *L, struct rule_file *file, const char *name)
{
    struct fault f = {0};
    bool enforced = file->box->enforced;
    char *path = sibling(file, name);
    file->box->enforced = false; /* nothing in between may raise */
    enum err e = read_and_load(file, path, &f);
    if (e == ERR_OK && L != file->box->L)
        lua_xmove(file->box->L, L, 1);
    file->box->enforced = enforced;
    free(path);
    if (e != ERR_OK)
        fault_prefix(&f, "use");
    trouble_check(L, e, &f);
}

static const char *check_name(lua_State *L)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    if (lua_type(L, 1) != LUA_TSTRING)
        trouble_error(L, ERR_INPUT, "use: expected the name of a file beside this one");
    const char *name = lua_tostring(L, 1);
    if (name[0] == '\0' || strlen(name) > 100 || name[strspn(name, letters)] != '\0')
        trouble_error(
            L, ERR_INPUT,
            "use: expected the name of a file beside this one, without \".lua\" "
            "and without a way to it");
    return name;
}

/* use "helpers" -> what helpers.lua beside this file returns; it is loaded once */
static int l_rule_use(lua_State *L)
{
    struct rule_file *file = loading(L, "use");
    const char *name = check_name(L);
    lua_settop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &used_key); /* name, used */
    int type = lua_getfield(L, 2, name);
    if (type == LUA_TLIGHTUSERDATA)
        return trouble_error(L, ERR_INPUT, "use: %s.lua uses itself", name);
    if (type != LUA_TNIL)
        return 1;
    if (++file->used > USED_MAX)
        return trouble_error(L, ERR_LIMIT, "use: more than %d files", USED_MAX);
    lua_pushlightuserdata(L, file); /* while it loads */
    lua_setfield(L, 2, name);
    lua_settop(L, 2);
    load_used(L, file, name);
    lua_call(L, 0, 1);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, 2, name);
    return 1;
}

/* words: adds what only rule files have */
static int open_words(lua_State *L)
{
    lua_pushcfunction(L, l_rule_head);
    lua_setfield(L, 1, "rule");
    lua_pushcfunction(L, l_rule_use);
    lua_setfield(L, 1, "use");
    return 0;
}

/* ---- loading ---- */

static void set_loading(struct rule_file *file, bool yes)
{
    lua_State *L = file->box->L;
    lua_pushlightuserdata(L, yes ? file : NULL);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &file_key);
}

static void make_tables(lua_State *L)
{
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &heads_key);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &used_key);
}

/* Runs the chunk on top of the main state, which then has nothing more. */
static enum err run_chunk(struct rule_file *file, struct fault *f)
{
    lua_State *L = file->box->L;
    set_loading(file, true);
    file->box->refuse =
        "a file that loads may neither wait nor act; move this into run = "
        "function(e) ... end";
    sandbox_enter(file->box, NULL);
    int status = lua_pcall(L, 0, 0, 0);
    sandbox_leave(file->box);
    file->box->refuse = NULL;
    set_loading(file, false);
    if (status == LUA_OK)
        return ERR_OK;
    trouble_push_clean(L, -1);
    fault_set(f, ERR_INPUT, "%s", lua_tostring(L, -1));
    if (strstr(f->text, ".lua:") == NULL)
        fault_prefix(f, "%s", file->path); /* an error that names no place */
    lua_settop(L, 0);
    return f->code;
}

static enum err load(struct rule_file *file, const struct rulebook_options *o,
                     struct fault *f)
{
    enum err e = sandbox_words(file->box, o->words, f);
    if (e == ERR_OK)
        e = sandbox_words(file->box, open_words, f);
    if (e == ERR_OK)
        e = read_and_load(file, file->path, f);
    if (e == ERR_OK)
        e = run_chunk(file, f);
    return e;
}

struct rule_file *rule_file_load(const struct rulebook_options *o, const char *path,
                                 struct fault *f)
{
    struct rule_file *file = mem_new(sizeof *file);
    file->users = 1;
    file->path = mem_text(path);
    file->box = sandbox_new(o->limits.steps > 0 ? &o->limits : &usual);
    file->box->folder = o->folder;
    file->box->own.file = file->path; /* for the watchdog */
    make_tables(file->box->L);
    if (load(file, o, f) != ERR_OK) {
        rule_file_release(file);
        return NULL;
    }
    file->box->host = o->host;
    digest_hex(&file->source, file->version);
    file->asker = lua_newthread(file->box->L);
    lua_rawsetp(file->box->L, LUA_REGISTRYINDEX, file); /* anchored */
    return file;
}

void rule_file_push_heads(struct rule_file *file)
{
    lua_rawgetp(file->box->L, LUA_REGISTRYINDEX, &heads_key);
}

void rule_file_forget_texts(struct rule_file *file)
{
    for (size_t i = 0; i < file->text_count; i++) {
        free(file->texts[i].path);
        free(file->texts[i].text);
    }
    free(file->texts);
    file->texts = NULL;
    file->text_count = file->text_room = 0;
}

void rule_file_release(struct rule_file *file)
{
    if (file == NULL || --file->users > 0)
        return;
    for (size_t i = 0; i < file->rule_count; i++)
        rule_clear(&file->rules[i]);
    free(file->rules);
    rule_file_forget_texts(file);
    sandbox_free(file->box);
    free(file->path);
    free(file);
}
