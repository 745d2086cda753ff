/* Packages of a shipment: filled up, and checked against its lines (domain.md 1.7). */
#include "workflow/external_packages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_level(const struct json *line, const char *what, const char *level)
{
    const struct json *all = json_get(line, "complianceAttributes");
    return strcmp(json_get_str(all, what, ""), level) == 0;
}

/* ---- filled up ---- */

int64_t line_units(const struct json *line)
{
    const struct json *gone = json_get(line, "cancellations");
    int64_t units = 0, less;

    json_int(json_get(line, "numberOfUnits"), &units);
    for (const struct json *c = gone == NULL ? NULL : gone->first; c != NULL; c = c->next)
        if (json_int(json_get(c, "cancelledQuantity"), &less))
            units -= less;
    return units < 0 ? 0 : units;
}

static void fill_lines(struct shipment *s, struct json *package)
{
    struct arena *a = &s->memory;
    struct json *lines = json_array(a);

    for (const struct json *line = s->items == NULL ? NULL : s->items->first;
         line != NULL; line = line->next) {
        struct json *item = json_object(a);
        if (line_units(line) == 0)
            continue;
        json_set_str(a, item, "packageLineItemId",
                     json_get_str(line, "shipmentLineItemId", ""));
        json_set(a, item, "quantity", json_integer(a, line_units(line)));
        json_push(lines, item);
    }
    json_set(a, package, "packageLineItems", lines);
}

static void fill_member(struct shipment *s, struct json *package,
                        const struct json *recommended, const char *name)
{
    const struct json *value = json_get(recommended, name);
    if (json_get(package, name) == NULL && value != NULL)
        json_set(&s->memory, package, name, json_copy(&s->memory, value));
}

/* What Amazon requires of a line and has from the seller already. */
static void fill_required(struct shipment *s, struct json *item, const struct json *line,
                          const char *what, const char *name)
{
    if (is_level(line, what, "REQUIRED"))
        fill_member(s, item, line, name);
}

static void fill_item(struct shipment *s, struct json *item)
{
    const struct json *line =
        shipment_line(s, json_get_str(item, "packageLineItemId", ""));
    const struct json *serials = json_get(line, "serialNumbers");
    int64_t quantity = 0;

    fill_required(s, item, line, "countryOfOriginRequirement", "countryOfOrigin");
    fill_required(s, item, line, "itemValueRequirement", "itemValue");
    json_int(json_get(item, "quantity"), &quantity);
    if (serials != NULL && (int64_t)serials->count == quantity)
        fill_required(s, item, line, "serialNumberRequirement", "serialNumbers");
}

static bool has_text(const struct json *list, const char *text)
{
    for (const struct json *m = list->first; m != NULL; m = m->next)
        if (json_str(m) != NULL && strcmp(json_str(m), text) == 0)
            return true;
    return false;
}

/* The labels that must be on the package for what is in it. */
static void fill_hazmat(struct shipment *s, struct json *package,
                        const struct json *items)
{
    struct json *labels = json_array(&s->memory);
    if (json_get(package, "hazmatLabels") != NULL)
        return;
    for (const struct json *i = items->first; i != NULL; i = i->next) {
        const struct json *line =
            shipment_line(s, json_get_str(i, "packageLineItemId", ""));
        const struct json *known = json_get(line, "hazmatLabels");
        if (known == NULL || !is_level(line, "hazmatLabelsRequirement", "REQUIRED"))
            continue;
        for (const struct json *m = known->first; m != NULL; m = m->next)
            if (json_str(m) != NULL && !has_text(labels, json_str(m)))
                json_push(labels, json_string(&s->memory, json_str(m)));
    }
    if (labels->count > 0)
        json_set(&s->memory, package, "hazmatLabels", labels);
}

static void fill_contents(struct shipment *s, struct json *package)
{
    const struct json *items = json_get(package, "packageLineItems");
    if (items == NULL || items->type != JSON_ARRAY)
        return;
    for (struct json *i = items->first; i != NULL; i = i->next)
        if (i->type == JSON_OBJECT)
            fill_item(s, i);
    fill_hazmat(s, package, items);
}

static void fill_one(struct shipment *s, struct json *package, size_t place, bool alone,
                     const struct json *recommended)
{
    char id[24];
    snprintf(id, sizeof id, "P%zu", place);
    if (package->type != JSON_OBJECT)
        return;
    if (json_get(package, "id") == NULL)
        json_set_str(&s->memory, package, "id", id);
    if (alone && json_get(package, "packageLineItems") == NULL)
        fill_lines(s, package);
    fill_member(s, package, recommended, "dimensions");
    fill_member(s, package, recommended, "weight");
    fill_contents(s, package);
}

void packages_fill(struct shipment *s, struct json *packages)
{
    const struct json *known = json_path(s->body, "shippingInfo.recommendedPackages");
    const struct json *recommended =
        known != NULL && known->count == packages->count ? known->first : NULL;
    size_t place = 0;

    for (struct json *p = packages->first; p != NULL; p = p->next) {
        fill_one(s, p, ++place, packages->count == 1, recommended);
        recommended = recommended == NULL ? NULL : recommended->next;
    }
}

/* ---- checked ---- */

/* "packages[2].packageLineItems[1].serialNumbers" of what is checked. */
struct spot {
    size_t package, item;
    struct fault *fault;
};

static enum err fail(const struct spot *at, const char *field, const char *why)
{
    if (at->item == 0)
        return fault_set(at->fault, ERR_INPUT, "packages[%zu].%s: %s", at->package, field,
                         why);
    return fault_set(at->fault, ERR_INPUT, "packages[%zu].packageLineItems[%zu].%s: %s",
                     at->package, at->item, field, why);
}

static bool is_there(const struct json *value)
{
    return value != NULL && value->type != JSON_NULL &&
           (value->type != JSON_ARRAY || value->count > 0);
}

/* What a line demands must be there, what it forbids must not. */
static enum err obey(const struct spot *at, const struct json *line, const char *what,
                     const struct json *item, const char *field)
{
    const bool there = is_there(json_get(item, field));
    if (!there && is_level(line, what, "REQUIRED"))
        return fail(at, field, "Amazon requires it for this line");
    if (there && is_level(line, what, "DISALLOWED"))
        return fail(at, field, "Amazon does not allow it for this line");
    return ERR_OK;
}

static enum err check_serials(const struct spot *at, const struct json *line,
                              const struct json *item)
{
    const struct json *serials = json_get(item, "serialNumbers");
    int64_t quantity = 0;

    enum err e = obey(at, line, "serialNumberRequirement", item, "serialNumbers");
    if (e != ERR_OK || !is_level(line, "serialNumberRequirement", "REQUIRED"))
        return e;
    json_int(json_get(item, "quantity"), &quantity);
    if (serials->type == JSON_ARRAY && (int64_t)serials->count != quantity)
        return fail(at, "serialNumbers", "expected one for each unit");
    return ERR_OK;
}

static enum err check_item(const struct shipment *s, const struct spot *at,
                           const struct json *item)
{
    int64_t quantity = 0;
    const struct json *line =
        shipment_line(s, json_get_str(item, "packageLineItemId", ""));

    if (line == NULL)
        return fail(at, "packageLineItemId", "the shipment has no such line");
    if (!json_int(json_get(item, "quantity"), &quantity) || quantity < 1)
        return fail(at, "quantity", "expected a whole number above zero");
    enum err e = check_serials(at, line, item);
    if (e == ERR_OK)
        e = obey(at, line, "countryOfOriginRequirement", item, "countryOfOrigin");
    if (e == ERR_OK)
        e = obey(at, line, "itemValueRequirement", item, "itemValue");
    return e;
}

static double decimal_of(const struct json *value)
{
    return value == NULL || value->text == NULL ? 0 : strtod(value->text, NULL);
}

static double grams_of(const struct json *weight)
{
    static const struct {
        const char *unit;
        double grams;
    } units[] = {{"G", 1}, {"KG", 1000}, {"LB", 453.59237}, {"OZ", 28.349523125}};
    const char *unit = json_get_str(weight, "weightUnit", "");

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(units[i].unit, unit) == 0)
            return decimal_of(json_get(weight, "value")) * units[i].grams;
    return 0;
}

static enum err check_size(const struct spot *at, const struct json *package)
{
    static const char *const sides[] = {"length", "width", "height"};
    const struct json *size = json_get(package, "dimensions");

    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
        if (decimal_of(json_get(json_get(size, sides[i]), "value")) <= 0)
            return fail(at, "dimensions", "every side must be longer than zero");
    if (grams_of(json_get(package, "weight")) < 5)
        return fail(at, "weight", "a package weighs at least 5 grams");
    return ERR_OK;
}

/* Some line in the package is of that level for hazmat labels. */
static bool any_hazmat(const struct shipment *s, const struct json *package,
                       const char *level)
{
    const struct json *items = json_get(package, "packageLineItems");
    for (const struct json *i = items == NULL ? NULL : items->first; i != NULL;
         i = i->next)
        if (is_level(shipment_line(s, json_get_str(i, "packageLineItemId", "")),
                     "hazmatLabelsRequirement", level))
            return true;
    return false;
}

static enum err check_hazmat(const struct shipment *s, const struct spot *at,
                             const struct json *package)
{
    const bool there = is_there(json_get(package, "hazmatLabels"));
    const bool required = any_hazmat(s, package, "REQUIRED");

    if (!there && required)
        return fail(at, "hazmatLabels", "Amazon requires them for what is in it");
    if (there && !required && any_hazmat(s, package, "DISALLOWED"))
        return fail(at, "hazmatLabels", "Amazon does not allow them for what is in it");
    return ERR_OK;
}

static enum err check_one(const struct shipment *s, struct spot *at,
                          const struct json *package)
{
    const struct json *items = json_get(package, "packageLineItems");
    enum err e = check_size(at, package);

    if (e != ERR_OK)
        return e;
    if (items == NULL || items->count == 0)
        return fail(at, "packageLineItems", "the package holds nothing");
    for (const struct json *i = items->first; i != NULL && e == ERR_OK; i = i->next) {
        at->item++;
        e = check_item(s, at, i);
    }
    at->item = 0;
    return e == ERR_OK ? check_hazmat(s, at, package) : e;
}

static bool has_id(const struct json *packages, const struct json *until, const char *id)
{
    for (const struct json *p = packages == NULL ? NULL : packages->first;
         p != NULL && p != until; p = p->next)
        if (strcmp(json_get_str(p, "id", ""), id) == 0)
            return true;
    return false;
}

static int64_t units_in(const struct json *packages, const char *line)
{
    int64_t sum = 0, quantity;
    for (const struct json *p = packages == NULL ? NULL : packages->first; p != NULL;
         p = p->next) {
        const struct json *items = json_get(p, "packageLineItems");
        for (const struct json *i = items == NULL ? NULL : items->first; i != NULL;
             i = i->next)
            if (strcmp(json_get_str(i, "packageLineItemId", ""), line) == 0 &&
                json_int(json_get(i, "quantity"), &quantity))
                sum += quantity;
    }
    return sum;
}

/* Pieces of one unit may lie in several packages, each of which then counts it. */
static enum err check_units(const struct shipment *s, const struct json *packages,
                            const struct json *others, struct fault *f)
{
    for (const struct json *line = s->items == NULL ? NULL : s->items->first;
         line != NULL; line = line->next) {
        const char *id = json_get_str(line, "shipmentLineItemId", "");
        const int64_t packed = units_in(packages, id) + units_in(others, id);
        if (packed > line_units(line) &&
            strcmp(json_get_str(line, "pieceType", ""), "MULTIPLE") != 0)
            return fault_set(f, ERR_INPUT,
                             "packages: %lld units of line %s are packed, %lld are to be "
                             "shipped",
                             (long long)packed, id, (long long)line_units(line));
    }
    return ERR_OK;
}

enum err packages_check(const struct shipment *s, const struct json *packages,
                        const struct json *others, struct fault *f)
{
    struct spot at = {.fault = f};
    enum err e = ERR_OK;

    for (const struct json *p = packages->first; p != NULL && e == ERR_OK; p = p->next) {
        const char *id = json_get_str(p, "id", "");
        at.package++;
        if (has_id(packages, p, id) || has_id(others, NULL, id))
            e = fail(&at, "id", "another package of the shipment has it");
        else
            e = check_one(s, &at, p);
    }
    return e == ERR_OK ? check_units(s, packages, others, f) : e;
}

/* ---- compared ---- */

/* Pairs that are still to be compared; packages are small. */
enum { PAIRS_MAX = 4000 };

struct pairs {
    struct {
        const struct json *shown, *asked;
    } list[PAIRS_MAX];
    size_t count;
};

static bool same_text(const struct json *a, const struct json *b)
{
    char *end_a, *end_b;
    if (strcmp(a->text, b->text) == 0)
        return true;
    if (b->key == NULL || strcmp(b->key, "value") != 0)
        return false; /* a serial number is no decimal */
    const double x = strtod(a->text, &end_a), y = strtod(b->text, &end_b);
    return end_a != a->text && *end_a == '\0' && end_b != b->text && *end_b == '\0' &&
           !(x < y) && !(y < x);
}

static bool push_pair(struct pairs *p, const struct json *shown, const struct json *asked)
{
    if (shown == NULL || p->count == PAIRS_MAX)
        return false;
    p->list[p->count].shown = shown;
    p->list[p->count++].asked = asked;
    return true;
}

/* A package moves on: the status that it was asked with is Amazon's to change. */
static bool moves_on(const struct json *asked, const struct json *member)
{
    return asked->type == JSON_OBJECT && json_get(asked, "packageLineItems") != NULL &&
           strcmp(member->key, "status") == 0;
}

static bool push_members(struct pairs *p, const struct json *shown,
                         const struct json *asked)
{
    const bool list = asked->type == JSON_ARRAY;
    const struct json *s = shown->first;

    if (list && shown->count != asked->count)
        return false;
    for (const struct json *m = asked->first; m != NULL; m = m->next) {
        const bool empty = m->type == JSON_ARRAY && m->count == 0;
        const struct json *with = list ? s : json_get(shown, m->key);
        if (!(with == NULL && empty) && !moves_on(asked, m) && !push_pair(p, with, m))
            return false;
        s = s == NULL ? NULL : s->next;
    }
    return true;
}

static bool same_value(struct pairs *p, const struct json *shown,
                       const struct json *asked)
{
    if (shown->text != NULL && asked->text != NULL)
        return same_text(shown, asked);
    if (shown->type != asked->type)
        return false;
    switch (asked->type) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        return push_members(p, shown, asked);
    case JSON_INT:
        return shown->number == asked->number;
    case JSON_BOOL:
        return shown->yes == asked->yes;
    default:
        return true;
    }
}

bool package_shows(const struct json *shown, const struct json *asked)
{
    static struct pairs p; /* one thread (law 2) */
    bool same = true;

    p.count = 0;
    if (!push_pair(&p, shown, asked))
        return false;
    while (same && p.count > 0) {
        p.count--;
        same = same_value(&p, p.list[p.count].shown, p.list[p.count].asked);
    }
    return same;
}
