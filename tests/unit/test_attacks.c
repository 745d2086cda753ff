/* Every attack of tests/sandbox, each in a process of its own with an alarm: the host
 * survives, says what the file expects, and everything else goes on.
 *
 * Each file is first a script, then the body of a rule; those in rules/ are whole rule
 * files. A file begins with its reason, then "-- says: TEXT" with what the outcome must
 * begin with ("ok" for what comes to its end). Arguments choose files. */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lauxlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "bind/bind.h"
#include "engine/rules.h"
#include "engine/sandbox.h"
#include "engine/task.h"
#include "net/loop.h"
#include "store/journal.h"
#include "store/rule.h"
#include "store/run.h"

enum {
    ALARM_SECONDS = 20,
    FILES_MAX = 400,
    SAID_MAX = 4000,
    MEMORY = 32 << 20,
    STEPS = 4000000
};

/* ---- in the child ---- */

struct attack_file {
    char name[300];
    char text[SANDBOX_TEXT_MAX];
    size_t len;
    char says[300]; /* what the outcome begins with */
    bool whole;     /* a rule file, not a script */
};

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
    snprintf(said, sizeof said, "%s", task_failed(t) ? task_error(t) : "ok");
}

static struct sandbox *new_box(void)
{
    const struct sandbox_limits limits = {.memory = MEMORY, .run_steps = STEPS};
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
    sandbox_free(other);
    sandbox_free(b);
    host_down();
}

/* ---- in the child, as a rule ---- */

static char
    folder[64]; /* the parent makes it, and removes it whatever befell the child */

static void write_rule(const char *name, const char *head, const char *text, size_t len,
                       const char *tail)
{
    char path[500];
    snprintf(path, sizeof path, "%s/rules/%s", folder, name);
    FILE *out = fopen(path, "wb");
    if (out == NULL)
        _exit(1);
    fputs(head, out);
    fwrite(text, 1, len, out);
    fputs(tail, out);
    fclose(out);
}

/* The attack with an honest rule after it in the same file, and one in another file. */
static void write_rules(const char *name, const char *text, size_t len, bool whole)
{
    static const char neighbour[] = " rule { name = 'neighbour', on = 'order.new', run = "
                                    "function() assert(#('x'):rep(3)"
                                    " == 3 and not pcall(error, 'x') and "
                                    "setmetatable({}, { __index = math }).pi) end }";
    char path[100];
    snprintf(path, sizeof path, "%s/rules", folder);
    if (mkdir(path, 0700) != 0)
        _exit(1);
    if (whole)
        write_rule(name, "", text, len, neighbour);
    else
        write_rule(name, "rule { name = 'attack', on = 'order.new', run = function(e) ",
                   text, len, "end }");
    if (!whole) /* not in the parser's way */
        write_rule("same.lua", neighbour, "", 0, "");
    write_rule("honest.lua",
               "rule { name = 'honest', on = 'order.new', run = function(e) ", honest,
               sizeof honest - 1, "end }");
}

static bool take_run(void *arg, const struct run_row *r)
{
    char *outcome = arg;
    const char *error = strncmp(r->error, "rules/", 6) == 0 ? r->error + 6 : r->error;
    if (strcmp(r->script, "attack") == 0)
        snprintf(outcome, SAID_MAX, "%s", r->state == RUN_DONE ? "ok" : error);
    else if (r->state != RUN_DONE)
        snprintf(said, sizeof said, "rule %s: %.3000s", r->script, r->error);
    return true;
}

static int64_t count_runs(const char *rule)
{
    struct fault f = {0};
    struct rule_row row;
    struct arena a;
    arena_init(&a);
    int64_t done = rule_find(host.store, &a, rule, &row, &f) == ERR_OK &&
                           row.outcome == RUN_DONE && row.last_run > 0
                       ? 1
                       : 0;
    arena_clear(&a);
    return done;
}

static void drive(struct rules *r)
{
    struct fault f = {0};
    struct round_party party = rules_party(r);
    struct entry e = {.what = "order.new", .account = ""};
    if (journal_add(host.store, &e, &f) != ERR_OK)
        _exit(1);
    for (int i = 0; i < 10000 && !rules_idle(r); i++) {
        party.step(party.arg);
        if (store_commit(host.store, &f) != ERR_OK)
            _exit(1);
        party.durable(party.arg);
        if (!party.busy(party.arg) && tasks_count(tasks) > 0)
            loop_turn(host.loop, INT64_MAX);
    }
}

/* What came of the rule called "attack": its run, or what was said of its `when`. */
static void tell_rules(struct rules *r, char *logged, char *outcome)
{
    const struct run_filter all = {0};
    struct fault f = {0};
    drive(r);
    snprintf(outcome, SAID_MAX, "%s", logged);
    said[0] = '\0';
    run_each(host.store, &all, take_run, outcome, &f);
    if (host.trouble.code != ERR_OK)
        snprintf(outcome, SAID_MAX, "trouble: %s", host.trouble.text);
    else if (said[0] != '\0')
        snprintf(outcome, SAID_MAX, "beside it, %.3000s", said);
    else if (count_runs("honest") != 1 || count_runs("neighbour") != 1)
        snprintf(outcome, SAID_MAX, "the rules beside it did not run");
}

static void attack_rules(const struct attack_file *file, char *outcome)
{
    static const char *const patterns[] = {"rules/*.lua"};
    static char logged[SAID_MAX];
    char *mistakes = NULL;
    struct fault f = {0};
    host_up();
    write_rules(file->name, file->text, file->len, file->whole);
    const struct rules_options o = {
        .host = &host,
        .tasks = tasks,
        .folder = folder,
        .patterns = patterns,
        .pattern_count = 1,
        .words = bind_open,
        .bind = &bind_rules_words,
        .limits = {.memory = MEMORY, .steps = 1000000000, .run_steps = STEPS},
        .mistakes = &mistakes,
    };
    FILE *log = fmemopen(logged, sizeof logged, "w");
    log_stream_set(log);
    struct rules *r = rules_open(&o, &f);
    if (r != NULL)
        tell_rules(r, logged, outcome);
    else
        snprintf(outcome, SAID_MAX, "%s",
                 mistakes != NULL
                     ? mistakes + (strncmp(mistakes, "rules/", 6) == 0 ? 6 : 0)
                     : f.text);
    rules_close(r);
    log_stream_set(NULL);
    fclose(log);
    free(mistakes);
    host_down();
}

/* ---- in the parent ---- */

static bool read_attack(struct attack_file *file, const char *from, const char *name)
{
    char path[700];
    snprintf(path, sizeof path, "%s/%s", from, name);
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

static bool make_folder(void)
{
    const char *parent = getenv("TMPDIR");
    int len = snprintf(folder, sizeof folder, "%s/dray-attack-XXXXXX",
                       parent != NULL ? parent : "/tmp");
    return len > 0 && (size_t)len < sizeof folder && mkdtemp(folder) != NULL;
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *at)
{
    (void)s;
    (void)type;
    (void)at;
    return remove(path);
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

static void run_child(const struct attack_file *file, bool as_rule, int fd)
{
    static char outcome[SAID_MAX];
    alarm(ALARM_SECONDS);
    if (freopen("/dev/null", "w", stdout) == NULL)
        _exit(1);
    if (as_rule)
        attack_rules(file, outcome);
    else
        attack(file->name, file->text, file->len, outcome);
    ssize_t sent = write(fd, outcome, strlen(outcome));
    _exit(sent < 0 ? 1 : 0);
}

static bool survives(const struct attack_file *file, bool as_rule, char *outcome)
{
    int ends[2], status = 0;
    fflush(stdout);
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0)
        run_child(file, as_rule, ends[1]);
    close(ends[1]);
    listen(ends[0], outcome);
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        snprintf(outcome, SAID_MAX, "the host died of signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        snprintf(outcome, SAID_MAX, "the host ended with code %d", WEXITSTATUS(status));
    return strncmp(outcome, file->says, strlen(file->says)) == 0;
}

/* In a folder of its own, which is gone afterwards, also when the child was killed. */
static bool survives_in_folder(const struct attack_file *file, bool as_rule,
                               char *outcome)
{
    if (!make_folder()) {
        snprintf(outcome, SAID_MAX, "no folder for it: %s", strerror(errno));
        return false;
    }
    bool good = survives(file, as_rule, outcome);
    if (nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0) {
        snprintf(outcome, SAID_MAX, "%s stays: %s", folder, strerror(errno));
        good = false;
    }
    return good;
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static size_t list_files(const char *from, char names[][256])
{
    size_t count = 0;
    DIR *dir = opendir(from);
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

static bool tell(const struct attack_file *file, bool as_rule)
{
    static char outcome[SAID_MAX];
    bool good = survives_in_folder(file, as_rule, outcome);
    printf("%s %s%s %.*s\n", good ? "ok" : "NOT OK", file->name,
           as_rule ? " as a rule:" : ":", (int)strcspn(file->text, "\n"), file->text);
    if (!good)
        printf("  wants \"%s\"\n  said \"%.300s\"\n", file->says, outcome);
    return good;
}

struct sum {
    size_t passed, failed;
};

static void add(struct sum *sum, bool good)
{
    sum->passed += good ? 1 : 0;
    sum->failed += good ? 0 : 1;
}

static void run_folder(struct sum *sum, const char *from, bool whole, int argc,
                       char **argv)
{
    static char names[FILES_MAX][256];
    static struct attack_file file;
    const size_t count = list_files(from, names);
    file.whole = whole;
    for (size_t i = 0; i < count; i++) {
        if (!chosen(argc, argv, names[i]))
            continue;
        const bool read = read_attack(&file, from, names[i]);
        if (!whole)
            add(sum, read && tell(&file, false));
        add(sum, read && tell(&file, true));
    }
}

int main(int argc, char **argv)
{
    struct sum sum = {0};
    run_folder(&sum, "tests/sandbox", false, argc, argv);
    run_folder(&sum, "tests/sandbox/rules", true, argc, argv);
    printf("%zu passed, %zu failed\n", sum.passed, sum.failed);
    return sum.failed == 0 && sum.passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
