/* What a person does in a spec, and what the log says: more of a spec's host. */
#include <string.h>

#include <lauxlib.h>

#include "bind/test.h"
#include "bind/value.h"
#include "store/journal.h"
#include "workflow/control.h"
#include "workflow/retention.h"
#include "workflow/rhythm.h"

/* One decision as the spec told it; `effect`, `record` and `warehouse` as the word wants
 * them. */
struct told {
    struct host *host;
    struct arena *arena;
    struct decision decision;
    int64_t effect, record;
    const char *warehouse; /* NULL: all */
    const char *as;        /* of settle */
    struct json *fields;   /* of answer */
};

static enum err do_hold(const struct told *t, struct fault *f)
{
    return control_hold(t->host, t->effect, &t->decision, f);
}

static enum err do_release(const struct told *t, struct fault *f)
{
    return control_release(t->host, t->effect, &t->decision, f);
}

static enum err do_retry(const struct told *t, struct fault *f)
{
    return control_retry(t->host, t->effect, &t->decision, f);
}

static enum err do_settle(const struct told *t, struct fault *f)
{
    return control_settle(t->host, t->effect,
                          effect_state_find(t->as == NULL ? "" : t->as), &t->decision, f);
}

static enum err do_answer(const struct told *t, struct fault *f)
{
    return control_answer(t->host, t->effect, t->fields, &t->decision, f);
}

static enum err do_freeze(const struct told *t, struct fault *f)
{
    return control_freeze(t->host, t->warehouse, &t->decision, f);
}

static enum err do_thaw(const struct told *t, struct fault *f)
{
    return control_thaw(t->host, t->warehouse, &t->decision, f);
}

static enum err do_adopt(const struct told *t, struct fault *f)
{
    return control_adopt(t->host, t->record, &t->decision, f);
}

enum subject { OF_EFFECT, OF_WAREHOUSE, OF_ORDER };

static const struct {
    const char *word;
    enum subject subject;
    enum err (*fn)(const struct told *t, struct fault *f);
} words[] = {
    {"hold", OF_EFFECT, do_hold},     {"release", OF_EFFECT, do_release},
    {"retry", OF_EFFECT, do_retry},   {"settle", OF_EFFECT, do_settle},
    {"answer", OF_EFFECT, do_answer}, {"freeze", OF_WAREHOUSE, do_freeze},
    {"thaw", OF_WAREHOUSE, do_thaw},  {"adopt", OF_ORDER, do_adopt},
};
enum { WORDS = sizeof words / sizeof words[0] };

static size_t check_word(lua_State *L, int index)
{
    const char *word = luaL_checkstring(L, index);
    size_t i = 0;
    while (i < WORDS && strcmp(words[i].word, word) != 0)
        i++;
    luaL_argcheck(L, i < WORDS, index, "no such decision");
    return i;
}

/* The row of an order by its number; raises when there is none. */
static int64_t find_record(lua_State *L, struct told *t, int index)
{
    struct record r = {0};
    struct fault f = {0};
    const char *number = luaL_checkstring(L, index);
    if (record_find_any(t->host->store, t->arena, NULL, number, false, &r, &f) != ERR_OK)
        luaL_error(L, "%s", f.text);
    return r.id;
}

static void read_subject(lua_State *L, enum subject subject, struct told *t)
{
    if (subject == OF_EFFECT)
        t->effect = luaL_checkinteger(L, 3);
    else if (subject == OF_WAREHOUSE)
        t->warehouse = luaL_optstring(L, 3, NULL);
    else
        t->record = find_record(L, t, 3);
}

static void read_more(lua_State *L, struct told *t)
{
    struct fault f = {0};
    if (lua_type(L, 5) == LUA_TSTRING)
        t->as = lua_tostring(L, 5);
    else if (lua_istable(L, 5) &&
             value_read(L, 5, "answer", t->arena, &t->fields, &f) != ERR_OK)
        luaL_error(L, "%s", f.text);
}

static int l_arena_gc(lua_State *L)
{
    arena_clear(lua_touserdata(L, 1));
    return 0;
}

struct arena *test_push_arena(lua_State *L)
{
    struct arena *a = lua_newuserdatauv(L, sizeof *a, 0);
    arena_init(a);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, l_arena_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    return a;
}

/* host:control(word, effect | warehouse | nil | order, why, state | fields | nil)
 * -> true | nil, message */
static int l_test_control(lua_State *L)
{
    struct fault f = {0};
    size_t word = check_word(L, 2);
    struct told t = {.host = test_host_of(L),
                     .decision = {.actor = "ann", .why = luaL_checkstring(L, 4)}};
    lua_settop(L, 5);
    t.arena = test_push_arena(L);
    read_subject(L, words[word].subject, &t);
    read_more(L, &t);
    enum err e = words[word].fn(&t, &f);
    if (e == ERR_OK)
        e = store_commit(t.host->store, &f);
    if (e != ERR_OK) {
        lua_pushnil(L);
        lua_pushstring(L, f.text);
        return 2;
    }
    lua_pushboolean(L, true);
    return 1;
}

/* ---- the log ---- */

struct rows {
    lua_State *L;
    struct arena *arena;
    lua_Integer count;
};

/* The list is on top. */
static bool add_entry(void *arg, const struct entry *e)
{
    struct rows *r = arg;
    lua_State *L = r->L;
    lua_newtable(L);
    lua_pushstring(L, e->what);
    lua_setfield(L, -2, "what");
    lua_pushinteger(L, e->id);
    lua_setfield(L, -2, "id");
    lua_pushinteger(L, e->at_ms);
    lua_setfield(L, -2, "at_ms");
    lua_pushinteger(L, e->effect);
    lua_setfield(L, -2, "effect");
    value_push(L, e->detail == NULL
                      ? NULL
                      : json_parse(r->arena, e->detail, e->detail_len, NULL));
    lua_setfield(L, -2, "detail");
    lua_rawseti(L, -2, ++r->count);
    return true;
}

/* host:log(order | nil) -> what the journal says, in order */
static int l_test_log(lua_State *L)
{
    struct fault f = {0};
    struct told t = {.host = test_host_of(L)};
    lua_settop(L, 2);
    t.arena = test_push_arena(L);
    struct entry_filter filter = {0};
    struct rows r = {.L = L, .arena = t.arena};
    if (!lua_isnil(L, 2))
        filter.record = find_record(L, &t, 2);
    lua_newtable(L);
    if (journal_each(t.host->store, &filter, add_entry, &r, &f) != ERR_OK)
        return luaL_error(L, "%s", f.text);
    return 1;
}

/* host:jump(ms): somebody sets the clock on the wall; timers do not notice */
static int l_test_jump(lua_State *L)
{
    struct host *h = test_host_of(L);
    clock_jump(h->clock, luaL_checkinteger(L, 2));
    return 0;
}

/* host:ask_lists(): from now on lists are asked by themselves, as `dray serve` does */
static int l_test_ask_lists(lua_State *L)
{
    struct host *h = test_host_of(L);
    if (h->rhythm == NULL)
        rhythm_begin(h);
    return 0;
}

/* host:forget(): from now on what is over goes after a while, as with `dray serve` */
static int l_test_forget(lua_State *L)
{
    retention_begin(test_host_of(L));
    return 0;
}

void test_control_open(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"control", l_test_control},     {"log", l_test_log},       {"jump", l_test_jump},
        {"ask_lists", l_test_ask_lists}, {"forget", l_test_forget}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
