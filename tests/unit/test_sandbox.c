/* What a script can reach, and what stops it. */
#include "check.h"

#include <lauxlib.h>

#include "base/clock.h"
#include "engine/sandbox.h"
#include "engine/task.h"
#include "engine/trouble.h"
#include "net/loop.h"
#include "store/store.h"

/* A host with nothing but what tasks need. */
static struct host host;
static struct tasks *tasks;
static char ended[4096]; /* "ok", or the error's text */

static void host_up(void)
{
    host = (struct host){0};
    host.clock = clock_new_virtual(0);
    host.loop = loop_new(host.clock);
    host.store = store_open_memory(host.clock);
    tasks = tasks_new(&host);
}

static void host_down(void)
{
    tasks_free(tasks);
    store_close(host.store);
    loop_free(host.loop);
    clock_free(host.clock);
}

static void at_end(void *arg, struct task *t)
{
    (void)arg;
    snprintf(ended, sizeof ended, "%s", task_failed(t) ? task_error(t) : "ok");
}

static void note_end(void *arg, struct task *t)
{
    struct lua_State *L = task_state(t);
    at_end(arg, t);
    if (!task_failed(t) && lua_gettop(L) > 0 && lua_type(L, -1) == LUA_TSTRING)
        snprintf(ended, sizeof ended, "%s", lua_tostring(L, -1));
}

/* Runs a text within limits; gives what it returned, or its error. */
static const char *run_limited(const char *text, size_t len, size_t memory, int64_t steps)
{
    struct sandbox_limits limits = {.memory = memory, .steps = steps};
    struct fault f = {0};
    host_up();
    struct sandbox *b = sandbox_new(&limits);
    if (sandbox_load_text(b, "day.lua", text, len, &f) != ERR_OK) {
        snprintf(ended, sizeof ended, "%s", f.text);
    } else {
        struct task_options o = {.box = b, .end = note_end};
        struct round_party party = tasks_party(tasks);
        task_new(tasks, &o, b->L, 0);
        for (int i = 0; i < 10 && party.busy(party.arg); i++)
            party.step(party.arg);
    }
    size_t left = tasks_count(tasks);
    host_down();
    sandbox_free(b);
    CHECK_INT(left, 0);
    return ended;
}

static const char *run(const char *text)
{
    return run_limited(text, strlen(text), 32 * 1024 * 1024, 4000000);
}

/* The first line of what came back begins so. */
#define CHECK_SAYS(text, want)                                                           \
    do {                                                                                 \
        const char *said = run(text);                                                    \
        if (strncmp(said, (want), strlen(want)) != 0)                                    \
            printf("  %s\n  -> %s\n", text, said);                                       \
        CHECK(strncmp(said, (want), strlen(want)) == 0);                                 \
    } while (0)

static void unknown_words(void)
{
    CHECK_SAYS("local a = 1\nlocal b = strin",
               "day.lua:2: unknown word \"strin\" (did you mean "
               "\"string\"?)");
    CHECK_SAYS("xyzzyx()", "day.lua:1: unknown word \"xyzzyx\"\n");
    CHECK_SAYS(
        "return string.fromat('x')",
        "day.lua:1: unknown word \"string.fromat\" (did you mean \"string.format\"?)");
    CHECK_SAYS(
        "return ('x'):uper()",
        "day.lua:1: unknown word \"string.uper\" (did you mean \"string.upper\"?)");
}

static void globals_refused(void)
{
    CHECK_SAYS("\n\ntotal = 1",
               "day.lua:3: \"total\" is not a local variable; write: local total");
    CHECK_SAYS("pairs = 1",
               "day.lua:1: \"pairs\" is a word of dray and cannot be changed");
    CHECK_SAYS("string.rep = 1", "day.lua:1: \"string.rep\" cannot be changed");
    CHECK_SAYS("math.pi = 3", "day.lua:1: \"math.pi\" cannot be changed");
    CHECK_SAYS("('').rep = 1", "day.lua:1: attempt to index a string value");
}

static void exact_words(void)
{
    static const char *const absent[] = {"os",
                                         "io",
                                         "package",
                                         "debug",
                                         "load",
                                         "loadstring",
                                         "loadfile",
                                         "dofile",
                                         "require",
                                         "collectgarbage",
                                         "coroutine",
                                         "xpcall",
                                         "rawget",
                                         "rawset",
                                         "rawequal",
                                         "rawlen",
                                         "getmetatable",
                                         "next",
                                         "_G",
                                         "_VERSION",
                                         "string.dump",
                                         "math.random",
                                         "math.randomseed",
                                         "string.pack"};
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
        char text[80];
        snprintf(text, sizeof text, "return %s", absent[i]);
        CHECK_SAYS(text, "day.lua:1: unknown word");
    }
}

static void plain_lua_works(void)
{
    CHECK_SAYS(
        "local t = {} for i = 1, 3 do t[i] = i * 2 end return table.concat(t, ',')",
        "2,4,6");
    CHECK_SAYS("return ('a b'):gsub('%s', '-') and ('%d'):format(7)", "7");
    CHECK_SAYS("return tostring(math.floor(2.5)) .. utf8.char(228)", "2\xc3\xa4");
    CHECK_SAYS(
        "local s = '' for k, v in ipairs { 'x', 'y' } do s = s .. k .. v end return s",
        "1x2y");
    CHECK_SAYS("#!/usr/bin/env dray\nerror('here')", "day.lua:2: here");
}

static void pairs_sorted(void)
{
    CHECK_SAYS("local s = ''\nfor k in pairs { zeta = 1, [10] = 1, alpha = 1, [2] = 1, "
               "[1.5] = 1,"
               " beta = 1 } do s = s .. k .. ' ' end\nreturn s",
               "2 10 1.5 alpha beta zeta ");
    CHECK_SAYS("local t, s = { a = 1, b = 2, c = 3 }, ''\nfor k in pairs(t) do t.b = nil "
               "s = s .. k"
               " end return s",
               "ac");
    CHECK_SAYS("for k in pairs(print) do end",
               "day.lua:1: pairs: expected a table, got a function");
}

static void text_only(void)
{
    static const char binary[] = "\x1bLua\x54\x00\x19\x93\r\n";
    CHECK(strstr(run_limited(binary, sizeof binary - 1, 0, 0),
                 "is a compiled (binary) script; give the text of it"));
    char *long_text = calloc(1, SANDBOX_TEXT_MAX + 2);
    memset(long_text, ' ', SANDBOX_TEXT_MAX + 1);
    CHECK_STR(run(long_text), "day.lua: longer than 256 kB");
    free(long_text);
    CHECK_SAYS("local x =\nif", "day.lua:2: unexpected symbol near 'if'");
}

static void budget_ends_loops(void)
{
    static const char why[] = "day.lua:1: this script ran too long without waiting";
    CHECK_SAYS("while true do end", why);
    CHECK_SAYS("while true do pcall(function() while true do end end) end", why);
    CHECK_SAYS("while true do try(function() while true do end end) end", why);
    CHECK_SAYS("table.sort({ 1, 2, 3 }, function() while true do pcall(function() while "
               "true do end "
               "end) end end)",
               why);
    CHECK_SAYS(
        "local t = setmetatable({}, { __index = function() while true do end end }) "
        "return t.x",
        why);
}

static void memory_is_limited(void)
{
    CHECK_SAYS("local t = {} for i = 1, 1e9 do t[i] = { i } end",
               "day.lua:1: not enough memory: a script may use 32 MiB");
    CHECK_SAYS("local s = ('x'):rep(1000) while true do s = s .. s end",
               "day.lua:1: not enough memory: a script may use 32 MiB");
    CHECK_SAYS("local ok, e = pcall(function() local s = ('x'):rep(1000) while true do s "
               "= s .. s "
               "end end) return e",
               "not enough memory");
}

static void c_loops_are_wrapped(void)
{
    CHECK_SAYS("return ('x'):rep(1e9)",
               "day.lua:1: string.rep: the result would be longer");
    CHECK_SAYS("return ('x'):rep(math.maxinteger, 'yy')",
               "day.lua:1: string.rep: the result");
    CHECK_SAYS("table.move({}, 1, 1e12, 2)", "day.lua:1: bad argument #3 to 'move'");
    CHECK_SAYS("table.move({}, math.mininteger, math.maxinteger, 2)",
               "day.lua:1: bad argument #3");
    CHECK_SAYS("return table.unpack({}, 1, 1e9)",
               "day.lua:1: bad argument #3 to 'unpack'");
    CHECK_SAYS("return table.concat({}, '', 1, 1e9)",
               "day.lua:1: bad argument #4 to 'concat'");
    CHECK_SAYS(
        "table.insert(setmetatable({}, { __len = function() return 2^40 end }), 1, 'x')",
        "day.lua:1: bad argument #1 to 'insert' (expected a plain table");
    CHECK_SAYS("return (('a'):rep(3000000))", "day.lua:1: string.rep");
    CHECK_SAYS("return (('a'):rep(30000)):find('.-.-.-.-b')",
               "day.lua:1: this script ran too long");
    CHECK_SAYS("return ('a'):find(('a?'):rep(200))",
               "day.lua:1: bad argument #1 to 'find' (a pattern longer");
}

static void metatables_are_harmless(void)
{
    CHECK_SAYS("setmetatable({}, { __gc = function() end })",
               "day.lua:1: setmetatable: __gc is not possible here");
    CHECK_SAYS("setmetatable({}, { __close = function() end })",
               "day.lua:1: setmetatable: __close");
    CHECK_SAYS("setmetatable({}, { __mode = 'k' })", "day.lua:1: setmetatable: __mode");
    CHECK_SAYS("setmetatable('', {})", "day.lua:1: bad argument #1 to 'setmetatable'");
    CHECK_SAYS("setmetatable(string, {})",
               "day.lua:1: cannot change a protected metatable");
    CHECK_SAYS(
        "error(setmetatable({}, { __tostring = function() while true do end end }))",
        "(an error that is a table value)");
    CHECK_SAYS("error()", "(an error that is a nil value)");
}

static void errors_as_values(void)
{
    CHECK_SAYS("local ok, e = pcall(error, 'no stock', 0) return tostring(ok) .. e",
               "falseno stock");
    CHECK_SAYS("local v, e = try(error, 'no stock', 0) return tostring(v) .. e.code .. "
               "e.message",
               "nilscriptno stock");
    CHECK_SAYS("local v, e = try(function() return 'fine' end) return v", "fine");
    CHECK_SAYS("local a, b = try(function() return nil, 'second' end) return b",
               "second");
}

static void traceback_names_lines(void)
{
    const char *says =
        run("local function inner()\n  error('no label')\nend\nlocal function "
            "outer()\n  inner()\nend\nouter()\n");
    CHECK(strstr(says, "day.lua:2: no label\nstack traceback:") == says);
    CHECK(strstr(says, "day.lua:5: in ") != NULL);
    CHECK(strstr(says, "day.lua:7: in main chunk") != NULL);
}

static void deep_recursion(void)
{
    static const char text[] = "local function f() return 1 + f() end f()";
    const char *says = run_limited(text, sizeof text - 1, 0, 0);
    CHECK(strstr(says, "day.lua:1: stack overflow") == says);
    CHECK(strstr(run("local function f() return pcall(f) end return tostring(f())"),
                 "false") ||
          strstr(ended, "true") || strstr(ended, "overflow"));
    CHECK_SAYS("local s = 'return ' .. ('('):rep(10) return s", "return ((((((((((");
}

/* Every amount of memory from too little to enough. */
static void memory_ladder(void)
{
    static const char text[] =
        "local t = {}\n"
        "for i = 1, 20 do t['k' .. i] = { i, tostring(i):rep(3) } end\n"
        "local s = ''\n"
        "for k, v in pairs(t) do s = s .. k .. table.concat(v, ',') end\n"
        "local ok, e = pcall(error, { 'x' })\n"
        "local v, f = try(error, 'y')\n"
        "return #s > 0 and f.message and 'went through'";
    struct sandbox *b = sandbox_new(NULL);
    size_t least = b->used, failed = 0;
    sandbox_free(b);
    for (size_t limit = least; limit < least + 200000; limit += 97) {
        const char *says = run_limited(text, sizeof text - 1, limit, 0);
        if (strcmp(says, "went through") == 0)
            break;
        CHECK(strstr(says, "not enough memory") != NULL);
        failed++;
    }
    CHECK_STR(ended, "went through");
    CHECK(failed > 20);
}

static int l_two(lua_State *L)
{
    lua_pushinteger(L, 2);
    return 1;
}

static int install_two(lua_State *L)
{
    lua_pushcfunction(L, l_two);
    lua_setfield(L, 1, "two");
    return 0;
}

static void words_are_added(void)
{
    struct sandbox *b = sandbox_new(NULL);
    struct fault f = {0};
    CHECK_INT(sandbox_words(b, install_two, &f), ERR_OK);
    CHECK_INT(sandbox_load_text(b, "x.lua", "return two()", 12, &f), ERR_OK);
    CHECK_INT(lua_pcall(b->L, 0, 1, 0), LUA_OK);
    CHECK_INT(lua_tointeger(b->L, -1), 2);
    sandbox_free(b);
}

static void missing_file(void)
{
    struct fault f = {0};
    char *text = NULL;
    size_t len = 0;
    CHECK_INT(sandbox_read_file("/nonexistent/day.lua", &text, &len, &f), ERR_NOT_FOUND);
    CHECK(strstr(f.text, "/nonexistent/day.lua") != NULL);
    CHECK(text == NULL);
}

TESTS_MAIN({"an unknown word names its line and the nearest word", unknown_words},
           {"globals cannot be assigned and libraries cannot be changed",
            globals_refused},
           {"nothing that reaches the process is there", exact_words},
           {"the plain Lua of everyday rules works", plain_lua_works},
           {"pairs goes in sorted order, so runs can be repeated", pairs_sorted},
           {"only texts of a bounded length load", text_only},
           {"an endless loop ends, whatever it catches", budget_ends_loops},
           {"a script cannot take all memory", memory_is_limited},
           {"whatever the memory limit, a script runs or says so", memory_ladder},
           {"library calls that would loop in C are refused", c_loops_are_wrapped},
           {"metatables cannot run code behind the host's back", metatables_are_harmless},
           {"errors are values for who wants to handle them", errors_as_values},
           {"a traceback names file and line", traceback_names_lines},
           {"deep recursion is an error, not a crash", deep_recursion},
           {"more words can be installed", words_are_added},
           {"a missing script is named", missing_file})
