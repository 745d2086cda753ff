/* `dray import`: Amazon's record of the past, so that there is something to play rules
 * against. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/errand.h"
#include "cli/since.h"
#include "cli/session.h"
#include "workflow/import.h"
#include "workflow/round.h"

static const struct flag flags[] = {
    {"since", 0, "WHEN", false,
     "how far back: 30d, or a time such as 2026-11-01T00:00Z; at most 182d"},
    {"account", 'a', "NAME", false, "only this account's"},
    {"again", 0, NULL, false,
     "also what was read before: to see what became of orders that were open then"},
    FLAG_JSON,
    FLAG_PROJECT,
    FLAG_STATE,
    FLAG_END};

/* One import, by itself or within a running owner. */
struct reading {
    const struct invocation *in;
    struct session session;
    struct import *import;
};

/* ---- what is said ---- */

static void set_counts(struct arena *a, struct json *o, const struct import_counts *c)
{
    json_set(a, o, "listed", json_integer(a, c->listed));
    json_set(a, o, "imported", json_integer(a, c->imported));
    json_set(a, o, "changed", json_integer(a, c->changed));
    json_set(a, o, "known", json_integer(a, c->known));
    json_set(a, o, "open", json_integer(a, c->open));
}

static void say_json(const struct reading *r, const struct json *o)
{
    struct buf text;
    buf_init(&text, 16 * 1024);
    json_write(&text, o);
    fprintf(r->in->out, "%s\n", buf_str(&text));
    buf_clear(&text);
}

static void window_json(const struct reading *r, const struct import_window *w,
                        const char *from, const char *to)
{
    struct arena a;

    arena_init(&a);
    struct json *o = json_object(&a);
    json_set_str(&a, o, "account", w->account->id);
    json_set_str(&a, o, "from", from);
    json_set_str(&a, o, "to", to);
    set_counts(&a, o, &w->counts);
    json_set_str(&a, o, "error", w->fault.code == ERR_OK ? NULL : w->fault.text);
    say_json(r, o);
    arena_clear(&a);
}

static void say_window(void *arg, const struct import_window *w)
{
    const struct reading *r = arg;
    const struct import_counts *c = &w->counts;
    char from[INSTANT_TEXT], to[INSTANT_TEXT];

    instant_format(w->from_ms - w->from_ms % MS_SECOND, from);
    instant_format(w->to_ms - w->to_ms % MS_SECOND, to);
    if (flag_given(r->in, "json"))
        window_json(r, w, from, to);
    fprintf(r->in->err, "%s, %s to %s: ", w->account->id, from, to);
    if (w->fault.code != ERR_OK)
        fprintf(r->in->err, "%s\n", w->fault.text);
    else
        fprintf(r->in->err, "%lld listed, %lld imported\n", (long long)c->listed,
                (long long)c->imported);
    fflush(r->in->err);
}

static void totals_json(const struct reading *r, const struct import_counts *c)
{
    struct arena a;

    arena_init(&a);
    struct json *o = json_object(&a), *totals = json_object(&a);
    set_counts(&a, totals, c);
    json_set(&a, totals, "failures",
             json_integer(&a, (int64_t)import_failures(r->import)));
    json_set(&a, o, "totals", totals);
    say_json(r, o);
    arena_clear(&a);
}

static int say_totals(const struct reading *r)
{
    const struct import_counts *c = import_counts(r->import);
    const size_t failures = import_failures(r->import);

    if (flag_given(r->in, "json"))
        totals_json(r, c);
    else
        fprintf(r->in->out,
                "%lld listed: %lld imported, %lld changed since they were imported, %lld "
                "known, %lld open and left to the ordinary lists\n",
                (long long)c->listed, (long long)c->imported, (long long)c->changed,
                (long long)c->known, (long long)c->open);
    if (failures > 0)
        fprintf(r->in->err,
                "%zu windows could not be read; the same command goes on there\n",
                failures);
    return failures > 0 ? EXIT_FAILED : EXIT_DONE;
}

/* ---- beginning ---- */

static int read_since(const struct invocation *in, int64_t now_ms, int64_t *since_ms)
{
    int exit = since_read(in, "since", now_ms, since_ms);

    if (exit == EXIT_DONE && !flag_given(in, "since"))
        exit =
            complain(in, EXIT_USAGE, "--since is missing: say how far back, such as 30d");
    if (exit == EXIT_DONE && *since_ms < now_ms - IMPORT_REACH_MS)
        exit =
            complain(in, EXIT_USAGE, "--since %s: Amazon keeps six months: at most 182d",
                     flag_text(in, "since", ""));
    return exit;
}

static int read_account(const struct reading *r, struct account **only)
{
    const char *name = flag_text(r->in, "account", NULL);

    *only = name == NULL ? NULL : host_account(r->session.host, name);
    if (name != NULL && *only == NULL)
        return complain(r->in, EXIT_FAILED, "dray.lua names no account \"%s\"", name);
    return EXIT_DONE;
}

static int begin(struct reading *r)
{
    struct host *h = r->session.host;
    struct import_options o = {
        .again = flag_given(r->in, "again"), .tell = say_window, .arg = r};

    int exit = read_since(r->in, host_now(h), &o.since_ms);
    if (exit == EXIT_DONE)
        exit = read_account(r, &o.only);
    if (exit == EXIT_DONE)
        r->import = import_begin(h, &o);
    return exit;
}

static bool has_ended(void *arg)
{
    const struct reading *r = arg;
    return import_ended(r->import);
}

/* ---- by itself ---- */

static int read_all(struct reading *r)
{
    struct fault f;
    const enum err e = round_run(r->session.host, NULL, has_ended, r, INT64_MAX, &f);

    if (e != ERR_OK && e != ERR_CANCELLED)
        return complain_fault(r->in, &f);
    const int exit = say_totals(r);
    return e == ERR_OK ? exit : complain_fault(r->in, &f);
}

static int import_alone(const struct invocation *in)
{
    struct reading r = {.in = in};
    int exit = session_own(in, &r.session);

    if (exit == EXIT_DONE) {
        log_level_set(LOG_ERROR);         /* the person is told by the command itself */
        r.session.host->rehearsal = true; /* who looks at the past sends nothing */
        loop_watch_signals(r.session.host->loop);
        exit = begin(&r);
    }
    if (exit == EXIT_DONE)
        exit = read_all(&r);
    import_free(r.import);
    session_close(&r.session);
    return exit;
}

/* ---- within a running owner ---- */

static void reading_free(void *arg)
{
    struct reading *r = arg;
    import_free(r->import);
    free(r);
}

static int end(void *arg)
{
    struct reading *r = arg;
    const int exit = say_totals(r);
    reading_free(r);
    return exit;
}

static void stop(void *arg)
{
    struct reading *r = arg;
    import_stop(r->import);
}

static int import_there(const struct invocation *in)
{
    struct reading *r = mem_new(sizeof *r);

    r->in = in;
    session_own(in, &r->session);
    const int exit = begin(r);
    if (exit != EXIT_DONE) {
        reading_free(r);
        return exit;
    }
    *in->errand->kept = true;
    *in->errand->later = (struct later){has_ended, end, stop, reading_free, r};
    return EXIT_LATER;
}

static int import(const struct invocation *in)
{
    return in->errand != NULL ? import_there(in) : import_alone(in);
}

const struct command command_import = {
    .name = "import",
    .arguments = "",
    .summary = "read Amazon's record of the past, so that rules can be tried on it",
    .details =
        "Orders and shipments of the last days, or of up to six months, are read in "
        "windows of a week and kept\n"
        "with the times that Amazon tells. They are no work: no rule runs for them, "
        "nothing is sent, and they\n"
        "are in no list but `dray orders --imported`. What dray knows already stays as "
        "it "
        "is, and what is\n"
        "open comes by the ordinary lists. Cut off, or asked for again, it goes on where "
        "it was.\n"
        "Exit code 1: a list could not be read to its end; the same command goes on "
        "there.",
    .flags = flags,
    .run = import,
};
