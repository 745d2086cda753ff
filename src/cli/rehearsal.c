/* What would be done: the effects that a rehearsal planned. */
#include "cli/rehearsal.h"

#include "cli/rows.h"

struct planned {
    struct rows *rows;
    int64_t after;
};

static bool find_newest(void *arg, const struct effect *e)
{
    int64_t *newest = arg;
    if (e->id > *newest)
        *newest = e->id;
    return true;
}

enum err rehearsal_newest(struct host *h, int64_t *effect, struct fault *f)
{
    const struct effect_filter all = {0};
    *effect = 0;
    return effect_each(h->store, &all, find_newest, effect, f);
}

/* What is ready would be sent; anything else says why it would not. */
static bool print_planned(void *arg, const struct effect *e)
{
    struct planned *p = arg;

    if (e->id <= p->after)
        return true;
    rows_begin(p->rows);
    rows_text(p->rows, "purchaseOrderNumber", e->name);
    rows_text(p->rows, "verb", e->verb);
    rows_text(p->rows, "state",
              e->state == EFFECT_READY ? "would be sent" : effect_state_name(e->state));
    rows_text(p->rows, "why", e->why);
    rows_extra(p->rows, "account", e->account);
    rows_extra(p->rows, "kind", effect_kind_name(e->kind));
    rows_end(p->rows);
    return true;
}

int rehearsal_print(const struct invocation *in, struct host *h, int64_t after)
{
    static const char *const headings[] = {"order", "verb", "state", "why", NULL};
    const struct effect_filter all = {0};
    struct planned p = {rows_of(in, flag_given(in, "json") ? NULL : headings), after};
    struct fault f;

    const enum err e = effect_each(h->store, &all, print_planned, &p, &f);
    rows_print(p.rows, "nothing would be done");
    return e == ERR_OK ? EXIT_DONE : complain_fault(in, &f);
}
