/* `dray backtest`: what was recorded, played again through other rules. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "bind/backtest.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "cli/since.h"

static const struct flag flags[] = {
    FLAG_PROJECT,
    FLAG_STATE,
    {"since", 0, "WHEN", false, "only events from then on: 30d, or a time with its zone"},
    {"json", 0, NULL, false,
     "each difference as a line of JSON on stdout, the totals last"},
    FLAG_END,
};

enum { PATH_MAX_LEN = 4096 };

/* ---- which rules ---- */

/* The folder's way from the project: what is in it stays as it is, else it leads up. */
static char *within(const char *folder, const char *path)
{
    struct buf b;
    size_t same = 0, i = 0;
    while (folder[i] != '\0' && folder[i] == path[i]) {
        i++;
        if ((folder[i] == '\0' || folder[i] == '/') &&
            (path[i] == '\0' || path[i] == '/'))
            same = i;
    }
    buf_init(&b, 2 * PATH_MAX_LEN);
    for (const char *up = folder + same; *up != '\0'; up++) {
        if (*up == '/' && up[1] != '\0')
            buf_text(&b, "../");
    }
    buf_text(&b, path[same] == '/' ? path + same + 1 : path + same);
    return buf_take(&b, NULL);
}

/* One argument as a pattern of rule files; NULL, and a complaint, when nothing is there.
 */
static char *pattern_of(const struct invocation *in, const char *folder, const char *word)
{
    struct stat st;
    struct buf b;
    char *full = realpath(word, NULL);
    if (full == NULL || stat(full, &st) != 0) {
        complain(in, EXIT_FAILED, "%s: there is no such file or folder of rules", word);
        free(full);
        return NULL;
    }
    char *path = within(folder, full);
    free(full);
    buf_init(&b, 2 * PATH_MAX_LEN);
    buf_text(&b, path);
    if (S_ISDIR(st.st_mode))
        buf_text(&b, path[0] == '\0' ? "*.lua" : "/*.lua");
    free(path);
    return buf_take(&b, NULL);
}

/* ---- what is said ---- */

static void add_difference(void *arg, const struct replay_news *n)
{
    struct rows *rows = arg;
    char place[PATH_MAX_LEN];
    snprintf(place, sizeof place, "%s:%lld", n->file, (long long)n->line);
    rows_begin(rows);
    rows_text(rows, "purchaseOrderNumber", n->order[0] == '\0' ? "-" : n->order);
    rows_time(rows, "at", n->at_ms);
    rows_text(rows, "event", n->what);
    rows_text(rows, "rule", n->rule);
    rows_text(rows, "before", n->before[0] == '\0' ? "-" : n->before);
    rows_text(rows, "now", n->now[0] == '\0' ? "-" : n->now);
    rows_text(rows, "where", place);
    rows_extra(rows, "account", n->account);
    rows_extra(rows, "kind", replay_kind_name(n->kind));
    rows_end(rows);
}

static void print_totals(const struct invocation *in, const struct replay_totals *t)
{
    const long long other = t->kinds[REPLAY_DIFFERENT];
    fprintf(in->out,
            "%lld decisions compared: %lld the same, %lld different, %lld only before, "
            "%lld only now, of %lld order%s\n",
            (long long)t->compared, (long long)t->same, other,
            (long long)t->kinds[REPLAY_BEFORE], (long long)t->kinds[REPLAY_NOW],
            (long long)t->orders, t->orders == 1 ? "" : "s");
    for (size_t i = 0; i < REPLAY_REASONS && t->reasons[i].why[0] != '\0'; i++)
        fprintf(in->out, "not played, %lld: %s\n", (long long)t->reasons[i].count,
                t->reasons[i].why);
    if (t->versions > 0)
        fprintf(in->out, "%lld of the runs were of another version of their rule file\n",
                (long long)t->versions);
}

static void print_totals_json(const struct invocation *in, const struct replay_totals *t)
{
    struct arena a;
    struct buf text;
    arena_init(&a);
    buf_init(&text, 1 << 20);
    struct json *o = json_object(&a), *not = json_array(&a);
    json_set(&a, o, "compared", json_integer(&a, t->compared));
    json_set(&a, o, "same", json_integer(&a, t->same));
    for (int k = 0; k < REPLAY_KINDS; k++)
        json_set(&a, o, replay_kind_name((enum replay_kind)k),
                 json_integer(&a, t->kinds[k]));
    json_set(&a, o, "orders", json_integer(&a, t->orders));
    json_set(&a, o, "otherVersions", json_integer(&a, t->versions));
    for (size_t i = 0; i < REPLAY_REASONS && t->reasons[i].why[0] != '\0'; i++) {
        struct json *r = json_object(&a);
        json_set_str(&a, r, "why", t->reasons[i].why);
        json_set(&a, r, "count", json_integer(&a, t->reasons[i].count));
        json_push(not, r);
    }
    json_set(&a, o, "notPlayed", not );
    json_write(&text, o);
    fprintf(in->out, "%s\n", buf_str(&text));
    buf_clear(&text);
    arena_clear(&a);
}

static bool is_other(const struct replay_totals *t)
{
    return t->kinds[REPLAY_DIFFERENT] + t->kinds[REPLAY_BEFORE] + t->kinds[REPLAY_NOW] >
           0;
}

/* ---- playing ---- */

static int play(const struct invocation *in, const struct session *s,
                const char *const *patterns, int64_t since_ms)
{
    static const char *const headings[] = {"order",  "at",  "event", "rule",
                                           "before", "now", "where", NULL};
    const bool json = flag_given(in, "json");
    struct rows *rows = rows_of(in, json ? NULL : headings);
    struct replay_totals totals = {0};
    struct fault f = {0};
    char *mistakes = NULL;
    const struct backtest_options o = {
        .folder = s->folder,
        .patterns = in->count > 0 ? patterns : NULL,
        .pattern_count = (size_t)in->count,
        .there = s->store,
        .since_ms = since_ms,
        .fn = add_difference,
        .arg = rows,
        .mistakes = &mistakes,
    };

    log_level_set(LOG_ERROR); /* what is only played is no news */
    const enum err e = backtest_run(&o, &totals, &f);
    rows_print(rows, e != ERR_OK           ? "nothing was compared"
                     : totals.compared > 0 ? "every decision would be the same"
                                           : "nothing was decided that could be played");
    if (e != ERR_OK && mistakes != NULL)
        fprintf(in->err, "%s\n", mistakes);
    free(mistakes);
    if (e != ERR_OK)
        return complain_fault(in, &f);
    (json ? print_totals_json : print_totals)(in, &totals);
    return is_other(&totals) ? EXIT_FAILED : EXIT_DONE;
}

static int backtest_in(const struct invocation *in, const struct session *s,
                       int64_t since_ms)
{
    char *folder = realpath(s->folder, NULL);
    char **patterns = mem_array((size_t)in->count, sizeof *patterns);
    int exit = EXIT_DONE, count = 0;
    while (exit == EXIT_DONE && count < in->count) {
        patterns[count] =
            pattern_of(in, folder == NULL ? s->folder : folder, in->arguments[count]);
        if (patterns[count++] == NULL)
            exit = EXIT_FAILED;
    }
    if (exit == EXIT_DONE)
        exit = play(in, s, (const char *const *)patterns, since_ms);
    while (count > 0)
        free(patterns[--count]);
    free(patterns);
    free(folder);
    return exit;
}

static int backtest(const struct invocation *in)
{
    struct session s;
    int64_t since_ms = 0;
    int exit = session_look(in, &s);

    if (exit == EXIT_DONE)
        exit = since_read(in, "since", clock_wall_ms(s.clock), &since_ms);
    if (exit == EXIT_DONE)
        exit = backtest_in(in, &s, since_ms);
    session_close(&s);
    return exit;
}

const struct command command_backtest = {
    .name = "backtest",
    .arguments = "[RULES...]",
    .summary = "play what was recorded through other rules: which orders they would "
               "decide differently",
    .details =
        "RULES are folders or files of rules; without them the project's own. Every "
        "recorded event is\n"
        "offered to them in the world as it stood then: the orders, what the floor had "
        "told, the stock, and\n"
        "what had been sent. Rules that did not change decide the same. What a run would "
        "have planned is\n"
        "compared and thrown away; nothing is sent, and the state is only read, also "
        "while a dray works on it.\n"
        "What cannot be played is counted and named: runs that wait, or ask beyond "
        "their event (lists, files,\n"
        "Amazon).\n"
        "Exit code 0: every decision would be the same; 1: some would differ, or it "
        "could not be played.",
    .most = -1,
    .flags = flags,
    .alone = true,
    .run = backtest,
};
