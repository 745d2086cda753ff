/* Lines and boxes of a request. */
#include "workflow/vendor_boxes.h"

#include <stdio.h>
#include <string.h>

static struct json *member(struct json *object, const char *key)
{
    return (struct json *)(uintptr_t)json_get(object, key);
}

static void set_default(struct arena *a, struct json *object, const char *key,
                        const char *text)
{
    if (json_get(object, key) == NULL)
        json_set_str(a, object, key, text);
}

/* Product ids as ordered; both when the order has both. */
static void copy_ids(struct arena *a, struct json *line, const struct json *ordered)
{
    set_default(a, line, "buyerProductIdentifier",
                json_str(json_get(ordered, "buyerProductIdentifier")));
    set_default(a, line, "vendorProductIdentifier",
                json_str(json_get(ordered, "vendorProductIdentifier")));
}

/* As ordered; Orders knows one word only, Shipping any. */
static const char *unit_of(const struct json *ordered, bool as_text)
{
    const char *unit = json_str(json_path(ordered, "orderedQuantity.unitOfMeasure"));
    return unit == NULL || as_text ? "Each" : unit;
}

static void set_quantity(struct arena *a, struct json *line, const char *quantity,
                         const struct json *ordered, bool as_text)
{
    struct json *q = member(line, quantity);
    if (q == NULL || q->type != JSON_OBJECT)
        q = q == NULL ? json_set(a, line, quantity, json_object(a)) : q;
    if (q->type != JSON_OBJECT)
        return;
    if (json_get(q, "amount") == NULL)
        json_set(a, q, "amount", json_integer(a, line_ordered(ordered)));
    set_default(a, q, "unitOfMeasure", unit_of(ordered, as_text));
}

/* The line's number in the form that the operation wants. */
static void set_number(struct arena *a, struct json *line, const struct json *ordered,
                       bool as_text)
{
    if (as_text)
        json_set(a, line, "itemSequenceNumber",
                 json_copy(a, json_get(ordered, "itemSequenceNumber")));
    else
        json_set(a, line, "itemSequenceNumber", json_integer(a, line_number(ordered)));
}

/* Amounts are added up before the types are checked: they must be numbers already. */
static enum err check_amount(const struct json *line, const char *where, size_t at,
                             const char *quantity, struct fault *f)
{
    const struct json *given = json_get(json_get(line, quantity), "amount");
    const char *text = json_str(given);
    int64_t amount;

    if (given == NULL || (json_int(given, &amount) && amount >= 0 && amount <= INT32_MAX))
        return ERR_OK;
    if (text != NULL)
        return fault_set(f, ERR_INPUT,
                         "%s[%zu].%s.amount: expected a whole number, got \"%.40s\"",
                         where, at, quantity, text);
    return fault_set(f, ERR_INPUT, "%s[%zu].%s.amount: expected a whole number", where,
                     at, quantity);
}

static enum err complete_line(struct order *o, struct json *line, const char *where,
                              size_t at, const char *quantity, bool as_text,
                              struct fault *f)
{
    if (line->type != JSON_OBJECT)
        return fault_set(f, ERR_INPUT, "%s[%zu]: expected a table", where, at);
    const struct json *ordered = order_line(o, line_number(line));
    if (ordered == NULL)
        return fault_set(f, ERR_INPUT,
                         "%s[%zu].itemSequenceNumber: the order has no such line", where,
                         at);
    enum err e = check_amount(line, where, at, quantity, f);
    if (e != ERR_OK)
        return e;
    set_number(&o->memory, line, ordered, as_text);
    copy_ids(&o->memory, line, ordered);
    set_quantity(&o->memory, line, quantity, ordered, as_text);
    return ERR_OK;
}

static void add_all_lines(struct order *o, struct json *list, const char *quantity,
                          bool as_text)
{
    for (const struct json *item = o->items == NULL ? NULL : o->items->first;
         item != NULL; item = item->next) {
        struct json *line = json_push(list, json_object(&o->memory));
        set_number(&o->memory, line, item, as_text);
        copy_ids(&o->memory, line, item);
        set_quantity(&o->memory, line, quantity, item, as_text);
    }
}

/* How many of a line stand in a list of lines. */
static int64_t amount_of(const struct json *list, int64_t number, const char *quantity)
{
    int64_t sum = 0, amount;
    for (const struct json *line = list == NULL ? NULL : list->first; line != NULL;
         line = line->next)
        if (line_number(line) == number &&
            json_int(json_get(json_get(line, quantity), "amount"), &amount))
            sum += amount;
    return sum;
}

static enum err check_whole(struct order *o, const struct json *list, const char *where,
                            const char *quantity, struct fault *f)
{
    for (const struct json *item = o->items->first; item != NULL; item = item->next) {
        int64_t number = line_number(item), got = amount_of(list, number, quantity);
        if (got != line_ordered(item))
            return fault_set(
                f, ERR_INPUT,
                "%s: line %lld has %lld of %lld ordered; Amazon takes whole orders "
                "only",
                where, (long long)number, (long long)got, (long long)line_ordered(item));
    }
    return ERR_OK;
}

static enum err check_order(const struct order *o, struct fault *f)
{
    if (o->items == NULL || o->items->count == 0)
        return fault_set(f, ERR_STATE, "order %s has no lines", o->row.name);
    for (const struct json *item = o->items->first; item != NULL; item = item->next) {
        if (json_get(item, "buyerProductIdentifier") == NULL &&
            json_get(item, "vendorProductIdentifier") == NULL)
            return fault_set(
                f, ERR_STATE,
                "order %s: line %lld names no product (neither buyer's nor vendor's id)",
                o->row.name, (long long)line_number(item));
        if (line_number(item) == 0 || line_ordered(item) <= 0)
            return fault_set(f, ERR_STATE,
                             "order %s: a line has no number or no quantity",
                             o->row.name);
    }
    return ERR_OK;
}

enum err boxes_lines(struct order *o, struct json *element, const char *list,
                     const char *quantity, bool as_text, struct fault *f)
{
    struct json *lines = member(element, list);
    size_t at = 1;
    enum err e = check_order(o, f);

    if (e != ERR_OK)
        return e;
    if (lines == NULL) {
        lines = json_set(&o->memory, element, list, json_array(&o->memory));
        add_all_lines(o, lines, quantity, as_text);
        return ERR_OK;
    }
    for (struct json *line = lines->first; line != NULL && e == ERR_OK;
         line = line->next, at++)
        e = complete_line(o, line, list, at, quantity, as_text, f);
    return e == ERR_OK ? check_whole(o, lines, list, quantity, f) : e;
}

/* The label of a box: of the same package, else of the same place. */
static const struct paper *label_of(const struct json *box, size_t at,
                                    const struct paper *labels, size_t count)
{
    const char *id = json_get_str(box, "containerIdentifier", "");
    for (size_t i = 0; i < count; i++)
        if (strcmp(labels[i].package, id) == 0)
            return &labels[i];
    return at <= count ? &labels[at - 1] : NULL;
}

static void set_weight(struct order *o, struct json *box)
{
    struct arena *a = &o->memory;
    if (json_get(box, "weight") != NULL || o->house->weight_value == NULL)
        return;
    struct json *weight = json_set(a, box, "weight", json_object(a));
    json_set_str(a, weight, "unitOfMeasure", o->house->weight_unit);
    json_set_str(a, weight, "value", o->house->weight_value);
}

static void set_carriage(struct order *o, struct json *box, const struct paper *label)
{
    struct arena *a = &o->memory;
    if (o->house->amazon_labels) {
        if (label == NULL)
            return;
        json_set_str(a, box, "trackingNumber",
                     label->tracking[0] ? label->tracking : NULL);
        json_set_str(a, box, "shipMethod",
                     label->ship_method[0] ? label->ship_method : NULL);
        return;
    }
    const char *ordered = json_str(json_path(o->details, "shipmentDetails.shipMethod"));
    set_default(a, box, "shipMethod",
                o->house->ship_method != NULL ? o->house->ship_method : ordered);
    set_default(a, box, "scacCode", o->house->scac);
    set_default(a, box, "carrier", o->house->carrier);
}

static void set_identifier(struct arena *a, struct json *box, size_t at,
                           const struct paper *label)
{
    char number[24];
    snprintf(number, sizeof number, "%zu", at);
    set_default(a, box, "containerIdentifier",
                label != NULL && label->package[0] != '\0' ? label->package : number);
    set_default(a, box, "containerType", "carton");
}

static enum err complete_contents(struct order *o, struct json *box, size_t at,
                                  bool alone, struct fault *f)
{
    char where[64];
    size_t line_at = 1;
    struct json *packed = member(box, "packedItems");

    if (packed == NULL && !alone)
        return fault_set(f, ERR_INPUT,
                         "containers[%zu].packedItems: missing: what is in this box?",
                         at);
    if (packed == NULL) {
        packed = json_set(&o->memory, box, "packedItems", json_array(&o->memory));
        add_all_lines(o, packed, "packedQuantity", false);
        return ERR_OK;
    }
    snprintf(where, sizeof where, "containers[%zu].packedItems", at);
    enum err e = ERR_OK;
    for (struct json *line = packed->first; line != NULL && e == ERR_OK;
         line = line->next, line_at++)
        e = complete_line(o, line, where, line_at, "packedQuantity", false, f);
    return e;
}

static enum err complete_box(struct order *o, struct json *box, size_t at, bool alone,
                             const struct paper *labels, size_t count, struct fault *f)
{
    if (box->type != JSON_OBJECT)
        return fault_set(f, ERR_INPUT, "containers[%zu]: expected a table", at);
    const struct paper *label = label_of(box, at, labels, count);
    set_identifier(&o->memory, box, at, label);
    set_carriage(o, box, label);
    set_weight(o, box);
    return complete_contents(o, box, at, alone, f);
}

/* All boxes' contents must add up to the order. */
static enum err check_packed(struct order *o, const struct json *boxes, struct fault *f)
{
    for (const struct json *item = o->items->first; item != NULL; item = item->next) {
        int64_t sum = 0, number = line_number(item);
        for (const struct json *box = boxes->first; box != NULL; box = box->next)
            sum += amount_of(json_get(box, "packedItems"), number, "packedQuantity");
        if (sum != line_ordered(item))
            return fault_set(
                f, ERR_INPUT,
                "containers: line %lld: %lld packed in all boxes, %lld ordered; "
                "Amazon takes whole orders only",
                (long long)number, (long long)sum, (long long)line_ordered(item));
    }
    return ERR_OK;
}

static bool line_spans(const struct json *boxes, int64_t number)
{
    size_t found = 0;
    for (const struct json *box = boxes->first; box != NULL; box = box->next)
        if (amount_of(json_get(box, "packedItems"), number, "packedQuantity") > 0)
            found++;
    return found > 1;
}

/* containerSequenceNumber is wanted when a line spans boxes (domain.md 4.5). */
static void number_boxes(struct order *o, struct json *boxes)
{
    bool spans = false;
    int64_t at = 1;
    for (const struct json *item = o->items->first; item != NULL; item = item->next)
        spans = spans || line_spans(boxes, line_number(item));
    for (struct json *box = boxes->first; spans && box != NULL; box = box->next, at++)
        if (json_get(box, "containerSequenceNumber") == NULL)
            json_set(&o->memory, box, "containerSequenceNumber",
                     json_integer(&o->memory, at));
}

static enum err check_carriage(const struct order *o, const struct json *boxes,
                               struct fault *f)
{
    size_t at = 1;
    if (o->house->amazon_labels)
        return ERR_OK;
    for (const struct json *box = boxes->first; box != NULL; box = box->next, at++) {
        if (json_get(box, "trackingNumber") == NULL)
            return fault_set(
                f, ERR_INPUT,
                "containers[%zu].trackingNumber: missing: your own carrier's number", at);
        if (json_get(box, "scacCode") == NULL && json_get(box, "carrier") == NULL)
            return fault_set(
                f, ERR_INPUT,
                "containers[%zu].carrier: missing: give the warehouse a carrier (EU) or "
                "scacCode (NA)",
                at);
    }
    return ERR_OK;
}

enum err boxes_containers(struct order *o, struct json *element, bool needed,
                          const struct paper *labels, size_t label_count, struct fault *f)
{
    struct json *boxes = member(element, "containers");
    size_t at = 1;
    enum err e = check_order(o, f);

    if (e != ERR_OK || (boxes == NULL && !needed))
        return e;
    if (boxes == NULL) {
        boxes = json_set(&o->memory, element, "containers", json_array(&o->memory));
        json_push(boxes, json_object(&o->memory));
    }
    for (struct json *box = boxes->first; box != NULL && e == ERR_OK;
         box = box->next, at++)
        e = complete_box(o, box, at, boxes->count == 1, labels, label_count, f);
    if (e == ERR_OK)
        e = check_packed(o, boxes, f);
    if (e == ERR_OK)
        number_boxes(o, boxes);
    return e == ERR_OK && needed ? check_carriage(o, boxes, f) : e;
}
