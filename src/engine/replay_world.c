/* What an entry of the past means for the world beside its row: facts of the floor,
 * stock, what orders want of it, and holds that a person gave up. */
#include "engine/replay_inside.h"

#include <string.h>

#include "base/instant.h"
#include "store/fact.h"
#include "store/stock.h"
#include "workflow/setup.h"
#include "workflow/vendor_lines.h"

enum err world_lines(struct replay *p, int64_t record, struct fault *f)
{
    struct record r = {0};
    struct arena *a = &p->rules->scratch;
    arena_reset(a);
    enum err e = record_get(p->store, a, record, true, &r, f);
    if (e != ERR_OK || r.kind != RECORD_ORDER || r.body == NULL ||
        (r.flags & RECORD_IMPORTED) != 0)
        return e;
    const struct json *order = json_parse(a, r.body, r.body_len, f);
    return order == NULL ? f->code : vendor_lines(p->host, record, order, f);
}

/* What the floor told of an order is a fact; of some the one that happened last. */
static enum err keep_fact(struct replay *p, const struct entry *e,
                          const struct json *said, struct arena *a, struct fault *f)
{
    const struct event_kind *kind = setup_kind(p->host->setup, e->what);
    struct fact there, fact = {.record = e->record,
                               .name = e->what,
                               .event = e->id,
                               .payload = e->detail,
                               .payload_len = e->detail_len};
    if (kind == NULL || e->record == 0)
        return ERR_OK; /* of a record that is gone it harms nobody */
    fact.box = json_get_str(said, "box", "");
    instant_parse(json_get_str(said, "at", ""), &fact.at_ms, NULL, NULL);
    enum err err = fact_get(p->store, a, fact.record, fact.name, fact.box, &there, f);
    if (err == ERR_OK && kind->by_time && there.at_ms > fact.at_ms)
        return ERR_OK;
    return err == ERR_OK || err == ERR_NOT_FOUND ? fact_put(p->store, &fact, f) : err;
}

/* A person gave up what a rule held for. */
static enum err drop_holds(struct replay *p, const struct json *said, struct fault *f)
{
    const struct standing *st = standing_find(p->rules, json_get_str(said, "rule", ""));
    const struct hold_filter filter = {.rule = st == NULL ? 0 : st->id};
    struct arena a;
    struct hold *list;
    size_t count = 0;
    if (st == NULL || !json_get_bool(said, "dropped", false))
        return ERR_OK;
    arena_init(&a);
    enum err e = hold_list(p->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        e = hold_end(p->store, list[i].rule, list[i].record, NULL, f);
        const struct job_row row = {.event = list[i].event, .rule = list[i].rule};
        replay_pass(p, &row, "a person dropped it");
    }
    arena_clear(&a);
    return e == ERR_OK ? holds_refresh(p->rules, f) : e;
}

/* As floor_stock_report takes it. */
static enum err keep_stock(struct replay *p, const struct entry *e,
                           const struct json *said, struct fault *f)
{
    bool changed;
    struct stock stock = {.account = e->account,
                          .warehouse = json_get_str(said, "warehouse", ""),
                          .product = json_get_str(said, "product", "")};
    if (!json_int(json_get(said, "quantity"), &stock.quantity))
        return ERR_OK;
    instant_parse(json_get_str(said, "at", ""), &stock.at_ms, NULL, NULL);
    enum err err = vendor_lines_learn(p->host, f);
    return err == ERR_OK ? stock_put(p->store, &stock, &changed, f) : err;
}

enum err world_hear(struct replay *p, const struct entry *e, struct arena *a,
                    struct fault *f)
{
    if (e->detail == NULL)
        return ERR_OK;
    const struct json *said = json_parse(a, e->detail, e->detail_len, NULL);
    if (strcmp(e->what, "stock") == 0)
        return keep_stock(p, e, said, f);
    if (strcmp(e->what, "rule.resumed") == 0)
        return drop_holds(p, said, f);
    return keep_fact(p, e, said, a, f);
}
