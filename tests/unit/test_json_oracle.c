/* Our reader against lua-cjson, an older and independent one: both read the same seeded
 * random documents, and every value of the two results is compared. The documents are
 * made as text here, with spaces, escapes and surrogate pairs that our writer would not
 * make. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "check.h"

#include "base/json.h"
#include "base/random.h"

int luaopen_cjson(lua_State *L);

enum { DOCUMENTS = 1500, DEPTH = 6 };

/* ---- documents ---- */

static void add_space(struct buf *out, struct random *r)
{
    static const char *const spaces[] = {"", "", "", " ", "\n", "\t\r\n  "};
    buf_text(out, spaces[random_below(r, 6)]);
}

static void add_character(struct buf *out, struct random *r)
{
    static const char *const written[] = {"a",
                                          "Z",
                                          " ",
                                          "/",
                                          "\\/",
                                          "\\\"",
                                          "\\\\",
                                          "\\b",
                                          "\\f",
                                          "\\n",
                                          "\\r",
                                          "\\t",
                                          "\\u0041",
                                          "\\u00e9",
                                          "\\u20AC",
                                          "\\u001f",
                                          "\\uFFFD",
                                          "\xC3\xA9",
                                          "\xE2\x82\xAC",
                                          "\xF0\x9F\x98\x80",
                                          "\x7F",
                                          "\\ud83d\\ude00",
                                          "\\uD800\\uDC00",
                                          "\\uDBFF\\uDFFF",
                                          "plain words of some length"};
    buf_text(out, written[random_below(r, sizeof written / sizeof written[0])]);
}

static void add_string(struct buf *out, struct random *r)
{
    buf_char(out, '"');
    for (size_t i = random_below(r, 12); i > 0; i--)
        add_character(out, r);
    buf_char(out, '"');
}

static void add_number(struct buf *out, struct random *r)
{
    switch (random_below(r, 4)) {
    case 0:
        buf_format(out, "%d", (int)random_below(r, 2000) - 1000);
        break;
    case 1: /* whole numbers that a double holds exactly */
        buf_format(out, "%lld", (long long)(random_next(r) >> 12) - (1LL << 51));
        break;
    case 2:
        buf_format(out, "-%d.%0*d", (int)random_below(r, 100),
                   1 + (int)random_below(r, 9), (int)random_below(r, 10));
        break;
    default:
        buf_format(out, "%d.5%c%+d", (int)random_below(r, 10), "eE"[random_below(r, 2)],
                   (int)random_below(r, 600) - 300);
    }
}

static void add_leaf(struct buf *out, struct random *r)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t kind = random_below(r, 8);
    if (kind < 3)
        buf_text(out, words[kind]);
    else if (kind < 5)
        add_number(out, r);
    else
        add_string(out, r);
}

/* One document: containers are opened and closed by chance, without recursion. */
static void add_document(struct buf *out, struct random *r)
{
    char closers[DEPTH];
    size_t counts[DEPTH], depth = 0;
    for (size_t left = 1 + random_below(r, 80);; left -= left > 0) {
        add_space(out, r);
        if (depth > 0 && (left == 0 || random_below(r, 6) == 0)) {
            buf_char(out, closers[--depth]);
        } else {
            if (depth > 0 && counts[depth - 1]++ > 0)
                buf_text(out, ", ");
            if (depth > 0 && closers[depth - 1] == '}')
                buf_format(out, "\"k%zu\":", counts[depth - 1]);
            bool opens = depth == 0 || (depth < DEPTH && random_below(r, 4) == 0);
            bool object = random_below(r, 2) == 0;
            if (opens) {
                buf_char(out, object ? '{' : '[');
                closers[depth] = object ? '}' : ']';
                counts[depth++] = 0;
            } else {
                add_leaf(out, r);
            }
        }
        if (depth == 0)
            return;
    }
}

/* ---- comparing ---- */

static bool same_leaf(lua_State *L, const struct json *value)
{
    size_t len;
    const char *text;
    switch (value->type) {
    case JSON_NULL:
        return lua_islightuserdata(L, -1) && lua_touserdata(L, -1) == NULL;
    case JSON_BOOL:
        return lua_isboolean(L, -1) && lua_toboolean(L, -1) == value->yes;
    case JSON_INT:
        return lua_type(L, -1) == LUA_TNUMBER &&
               lua_tonumber(L, -1) == (double)value->number;
    case JSON_DECIMAL:
        return lua_type(L, -1) == LUA_TNUMBER &&
               lua_tonumber(L, -1) == strtod(value->text, NULL);
    default: /* JSON_STRING */
        if (lua_type(L, -1) != LUA_TSTRING)
            return false;
        text = lua_tolstring(L, -1, &len);
        return len == value->len && memcmp(text, value->text, len) == 0 &&
               value->text[len] == '\0';
    }
}

/* How many values the table on top holds. */
static size_t count_values(lua_State *L)
{
    size_t count = 0;
    lua_pushnil(L);
    for (; lua_next(L, -2) != 0; lua_pop(L, 1))
        count++;
    return count;
}

static void push_child(lua_State *L, const struct json *child, lua_Integer place)
{
    if (child->key != NULL)
        lua_getfield(L, -1, child->key);
    else
        lua_geti(L, -1, place);
}

/* Compares the value on top of the stack; pops it. */
static bool same(lua_State *L, const struct json *root)
{
    const struct json *next[DEPTH + 1] = {root};
    lua_Integer place[DEPTH + 1] = {0};
    for (size_t depth = 1; depth > 0;) {
        const struct json *value = next[depth - 1];
        if (value == NULL) { /* a container is done */
            lua_pop(L, 1);
            depth--;
            continue;
        }
        next[depth - 1] = depth == 1 ? NULL : value->next;
        if (depth > 1)
            push_child(L, value, ++place[depth - 1]);
        bool container = value->type == JSON_ARRAY || value->type == JSON_OBJECT;
        if (container ? !lua_istable(L, -1) || count_values(L) != value->count
                      : !same_leaf(L, value))
            return false;
        if (!container) {
            lua_pop(L, 1);
            continue;
        }
        next[depth] = value->first;
        place[depth++] = 0;
        if (depth == 2)
            lua_pushvalue(L, -1); /* the root is popped twice */
    }
    return true;
}

static bool oracle_reads(lua_State *L, const struct buf *text)
{
    lua_getfield(L, 1, "decode");
    lua_pushlstring(L, text->data, text->len);
    return lua_pcall(L, 1, 1, 0) == LUA_OK;
}

static void compare_document(lua_State *L, struct arena *a, const struct buf *text)
{
    struct fault f = {0};
    const struct json *ours = json_parse(a, buf_str(text), text->len, &f);
    bool read = oracle_reads(L, text);
    if (ours == NULL || !read)
        printf("  %s\n  %s %s\n", buf_str(text), f.text, read ? "" : lua_tostring(L, -1));
    CHECK(ours != NULL && read);
    bool equal = same(L, ours);
    if (!equal)
        printf("  %s\n", buf_str(text));
    CHECK(equal);
    lua_settop(L, 1);
}

static void both_read_the_same(void)
{
    lua_State *L = luaL_newstate();
    struct random *r = random_new_seeded(1221);
    struct arena a;
    struct buf text;
    luaL_requiref(L, "cjson", luaopen_cjson, 0);
    arena_init(&a);
    buf_init(&text, 1 << 20);
    for (int i = 0; i < DOCUMENTS; i++) {
        buf_reset(&text);
        arena_reset(&a);
        add_document(&text, r);
        compare_document(L, &a, &text);
    }
    buf_clear(&text);
    arena_clear(&a);
    random_free(r);
    lua_close(L);
}

/* One byte of a document changes: what we take, cjson takes too, with the same values.
 * (cjson takes more than we do: repeated keys, hex numbers, broken UTF-8.) */
static void we_take_nothing_that_it_refuses(void)
{
    lua_State *L = luaL_newstate();
    struct random *r = random_new_seeded(99);
    struct arena a;
    struct buf text;
    size_t taken = 0;
    luaL_requiref(L, "cjson", luaopen_cjson, 0);
    arena_init(&a);
    buf_init(&text, 1 << 20);
    for (int i = 0; i < DOCUMENTS; i++) {
        buf_reset(&text);
        arena_reset(&a);
        add_document(&text, r);
        text.data[random_below(r, text.len)] = (char)(' ' + random_below(r, 95));
        if (json_parse(&a, buf_str(&text), text.len, NULL) == NULL)
            continue;
        taken++;
        compare_document(L, &a, &text);
    }
    CHECK(taken > DOCUMENTS / 20 && taken < DOCUMENTS);
    buf_clear(&text);
    arena_clear(&a);
    random_free(r);
    lua_close(L);
}

TESTS_MAIN({"our tree holds what lua-cjson reads", both_read_the_same},
           {"nothing is taken that lua-cjson refuses", we_take_nothing_that_it_refuses})
