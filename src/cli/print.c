/* `dray print`: an order's documents once more on paper. */
#include <string.h>

#include "base/log.h"
#include "cli/choice.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "workflow/print.h"
#include "workflow/printing.h"

enum { COPY_MAX = 1000000 };

static const struct flag flags[] = {
    {"printer", 'p', "NAME", false,
     "which one (default: where it was printed last, or the only one that takes it)"},
    {"kind", 'k', "KIND", true,
     "only these: label, slip, invoice (default: all that a printer takes)"},
    {"package", 0, "BOX", false, "only this package's"},
    {"copy", 0, "N", false,
     "this copy, and only when it was not printed yet (default: one more)"},
    {"account", 'a', "NAME", false,
     "which account's, when several have an order of that number"},
    FLAG_JSON,
    FLAG_PROJECT,
    FLAG_STATE,
    FLAG_END};

struct printout {
    const struct invocation *in;
    struct session session;
    struct arena memory;
    struct paper *papers;
    size_t count;
    const struct printer *printer; /* that was named; NULL */
    long copy;                     /* 0: one more */
    int64_t *effects;              /* one for each paper; 0: passed over */
};

/* ---- which documents ---- */

/* Keeps those of the package that was named. */
static void keep_package(struct printout *p)
{
    const char *package = flag_text(p->in, "package", NULL);
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++)
        if (package == NULL || strcmp(p->papers[i].package, package) == 0)
            p->papers[kept++] = p->papers[i];
    p->count = kept;
}

static int find_papers(struct printout *p)
{
    const char *po = p->in->arguments[0], *account = flag_text(p->in, "account", NULL);
    struct store *s = p->session.host->store;
    struct paper_filter filter = {.latest = true};
    struct record r;
    struct fault f;

    int exit = choice_kinds(p->in, "kind", &filter.kinds);
    if (exit != EXIT_DONE)
        return exit;
    enum err e = record_find_any(s, &p->memory, account, po, false, &r, &f);
    if (e == ERR_OK) {
        filter.record = r.id;
        e = paper_list(s, &p->memory, &filter, &p->papers, &p->count, &f);
    }
    if (e != ERR_OK)
        return complain_fault(p->in, &f);
    keep_package(p);
    if (p->count == 0)
        return complain(p->in, EXIT_FAILED, "order %s has no such document yet", po);
    return EXIT_DONE;
}

/* ---- planning ---- */

/* What nobody asked for by name may be passed over where no printer takes it. */
static bool passed_over(const struct printout *p, const struct paper *paper)
{
    struct fault f;
    if (flag_given(p->in, "kind"))
        return false;
    return p->printer != NULL ? !print_takes(p->printer, paper->is)
                              : print_usual(p->session.host, paper, &f) == NULL &&
                                    f.code == ERR_NOT_FOUND;
}

static enum err plan_one(struct printout *p, size_t i, struct fault *f)
{
    struct host *h = p->session.host;
    const struct paper *paper = &p->papers[i];
    const struct printer *printer =
        p->printer != NULL ? p->printer : print_usual(h, paper, f);
    int64_t copy = p->copy;
    struct plan plan;
    enum err e = printer == NULL ? f->code : ERR_OK;

    if (e == ERR_OK && copy == 0) {
        e = print_last_copy(h, paper, printer, &copy, f);
        copy++;
    }
    if (e == ERR_OK)
        e = print_plan(h, paper->id, printer, copy, &plan, f);
    if (e == ERR_OK && plan.outcome == PLAN_IMPOSSIBLE)
        e = fault_set(f, ERR_STATE, "%s", plan.why);
    if (e == ERR_OK)
        p->effects[i] = plan.effect;
    return e;
}

static int plan_all(struct printout *p)
{
    struct fault f;
    size_t planned = 0;

    p->effects = arena_new(&p->memory, p->count * sizeof *p->effects);
    for (size_t i = 0; i < p->count; i++) {
        p->effects[i] = 0;
        if (passed_over(p, &p->papers[i]))
            continue;
        if (plan_one(p, i, &f) != ERR_OK)
            return complain_fault(p->in, &f);
        planned++;
    }
    if (planned == 0)
        return complain(p->in, EXIT_FAILED,
                        "no printer takes what order %s has; see `dray documents --order "
                        "%s`",
                        p->in->arguments[0], p->in->arguments[0]);
    return EXIT_DONE;
}

/* ---- what came of it ---- */

static enum err show_one(struct printout *p, struct rows *rows, size_t i, bool *open,
                         struct fault *f)
{
    struct host *h = p->session.host;
    struct print_wish w;
    struct effect e;

    enum err err = effect_get(h->store, &p->memory, p->effects[i], true, &e, f);
    if (err != ERR_OK)
        return err;
    print_wish_read(&p->memory, &e, &w);
    rows_begin(rows);
    rows_number(rows, "effect", e.id);
    rows_number(rows, "document", w.document);
    rows_text(rows, "kind", w.kind);
    rows_text(rows, "package", w.package);
    rows_text(rows, "printer", w.printer);
    rows_number(rows, "copy", w.copy);
    rows_text(rows, "state", effect_shown(&e, host_now(h)));
    rows_text(rows, "why", e.why);
    rows_end(rows);
    *open = *open || (e.state != EFFECT_ACCEPTED && e.state != EFFECT_SUCCEEDED);
    return ERR_OK;
}

/* Within a running owner it is printed after this command. */
static int show(struct printout *p)
{
    static const char *const headings[] = {">effect", ">document", "kind",
                                           "package", "printer",   ">copy",
                                           "state",   "why",       NULL};
    struct rows *rows = rows_of(p->in, flag_given(p->in, "json") ? NULL : headings);
    struct fault f;
    bool open = false;
    enum err e = ERR_OK;

    for (size_t i = 0; i < p->count && e == ERR_OK; i++)
        if (p->effects[i] != 0)
            e = show_one(p, rows, i, &open, &f);
    rows_print(rows, "nothing");
    if (e != ERR_OK)
        return complain_fault(p->in, &f);
    return open && !p->session.borrowed ? EXIT_OPEN : EXIT_DONE;
}

static int print_in(struct printout *p)
{
    const char *name = flag_text(p->in, "printer", NULL);
    struct fault f;

    if (name != NULL && print_find(p->session.host, name, &p->printer, &f) != ERR_OK)
        return complain_fault(p->in, &f);
    int exit = find_papers(p);
    if (exit == EXIT_DONE)
        exit = plan_all(p);
    if (exit == EXIT_DONE)
        exit = session_commit(p->in, &p->session);
    if (exit == EXIT_DONE && !p->session.borrowed &&
        printing_run(p->session.host->printing, &f) != ERR_OK)
        exit = complain_fault(p->in, &f);
    return exit == EXIT_DONE ? show(p) : exit;
}

static int print(const struct invocation *in)
{
    struct printout p = {.in = in};
    if (!flag_number(in, "copy", 1, COPY_MAX, 0, &p.copy))
        return EXIT_USAGE;
    arena_init(&p.memory);
    int exit = session_own(in, &p.session);
    if (in->errand == NULL)
        log_level_set(LOG_ERROR); /* the table says it */
    if (exit == EXIT_DONE)
        exit = print_in(&p);
    session_close(&p.session);
    arena_clear(&p.memory);
    return exit;
}

const struct command command_print = {
    .name = "print",
    .arguments = "PO",
    .summary = "print an order's documents, once more",
    .details =
        "Each print is an effect: which copy of which document on which printer. What "
        "was "
        "printed\nbefore is printed again as the next copy; with --copy N a repeated "
        "command prints once.\nThat a printer took the bytes is no paper: the print is "
        "\"assumed\" until the floor reports\nlabel.printed or slip.printed.\n"
        "Exit code 3: a printer did not take it, or the print is held; see `dray "
        "effects`.",
    .least = 1,
    .most = 1,
    .flags = flags,
    .run = print,
};
