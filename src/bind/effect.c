/* Effects as a script sees them, waiting for one, and settle() for all of a run. */
#include <string.h>

#include "base/instant.h"
#include "bind/bind.h"
#include "bind/handle.h"
#include "bind/time.h"
#include "engine/task.h"
#include "engine/trouble.h"
#include "store/effect.h"
#include "workflow/prover.h"

/* ---- fields ---- */

static struct effect read_effect(lua_State *L, int64_t id)
{
    struct effect e = {0};
    struct fault f = {0};
    struct arena *a = bind_scratch(L);
    trouble_check(L, effect_get(bind_host(L)->store, a, id, false, &e, &f), &f);
    return e;
}

static void push_id(lua_State *L, int64_t id)
{
    lua_pushinteger(L, id);
}

static void push_kind(lua_State *L, int64_t id)
{
    lua_pushstring(L, effect_kind_name(read_effect(L, id).kind));
}

static void push_verb(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_effect(L, id).verb);
}

static void push_state(lua_State *L, int64_t id)
{
    lua_pushstring(L, effect_state_name(read_effect(L, id).state));
}

static void push_why(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_effect(L, id).why);
}

static void push_evidence(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_effect(L, id).evidence);
}

static void push_transaction(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_effect(L, id).transaction);
}

static void push_order(lua_State *L, int64_t id)
{
    handle_push_record(L, HANDLE_ORDER, read_effect(L, id).record);
}

static void push_shipment(lua_State *L, int64_t id)
{
    handle_push_record(L, HANDLE_SHIPMENT, read_effect(L, id).record);
}

static const struct handle_field fields[] = {
    {"id", push_id},
    {"kind", push_kind},
    {"verb", push_verb},
    {"state", push_state},
    {"why", push_why},
    {"evidence", push_evidence},
    {"transactionId", push_transaction},
    {"order", push_order},
    {"shipment", push_shipment},
    {NULL, NULL},
};

/* ---- effect:wait() ---- */

/* All but these have ended, as far as a run is concerned: they are final, a person's, or
 * planned only (`writes = "observe"`). */
static const unsigned open_states = 1u << EFFECT_WAITING | 1u << EFFECT_READY |
                                    1u << EFFECT_SENDING | 1u << EFFECT_ACCEPTED |
                                    1u << EFFECT_UNKNOWN;

static bool has_ended(const struct effect *e)
{
    return (open_states & 1u << e->state) == 0;
}

/* What only its transaction could prove is assumed for good when that stays silent, a
 * delivery status of one package among several when the shipment does not show it, and a
 * print until the floor says that it came out. */
static bool stays_assumed(lua_State *L, const struct effect *e)
{
    return (e->kind == EFFECT_SCAN || e->kind == EFFECT_PRINT ||
            e->kind == EFFECT_STATUS) &&
           strcmp(effect_shown(e, host_now(bind_host(L))), "assumed") == 0;
}

static bool keep_first(void *arg, const struct effect *e)
{
    int64_t *id = arg;
    *id = e->id;
    return false;
}

/* An effect of that order that goes on by itself; 0 when only a person can move any. */
static int64_t order_mover(lua_State *L, int64_t record)
{
    struct effect_filter filter = {
        .record = record,
        .kinds = ~(1u << EFFECT_PRINT) & ((1u << EFFECT_KIND_COUNT) - 1), /* moves none */
        .states = open_states & ~(1u << EFFECT_WAITING),
        .limit = 1};
    struct fault f = {0};
    struct store *s = bind_host(L)->store;
    int64_t id = 0;
    trouble_check(L, effect_each(s, &filter, keep_first, &id, &f), &f);
    filter.states = 1u << EFFECT_WAITING;
    filter.due_ms = INT64_MAX - 1;
    if (id == 0)
        trouble_check(L, effect_each(s, &filter, keep_first, &id, &f), &f);
    return id;
}

/* Which effect to wait for so that this one goes on: itself, or, when it waits for
 * another of its order, that one. 0: it has ended, or a person must move something first.
 */
static int64_t mover(lua_State *L, const struct effect *e)
{
    if (has_ended(e) || (e->state == EFFECT_ACCEPTED && stays_assumed(L, e)))
        return 0;
    if (e->state != EFFECT_WAITING || e->next_ms != INT64_MAX)
        return e->id;
    return order_mover(L, e->record);
}

struct waiting {
    struct task_watch watch;
    struct prover_wait wait;
};

static void stop_waiting(void *op)
{
    struct waiting *w = op;
    task_watch_stop(&w->watch);
    prover_wait_end(&w->wait);
}

/* effect, waiting: looks, and waits again when it has not ended */
static int wait_more(lua_State *L, int status, lua_KContext ctx)
{
    struct waiting *w = lua_touserdata(L, 2);
    struct task *t = task_self(L);
    struct fault f = {0};
    (void)status;
    stop_waiting(w); /* whatever raises below */
    struct effect e = read_effect(L, handle_check(L, 1, HANDLE_EFFECT));
    const int64_t next = mover(L, &e);
    if (next == 0) {
        lua_pushstring(L, effect_state_name(e.state));
        return 1;
    }
    trouble_check(L, prover_wait_begin(bind_host(L), &w->wait, next, &f), &f);
    task_watch_set(&w->watch, t, task_wait(t, stop_waiting, w), next);
    return task_yield(L, wait_more, ctx);
}

/* effect:wait() -> state; also while it waits, when only a person can move it */
static int l_effect_wait(lua_State *L)
{
    handle_check(L, 1, HANDLE_EFFECT);
    task_may_wait(L, "effect:wait");
    lua_settop(L, 1);
    struct waiting *w = lua_newuserdatauv(L, sizeof *w, 0);
    *w = (struct waiting){0};
    return wait_more(L, LUA_OK, 0);
}

/* ---- settle() ---- */

struct settle {
    struct task_watch watch;
    struct host *host;
    struct timer timer;
    struct task *task;
    uint64_t wait;
    int64_t until_ms; /* monotonic; INT64_MAX: no end */
    bool eager;       /* counted in host->eager */
    lua_Integer at;   /* place in the list of open ones; those before it have ended */
    size_t met_at;    /* the same among effects of earlier runs */
};

static void settle_stop(void *op)
{
    struct settle *s = op;
    task_watch_stop(&s->watch);
    timer_stop(s->host->loop, &s->timer);
    if (s->eager)
        s->host->eager--;
    s->eager = false;
}

static void settle_late(void *arg)
{
    struct settle *s = arg;
    task_wake(s->task, s->wait);
}

/* How many effects are in each state. */
struct tally {
    lua_Integer states[EFFECT_STATE_COUNT];
};

static bool count_effect(void *arg, const struct effect *e)
{
    struct tally *t = arg;
    t->states[e->state]++;
    return true;
}

/* Effects of earlier runs that this one asked for again. */
static const int64_t *met(lua_State *L, size_t *count)
{
    const struct script *script = sandbox_of(L)->script;
    *count = 0;
    return script == NULL ? NULL : script_met(script, count);
}

static void push_tally(lua_State *L, int64_t run)
{
    struct tally t = {0};
    struct effect_filter filter = {.run = run};
    struct fault f = {0};
    size_t count;
    const int64_t *ids = met(L, &count);
    trouble_check(L, effect_each(bind_host(L)->store, &filter, count_effect, &t, &f), &f);
    for (size_t i = 0; i < count; i++)
        t.states[read_effect(L, ids[i]).state]++;
    lua_createtable(L, 0, EFFECT_STATE_COUNT);
    for (int state = 0; state < EFFECT_STATE_COUNT; state++) {
        if (t.states[state] == 0)
            continue;
        lua_pushinteger(L, t.states[state]);
        lua_setfield(L, -2, effect_state_name((enum effect_state)state));
    }
}

struct gathering {
    struct arena *arena;
    struct id_list ids;
};

static bool gather(void *arg, const struct effect *e)
{
    struct gathering *g = arg;
    id_list_add(g->arena, &g->ids, e->id);
    return true;
}

/* Puts the list of the run's open effects at index 3. */
static void list_open(lua_State *L, int64_t run)
{
    struct gathering g = {.arena = bind_scratch(L)};
    struct effect_filter filter = {.run = run, .states = open_states};
    struct fault f = {0};
    trouble_check(L, effect_each(bind_host(L)->store, &filter, gather, &g, &f), &f);
    list_push(L, HANDLE_EFFECT, &g.ids);
    lua_insert(L, 3);
    lua_settop(L, 3);
}

/* What to wait for: the first of the list at index 3 that has not ended; 0 when all have.
 */
static int64_t open_of_list(lua_State *L, struct settle *s)
{
    for (lua_Integer count = list_count(L, 3); s->at < count; s->at++) {
        struct effect e = read_effect(L, list_id(L, 3, s->at + 1));
        int64_t next = mover(L, &e);
        if (next != 0)
            return next;
    }
    return 0;
}

static int64_t open_of_met(lua_State *L, struct settle *s)
{
    size_t count;
    const int64_t *ids = met(L, &count);
    for (; s->met_at < count; s->met_at++) {
        struct effect e = read_effect(L, ids[s->met_at]);
        int64_t next = mover(L, &e);
        if (next != 0)
            return next;
    }
    return 0;
}

/* Some effect that has not ended yet, or 0. It looks at each as rarely as it can: there
 * may be thousands. */
static int64_t next_open(lua_State *L, struct settle *s, int64_t run)
{
    int64_t id = open_of_list(L, s);
    if (id == 0) { /* others may have come since */
        list_open(L, run);
        s->at = 0;
        id = open_of_list(L, s);
    }
    return id != 0 ? id : open_of_met(L, s);
}

static void settle_begin(struct settle *s, struct task *t, int64_t effect)
{
    s->task = t;
    s->wait = task_wait(t, settle_stop, s);
    task_watch_set(&s->watch, t, s->wait, effect);
    if (s->until_ms != INT64_MAX)
        timer_set(s->host->loop, &s->timer, s->until_ms, settle_late, s);
    if (!s->eager)
        s->host->eager++;
    s->eager = true;
}

/* options, settle, list */
static int settle_more(lua_State *L, int status, lua_KContext ctx)
{
    struct settle *s = lua_touserdata(L, 2);
    struct task *t = task_self(L);
    (void)status;
    settle_stop(s); /* whatever raises below */
    int64_t open = next_open(L, s, task_run(t));
    if (open == 0 || clock_mono_ms(s->host->clock) >= s->until_ms) {
        push_tally(L, task_run(t));
        return 1;
    }
    settle_begin(s, t, open);
    return task_yield(L, settle_more, ctx);
}

/* settle { timeout = "30m" } -> { succeeded = 12, held = 1, ... } */
static int l_effect_settle(lua_State *L)
{
    static const char *const names[] = {"timeout", NULL};
    struct host *h = bind_host(L);
    struct task *t = task_may_wait(L, "settle");
    options_check(L, "settle", names);
    struct settle *s = lua_newuserdatauv(L, sizeof *s, 0);
    *s = (struct settle){.host = h, .until_ms = INT64_MAX};
    lua_getfield(L, 1, "timeout");
    if (!lua_isnil(L, -1))
        s->until_ms = clock_mono_ms(h->clock) + time_duration(L, -1, "settle: timeout");
    lua_pop(L, 1);
    struct fault f = {0};
    trouble_check(L, prover_hurry(h, &f), &f);
    list_open(L, task_run(t));
    return settle_more(L, LUA_OK, 0);
}

void bind_effect_open(lua_State *L)
{
    static const luaL_Reg methods[] = {{"wait", l_effect_wait}, {NULL, NULL}};
    handle_define(L, HANDLE_EFFECT, methods, fields);
    lua_pop(L, 1);
    lua_pushcfunction(L, l_effect_settle);
    lua_setfield(L, -2, "settle");
}
