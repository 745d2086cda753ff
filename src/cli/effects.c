/* `dray effects`: what is intended, on its way, proved or held. */
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "cli/choice.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "store/effect.h"

static const struct flag flags[] = {
    FLAG_PROJECT,
    FLAG_STATE,
    {"account", 'a', "NAME", false, "only this account's"},
    {"order", 'o', "PO", false, "only this order's"},
    {"effect-state", 's', "STATE", true,
     "only these: waiting, ready, accepted, held, unknown …"},
    {"limit", 'n', "COUNT", false, "at most so many"},
    FLAG_JSON,
    FLAG_END,
};

struct listing_of {
    struct rows *rows;
    int64_t now_ms;
};

/* What a person must look at. */
enum { FOR_A_PERSON = 1u << EFFECT_HELD | 1u << EFFECT_UNKNOWN };

/* "3 h" */
static void format_age(int64_t ms, char *out, size_t size)
{
    static const struct {
        int64_t ms, below_ms;
        const char *word;
    } units[] = {{MS_MINUTE, MS_HOUR, "min"},
                 {MS_HOUR, 2 * (int64_t)MS_DAY, "h"},
                 {MS_DAY, INT64_MAX, "d"}};
    size_t i = 0;

    while (ms >= units[i].below_ms)
        i++;
    snprintf(out, size, "%lld %s", (long long)(ms / units[i].ms), units[i].word);
}

/* "held 3 h": for how long it waits for somebody; of all others the state alone. */
static void show_state(struct rows *rows, const struct effect *e, int64_t now_ms)
{
    const char *state = effect_shown(e, now_ms);
    const bool open = (1u << e->state & FOR_A_PERSON) != 0;
    const int64_t since = e->state == EFFECT_UNKNOWN ? e->sent_ms : e->changed_ms;
    char age[32], text[64];

    format_age(now_ms > since ? now_ms - since : 0, age, sizeof age);
    snprintf(text, sizeof text, "%s%s%s", state, open ? " " : "", open ? age : "");
    rows_cell(rows, text);
    rows_extra(rows, "state", state);
    rows_extra_time(rows, "since", open ? since : 0);
}

static bool print_effect(void *arg, const struct effect *e)
{
    struct listing_of *l = arg;
    rows_begin(l->rows);
    rows_number(l->rows, "id", e->id);
    rows_text(l->rows, "purchaseOrderNumber", e->name);
    rows_text(l->rows, "verb", e->verb);
    show_state(l->rows, e, l->now_ms);
    rows_time(l->rows, "changed", e->changed_ms);
    rows_text(l->rows, "why", e->state == EFFECT_SUCCEEDED ? e->evidence : e->why);
    rows_extra(l->rows, "account", e->account);
    rows_extra(l->rows, "kind", effect_kind_name(e->kind));
    rows_extra(l->rows, "key", e->key);
    rows_extra(l->rows, "transactionId", e->transaction);
    rows_end(l->rows);
    return true;
}

static enum err find_order(struct session *s, const char *account, const char *po,
                           int64_t *id, struct fault *f)
{
    struct arena a;
    struct record r;
    arena_init(&a);
    enum err e = record_find_any(s->store, &a, account, po, false, &r, f);
    if (e == ERR_OK)
        *id = r.id;
    arena_clear(&a);
    return e;
}

static int list(const struct invocation *in, struct session *s,
                struct effect_filter *filter)
{
    static const char *const headings[] = {"effect",  "order", "verb", "state",
                                           "changed", "why",   NULL};
    const char *po = flag_text(in, "order", NULL);
    struct fault f;

    if (po != NULL && find_order(s, filter->account, po, &filter->record, &f) != ERR_OK)
        return complain_fault(in, &f);
    struct listing_of l = {rows_new(flag_given(in, "json") ? NULL : headings, stdout),
                           clock_wall_ms(s->clock)};
    enum err e = effect_each(s->store, filter, print_effect, &l, &f);
    rows_print(l.rows, "no effects");
    return e == ERR_OK ? EXIT_DONE : complain_fault(in, &f);
}

static int effects(const struct invocation *in)
{
    struct session s = {0};
    struct effect_filter filter = {0};
    long limit;

    if (!flag_number(in, "limit", 1, 1000000000, 0, &limit))
        return EXIT_USAGE;
    filter.limit = limit;
    filter.account = flag_text(in, "account", NULL);
    int exit = choice_effect_states(in, "effect-state", &filter.states);
    filter.by_change =
        filter.states != 0 && (filter.states & ~(unsigned)FOR_A_PERSON) == 0;
    if (exit == EXIT_DONE)
        exit = session_look(in, &s);
    if (exit == EXIT_DONE)
        exit = list(in, &s, &filter);
    session_close(&s);
    return exit;
}

const struct command command_effects = {
    .name = "effects",
    .arguments = "",
    .summary = "what is intended outside: waiting, on its way, proved, held, unknown",
    .details = "`assumed` is an effect that Amazon took more than 30 minutes ago and "
               "that is not proved.\nWhat is held or unknown shows for how long; where "
               "only those are asked for, the oldest is first.",
    .flags = flags,
    .run = effects,
};
