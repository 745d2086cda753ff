/* Lua values and JSON trees. */
#include "check.h"

#include <lauxlib.h>

#include "base/buf.h"
#include "bind/value.h"
#include "engine/sandbox.h"

static struct sandbox *box;
static struct arena memory;
static struct buf text;
static struct fault fault;

static int words(lua_State *L)
{
    value_open(L);
    return 0;
}

static void up(void)
{
    box = sandbox_new(NULL);
    arena_init(&memory);
    buf_init(&text, 1 << 20);
    fault = (struct fault){0};
    sandbox_words(box, words, &fault);
}

static void down(void)
{
    sandbox_free(box);
    arena_clear(&memory);
    buf_clear(&text);
}

/* Evaluates Lua and leaves the result on the stack. */
static void evaluate(const char *lua)
{
    if (sandbox_load_text(box, "v.lua", lua, strlen(lua), &fault) != ERR_OK ||
        lua_pcall(box->L, 0, 1, 0) != LUA_OK)
        printf("  %s: %s\n", lua,
               lua_isstring(box->L, -1) ? lua_tostring(box->L, -1) : fault.text);
}

/* The JSON of a Lua expression, or the fault's sentence. */
static const char *json_of(const char *lua)
{
    struct json *value = NULL;
    evaluate(lua);
    int top = lua_gettop(box->L);
    enum err e = value_read(box->L, -1, "confirm", &memory, &value, &fault);
    if (lua_gettop(box->L) != top)
        return "the stack is not as it was";
    lua_settop(box->L, 0);
    if (e != ERR_OK)
        return fault.text;
    buf_reset(&text);
    json_write(&text, value);
    return buf_str(&text);
}

/* JSON to Lua and back. */
static const char *around(const char *json)
{
    struct json *value = json_parse(&memory, json, strlen(json), &fault);
    if (value == NULL)
        return fault.text;
    value_push(box->L, value);
    if (lua_gettop(box->L) != 1)
        return "the stack is not as it was";
    value_read(box->L, -1, "", &memory, &value, &fault);
    lua_settop(box->L, 0);
    buf_reset(&text);
    json_write(&text, value);
    return buf_str(&text);
}

static void round_trips(void)
{
    static const char *const texts[] = {
        "{\"a\":1,\"b\":[1,2,{\"c\":\"x\"}],\"d\":[],\"e\":{},\"f\":null,\"g\":true}",
        "[[],[[]],{\"a\":[]}]",
        "9007199254740993",
        "-9223372036854775808",
        "\"\xc3\xa4 \\u0000 \xf0\x9f\x93\xa6\"",
        "false",
        "null",
    };
    up();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CHECK_STR(around(texts[i]), texts[i]);
    down();
}

static void decimals_are_texts(void)
{
    up();
    CHECK_STR(around("{\"amount\":1.50,\"large\":123456789012345678901}"),
              "{\"amount\":\"1.50\",\"large\":\"123456789012345678901\"}");
    down();
}

static void whole_numbers_stay_whole(void)
{
    up();
    CHECK_STR(json_of("return { amount = 6 / 2, half = 0.5 }"),
              "{\"amount\":3,\"half\":0.5}");
    CHECK_STR(json_of("return 0 / 0"), "confirm: the number is not finite");
    down();
}

static void members_are_sorted(void)
{
    up();
    CHECK_STR(json_of("return { zeta = 1, alpha = { c = 1, b = 2 } }"),
              "{\"alpha\":{\"b\":2,\"c\":1},\"zeta\":1}");
    down();
}

static void lists_stay_lists(void)
{
    up();
    CHECK_STR(json_of("return { items = array {} , more = array(), not_one = {} }"),
              "{\"items\":[],\"more\":[],\"not_one\":{}}");
    CHECK_STR(json_of("return array { 1, 2 }"), "[1,2]");
    down();
}

static void paths_in_messages(void)
{
    up();
    CHECK_STR(json_of("return { items = { { amount = 1 }, { amount = print } } }"),
              "confirm.items[2].amount: a function is no value that can be sent");
    CHECK_STR(json_of("return { items = { 1, nil, 3 } }"),
              "confirm.items: the list has holes");
    CHECK_STR(json_of("return { items = { 1, x = 2 } }"),
              "confirm.items: names and places of a list are mixed in one table");
    CHECK_STR(json_of("return { [true] = 1 }"),
              "confirm: a key is neither a name nor a place in a list");
    CHECK_STR(json_of("local a = array {} a.x = 1 return { a = a }"),
              "confirm.a: a list has names in it");
    CHECK_STR(json_of("return { { '\\xff' } }"), "confirm[1][1]: the text is not UTF-8");
    CHECK_STR(json_of("return { ['a\\0b'] = 1 }"),
              "confirm.a: the name is not UTF-8 text");
    CHECK_STR(json_of("return { '\\xed\\xa0\\x80' }"),
              "confirm[1]: the text is not UTF-8");
    down();
}

static void endless_tables(void)
{
    up();
    const char *says = json_of("local t = {} t.self = t return t");
    CHECK(strstr(says, "confirm.self.self") == says);
    CHECK_INT(fault.code, ERR_LIMIT);
    CHECK_STR(json_of("local t = {} for i = 1, 200001 do t[i] = 1 end return t"),
              "confirm[200000]: too large");
    down();
}

static void no_metamethods(void)
{
    up();
    CHECK_STR(
        json_of(
            "return setmetatable({ a = 1 }, { __index = error, __len = error, __pairs = "
            "error })"),
        "{\"a\":1}");
    down();
}

static void null_is_a_word(void)
{
    up();
    CHECK_STR(json_of("return { a = null }"), "{\"a\":null}");
    evaluate("return tostring(null)");
    CHECK_STR(lua_tostring(box->L, -1), "null");
    lua_settop(box->L, 0);
    CHECK_INT(sandbox_load_text(box, "v.lua", "return null.x", 13, &fault), ERR_OK);
    CHECK(lua_pcall(box->L, 0, 1, 0) != LUA_OK);
    lua_settop(box->L, 0);
    down();
}

static void deep_values(void)
{
    char deep[2 * 64 + 1] = {0};
    memset(deep, '[', 64);
    memset(deep + 64, ']', 64);
    up();
    CHECK_STR(around(deep), deep);
    down();
}

TESTS_MAIN({"what came as JSON goes as the same JSON", round_trips},
           {"decimals are Amazon's decimal strings", decimals_are_texts},
           {"a whole number stays whole, also after a division",
            whole_numbers_stay_whole},
           {"the same table is always the same text", members_are_sorted},
           {"an empty list stays a list", lists_stay_lists},
           {"what cannot be sent is named by its path", paths_in_messages},
           {"a table that holds itself ends", endless_tables},
           {"no metamethod of a script runs", no_metamethods},
           {"null is a word", null_is_a_word},
           {"values as deep as JSON may be", deep_values})
