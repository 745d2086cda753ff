/* `dray freeze`, `dray thaw`, `dray adopt`: a person decides about a warehouse, or about
 * an order from before the account's `since`. */
#include "cli/decide.h"

#include <string.h>

#include "base/json.h"

static const struct flag freeze_flags[] = {FLAG_WHY, FLAG_JSON, FLAG_PROJECT, FLAG_STATE,
                                           FLAG_END};

static const struct flag adopt_flags[] = {
    FLAG_WHY,
    {"account", 'a', "NAME", false,
     "which account's, when several have an order of that number"},
    FLAG_JSON,
    FLAG_PROJECT,
    FLAG_STATE,
    FLAG_END};

/* What was done, as one line for people, or as one object. */
static void say(const struct invocation *in, const char *done, const char *key,
                const char *subject, const char *note)
{
    struct arena a;
    struct buf text;

    if (!flag_given(in, "json")) {
        fprintf(in->out, "%s%s%s: %s%s%s\n", key, subject == NULL ? "" : " ",
                subject == NULL ? "" : subject, done, note[0] == '\0' ? "" : "; ", note);
        return;
    }
    arena_init(&a);
    buf_init(&text, 16 * 1024);
    struct json *o = json_object(&a);
    json_set_str(&a, o, key, subject == NULL ? "" : subject);
    json_set_str(&a, o, "done", done);
    json_write(&text, o);
    fprintf(in->out, "%s\n", buf_str(&text));
    buf_clear(&text);
    arena_clear(&a);
}

static const char *warehouse_of(const struct invocation *in)
{
    return in->count == 0 ? NULL : in->arguments[0];
}

static void say_warehouse(const struct invocation *in, const char *done, const char *note)
{
    const char *code = warehouse_of(in);
    const bool json = flag_given(in, "json");
    say(in, done, json || code != NULL ? "warehouse" : "all warehouses", code, note);
}

/* ---- freeze and thaw ---- */

static int freeze_in(const struct invocation *in, struct decider *d)
{
    const char *code = warehouse_of(in);
    struct fault f;

    const int exit = code == NULL ? EXIT_DONE : decide_warehouse(in, d, code);
    if (exit != EXIT_DONE)
        return exit;
    if (control_freeze(d->session.host, code, &d->decision, &f) != ERR_OK)
        return complain_fault(in, &f);
    return decide_commit(in, d, EXIT_DONE);
}

static int freeze(const struct invocation *in)
{
    struct decider d = {0};
    int exit = decide_open(in, &d);
    if (exit == EXIT_DONE)
        exit = freeze_in(in, &d);
    if (exit == EXIT_DONE)
        say_warehouse(in, "frozen", "nothing is sent until `dray thaw`, polls go on");
    session_close(&d.session);
    return exit;
}

/* What is frozen beside what was thawed. */
static const char *still_frozen(const struct decider *d, const char *code)
{
    struct host *h = d->session.host;

    if (control_frozen(h, NULL) != 0)
        return "but everything is frozen, too: `dray thaw` without a warehouse";
    for (size_t i = 0; code == NULL && i < h->account_count; i++)
        for (size_t w = 0; w < h->accounts[i]->warehouse_count; w++)
            if (control_frozen(h, h->accounts[i]->warehouses[w].code) != 0)
                return "but some are frozen by themselves: `dray thaw WAREHOUSE`";
    return "what is ready is sent by the next `dray run`";
}

static int thaw(const struct invocation *in)
{
    struct decider d = {0};
    struct fault f;
    int exit = decide_open(in, &d);

    if (exit == EXIT_DONE &&
        control_thaw(d.session.host, warehouse_of(in), &d.decision, &f) != ERR_OK)
        exit = complain_fault(in, &f);
    if (exit == EXIT_DONE)
        exit = decide_commit(in, &d, exit);
    if (exit == EXIT_DONE)
        say_warehouse(in, "thawed", still_frozen(&d, warehouse_of(in)));
    session_close(&d.session);
    return exit;
}

/* ---- adopt ---- */

static int adopt_in(const struct invocation *in, struct decider *d)
{
    struct host *h = d->session.host;
    struct arena a;
    struct record r;
    struct fault f;

    arena_init(&a);
    enum err e = record_find_any(h->store, &a, flag_text(in, "account", NULL),
                                 in->arguments[0], false, &r, &f);
    if (e == ERR_OK)
        e = control_adopt(h, r.id, &d->decision, &f);
    arena_clear(&a);
    return e == ERR_OK ? decide_commit(in, d, EXIT_DONE) : complain_fault(in, &f);
}

static int adopt(const struct invocation *in)
{
    struct decider d = {0};
    int exit = decide_open(in, &d);
    if (exit == EXIT_DONE)
        exit = adopt_in(in, &d);
    if (exit == EXIT_DONE)
        say(in, "adopted", flag_given(in, "json") ? "purchaseOrderNumber" : "order",
            in->arguments[0], "scripts and rules work on it from now on");
    session_close(&d.session);
    return exit;
}

const struct command command_freeze = {
    .name = "freeze",
    .arguments = "[WAREHOUSE]",
    .summary = "stop everything that would be sent, of one warehouse or of all",
    .details = "Polls and proofs go on, so nothing is missed. Freezing lasts until `dray "
               "thaw`, over restarts.",
    .most = 1,
    .flags = freeze_flags,
    .run = freeze,
};

const struct command command_thaw = {
    .name = "thaw",
    .arguments = "[WAREHOUSE]",
    .summary = "let a frozen warehouse, or all, send again",
    .details = "A warehouse sends only when neither it nor everything is frozen.",
    .most = 1,
    .flags = freeze_flags,
    .run = thaw,
};

const struct command command_adopt = {
    .name = "adopt",
    .arguments = "PO",
    .summary = "take over an order from before the account's `since`",
    .details =
        "Orders from before `since` are shown and left alone, since somebody else may "
        "work on them.\nAn order that `dray import` brought is taken over only while it "
        "is "
        "open at Amazon.",
    .least = 1,
    .most = 1,
    .flags = adopt_flags,
    .run = adopt,
};
