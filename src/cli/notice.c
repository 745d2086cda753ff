/* What a person must know before a run. */
#include "cli/notice.h"

#include "base/buf.h"
#include "base/instant.h"
#include "engine/rulebook.h"
#include "engine/rules.h"
#include "workflow/control.h"

enum { NAMES_SHOWN = 6 };

/* "DEL4, BER3 and 3 more" */
struct names {
    struct buf text;
    int count;
};

static void add_name(struct names *n, const char *name)
{
    if (n->count < NAMES_SHOWN)
        buf_format(&n->text, "%s%s", n->count == 0 ? "" : ", ", name);
    n->count++;
}

typedef bool house_fn(struct host *h, const struct account *a, const struct warehouse *w);

static void gather(struct host *h, house_fn *fn, struct names *n)
{
    buf_init(&n->text, 4096);
    n->count = 0;
    for (size_t i = 0; i < h->account_count; i++)
        for (size_t w = 0; w < h->accounts[i]->warehouse_count; w++)
            if (fn(h, h->accounts[i], &h->accounts[i]->warehouses[w]))
                add_name(n, h->accounts[i]->warehouses[w].code);
    if (n->count > NAMES_SHOWN)
        buf_format(&n->text, " and %d more", n->count - NAMES_SHOWN);
}

static bool observes(struct host *h, const struct account *a, const struct warehouse *w)
{
    (void)h;
    (void)a;
    return w->writes == WRITES_OBSERVE;
}

static bool is_frozen(struct host *h, const struct account *a, const struct warehouse *w)
{
    (void)a;
    return control_frozen(h, w->code) != 0;
}

/* It could send by now what it planned while it could not. */
static bool has_planned(struct host *h, const struct account *a,
                        const struct warehouse *w)
{
    const struct effect_filter filter = {
        .account = a->id, .warehouse = w->code, .states = 1u << EFFECT_PLANNED};
    int64_t count = 0;
    return w->writes == WRITES_LIVE &&
           effect_count(h->store, &filter, &count, NULL) == ERR_OK && count > 0;
}

static void say_observed(const struct invocation *in, struct host *h)
{
    struct names n;
    gather(h, observes, &n);
    if (n.count > 0)
        complain(in, 0,
                 "nothing is sent for %s: writes = \"observe\"; everything is planned "
                 "and shown, write \"live\" in dray.lua to send",
                 buf_str(&n.text));
    buf_clear(&n.text);
}

static void say_frozen(const struct invocation *in, struct host *h)
{
    const int64_t all = control_frozen(h, NULL);
    char since[INSTANT_TEXT];
    struct names n;

    gather(h, is_frozen, &n);
    if (all != 0) {
        instant_format(all, since);
        complain(in, 0,
                 "everything is frozen since %s, nothing is sent; `dray thaw` ends it",
                 since);
    } else if (n.count > 0) {
        complain(in, 0, "frozen, nothing is sent for %s; `dray thaw WAREHOUSE` ends it",
                 buf_str(&n.text));
    }
    buf_clear(&n.text);
}

static void say_planned(const struct invocation *in, struct host *h)
{
    const struct effect_filter any = {.states = 1u << EFFECT_PLANNED};
    int64_t count = 0;
    struct names n;

    if (effect_count(h->store, &any, &count, NULL) != ERR_OK || count == 0)
        return;
    gather(h, has_planned, &n);
    if (n.count > 0)
        complain(in, 0,
                 "%s: what was planned while nothing was sent stays planned until it is "
                 "asked for again, or until `dray release --warehouse CODE`",
                 buf_str(&n.text));
    buf_clear(&n.text);
}

static bool is_live(struct host *h, const struct account *a, const struct warehouse *w)
{
    (void)h;
    (void)a;
    return w->writes == WRITES_LIVE;
}

void notice_start(const struct invocation *in, const struct session *s)
{
    struct host *h = s->host;
    struct names live, observed;

    gather(h, is_live, &live);
    gather(h, observes, &observed);
    const size_t rules = rulebook_count(rules_book(s->rules));
    complain(in, 0, "%zu account%s, %zu rule%s; %s%s%s%s%s", h->account_count,
             h->account_count == 1 ? "" : "s", rules, rules == 1 ? "" : "s",
             live.count > 0 ? "sends for " : "", buf_str(&live.text),
             live.count > 0 && observed.count > 0 ? "; " : "",
             observed.count > 0 ? "only observes " : "", buf_str(&observed.text));
    buf_clear(&live.text);
    buf_clear(&observed.text);
    say_frozen(in, h);
    say_planned(in, h);
}

void notice_stops(const struct invocation *in, const struct session *s)
{
    say_observed(in, s->host);
    say_frozen(in, s->host);
    say_planned(in, s->host);
}
