/* What of an account may change while dray works, and what needs a restart. */
#include <string.h>

#include "spapi/account.h"
#include "spapi/quota.h"

/* Both NULL, or the same. */
static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_source(const struct source *a, const struct source *b)
{
    if (a->kind != b->kind || !same(a->name, b->name) ||
        (a->argv == NULL) != (b->argv == NULL))
        return false;
    size_t i = 0;
    while (a->argv != NULL && a->argv[i] != NULL && same(a->argv[i], b->argv[i]))
        i++;
    return a->argv == NULL || same(a->argv[i], b->argv[i]);
}

static bool same_credentials(const struct credentials *a, const struct credentials *b)
{
    return same(a->client_id, b->client_id) &&
           same_source(&a->client_secret, &b->client_secret) &&
           same_source(&a->refresh_token, &b->refresh_token);
}

static bool same_place(const struct warehouse *a, const struct warehouse *b)
{
    bool is = same(a->code, b->code) && a->channel_count == b->channel_count;
    for (size_t i = 0; is && i < a->channel_count; i++)
        is = same(a->channels[i], b->channels[i]);
    return is;
}

/* A seller's lists are asked for one location and channel after the other. */
static bool same_places(const struct account *a, const struct account *b)
{
    bool is = a->warehouse_count == b->warehouse_count;
    for (size_t i = 0; is && i < a->warehouse_count; i++) {
        const struct warehouse *there = account_warehouse(b, a->warehouses[i].code);
        is = there != NULL && same_place(&a->warehouses[i], there);
    }
    return is;
}

const char *account_fixed(const struct account *a, const struct account *with)
{
    if (a->program != with->program)
        return "program";
    if (!same(a->endpoint, with->endpoint) || !same(a->lwa_url, with->lwa_url))
        return a->region != NULL || with->region != NULL ? "region" : "endpoint";
    if (!same(a->selling_party, with->selling_party))
        return "sellingParty";
    if (!same(a->target_application, with->target_application))
        return "targetApplication";
    if (!same(a->version, with->version))
        return "version";
    if (!same(a->marketplace, with->marketplace))
        return "marketplaceId";
    if (!same_credentials(&a->credentials, &with->credentials))
        return "credentials";
    if (a->program == PROGRAM_EXTERNAL && !same_places(a, with))
        return "locations";
    return NULL;
}

/* The old ones go to `from`, which frees them. */
static void swap_lists(struct account *a, struct account *from)
{
    const struct account old = *a;
    a->warehouses = from->warehouses;
    a->warehouse_count = from->warehouse_count;
    a->cadences = from->cadences;
    a->cadence_count = from->cadence_count;
    from->warehouses = old.warehouses;
    from->warehouse_count = old.warehouse_count;
    from->cadences = old.cadences;
    from->cadence_count = old.cadence_count;
}

void account_renew(struct account *a, struct account *from)
{
    swap_lists(a, from);
    a->since_ms = from->since_ms;
    a->batch_acknowledgements = from->batch_acknowledgements;
    a->batch_labels = from->batch_labels;
    a->batch_confirmations = from->batch_confirmations;
    a->batch_scans = from->batch_scans;
    memcpy(a->limits, from->limits, sizeof a->limits);
    memcpy(a->near_ms, from->near_ms, sizeof a->near_ms);
    memcpy(a->rate, from->rate, sizeof a->rate);
    memcpy(a->burst, from->burst, sizeof a->burst);
    if (a->quota != NULL)
        quota_renew(a->quota, a);
}
