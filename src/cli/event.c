/* `dray event`: reports what happened on the floor; `dray events`: what was reported. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "cli/files.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "store/journal.h"
#include "store/waiting.h"
#include "workflow/floor.h"

enum { LIMIT_MAX = 1000000000 };

static const struct flag event_flags[] = {
    {"order", 'o', "PO", false, "the order's number"},
    {"tracking", 't', "NUMBER", false, "the parcel's tracking number, instead or beside"},
    {"box", 'b', "BOX", false, "which box of the order, when it has several"},
    {"at", 0, "TIME", false,
     "when it happened (default: now); without a zone it is the warehouse's time"},
    {"account", 'a', "NAME", false,
     "whose order, when several accounts have that number"},
    {"id", 0, "ID", false, "what makes this report itself: repeated, it changes nothing"},
    {"json", 'j', "OBJECT", false, "more fields of the event, as a JSON object"},
    {"file", 'f', "FILE", false, "the same from a file, or a list of them; - is stdin"},
    FLAG_PROJECT,
    FLAG_STATE,
    FLAG_END};

/* ---- the reports of one command ---- */

struct reporter {
    const struct invocation *in;
    struct session session;
    struct arena memory;
    struct json *reports; /* an array of objects */
};

static int read_text(struct reporter *r, const char *text, size_t len, const char *flag)
{
    struct fault f;
    struct json *value = json_parse(&r->memory, text, len, &f);

    if (value == NULL)
        return complain(r->in, EXIT_USAGE, "--%s: %s", flag, f.text);
    if (value->type == JSON_ARRAY)
        r->reports = value;
    else
        json_push(r->reports, value);
    for (const struct json *one = r->reports->first; one != NULL; one = one->next)
        if (one->type != JSON_OBJECT)
            return complain(r->in, EXIT_USAGE, "--%s: expected an object", flag);
    return EXIT_DONE;
}

static int read_file(struct reporter *r, const char *path)
{
    struct fault f;
    char *text;
    size_t len;

    if (files_read(r->in, path, &text, &len, &f) != ERR_OK)
        return complain_fault(r->in, &f);
    int exit = read_text(r, text, len, "file");
    free(text);
    return exit;
}

/* Flags beat the object's own members. */
static void add_flags(struct reporter *r)
{
    static const char *const names[][2] = {{"order", "order"},
                                           {"tracking", "trackingNumber"},
                                           {"box", "box"},
                                           {"at", "at"},
                                           {"account", "account"}};
    for (struct json *one = r->reports->first; one != NULL; one = one->next)
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            json_set_str(&r->memory, one, names[i][1],
                         flag_text(r->in, names[i][0], NULL));
}

static int read_reports(struct reporter *r)
{
    const char *json = flag_text(r->in, "json", NULL);
    const char *file = flag_text(r->in, "file", NULL);
    int exit = EXIT_DONE;

    r->reports = json_array(&r->memory);
    if (json != NULL && file != NULL)
        return complain(r->in, EXIT_USAGE, "--json and --file: give one of them");
    if (json != NULL)
        exit = read_text(r, json, strlen(json), "json");
    else if (file != NULL)
        exit = read_file(r, file);
    else
        json_push(r->reports, json_object(&r->memory));
    if (exit == EXIT_DONE && flag_given(r->in, "id") && r->reports->count != 1)
        return complain(r->in, EXIT_USAGE, "--id: is for one report, got %zu",
                        r->reports->count);
    if (exit == EXIT_DONE)
        add_flags(r);
    return exit;
}

static const char *words_for(enum report_outcome o)
{
    switch (o) {
    case REPORT_TAKEN:
        return "taken";
    case REPORT_SAME:
        return "reported before, nothing changed";
    case REPORT_KEPT:
        break;
    }
    return "kept until its order appears; see `dray events --waiting`";
}

static void say(struct reporter *r, const struct json *fields,
                const struct report_result *result)
{
    const char *name = r->in->arguments[0];
    const char *subject = json_get_str(
        fields, "order",
        json_get_str(fields, "trackingNumber", json_get_str(fields, "product", "")));

    if (flag_given(r->in, "json") || flag_given(r->in, "file")) {
        struct rows *rows = rows_of(r->in, NULL);
        rows_begin(rows);
        rows_text(rows, "event", name);
        rows_text(rows, "subject", subject);
        rows_text(rows, "outcome", report_outcome_name(result->outcome));
        rows_number(rows, "id", result->event);
        rows_end(rows);
        rows_print(rows, "");
        return;
    }
    fprintf(r->in->out, "%s %s: %s\n", name, subject, words_for(result->outcome));
}

static enum err report_each(struct reporter *r, struct report_result *results,
                            struct fault *f)
{
    enum err e = ERR_OK;
    size_t n = 0;
    for (const struct json *one = r->reports->first; e == ERR_OK && one != NULL;
         one = one->next) {
        const struct report report = {.event = r->in->arguments[0],
                                      .fields = one,
                                      .id = flag_text(r->in, "id", NULL),
                                      .source = "dray event"};
        e = floor_report(r->session.host, &report, &results[n++], f);
    }
    return e;
}

/* All or none of them, also within a running owner, whose round commits. */
static enum err report_slice(struct reporter *r, struct report_result *results,
                             struct fault *f)
{
    struct store *s = r->session.host->store;
    struct fault undo;

    enum err e = store_slice_begin(s, f);
    if (e != ERR_OK)
        return e;
    e = report_each(r, results, f);
    if (e == ERR_OK)
        return store_slice_keep(s, f);
    if (store_slice_undo(s, &undo) != ERR_OK)
        *f = undo;
    return f->code;
}

static int report_all(struct reporter *r)
{
    struct fault f;
    size_t n = 0;
    struct report_result *results =
        arena_new(&r->memory, (r->reports->count + 1) * sizeof *results);

    if (report_slice(r, results, &f) != ERR_OK)
        return complain_fault(r->in, &f);
    for (const struct json *one = r->reports->first; one != NULL; one = one->next)
        say(r, one, &results[n++]);
    return session_commit(r->in, &r->session);
}

static int event(const struct invocation *in)
{
    struct reporter r = {.in = in};

    arena_init(&r.memory);
    int exit = read_reports(&r);
    if (exit == EXIT_DONE)
        exit = session_own(in, &r.session);
    if (exit == EXIT_DONE)
        exit = report_all(&r);
    session_close(&r.session);
    arena_clear(&r.memory);
    return exit;
}

const struct command command_event = {
    .name = "event",
    .arguments = "NAME",
    .summary = "report what happened on the floor: packed, picked_up, or what dray.lua "
               "declares",
    .details =
        "The report becomes an event, which rules hear, and a fact of the order. The "
        "very "
        "same\nreport again changes nothing; another one about the same box corrects the "
        "fact.\nA report about an order that is not there yet is kept until it appears.\n"
        "`dray event stock --json '{\"warehouse\":\"ABCD\",\"product\":\"SKU\","
        "\"quantity\":12}'` reports stock.",
    .least = 1,
    .most = 1,
    .flags = event_flags,
    .run = event,
};

/* ---- what was reported ---- */

static const struct flag events_flags[] = {
    {"waiting", 'w', NULL, false, "reports whose order nobody knows yet"},
    {"order", 'o', "PO", false, "only those of this order"},
    {"account", 'a', "NAME", false,
     "whose order, when several accounts have that number"},
    {"limit", 'n', "COUNT", false, "at most so many"},
    FLAG_JSON,
    FLAG_PROJECT,
    FLAG_STATE,
    FLAG_END};

static int show_waiting(const struct invocation *in, struct session *s, long limit)
{
    static const char *const headings[] = {"report", "event",  "order",   "tracking",
                                           "told",   "source", "problem", NULL};
    const struct waiting_filter filter = {.order = flag_text(in, "order", NULL),
                                          .limit = limit};
    struct arena a;
    struct fault f;
    struct waiting *list;
    size_t count;

    arena_init(&a);
    enum err e = waiting_list(s->store, &a, &filter, &list, &count, &f);
    struct rows *rows = rows_of(in, flag_given(in, "json") ? NULL : headings);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        rows_begin(rows);
        rows_number(rows, "report", list[i].id);
        rows_text(rows, "event", list[i].event);
        rows_text(rows, "order", list[i].order);
        rows_text(rows, "trackingNumber", list[i].tracking);
        rows_time(rows, "told", list[i].told_ms);
        rows_text(rows, "source", list[i].source);
        rows_text(rows, "problem", list[i].why);
        rows_end(rows);
    }
    rows_print(rows, "no report waits for its order");
    arena_clear(&a);
    return e == ERR_OK ? EXIT_DONE : complain_fault(in, &f);
}

/* The log is gone through in its order; only the floor's own events are shown. */
struct told {
    struct session *session;
    struct rows *rows;
    struct arena memory;
    long left;
};

static const char *order_of(struct told *t, int64_t record)
{
    struct record r;
    if (record == 0 ||
        record_get(t->session->store, &t->memory, record, false, &r, NULL) != ERR_OK)
        return "";
    return r.name;
}

static bool show_event(void *arg, const struct entry *e)
{
    struct told *t = arg;
    const struct setup *setup = t->session->project->setup;

    if (setup_kind(setup, e->what) == NULL && strcmp(e->what, "stock") != 0)
        return true;
    arena_reset(&t->memory);
    rows_begin(t->rows);
    rows_number(t->rows, "id", e->id);
    rows_time(t->rows, "told", e->at_ms);
    rows_text(t->rows, "event", e->what);
    rows_text(t->rows, "order", order_of(t, e->record));
    rows_text(t->rows, "says", e->detail == NULL ? "" : e->detail);
    rows_end(t->rows);
    return t->left < 0 || --t->left > 0;
}

static enum err find_order(const struct invocation *in, struct session *s,
                           struct arena *a, int64_t *record, struct fault *f)
{
    struct record r;
    const char *number = flag_text(in, "order", NULL);

    *record = 0;
    if (number == NULL)
        return ERR_OK;
    enum err e = record_find_any(s->store, a, flag_text(in, "account", NULL), number,
                                 false, &r, f);
    *record = e == ERR_OK ? r.id : 0;
    return e;
}

static int show_told(const struct invocation *in, struct session *s, long limit)
{
    static const char *const headings[] = {"id", "told", "event", "order", "says", NULL};
    struct told t = {.session = s, .left = limit == 0 ? -1 : limit};
    struct entry_filter filter = {0};
    struct fault f;

    arena_init(&t.memory);
    enum err e = find_order(in, s, &t.memory, &filter.record, &f);
    t.rows = rows_of(in, flag_given(in, "json") ? NULL : headings);
    if (e == ERR_OK)
        e = journal_each(s->store, &filter, show_event, &t, &f);
    rows_print(t.rows, "nothing was reported");
    arena_clear(&t.memory);
    return e == ERR_OK ? EXIT_DONE : complain_fault(in, &f);
}

static int events(const struct invocation *in)
{
    struct session s = {0};
    long limit;

    if (!flag_number(in, "limit", 1, LIMIT_MAX, 0, &limit))
        return EXIT_USAGE;
    int exit = session_survey(in, &s);
    if (exit == EXIT_DONE)
        exit = flag_given(in, "waiting") ? show_waiting(in, &s, limit)
                                         : show_told(in, &s, limit);
    session_close(&s);
    return exit;
}

const struct command command_events = {
    .name = "events",
    .arguments = "",
    .summary = "what the floor and the carriers reported, and what waits for its order",
    .details =
        "A report waits while nobody knows its order or its tracking number. It is "
        "taken when the\norder appears; `problem` says why that was not possible.",
    .flags = events_flags,
    .run = events,
};
