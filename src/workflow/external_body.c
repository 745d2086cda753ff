/* What a seller's verbs send. */
#include "workflow/external_body.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "store/offer.h"
#include "workflow/external_packages.h"

enum { WORDS_MAX = 32, PACKAGES_A_CALL = 50 };

static const enum operation_id operations[EFFECT_KIND_COUNT] = {
    [EFFECT_PROCESS] = OP_PROCESS_SHIPMENT,
    [EFFECT_PACKAGES] = OP_CREATE_PACKAGES,
    [EFFECT_PACKAGE] = OP_UPDATE_PACKAGE,
    [EFFECT_OPTIONS] = OP_RETRIEVE_SHIPPING_OPTIONS,
    [EFFECT_INVOICE] = OP_GENERATE_INVOICE,
    [EFFECT_SHIP_LABELS] = OP_GENERATE_SHIP_LABELS,
    [EFFECT_STATUS] = OP_UPDATE_PACKAGE_STATUS,
};

const struct operation *external_operation(enum effect_kind kind)
{
    return operation_get(operations[kind]);
}

/* The request as it is put together. */
struct draft {
    struct host *host;
    struct shipment *shipment;
    enum external_verb verb;
    const struct operation *op;
    struct json *params, *body, *own; /* body: empty when there is none */
    struct fault *fault;
};

static struct arena *memory(const struct draft *d)
{
    return &d->shipment->memory;
}

/* ---- sorting ---- */

static bool is_own_word(const char *key)
{
    return strcmp(key, "again") == 0 || strcmp(key, "why") == 0;
}

/* Parameters that a person may give; the others follow from the verb and the shipment. */
static bool is_param(const struct draft *d, const char *key)
{
    if (strcmp(key, "shipmentId") == 0 ||
        (strcmp(key, "operation") == 0 && d->verb != EXTERNAL_GENERATE_LABELS))
        return false;
    return operation_param(d->op, key) != NULL;
}

static bool is_field(const struct draft *d, const char *key)
{
    if (d->verb == EXTERNAL_REJECT && strcmp(key, "reason") == 0)
        return true;
    return d->op->body != NULL && shape_field(d->op->body, key) != NULL;
}

static enum err fail_unknown(const struct draft *d, const char *key)
{
    const char *words[WORDS_MAX] = {"again", "why"};
    size_t count = 2;

    for (const struct param *p = d->op->params; p->name != NULL; p++)
        if (is_param(d, p->name) && count < WORDS_MAX)
            words[count++] = p->name;
    for (const struct field *m = d->op->body == NULL ? NULL : d->op->body->fields;
         m != NULL && m->name != NULL && count < WORDS_MAX; m++)
        words[count++] = m->name;
    const char *near = suggest(key, words, count);
    if (near == NULL)
        return fault_set(d->fault, ERR_INPUT, "unknown field \"%.40s\"", key);
    return fault_set(d->fault, ERR_INPUT, "unknown field \"%.40s\"; did you mean \"%s\"?",
                     key, near);
}

static enum err sort_fields(struct draft *d, const struct json *given)
{
    for (const struct json *m = given->first; m != NULL; m = m->next) {
        struct json *copy = json_copy(memory(d), m);
        if (is_own_word(m->key))
            json_set(memory(d), d->own, m->key, copy);
        else if (is_param(d, m->key))
            json_set(memory(d), d->params, m->key, copy);
        else if (is_field(d, m->key))
            json_set(memory(d), d->body, m->key, copy);
        else
            return fail_unknown(d, m->key);
    }
    return ERR_OK;
}

/* A list stands for the packages. */
static enum err sort_given(struct draft *d, const struct json *given)
{
    if (given == NULL || (given->type == JSON_ARRAY && given->count == 0))
        return ERR_OK;
    if (given->type == JSON_OBJECT)
        return sort_fields(d, given);
    if (d->verb != EXTERNAL_CREATE_PACKAGES || given->type != JSON_ARRAY)
        return fault_set(d->fault, ERR_INPUT, "expected a table of fields");
    json_set(memory(d), d->body, "packages", json_copy(memory(d), given));
    return ERR_OK;
}

/* ---- what each verb fills up ---- */

static void fill_confirm(struct draft *d)
{
    json_set_str(memory(d), d->params, "operation", "CONFIRM");
}

/* All lines, since Amazon knows no partial rejection. */
static enum err fill_reject(struct draft *d)
{
    struct arena *a = memory(d);
    const char *reason = json_str(json_get(d->body, "reason"));

    json_set_str(a, d->params, "operation", "REJECT");
    json_set(a, d->body, "reason", NULL);
    if (json_get(d->body, "lineItems") != NULL)
        return ERR_OK;
    if (reason == NULL)
        return fault_set(d->fault, ERR_INPUT,
                         "reason: missing; \"OUT_OF_STOCK\" or \"CUSTOMER_REQUESTED\"");
    struct json *lines = json_set(a, d->body, "lineItems", json_array(a));
    const struct json *items = d->shipment->items;
    for (const struct json *i = items == NULL ? NULL : items->first; i != NULL;
         i = i->next) {
        struct json *line = json_object(a), *item = json_object(a);
        json_set_str(a, item, "id", json_get_str(i, "shipmentLineItemId", ""));
        json_set(a, item, "quantity", json_integer(a, line_units(i)));
        json_set(a, line, "lineItem", item);
        json_set_str(a, line, "reason", reason);
        json_push(lines, line);
    }
    return ERR_OK;
}

static void fill_create(struct draft *d)
{
    struct json *packages = (struct json *)(uintptr_t)json_get(d->body, "packages");
    if (packages == NULL) /* one with everything in it, as Amazon recommends it */
        packages = json_set(memory(d), d->body, "packages", json_array(memory(d)));
    if (packages->type == JSON_ARRAY && packages->count == 0)
        json_push(packages, json_object(memory(d)));
    if (packages->type == JSON_ARRAY)
        packages_fill(d->shipment, packages);
}

static enum err need_package(const struct draft *d, const char *id)
{
    if (id == NULL || id[0] == '\0')
        return fault_set(d->fault, ERR_INPUT, "packageId: missing");
    return ERR_OK;
}

/* What is not given stays as the package shows it. */
static enum err fill_update(struct draft *d)
{
    struct arena *a = memory(d);
    const char *id = json_str(json_get(d->params, "packageId"));

    if (id == NULL)
        id = json_get_str(d->body, "id", "");
    enum err e = need_package(d, id);
    if (e != ERR_OK)
        return e;
    const struct json *shown = shipment_package(d->shipment, id);
    struct json *whole = shown == NULL ? json_object(a) : json_copy(a, shown);
    json_set(a, whole, "status", NULL);
    for (const struct json *m = d->body->first; m != NULL; m = m->next)
        json_set(a, whole, m->key, json_copy(a, m));
    json_set_str(a, whole, "id", id);
    json_set_str(a, d->params, "packageId", id);
    whole->key = NULL;
    d->body = whole;
    return ERR_OK;
}

/* All that are not gone yet. */
static void fill_package_ids(struct draft *d)
{
    const struct json *packages = d->shipment->packages;
    if (json_get(d->body, "packageIds") != NULL)
        return;
    struct json *ids = json_set(memory(d), d->body, "packageIds", json_array(memory(d)));
    for (const struct json *p = packages == NULL ? NULL : packages->first; p != NULL;
         p = p->next)
        if (shipment_package_state(d->shipment, p) < SHIPMENT_SHIPPED)
            json_push(ids, json_string(memory(d), json_get_str(p, "id", "")));
}

static enum err check_package_ids(const struct draft *d, const struct json *ids)
{
    const bool courier = json_get(d->body, "courierSupportedAttributes") != NULL;

    if (ids->type != JSON_ARRAY)
        return ERR_OK; /* its shape says so */
    if (ids->count == 0)
        return fault_set(d->fault, ERR_INPUT,
                         "packageIds: the shipment has no packages that need a label");
    if (ids->count > PACKAGES_A_CALL)
        return fault_set(d->fault, ERR_INPUT,
                         "packageIds: at most %d packages a call, these are %zu: name "
                         "them in parts",
                         PACKAGES_A_CALL, ids->count);
    if (courier && ids->count > 1)
        return fault_set(d->fault, ERR_INPUT,
                         "packageIds: a tracking number belongs to one package; make one "
                         "call for each");
    return ERR_OK;
}

static const struct json *option_with(const struct json *offered, const char *id)
{
    const struct json *all = json_get(offered, "shippingOptions");
    for (const struct json *o = all == NULL ? NULL : all->first; o != NULL; o = o->next)
        if (strcmp(json_get_str(o, "shippingOptionId", ""), id) == 0)
            return o;
    return NULL;
}

/* What was offered for a package; NULL: nothing is known, or nothing to choose. */
static enum err read_offer(struct draft *d, const char *package,
                           const struct json **offered)
{
    struct offer o;
    *offered = NULL;
    enum err e =
        offer_get(d->host->store, memory(d), d->shipment->row.id, package, &o, d->fault);
    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e != ERR_OK)
        return e;
    const struct json *body = json_parse(memory(d), o.body, o.body_len, d->fault);
    if (body == NULL)
        return d->fault->code;
    const struct json *all = json_get(body, "shippingOptions");
    *offered = all != NULL && all->count > 0 ? body : NULL;
    return ERR_OK;
}

/* Amazon's recommended option where none is given; one that was not offered is a mistake.
 */
static enum err fill_option(struct draft *d, const char *package)
{
    const struct json *offered;
    const char *given = json_str(json_get(d->params, "shippingOptionId"));

    enum err e = read_offer(d, package, &offered);
    if (e != ERR_OK || offered == NULL)
        return e;
    if (given != NULL && option_with(offered, given) == NULL)
        return fault_set(d->fault, ERR_INPUT,
                         "shippingOptionId: \"%.60s\" is not among the options that were "
                         "offered for package %s; ask for them again",
                         given, package);
    const char *best =
        json_str(json_path(offered, "recommendedShippingOption.shippingOptionId"));
    if (given == NULL && best == NULL)
        return fault_set(
            d->fault, ERR_INPUT,
            "shippingOptionId: missing; Amazon recommends none of those that "
            "it offers for package %s",
            package);
    if (given == NULL)
        json_set_str(memory(d), d->params, "shippingOptionId", best);
    return ERR_OK;
}

static enum err fill_labels(struct draft *d)
{
    const bool again = json_get_bool(d->own, "again", false);

    if (json_get(d->params, "operation") == NULL)
        json_set_str(memory(d), d->params, "operation",
                     again ? "REGENERATE" : "GENERATE");
    fill_package_ids(d);
    const struct json *ids = json_get(d->body, "packageIds");
    enum err e = check_package_ids(d, ids);
    const bool listed = ids->type == JSON_ARRAY && ids->count > 0;
    if (e == ERR_OK && listed && json_str(ids->first) != NULL)
        e = fill_option(d, json_str(ids->first));
    return e;
}

static enum err fill_status(struct draft *d)
{
    const char *sub = json_str(json_get(d->body, "subStatus"));

    if (d->verb == EXTERNAL_MARK_SHIPPED)
        json_set_str(memory(d), d->body, "status", "SHIPPED");
    else if (sub == NULL)
        return fault_set(d->fault, ERR_INPUT,
                         "subStatus: missing; \"OUT_FOR_DELIVERY\", \"DELIVERED\", "
                         "\"NOT_DELIVERED\" or \"UNDELIVERABLE\"");
    else if (json_get(d->body, "status") == NULL)
        json_set_str(memory(d), d->body, "status",
                     strcmp(sub, "DELIVERED") == 0 ? "DELIVERED" : "SHIPPED");
    return need_package(d, json_str(json_get(d->params, "packageId")));
}

static enum err fill(struct draft *d)
{
    json_set_str(memory(d), d->params, "shipmentId", d->shipment->row.name);
    switch (d->verb) {
    case EXTERNAL_CONFIRM:
        fill_confirm(d);
        return ERR_OK;
    case EXTERNAL_REJECT:
        return fill_reject(d);
    case EXTERNAL_CREATE_PACKAGES:
        fill_create(d);
        return ERR_OK;
    case EXTERNAL_UPDATE_PACKAGE:
        return fill_update(d);
    case EXTERNAL_SHIPPING_OPTIONS:
        return need_package(d, json_str(json_get(d->params, "packageId")));
    case EXTERNAL_GENERATE_LABELS:
        return fill_labels(d);
    case EXTERNAL_MARK_SHIPPED:
    case EXTERNAL_DELIVERY:
        return fill_status(d);
    default:
        return ERR_OK;
    }
}

/* ---- checking ---- */

static enum err check_own(const struct draft *d)
{
    const struct json *again = json_get(d->own, "again"), *why = json_get(d->own, "why");
    if (again != NULL && again->type != JSON_BOOL)
        return fault_set(d->fault, ERR_INPUT, "again: expected true or false");
    if (why != NULL && why->type != JSON_STRING)
        return fault_set(d->fault, ERR_INPUT, "why: expected a text");
    return ERR_OK;
}

static enum err check_params(const struct draft *d)
{
    struct buf target;
    buf_init(&target, 64 * 1024);
    enum err e = operation_target(d->op, d->params, &target, d->fault);
    buf_clear(&target);
    return e;
}

/* The packages beside the one that is updated. */
static const struct json *others_than(struct draft *d, const char *id)
{
    struct json *others = json_array(memory(d));
    const struct json *all = d->shipment->packages;
    for (const struct json *p = all == NULL ? NULL : all->first; p != NULL; p = p->next)
        if (strcmp(json_get_str(p, "id", ""), id) != 0)
            json_push(others, json_copy(memory(d), p));
    return others;
}

static enum err check_packages(struct draft *d)
{
    if (d->verb == EXTERNAL_CREATE_PACKAGES)
        return packages_check(d->shipment, json_get(d->body, "packages"), NULL, d->fault);
    if (d->verb != EXTERNAL_UPDATE_PACKAGE)
        return ERR_OK;
    struct json *alone = json_array(memory(d));
    json_push(alone, json_copy(memory(d), d->body));
    return packages_check(d->shipment, alone,
                          others_than(d, json_get_str(d->body, "id", "")), d->fault);
}

static enum err check(struct draft *d)
{
    const bool bare = d->body->count == 0 && d->op->body_optional;
    enum err e = check_own(d);
    if (e == ERR_OK)
        e = check_params(d);
    if (e == ERR_OK && d->op->body != NULL && !bare)
        e = shape_check(d->op->body, d->body, "", d->fault);
    return e == ERR_OK ? check_packages(d) : e;
}

enum err external_build(struct host *h, struct shipment *s, enum external_verb verb,
                        const struct json *given, struct json **asked, struct fault *f)
{
    struct arena *a = &s->memory;
    struct draft d = {
        .host = h,
        .shipment = s,
        .verb = verb,
        .op = external_operation(external_kind(verb)),
        .params = json_object(a),
        .body = json_object(a),
        .own = json_object(a),
        .fault = f,
    };
    enum err e = sort_given(&d, given);
    if (e == ERR_OK)
        e = fill(&d);
    if (e == ERR_OK)
        e = check(&d);
    if (e != ERR_OK)
        return e;
    *asked = json_object(a);
    json_set(a, *asked, "params", d.params);
    if (d.body->count > 0)
        json_set(a, *asked, "body", d.body);
    if (d.own->count > 0)
        json_set(a, *asked, "dray", d.own);
    return ERR_OK;
}

enum err external_amend(struct host *h, struct shipment *s, enum external_verb verb,
                        const struct json *asked, const struct json *fields,
                        struct json **built, struct fault *f)
{
    struct json *given = json_object(&s->memory);
    const struct json *params = json_get(asked, "params");

    for (const struct json *m = params == NULL ? NULL : params->first; m != NULL;
         m = m->next)
        if (strcmp(m->key, "packageId") == 0 || strcmp(m->key, "shippingOptionId") == 0)
            json_set(&s->memory, given, m->key, json_copy(&s->memory, m));
    if (json_get(asked, "body") != NULL)
        json_merge(&s->memory, given, json_get(asked, "body"));
    json_merge(&s->memory, given, fields);
    return external_build(h, s, verb, given, built, f);
}

enum err external_choose(struct host *h, struct shipment *s, struct json *params,
                         struct json *body, struct fault *f)
{
    struct draft d = {.host = h, .shipment = s, .params = params, .fault = f};
    const struct json *ids = json_get(body, "packageIds");
    const char *first = ids == NULL || ids->first == NULL ? NULL : json_str(ids->first);

    if (first == NULL || json_get(params, "shippingOptionId") != NULL)
        return ERR_OK;
    return fill_option(&d, first);
}
