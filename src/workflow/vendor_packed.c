/* What the floor packed, as containers. */
#include "workflow/vendor_packed.h"

#include <stdio.h>
#include <string.h>

#include "store/fact.h"
#include "workflow/vendor.h"
#include "workflow/vendor_step.h"
#include "workflow/vendor_boxes.h"

/* ---- facts to containers ---- */

static const char *const taken_over[] = {"containerType", "trackingNumber",
                                         "manifestId",    "dimensions",
                                         "weight",        "packedItems"};

static enum err add_container(struct arena *a, const struct fact *fact,
                              struct json *boxes, struct fault *f)
{
    const struct json *payload = json_parse(a, fact->payload, fact->payload_len, f);
    struct json *box = json_object(a);

    if (payload == NULL)
        return f->code;
    if (fact->box[0] != '\0')
        json_set_str(a, box, "containerIdentifier", fact->box);
    for (size_t i = 0; i < sizeof taken_over / sizeof taken_over[0]; i++) {
        const struct json *value = json_get(payload, taken_over[i]);
        if (value != NULL)
            json_set(a, box, taken_over[i], json_copy(a, value));
    }
    json_push(boxes, box);
    return ERR_OK;
}

/* The boxes that were reported; NULL when none was. */
static enum err containers(struct host *h, struct order *o, struct json **boxes,
                           struct fault *f)
{
    struct fact *facts;
    size_t count;

    *boxes = NULL;
    enum err e = fact_list(h->store, &o->memory, o->row.id, "packed", &facts, &count, f);
    if (e == ERR_OK && count > 0)
        *boxes = json_array(&o->memory);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = add_container(&o->memory, &facts[i], *boxes, f);
    return e;
}

enum err packed_inherit(struct host *h, struct order *o, struct json *asked,
                        bool *inherited, struct fault *f)
{
    struct arena *a = &o->memory;
    struct json *boxes;

    enum err e = containers(h, o, &boxes, f);
    *inherited = e == ERR_OK && boxes != NULL;
    if (!*inherited)
        return e;
    json_set(a, asked, "containers", boxes);
    struct json *own = json_get(asked, "dray") == NULL
                           ? json_set(a, asked, "dray", json_object(a))
                           : (struct json *)(uintptr_t)json_get(asked, "dray");
    json_set(a, own, "packed", json_boolean(a, true));
    return ERR_OK;
}

bool packed_asked(const struct json *asked)
{
    return json_get_bool(json_get(asked, "dray"), "packed", false);
}

/* ---- what they leave open ---- */

static void ask_weight(const struct order *o, const struct json *boxes, char *out,
                       size_t size)
{
    for (const struct json *box = boxes->first; box != NULL; box = box->next)
        if (json_get(box, "weight") == NULL && o->house->weight_value == NULL)
            snprintf(out, size,
                     "what does box %.60s weigh? Report it packed with its weight, or "
                     "give the warehouse a default weight",
                     json_get_str(box, "containerIdentifier", "1"));
}

static enum err ask(struct host *h, struct order *o, const struct json *boxes, char *out,
                    size_t size, struct fault *f)
{
    struct paper *labels;
    struct fault why;
    size_t count;
    struct json *element = json_object(&o->memory);

    enum err e = order_papers(h, o, PAPER_LABEL, &labels, &count, f);
    if (e != ERR_OK || o->house == NULL)
        return e;
    json_set(&o->memory, element, "containers", json_copy(&o->memory, boxes));
    if (boxes_containers(o, element, true, labels, count, &why) != ERR_OK)
        snprintf(out, size, "as packed, %s", why.text);
    else
        ask_weight(o, boxes, out, size);
    return ERR_OK;
}

enum err packed_question(struct host *h, int64_t record, const struct json *boxes,
                         char *out, size_t size, struct fault *f)
{
    struct order o;
    out[0] = '\0';
    enum err e = order_open(h, record, &o, f);
    if (e == ERR_OK)
        e = ask(h, &o, boxes, out, size, f);
    order_close(&o);
    return e;
}

/* ---- lines of a report ---- */

static bool has_product(const struct json *item, const char *product)
{
    return strcmp(json_get_str(item, "vendorProductIdentifier", ""), product) == 0 ||
           strcmp(json_get_str(item, "buyerProductIdentifier", ""), product) == 0;
}

/* The line's number; 0 when none has that product, -1 when several have. */
static int64_t line_of_product(const struct order *o, const char *product)
{
    int64_t found = 0;
    for (const struct json *item = o->items == NULL ? NULL : o->items->first;
         item != NULL; item = item->next)
        if (has_product(item, product))
            found = found == 0 ? line_number(item) : -1;
    return found;
}

static enum err find_line(const struct order *o, const struct json *packed, size_t at,
                          int64_t *line, struct fault *f)
{
    const char *product = json_str(json_get(packed, "product"));

    *line = 0;
    if (json_int(json_get(packed, "line"), line) && order_line(o, *line) != NULL)
        return ERR_OK;
    if (product == NULL)
        return fault_set(f, ERR_INPUT, "packedItems[%zu].line: order %s has no such line",
                         at, o->row.name);
    *line = line_of_product(o, product);
    if (*line > 0)
        return ERR_OK;
    return fault_set(f, ERR_INPUT, "packedItems[%zu].product: order %s has %s line%s", at,
                     o->row.name, *line == 0 ? "no such" : "several such",
                     *line == 0 ? "" : "s; say which line");
}

/* { line or product, quantity } -> { itemSequenceNumber, packedQuantity } */
static enum err rewrite_line(const struct order *o, struct json *packed, size_t at,
                             struct arena *a, struct fault *f)
{
    int64_t line, quantity;

    if (packed->type != JSON_OBJECT)
        return fault_set(f, ERR_INPUT, "packedItems[%zu]: expected a table", at);
    if (json_get(packed, "line") == NULL && json_get(packed, "product") == NULL)
        return ERR_OK; /* in Amazon's form already */
    enum err e = find_line(o, packed, at, &line, f);
    if (e != ERR_OK)
        return e;
    if (!json_int(json_get(packed, "quantity"), &quantity) || quantity <= 0)
        return fault_set(f, ERR_INPUT,
                         "packedItems[%zu].quantity: expected a whole number above zero",
                         at);
    json_set(a, packed, "line", NULL);
    json_set(a, packed, "product", NULL);
    json_set(a, packed, "quantity", NULL);
    json_set(a, packed, "itemSequenceNumber", json_integer(a, line));
    struct json *amount = json_set(a, packed, "packedQuantity", json_object(a));
    json_set(a, amount, "amount", json_integer(a, quantity));
    return ERR_OK;
}

enum err packed_items(struct host *h, int64_t record, struct json *payload,
                      struct arena *a, struct fault *f)
{
    struct order o;
    size_t at = 1;
    const struct json *items = json_get(payload, "packedItems");

    if (items == NULL)
        return ERR_OK;
    enum err e = order_open(h, record, &o, f);
    for (struct json *line = items->first; e == ERR_OK && line != NULL;
         line = line->next, at++)
        e = rewrite_line(&o, line, at, a, f);
    order_close(&o);
    return e;
}

/* ---- confirmations that depend on it ---- */

/* The order's confirmation; ERR_NOT_FOUND when there is none. */
static enum err find_confirmation(struct host *h, struct order *o, struct effect *ship,
                                  struct fault *f)
{
    enum err e = effect_by_key(h->store, &o->memory, o->row.account, EFFECT_SHIP,
                               o->row.name, false, ship, f);
    if (e == ERR_OK && strcmp(ship->verb, "confirm") != 0)
        e = ERR_NOT_FOUND;
    return e;
}

static enum err keep_sent(struct host *h, struct order *o, struct fault *f)
{
    struct effect ship;
    struct json *asked;
    struct buf text;

    enum err e = find_confirmation(h, o, &ship, f);
    if (e == ERR_OK && ship.sends == 0)
        return ERR_OK;
    if (e == ERR_OK)
        e = vendor_asked(h, o, &ship, &asked, f);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    buf_init(&text, 1 << 20);
    json_write(&text, asked);
    e = effect_keep_body(h->store, ship.id, buf_str(&text), text.len, f);
    buf_clear(&text);
    return e;
}

enum err packed_keep(struct host *h, int64_t record, struct fault *f)
{
    struct order o;
    enum err e = order_open_row(h, record, &o, f);
    if (e == ERR_OK)
        e = keep_sent(h, &o, f);
    order_close(&o);
    return e;
}

/* It was held for want of boxes, and for nothing else: the question that it was held with
 * is one of ours. */
static bool asks_for_boxes(const struct effect *e)
{
    return e->state == EFFECT_HELD && e->sends == 0 &&
           (strstr(e->why, "which box holds what?") != NULL ||
            strstr(e->why, "which label is on which box?") != NULL ||
            strncmp(e->why, "what does ", 10) == 0 ||
            strncmp(e->why, "as packed, ", 11) == 0);
}

static enum err stand_again(struct host *h, struct effect *ship, struct fault *f)
{
    struct stand stand;
    enum err e = vendor_stand(h, ship, &stand, f);
    if (e != ERR_OK || (stand.step == STEP_HOLD && strcmp(stand.why, ship->why) == 0))
        return e;
    return flow_follow(h, ship, &stand, f);
}

enum err packed_answer(struct host *h, int64_t record, struct fault *f)
{
    struct order o;
    struct effect ship;
    enum err e = order_open_row(h, record, &o, f);
    if (e == ERR_OK)
        e = find_confirmation(h, &o, &ship, f);
    if (e == ERR_OK && asks_for_boxes(&ship))
        e = stand_again(h, &ship, f);
    order_close(&o);
    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = flow_reconsider(h, record, f);
    return e;
}
