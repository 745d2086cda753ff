/* The budget of a run: the hook, charges of functions in C, and slices. */
#include "engine/budget.h"

#include <lauxlib.h>

#include "engine/task.h"
#include "engine/watchdog.h"

enum {
    STEP_BYTES = 64 /* copied, compared or looked through in the time of one */
};

/* ---- the end of a run ---- */

static const char *why(const struct sandbox *b)
{
    if (watchdog_late())
        return "this run kept the processor too long without waiting";
    if (b->run->used + b->granted - b->steps >= b->run_steps_max)
        return "this run used up its instructions (an endless loop?)";
    return "this script ran too long without waiting (an endless loop?)";
}

/* At once again if it was caught. */
static void end_run(lua_State *L, struct sandbox *b)
{
    b->run->spent = true;
    lua_sethook(L, budget_look, LUA_MASKCOUNT, 1);
    sandbox_where(L);
    lua_pushstring(L, why(b));
    lua_concat(L, 2);
    lua_error(L);
}

static void take(struct sandbox *b, uint64_t steps)
{
    b->steps -= steps < (uint64_t)b->steps_max ? (int64_t)steps : b->steps_max;
}

void budget_look(lua_State *L, lua_Debug *ar)
{
    struct sandbox *b = sandbox_of(L);
    if (!b->enforced)
        return;
    take(b, BUDGET_STEP);
    lua_getinfo(L, "Sl", ar);
    watchdog_note(ar->short_src, ar->currentline);
    if (b->steps <= 0 || b->run->spent || watchdog_late())
        end_run(L, b);
}

void budget_hook_on(lua_State *L)
{
    lua_sethook(L, budget_look, LUA_MASKCOUNT, BUDGET_STEP);
}

void budget_arm(lua_State *L)
{
    const struct sandbox *b = sandbox_of(L);
    if (b->steps <= 0 || b->run->spent)
        lua_sethook(L, budget_look, LUA_MASKCOUNT, 1);
}

/* ---- charges ---- */

void budget_charge(lua_State *L, uint64_t steps)
{
    struct sandbox *b = sandbox_of(L);
    if (!b->enforced)
        return;
    take(b, steps);
    if (b->steps <= 0 || watchdog_late())
        end_run(L, b);
}

void budget_charge_bytes(lua_State *L, size_t bytes)
{
    budget_charge(L, bytes / STEP_BYTES);
}

void budget_charge_memory(struct sandbox *b, size_t bytes)
{
    if (b->enforced)
        take(b, bytes / STEP_BYTES);
}

void budget_note(lua_State *L)
{
    lua_Debug ar;
    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline > 0) {
            watchdog_note(ar.short_src, ar.currentline);
            return;
        }
    }
}

/* ---- slices ---- */

void sandbox_enter(struct sandbox *b, struct task *t)
{
    b->current = t;
    b->slice++;
    b->own.used = 0;
    b->own.spent = false;
    b->run = t != NULL ? task_account(t) : &b->own;
    const int64_t left = b->run_steps_max - b->run->used;
    b->steps = b->granted = left < b->steps_max ? left : b->steps_max;
    b->enforced = true;
    watchdog_begin(b->run);
}

void sandbox_leave(struct sandbox *b)
{
    watchdog_end();
    b->run->used += b->granted - b->steps;
    b->run = &b->own;
    b->steps = INT64_MAX;
    b->enforced = false;
    b->current = NULL;
}

bool sandbox_doomed(lua_State *L)
{
    const struct sandbox *b = sandbox_of(L);
    return b->run->spent || (b->current != NULL && task_cancelled(b->current));
}

bool sandbox_collect(struct sandbox *b)
{
    lua_gc(b->L, LUA_GCCOLLECT);
    return b->used <= b->memory;
}
