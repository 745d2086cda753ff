/* `dray orders`: the orders that are there. */
#include <string.h>

#include "base/json.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "store/record.h"

static const struct flag flags[] = {
    FLAG_PROJECT,
    FLAG_STATE,
    {"account", 'a', "NAME", false, "only this account's"},
    {"warehouse", 'w', "CODE", false, "only this warehouse's"},
    {"order-state", 's', "STATE", true, "only these: new, accepted, shipped, denied …"},
    {"limit", 'n', "COUNT", false, "at most so many"},
    FLAG_JSON,
    FLAG_END,
};

static bool print_order(void *arg, const struct record *r)
{
    struct rows *rows = arg;
    rows_begin(rows);
    rows_text(rows, "purchaseOrderNumber", r->name);
    rows_text(rows, "account", r->account);
    rows_text(rows, "warehouse", r->warehouse);
    rows_text(rows, "state", order_state_name((enum order_state)r->state));
    rows_text(rows, "status", r->status);
    rows_time(rows, "ordered", r->ordered_ms);
    rows_time(rows, "shipBy", r->ship_by_ms);
    rows_end(rows);
    return true;
}

static int read_states(const struct invocation *in, unsigned *states)
{
    const char *name;
    *states = 0;
    for (int i = 0; (name = flag_nth(in, "order-state", i)) != NULL; i++) {
        enum order_state state = order_state_find(name);
        if (state == ORDER_STATE_COUNT)
            return complain(
                in, EXIT_USAGE,
                "--order-state %s: expected new, accepting, rejecting, accepted, "
                "confirming, denying, shipped, denied, rejected, cancelled or delivered",
                name);
        *states |= 1u << state;
    }
    return EXIT_DONE;
}

static int list(const struct invocation *in, struct session *s,
                const struct record_filter *filter)
{
    static const char *const headings[] = {"order",  "account", "warehouse", "state",
                                           "Amazon", "ordered", "ship by",   NULL};
    struct fault f;
    struct rows *rows = rows_new(flag_given(in, "json") ? NULL : headings, stdout);
    enum err e = record_each(s->store, filter, print_order, rows, &f);

    rows_print(rows, "no orders");
    return e == ERR_OK ? EXIT_DONE : complain_fault(in, &f);
}

static int orders(const struct invocation *in)
{
    struct session s = {0};
    long limit;
    struct record_filter filter = {.kind = RECORD_ORDER, .with_old = true};

    if (!flag_number(in, "limit", 1, 1000000000, 0, &limit))
        return EXIT_USAGE;
    int exit = read_states(in, &filter.states);
    if (exit == EXIT_DONE)
        exit = session_look(in, &s);
    filter.account = flag_text(in, "account", NULL);
    filter.warehouse = flag_text(in, "warehouse", NULL);
    filter.limit = limit;
    if (exit == EXIT_DONE)
        exit = list(in, &s, &filter);
    session_close(&s);
    return exit;
}

const struct command command_orders = {
    .name = "orders",
    .arguments = "",
    .summary = "the orders that are there, and where each stands",
    .flags = flags,
    .run = orders,
};
