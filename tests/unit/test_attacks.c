/* Every attack of tests/sandbox, each in a process of its own with an alarm: the host
 * survives, says what the file expects, and everything else goes on.
 *
 * A file begins with its reason, then "-- says: TEXT" with what the outcome must begin
 * with ("ok" for a script that comes to its end). Arguments choose files. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lauxlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "bind/bind.h"
#include "engine/sandbox.h"
#include "engine/task.h"
#include "net/loop.h"
#include "store/store.h"

enum { ALARM_SECONDS = 20, FILES_MAX = 400, SAID_MAX = 4000, MEMORY = 32 << 20 };

/* ---- in the child ---- */

static struct host host;
static struct tasks *tasks;
static char said[SAID_MAX];

static void host_up(void)
{
    log_stream_set(NULL);
    host.clock = clock_new_virtual(0);
    host.loop = loop_new(host.clock);
    host.store = store_open_memory(host.clock);
    tasks = tasks_new(&host);
}

static void at_end(void *arg, struct task *t)
{
    (void)arg;
    snprintf(said, sizeof said, "%s", task_failed(t) ? task_error(t) : "ok");
}

static struct sandbox *new_box(void)
{
    const struct sandbox_limits limits = {.memory = MEMORY, .run_steps = 5000000};
    struct fault f = {0};
    struct sandbox *b = sandbox_new(&limits);
    b->host = &host;
    if (sandbox_words(b, bind_open, &f) != ERR_OK)
        snprintf(said, sizeof said, "%s", f.text);
    return b;
}

/* Runs a text to its end, through its waits. */
static void run_text(struct sandbox *b, const char *name, const char *text, size_t len)
{
    struct fault f = {0};
    struct round_party party = tasks_party(tasks);
    struct task_options o = {.box = b, .file = name, .end = at_end};
    said[0] = '\0';
    if (sandbox_load_text(b, name, text, len, &f) != ERR_OK) {
        snprintf(said, sizeof said, "%s", f.text);
        return;
    }
    task_new(tasks, &o, b->L, 0);
    for (int i = 0; i < 10000 && said[0] == '\0'; i++) {
        party.step(party.arg);
        party.durable(party.arg);
        if (!party.busy(party.arg))
            loop_turn(host.loop, INT64_MAX);
    }
    if (said[0] == '\0')
        snprintf(said, sizeof said, "it never ended");
}

/* What an honest neighbour does: all of it still works, and says so. */
static const char honest[] =
    "assert(('%d'):format(7) == '7' and ('ab'):upper() == 'AB' and #('x'):rep(3) == 3)\n"
    "local t = { 3, 1, 2 } table.sort(t) assert(table.concat(t, ',') == '1,2,3')\n"
    "assert(math.floor(2.5) == 2 and utf8.len('x') == 1 and tostring(1) == '1')\n"
    "local seen = '' for k in pairs { b = 1, a = 2 } do seen = seen .. k end\n"
    "assert(seen == 'ab' and not pcall(error, 'x') and type(string.rep) == 'function')\n"
    "assert(#parallel({ 1, 2 }, function(n) sleep(1) return n end) == 2)\n"
    "local o = setmetatable({}, { __index = function(_, k) return k end })\n"
    "assert(o.name == 'name')\n";

/* The outcome of the attack, or what it broke. */
static void attack(const char *name, const char *text, size_t len, char *outcome)
{
    host_up();
    struct sandbox *b = new_box();
    run_text(b, name, text, len);
    snprintf(outcome, SAID_MAX, "%s", said);
    if (!sandbox_collect(b))
        snprintf(outcome, SAID_MAX, "its state holds %zu bytes after all", b->used);
    run_text(b, "same.lua", honest, sizeof honest - 1);
    if (strcmp(said, "ok") != 0)
        snprintf(outcome, SAID_MAX, "a later run in the same state: %.3000s", said);
    struct sandbox *other = new_box();
    run_text(other, "other.lua", honest, sizeof honest - 1);
    if (strcmp(said, "ok") != 0)
        snprintf(outcome, SAID_MAX, "a run in another state: %.3000s", said);
    if (tasks_count(tasks) != 0)
        snprintf(outcome, SAID_MAX, "%zu tasks are left", tasks_count(tasks));
    tasks_free(tasks);
    sandbox_free(other);
    sandbox_free(b);
    store_close(host.store);
    loop_free(host.loop);
    clock_free(host.clock);
}

/* ---- in the parent ---- */

struct attack_file {
    char name[300];
    char text[SANDBOX_TEXT_MAX];
    size_t len;
    char says[300]; /* what the outcome begins with */
};

static bool read_attack(struct attack_file *file, const char *folder, const char *name)
{
    char path[700];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        return false;
    snprintf(file->name, sizeof file->name, "%s", name);
    file->len = fread(file->text, 1, sizeof file->text - 1, in);
    file->text[file->len] = '\0';
    fclose(in);
    const char *says = strstr(file->text, "-- says: ");
    if (says == NULL)
        return false;
    snprintf(file->says, sizeof file->says, "%.*s", (int)strcspn(says + 9, "\n"),
             says + 9);
    return true;
}

/* Reads what the child says until it ends. */
static void listen(int fd, char *outcome)
{
    size_t len = 0;
    ssize_t got;
    do {
        got = read(fd, outcome + len, SAID_MAX - 1 - len);
        len += got > 0 ? (size_t)got : 0;
    } while (got > 0 && len < SAID_MAX - 1);
    outcome[len] = '\0';
    close(fd);
}

static void run_child(const struct attack_file *file, int fd)
{
    static char outcome[SAID_MAX];
    alarm(ALARM_SECONDS);
    if (freopen("/dev/null", "w", stdout) == NULL)
        _exit(1);
    attack(file->name, file->text, file->len, outcome);
    ssize_t sent = write(fd, outcome, strlen(outcome));
    _exit(sent < 0 ? 1 : 0);
}

static bool survives(const struct attack_file *file, char *outcome)
{
    int ends[2], status = 0;
    fflush(stdout);
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0)
        run_child(file, ends[1]);
    close(ends[1]);
    listen(ends[0], outcome);
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        snprintf(outcome, SAID_MAX, "the host died of signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        snprintf(outcome, SAID_MAX, "the host ended with code %d", WEXITSTATUS(status));
    return strncmp(outcome, file->says, strlen(file->says)) == 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static size_t list_files(const char *folder, char names[][256])
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return 0;
    for (struct dirent *d = readdir(dir); d != NULL && count < FILES_MAX;
         d = readdir(dir)) {
        size_t len = strlen(d->d_name);
        if (len > 4 && strcmp(d->d_name + len - 4, ".lua") == 0)
            snprintf(names[count++], 256, "%s", d->d_name);
    }
    closedir(dir);
    qsort(names, count, sizeof names[0], compare);
    return count;
}

static bool chosen(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++)
        if (strstr(name, argv[i]) != NULL)
            return true;
    return argc == 1;
}

int main(int argc, char **argv)
{
    static char names[FILES_MAX][256], outcome[SAID_MAX];
    static struct attack_file file;
    static const char folder[] = "tests/sandbox";
    size_t passed = 0, failed = 0, count = list_files(folder, names);
    for (size_t i = 0; i < count; i++) {
        if (!chosen(argc, argv, names[i]))
            continue;
        bool good = read_attack(&file, folder, names[i]) && survives(&file, outcome);
        printf("%s %s: %.*s\n", good ? "ok" : "NOT OK", names[i],
               (int)strcspn(file.text, "\n"), file.text);
        if (!good)
            printf("  wants \"%s\"\n  said \"%.300s\"\n", file.says, outcome);
        passed += good ? 1 : 0;
        failed += good ? 0 : 1;
    }
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed == 0 && passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
