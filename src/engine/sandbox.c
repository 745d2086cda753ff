/* A Lua state with limits: its allocator, its budget, the environment of its chunks. */
#include "engine/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lauxlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "engine/budget.h"
#include "engine/plain.h"
#include "engine/trouble.h"

enum { EXIT_BUG = 70, SUGGESTIONS = 200 };
static const size_t memory_default = (size_t)256 * 1024 * 1024;
static const int64_t steps_default = 1000 * 1000 * 1000;

static const char words_key,
    environment_key; /* their addresses are keys of the registry */

/* ---- memory ---- */

/* The limit holds only while a script runs, so that the host never fails half-way. */
static void *box_alloc(void *arg, void *old, size_t old_size, size_t size)
{
    struct sandbox *b = arg;
    size_t had = old == NULL ? 0 : old_size; /* else a type tag */
    if (size == 0) {
        free(old);
        b->used -= had;
        return NULL;
    }
    if (b->enforced && size > had && b->used - had + size > b->memory) {
        budget_charge_memory(b, b->used); /* Lua collects all of it and asks again */
        return NULL;
    }
    void *block = mem_resize(old, size);
    b->used = b->used - had + size;
    if (size > had)
        budget_charge_memory(b, size);
    return block;
}

static int at_panic(lua_State *L)
{
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "no text";
    fprintf(stderr, "dray: bug: an error outside of a protected call: %s\n", text);
    _exit(EXIT_BUG);
}

struct sandbox *sandbox_of(lua_State *L)
{
    void *b;
    lua_getallocf(L, &b);
    return b;
}

/* ---- where ---- */

/* Notes where the outermost function of a thread comes back. */
static void note_return(lua_State *L, lua_Debug *ar)
{
    struct sandbox *b = sandbox_of(L);
    lua_Debug caller;
    if (lua_getstack(L, 1, &caller) || !lua_getinfo(L, "Sl", ar) || ar->currentline <= 0)
        return;
    b->returned = ar->currentline;
    b->returned_in = ar->source;
}

void sandbox_where(lua_State *L)
{
    lua_Debug ar;
    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline > 0) {
            lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
            return;
        }
    }
    lua_pushliteral(L, "");
}

/* "where: message" as an error. */
static int complain(lua_State *L, const char *format, const char *name, const char *near)
{
    sandbox_where(L);
    lua_pushfstring(L, format, name, near);
    lua_concat(L, 2);
    return lua_error(L);
}

/* ---- calls ---- */

static void call_hook(lua_State *L, lua_Debug *ar)
{
    if (ar->event == LUA_HOOKCOUNT)
        budget_look(L, ar);
    else
        note_return(L, ar);
}

/* error -> its text with the traceback */
static int l_describe(lua_State *L)
{
    trouble_push_clean(L, 1);
    luaL_traceback(L, L, lua_tostring(L, -1), 1);
    return 1;
}

/* Lua describes no error that has to do with memory; what is no text (out of it twice
 * over) is said in general. */
static void need_text(const struct sandbox *b, lua_State *L, int status)
{
    if (status == LUA_ERRMEM) {
        lua_pop(L, 1);
        lua_pushfstring(L, "%s: not enough memory: a rule file may use %d MiB",
                        b->own.file == NULL ? "a rule" : b->own.file,
                        (int)(b->memory >> 20));
    }
    if (lua_type(L, -1) == LUA_TSTRING)
        return;
    lua_pop(L, 1);
    lua_pushliteral(L, "an error without a text");
}

bool sandbox_call(struct sandbox *b, lua_State *thread, int nargs)
{
    int at = lua_gettop(thread) - nargs;
    lua_pushcfunction(thread, l_describe);
    lua_insert(thread, at);
    lua_sethook(thread, call_hook, LUA_MASKCOUNT | LUA_MASKRET, BUDGET_STEP);
    b->returned = 0;
    b->returned_in = NULL;
    sandbox_enter(b, NULL);
    int status = lua_pcall(thread, nargs, 1, at);
    sandbox_leave(b);
    if (status != LUA_OK)
        need_text(b, thread, status);
    lua_remove(thread, at);
    return status == LUA_OK;
}

/* ---- the environment ---- */

/* The nearest name among the keys of the table at `index`, or NULL. */
static const char *nearest(lua_State *L, int index, const char *name)
{
    const char *names[SUGGESTIONS];
    size_t count = 0;
    index = lua_absindex(L, index);
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING && count < SUGGESTIONS)
            names[count++] = lua_tostring(L, -1); /* anchored by the table */
    }
    return suggest(name, names, count);
}

/* words, name: a word that is not there was read */
static int l_unknown_word(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    const char *near = nearest(L, 1, name);
    if (near != NULL)
        return complain(L, "unknown word \"%s\" (did you mean \"%s\"?)", name, near);
    return complain(L, "unknown word \"%s\"", name, "");
}

/* environment, name, value: a global was assigned */
static int l_assigned(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    sandbox_push_words(L);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL)
        return complain(L, "\"%s\" is a word of dray and cannot be changed", name, "");
    return complain(L, "\"%s\" is not a local variable; write: local %s = ...", name,
                    name);
}

/* table, name, value: a member of a protected table was assigned */
static int l_protected(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    return complain(L, "\"%s.%s\" cannot be changed",
                    lua_tostring(L, lua_upvalueindex(1)), name);
}

/* inner, key: a member that is not there was read */
static int l_unknown_member(lua_State *L)
{
    const char *table = lua_tostring(L, lua_upvalueindex(1));
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    const char *near = nearest(L, 1, name);
    sandbox_where(L);
    lua_pushfstring(L, "unknown word \"%s.%s\"", table, name);
    if (near != NULL)
        lua_pushfstring(L, " (did you mean \"%s.%s\"?)", table, near);
    else
        lua_pushliteral(L, "");
    lua_concat(L, 3);
    return lua_error(L);
}

/* Sets a metatable on the table on top that answers unknown names with `missing`. */
static void answer_missing(lua_State *L, lua_CFunction missing, const char *name)
{
    lua_createtable(L, 0, 1);
    lua_pushstring(L, name);
    lua_pushcclosure(L, missing, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

/* inner -> an empty table that reads from it and refuses writes with `refuse` */
static void push_facade(lua_State *L, lua_CFunction refuse, const char *name)
{
    lua_newtable(L);
    lua_createtable(L, 0, 3); /* inner, facade, metatable */
    lua_rotate(L, -3, -1);    /* facade, metatable, inner */
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, refuse, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

void sandbox_protect(lua_State *L, const char *name)
{
    answer_missing(L, l_unknown_member, name);
    push_facade(L, l_protected, name);
}

void sandbox_push_words(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &words_key);
}

static void make_environment(lua_State *L)
{
    lua_newtable(L);
    answer_missing(L, l_unknown_word, "");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &words_key);
    push_facade(L, l_assigned, "");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &environment_key);
}

enum err sandbox_words(struct sandbox *b, lua_CFunction words, struct fault *f)
{
    lua_pushcfunction(b->L, words);
    sandbox_push_words(b->L);
    if (lua_pcall(b->L, 1, 0, 0) == LUA_OK)
        return ERR_OK;
    fault_set(f, ERR_BUG, "the words could not be installed: %s",
              lua_type(b->L, -1) == LUA_TSTRING ? lua_tostring(b->L, -1) : "no text");
    lua_pop(b->L, 1);
    return ERR_BUG;
}

struct sandbox *sandbox_new(const struct sandbox_limits *limits)
{
    static const struct sandbox_limits none = {0};
    if (limits == NULL)
        limits = &none;
    struct sandbox *b = mem_new(sizeof *b);
    b->memory = limits->memory > 0 ? limits->memory : memory_default;
    b->steps_max = limits->steps > 0 ? limits->steps : steps_default;
    b->run_steps_max = limits->run_steps > 0 ? limits->run_steps : INT64_MAX;
    b->run = &b->own;
    b->steps = INT64_MAX;
    b->L = lua_newstate(box_alloc, b);
    lua_atpanic(b->L, at_panic);
    budget_hook_on(b->L); /* threads inherit it */
    make_environment(b->L);
    sandbox_push_words(b->L);
    plain_open(b->L);
    lua_pop(b->L, 1);
    return b;
}

void sandbox_free(struct sandbox *b)
{
    if (b == NULL)
        return;
    b->steps = INT64_MAX;
    lua_close(b->L);
    free(b);
}

/* ---- loading ---- */

/* Skips a byte order mark and the text of a first line that begins with #. */
static void skip_head(const char **text, size_t *len)
{
    if (*len >= 3 && memcmp(*text, "\xef\xbb\xbf", 3) == 0) {
        *text += 3;
        *len -= 3;
    }
    if (*len == 0 || **text != '#')
        return;
    const char *end = memchr(*text, '\n', *len);
    size_t line = end == NULL ? *len : (size_t)(end - *text);
    *text += line;
    *len -= line;
}

static enum err load_failed(lua_State *L, const char *name, struct fault *f)
{
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : name;
    if (strcmp(text, "C stack overflow") == 0)
        fault_set(f, ERR_INPUT,
                  "%s: nested too deep: a block, a table or an expression"
                  " has more than 200 levels",
                  name);
    else
        fault_set(f, ERR_INPUT, "%s", text);
    lua_pop(L, 1);
    return ERR_INPUT;
}

enum err sandbox_load_text(struct sandbox *b, const char *name, const char *text,
                           size_t len, struct fault *f)
{
    if (len > SANDBOX_TEXT_MAX)
        return fault_set(f, ERR_LIMIT, "%s: longer than %d kB", name,
                         SANDBOX_TEXT_MAX / 1024);
    skip_head(&text, &len);
    if (len > 0 && text[0] == LUA_SIGNATURE[0])
        return fault_set(f, ERR_INPUT,
                         "%s: is a compiled (binary) script; give the text of it", name);
    const char *chunk = lua_pushfstring(b->L, "@%s", name);
    int status = luaL_loadbufferx(b->L, text, len, chunk, "t");
    lua_remove(b->L, -2);
    if (status != LUA_OK)
        return load_failed(b->L, name, f);
    lua_rawgetp(b->L, LUA_REGISTRYINDEX, &environment_key);
    lua_setupvalue(b->L, -2, 1); /* _ENV */
    return ERR_OK;
}

static enum err read_all(int fd, const char *path, struct buf *text, struct fault *f)
{
    for (;;) {
        char *room = buf_room(text, 4096);
        if (room == NULL)
            return fault_set(f, ERR_LIMIT, "%s: longer than %d kB", path,
                             SANDBOX_TEXT_MAX / 1024);
        ssize_t got = read(fd, room, 4096);
        if (got < 0 && errno != EINTR)
            return fault_errno(f, "%s", path);
        if (got == 0)
            return ERR_OK;
        if (got > 0)
            text->len += (size_t)got;
    }
}

enum err sandbox_read_file(const char *path, char **text, size_t *len, struct fault *f)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault_errno(f, "%s", path);
    struct buf content;
    buf_init(&content, SANDBOX_TEXT_MAX + 4096);
    enum err e = read_all(fd, path, &content, f);
    close(fd);
    if (e == ERR_OK)
        *text = buf_take(&content, len);
    buf_clear(&content);
    return e;
}
