/* The exact set of words that a script can reach. A word that is added is added here,
 * too. */
#include "check.h"

#include <lauxlib.h>

#include "bind/bind.h"
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

/* A protected table is empty; what it shows stands behind its __index. */
static void gather_behind(lua_State *L, const char *name, struct names *n)
{
    char prefix[32];
    snprintf(prefix, sizeof prefix, "%s.", name);
    lua_getfield(L, -1, name);
    if (luaL_getmetafield(L, -1, "__index") == LUA_TTABLE) {
        gather(L, prefix, n);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static void exact_members(void)
{
    static const char *const tables[] = {"log", "math", "string", "table", "utf8"};
    static struct names found;
    struct sandbox *b = open_box();
    found.count = 0;
    sandbox_push_words(b->L);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        gather_behind(b->L, tables[i], &found);
    sandbox_free(b);
    check_names(&found, members, sizeof members / sizeof members[0]);
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
           {"and exactly these members of them", exact_members},
           {"every word of dray has a type for editors", every_word_has_a_type},
           {"luacheck knows every word in a project that dray init made",
            every_word_is_known_to_luacheck})
