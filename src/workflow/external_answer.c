/* Amazon's answers to a seller's requests: what a yes means for each, and a no. */
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/zone.h"
#include "store/offer.h"
#include "workflow/external.h"
#include "workflow/external_labels.h"
#include "workflow/intake.h"
#include "workflow/prover.h"

enum {
    REFUSED_HTTP = 422,
    UNDER_WAY_MS = 2 * MS_MINUTE,
    PAUSE_FIRST_MS = 2 * MS_SECOND,
    PAUSE_MOST_MS = 20 * MS_SECOND
};

/* ---- how long Amazon works on a write ---- */

int64_t external_pause_ms(const struct account *a)
{
    return a->pause_ms == 0 ? PAUSE_FIRST_MS : a->pause_ms;
}

void external_pause_learn(struct account *a, bool busy)
{
    const int64_t now = external_pause_ms(a);
    int64_t next = busy ? now * 3 / 2 : now - now / 50;
    if (next > PAUSE_MOST_MS)
        next = PAUSE_MOST_MS;
    a->pause_ms = next < PAUSE_FIRST_MS ? PAUSE_FIRST_MS : next;
}

static enum err open_record(struct host *h, struct arena *a, const struct effect *e,
                            struct record *r, struct fault *f)
{
    return record_get(h->store, a, e->record, false, r, f);
}

/* ---- 204: the shipment will show it ---- */

static enum err accepted(struct host *h, struct effect *e, const struct call_reply *r,
                         struct fault *f)
{
    const int64_t record = e->record;
    const struct effect_change change = {.to = EFFECT_ACCEPTED,
                                         .why = "Amazon took it; not shown yet",
                                         .request_id = r->request_id,
                                         .next_ms = prover_next(h, e, 0)};
    struct account *a = host_account(h, e->account);
    enum err err = host_move(h, e, &change, f);
    if (a != NULL)
        external_pause_learn(a, false);
    return err == ERR_OK ? flow_reconsider(h, record, f) : err;
}

/* Options, invoice and labels of the shipment are void from now on. */
static enum err updated(struct host *h, struct effect *e, const struct call_reply *r,
                        struct fault *f)
{
    struct arena a;
    struct record row;

    arena_init(&a);
    enum err err = open_record(h, &a, e, &row, f);
    if (err == ERR_OK)
        err = external_back(h, &row, false, "a package was updated", f);
    arena_clear(&a);
    return err == ERR_OK ? accepted(h, e, r, f) : err;
}

/* ---- 200: the answer is the evidence ---- */

static void put_times(struct arena *a, const struct zone *zone, struct json *option)
{
    static const char *const windows[] = {"pickupWindow", "timeSlot"};
    static const char *const ends[] = {"startTime", "endTime"};

    for (size_t w = 0; w < 2; w++)
        for (size_t i = 0; i < 2; i++) {
            struct json *window = (struct json *)(uintptr_t)json_get(option, windows[w]);
            int64_t at;
            char text[INSTANT_TEXT];
            if (!json_int(json_get(window, ends[i]), &at))
                continue;
            /* Amazon's int64 names no unit: seconds or milliseconds since 1970. */
            at = at > 100000000000 ? at : at * MS_SECOND;
            if (zone != NULL)
                zone_format(zone, at, text);
            else
                instant_format(at, text);
            json_set_str(a, window, ends[i], text);
        }
}

/* The options as they are kept: windows as instants, and which one Amazon recommends. */
static struct json *read_options(struct arena *a, const struct zone *zone,
                                 const struct json *body)
{
    const struct json *all = json_get(body, "shippingOptions");
    const struct json *best = json_get(body, "recommendedShippingOption");
    const char *best_id = json_get_str(best, "shippingOptionId", "");
    struct json *out = json_object(a), *list = json_array(a);

    json_set(a, out, "shippingOptions", list);
    for (const struct json *o = all == NULL ? NULL : all->first; o != NULL; o = o->next) {
        struct json *option = json_copy(a, o);
        const char *id = json_get_str(o, "shippingOptionId", "");
        if (option->type != JSON_OBJECT)
            continue;
        put_times(a, zone, option);
        json_set(a, option, "recommended",
                 json_boolean(a, best_id[0] != '\0' && strcmp(id, best_id) == 0));
        json_push(list, option);
    }
    if (best_id[0] != '\0') {
        struct json *copy = json_copy(a, best);
        put_times(a, zone, copy);
        json_set(a, out, "recommendedShippingOption", copy);
    }
    return out;
}

static enum err tell_options(struct host *h, struct arena *a, const struct effect *e,
                             const char *package, const struct json *options,
                             struct fault *f)
{
    struct record r;
    struct json *detail = json_object(a);
    const struct json *list = json_get(options, "shippingOptions");

    enum err err = open_record(h, a, e, &r, f);
    if (err != ERR_OK)
        return err;
    json_set_str(a, detail, "package", package);
    json_set(a, detail, "offered", json_integer(a, (int64_t)list->count));
    return host_event(h, &r, "options.ready", detail, f);
}

/* Of the shipment's location; NULL: none is known. */
static const struct zone *zone_of(struct host *h, struct arena *a, const struct effect *e)
{
    struct record r;
    const struct account *account = host_account(h, e->account);

    if (account == NULL || open_record(h, a, e, &r, NULL) != ERR_OK)
        return NULL;
    const struct warehouse *w = account_warehouse(account, r.warehouse);
    return w == NULL ? NULL : w->zone;
}

static enum err options_in(struct host *h, struct arena *a, struct effect *e,
                           const struct call_reply *r, struct fault *f)
{
    const char *at = strchr(e->key, '|'), *package = at == NULL ? "" : at + 1;
    const struct zone *zone = zone_of(h, a, e);
    struct json *options = read_options(a, zone, r->body);
    const size_t count = json_get(options, "shippingOptions")->count;
    struct buf text;
    char evidence[80];

    buf_init(&text, 1 << 20);
    json_write(&text, options);
    enum err err = buf_ok(&text) ? offer_put(h->store, e->record, package, buf_str(&text),
                                             text.len, f)
                                 : fault_set(f, ERR_LIMIT, "the options are too long");
    buf_clear(&text);
    if (err == ERR_OK)
        err = tell_options(h, a, e, package, options, f);
    snprintf(evidence, sizeof evidence,
             count == 0 ? "Amazon leaves nothing to choose" : "Amazon offers %zu options",
             count);
    return err == ERR_OK ? external_succeeded(h, e, evidence, f) : err;
}

static enum err options_ready(struct host *h, struct effect *e,
                              const struct call_reply *r, struct fault *f)
{
    struct arena a;
    arena_init(&a);
    enum err err = options_in(h, &a, e, r, f);
    arena_clear(&a);
    return err;
}

/* Its document was taken as the answer arrived. */
static enum err invoice_taken(struct host *h, struct effect *e,
                              const struct call_reply *r, struct fault *f)
{
    int64_t there = 0;
    const struct effect_change change = {.to = EFFECT_ACCEPTED,
                                         .why = "Amazon made the invoice; it is being "
                                                "stored",
                                         .request_id = r->request_id,
                                         .next_ms = host_now(h) + UNDER_WAY_MS};

    if (intake_waits(h->intake, e->record, PAPER_INVOICE))
        return host_move(h, e, &change, f);
    enum err err = paper_latest(h->store, e->record, PAPER_INVOICE, &there, f);
    if (err == ERR_OK && there != 0)
        return external_succeeded(h, e, "the invoice is here", f);
    return err == ERR_OK ? external_failed(h, e, EFFECT_HELD,
                                           "Amazon's invoice cannot be decoded", f)
                         : err;
}

enum err external_answered(struct host *h, struct effect *e, const struct call_reply *r,
                           struct fault *f)
{
    switch (e->kind) {
    case EFFECT_PACKAGE:
        return updated(h, e, r, f);
    case EFFECT_OPTIONS:
        return options_ready(h, e, r, f);
    case EFFECT_INVOICE:
        return invoice_taken(h, e, r, f);
    case EFFECT_SHIP_LABELS:
        return labels_answered(h, e, r, f);
    default:
        return accepted(h, e, r, f);
    }
}

/* ---- a no ---- */

/* 422: not in this state, or not with this content. It is never sent again blindly: the
 * shipment is read first (domain.md 5.4), and external_look.c decides. */
enum err external_refused(struct host *h, struct effect *e, const struct call_reply *r,
                          const char *why, struct fault *f)
{
    const struct effect_change look = {.to = EFFECT_UNKNOWN,
                                       .why = why,
                                       .request_id = r->request_id,
                                       .next_ms = host_now(h)};
    if (r->refusal.status == REFUSED_HTTP)
        return host_move(h, e, &look, f);
    return external_failed(h, e, EFFECT_REJECTED, why, f);
}
