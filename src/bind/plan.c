/* What a verb gives back to a script. */
#include "bind/plan.h"

#include "bind/bind.h"
#include "bind/handle.h"
#include "engine/sandbox.h"
#include "engine/script.h"
#include "engine/task.h"
#include "engine/trace.h"

/* What came of it, for the run's trace. */
static void note(lua_State *L, const char *verb, const struct plan *p)
{
    const struct task *t = task_self(L);
    const char *notes[] = {[PLAN_NEW] = NULL,
                           [PLAN_EXISTING] = "asked for before",
                           [PLAN_IMPOSSIBLE] = p->why};
    if (t != NULL)
        trace_verb(task_trace(t), L, verb, p->effect, notes[p->outcome]);
}

int plan_give(lua_State *L, const char *verb, const struct plan *p)
{
    note(L, verb, p);
    if (p->outcome == PLAN_IMPOSSIBLE) {
        lua_pushnil(L);
        lua_pushstring(L, p->why);
        return 2;
    }
    if (p->outcome == PLAN_EXISTING && sandbox_of(L)->script != NULL)
        script_meet(sandbox_of(L)->script, p->effect);
    handle_push(L, HANDLE_EFFECT, p->effect);
    return 1;
}
