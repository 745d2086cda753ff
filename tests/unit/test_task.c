/* Tasks: waiting, waking, withdrawing, slices. The operations are scripted here. */
#include "check.h"

#include <lauxlib.h>

#include "base/clock.h"
#include "engine/sandbox.h"
#include "engine/task.h"
#include "engine/trouble.h"
#include "net/loop.h"
#include "store/store.h"

static struct host host;
static struct tasks *tasks;
static struct sandbox *box;
static struct round_party party;
static char ended[4096];
static int ends;

/* What the words below left behind. */
static struct task *waiting;
static uint64_t wait_id;
static int withdrawn;
static bool at_once; /* the operation ends within its own start */

static void note_withdrawn(void *op)
{
    (void)op;
    withdrawn++;
}

static int wait_over(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    lua_pushinteger(L, (lua_Integer)ctx);
    return 1;
}

/* wait(n) -> n, when the test says so */
static int l_wait(lua_State *L)
{
    lua_Integer n = luaL_optinteger(L, 1, 0);
    struct task *t = task_may_wait(L, "wait");
    waiting = t;
    wait_id = task_wait(t, note_withdrawn, NULL);
    if (at_once)
        task_wake(t, wait_id);
    return task_yield(L, wait_over, (lua_KContext)n);
}

/* durable() waits for the commit */
static int l_durable(lua_State *L)
{
    task_may_wait(L, "durable");
    return task_yield_durable(L, wait_over, 0);
}

/* write(name, value): something in the store */
static int l_write(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    struct fault f = {0};
    enum err e =
        cursor_set(sandbox_of(L)->host->store, "", name, luaL_checkinteger(L, 2), &f);
    trouble_check(L, e, &f);
    return 0;
}

/* refuse(): an error with a code */
static int l_refuse(lua_State *L)
{
    return trouble_error(L, ERR_AMAZON, "Amazon said no");
}

/* broken(): begins a wait, then fails before it yields */
static int l_broken(lua_State *L)
{
    task_wait(task_may_wait(L, "broken"), note_withdrawn, NULL);
    return luaL_error(L, "broken");
}

static int words(lua_State *L)
{
    static const luaL_Reg list[] = {{"wait", l_wait},     {"durable", l_durable},
                                    {"write", l_write},   {"refuse", l_refuse},
                                    {"broken", l_broken}, {NULL, NULL}};
    luaL_setfuncs(L, list, 0);
    return 0;
}

static void up(void)
{
    struct fault f;
    host = (struct host){0};
    host.clock = clock_new_virtual(0);
    host.loop = loop_new(host.clock);
    host.store = store_open_memory(host.clock);
    tasks = tasks_new(&host);
    party = tasks_party(tasks);
    box = sandbox_new(NULL);
    box->host = &host;
    sandbox_words(box, words, &f);
    ended[0] = '\0';
    ends = withdrawn = 0;
    waiting = NULL;
    at_once = false;
}

static void down(void)
{
    tasks_free(tasks);
    sandbox_free(box);
    store_close(host.store);
    loop_free(host.loop);
    clock_free(host.clock);
}

static void at_end(void *arg, struct task *t)
{
    lua_State *L = task_state(t);
    (void)arg;
    ends++;
    if (task_failed(t))
        snprintf(ended, sizeof ended, "%s", task_error(t));
    else
        snprintf(ended, sizeof ended, "%s",
                 lua_gettop(L) > 0 ? lua_tostring(L, 1) : "ok");
}

static struct task *start(const char *text)
{
    struct fault f = {0};
    struct task_options o = {.box = box, .run = 7, .end = at_end};
    if (sandbox_load_text(box, "day.lua", text, strlen(text), &f) != ERR_OK)
        printf("  %s\n", f.text);
    return task_new(tasks, &o, box->L, 0);
}

static void step(void)
{
    party.step(party.arg);
}

/* What the store holds under a name; -1 when nothing. */
static int64_t stored(const char *name)
{
    int64_t value = -1;
    struct fault f;
    return cursor_get(host.store, "", name, &value, &f) == ERR_OK ? value : -1;
}

static void waits_and_goes_on(void)
{
    up();
    start("local a = wait(3) local b = wait(4) return a + b");
    CHECK(party.busy(party.arg));
    step();
    CHECK(!party.busy(party.arg));
    CHECK(task_wake(waiting, wait_id));
    CHECK_INT(ends, 0); /* a completion never runs a script */
    CHECK(party.busy(party.arg));
    step();
    CHECK(task_wake(waiting, wait_id));
    step();
    CHECK_INT(ends, 1);
    CHECK_STR(ended, "7");
    CHECK_INT(withdrawn, 0);
    CHECK_INT(tasks_count(tasks), 0);
    down();
}

static void late_completions_do_nothing(void)
{
    up();
    start("wait() wait() return 'end'");
    step();
    uint64_t first = wait_id;
    CHECK(task_wake(waiting, first));
    CHECK(!task_wake(waiting, first)); /* double */
    step();
    CHECK(!task_wake(waiting, first)); /* late: another wait by now */
    CHECK(!party.busy(party.arg));
    CHECK(task_wake(waiting, wait_id));
    step();
    CHECK_STR(ended, "end");
    down();
}

static void completion_within_the_start(void)
{
    up();
    at_once = true;
    start("return wait(5)");
    step();
    CHECK(party.busy(party.arg));
    step();
    CHECK_STR(ended, "5");
    down();
}

static void cancelling_raises_where_it_waits(void)
{
    up();
    struct task *t = start("local function rest()\n  wait()\nend\nrest()");
    step();
    task_cancel(t, "interrupted");
    CHECK_INT(withdrawn, 0); /* only the step acts */
    step();
    CHECK_INT(withdrawn, 1);
    CHECK(strstr(ended, "day.lua:2: interrupted\nstack traceback:") == ended);
    CHECK(strstr(ended, "day.lua:4: in main chunk") != NULL);
    down();
}

static void cancelling_is_not_caught(void)
{
    up();
    struct task *t = start("while true do pcall(wait) try(wait) end");
    step();
    task_cancel(t, "interrupted");
    for (int i = 0; i < 5; i++)
        step();
    CHECK_INT(ends, 1);
    CHECK(strstr(ended, "day.lua:1: interrupted") == ended);
    down();
}

static void cancelled_after_its_operation_ended(void)
{
    up();
    struct task *t = start("wait() return 'went on'");
    step();
    CHECK(task_wake(waiting, wait_id));
    task_cancel(t, "interrupted");
    step();
    CHECK_INT(withdrawn,
              1); /* it may hold something yet, and its continuation never runs */
    CHECK(strstr(ended, "day.lua:1: interrupted") == ended);
    down();
}

static void cancelled_before_its_first_line(void)
{
    up();
    struct task *t = start("wait()");
    task_cancel(t, "interrupted");
    step();
    step();
    CHECK_INT(ends, 1);
    CHECK_INT(withdrawn, 1);
    CHECK(strstr(ended, "interrupted") != NULL);
    down();
}

static void deadline(void)
{
    up();
    struct task *t = start("wait()");
    task_deadline(t, 60000, "the time for this run is over");
    step();
    loop_turn(host.loop, 59000);
    CHECK(!party.busy(party.arg));
    loop_turn(host.loop, 70000);
    CHECK(party.busy(party.arg));
    step();
    CHECK(strstr(ended, "day.lua:1: the time for this run is over") == ended);
    CHECK_INT(withdrawn, 1);
    down();
}

static void failed_slice_leaves_nothing(void)
{
    up();
    start("write('first', 1) wait() write('second', 2) error('no label')");
    step();
    CHECK_INT(stored("first"), 1);
    task_wake(waiting, wait_id);
    step();
    CHECK_INT(stored("first"), 1);
    CHECK_INT(stored("second"), -1);
    CHECK(strstr(ended, "day.lua:1: no label") == ended);
    down();
}

static void successful_end_keeps(void)
{
    up();
    start("write('only', 3)");
    step();
    CHECK_INT(stored("only"), 3);
    CHECK_STR(ended, "ok");
    down();
}

static void caught_error_keeps_what_came_before(void)
{
    up();
    start("write('before', 1) pcall(error, 'x') write('after', 2)");
    step();
    CHECK_INT(stored("before"), 1);
    CHECK_INT(stored("after"), 2);
    down();
}

static void durable_waits_for_the_commit(void)
{
    up();
    start("write('x', 1) durable() return 'told'");
    step();
    step();
    CHECK_INT(ends, 0);
    party.durable(party.arg);
    CHECK_INT(ends, 0);
    step();
    CHECK_STR(ended, "told");
    down();
}

static void error_before_the_yield_withdraws(void)
{
    up();
    start("broken()");
    step();
    CHECK_INT(withdrawn, 1);
    CHECK(strstr(ended, "day.lua:1: broken") == ended);
    down();
}

static void cannot_wait_in_a_comparator(void)
{
    up();
    start("table.sort({ 2, 1 }, function(a, b) wait() return a < b end)");
    step();
    CHECK(strstr(ended, "day.lua:1: wait: cannot wait here") == ended);
    CHECK_INT(withdrawn, 0);
    down();
}

static void waits_inside_calls(void)
{
    up();
    at_once = true;
    start("local n, i = 0, 0\n"
          "local t = setmetatable({}, { __index = function(_, k) return wait(k) end })\n"
          "for v in function() i = i + 1 return i < 4 and wait(i) or nil end do n = n + "
          "v end\n"
          "local ok, v = pcall(wait, 10)\n"
          "local w = try(wait, 20)\n"
          "return n + v + w + t[100]");
    for (int i = 0; i < 10; i++)
        step();
    CHECK_STR(ended, "136");
    down();
}

static void codes_reach_try(void)
{
    up();
    start(
        "local v, e = try(refuse)\nreturn e.code .. ' ' .. e.message .. ' ' .. e.where");
    step();
    CHECK_STR(ended, "amazon Amazon said no day.lua:1: ");
    start("refuse()");
    step();
    CHECK(strstr(ended, "day.lua:1: Amazon said no\nstack") == ended);
    start("local ok, e = pcall(refuse)\nreturn 'because: ' .. e");
    step();
    CHECK_STR(ended, "because: day.lua:1: Amazon said no");
    down();
}

static void dropped_silently(void)
{
    up();
    struct task *t = start("wait() return 'never'");
    step();
    task_drop(t);
    CHECK_INT(withdrawn, 1);
    step();
    CHECK_INT(ends, 0);
    CHECK_INT(tasks_count(tasks), 0);
    down();
}

static void freed_with_tasks_left(void)
{
    up();
    start("wait()");
    step();
    start("return 1");
    down();
    CHECK_INT(withdrawn, 1);
    CHECK_INT(ends, 0);
}

static int effects_heard;
static void count_effect(void *arg, const struct effect *e)
{
    (void)arg;
    (void)e;
    effects_heard++;
}

static void effects_wake_watchers(void)
{
    up();
    tasks_free(tasks);
    effects_heard = 0;
    host.watch = (struct host_watch){.effect = count_effect};
    tasks = tasks_new(&host);
    party = tasks_party(tasks);
    start("return wait(9)");
    step();
    struct task_watch w = {0};
    task_watch_set(&w, waiting, wait_id, 42);
    host.watch.effect(host.watch.arg, &(struct effect){.id = 41});
    CHECK(!party.busy(party.arg));
    host.watch.effect(host.watch.arg, &(struct effect){.id = 42});
    CHECK(party.busy(party.arg));
    CHECK(!w.set);
    CHECK_INT(effects_heard, 2); /* who watched before still hears */
    step();
    CHECK_STR(ended, "9");
    down();
    CHECK(host.watch.effect == count_effect);
}

static void run_named_during_slices(void)
{
    up();
    CHECK_INT(host.run, 0);
    struct task *t = start("wait()");
    CHECK_INT(task_run(t), 7);
    step();
    CHECK_INT(host.run, 0);
    down();
}

static void fair_to_others(void)
{
    up();
    at_once = true;
    start("for i = 1, 100 do wait() end");
    step();
    CHECK_INT(ends, 0); /* one slice each step, so that rounds end */
    for (int i = 0; i < 100; i++)
        step();
    CHECK_INT(ends, 1);
    down();
}

TESTS_MAIN(
    {"a task waits and goes on in a later step", waits_and_goes_on},
    {"a late or double completion does nothing", late_completions_do_nothing},
    {"a completion within the start of its wait is not lost",
     completion_within_the_start},
    {"cancelling raises where the task waits, with file and line",
     cancelling_raises_where_it_waits},
    {"no pcall swallows a cancellation", cancelling_is_not_caught},
    {"a task cancelled between the completion and its continuation releases the "
     "operation",
     cancelled_after_its_operation_ended},
    {"a task cancelled before its first line ends at its first wait",
     cancelled_before_its_first_line},
    {"a deadline ends a wait", deadline},
    {"a failed slice leaves nothing half-done", failed_slice_leaves_nothing},
    {"a successful end keeps what was written", successful_end_keeps},
    {"an error that was caught undoes nothing", caught_error_keeps_what_came_before},
    {"who waits for durability goes on after the commit", durable_waits_for_the_commit},
    {"an error between start and yield withdraws the wait",
     error_before_the_yield_withdraws},
    {"waiting where it is not possible says so", cannot_wait_in_a_comparator},
    {"waiting works inside pcall, try, iterators and metamethods", waits_inside_calls},
    {"an error carries its code to try", codes_reach_try},
    {"a dropped task is withdrawn and tells nobody", dropped_silently},
    {"tasks that are left over are dropped", freed_with_tasks_left},
    {"a new state of an effect wakes who watches it", effects_wake_watchers},
    {"the host knows in whose name a slice acts", run_named_during_slices},
    {"a task that always goes on cannot keep the round", fair_to_others})
