/* A shipment opened for reading. */
#include "workflow/shipment.h"

#include <string.h>

#include "base/instant.h"

static enum err read_account(struct host *h, struct shipment *s, struct fault *f)
{
    s->account = host_account(h, s->row.account);
    if (s->account == NULL)
        return fault_set(
            f, ERR_STATE,
            "shipment %s: its account \"%s\" is not in the project file any more",
            s->row.name, s->row.account);
    s->house = account_warehouse(s->account, s->row.warehouse);
    return ERR_OK;
}

static enum err read_body(struct shipment *s, struct fault *f)
{
    s->body = json_parse(&s->memory, s->row.body, s->row.body_len, f);
    if (s->body == NULL)
        return fault_prefix(f, "shipment %s: its stored text", s->row.name);
    s->items = json_get(s->body, "lineItems");
    s->shown = json_get(s->body, "packages");
    if (s->shown != NULL && s->shown->count == 0)
        s->shown = NULL;
    s->packages = s->shown;
    return ERR_OK;
}

/* Packages that are to be created, or are created and not shown yet. */
static enum err read_asked(struct host *h, struct shipment *s, struct fault *f)
{
    const unsigned gone = 1u << EFFECT_FAILED | 1u << EFFECT_REJECTED |
                          1u << EFFECT_CANCELLED | 1u << EFFECT_PLANNED;
    const struct effect *create = shipment_effect(s, EFFECT_PACKAGES, NULL, ~gone);
    struct effect whole;

    if (s->shown != NULL || create == NULL)
        return ERR_OK;
    enum err e = effect_get(h->store, &s->memory, create->id, true, &whole, f);
    if (e != ERR_OK)
        return e;
    const struct json *asked = json_parse(&s->memory, whole.body, whole.body_len, f);
    s->packages = json_path(asked, "body.packages");
    return asked == NULL ? f->code : ERR_OK;
}

enum err shipment_open(struct host *h, int64_t record, struct shipment *s,
                       struct fault *f)
{
    const struct effect_filter filter = {.record = record};

    memset(s, 0, sizeof *s);
    arena_init(&s->memory);
    enum err e = record_get(h->store, &s->memory, record, true, &s->row, f);
    if (e == ERR_OK)
        e = read_account(h, s, f);
    if (e == ERR_OK)
        e = read_body(s, f);
    if (e == ERR_OK)
        e = effect_list(h->store, &s->memory, &filter, &s->effects, &s->effect_count, f);
    return e == ERR_OK ? read_asked(h, s, f) : e;
}

void shipment_close(struct shipment *s)
{
    arena_clear(&s->memory);
}

enum shipment_state shipment_state(const struct shipment *s)
{
    return (enum shipment_state)s->row.state;
}

bool shipment_reached(const struct shipment *s, enum shipment_state state)
{
    return shipment_state(s) >= state && shipment_state(s) <= SHIPMENT_DELIVERED;
}

static const struct json *member_with(const struct json *list, const char *key,
                                      const char *id)
{
    for (const struct json *m = list == NULL ? NULL : list->first; m != NULL; m = m->next)
        if (strcmp(json_get_str(m, key, ""), id) == 0)
            return m;
    return NULL;
}

const struct json *shipment_line(const struct shipment *s, const char *id)
{
    return member_with(s->items, "shipmentLineItemId", id);
}

const struct json *shipment_package(const struct shipment *s, const char *id)
{
    return member_with(s->packages, "id", id);
}

enum shipment_state shipment_package_state(const struct shipment *s,
                                           const struct json *package)
{
    const char *status = json_get_str(package, "status", "");
    if (strcmp(status, "CREATED") == 0)
        return SHIPMENT_PACKAGE_CREATED;
    const enum shipment_state own = shipment_state_of(status);
    return own == SHIPMENT_UNKNOWN ? shipment_state(s) : own;
}

bool shipment_is_self(const struct json *body)
{
    const char *type = json_str(json_path(body, "shippingInfo.shippingType"));
    return type != NULL && strcmp(type, "SELF") == 0;
}

bool shipment_requires(const struct json *body, const char *what)
{
    const struct json *all = json_get(body, "shipmentRequirements");
    const char *level = json_get_str(json_get(all, what), "requirement", "");
    return strcmp(level, "REQUIRED") == 0;
}

int64_t shipment_instant(const struct json *body, const char *path)
{
    const char *text = json_str(json_path(body, path));
    char clean[INSTANT_TEXT];
    int64_t ms;

    if (text == NULL || strlen(text) >= sizeof clean)
        return 0;
    memcpy(clean, text, strlen(text) + 1);
    if (strlen(clean) > 10 && clean[10] == ' ')
        clean[10] = 'T'; /* as Amazon's own example of earliestPackDateTime has it */
    return instant_parse(clean, &ms, NULL, NULL) == ERR_OK ? ms : 0;
}

enum err shipment_papers(struct host *h, struct shipment *s, enum paper_kind kind,
                         struct paper **list, size_t *count, struct fault *f)
{
    const struct paper_filter filter = {
        .record = s->row.id, .kinds = 1u << kind, .latest = true};
    return paper_list(h->store, &s->memory, &filter, list, count, f);
}

static bool has_label(const struct paper *list, size_t count, const char *package)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].package, package) == 0)
            return true;
    return false;
}

enum err shipment_labelled(struct host *h, struct shipment *s, const struct json *ids,
                           bool *all, struct fault *f)
{
    struct paper *list = NULL;
    size_t count = 0;

    enum err e = shipment_papers(h, s, PAPER_LABEL, &list, &count, f);
    *all = ids != NULL && ids->count > 0;
    for (const struct json *id = ids == NULL ? NULL : ids->first; id != NULL;
         id = id->next)
        *all = *all && has_label(list, count, json_str(id) == NULL ? "" : json_str(id));
    return e;
}

/* Keys are SHIPMENT|PACKAGE…, of several packages with commas between them. */
static bool is_of_package(const struct effect *e, const char *package)
{
    const char *at = strchr(e->key, '|');
    const size_t len = strlen(package);

    while (at != NULL) {
        at++;
        if (strncmp(at, package, len) == 0 && strchr("|,", at[len]) != NULL)
            return true; /* strchr finds the end, too */
        at = strchr(at, ',');
    }
    return false;
}

const struct effect *shipment_effect(const struct shipment *s, enum effect_kind kind,
                                     const char *package, unsigned states)
{
    for (size_t i = s->effect_count; i-- > 0;) {
        const struct effect *e = &s->effects[i];
        if (e->kind == kind && (states == 0 || (states & 1u << e->state) != 0) &&
            (package == NULL || package[0] == '\0' || is_of_package(e, package)))
            return e;
    }
    return NULL;
}
