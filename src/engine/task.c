/* Runs that wait: queues, slices, waits. */
#include "engine/task.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/mem.h"
#include "engine/budget.h"
#include "engine/sandbox.h"
#include "engine/trace.h"
#include "engine/trouble.h"
#include "store/store.h"

enum task_stage { TASK_READY, TASK_RUNNING, TASK_WAITING, TASK_DONE, TASK_FAILED };

enum { TASK_STEPS = 500 }; /* what a new one costs its run, in instructions */

TAILQ_HEAD(task_queue, task);

struct task {
    struct tasks *all;
    struct sandbox *box;
    lua_State *L; /* anchored in the registry by the task's address */
    int64_t run;
    bool approve;
    struct trace *trace;         /* borrowed; NULL */
    struct sandbox_run own;      /* of a run's first task, */
    struct sandbox_run *account; /* and what all its tasks use */
    int depth;                   /* how many tasks it is a part of */
    bool heavy; /* a run that was ended for its budget or its memory: what it left is
                   collected */
    task_end_fn *end;
    void *end_arg;
    enum task_stage stage;
    int nargs;     /* of the first resume */
    uint64_t wait; /* number of the present or last wait */
    bool pending;  /* its operation has not ended */
    bool armed;    /* the continuation did not begin: withdraw is still to be called */
    bool durable;  /* it ends when all is durable */
    task_withdraw_fn *withdraw;
    void *op;
    lua_KFunction then;
    lua_KContext ctx;
    char *kill; /* why it is cancelled, or NULL */
    char *late; /* what the deadline says */
    char *error;
    struct timer deadline;
    struct task_queue *queue; /* that it stands in, or NULL */
    TAILQ_ENTRY(task) queue_link;
    LIST_ENTRY(task) link;
};

struct tasks {
    struct host *host;
    struct host_watch before; /* who watched the host until now */
    struct task_queue ready;
    struct task_queue batch; /* what this step resumes */
    LIST_HEAD(, task) list;
    LIST_HEAD(, task_watch) watches;
    size_t count;
    uint64_t waits;      /* numbers given out */
    tasks_look_fn *look; /* NULL: what tasks write is kept */
    void *look_arg;
};

/* ---- all tasks ---- */

static void heard_effect(void *arg, const struct effect *e)
{
    struct tasks *ts = arg;
    struct task_watch *next;
    for (struct task_watch *w = LIST_FIRST(&ts->watches); w != NULL; w = next) {
        next = LIST_NEXT(w, link);
        if (w->effect != 0 && w->effect != e->id)
            continue;
        task_watch_stop(w);
        task_wake(w->task, w->wait);
    }
    if (ts->before.effect != NULL)
        ts->before.effect(ts->before.arg, e);
}

static void heard_record(void *arg, const struct record *r, const char *what)
{
    struct tasks *ts = arg;
    if (ts->before.record != NULL)
        ts->before.record(ts->before.arg, r, what);
}

struct tasks *tasks_new(struct host *h)
{
    struct tasks *ts = mem_new(sizeof *ts);
    ts->host = h;
    ts->before = h->watch;
    h->watch =
        (struct host_watch){.effect = heard_effect, .record = heard_record, .arg = ts};
    TAILQ_INIT(&ts->ready);
    TAILQ_INIT(&ts->batch);
    LIST_INIT(&ts->list);
    LIST_INIT(&ts->watches);
    return ts;
}

void tasks_free(struct tasks *ts)
{
    if (ts == NULL)
        return;
    while (!LIST_EMPTY(&ts->list))        /* who is dropped may drop others */
        task_drop(LIST_FIRST(&ts->list)); /* NOLINT(clang-analyzer-unix.Malloc) */
    ts->host->watch = ts->before;
    free(ts);
}

void tasks_look(struct tasks *ts, tasks_look_fn *look, void *arg)
{
    ts->look = look;
    ts->look_arg = arg;
}

size_t tasks_count(const struct tasks *ts)
{
    return ts->count;
}

/* ---- one task ---- */

static void enqueue(struct task *t)
{
    if (t->queue != NULL)
        return;
    t->queue = &t->all->ready;
    TAILQ_INSERT_TAIL(t->queue, t, queue_link);
}

static void dequeue(struct task *t)
{
    if (t->queue == NULL)
        return;
    TAILQ_REMOVE(t->queue, t, queue_link);
    t->queue = NULL;
}

struct task *task_new(struct tasks *ts, const struct task_options *o, lua_State *from,
                      int nargs)
{
    struct task *t = mem_new(sizeof *t);
    bool enforced = o->box->enforced;
    o->box->enforced = false; /* nothing below may raise */
    t->all = ts;
    t->box = o->box;
    t->run = o->run;
    t->approve = o->approve;
    t->trace = o->trace;
    t->own = (struct sandbox_run){
        .file = o->file, .version = o->version, .what = o->what, .id = o->run};
    t->account = o->parent != NULL ? o->parent->account : &t->own;
    t->account->used += TASK_STEPS;
    t->depth = o->parent != NULL ? o->parent->depth + 1 : 0;
    t->end = o->end;
    t->end_arg = o->arg;
    t->nargs = nargs;
    t->L = lua_newthread(o->box->L);
    lua_rawsetp(o->box->L, LUA_REGISTRYINDEX, t);
    lua_xmove(from, t->L, nargs + 1);
    o->box->enforced = enforced;
    LIST_INSERT_HEAD(&ts->list, t, link);
    ts->count++;
    enqueue(t);
    return t;
}

static void withdraw(struct task *t)
{
    bool armed = t->armed;
    t->pending = t->armed = t->durable = false;
    if (armed && t->withdraw != NULL)
        t->withdraw(t->op);
}

void task_drop(struct task *t)
{
    withdraw(t);
    dequeue(t);
    timer_stop(t->all->host->loop, &t->deadline);
    LIST_REMOVE(t, link);
    t->all->count--;
    lua_pushnil(t->box->L);
    lua_rawsetp(t->box->L, LUA_REGISTRYINDEX, t);
    free(t->kill);
    free(t->late);
    free(t->error);
    free(t);
}

void task_cancel(struct task *t, const char *why)
{
    if (t->kill != NULL || t->stage == TASK_DONE || t->stage == TASK_FAILED)
        return;
    t->kill = mem_text(why);
    if (t->stage == TASK_WAITING)
        enqueue(t);
}

bool task_cancelled(const struct task *t)
{
    return t->kill != NULL;
}

static void too_late(void *arg)
{
    struct task *t = arg;
    task_cancel(t, t->late);
}

void task_deadline(struct task *t, int64_t mono_ms, const char *why)
{
    free(t->late);
    t->late = mem_text(why);
    timer_set(t->all->host->loop, &t->deadline, mono_ms, too_late, t);
}

lua_State *task_state(const struct task *t)
{
    return t->L;
}

struct tasks *task_all(const struct task *t)
{
    return t->all;
}

int64_t task_run(const struct task *t)
{
    return t->run;
}

struct task_options task_same(struct task *t)
{
    return (struct task_options){.box = t->box,
                                 .run = t->run,
                                 .parent = t,
                                 .approve = t->approve,
                                 .trace = t->trace};
}

struct trace *task_trace(const struct task *t)
{
    return t->trace;
}

struct sandbox_run *task_account(const struct task *t)
{
    return t->account;
}

int task_depth(const struct task *t)
{
    return t->depth;
}

bool task_failed(const struct task *t)
{
    return t->stage == TASK_FAILED;
}

const char *task_error(const struct task *t)
{
    return t->error != NULL ? t->error : "";
}

/* ---- slices ---- */

/* Lua itself says only "not enough memory" and "C stack overflow", without a place. */
static void explain(struct task *t, int status)
{
    const bool text = lua_type(t->L, -1) == LUA_TSTRING;
    const bool deep = text && strcmp(lua_tostring(t->L, -1), "C stack overflow") == 0;
    if (status != LUA_ERRMEM && !deep)
        return;
    lua_pop(t->L, 1);
    sandbox_where(t->L);
    if (deep)
        lua_pushliteral(t->L, "calls within calls too deep (a function that calls itself "
                              "without end?)");
    else
        lua_pushfstring(t->L, "not enough memory: a script may use %d MiB",
                        (int)(t->box->memory >> 20));
    lua_concat(t->L, 2);
}

/* The error value stays on the dead thread; the text and its traceback are kept. */
static void describe(struct task *t, int status)
{
    lua_State *L = t->box->L;
    explain(t, status);
    lua_xmove(t->L, L, 1);
    trouble_push_clean(L, -1);
    luaL_traceback(L, t->L, lua_tostring(L, -1), 0);
    t->error = mem_text(lua_tostring(L, -1));
    lua_pop(L, 2);
    lua_xmove(L, t->L, 1);
}

static void finish(struct task *t)
{
    struct sandbox *heavy = t->heavy ? t->box : NULL;
    timer_stop(t->all->host->loop, &t->deadline);
    if (t->end != NULL)
        t->end(t->end_arg, t);
    task_drop(t);
    if (heavy != NULL)
        sandbox_collect(heavy);
}

/* The store does not go on; neither does the task. */
static void fail_store(struct task *t, const struct fault *f)
{
    t->stage = TASK_FAILED;
    free(t->error);
    t->error = mem_text(f->text);
    lua_settop(t->L, 0);
    lua_pushstring(t->L, f->text);
    finish(t);
}

static int run_slice(struct task *t)
{
    struct host *h = t->all->host;
    int nargs = t->nargs, results;
    t->nargs = 0;
    t->stage = TASK_RUNNING;
    h->run = t->run;
    h->approve = t->approve;
    host_still(h, true);
    sandbox_enter(t->box, t);
    budget_arm(t->L);
    int status = lua_resume(t->L, t->box->L, nargs, &results);
    sandbox_leave(t->box);
    host_still(h, false);
    h->run = 0;
    h->approve = false;
    if (status == LUA_YIELD)
        lua_pop(t->L, results);
    return status;
}

static enum err end_slice(struct task *t, int status, struct fault *f)
{
    struct store *s = t->all->host->store;
    const bool well = status == LUA_OK || status == LUA_YIELD;
    if (well && t->all->look != NULL)
        t->all->look(t->all->look_arg);
    return well && t->all->look == NULL ? store_slice_keep(s, f) : store_slice_undo(s, f);
}

static void after_slice(struct task *t, int status)
{
    if (status == LUA_YIELD) {
        t->stage = TASK_WAITING;
        if (!t->pending || t->kill != NULL)
            enqueue(t);
        return;
    }
    t->stage = status == LUA_OK ? TASK_DONE : TASK_FAILED;
    t->heavy = t->account == &t->own && (status == LUA_ERRMEM || t->own.spent);
    if (t->stage == TASK_FAILED)
        describe(t, status);
    withdraw(t); /* begun, and an error before the yield */
    finish(t);
}

static void resume(struct task *t)
{
    struct fault f = {0};
    if (t->kill != NULL)
        withdraw(t);
    if (store_slice_begin(t->all->host->store, &f) != ERR_OK) {
        fail_store(t, &f);
        return;
    }
    int status = run_slice(t);
    if (end_slice(t, status, &f) != ERR_OK)
        fail_store(t, &f);
    else
        after_slice(t, status);
}

/* Who becomes ready meanwhile waits for the next step, so that none keeps the round. */
static void party_step(void *arg)
{
    struct tasks *ts = arg;
    struct task *t;
    TAILQ_CONCAT(&ts->batch, &ts->ready, queue_link);
    for (t = TAILQ_FIRST(&ts->batch); t != NULL; t = TAILQ_NEXT(t, queue_link))
        t->queue = &ts->batch;
    while (!TAILQ_EMPTY(&ts->batch)) {
        t = TAILQ_FIRST(&ts->batch); /* those that are dropped leave the queue */
        dequeue(t);                  /* NOLINT(clang-analyzer-unix.Malloc) */
        resume(t);
    }
}

static void party_durable(void *arg)
{
    struct tasks *ts = arg;
    for (struct task *t = LIST_FIRST(&ts->list); t != NULL; t = LIST_NEXT(t, link)) {
        if (t->durable)
            task_wake(t, t->wait);
    }
}

static bool party_busy(void *arg)
{
    const struct tasks *ts = arg;
    return !TAILQ_EMPTY(&ts->ready);
}

struct round_party tasks_party(struct tasks *ts)
{
    return (struct round_party){
        .step = party_step, .durable = party_durable, .busy = party_busy, .arg = ts};
}

/* ---- for bindings ---- */

struct task *task_self(lua_State *L)
{
    return sandbox_of(L)->current;
}

void task_may_act(lua_State *L, const char *word)
{
    const char *refuse = sandbox_of(L)->refuse;
    if (refuse != NULL)
        trouble_error(L, ERR_STATE, "%s: %s", word, refuse);
}

struct task *task_may_wait(lua_State *L, const char *word)
{
    struct task *t = task_self(L);
    task_may_act(L, word);
    if (t == NULL || !lua_isyieldable(L))
        trouble_error(L, ERR_STATE, "%s: cannot wait here", word);
    return t;
}

uint64_t task_wait(struct task *t, task_withdraw_fn *fn, void *op)
{
    assert(!t->pending);
    t->wait = ++t->all->waits;
    t->pending = t->armed = true;
    t->withdraw = fn;
    t->op = op;
    return t->wait;
}

void task_wait_drop(struct task *t)
{
    t->pending = t->armed = false;
}

bool task_wake(struct task *t, uint64_t wait)
{
    if (!t->pending || t->wait != wait)
        return false;
    t->pending = false;
    t->durable = false;
    if (t->stage == TASK_WAITING)
        enqueue(t);
    return true;
}

static int resumed(lua_State *L, int status, lua_KContext ctx)
{
    struct task *t = task_self(L);
    (void)ctx;
    if (t->kill != NULL)
        return trouble_error(L, ERR_CANCELLED, "%s", t->kill);
    t->armed = false;
    trace_waited(t->trace);
    return t->then(L, status, t->ctx);
}

int task_yield(lua_State *L, lua_KFunction then, lua_KContext ctx)
{
    struct task *t = task_self(L);
    t->then = then;
    t->ctx = ctx;
    trace_wait(t->trace, L);
    return lua_yieldk(L, 0, 0, resumed);
}

int task_yield_durable(lua_State *L, lua_KFunction then, lua_KContext ctx)
{
    struct task *t = task_self(L);
    task_wait(t, NULL, NULL);
    t->durable = true;
    return task_yield(L, then, ctx);
}

void task_watch_set(struct task_watch *w, struct task *t, uint64_t wait, int64_t effect)
{
    w->task = t;
    w->wait = wait;
    w->effect = effect;
    if (!w->set)
        LIST_INSERT_HEAD(&t->all->watches, w, link);
    w->set = true;
}

void task_watch_stop(struct task_watch *w)
{
    if (w->set)
        LIST_REMOVE(w, link);
    w->set = false;
}
