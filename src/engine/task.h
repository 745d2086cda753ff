/* Runs that wait: one Lua thread each, resumed in rounds (design 6; laws 2, 8;
 * lua-hosts.md 2.4).
 *
 * A slice is what runs from one wait to the next. What it wrote is kept at the wait or at
 * the successful end, and undone when it fails. Completions only mark a task; it goes on
 * in the party's step. A binding that waits has three parts:
 *
 *     start     id = task_wait(t, withdraw, op); begin the operation; return
 * task_yield(L, then); then      the continuation, with the binding's stack as it was;
 * reads the outcome from op withdraw  ends the operation without a completion; called
 * when the task is cancelled
 *
 * `op` lives in a userdata on the binding's stack. */
#ifndef DRAY_ENGINE_TASK_H
#define DRAY_ENGINE_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <lua.h>

#include "base/fault.h"
#include "store/effect.h"
#include "workflow/host.h"
#include "workflow/round.h"

struct sandbox;
struct tasks;
struct task;
struct trace;

/* All tasks of a host. Takes h->watch, and passes on what it hears to who had it before.
 */
struct tasks *tasks_new(struct host *h);
/* Drops what is left and gives h->watch back. NULL is fine. */
void tasks_free(struct tasks *ts);
struct round_party tasks_party(struct tasks *ts);
/* From now on what tasks write is never kept: it is shown at the end of each slice that
 * went well, and then undone. */
typedef void tasks_look_fn(void *arg);
void tasks_look(struct tasks *ts, tasks_look_fn *look, void *arg);
size_t tasks_count(const struct tasks *ts);

/* How a task ended: called once in the step, after its last slice was kept or undone; the
 * task is gone afterwards, its sandbox must not be (a run that was ended for its budget
 * or its memory is cleared away then). Results or the error value are on task_state(t).
 * Not called for dropped tasks. */
typedef void task_end_fn(void *arg, struct task *t);

struct task_options {
    struct sandbox *box;
    int64_t run;         /* in whose name it acts; 0: nobody's */
    bool approve;        /* what it plans waits for a person */
    struct trace *trace; /* of what it does; borrowed; NULL: none */
    struct task *parent; /* a part of that one's run (parallel): shares its budget, ends
                            before it; NULL: a run of its own, which is called */
    const char *file, *version, *what; /* so (struct sandbox_run); borrowed */
    task_end_fn *end;
    void *arg;
};
/* A new task that is ready to run: the function and its `nargs` arguments are taken from
 * the top of `from`, a thread of the same state. Never raises. */
struct task *task_new(struct tasks *ts, const struct task_options *o, lua_State *from,
                      int nargs);
/* Ends it without running it: its wait is withdrawn, nobody is told. */
void task_drop(struct task *t);
/* The next step raises `why` at the point where it waits, and nothing can catch that.
 * `why` is copied. Callable from anywhere. */
void task_cancel(struct task *t, const char *why);
bool task_cancelled(const struct task *t);
/* Cancels it at that monotonic instant. */
void task_deadline(struct task *t, int64_t mono_ms, const char *why);

lua_State *task_state(const struct task *t);
struct tasks *task_all(const struct task *t);
int64_t task_run(const struct task *t);
/* In whose name it acts, for a task that helps it (parallel): box, run, approve, trace.
 */
struct task_options task_same(struct task *t);
struct trace *task_trace(const struct task *t);
/* What its run may use up; for the sandbox. */
struct sandbox_run *task_account(const struct task *t);
/* How many tasks it is a part of: 0 for a run of its own. */
int task_depth(const struct task *t);
bool task_failed(const struct task *t);
/* With a failed one: "day.lua:12: …" and the traceback; "" else. Also when the store
 * failed. */
const char *task_error(const struct task *t);

/* ---- for bindings ---- */

/* The running task, or NULL: a chunk that only loads. */
struct task *task_self(lua_State *L);
/* The running task; raises "WORD: cannot wait here" when it may not yield. */
struct task *task_may_wait(lua_State *L, const char *word);
/* For words that change something; raises where nothing may act: in `when`, while a file
 * loads. */
void task_may_act(lua_State *L, const char *word);

typedef void task_withdraw_fn(void *op);
/* The task begins a wait; gives its number. `withdraw` may be NULL when nothing is
 * pending. */
uint64_t task_wait(struct task *t, task_withdraw_fn *withdraw, void *op);
/* The operation could not be started after all. */
void task_wait_drop(struct task *t);
/* The operation ended; the task goes on in the next step. Also right within the start.
 * False for a wait that is over: nothing happens. */
bool task_wake(struct task *t, uint64_t wait);
/* Yields until the wait is over, then calls `then(L, LUA_YIELD, ctx)`, or raises when the
 * task was cancelled meanwhile. */
int task_yield(lua_State *L, lua_KFunction then, lua_KContext ctx);
/* Yields until everything that was written so far is durable. */
int task_yield_durable(lua_State *L, lua_KFunction then, lua_KContext ctx);

/* Wakes a wait when an effect has a new state. Embedded in an op. */
struct task_watch {
    int64_t effect; /* 0: any */
    struct task *task;
    uint64_t wait;
    bool set;
    LIST_ENTRY(task_watch) link;
};
void task_watch_set(struct task_watch *w, struct task *t, uint64_t wait, int64_t effect);
void task_watch_stop(struct task_watch *w);

#endif
