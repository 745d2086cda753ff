/* What a rule is handed: `e`, the event with its order and its payload, read-only. */
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "bind/bind.h"
#include "bind/handle.h"
#include "bind/value.h"
#include "engine/sandbox.h"
#include "engine/trouble.h"
#include "store/rule.h"

#define OCCASION "dray.occasion"

enum { DATA_TEXT_MAX = 512 * 1024 }; /* more than a rule may keep */

/* The user values: the payload as a table, what was made once (e.data), and e.data as it
 * was made for a `when`. */
enum { VALUE_PAYLOAD = 1, VALUE_DATA, VALUE_ORIGINAL, VALUE_COUNT = VALUE_ORIGINAL };

struct occasion_object {
    int64_t event, at_ms, record, effect;
    int64_t rule;       /* its row */
    const char *what;   /* these stand behind the struct */
    const char *name;   /* the rule's */
    const char *detail; /* NULL */
    size_t detail_len;
    const char *initial; /* NULL */
    char texts[];
};

/* ---- making one ---- */

static size_t size_of_text(const char *text)
{
    return text == NULL ? 0 : strlen(text) + 1;
}

/* Copies a text behind the others. */
static const char *place_text(char **to, const char *text, size_t len)
{
    char *here = *to;
    if (text == NULL)
        return NULL;
    memcpy(here, text, len);
    here[len] = '\0';
    *to += len + 1;
    return here;
}

static void push_occasion(lua_State *L, const struct occasion *o)
{
    const struct event *e = o->event;
    size_t size = size_of_text(e->what) + size_of_text(o->rule) + e->detail_len + 1 +
                  size_of_text(o->initial);
    struct occasion_object *object =
        lua_newuserdatauv(L, sizeof *object + size, VALUE_COUNT);
    char *to = object->texts;
    *object = (struct occasion_object){.event = e->id,
                                       .at_ms = e->at_ms,
                                       .record = e->record,
                                       .effect = e->effect,
                                       .rule = o->rule_id,
                                       .detail_len = e->detail_len};
    object->what = place_text(&to, e->what, strlen(e->what));
    object->name = place_text(&to, o->rule, strlen(o->rule));
    object->detail = place_text(&to, e->detail, e->detail_len);
    object->initial =
        o->initial == NULL ? NULL : place_text(&to, o->initial, strlen(o->initial));
    luaL_setmetatable(L, OCCASION);
}

/* ---- its fields ---- */

static void push_json(lua_State *L, const char *text, size_t len)
{
    struct fault f = {0};
    const struct json *value = json_parse(bind_scratch(L), text, len, &f);
    if (value == NULL)
        trouble_raise(L, &f);
    value_push(L, value);
}

/* The payload, made once; not when o->detail is NULL. */
static void push_payload_table(lua_State *L, const struct occasion_object *o)
{
    if (lua_getiuservalue(L, 1, VALUE_PAYLOAD) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    push_json(L, o->detail, o->detail_len);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, VALUE_PAYLOAD);
}

/* The payload's field of the name at index 2, which may be anything. */
static void push_payload(lua_State *L, const struct occasion_object *o)
{
    if (o->detail == NULL) {
        lua_pushnil(L);
        return;
    }
    push_payload_table(L, o);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
}

/* What the rule kept, or what its head begins with; a table that its run may change. */
static void push_data(lua_State *L, const struct occasion_object *o)
{
    const char *text = NULL;
    size_t len = 0;
    struct fault f = {0};
    if (o->initial == NULL) {
        trouble_error(L, ERR_INPUT,
                      "e.data: rule \"%s\" keeps none; write data = {} in its head",
                      o->name);
    }
    if (lua_getiuservalue(L, 1, VALUE_DATA) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    struct arena *a = bind_scratch(L);
    trouble_check(L, rule_data(bind_host(L)->store, a, o->rule, &text, &len, &f), &f);
    if (text == NULL) {
        text = o->initial;
        len = strlen(text);
    } else {
        text = lua_pushlstring(L, text, len); /* the arena is used again */
    }
    if (sandbox_of(L)->refuse != NULL) {
        push_json(L, text, len);
        lua_setiuservalue(L, 1, VALUE_ORIGINAL);
    }
    push_json(L, text, len);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, VALUE_DATA);
}

static void push_kind(lua_State *L, const struct occasion_object *o)
{
    lua_pushstring(L, o->what);
}

static void push_rule(lua_State *L, const struct occasion_object *o)
{
    lua_pushstring(L, o->name);
}

static void push_order(lua_State *L, const struct occasion_object *o)
{
    if (o->record == 0)
        lua_pushnil(L);
    else
        handle_push_record(L, HANDLE_ORDER, o->record);
}

static void push_shipment(lua_State *L, const struct occasion_object *o)
{
    if (o->record == 0)
        lua_pushnil(L);
    else
        handle_push_record(L, HANDLE_SHIPMENT, o->record);
}

static void push_effect(lua_State *L, const struct occasion_object *o)
{
    if (o->effect == 0)
        lua_pushnil(L);
    else
        handle_push(L, HANDLE_EFFECT, o->effect);
}

/* The payload names the document by its id. */
static void push_document(lua_State *L, const struct occasion_object *o)
{
    push_payload(L, o);
    if (lua_isinteger(L, -1))
        handle_push(L, HANDLE_DOCUMENT, lua_tointeger(L, -1));
}

static void push_now(lua_State *L, const struct occasion_object *o)
{
    (void)o;
    lua_pushinteger(L, host_now(bind_host(L)));
}

/* When it happened: as its report says, else when it was recorded. */
static void push_at(lua_State *L, const struct occasion_object *o)
{
    char text[INSTANT_TEXT];
    push_payload(L, o);
    if (!lua_isnil(L, -1))
        return;
    instant_format(o->at_ms, text);
    lua_pushstring(L, text);
}

static const struct {
    const char *name;
    void (*push)(lua_State *L, const struct occasion_object *o);
} fields[] = {
    {"kind", push_kind},         {"at", push_at},         {"order", push_order},
    {"shipment", push_shipment}, {"effect", push_effect}, {"document", push_document},
    {"rule", push_rule},         {"now", push_now},       {"data", push_data},
};
enum { HAPPENED = 6 }; /* so many of them tell what happened */

/* e.name */
static int l_occasion_index(lua_State *L)
{
    const struct occasion_object *o = luaL_checkudata(L, 1, OCCASION);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            fields[i].push(L, o);
            return 1;
        }
    }
    push_payload(L, o);
    return 1;
}

/* A copy of the payload, at the top. */
static void push_payload_copy(lua_State *L, const struct occasion_object *o)
{
    lua_newtable(L);
    if (o->detail == NULL)
        return;
    push_payload_table(L, o); /* copy, payload */
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2); /* copy, payload, name, name, value */
        lua_rawset(L, -5);
    }
    lua_pop(L, 1);
}

/* pairs(e): what happened, as one table; the rule's own e.data is not of it */
static int l_occasion_pairs(lua_State *L)
{
    const struct occasion_object *o = luaL_checkudata(L, 1, OCCASION);
    lua_settop(L, 1);
    lua_pushnil(L);
    push_payload_copy(L, o); /* e, name, copy */
    for (size_t i = 0; i < HAPPENED; i++) {
        lua_pushstring(L, fields[i].name);
        lua_replace(L, 2);
        fields[i].push(L, o);
        lua_setfield(L, 3, fields[i].name);
        lua_settop(L, 3);
    }
    return 1;
}

static int l_occasion_newindex(lua_State *L)
{
    return trouble_error(L, ERR_INPUT,
                         "e is what happened and cannot be changed; a rule's own memory "
                         "is e.data");
}

static int l_occasion_tostring(lua_State *L)
{
    const struct occasion_object *o = luaL_checkudata(L, 1, OCCASION);
    lua_pushfstring(L, "event %s", o->what);
    return 1;
}

static enum err take_data(lua_State *L, int index, struct arena *a, struct json **data,
                          struct fault *f)
{
    *data = NULL;
    enum err e = ERR_OK;
    if (lua_getiuservalue(L, index, VALUE_DATA) == LUA_TTABLE)
        e = value_read(L, -1, "e.data", a, data, f);
    lua_pop(L, 1);
    if (e == ERR_OK && *data != NULL && (*data)->type != JSON_OBJECT)
        e = fault_set(f, ERR_INPUT, "e.data: expected a table with names, not a list");
    return e;
}

/* Reads the user value of the `e` at `index`; false: it is none that e.data may be. */
static bool read_user_value(lua_State *L, int index, int which, struct arena *a,
                            struct buf *text)
{
    struct json *value = NULL;
    struct fault f;
    lua_getiuservalue(L, index, which);
    const bool plain = value_read(L, -1, "e.data", a, &value, &f) == ERR_OK;
    lua_pop(L, 1);
    if (plain && value != NULL)
        json_write_sorted(text, value);
    return plain && buf_ok(text);
}

/* Only what was looked at can have been changed. */
static bool was_data_changed(lua_State *L, int index)
{
    struct arena a;
    struct buf before, after;
    const bool seen = lua_getiuservalue(L, index, VALUE_DATA) == LUA_TTABLE;

    lua_pop(L, 1);
    if (!seen)
        return false;
    arena_init(&a);
    buf_init(&before, DATA_TEXT_MAX);
    buf_init(&after, DATA_TEXT_MAX);
    const bool plain = read_user_value(L, index, VALUE_ORIGINAL, &a, &before) &&
                       read_user_value(L, index, VALUE_DATA, &a, &after);
    const bool changed = !plain || strcmp(buf_str(&before), buf_str(&after)) != 0;
    buf_clear(&before);
    buf_clear(&after);
    arena_clear(&a);
    return changed;
}

const struct rules_words bind_rules_words = {
    .push_event = push_occasion,
    .take_data = take_data,
    .data_changed = was_data_changed,
    .push_value = value_push,
    .read_value = value_read,
};

void bind_occasion_open(lua_State *L)
{
    static const luaL_Reg events[] = {{"__index", l_occasion_index},
                                      {"__newindex", l_occasion_newindex},
                                      {"__tostring", l_occasion_tostring},
                                      {"__pairs", l_occasion_pairs},
                                      {NULL, NULL}};
    luaL_newmetatable(L, OCCASION);
    luaL_setfuncs(L, events, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}
