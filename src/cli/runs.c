/* `dray runs`, `dray trace RUN`: what ran, and what it did step by step. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "store/journal.h"
#include "store/record.h"
#include "store/rule.h"
#include "store/run.h"
#include "store/verdict.h"

enum { RUNS_SHOWN = 50, RUNS_MOST = 1000000 };

static const struct flag runs_flags[] = {
    {"rule", 0, "NAME", false, "only runs of this rule"},
    {"order", 'o', "PO", false, "only runs about this order"},
    {"account", 'a', "NAME", false, "with --order: which account's"},
    {"failed", 0, NULL, false, "only those that failed or were cut off"},
    {"limit", 'n', "COUNT", false, "at most so many, the newest (default 50)"},
    FLAG_JSON,
    FLAG_PROJECT,
    FLAG_STATE,
    FLAG_END};
static const struct flag trace_flags[] = {FLAG_JSON, FLAG_PROJECT, FLAG_STATE, FLAG_END};

struct showing {
    const struct invocation *in;
    struct session session;
    struct rows *rows;
    struct arena memory;
    bool json;
};

/* ---- dray runs ---- */

/* The order's number; "" when it is about none. */
static const char *order_of(struct showing *s, int64_t record)
{
    struct record r;
    if (record == 0 ||
        record_get(s->session.store, &s->memory, record, false, &r, NULL) != ERR_OK)
        return "";
    return r.name;
}

static const char *event_of(struct showing *s, int64_t event)
{
    struct entry e;
    if (event == 0 ||
        journal_get(s->session.store, &s->memory, event, &e, NULL) != ERR_OK)
        return "";
    return e.what;
}

static bool show_run(void *arg, const struct run_row *r)
{
    struct showing *s = arg;
    rows_begin(s->rows);
    rows_number(s->rows, "id", r->id);
    rows_text(s->rows, "script", r->script);
    rows_text(s->rows, "state", run_state_name(r->state));
    rows_text(s->rows, "event", event_of(s, r->event));
    rows_text(s->rows, "purchaseOrderNumber", order_of(s, r->record));
    rows_time(s->rows, "begun", r->begun_ms);
    rows_text(s->rows, "error", r->error);
    rows_extra_time(s->rows, "ended", r->ended_ms);
    rows_end(s->rows);
    return true;
}

static enum err read_filter(struct showing *s, struct run_filter *filter, struct fault *f)
{
    const char *rule = flag_text(s->in, "rule", NULL),
               *po = flag_text(s->in, "order", NULL);
    struct rule_row row;
    struct record r;
    enum err e = ERR_OK;
    if (rule != NULL) {
        e = rule_find(s->session.store, &s->memory, rule, &row, f);
        filter->rule = e == ERR_OK ? row.id : 0;
    }
    if (e == ERR_OK && po != NULL) {
        e = record_find_any(s->session.store, &s->memory,
                            flag_text(s->in, "account", NULL), po, false, &r, f);
        filter->record = e == ERR_OK ? r.id : 0;
    }
    if (flag_given(s->in, "failed"))
        filter->states = 1u << RUN_FAILED | 1u << RUN_CRASHED;
    return e;
}

static int list_runs(struct showing *s)
{
    static const char *const headings[] = {">run",  "rule or script", "state", "event",
                                           "order", "begun",          "error", NULL};
    struct run_filter filter = {0};
    struct fault f;
    long limit;
    if (!flag_number(s->in, "limit", 1, RUNS_MOST, RUNS_SHOWN, &limit))
        return EXIT_USAGE;
    filter.limit = limit;
    if (read_filter(s, &filter, &f) != ERR_OK)
        return complain_fault(s->in, &f);
    s->rows = rows_of(s->in, s->json ? NULL : headings);
    enum err e = run_each(s->session.store, &filter, show_run, s, &f);
    rows_print(s->rows, "no runs");
    return e == ERR_OK ? EXIT_DONE : complain_fault(s->in, &f);
}

static int look(const struct invocation *in, int (*show)(struct showing *s))
{
    struct showing s = {.in = in, .json = flag_given(in, "json")};
    int exit = session_look(in, &s.session);
    arena_init(&s.memory);
    if (exit == EXIT_DONE)
        exit = show(&s);
    arena_clear(&s.memory);
    session_close(&s.session);
    return exit;
}

static int runs(const struct invocation *in)
{
    return look(in, list_runs);
}

/* ---- dray trace ---- */

/* "+0.050s  accept -> effect 12 (asked for before)   rules/floor.lua:7" */
static void tell_step(struct showing *s, const struct json *step)
{
    FILE *out = s->in->out;
    int64_t ms = 0, number;
    const char *line = json_get_str(step, "line", "");
    json_int(json_get(step, "ms"), &ms);
    if (json_get(step, "error") != NULL) {
        fprintf(out, "  error: %s\n", json_get_str(step, "error", ""));
        return;
    }
    if (json_get(step, "more") != NULL) {
        fputs("  … more steps, which were not kept\n", out);
        return;
    }
    fprintf(out, "  +%lld.%03llds  ", (long long)(ms / 1000), (long long)(ms % 1000));
    if (json_get(step, "did") != NULL)
        fputs(json_get_str(step, "did", ""), out);
    if (json_int(json_get(step, "effect"), &number))
        fprintf(out, " -> effect %lld", (long long)number);
    if (json_int(json_get(step, "for_ms"), &number))
        fprintf(out, "waited %lld.%03llds in %s", (long long)(number / 1000),
                (long long)(number % 1000), json_get_str(step, "waited", ""));
    if (json_get(step, "note") != NULL)
        fprintf(out, " (%s)", json_get_str(step, "note", ""));
    fprintf(out, "  %s\n", line);
}

struct found_verdict {
    int64_t rule;
    int64_t line;
};

static bool find_verdict(void *arg, const struct verdict_row *v)
{
    struct found_verdict *found = arg;
    if (v->rule == found->rule)
        found->line = v->line;
    return true;
}

static void tell_time(FILE *out, const char *what, int64_t ms)
{
    char text[INSTANT_TEXT];
    if (ms == 0)
        return;
    instant_format(ms, text);
    fprintf(out, "%s %s\n", what, text);
}

static void tell_head(struct showing *s, const struct run_row *r)
{
    FILE *out = s->in->out;
    struct rule_row rule = {.file = ""};
    struct found_verdict decided = {.rule = r->rule};
    fprintf(out, "run %lld of %s: %s%s%s\n", (long long)r->id, r->script,
            run_state_name(r->state), r->error[0] == '\0' ? "" : ": ", r->error);
    if (r->rule != 0) {
        rule_get(s->session.store, &s->memory, r->rule, &rule, NULL);
        verdict_each(s->session.store, r->event, find_verdict, &decided, NULL);
        fprintf(out, "for %s (entry %lld)%s%s, decided at %s:%lld\n",
                event_of(s, r->event), (long long)r->event,
                r->record == 0 ? "" : " of order ", order_of(s, r->record), rule.file,
                (long long)decided.line);
    }
    if (r->tries > 0)
        fprintf(out, "after %lld tries that failed\n", (long long)r->tries);
    tell_time(out, "begun", r->begun_ms);
    tell_time(out, "ended", r->ended_ms);
}

static struct json *steps_of(struct showing *s, const struct run_row *r)
{
    return r->trace_len == 0 ? NULL
                             : json_parse(&s->memory, r->trace, r->trace_len, NULL);
}

static void tell_json(struct showing *s, const struct run_row *r)
{
    struct arena *a = &s->memory;
    struct json *o = json_object(a), *steps = steps_of(s, r);
    struct buf text;
    char version[DIGEST_HEX + 1], at[INSTANT_TEXT];
    digest_hex(&r->source, version);
    instant_format(r->begun_ms, at);
    json_set(a, o, "run", json_integer(a, r->id));
    json_set_str(a, o, "script", r->script);
    json_set_str(a, o, "state", run_state_name(r->state));
    json_set_str(a, o, "error", r->error);
    json_set_str(a, o, "event", event_of(s, r->event));
    json_set_str(a, o, "purchaseOrderNumber", order_of(s, r->record));
    json_set_str(a, o, "begun", at);
    json_set_str(a, o, "version", version);
    json_set(a, o, "steps", steps == NULL ? json_array(a) : steps);
    buf_init(&text, 1 << 20);
    json_write(&text, o);
    fprintf(s->in->out, "%s\n", buf_str(&text));
    buf_clear(&text);
}

static int trace_run(struct showing *s)
{
    const char *word = s->in->arguments[0];
    struct run_row r;
    struct fault f;
    char *end;
    const long long id = strtoll(word, &end, 10);
    if (*word == '\0' || *end != '\0' || id <= 0)
        return complain(s->in, EXIT_USAGE, "\"%s\": expected the number of a run", word);
    if (run_get(s->session.store, &s->memory, id, &r, &f) != ERR_OK)
        return complain_fault(s->in, &f);
    if (s->json) {
        tell_json(s, &r);
        return EXIT_DONE;
    }
    tell_head(s, &r);
    const struct json *steps = steps_of(s, &r);
    for (const struct json *step = steps == NULL ? NULL : steps->first; step != NULL;
         step = step->next)
        tell_step(s, step);
    return EXIT_DONE;
}

static int trace(const struct invocation *in)
{
    return look(in, trace_run);
}

const struct command command_runs = {
    .name = "runs",
    .arguments = "",
    .summary = "what ran: rules and scripts, the newest first",
    .details = "`dray trace RUN` shows one of them step by step.",
    .flags = runs_flags,
    .run = runs,
};

const struct command command_trace = {
    .name = "trace",
    .arguments = "RUN",
    .summary = "one run step by step: what it answered, did, waited for, and its error",
    .details =
        "Times count from its beginning. A run that goes on shows its steps when it "
        "has ended; its effects\n"
        "are in `dray effects` at once.",
    .least = 1,
    .most = 1,
    .flags = trace_flags,
    .run = trace,
};
