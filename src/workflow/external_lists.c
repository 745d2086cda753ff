/* What is asked of a seller's lists. */
#include "workflow/external_lists.h"

#include <string.h>

#include "base/instant.h"

enum {
    OVERLAP_MS = 10 * MS_MINUTE, /* a list begins this long before the last one */
    REACH_MS = 7 * MS_DAY,       /* the first one looks back so far */
    MARGIN_MS = MS_MINUTE,       /* Amazon's clock may be behind ours */
    NEW_WORK = 1u << SHIPMENT_CREATED | 1u << SHIPMENT_ACCEPTED,
    PROGRESS = 1u << SHIPMENT_CONFIRMED | 1u << SHIPMENT_PACKAGE_CREATED |
               1u << SHIPMENT_PICKUP_SLOT_RETRIEVED | 1u << SHIPMENT_INVOICE_GENERATED |
               1u << SHIPMENT_SHIPLABEL_GENERATED | 1u << SHIPMENT_SHIPPED |
               1u << SHIPMENT_DELIVERED | 1u << SHIPMENT_CANCELLED
};

/* ---- what proves what was sent ---- */

/* The shipments of accepted effects, and how far what was sent has brought them. */
struct sent {
    struct host *host;
    struct external_lists *lists;
    enum err err;
    struct fault *fault;
};

static unsigned shown_by(const struct effect *e)
{
    switch (e->kind) {
    case EFFECT_PROCESS:
        return strcmp(e->verb, "reject") == 0 ? 1u << SHIPMENT_CANCELLED
                                              : 1u << SHIPMENT_CONFIRMED;
    case EFFECT_PACKAGES:
    case EFFECT_PACKAGE:
        return 1u << SHIPMENT_PACKAGE_CREATED;
    case EFFECT_OPTIONS: /* where there was nothing to choose nothing moves */
        return 1u << SHIPMENT_PACKAGE_CREATED | 1u << SHIPMENT_PICKUP_SLOT_RETRIEVED;
    case EFFECT_INVOICE:
        return 1u << SHIPMENT_INVOICE_GENERATED;
    case EFFECT_SHIP_LABELS:
        return 1u << SHIPMENT_SHIPLABEL_GENERATED;
    case EFFECT_STATUS:
        return strstr(e->key, "|DELIVERED") != NULL ? 1u << SHIPMENT_DELIVERED
                                                    : 1u << SHIPMENT_SHIPPED;
    default:
        return 0;
    }
}

/* The furthest step of a shipment says in which list it stands by now. */
static bool furthest(void *arg, const struct effect *e)
{
    unsigned *shown = arg;
    const unsigned taken = 1u << EFFECT_ACCEPTED | 1u << EFFECT_SUCCEEDED;
    const unsigned mine = shown_by(e);
    if ((1u << e->state & taken) != 0 && e->sends > 0 && mine > *shown)
        *shown = mine;
    return true;
}

static bool note_record(void *arg, const struct effect *e)
{
    struct sent *s = arg;
    const struct effect_filter all = {.record = e->record};
    unsigned shown = 0;

    if (s->lists->after_ms == 0 || e->sent_ms - MARGIN_MS < s->lists->after_ms)
        s->lists->after_ms = e->sent_ms - MARGIN_MS;
    s->err = effect_each(s->host->store, &all, furthest, &shown, s->fault);
    s->lists->statuses |= shown;
    return s->err == ERR_OK;
}

static enum err plan_proof(struct host *h, const struct account *a,
                           struct external_lists *out, struct fault *f)
{
    struct sent s = {.host = h, .lists = out, .fault = f};
    const struct effect_filter filter = {
        .account = a->id,
        .kinds = 1u << EFFECT_PROCESS | 1u << EFFECT_PACKAGES | 1u << EFFECT_PACKAGE |
                 1u << EFFECT_STATUS,
        .states = 1u << EFFECT_ACCEPTED};
    enum err e = effect_each(h->store, &filter, note_record, &s, f);
    return e == ERR_OK ? s.err : e;
}

static int64_t first_reach(const struct account *a, int64_t now_ms)
{
    const int64_t reach = now_ms - REACH_MS;
    return a->since_ms != INSTANT_NONE && a->since_ms < reach ? a->since_ms : reach;
}

enum err external_lists_plan(struct host *h, struct account *a, enum poll_kind kind,
                             int64_t now_ms, int64_t last_ms, struct external_lists *out,
                             struct fault *f)
{
    *out = (struct external_lists){0};
    if (kind == POLL_PROOF)
        return plan_proof(h, a, out, f);
    out->statuses = kind == POLL_SHIPMENTS ? NEW_WORK : PROGRESS;
    if (kind == POLL_PROGRESS) {
        const int64_t last = last_ms > now_ms ? now_ms : last_ms; /* a clock set back */
        out->after_ms =
            last_ms == INSTANT_NONE ? first_reach(a, now_ms) : last - OVERLAP_MS;
    }
    return ERR_OK;
}

/* ---- one list after the other ---- */

/* The place that is asked for the nth time: a location and a channel, where named. */
static bool place_at(const struct account *a, size_t nth, const char **location,
                     const char **channel, size_t *places)
{
    size_t seen = 0;
    bool found = false;

    for (size_t w = 0; w < a->warehouse_count; w++) {
        const struct warehouse *house = &a->warehouses[w];
        const size_t channels = house->channel_count == 0 ? 1 : house->channel_count;
        if (!found && nth < seen + channels) {
            *location = house->code[0] == '\0' ? NULL : house->code;
            *channel = house->channel_count == 0 ? NULL : house->channels[nth - seen];
            found = true;
        }
        seen += channels;
    }
    *places = seen;
    return found;
}

static bool status_at(unsigned statuses, size_t nth, const char **status)
{
    for (int s = 0; s < SHIPMENT_UNKNOWN; s++) {
        if ((statuses & 1u << s) == 0)
            continue;
        if (nth == 0) {
            *status = shipment_status((enum shipment_state)s);
            return true;
        }
        nth--;
    }
    return false;
}

static void set_instant(struct arena *memory, struct json *params, const char *name,
                        int64_t ms)
{
    char text[INSTANT_TEXT];
    if (ms <= 0)
        return;
    instant_format(ms, text);
    json_set_str(memory, params, name, text);
}

struct json *external_lists_nth(const struct external_lists *l, const struct account *a,
                                size_t nth, struct arena *memory)
{
    const char *location = NULL, *channel = NULL, *status;
    size_t places;

    place_at(a, 0, &location, &channel, &places);
    if (places == 0 || !status_at(l->statuses, nth / places, &status))
        return NULL;
    place_at(a, nth % places, &location, &channel, &places);
    struct json *params = json_object(memory);
    json_set_str(memory, params, "status", status);
    json_set_str(memory, params, "locationId", location);
    json_set_str(memory, params, "channelName", channel);
    json_set_str(memory, params, "marketplaceId", a->marketplace);
    set_instant(memory, params, "lastUpdatedAfter", l->after_ms);
    set_instant(memory, params, "lastUpdatedBefore", l->before_ms);
    return params;
}
