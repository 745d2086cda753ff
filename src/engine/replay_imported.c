/* Amazon's record of the past (`dray import`), played after all else: nobody decided
 * about those orders, so that what rules would have done is all that there is to say.
 *
 * Their entries tell Amazon's own times, and are played in that order, each order
 * standing where its entry says. Nothing else is known of their days: no facts, no
 * documents. */
#include "engine/replay_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/mem.h"
#include "store/record.h"
#include "workflow/import.h"

int64_t imported_at(const struct entry *e, struct arena *a)
{
    int64_t at_ms = e->at_ms;
    const struct json *said = json_parse(a, e->detail, e->detail_len, NULL);
    instant_parse(json_get_str(said, "at", ""), &at_ms, NULL, NULL);
    return at_ms;
}

void imported_keep(struct replay *p, const struct entry *e, struct arena *a)
{
    const struct reading r = {.event = e->id, .when = {0, imported_at(e, a)}};
    if (r.when.at_ms < p->since_ms)
        return;
    if (p->imported_count == p->imported_room) {
        p->imported_room = p->imported_room == 0 ? 256 : 2 * p->imported_room;
        p->imported = mem_resize(p->imported, p->imported_room * sizeof *p->imported);
    }
    p->imported[p->imported_count++] = r;
}

/* Where the entry says that its record stands; where it was, when it does not say. */
static int state_of(const struct record *r, const struct entry *e,
                    const struct json *said)
{
    static const char order[] = "order.";
    const char *name = json_get_str(said, "state", "");
    if (r->kind == RECORD_SHIPMENT) {
        const enum shipment_state s = shipment_state_find(name);
        return s == SHIPMENT_STATE_COUNT ? r->state : (int)s;
    }
    const enum order_state s = strncmp(e->what, order, sizeof order - 1) == 0
                                   ? order_state_find(e->what + sizeof order - 1)
                                   : ORDER_STATE_COUNT;
    return s == ORDER_STATE_COUNT ? r->state : (int)s;
}

/* Amazon's word for it, which is known of these only; else what it was at last. */
static const char *status_of(const struct record *r, int state)
{
    static const char *const orders[ORDER_STATE_COUNT] = {[ORDER_NEW] = "NEW",
                                                          [ORDER_ACCEPTED] = "ACCEPTED",
                                                          [ORDER_SHIPPED] = "SHIPPED",
                                                          [ORDER_CANCELLED] =
                                                              "CANCELLED"};
    const char *word = r->kind == RECORD_SHIPMENT
                           ? shipment_status((enum shipment_state)state)
                           : orders[state];
    return word == NULL ? r->status : word;
}

/* It stands there, and is work as any other. */
static enum err place_record(struct replay *p, const struct entry *e, struct arena *a,
                             struct fault *f)
{
    struct record r;
    const unsigned marks = RECORD_OLD | RECORD_ADOPTED | RECORD_IMPORTED;
    const struct json *said = json_parse(a, e->detail, e->detail_len, NULL);
    enum err err = record_get(p->store, a, e->record, false, &r, f);
    if (err == ERR_OK)
        err = record_set_flags(p->store, r.id, r.flags & ~marks, f);
    if (err != ERR_OK)
        return err;
    const int state = state_of(&r, e, said);
    err = record_set_state(p->store, r.id, state, f);
    return err == ERR_OK ? record_set_status(p->store, r.id, status_of(&r, state), f)
                         : err;
}

static enum err play_one(struct replay *p, const struct reading *r, struct fault *f)
{
    struct arena a;
    struct entry e;
    arena_init(&a);
    enum err err = replay_until(p, r->when.at_ms, f);
    p->now = (struct when){p->now.at + 1, r->when.at_ms};
    if (err == ERR_OK)
        err = journal_get(p->store, &a, r->event, &e, f);
    if (err == ERR_OK)
        err = place_record(p, &e, &a, f);
    if (err == ERR_OK)
        err = dispatch_entry(p->rules, &e, f);
    if (err == ERR_OK)
        err = replay_turns(p, f);
    arena_clear(&a);
    return err;
}

static int compare(const void *left, const void *right)
{
    const struct reading *l = left, *r = right;
    if (l->when.at_ms != r->when.at_ms)
        return l->when.at_ms < r->when.at_ms ? -1 : 1;
    return (l->event > r->event) - (l->event < r->event);
}

enum err imported_play(struct replay *p, struct fault *f)
{
    enum err e = ERR_OK;
    if (p->imported_count == 0)
        return ERR_OK;
    p->importing = true;
    p->date_count = 0; /* what is open at the end stays so */
    qsort(p->imported, p->imported_count, sizeof *p->imported, compare);
    for (size_t i = 0; e == ERR_OK && i < p->imported_count; i++)
        e = play_one(p, &p->imported[i], f);
    return e == ERR_OK ? replay_until(p, p->entry_ms, f) : e;
}
