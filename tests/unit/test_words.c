/* The exact set of words that a script can reach. A word that is added is added here,
 * too. */
#include "check.h"

#include <lauxlib.h>

#include "bind/bind.h"
#include "engine/rulebook.h"
#include "engine/sandbox.h"

static const char *const words[] = {
    "array",     "assert",   "call",         "date",     "documents", "duration",
    "error",     "event",    "instant",      "ipairs",   "iso",       "log",
    "math",      "notify",   "now",          "null",     "order",     "orders",
    "pairs",     "parallel", "pcall",        "poll",     "print",     "read_csv",
    "read_json", "select",   "setmetatable", "settle",   "shipment",  "shipments",
    "sleep",     "string",   "table",        "tonumber", "tostring",  "try",
    "type",      "utf8",
};

static const char *const members[] = {
    "log.debug",     "log.error",       "log.info",         "log.warn",
    "math.abs",      "math.acos",       "math.asin",        "math.atan",
    "math.ceil",     "math.cos",        "math.deg",         "math.exp",
    "math.floor",    "math.fmod",       "math.huge",        "math.log",
    "math.max",      "math.maxinteger", "math.min",         "math.mininteger",
    "math.modf",     "math.pi",         "math.rad",         "math.sin",
    "math.sqrt",     "math.tan",        "math.tointeger",   "math.type",
    "math.ult",      "string.byte",     "string.char",      "string.find",
    "string.format", "string.gmatch",   "string.gsub",      "string.len",
    "string.lower",  "string.match",    "string.rep",       "string.reverse",
    "string.sub",    "string.upper",    "table.concat",     "table.insert",
    "table.move",    "table.pack",      "table.remove",     "table.sort",
    "table.unpack",  "utf8.char",       "utf8.charpattern", "utf8.codepoint",
    "utf8.codes",    "utf8.len",        "utf8.offset",
};

enum { NAMES_MAX = 200 };

struct names {
    char list[NAMES_MAX][64];
    size_t count;
};

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The keys of the table on top, with a prefix. */
static void gather(lua_State *L, const char *prefix, struct names *n)
{
    lua_pushnil(L);
    while (lua_next(L, -2) != 0 && n->count < NAMES_MAX) {
        snprintf(n->list[n->count++], sizeof n->list[0], "%s%s", prefix,
                 lua_tostring(L, -2));
        lua_pop(L, 1);
    }
}

static struct sandbox *open_box(void)
{
    struct fault f = {0};
    struct sandbox *b = sandbox_new(NULL);
    if (sandbox_words(b, bind_open, &f) != ERR_OK)
        printf("  %s\n", f.text);
    return b;
}

/* Sorts what was found and compares. */
static void check_names(struct names *found, const char *const *wanted, size_t count)
{
    qsort(found->list, found->count, sizeof found->list[0], compare);
    for (size_t i = 0; i < found->count && i < count; i++)
        CHECK_STR(found->list[i], wanted[i]);
    CHECK_INT(found->count, count);
}

static void exact_words(void)
{
    static struct names found;
    struct sandbox *b = open_box();
    found.count = 0;
    sandbox_push_words(b->L);
    gather(b->L, "", &found);
    sandbox_free(b);
    check_names(&found, words, sizeof words / sizeof words[0]);
}

static void gather_reachable(lua_State *L, const char *name, struct names *n);

/* The members of the table on top, and what is reached through them. */
static void gather_members(lua_State *L, const char *name, struct names *n)
{
    char prefix[60], member[64];
    size_t first = n->count;
    snprintf(prefix, sizeof prefix, "%.50s.", name);
    gather(L, prefix, n);
    const size_t last = n->count;
    for (size_t i = first; i < last; i++) {
        snprintf(member, sizeof member, "%s", n->list[i]);
        lua_pushstring(L, member + strlen(prefix));
        lua_rawget(L, -2);
        gather_reachable(L, member, n);
        lua_pop(L, 1);
    }
}

/* What a script reaches through the value on top: members of a table, and of the table
 * that stands behind its __index. A table that all runs of a state share is protected. */
static void gather_reachable(lua_State *L, const char *name, struct names *n)
{
    if (lua_istable(L, -1)) {
        CHECK(luaL_getmetafield(L, -1, "__metatable") == LUA_TBOOLEAN);
        lua_pop(L, 1);
        gather_members(L, name, n);
    }
    const int top = lua_gettop(L);
    if (luaL_getmetafield(L, top, "__index") == LUA_TTABLE)
        gather_members(L, name, n);
    lua_settop(L, top);
}

static void exact_members(void)
{
    static struct names found, all;
    struct sandbox *b = open_box();
    all.count = found.count = 0;
    sandbox_push_words(b->L);
    gather(b->L, "", &all);
    for (size_t i = 0; i < all.count; i++) {
        const int top = lua_gettop(b->L);
        lua_pushstring(b->L, all.list[i]);
        lua_rawget(b->L, top);
        if (lua_type(b->L, -1) !=
            LUA_TSTRING) /* methods of texts are those of `string` */
            gather_reachable(b->L, all.list[i], &found);
        lua_settop(b->L, top);
    }
    sandbox_free(b);
    check_names(&found, members, sizeof members / sizeof members[0]);
}

/* ---- rule files ---- */

static void rule_words(void)
{
    static const char *const patterns[] = {"rules/*.lua"};
    static struct names found;
    struct fault f = {0};
    char *mistakes = NULL;
    const struct rulebook_options o = {.folder = "lua/init",
                                       .patterns = patterns,
                                       .pattern_count = 1,
                                       .words = bind_open,
                                       .bind = &bind_rules_words,
                                       .events =
                                           (const char *const[]){"missing", "picked_up"},
                                       .event_count = 2};
    struct rulebook *book = rulebook_load(&o, &mistakes, &f);
    if (book == NULL)
        printf("  %s\n", mistakes);
    CHECK(book != NULL && book->file_count == 2);
    lua_State *L = book->files[0]->box->L;
    found.count = 0;
    sandbox_push_words(L);
    gather(L, "", &found);
    rulebook_free(book);
    size_t known = 0, more = 0;
    for (size_t i = 0; i < found.count; i++) {
        bool of_scripts = false;
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
            of_scripts |= strcmp(found.list[i], words[k]) == 0;
        known += of_scripts ? 1 : 0;
        if (!of_scripts) {
            CHECK(strcmp(found.list[i], "rule") == 0 ||
                  strcmp(found.list[i], "use") == 0);
            more++;
        }
    }
    CHECK_INT(known, sizeof words / sizeof words[0]);
    CHECK_INT(more, 2);
}

/* ---- the types for editors ---- */

static char types[64 * 1024];

static void read_types(void)
{
    FILE *file = fopen("lua/dray/types/dray.d.lua", "rb");
    CHECK(file != NULL);
    types[fread(types, 1, sizeof types - 1, file)] = '\0';
    fclose(file);
}

static bool is_plain_lua(const char *word)
{
    static const char *const plain[] = {"assert",       "error",  "ipairs", "math",
                                        "pairs",        "pcall",  "print",  "select",
                                        "setmetatable", "string", "table",  "tonumber",
                                        "tostring",     "type",   "utf8"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (strcmp(plain[i], word) == 0)
            return true;
    }
    return false;
}

static void every_word_has_a_type(void)
{
    read_types();
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char function[64], value[64];
        snprintf(function, sizeof function, "\nfunction %s(", words[i]);
        snprintf(value, sizeof value, "\n%s = ", words[i]);
        if (is_plain_lua(words[i]) || strstr(types, function) != NULL ||
            strstr(types, value) != NULL)
            continue;
        CHECK_STR(words[i], "a word of lua/dray/types/dray.d.lua");
    }
}

/* ---- the settings of luacheck ---- */

static void every_word_is_known_to_luacheck(void)
{
    FILE *file = fopen("lua/init/luacheckrc", "rb");
    CHECK(file != NULL);
    types[fread(types, 1, sizeof types - 1, file)] = '\0';
    fclose(file);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char quoted[64];
        snprintf(quoted, sizeof quoted, "\"%s\"", words[i]);
        if (strstr(types, quoted) == NULL)
            CHECK_STR(words[i], "a word of lua/init/luacheckrc");
    }
}

TESTS_MAIN({"a script reaches exactly these words", exact_words},
           {"and exactly these members of them, however far", exact_members},
           {"rule files have two words more", rule_words},
           {"every word of dray has a type for editors", every_word_has_a_type},
           {"luacheck knows every word in a project that dray init made",
            every_word_is_known_to_luacheck})
