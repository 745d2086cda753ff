/* `dray rules`: every rule, when it applies, how it went, whether it is paused. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "bind/bind.h"
#include "cli/command.h"
#include "cli/fires.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "engine/rulebook.h"
#include "store/hold.h"
#include "store/job.h"
#include "store/rule.h"

static const struct flag flags[] = {
    {"next", 'n', "N", false, "the next N fires of each schedule, instead"},
    {"from", 0, "TIME", false, "with --next: from that time on, 2026-11-23T06:00-06:00"},
    FLAG_JSON,
    FLAG_PROJECT,
    FLAG_STATE,
    FLAG_END};

enum { TRIGGER_MAX = 4096 };

struct listing {
    struct session session;
    struct rulebook *book;
    struct rows *rows;
    struct arena memory;
    bool json;
};

/* ---- the trigger, for people ---- */

static void add_list(struct buf *b, const char *word, const struct json *list)
{
    const char *comma = " ";
    if (list == NULL)
        return;
    buf_text(b, word);
    for (const struct json *item = list->first; item != NULL; item = item->next) {
        buf_format(b, "%s%s", comma, json_str(item) == NULL ? "?" : json_str(item));
        comma = ", ";
    }
}

static void add_member(struct buf *b, const struct json *o, const char *key)
{
    const struct json *value = json_get(o, key);
    if (value != NULL && value->type == JSON_ARRAY) {
        buf_format(b, " %s", key);
        add_list(b, "", value);
    } else if (json_str(value) != NULL)
        buf_format(b, " %s %s", key, json_str(value));
}

/* "every 1d at 07:30 days mon-fri zone America/Chicago" */
static void add_every(struct buf *b, const struct json *every)
{
    static const char *const keys[] = {"at", "from", "to", "days", "except", "zone"};
    buf_format(b, "every %s", json_get_str(every, "period", "?"));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        add_member(b, every, keys[i]);
}

static void write_trigger(struct buf *b, const struct json *head)
{
    if (json_get(head, "every") != NULL)
        add_every(b, json_get(head, "every"));
    if (json_get(head, "cron") != NULL)
        buf_format(b, "cron %s %s", json_get_str(head, "cron", ""),
                   json_get_str(head, "zone", ""));
    add_list(b, "on", json_get(head, "on"));
    add_list(b, "all of", json_get(head, "all"));
    if (json_get(head, "hold") != NULL)
        buf_format(b, ", for %s", json_get_str(head, "hold", ""));
    if (json_get_bool(head, "approve", false))
        buf_text(b, ", with approval");
}

/* ---- rows ---- */

/* What the store knows of it; zeroes where it never ran. */
static struct rule_row remembered(struct listing *l, const char *name)
{
    struct rule_row row = {0};
    struct fault f;
    if (l->session.store == NULL ||
        rule_find(l->session.store, &l->memory, name, &row, &f) != ERR_OK)
        row = (struct rule_row){.name = name, .why = "", .file = "", .head = ""};
    return row;
}

static int64_t waiting(struct listing *l, const struct rule_row *row, int64_t *holds)
{
    const struct hold_filter filter = {.rule = row->id};
    struct hold *list;
    size_t held = 0;
    int64_t jobs = 0;
    if (row->id != 0 && l->session.store != NULL) {
        job_count(l->session.store, row->id, &jobs, NULL);
        hold_list(l->session.store, &l->memory, &filter, &list, &held, NULL);
    }
    *holds = (int64_t)held;
    return jobs;
}

static void show(struct listing *l, const struct rule_row *row, const char *where,
                 const char *state, const char *head, int64_t next_ms)
{
    struct buf trigger;
    int64_t holds, jobs = waiting(l, row, &holds);
    buf_init(&trigger, TRIGGER_MAX);
    if (head[0] != '\0')
        write_trigger(&trigger, json_parse(&l->memory, head, strlen(head), NULL));
    rows_begin(l->rows);
    rows_text(l->rows, "name", row->name);
    rows_text(l->rows, "state", state);
    rows_text(l->rows, "trigger", buf_str(&trigger));
    rows_text(l->rows, "last", row->last_ms == 0 ? "-" : run_state_name(row->outcome));
    rows_time(l->rows, "lastAt", row->last_ms);
    rows_time(l->rows, "next", next_ms);
    rows_number(l->rows, "failures", row->failures);
    rows_number(l->rows, "holds", holds);
    rows_number(l->rows, "waiting", jobs);
    rows_text(l->rows, "file", where);
    rows_extra(l->rows, "why", row->why);
    rows_end(l->rows);
    buf_clear(&trigger);
}

static void show_rule(struct listing *l, const struct rule *rule)
{
    const struct rule_row row = remembered(l, rule->name);
    const char *where = arena_format(&l->memory, "%s:%d", rule->file->path, rule->line);
    show(l, &row, where,
         row.paused_ms != 0 ? "paused"
         : rule->active     ? "active"
                            : "inactive",
         rule->head == NULL ? "" : rule->head,
         row.paused_ms != 0 || !rule->active ? 0 : fires_next(&l->session, rule));
}

/* No file has it any more: told only when something is left to do for it. */
static bool show_gone(void *arg, const struct rule_row *r)
{
    struct listing *l = arg;
    int64_t holds;
    if (rulebook_find(l->book, r->name) == NULL &&
        (waiting(l, r, &holds) > 0 || holds > 0))
        show(l, r, r->file, "gone", r->head, 0);
    return true;
}

static int show_all(const struct invocation *in, struct listing *l)
{
    static const char *const headings[] = {"rule",     "state", "applies",   "last",
                                           "at",       "next",  ">failures", ">holds",
                                           ">waiting", "where", NULL};
    struct fault f;
    enum err e = ERR_OK;
    l->rows = rows_of(in, l->json ? NULL : headings);
    for (size_t i = 0; i < l->book->file_count; i++) {
        for (size_t k = 0; k < l->book->files[i]->rule_count; k++)
            show_rule(l, &l->book->files[i]->rules[k]);
    }
    if (l->session.store != NULL)
        e = rule_each(l->session.store, show_gone, l, &f);
    rows_print(l->rows, "no rules: write rules \"rules/*.lua\" in dray.lua");
    return e == ERR_OK ? EXIT_DONE : complain_fault(in, &f);
}

/* ---- the command ---- */

/* The state, where there is one already. */
static int open_state(const struct invocation *in, struct listing *l)
{
    struct fault f;
    l->session.store = store_open(l->session.state, STORE_LOOK, l->session.clock, &f);
    if (l->session.store == NULL && f.code != ERR_NOT_FOUND)
        return complain_fault(in, &f);
    return EXIT_DONE;
}

static int load_book(const struct invocation *in, struct listing *l)
{
    char *mistakes = NULL;
    struct fault f;
    l->book = bind_rulebook(l->session.project, &mistakes, &f);
    if (l->book == NULL)
        fprintf(in->err, "%s\n", mistakes != NULL ? mistakes : f.text);
    free(mistakes);
    return l->book == NULL ? EXIT_FAILED : EXIT_DONE;
}

static int rules(const struct invocation *in)
{
    struct listing l = {.json = flag_given(in, "json")};
    int exit = session_project(in, &l.session);
    arena_init(&l.memory);
    if (exit == EXIT_DONE)
        exit = load_book(in, &l);
    if (exit == EXIT_DONE && flag_given(in, "next")) {
        exit = fires_list(in, &l.session, l.book);
    } else if (exit == EXIT_DONE) {
        exit = open_state(in, &l);
        if (exit == EXIT_DONE)
            exit = show_all(in, &l);
    }
    rulebook_free(l.book);
    arena_clear(&l.memory);
    session_close(&l.session);
    return exit;
}

const struct command command_rules = {
    .name = "rules",
    .arguments = "",
    .summary = "every rule: when it applies, how it went, whether it is paused",
    .details = "`holds` counts orders for which its condition must stay true for a "
               "while; `waiting` events that wait\n"
               "for another try or for `dray resume`. A rule that is gone is shown for "
               "as long as something waits for it.",
    .flags = flags,
    .run = rules,
};
