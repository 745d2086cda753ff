/* A run that never comes out of Lua: the process ends, says where, and the next start
 * knows. */
#include "store_help.h"

#include <sys/wait.h>
#include <time.h>

#include <lauxlib.h>

#include "engine/sandbox.h"
#include "engine/task.h"
#include "engine/watchdog.h"
#include "net/loop.h"
#include "store/crash.h"

enum { LATE_MS = 60, KILL_MS = 200 };

static int pipes[2];

/* spin(): a function in C that never returns. */
static int l_spin(lua_State *L)
{
    (void)L;
    for (volatile int i = 0; i < 2; i++)
        i = 0;
    return 0;
}

/* look(): something short in C, however often. */
static int l_look(lua_State *L)
{
    (void)L;
    for (volatile int i = 0; i < 1000; i++)
        ;
    return 0;
}

/* nap(): the process sleeps within Lua. */
static int l_nap(lua_State *L)
{
    (void)L;
    const struct timespec length = {.tv_nsec = 2 * KILL_MS * 1000000};
    nanosleep(&length, NULL);
    return 0;
}

static int install(lua_State *L)
{
    static const luaL_Reg words[] = {
        {"spin", l_spin}, {"look", l_look}, {"nap", l_nap}, {NULL, NULL}};
    luaL_setfuncs(L, words, 0);
    return 0;
}

static void at_end(void *arg, struct task *t)
{
    (void)arg;
    printf("%s\n", task_failed(t) ? task_error(t) : "ended well");
}

/* As an owner of the folder: one run of this text. Its code is what comes of it. */
static void run_text(const char *text)
{
    struct host host = {0};
    const struct watchdog_options watch = {
        .folder = folder, .late_ms = LATE_MS, .kill_ms = KILL_MS};
    host.clock = clock_new_real();
    host.loop = loop_new(host.clock);
    host.store = store_open(folder, STORE_OWN, host.clock, &fault);
    struct tasks *tasks = tasks_new(&host);
    struct sandbox *b = sandbox_new(NULL);
    struct round_party party = tasks_party(tasks);
    struct task_options o = {.box = b,
                             .file = "rules/floor.lua",
                             .version = "abc",
                             .what = "ask\nfor labels",
                             .end = at_end};
    const struct digest source = {{0}};
    if (host.store == NULL || sandbox_words(b, install, &fault) != ERR_OK ||
        watchdog_start(&watch, &fault) != ERR_OK ||
        run_begin(host.store, "rules/floor.lua", &source, &o.run, &fault) != ERR_OK ||
        store_commit(host.store, &fault) != ERR_OK ||
        sandbox_load_text(b, "rules/floor.lua", text, strlen(text), &fault) != ERR_OK)
        _exit(1);
    task_new(tasks, &o, b->L, 0);
    while (tasks_count(tasks) > 0)
        party.step(party.arg);
    watchdog_stop();
    tasks_free(tasks);
    sandbox_free(b);
    store_close(host.store);
    loop_free(host.loop);
    clock_free(host.clock);
}

/* Runs it in a process of its own; gives its exit code, what it said is in `said`. */
static char said[4000];
static int run_process(const char *text)
{
    int status = 0;
    fflush(stdout);
    CHECK(pipe(pipes) == 0);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        dup2(pipes[1], STDOUT_FILENO);
        dup2(pipes[1], STDERR_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        run_text(text);
        fflush(stdout);
        _exit(0);
    }
    close(pipes[1]);
    size_t len = 0;
    for (ssize_t got = 1; got > 0; len += got > 0 ? (size_t)got : 0)
        got = read(pipes[0], said + len, sizeof said - 1 - len);
    said[len] = '\0';
    close(pipes[0]);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void hangs_in_c(void)
{
    fresh_folder();
    CHECK_INT(run_process("local n = 1\nfor i = 1, 2000 do n = n + i end\nspin()"), 70);
    CHECK(strstr(said, "rules/floor.lua:2: rule \"ask for labels\" kept the processor"));
    CHECK(strstr(said, "(run 1)"));
}

static bool note_entry(void *arg, const struct entry *e)
{
    char *seen = arg;
    size_t len = strlen(seen);
    snprintf(seen + len, 400 - len, "%lld %.*s", (long long)e->run, (int)e->detail_len,
             e->detail);
    return true;
}

/* The crash of the last test is in the folder still. */
static void next_start_knows(void)
{
    struct crash c;
    bool found;
    int64_t count, crashed;
    char seen[400] = "";
    const struct entry_filter filter = {.what = "run.crashed", .limit = 10};
    CHECK_INT(run_process("spin()"), 70);
    for (int reading = 1; reading <= 2; reading++) { /* the second finds the file again */
        struct store *s = own();
        OK(crash_recover(s, &c, &found, &fault));
        CHECK(found);
        CHECK_STR(c.file, "rules/floor.lua");
        CHECK_STR(c.what, "ask for labels");
        CHECK_INT(c.run, 2);
        CHECK(c.used_ms >= KILL_MS);
        OK(run_recover(s, &crashed, &fault));
        CHECK_INT(crashed, reading == 1 ? 1 : 0); /* the run before the last */
        OK(crash_count(s, "rules/floor.lua", "abc", &count, &c, &fault));
        CHECK_INT(count, 1);
        seen[0] = '\0';
        OK(journal_each(s, &filter, note_entry, seen, &fault));
        CHECK_STR(seen, "2 {\"file\":\"rules/floor.lua\",\"rule\":\"ask for labels\","
                        "\"place\":\"rules/floor.lua\"}");
        OK(store_commit(s, &fault));
        if (reading == 2)
            crash_done(s);
        store_close(s);
    }
}

static void crashes_in_a_row(void)
{
    struct crash c;
    bool found;
    int64_t count;
    CHECK_INT(run_process("spin()"), 70);
    struct store *s = own();
    OK(crash_recover(s, &c, &found, &fault));
    OK(crash_count(s, "rules/floor.lua", "abc", &count, NULL, &fault));
    CHECK_INT(count, CRASHES_MAX);
    OK(crash_count(s, "rules/floor.lua", "changed", &count, NULL, &fault));
    CHECK_INT(count, 0);
    OK(crash_forget(s, "rules/floor.lua", &fault));
    OK(crash_count(s, "rules/floor.lua", "abc", &count, NULL, &fault));
    CHECK_INT(count, 0);
    OK(store_commit(s, &fault));
    crash_done(s);
    OK(crash_recover(s, &c, &found, &fault));
    CHECK(!found);
    store_close(s);
}

static void ends_what_it_can(void)
{
    CHECK_INT(run_process("while true do pcall(function() while true do look() end end) "
                          "end"),
              0);
    CHECK(strstr(said, "rules/floor.lua:1: this run kept the processor too long"));
}

static void only_work_counts(void)
{
    CHECK_INT(run_process("nap()"), 0);
    CHECK_STR(said, "ended well\n");
    fresh_folder();
}

static void damaged_file(void)
{
    struct crash c;
    bool found;
    fresh_folder();
    struct store *s = own();
    FILE *file = fopen(in_folder("crash"), "w");
    for (int i = 0; i < 3000; i++)
        fputs("=\n\001run=", file);
    fclose(file);
    OK(crash_recover(s, &c, &found, &fault));
    CHECK(found);
    CHECK_STR(c.file, "");
    crash_done(s);
    store_close(s);
    fresh_folder();
}

TESTS_MAIN(
    {"a run that hangs in C ends the process with its line, not for ever", hangs_in_c},
    {"the next start has it in the log, once however often it reads the file",
     next_start_knows},
    {"crashes in a row are counted until the file changes or goes well",
     crashes_in_a_row},
    {"a run that only takes long is ended before the process is", ends_what_it_can},
    {"a disk that is slow or a machine that sleeps harms no run", only_work_counts},
    {"a damaged crash file does not keep dray from starting", damaged_file})
