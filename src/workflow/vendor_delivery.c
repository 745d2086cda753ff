/* When a vendor's order has arrived: every confirmed box has a proved scan that says
 * DELIVERED. */
#include <string.h>

#include "workflow/order.h"
#include "workflow/vendor.h"
#include "workflow/vendor_step.h"

/* By its key, "order|tracking number|status|reason|seconds". */
static bool says_delivered(const struct effect *e)
{
    return e->kind == EFFECT_SCAN &&
           (strstr(e->key, "|D1|NS|") != NULL || strstr(e->key, "|301|000|") != NULL);
}

static bool is_of_box(const struct effect *scan, const char *number)
{
    const size_t name = strlen(scan->name), length = strlen(number);
    const char *told = scan->key + name + 1;
    return strlen(scan->key) > name + 1 && strncmp(told, number, length) == 0 &&
           told[length] == '|';
}

static bool box_delivered(const struct effect *scans, size_t count, const char *number)
{
    for (size_t i = 0; i < count; i++)
        if (says_delivered(&scans[i]) && is_of_box(&scans[i], number))
            return true;
    return false;
}

static enum err all_delivered(struct host *h, struct order *o, bool *delivered,
                              struct fault *f)
{
    const struct effect_filter filter = {.record = o->row.id,
                                         .kinds = 1u << EFFECT_SCAN,
                                         .states = 1u << EFFECT_SUCCEEDED};
    const struct json *boxes;
    struct effect *scans;
    size_t count;

    enum err e = vendor_confirmed_boxes(h, o, &boxes, f);
    if (e == ERR_OK)
        e = effect_list(h->store, &o->memory, &filter, &scans, &count, f);
    *delivered = e == ERR_OK;
    for (const struct json *b = boxes == NULL ? NULL : boxes->first;
         e == ERR_OK && b != NULL; b = b->next)
        *delivered = *delivered &&
                     box_delivered(scans, count, json_get_str(b, "trackingNumber", ""));
    return e;
}

enum err vendor_delivered(struct host *h, const struct effect *scan, bool *delivered,
                          struct fault *f)
{
    struct order o;

    *delivered = false;
    if (!says_delivered(scan))
        return ERR_OK;
    enum err e = order_open(h, scan->record, &o, f);
    if (e == ERR_OK)
        e = all_delivered(h, &o, delivered, f);
    order_close(&o);
    return e;
}
