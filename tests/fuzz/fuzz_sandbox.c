/* The sandbox: whatever the text of a script, loading and running it ends, within its
 * limits, and an honest script runs after it in the same state. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lua.h>

#include "engine/sandbox.h"
#include "engine/task.h"
#include "store/crash.h"

enum { MEMORY = 8 << 20, STEPS = 100000 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing here runs as a task, and no watchdog writes. */
struct sandbox_run *task_account(const struct task *t)
{
    (void)t;
    return NULL;
}

bool task_cancelled(const struct task *t)
{
    (void)t;
    return false;
}

bool crash_write(const char *folder, struct crash *c)
{
    (void)folder;
    (void)c;
    return false;
}

static void must(int condition)
{
    if (!condition)
        abort();
}

/* Runs a text on a thread of its own; false when it failed. */
static bool run(struct sandbox *b, const char *text, size_t len)
{
    struct fault f = {0};
    if (sandbox_load_text(b, "fuzz.lua", text, len, &f) != ERR_OK) {
        must(f.text[0] != '\0');
        return false;
    }
    lua_State *thread = lua_newthread(b->L);
    lua_insert(b->L, -2);
    lua_xmove(b->L, thread, 1);
    bool good = sandbox_call(b, thread, 0);
    must(good || lua_type(thread, -1) == LUA_TSTRING);
    lua_settop(b->L, 0);
    return good;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    must(freopen("/dev/null", "w", stdout) != NULL); /* scripts print */
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char honest[] =
        "local t = { 3, 1, 2 } table.sort(t) assert(table.concat(t) == '123')\n"
        "assert(('%d'):format(7) == '7' and ('ab'):find('b') == 2 and math.pi > 3)\n"
        "assert(not pcall(error, 'x') and setmetatable({}, { __index = { a = 1 } }).a)";
    const struct sandbox_limits limits = {.memory = MEMORY, .steps = STEPS};
    struct sandbox *b = sandbox_new(&limits);
    run(b, (const char *)data, size);
    must(sandbox_collect(b));
    must(run(b, honest, sizeof honest - 1));
    sandbox_free(b);
    return 0;
}
