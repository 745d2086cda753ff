/* parallel and sleep. try and pcall are plain words of every sandbox (engine/plain.c). */
#include <string.h>

#include "bind/bind.h"
#include "bind/handle.h"
#include "bind/time.h"
#include "engine/task.h"
#include "engine/trouble.h"

/* ---- sleep ---- */

struct sleeping {
    struct timer timer;
    struct loop *loop;
    struct task *task;
    uint64_t wait;
};

static void wake_up(void *arg)
{
    struct sleeping *s = arg;
    task_wake(s->task, s->wait);
}

static void stop_sleeping(void *op)
{
    struct sleeping *s = op;
    timer_stop(s->loop, &s->timer);
}

static int slept(lua_State *L, int status, lua_KContext ctx)
{
    (void)L;
    (void)status;
    (void)ctx;
    return 0;
}

/* sleep("5s") or sleep(seconds) */
static int l_tasks_sleep(lua_State *L)
{
    struct host *h = bind_host(L);
    struct task *t = task_may_wait(L, "sleep");
    int64_t ms = time_duration(L, 1, "sleep");
    struct sleeping *s = lua_newuserdatauv(L, sizeof *s, 0);
    *s = (struct sleeping){.loop = h->loop, .task = t};
    s->wait = task_wait(t, stop_sleeping, s);
    timer_set(h->loop, &s->timer, clock_mono_ms(h->clock) + ms, wake_up, s);
    return task_yield(L, slept, 0);
}

/* ---- parallel ---- */

enum { LIMIT_DEFAULT = 16, LIMIT_MAX = 1000, DEPTH_MAX = 16 };

/* One running call of the function. */
struct child {
    struct parallel *parallel;
    struct task *task; /* NULL: free */
    lua_Integer place; /* in the list */
};

/* Children run and end in the step, so a place in the registry holds what they need: the
 * function, the list, the results, the error. */
enum { PART_FN = 1, PART_LIST, PART_RESULTS, PART_ERROR };

struct parallel {
    struct task *task; /* who waits */
    uint64_t wait;
    struct sandbox *box;
    lua_Integer count; /* of the list */
    lua_Integer next;  /* place that is begun next */
    lua_Integer running;
    lua_Integer limit;
    bool failed;
    struct child children[];
};

/* Pushes a part of p on any thread of the state. */
static void push_part(lua_State *L, struct parallel *p, int part)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, p);
    lua_rawgeti(L, -1, part);
    lua_remove(L, -2);
}

/* What is on top of L becomes a part. */
static void set_part(lua_State *L, struct parallel *p, int part)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, p);
    lua_insert(L, -2);
    lua_rawseti(L, -2, part);
    lua_pop(L, 1);
}

static void forget_parts(struct parallel *p)
{
    lua_pushnil(p->box->L);
    lua_rawsetp(p->box->L, LUA_REGISTRYINDEX, p);
}

static void drop_children(struct parallel *p)
{
    for (lua_Integer i = 0; i < p->limit; i++) {
        if (p->children[i].task != NULL)
            task_drop(p->children[i].task);
        p->children[i].task = NULL;
    }
    p->running = 0;
}

static void withdraw_children(void *op)
{
    struct parallel *p = op;
    drop_children(p);
    forget_parts(p);
}

/* Pushes the member of the list at that place. */
static void push_member(lua_State *L, struct parallel *p, lua_Integer place)
{
    push_part(L, p, PART_LIST);
    if (lua_istable(L, -1))
        lua_rawgeti(L, -1, place);
    else
        list_at(L, -1, place);
    lua_remove(L, -2);
}

static void child_ended(void *arg, struct task *t);

static void begin_child(struct parallel *p, struct child *c)
{
    lua_State *L = p->box->L;
    struct task_options o = task_same(p->task);
    o.end = child_ended;
    o.arg = c;
    bool enforced = p->box->enforced;
    p->box->enforced = false; /* nothing here may raise */
    c->parallel = p;
    c->place = p->next++;
    p->running++;
    push_part(L, p, PART_FN);
    push_member(L, p, c->place);
    lua_pushinteger(L, c->place);
    p->box->enforced = enforced;
    c->task = task_new(task_all(p->task), &o, L, 2);
}

static void begin_more(struct parallel *p)
{
    for (lua_Integer i = 0; i < p->limit && p->next <= p->count; i++) {
        if (p->children[i].task == NULL)
            begin_child(p, &p->children[i]);
    }
}

/* The child's first result, or its error. */
static void keep_outcome(struct parallel *p, struct child *c, struct task *t)
{
    lua_State *L = p->box->L, *from = task_state(t);
    if (task_failed(t)) {
        lua_xmove(from, L, 1); /* the error value is on top */
        set_part(L, p, PART_ERROR);
        p->failed = true;
        return;
    }
    push_part(L, p, PART_RESULTS);
    if (lua_gettop(from) == 0) {
        lua_pushboolean(L, 0);
    } else {
        lua_settop(from, 1);
        lua_xmove(from, L, 1);
    }
    if (lua_isnil(L, -1)) { /* results have no holes */
        lua_pop(L, 1);
        lua_pushboolean(L, 0);
    }
    lua_rawseti(L, -2, c->place);
    lua_pop(L, 1);
}

/* In the step. The first error ends the others. */
static void child_ended(void *arg, struct task *t)
{
    struct child *c = arg;
    struct parallel *p = c->parallel;
    c->task = NULL;
    p->running--;
    keep_outcome(p, c, t);
    if (p->failed)
        drop_children(p);
    else
        begin_more(p);
    if (p->running == 0)
        task_wake(p->task, p->wait);
}

static int parallel_ended(lua_State *L, int status, lua_KContext ctx)
{
    struct parallel *p = lua_touserdata(L, -1);
    (void)status;
    (void)ctx;
    push_part(L, p, p->failed ? PART_ERROR : PART_RESULTS);
    forget_parts(p);
    return p->failed ? lua_error(L) : 1;
}

static lua_Integer check_limit(lua_State *L)
{
    lua_Integer limit = LIMIT_DEFAULT;
    if (!lua_isnoneornil(L, 3)) {
        luaL_checktype(L, 3, LUA_TTABLE);
        lua_pushliteral(L, "limit");
        if (lua_rawget(L, 3) != LUA_TNIL) {
            int whole;
            limit = lua_tointegerx(L, -1, &whole);
            if (!whole || limit < 1 || limit > LIMIT_MAX)
                trouble_error(L, ERR_INPUT,
                              "parallel: limit: expected a whole number from 1 to %d",
                              LIMIT_MAX);
        }
        lua_pop(L, 1);
    }
    return limit;
}

static lua_Integer check_list(lua_State *L)
{
    lua_Integer count = list_count(L, 1);
    if (count >= 0)
        return count;
    luaL_checktype(L, 1, LUA_TTABLE);
    const lua_Unsigned length = lua_rawlen(L, 1); /* huge where powers of two are keys */
    luaL_argcheck(L, length <= SANDBOX_LIST_MAX, 1, "more than a million members");
    return (lua_Integer)length;
}

/* A plain table is copied: the function may change it. */
static void push_list(lua_State *L, lua_Integer count)
{
    if (!lua_istable(L, 1)) {
        lua_pushvalue(L, 1);
        return;
    }
    lua_createtable(L, (int)count, 0);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, 1, i);
        lua_rawseti(L, -2, i);
    }
}

/* Leaves the new parallel on top of the stack. */
static struct parallel *parallel_new(lua_State *L, struct task *t, lua_Integer count,
                                     lua_Integer limit)
{
    size_t size = sizeof(struct parallel) + (size_t)limit * sizeof(struct child);
    struct parallel *p = lua_newuserdatauv(L, size, 0);
    memset(p, 0, size);
    p->task = t;
    p->box = sandbox_of(L);
    p->count = count;
    p->next = 1;
    p->limit = limit;
    lua_createtable(L, 4, 0);
    lua_pushvalue(L, 2);
    lua_rawseti(L, -2, PART_FN);
    push_list(L, count);
    lua_rawseti(L, -2, PART_LIST);
    lua_createtable(L, (int)count, 0);
    lua_rawseti(L, -2, PART_RESULTS);
    lua_rawsetp(L, LUA_REGISTRYINDEX, p);
    return p;
}

/* parallel(list, fn, { limit = n }) -> results of fn(member, place), in order */
static int l_tasks_parallel(lua_State *L)
{
    struct task *t = task_may_wait(L, "parallel");
    lua_Integer count = check_list(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_Integer limit = check_limit(L);
    if (task_depth(t) >= DEPTH_MAX)
        trouble_error(L, ERR_LIMIT, "parallel: within parallel calls %d deep", DEPTH_MAX);
    if (count == 0) {
        lua_newtable(L);
        return 1;
    }
    struct parallel *p = parallel_new(L, t, count, limit < count ? limit : count);
    p->wait = task_wait(t, withdraw_children, p);
    begin_more(p);
    return task_yield(L, parallel_ended, 0);
}

void bind_tasks_open(lua_State *L)
{
    static const luaL_Reg words[] = {
        {"parallel", l_tasks_parallel}, {"sleep", l_tasks_sleep}, {NULL, NULL}};
    luaL_setfuncs(L, words, 0);
}
