/* `dray hold`, `release`, `retry`, `settle`: a person decides about effects.
 *
 * Each effect is a slice of its own: what cannot be decided is left as it was, the rest
 * is committed together. Sends begin with the next run. */
#include "cli/decide.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/files.h"
#include "cli/rows.h"

#define FLAG_SELECTION                                                                   \
    {"order", 'o', "PO", false, "all effects of this order, instead of EFFECT"},         \
        {"account", 'a', "NAME", false, "with --order: which account's"},                \
        {"warehouse", 'w', "CODE", false, "all effects of this warehouse"},              \
    {                                                                                    \
        "rule", 0, "NAME", false, "all effects that this rule or script planned"         \
    }

static const struct flag flags[] = {FLAG_WHY,     FLAG_SELECTION, FLAG_JSON,
                                    FLAG_PROJECT, FLAG_STATE,     FLAG_END};

static const struct flag settle_flags[] = {
    FLAG_WHY,
    {"as", 0, "STATE", false, "what you know: succeeded, failed or cancelled"},
    {"answer", 0, "FILE", false,
     "JSON with fields under Amazon's names (containers ...) that the effect is held "
     "for"},
    FLAG_JSON,
    FLAG_PROJECT,
    FLAG_STATE,
    FLAG_END};

struct deciding;
typedef enum err deed_fn(struct deciding *d, int64_t effect, struct fault *f);

/* One effect before it was decided about. */
struct item {
    int64_t id;
    enum effect_state was;
    bool decided;
};

struct deciding {
    const struct invocation *in;
    struct decider who;
    deed_fn *deed;
    unsigned states; /* what a selection takes */
    enum effect_state as;
    const struct json *fields;
    struct arena memory;
    struct item *items;
    size_t count;
    bool selected; /* by flags, not by ids */
    bool refused, open;
};

/* ---- which effects ---- */

static bool selects(const struct invocation *in)
{
    return flag_given(in, "order") || flag_given(in, "warehouse") ||
           flag_given(in, "rule");
}

static int check_ids(struct deciding *d)
{
    const struct invocation *in = d->in;
    d->items = arena_new(&d->memory, (size_t)in->count * sizeof *d->items);
    for (int i = 0; i < in->count; i++) {
        char *end;
        const char *word = in->arguments[i];
        const long long id = strtoll(word, &end, 10);
        if (*word == '\0' || *end != '\0' || id <= 0)
            return complain(in, EXIT_USAGE,
                            "\"%s\": expected the number of an effect, see `dray "
                            "effects`",
                            word);
        d->items[d->count++].id = id;
    }
    return EXIT_DONE;
}

/* By ids or by flags, never both. */
static int check_words(struct deciding *d)
{
    d->selected = selects(d->in);
    if (d->selected && d->in->count > 0)
        return complain(d->in, EXIT_USAGE,
                        "name effects, or select them by flags, not both");
    if (!d->selected && d->in->count == 0)
        return complain(d->in, EXIT_USAGE, "wants %s; see `dray %s --help`",
                        d->in->command->arguments, d->in->command->name);
    return check_ids(d);
}

static void take_effects(struct deciding *d, const struct effect *list, size_t count)
{
    d->items = arena_new(&d->memory, count * sizeof *d->items);
    for (size_t i = 0; i < count; i++)
        d->items[d->count++] = (struct item){.id = list[i].id};
}

static enum err find_order(struct deciding *d, const char *po,
                           struct effect_filter *filter, struct fault *f)
{
    struct record r;
    enum err e = record_find_any(d->who.session.host->store, &d->memory,
                                 flag_text(d->in, "account", NULL), po, false, &r, f);
    filter->record = r.id;
    return e;
}

static int select_effects(struct deciding *d)
{
    const char *po = flag_text(d->in, "order", NULL);
    struct effect_filter filter = {.states = d->states,
                                   .warehouse = flag_text(d->in, "warehouse", NULL),
                                   .script = flag_text(d->in, "rule", NULL)};
    struct effect *list;
    size_t count;
    struct fault f;

    int exit = filter.warehouse == NULL
                   ? EXIT_DONE
                   : decide_warehouse(d->in, &d->who, filter.warehouse);
    if (exit != EXIT_DONE)
        return exit;
    if (po != NULL && find_order(d, po, &filter, &f) != ERR_OK)
        return complain_fault(d->in, &f);
    if (effect_list(d->who.session.host->store, &d->memory, &filter, &list, &count, &f) !=
        ERR_OK)
        return complain_fault(d->in, &f);
    take_effects(d, list, count);
    return EXIT_DONE;
}

/* ---- the decision ---- */

static enum err deed_hold(struct deciding *d, int64_t effect, struct fault *f)
{
    return control_hold(d->who.session.host, effect, &d->who.decision, f);
}

static enum err deed_release(struct deciding *d, int64_t effect, struct fault *f)
{
    return control_release(d->who.session.host, effect, &d->who.decision, f);
}

static enum err deed_retry(struct deciding *d, int64_t effect, struct fault *f)
{
    return control_retry(d->who.session.host, effect, &d->who.decision, f);
}

static enum err deed_settle(struct deciding *d, int64_t effect, struct fault *f)
{
    return control_settle(d->who.session.host, effect, d->as, &d->who.decision, f);
}

static enum err deed_answer(struct deciding *d, int64_t effect, struct fault *f)
{
    return control_answer(d->who.session.host, effect, d->fields, &d->who.decision, f);
}

/* The deed as one slice: kept as a whole or not at all. */
static enum err slice(struct deciding *d, struct item *item, struct fault *f)
{
    struct store *s = d->who.session.host->store;
    struct fault undo;

    enum err e = store_slice_begin(s, f);
    if (e != ERR_OK)
        return e;
    e = d->deed(d, item->id, f);
    item->decided = e == ERR_OK;
    if (e == ERR_OK)
        return store_slice_keep(s, f);
    if (store_slice_undo(s, &undo) != ERR_OK)
        *f = undo;
    return f->code;
}

/* A person must still look: released into the next question, or not answered fully. */
static bool still_open(const struct deciding *d, const struct item *item, enum err why)
{
    return why == ERR_STATE && d->deed != deed_hold &&
           (item->was == EFFECT_HELD || item->was == EFFECT_UNKNOWN);
}

/* An older effect of a key came along with a selection: nobody meant it. */
static bool passed_over(const struct deciding *d, enum err why)
{
    return d->selected && why == ERR_CONFLICT;
}

static void decide_one(struct deciding *d, struct item *item)
{
    struct effect before;
    struct fault f;

    enum err e =
        effect_get(d->who.session.host->store, &d->memory, item->id, false, &before, &f);
    if (e == ERR_OK) {
        item->was = before.state;
        e = slice(d, item, &f);
    }
    if (e == ERR_OK || passed_over(d, e))
        return;
    complain_fault(d->in, &f);
    if (still_open(d, item, e))
        d->open = true;
    else
        d->refused = true;
}

/* ---- what became of it ---- */

static void show(struct deciding *d, struct rows *rows, const struct item *item)
{
    struct effect e;

    if (effect_get(d->who.session.host->store, &d->memory, item->id, false, &e, NULL) !=
        ERR_OK)
        return; /* it was there a moment ago; the commit said so */
    rows_begin(rows);
    rows_number(rows, "id", e.id);
    rows_text(rows, "purchaseOrderNumber", e.name);
    rows_text(rows, "verb", e.verb);
    rows_text(rows, "was", effect_state_name(item->was));
    rows_text(rows, "state", effect_state_name(e.state));
    rows_text(rows, "why", e.state == EFFECT_SUCCEEDED ? e.evidence : e.why);
    rows_extra(rows, "account", e.account);
    rows_end(rows);
}

static void show_all(struct deciding *d)
{
    static const char *const headings[] = {"effect", "order", "verb", "was",
                                           "now",    "why",   NULL};
    struct rows *rows = rows_of(d->in, flag_given(d->in, "json") ? NULL : headings);

    for (size_t i = 0; i < d->count; i++)
        if (d->items[i].decided)
            show(d, rows, &d->items[i]);
    rows_print(rows, "nothing was changed");
}

static int decide_all(struct deciding *d)
{
    int exit = d->selected ? select_effects(d) : EXIT_DONE;
    if (exit != EXIT_DONE)
        return exit;
    for (size_t i = 0; i < d->count; i++)
        decide_one(d, &d->items[i]);
    exit = d->refused ? EXIT_FAILED : d->open ? EXIT_OPEN : EXIT_DONE;
    const int committed = decide_commit(d->in, &d->who, EXIT_DONE);
    if (committed != EXIT_DONE)
        return committed;
    show_all(d);
    return exit;
}

static int decide(struct deciding *d)
{
    int exit = check_words(d);
    if (exit == EXIT_DONE)
        exit = decide_open(d->in, &d->who);
    if (exit == EXIT_DONE && (d->deed == deed_release || d->deed == deed_retry))
        exit = decide_rules(d->in, &d->who); /* what they want approved is asked again */
    if (exit == EXIT_DONE)
        exit = decide_all(d);
    decide_close(&d->who);
    return exit;
}

static int begin(const struct invocation *in, deed_fn *deed, unsigned states)
{
    struct deciding d = {.in = in, .deed = deed, .states = states};
    arena_init(&d.memory);
    const int exit = decide(&d);
    arena_clear(&d.memory);
    return exit;
}

/* ---- the commands ---- */

static int hold(const struct invocation *in)
{
    return begin(in, deed_hold,
                 1u << EFFECT_PLANNED | 1u << EFFECT_WAITING | 1u << EFFECT_READY);
}

static int release(const struct invocation *in)
{
    return begin(in, deed_release, 1u << EFFECT_HELD | 1u << EFFECT_PLANNED);
}

static int retry(const struct invocation *in)
{
    return begin(in, deed_retry,
                 1u << EFFECT_HELD | 1u << EFFECT_FAILED | 1u << EFFECT_REJECTED |
                     1u << EFFECT_UNKNOWN);
}

static int settle_as(struct deciding *d, const char *name)
{
    d->as = effect_state_find(name);
    d->deed = deed_settle;
    if (d->as == EFFECT_SUCCEEDED || d->as == EFFECT_FAILED || d->as == EFFECT_CANCELLED)
        return decide(d);
    return complain(d->in, EXIT_USAGE, "--as %s: expected succeeded, failed or cancelled",
                    name);
}

static int read_answer(struct deciding *d, const char *path)
{
    struct fault f;
    char *text = NULL;
    size_t len;

    if (files_read(d->in, path, &text, &len, &f) != ERR_OK)
        return complain_fault(d->in, &f);
    d->fields = json_parse(&d->memory, text, len, &f);
    free(text);
    if (d->fields == NULL)
        return complain(d->in, EXIT_FAILED, "%s: %s", path, f.text);
    if (d->fields->type != JSON_OBJECT)
        return complain(d->in, EXIT_FAILED,
                        "%s: expected an object such as {\"containers\": [...]}", path);
    return EXIT_DONE;
}

static int settle_answer(struct deciding *d, const char *path)
{
    d->deed = deed_answer;
    if (d->in->count != 1)
        return complain(d->in, EXIT_USAGE, "--answer answers one effect at a time");
    const int exit = read_answer(d, path);
    return exit == EXIT_DONE ? decide(d) : exit;
}

static int settle(const struct invocation *in)
{
    const char *as = flag_text(in, "as", NULL), *answer = flag_text(in, "answer", NULL);
    struct deciding d = {.in = in};

    if ((as == NULL) == (answer == NULL))
        return complain(in, EXIT_USAGE,
                        "say what you know with --as succeeded, failed or cancelled, or "
                        "answer its question with --answer FILE");
    arena_init(&d.memory);
    const int exit = as != NULL ? settle_as(&d, as) : settle_answer(&d, answer);
    arena_clear(&d.memory);
    return exit;
}

#define AS_OWNER                                                                         \
    "Where a dray runs in this project, it does this at once; else the next one sends."  \
    "\n"                                                                                 \
    "Exit code 0: decided; 1: something could not be decided and is as it was; 3: a "    \
    "person must still look."

const struct command command_hold = {
    .name = "hold",
    .arguments = "EFFECT...",
    .summary = "keep effects that were not sent yet from being sent",
    .details = "`dray release` lets them go again.\n" AS_OWNER,
    .most = -1,
    .flags = flags,
    .run = hold,
};

const struct command command_release = {
    .name = "release",
    .arguments = "EFFECT...",
    .summary = "let effects go on that are held, or were planned while nothing was sent",
    .details = "No limit holds them a second time. An effect that is held for a question "
               "wants its answer: `dray settle`.\n" AS_OWNER,
    .most = -1,
    .flags = flags,
    .run = release,
};

const struct command command_retry = {
    .name = "retry",
    .arguments = "EFFECT...",
    .summary = "send effects once more that are held, failed, rejected or unknown",
    .details = "Look in Vendor Central first when one is unknown: Amazon may have it "
               "already.\n" AS_OWNER,
    .most = -1,
    .flags = flags,
    .run = retry,
};

const struct command command_settle = {
    .name = "settle",
    .arguments = "EFFECT...",
    .summary = "say what became of an effect, or answer the question it is held for",
    .details =
        "--as is for what is held, unknown or accepted and known to you, for instance "
        "from Vendor Central.\n"
        "--answer gives what is missing, such as {\"containers\": [...]}, and releases "
        "it; - reads stdin.\n" AS_OWNER,
    .least = 1,
    .most = -1,
    .flags = settle_flags,
    .run = settle,
};
