/* The bodies of a vendor's requests. */
#include "workflow/vendor_body.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "workflow/vendor_codes.h"
#include "workflow/vendor_boxes.h"

enum { WORDS_MAX = 64 };

/* Where each verb's fields may also stand, and the type of its element. */
static const struct {
    const struct shape *shape;
    const char *nested;
} types[VERB_COUNT] = {
    [VERB_ACCEPT] = {&shape_acknowledgement, "acknowledgementStatus"},
    [VERB_REJECT] = {&shape_acknowledgement, "acknowledgementStatus"},
    [VERB_REQUEST_LABEL] = {&shape_label_request, NULL},
    [VERB_CONFIRM] = {&shape_confirmation, "shipmentDetails"},
    [VERB_FLOOR_DENY] = {&shape_confirmation, "shipmentDetails"},
    [VERB_SCAN] = {&shape_status_update, "statusUpdateDetails"},
};

static struct json *nested_of(struct arena *a, struct json *asked, const char *name)
{
    struct json *there = (struct json *)(uintptr_t)json_get(asked, name);
    return there != NULL ? there : json_set(a, asked, name, json_object(a));
}

static bool is_own_word(enum verb verb, const char *key)
{
    if (strcmp(key, "why") == 0)
        return true;
    return verb == VERB_REQUEST_LABEL && strcmp(key, "again") == 0;
}

static size_t add_words(const struct shape *shape, const char *words[WORDS_MAX], size_t n)
{
    for (const struct field *f = shape->fields; f->name != NULL && n < WORDS_MAX; f++)
        words[n++] = f->name;
    return n;
}

/* A field that stands nowhere in the verb's type, wherever it may be written. */
static enum err check_word(enum verb verb, const char *key, struct fault *f)
{
    const struct shape *shape = types[verb].shape;
    const char *words[WORDS_MAX] = {"why", verb == VERB_SCAN ? "meaning" : "again"};
    size_t count = verb == VERB_SCAN || verb == VERB_REQUEST_LABEL ? 2 : 1;

    count = add_words(shape, words, count);
    if (types[verb].nested != NULL)
        count = add_words(shape_field(shape, types[verb].nested)->shape, words, count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], key) == 0)
            return ERR_OK;
    const char *near = suggest(key, words, count);
    if (near == NULL)
        return fault_set(f, ERR_INPUT, "unknown field \"%.40s\"", key);
    return fault_set(f, ERR_INPUT, "unknown field \"%.40s\"; did you mean \"%s\"?", key,
                     near);
}

/* Puts one given field where it belongs. */
static void place(struct order *o, enum verb verb, struct json *asked,
                  const struct json *field)
{
    struct arena *a = &o->memory;
    const struct field *nest = types[verb].nested == NULL
                                   ? NULL
                                   : shape_field(types[verb].shape, types[verb].nested);
    struct json *copy = json_copy(a, field);

    if (is_own_word(verb, field->key))
        json_set(a, nested_of(a, asked, "dray"), field->key, copy);
    else if (nest != NULL && shape_field(types[verb].shape, field->key) == NULL &&
             shape_field(nest->shape, field->key) != NULL)
        json_set(a, nested_of(a, asked, nest->name), field->key, copy);
    else
        json_set(a, asked, field->key, copy);
}

/* scan { meaning = "DELIVERED" } becomes the warehouse's code pair. */
static enum err resolve_meaning(struct order *o, struct json *asked, struct fault *f)
{
    struct arena *a = &o->memory;
    const struct scan_pair *pair;
    const char *meaning = json_str(json_get(asked, "meaning"));
    const enum codes codes = o->house->codes;

    if (meaning == NULL)
        return fault_set(f, ERR_INPUT, "meaning: expected a text such as \"DELIVERED\"");
    enum err e = scan_by_meaning(meaning, &pair, f);
    if (e != ERR_OK)
        return e;
    struct json *details = nested_of(a, asked, "statusUpdateDetails");
    json_set_str(a, details, "statusCode", pair->status[codes]);
    json_set_str(a, details, "reasonCode", pair->reason[codes]);
    json_set(a, asked, "meaning", NULL);
    return ERR_OK;
}

enum err body_asked(struct order *o, enum verb verb, const struct json *given,
                    struct json **asked, struct fault *f)
{
    *asked = json_object(&o->memory);
    if (given != NULL && given->type != JSON_OBJECT)
        return fault_set(f, ERR_INPUT, "%s: expected a table of fields", verb_name(verb));
    for (const struct json *field = given == NULL ? NULL : given->first; field != NULL;
         field = field->next) {
        enum err e = check_word(verb, field->key, f);
        if (e != ERR_OK)
            return e;
        place(o, verb, *asked, field);
    }
    if (verb == VERB_SCAN && json_get(*asked, "meaning") != NULL)
        return resolve_meaning(o, *asked, f);
    return ERR_OK;
}

static struct json *party(struct arena *a, const char *id)
{
    struct json *p = json_object(a);
    json_set_str(a, p, "partyId", id);
    return p;
}

static const char *selling_party(const struct order *o)
{
    const char *ordered = json_str(json_path(o->details, "sellingParty.partyId"));
    if (ordered != NULL)
        return ordered;
    return o->house->selling_party != NULL ? o->house->selling_party
                                           : o->account->selling_party;
}

/* What every element begins with. */
static struct json *element_new(struct order *o)
{
    struct arena *a = &o->memory;
    struct json *element = json_object(a);
    struct fault ignored;

    json_set_str(a, element, "purchaseOrderNumber", o->row.name);
    json_set(a, element, "sellingParty", party(a, selling_party(o)));
    struct json *from = json_set(a, element, "shipFromParty", party(a, o->row.warehouse));
    if (o->house->address != NULL)
        json_set(a, from, "address",
                 json_parse(a, o->house->address, strlen(o->house->address), &ignored));
    return element;
}

static void set_time(struct arena *a, struct json *object, const char *key, int64_t ms)
{
    char text[INSTANT_TEXT];
    instant_format(ms, text);
    json_set_str(a, object, key, text);
}

static struct json *acknowledgement(struct host *h, struct order *o, enum verb verb)
{
    struct arena *a = &o->memory;
    struct json *element = element_new(o);
    struct json *status = json_object(a);

    json_set_str(a, element, "vendorOrderNumber", o->row.name);
    set_time(a, element, "acknowledgementDate", host_now(h));
    if (verb == VERB_ACCEPT)
        json_set_str(a, status, "code", "00");
    json_set(a, element, "acknowledgementStatus", status);
    return element;
}

static struct json *shipment(struct host *h, struct order *o, enum verb verb)
{
    struct arena *a = &o->memory;
    struct json *element = element_new(o);
    struct json *details = json_object(a);

    set_time(a, details, "shippedDate", host_now(h));
    json_set_str(a, details, "shipmentStatus",
                 verb == VERB_CONFIRM ? "SHIPPED" : "FLOOR_DENIAL");
    const struct json *priority =
        json_path(o->details, "shipmentDetails.isPriorityShipment");
    if (priority != NULL && priority->type == JSON_BOOL)
        json_set(a, details, "isPriorityShipment", json_boolean(a, priority->yes));
    json_set(a, element, "shipmentDetails", details);
    return element;
}

/* The code must be one that Amazon knows, and must say what the verb says. */
static enum err check_acknowledgement(struct order *o, enum verb verb,
                                      struct json *element, struct fault *f)
{
    struct json *status = nested_of(&o->memory, element, "acknowledgementStatus");
    const char *code = json_get_str(status, "code", NULL);

    if (code == NULL)
        return fault_set(f, ERR_INPUT,
                         "code: missing: say why the order is rejected, for instance "
                         "reject { code = \"03\" } for out of stock (domain.md 4.3)");
    const char *text = acknowledgement_text(code);
    if (text == NULL)
        return fault_set(f, ERR_INPUT,
                         "code: Amazon knows no acknowledgement code \"%.8s\"", code);
    if ((verb == VERB_ACCEPT) != (strcmp(code, "00") == 0))
        return fault_set(f, ERR_INPUT, "code: \"%s\" %s", code,
                         verb == VERB_ACCEPT ? "rejects an order; use reject"
                                             : "accepts an order; use accept");
    if (json_get(status, "description") == NULL)
        json_set_str(&o->memory, status, "description", text);
    return ERR_OK;
}

static enum err check_shipped_date(struct host *h, const struct json *element,
                                   struct fault *f)
{
    const char *text = json_str(json_path(element, "shipmentDetails.shippedDate"));
    int64_t shipped;
    if (text == NULL || instant_parse(text, &shipped, NULL, NULL) != ERR_OK)
        return ERR_OK; /* the checker says it better */
    if (shipped > host_now(h))
        return fault_set(
            f, ERR_INPUT,
            "shippedDate: %s lies in the future; confirm when the goods have left", text);
    return ERR_OK;
}

/* The appointment window of a scheduled delivery, as nominated in the order
 * (domain.md 4.8). */
static void add_schedule(struct order *o, struct json *element)
{
    struct arena *a = &o->memory;
    const struct json *nominated =
        json_get(o->items == NULL ? NULL : o->items->first, "scheduledDeliveryShipment");
    const char *earliest = json_get_str(nominated, "earliestNominatedDeliveryDate", NULL);
    const char *latest = json_get_str(nominated, "latestNominatedDeliveryDate", NULL);
    struct json *details = nested_of(a, element, "statusUpdateDetails");

    if ((o->row.flags & RECORD_SCHEDULED) == 0 || earliest == NULL || latest == NULL ||
        json_get(details, "shipmentSchedule") != NULL)
        return;
    struct json *schedule = json_set(a, details, "shipmentSchedule", json_object(a));
    json_set_str(a, schedule, "estimatedDeliveryDateTime", latest);
    json_set_str(a, schedule, "apptWindowStartDateTime", earliest);
    json_set_str(a, schedule, "apptWindowEndDateTime", latest);
}

static enum err check_scan(struct order *o, const struct json *element, struct fault *f)
{
    const struct json *details = json_get(element, "statusUpdateDetails");
    const struct scan_pair *pair;
    const char *status = json_str(json_get(details, "statusCode"));
    const char *reason = json_str(json_get(details, "reasonCode"));

    if (status == NULL || reason == NULL)
        return fault_set(
            f, ERR_INPUT,
            "meaning: missing: give meaning = \"DELIVERED\" …, or statusCode and "
            "reasonCode as texts");
    if ((o->row.flags & RECORD_SCHEDULED) != 0 &&
        json_get(details, "shipmentSchedule") == NULL)
        return fault_set(
            f, ERR_INPUT,
            "shipmentSchedule: missing: scans of a scheduled delivery carry its "
            "appointment window (domain.md 4.8)");
    return scan_by_codes(o->house->codes, status, reason, &pair, f);
}

/* What the type itself cannot say. */
static enum err check_rules(struct host *h, struct order *o, enum verb verb,
                            struct json *element, struct fault *f)
{
    switch (verb) {
    case VERB_ACCEPT:
    case VERB_REJECT:
        return check_acknowledgement(o, verb, element, f);
    case VERB_CONFIRM:
    case VERB_FLOOR_DENY:
        return check_shipped_date(h, element, f);
    case VERB_SCAN:
        return check_scan(o, element, f);
    case VERB_REQUEST_LABEL:
    case VERB_COUNT:
        break;
    }
    return ERR_OK;
}

static struct json *start(struct host *h, struct order *o, enum verb verb)
{
    switch (verb) {
    case VERB_ACCEPT:
    case VERB_REJECT:
        return acknowledgement(h, o, verb);
    case VERB_CONFIRM:
    case VERB_FLOOR_DENY:
        return shipment(h, o, verb);
    case VERB_REQUEST_LABEL:
    case VERB_SCAN:
    case VERB_COUNT:
        break;
    }
    return element_new(o);
}

static enum err complete(struct order *o, enum verb verb, struct json *element,
                         const struct paper *labels, size_t label_count, struct fault *f)
{
    enum err e = ERR_OK;
    if (verb == VERB_ACCEPT || verb == VERB_REJECT)
        return boxes_lines(o, element, "itemAcknowledgements", "acknowledgedQuantity",
                           true, f);
    if (verb == VERB_SCAN)
        add_schedule(o, element);
    if (verb == VERB_CONFIRM || verb == VERB_FLOOR_DENY)
        e = boxes_lines(o, element, "items", "shippedQuantity", false, f);
    if (e == ERR_OK && (verb == VERB_CONFIRM || verb == VERB_REQUEST_LABEL))
        e = boxes_containers(o, element, verb == VERB_CONFIRM, labels, label_count, f);
    return e;
}

enum err body_build(struct host *h, struct order *o, enum verb verb,
                    const struct json *asked, const struct paper *labels,
                    size_t label_count, struct json **element, struct fault *f)
{
    struct arena *a = &o->memory;
    struct json *built = start(h, o, verb);
    struct json *fields = json_copy(a, asked);

    json_set(a, fields, "dray", NULL);
    json_merge(a, built, fields);
    enum err e = complete(o, verb, built, labels, label_count, f);
    if (e == ERR_OK)
        e = check_rules(h, o, verb, built, f);
    if (e == ERR_OK)
        e = shape_check(types[verb].shape, built, "", f);
    *element = built;
    return e;
}

/* Amazon refuses a confirmation with one number on two boxes. */
static bool shared_number(const struct paper *labels, size_t count,
                          const struct paper **twin)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            if (labels[i].tracking[0] != '\0' &&
                strcmp(labels[i].tracking, labels[k].tracking) == 0) {
                *twin = &labels[i];
                return true;
            }
    return false;
}

void body_question(const struct order *o, const struct json *asked,
                   const struct paper *labels, size_t label_count, char *out, size_t size)
{
    const struct json *given = json_get(asked, "containers");
    const size_t boxes = given == NULL ? 1 : given->count;
    const struct paper *twin;

    out[0] = '\0';
    if (o->house->amazon_labels && shared_number(labels, label_count, &twin))
        snprintf(
            out, size,
            "two labels bear one tracking number, %s; ask for the label again, or in "
            "Vendor Central",
            twin->tracking);
    else if (given == NULL && label_count > 1)
        snprintf(out, size,
                 "Amazon made %zu labels: which box holds what? Give containers",
                 label_count);
    else if (o->house->amazon_labels && label_count > 0 && boxes != label_count)
        snprintf(out, size,
                 "there are %zu containers and %zu labels: which label is on which box?",
                 boxes, label_count);
    else if (given == NULL && o->house->weight_value == NULL)
        snprintf(out, size,
                 "what does the box weigh? Give containers, or the warehouse a default "
                 "weight");
}
