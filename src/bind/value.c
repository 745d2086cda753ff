/* Lua values and JSON trees, both ways, without recursion. */
#include "bind/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "engine/trouble.h"

#define LIST_MARK "dray.array"

static const char null_address; /* its address is the value of `null` */

static void push_null(lua_State *L)
{
    lua_pushlightuserdata(L, (void *)(uintptr_t)&null_address);
}

static bool is_null(lua_State *L, int index)
{
    return lua_islightuserdata(L, index) && lua_touserdata(L, index) == &null_address;
}

/* ---- from JSON to Lua ---- */

/* Pushes a value without its children; true when there may be children. */
static bool push_node(lua_State *L, const struct json *v)
{
    switch (v->type) {
    case JSON_NULL:
        push_null(L);
        return false;
    case JSON_BOOL:
        lua_pushboolean(L, v->yes);
        return false;
    case JSON_INT:
        lua_pushinteger(L, v->number);
        return false;
    case JSON_DECIMAL:
    case JSON_STRING:
        lua_pushlstring(L, v->text, v->len);
        return false;
    case JSON_ARRAY:
        lua_createtable(L, (int)v->count, 0);
        value_mark_list(L);
        return true;
    case JSON_OBJECT:
        lua_createtable(L, 0, (int)v->count);
        return true;
    }
    return false;
}

/* An open container: its table is on the stack at the same depth. */
struct push_frame {
    const struct json *node;
    const struct json *child; /* the next one */
    lua_Integer place;
};

/* table, value -> table */
static void attach(lua_State *L, struct push_frame *in, const struct json *child)
{
    if (in->node->type == JSON_ARRAY)
        lua_rawseti(L, -2, ++in->place);
    else
        lua_setfield(L, -2, child->key);
}

void value_push(lua_State *L, const struct json *value)
{
    struct push_frame frames[JSON_DEPTH_MAX + 1];
    size_t depth = 0;
    if (value == NULL) {
        lua_pushnil(L);
        return;
    }
    luaL_checkstack(L, JSON_DEPTH_MAX + 8, "a value that is too deep");
    if (push_node(L, value))
        frames[depth++] = (struct push_frame){value, value->first, 0};
    while (depth > 0) {
        struct push_frame *top = &frames[depth - 1];
        const struct json *child = top->child;
        if (child == NULL) {
            depth--;
            if (depth > 0)
                attach(L, &frames[depth - 1], top->node);
            continue;
        }
        top->child = child->next;
        if (push_node(L, child))
            frames[depth++] = (struct push_frame){child, child->first, 0};
        else
            attach(L, top, child);
    }
}

/* ---- from Lua to JSON ---- */

/* A table that is being read; it stands on the stack, and above it the present key. */
struct read_frame {
    struct json *node;
    int table;         /* its place on the stack */
    lua_Integer count; /* of a list */
    lua_Integer place; /* in a list, of the present child */
};

struct reading {
    lua_State *L;
    struct arena *arena;
    struct fault *fault;
    const char *root;
    size_t members, bytes;
    size_t depth;
    struct read_frame frames[JSON_DEPTH_MAX];
};

/* "root.items[2].amount" */
static void format_path(const struct reading *r, char *out, size_t size)
{
    int used = snprintf(out, size, "%s", r->root);
    for (size_t i = 0; i < r->depth && used >= 0 && (size_t)used < size; i++) {
        const struct read_frame *in = &r->frames[i];
        char *rest = out + used;
        size_t left = size - (size_t)used;
        if (in->node->type == JSON_ARRAY)
            used += snprintf(rest, left, "[%lld]", (long long)in->place);
        else if (in->place > 0) /* a key is above the table */
            used += snprintf(rest, left, "%s%.80s", used > 0 ? "." : "",
                             lua_tostring(r->L, in->table + 1));
    }
}

static enum err refuse(struct reading *r, enum err code, const char *what)
{
    char path[300];
    format_path(r, path, sizeof path);
    return fault_set(r->fault, code, "%s: %s", path[0] == '\0' ? "the value" : path,
                     what);
}

/* How many bytes the UTF-8 character at `s` has; 0 when it is none. */
static size_t character(const unsigned char *s, size_t left)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = s[0] < 0x80   ? 1
                 : s[0] < 0xC0 ? 0
                 : s[0] < 0xE0 ? 2
                 : s[0] < 0xF0 ? 3
                               : 4;
    if (len <= 1)
        return len;
    if (len > left || s[0] > 0xF4)
        return 0;
    unsigned code = s[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3Fu);
    }
    if (code < least[len] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    return len;
}

static bool is_utf8(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    for (size_t i = 0; i < len;) {
        size_t step = character(s + i, len - i);
        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

static enum err read_text(struct reading *r, int index, struct json **out)
{
    size_t len;
    const char *text = lua_tolstring(r->L, index, &len);
    if (!is_utf8(text, len))
        return refuse(r, ERR_INPUT, "the text is not UTF-8");
    r->bytes += len;
    *out = json_string_n(r->arena, text, len);
    return ERR_OK;
}

static enum err read_number(struct reading *r, int index, struct json **out)
{
    int whole;
    lua_Integer integer = lua_tointegerx(r->L, index, &whole); /* also 2.0 */
    if (whole) {
        *out = json_integer(r->arena, integer);
        return ERR_OK;
    }
    lua_Number number = lua_tonumber(r->L, index);
    char text[40];
    if (!isfinite(number))
        return refuse(r, ERR_INPUT, "the number is not finite");
    snprintf(text, sizeof text, "%.17g", number);
    *out = json_decimal(r->arena, text);
    return ERR_OK;
}

/* What kinds of keys a table has. */
struct keys {
    lua_Integer numbers; /* whole ones from 1 */
    lua_Integer largest;
    lua_Integer names;
    lua_Integer others;
};

static struct keys count_keys(lua_State *L, int table)
{
    struct keys k = {0};
    lua_pushnil(L);
    while (lua_next(L, table) != 0) {
        lua_pop(L, 1);
        lua_Integer number = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
        if (number > 0) {
            k.numbers++;
            k.largest = number > k.largest ? number : k.largest;
        } else if (lua_type(L, -1) == LUA_TSTRING) {
            k.names++;
        } else {
            k.others++;
        }
    }
    return k;
}

static bool is_marked(lua_State *L, int table)
{
    if (!lua_getmetatable(L, table))
        return false;
    luaL_getmetatable(L, LIST_MARK);
    bool marked = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return marked;
}

static enum err check_keys(struct reading *r, const struct keys *k, bool marked)
{
    if (k->others > 0)
        return refuse(r, ERR_INPUT, "a key is neither a name nor a place in a list");
    if (k->names > 0 && k->numbers > 0)
        return refuse(r, ERR_INPUT, "names and places of a list are mixed in one table");
    if (marked && k->names > 0)
        return refuse(r, ERR_INPUT, "a list has names in it");
    if (k->largest != k->numbers)
        return refuse(r, ERR_INPUT, "the list has holes");
    return ERR_OK;
}

/* Opens the table on top of the stack; it stays there, with a nil key above an object. */
static enum err open_table(struct reading *r, struct json **out)
{
    int table = lua_gettop(r->L);
    if (r->depth == JSON_DEPTH_MAX)
        return refuse(r, ERR_LIMIT, "nested too deeply (a table that holds itself?)");
    struct keys k = count_keys(r->L, table);
    bool marked = is_marked(r->L, table);
    enum err e = check_keys(r, &k, marked);
    if (e != ERR_OK)
        return e;
    bool list = marked || k.numbers > 0;
    *out = list ? json_array(r->arena) : json_object(r->arena);
    r->frames[r->depth++] =
        (struct read_frame){.node = *out, .table = table, .count = k.numbers};
    if (!list)
        lua_pushnil(r->L);
    return ERR_OK;
}

/* Takes the value on top of the stack. A table stays there, opened; the rest is popped.
 */
static enum err read_node(struct reading *r, struct json **out)
{
    enum err e = ERR_OK;
    int type = lua_type(r->L, -1);
    if (++r->members > VALUE_MEMBERS_MAX || r->bytes > VALUE_BYTES_MAX)
        return refuse(r, ERR_LIMIT, "too large");
    if (type == LUA_TTABLE)
        return open_table(r, out);
    if (type == LUA_TSTRING)
        e = read_text(r, -1, out);
    else if (type == LUA_TNUMBER)
        e = read_number(r, -1, out);
    else if (type == LUA_TBOOLEAN)
        *out = json_boolean(r->arena, lua_toboolean(r->L, -1));
    else if (is_null(r->L, -1))
        *out = json_null(r->arena);
    else
        e = refuse(r, ERR_INPUT,
                   type == LUA_TFUNCTION
                       ? "a function is no value that can be sent"
                       : "a handle of dray is no value that can be sent");
    lua_pop(r->L, 1);
    return e;
}

static int compare_names(const void *left, const void *right)
{
    const struct json *const *l = left, *const *r = right;
    return strcmp((*l)->key, (*r)->key);
}

/* Lua gives members in no order; the same table is always the same text. */
static void sort_members(struct arena *a, struct json *object)
{
    size_t count = object->count;
    struct json **members = arena_new(a, (count + 1) * sizeof(struct json *));
    size_t n = 0;
    for (struct json *m = object->first; m != NULL; m = m->next)
        members[n++] = m;
    qsort(members, n, sizeof(struct json *), compare_names);
    object->first = object->last = NULL;
    object->count = 0;
    for (size_t i = 0; i < n; i++) {
        members[i]->next = NULL;
        json_append(object, members[i]);
    }
}

/* Pushes the next child of the innermost table; false at its end. */
static bool next_child(struct reading *r)
{
    struct read_frame *top = &r->frames[r->depth - 1];
    if (top->node->type == JSON_OBJECT) {
        top->place = lua_next(r->L, top->table);
        return top->place != 0;
    }
    if (top->place == top->count)
        return false;
    lua_rawgeti(r->L, top->table, ++top->place);
    return true;
}

/* The name of the present child of an object. */
static enum err read_key(struct reading *r, const struct read_frame *in, const char **key)
{
    size_t len;
    const char *text = lua_tolstring(r->L, in->table + 1, &len);
    if (len > JSON_KEY_MAX)
        return refuse(r, ERR_LIMIT, "the name is too long");
    if (strlen(text) != len || !is_utf8(text, len))
        return refuse(r, ERR_INPUT, "the name is not UTF-8 text");
    r->bytes += len;
    *key = arena_copy(r->arena, text, len);
    return ERR_OK;
}

/* Takes the child on top of the stack into the innermost table. */
static enum err take_child(struct reading *r)
{
    struct read_frame *in = &r->frames[r->depth - 1];
    struct json *child = NULL;
    const char *key = NULL;
    enum err e = in->node->type == JSON_OBJECT ? read_key(r, in, &key) : ERR_OK;
    if (e == ERR_OK)
        e = read_node(r, &child);
    if (child == NULL)
        return e;
    child->key = key;
    json_append(in->node, child);
    return ERR_OK;
}

static void close_table(struct reading *r)
{
    struct read_frame *top = &r->frames[--r->depth];
    if (top->node->type == JSON_OBJECT)
        sort_members(r->arena, top->node);
    lua_settop(r->L, top->table - 1);
}

enum err value_read(lua_State *L, int index, const char *root, struct arena *a,
                    struct json **value, struct fault *f)
{
    struct reading r = {.L = L, .arena = a, .fault = f, .root = root};
    int top = lua_gettop(L);
    if (!lua_checkstack(L, 3 * JSON_DEPTH_MAX))
        return fault_set(f, ERR_LIMIT, "%s: nested too deeply", root);
    lua_pushvalue(L, index);
    enum err e = read_node(&r, value);
    while (e == ERR_OK && r.depth > 0) {
        if (next_child(&r))
            e = take_child(&r);
        else
            close_table(&r);
    }
    lua_settop(L, top);
    return e;
}

/* ---- words ---- */

void value_mark_list(lua_State *L)
{
    if (luaL_newmetatable(L, LIST_MARK)) {
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
    }
    lua_setmetatable(L, -2);
}

/* array { ... } -> the same table, a list also when it is empty */
static int l_value_array(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    value_mark_list(L);
    return 1;
}

static int l_null_tostring(lua_State *L)
{
    lua_pushliteral(L, "null");
    return 1;
}

static int l_null_index(lua_State *L)
{
    return trouble_error(L, ERR_INPUT, "the value is null, it has no field \"%s\"",
                         lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?");
}

/* The one metatable of light userdata: null is the only one in a script's state. */
static void make_null(lua_State *L)
{
    push_null(L);
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, l_null_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushcfunction(L, l_null_index);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

void value_open(lua_State *L)
{
    lua_pushcfunction(L, l_value_array);
    lua_setfield(L, -2, "array");
    make_null(L);
    lua_setfield(L, -2, "null");
}
