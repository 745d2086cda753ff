/* Rules in a spec: events that a spec tells, and what came of them. */
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "bind/bind.h"
#include "bind/test.h"
#include "bind/value.h"
#include "store/hold.h"
#include "store/job.h"
#include "store/record.h"
#include "store/rule.h"
#include "store/run.h"
#include "store/verdict.h"
#include "workflow/round.h"
#include "workflow/rule_control.h"

static void check(lua_State *L, enum err e, const struct fault *f)
{
    if (e != ERR_OK)
        luaL_error(L, "%s", f->text);
}

/* ---- going on ---- */

static bool is_quiet(void *arg)
{
    const struct round_party *party = arg;
    return !party->busy(party->arg);
}

/* host:work(): rounds until the rules have nothing to do at this instant */
static int l_test_work(lua_State *L)
{
    struct host *h = test_host_of(L);
    if (test_rules_of(L) == NULL)
        return 0;
    struct round_party party = rules_party(test_rules_of(L));
    struct fault f = {0};
    check(L, round_run(h, &party, is_quiet, &party, INT64_MAX, &f), &f);
    return 0;
}

/* host:reload() -> true | nil, mistakes */
static int l_test_reload(lua_State *L)
{
    char *mistakes = NULL;
    struct fault f = {0};
    bool renewed;
    if (test_rules_of(L) == NULL)
        return luaL_error(L, "this host has no rules: test.host { rules = ... }");
    if (bind_reload(test_host_of(L), test_rules_of(L), test_project_of(L), &renewed,
                    &mistakes, &f) == ERR_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, mistakes != NULL ? mistakes : f.text);
    free(mistakes);
    return 2;
}

/* host:stop(): what runs ends as when dray is stopped; then comes host:restart() */
static int l_test_stop(lua_State *L)
{
    struct host *h = test_host_of(L);
    struct fault f = {0};
    check(L, rules_stop(test_rules_of(L), &f), &f);
    check(L, store_commit(h->store, &f), &f);
    return 0;
}

static enum err tell(struct host *h, const char *what, const char *number,
                     const struct json *detail, struct arena *a, struct fault *f)
{
    struct record r = {.account = ""};
    enum err e = ERR_OK;
    if (number != NULL)
        e = record_find_any(h->store, a, NULL, number, false, &r, f);
    return e == ERR_OK ? host_event(h, &r, what, detail, f) : e;
}

/* host:tell(what, order | nil, payload | nil): an event as dray itself tells it */
static int l_test_tell(lua_State *L)
{
    struct host *h = test_host_of(L);
    const char *what = luaL_checkstring(L, 2), *number = luaL_optstring(L, 3, NULL);
    struct json *detail = NULL;
    struct fault f = {0};
    struct arena a;
    arena_init(&a);
    enum err e = ERR_OK;
    if (lua_istable(L, 4))
        e = value_read(L, 4, "payload", &a, &detail, &f);
    if (e == ERR_OK)
        e = tell(h, what, number, detail, &a, &f);
    arena_clear(&a);
    check(L, e, &f);
    return 0;
}

/* host:pause(rule, why) and host:resume(rule, "run" | "drop") -> true | nil, message */
static int l_test_pause(lua_State *L)
{
    struct host *h = test_host_of(L);
    const char *rule = luaL_checkstring(L, 2);
    const struct decision d = {.actor = "ann", .why = luaL_checkstring(L, 3)};
    bool resume = lua_toboolean(L, lua_upvalueindex(1));
    int64_t waited;
    struct fault f = {0};
    enum err e =
        resume ? control_resume_rule(h, rule, strcmp(d.why, "drop") == 0, &d, &waited, &f)
               : control_pause_rule(h, rule, &d, &f);
    lua_pushboolean(L, e == ERR_OK);
    lua_pushstring(L, f.text);
    return 2;
}

/* ---- what there is, as plain tables ---- */

struct rows {
    lua_State *L;
    struct host *host;
    struct arena *arena;
    lua_Integer count;
    enum err err; /* of what is read beside a row */
    struct fault *fault;
};

static bool end_row(struct rows *r)
{
    lua_rawseti(r->L, -2, ++r->count);
    return true;
}

static bool add_run(void *arg, const struct run_row *run)
{
    struct rows *r = arg;
    struct run_row whole;
    if (run->rule == 0)
        return true;
    lua_newtable(r->L);
    test_set_integer(r->L, "id", run->id);
    test_set_text(r->L, "rule", run->script);
    test_set_text(r->L, "state", run_state_name(run->state));
    test_set_text(r->L, "error", run->error);
    test_set_integer(r->L, "event", run->event);
    test_set_integer(r->L, "tries", run->tries);
    r->err = run_get(r->host->store, r->arena, run->id, &whole, r->fault);
    if (r->err != ERR_OK)
        return false;
    test_set_text(r->L, "trace", whole.trace);
    return end_row(r);
}

/* host:runs() -> runs of rules, the newest first */
static int l_test_runs(lua_State *L)
{
    struct host *h = test_host_of(L);
    const struct run_filter filter = {0};
    struct fault f = {0};
    struct arena a;
    struct rows r = {.L = L, .host = h, .arena = &a, .fault = &f};
    arena_init(&a);
    lua_newtable(L);
    enum err e = run_each(h->store, &filter, add_run, &r, &f);
    e = e == ERR_OK ? r.err : e;
    arena_clear(&a);
    check(L, e, &f);
    return 1;
}

static bool add_rule(void *arg, const struct rule_row *row)
{
    struct rows *r = arg;
    const struct hold_filter filter = {.rule = row->id};
    struct hold *holds;
    size_t held = 0;
    int64_t jobs = 0;
    lua_newtable(r->L);
    test_set_text(r->L, "name", row->name);
    test_set_text(r->L, "file", row->file);
    test_set_text(r->L, "why", row->why);
    test_set_integer(r->L, "failures", row->failures);
    lua_pushboolean(r->L, row->paused_ms != 0);
    lua_setfield(r->L, -2, "paused");
    hold_list(r->host->store, r->arena, &filter, &holds, &held, NULL);
    test_set_integer(r->L, "holds", (lua_Integer)held);
    job_count(r->host->store, row->id, &jobs, NULL);
    test_set_integer(r->L, "jobs", jobs);
    return end_row(r);
}

/* host:rules() */
static int l_test_rules(lua_State *L)
{
    struct host *h = test_host_of(L);
    struct fault f = {0};
    struct arena a;
    struct rows r = {.L = L, .host = h, .arena = &a};
    arena_init(&a);
    lua_newtable(L);
    enum err e = rule_each(h->store, add_rule, &r, &f);
    arena_clear(&a);
    check(L, e, &f);
    return 1;
}

static bool add_verdict(void *arg, const struct verdict_row *v)
{
    struct rows *r = arg;
    struct rule_row rule;
    lua_newtable(r->L);
    test_set_text(r->L, "outcome", verdict_name(v->outcome));
    test_set_integer(r->L, "line", v->line);
    test_set_integer(r->L, "run", v->run);
    if (rule_get(r->host->store, r->arena, v->rule, &rule, NULL) == ERR_OK)
        test_set_text(r->L, "rule", rule.name);
    return end_row(r);
}

/* host:verdicts(event id) */
static int l_test_verdicts(lua_State *L)
{
    struct host *h = test_host_of(L);
    int64_t event = luaL_checkinteger(L, 2);
    struct fault f = {0};
    struct arena a;
    struct rows r = {.L = L, .host = h, .arena = &a};
    arena_init(&a);
    lua_newtable(L);
    enum err e = verdict_each(h->store, event, add_verdict, &r, &f);
    arena_clear(&a);
    check(L, e, &f);
    return 1;
}

void test_rules_open(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"work", l_test_work},   {"reload", l_test_reload},
        {"tell", l_test_tell},   {"runs", l_test_runs},
        {"rules", l_test_rules}, {"verdicts", l_test_verdicts},
        {"stop", l_test_stop},   {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
    lua_pushboolean(L, 0);
    lua_pushcclosure(L, l_test_pause, 1);
    lua_setfield(L, -2, "pause");
    lua_pushboolean(L, 1);
    lua_pushcclosure(L, l_test_pause, 1);
    lua_setfield(L, -2, "resume");
}
