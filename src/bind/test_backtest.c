/* A backtest in a spec: what a host decided so far, played through other rules. */
#include <stdlib.h>

#include <lauxlib.h>

#include "bind/backtest.h"
#include "bind/test.h"
#include "workflow/host.h"

/* The list of differences is filled on top of L. */
static void add_difference(void *arg, const struct replay_news *n)
{
    lua_State *L = arg;
    lua_newtable(L);
    test_set_text(L, "kind", replay_kind_name(n->kind));
    test_set_integer(L, "event", n->event);
    test_set_integer(L, "at_ms", n->at_ms);
    test_set_text(L, "what", n->what);
    test_set_text(L, "order", n->order);
    test_set_text(L, "rule", n->rule);
    test_set_text(L, "file", n->file);
    test_set_integer(L, "line", n->line);
    test_set_text(L, "before", n->before);
    test_set_text(L, "now", n->now);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}

/* list -> list; the totals are its named members */
static void add_totals(lua_State *L, const struct replay_totals *t)
{
    test_set_integer(L, "compared", t->compared);
    test_set_integer(L, "same", t->same);
    test_set_integer(L, "orders", t->orders);
    test_set_integer(L, "versions", t->versions);
    test_set_integer(L, "passed", t->passed);
    lua_newtable(L);
    for (size_t i = 0; i < REPLAY_REASONS && t->reasons[i].why[0] != '\0'; i++)
        test_set_integer(L, t->reasons[i].why, t->reasons[i].count);
    lua_setfield(L, -2, "reasons");
}

/* A list of texts as a userdata that holds it. */
static const char *const *push_texts(lua_State *L, int index, size_t *count)
{
    *count = (size_t)lua_rawlen(L, index);
    const char **list = lua_newuserdatauv(L, (*count + 1) * sizeof *list, 0);
    for (size_t i = 0; i < *count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        list[i] = luaL_checkstring(L, -1); /* anchored by the table */
        lua_pop(L, 1);
    }
    return list;
}

/* host:backtest(folder, patterns | nil, since_ms) -> differences | nil, message */
static int l_test_backtest(lua_State *L)
{
    struct host *h = test_host_of(L);
    struct backtest_options o = {.folder = luaL_checkstring(L, 2),
                                 .there = h->store,
                                 .since_ms = luaL_checkinteger(L, 4),
                                 .fn = add_difference,
                                 .arg = L};
    struct replay_totals totals;
    struct fault f = {0};
    char *mistakes = NULL;
    if (!lua_isnil(L, 3))
        o.patterns = push_texts(L, 3, &o.pattern_count);
    o.mistakes = &mistakes;
    lua_newtable(L);
    if (store_commit(h->store, &f) != ERR_OK)
        return luaL_error(L, "%s", f.text);
    if (backtest_run(&o, &totals, &f) != ERR_OK) {
        lua_pushnil(L);
        lua_pushstring(L, mistakes != NULL ? mistakes : f.text);
        free(mistakes);
        return 2;
    }
    add_totals(L, &totals);
    return 1;
}

void test_backtest_open(lua_State *L)
{
    lua_pushcfunction(L, l_test_backtest);
    lua_setfield(L, -2, "backtest");
}
