/* Patterns: what the library of Lua says is what ours says, and no pattern takes for
 * ever. */
#include "check.h"

#include <lauxlib.h>
#include <lualib.h>

#include "base/random.h"
#include "engine/pattern.h"
#include "engine/sandbox.h"

enum { ROUNDS = 20000, TEXT = 40 };

static lua_State *library; /* with the library's own functions */
static struct sandbox *box;

static void set_up(void)
{
    library = luaL_newstate();
    luaL_requiref(library, "string", luaopen_string, 0);
    lua_settop(library, 0);
    box = sandbox_new(NULL);
}

static void tear_down(void)
{
    lua_close(library);
    sandbox_free(box);
}

/* A text of pieces from a list. */
static void random_text(struct random *r, const char *const *pieces, size_t count,
                        size_t most, char *out)
{
    out[0] = '\0';
    for (size_t n = random_below(r, most); n > 0; n--) {
        const char *piece = pieces[random_below(r, count)];
        size_t len = strlen(out);
        snprintf(out + len, TEXT - len, "%s", piece);
    }
}

static const char *const pattern_pieces[] = {
    "a",    "b",     "c",     ".",      "%a",  "%d",  "%s",    "%W", "%u", "[ab]",
    "[^a]", "[a-c]", "*",     "+",      "-",   "?",   "(",     ")",  "()", "^",
    "$",    "%b()",  "%f[a]", "%1",     "%2",  "%",   "[",     "]",  "%%", "%.",
    "[%a]", "[]]",   "[^]",   "%f",     "%b(", "[a-", "1",     " ",  "(a", "(.-)",
    ".-",   ".*",    "a?",    "%f[%W]", "%g",  "-",   "[%w_]", "%z"};
static const char *const text_pieces[] = {"a", "b", "c", "aa", "(",  ")", "1",
                                          " ", "A", "%", ".",  "ab", "]", "^"};
static const char *const new_pieces[] = {"x", "%0", "%1", "%2", "%%", "%", "%a", "-"};

/* Calls from a fresh stack: results as text, or the error without its place. */
static void call(lua_State *L, lua_CFunction own, const char *name, const char *subject,
                 const char *pattern, const char *replacement, int init, char *out)
{
    lua_settop(L, 0);
    if (own != NULL) {
        lua_pushcfunction(L, own);
    } else {
        luaL_requiref(L, "string", luaopen_string, 0);
        lua_getfield(L, -1, name);
        lua_remove(L, 1);
    }
    lua_pushstring(L, subject);
    lua_pushstring(L, pattern);
    if (replacement != NULL)
        lua_pushstring(L, replacement);
    if (init != 0)
        lua_pushinteger(L, init);
    int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    size_t len = (size_t)snprintf(out, 2000, "%s: ", status == LUA_OK ? "ok" : "error");
    for (int i = 1; i <= lua_gettop(L) && len < 1500; i++) {
        len += (size_t)snprintf(out + len, 2000 - len, "<%s>",
                                lua_isfunction(L, i) ? "fn" : luaL_tolstring(L, i, NULL));
        if (!lua_isfunction(L, i))
            lua_pop(L, 1);
    }
}

/* All matches of gmatch, one after the other. */
static void iterate(lua_State *L, char *out)
{
    size_t len = strlen(out);
    for (int i = 0; i < 60 && len < 1500 && lua_isfunction(L, 1); i++) {
        lua_settop(L, 1);
        lua_pushvalue(L, 1);
        int status = lua_pcall(L, 0, LUA_MULTRET, 0);
        if (status == LUA_OK && lua_gettop(L) == 1)
            return;
        for (int k = 2; k <= lua_gettop(L) && len < 1500; k++) {
            len += (size_t)snprintf(out + len, 2000 - len, "<%s>",
                                    luaL_tolstring(L, k, NULL));
            lua_pop(L, 1);
        }
        if (status != LUA_OK)
            return;
    }
}

static void compare(const char *name, lua_CFunction own, const char *subject,
                    const char *pattern, const char *replacement, int init)
{
    static char theirs[2000], ours[2000];
    call(library, NULL, name, subject, pattern, replacement, init, theirs);
    iterate(library, theirs);
    call(box->L, own, name, subject, pattern, replacement, init, ours);
    iterate(box->L, ours);
    if (strcmp(theirs, ours) != 0)
        printf("  %s(\"%s\", \"%s\", %s, %d)\n", name, subject, pattern,
               replacement == NULL ? "-" : replacement, init);
    CHECK_STR(ours, theirs);
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static void same_as_library(void)
{
    struct random *r = random_new_seeded(11);
    char subject[TEXT], pattern[TEXT], replacement[TEXT];
    const char *deep = getenv("DRAY_TEST_DEEP");
    const int rounds = deep != NULL && deep[0] == '1' ? 10 * ROUNDS : ROUNDS;
    set_up();
    for (int i = 0; i < rounds; i++) {
        random_text(r, text_pieces, COUNT(text_pieces), 14, subject);
        random_text(r, pattern_pieces, COUNT(pattern_pieces), 7, pattern);
        random_text(r, new_pieces, COUNT(new_pieces), 4, replacement);
        const int init = (int)random_below(r, 12) - 6;
        compare("find", l_pattern_find, subject, pattern, NULL, init);
        compare("match", l_pattern_match, subject, pattern, NULL, init);
        compare("gmatch", l_pattern_gmatch, subject, pattern, NULL, init);
        compare("gsub", l_pattern_gsub, subject, pattern, replacement, init);
    }
    tear_down();
    random_free(r);
}

static void plain_text(void)
{
    set_up();
    CHECK_INT(luaL_loadstring(box->L, "local find = ...\n"
                                      "assert(find('a.b', '.', 1, true) == 2)\n"
                                      "assert(find('a.b', '', 10, true) == nil)\n"
                                      "assert(find('', '', 1, true) == 1)\n"
                                      "assert(find('aXaXY', 'XY', 1, true) == 4)\n"
                                      "assert(find('aX', 'XY', 1, true) == nil)\n"),
              LUA_OK);
    lua_pushcfunction(box->L, l_pattern_find);
    CHECK_INT(lua_pcall(box->L, 1, 0, 0), LUA_OK);
    tear_down();
}

TESTS_MAIN({"a pattern means what it means in Lua, also a wrong one", same_as_library},
           {"a text is found as it is written", plain_text})
