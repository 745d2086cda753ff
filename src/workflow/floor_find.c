/* Which order a report is about, and which of its boxes. */
#include <string.h>

#include "base/suggest.h"
#include "store/fact.h"
#include "store/paper.h"
#include "store/parcel.h"
#include "workflow/floor_inside.h"

enum { NAME_MAX_LEN = 200, BOXES_SHOWN = 8 };

/* A short text among the fields; *text is NULL when it is not there. */
static enum err short_text(struct sighting *s, const char *key, const char **text,
                           struct fault *f)
{
    const struct json *value = json_get(s->report->fields, key);
    *text = json_str(value);
    if (value == NULL)
        return ERR_OK;
    if (*text == NULL || (*text)[0] == '\0' || value->len > NAME_MAX_LEN ||
        strlen(*text) != value->len)
        return fault_set(f, ERR_INPUT, "%s: expected a text of 1 to %d bytes", key,
                         (int)NAME_MAX_LEN);
    *text = arena_text(&s->memory, *text);
    return ERR_OK;
}

static enum err check_account(const struct sighting *s, struct fault *f)
{
    const char *ids[64];
    size_t n = 0;

    if (s->account == NULL || host_account(s->host, s->account) != NULL)
        return ERR_OK;
    for (; n < s->host->account_count && n < 64; n++)
        ids[n] = s->host->accounts[n]->id;
    const char *near = suggest(s->account, ids, n);
    return fault_set(f, ERR_INPUT, "account: dray.lua names no account \"%s\"%s%s%s",
                     s->account, near == NULL ? "" : " (did you mean \"",
                     near == NULL ? "" : near, near == NULL ? "" : "\"?)");
}

static enum err read_names(struct sighting *s, struct fault *f)
{
    const char *box;
    enum err e = short_text(s, "account", &s->account, f);
    if (e == ERR_OK)
        e = check_account(s, f);
    if (e == ERR_OK)
        e = short_text(s, "order", &s->order, f);
    if (e == ERR_OK)
        e = short_text(s, "trackingNumber", &s->tracking, f);
    if (e == ERR_OK)
        e = short_text(s, "box", &box, f);
    if (e != ERR_OK)
        return e;
    s->box = box == NULL ? "" : box;
    if (box != NULL && !s->kind->per_box)
        return fault_set(f, ERR_INPUT, "box: \"%s\" is an event of the whole order",
                         s->kind->name);
    if (s->order == NULL && s->tracking == NULL)
        return fault_set(f, ERR_INPUT,
                         "order: missing: say the order's number, or a trackingNumber");
    return ERR_OK;
}

/* The order of that number, or the shipment of that id. */
static enum err find_by_number(struct sighting *s, struct fault *f)
{
    enum err e = record_find_any(s->host->store, &s->memory, s->account, s->order, false,
                                 &s->row, f);
    s->known = e == ERR_OK;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* The number says which order, unless that is named, and which box, unless that is. */
static enum err find_by_tracking(struct sighting *s, struct fault *f)
{
    struct parcel p = {.record = s->known ? s->row.id : 0};

    if (s->tracking == NULL || (s->order != NULL && !s->known))
        return ERR_OK;
    enum err e = parcel_find(s->host->store, &s->memory, s->account, s->tracking, &p, f);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    if (s->box[0] == '\0' && s->kind->per_box)
        s->box = p.box;
    if (!s->known)
        e = record_get(s->host->store, &s->memory, p.record, false, &s->row, f);
    s->known = e == ERR_OK;
    return e;
}

/* The names of boxes that are known of an order. */
struct boxes {
    const char *names[BOXES_SHOWN];
    size_t count; /* may be more than are named */
};

static void add_box(struct boxes *boxes, const char *name)
{
    if (name[0] == '\0')
        return;
    if (boxes->count < BOXES_SHOWN)
        boxes->names[boxes->count] = name;
    boxes->count++;
}

static enum err boxes_of_labels(struct sighting *s, struct boxes *boxes, struct fault *f)
{
    const struct paper_filter filter = {
        .record = s->row.id, .kinds = 1u << PAPER_LABEL, .latest = true};
    struct paper *labels;
    size_t count;
    enum err e = paper_list(s->host->store, &s->memory, &filter, &labels, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        add_box(boxes, labels[i].package);
    return e;
}

static enum err boxes_of_facts(struct sighting *s, const char *name, struct boxes *boxes,
                               struct fault *f)
{
    struct fact *facts;
    size_t count;
    enum err e =
        fact_list(s->host->store, &s->memory, s->row.id, name, &facts, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        add_box(boxes, facts[i].box);
    return e;
}

/* Labels say it best, then what was packed, then what was said of this event. */
static enum err known_boxes(struct sighting *s, struct boxes *boxes, struct fault *f)
{
    enum err e = boxes_of_labels(s, boxes, f);
    if (e == ERR_OK && boxes->count == 0)
        e = boxes_of_facts(s, "packed", boxes, f);
    if (e == ERR_OK && boxes->count == 0)
        e = boxes_of_facts(s, s->kind->name, boxes, f);
    return e;
}

static enum err which_box(const struct sighting *s, const struct boxes *boxes,
                          struct fault *f)
{
    struct buf text;
    buf_init(&text, 2000);
    for (size_t i = 0; i < boxes->count && i < BOXES_SHOWN; i++)
        buf_format(&text, "%s\"%s\"", i == 0 ? "" : ", ", boxes->names[i]);
    enum err e =
        fault_set(f, ERR_INPUT, "box: missing: order %s has %zu boxes (%s%s): which one?",
                  s->row.name, boxes->count, buf_str(&text),
                  boxes->count > BOXES_SHOWN ? " …" : "");
    buf_clear(&text);
    return e;
}

/* An order with one box needs no name for it. */
static enum err find_box(struct sighting *s, struct fault *f)
{
    struct boxes boxes = {.count = 0};
    if (!s->known || !s->kind->per_box || s->box[0] != '\0')
        return ERR_OK;
    enum err e = known_boxes(s, &boxes, f);
    if (e == ERR_OK && boxes.count > 1)
        e = which_box(s, &boxes, f);
    if (e == ERR_OK && boxes.count == 1)
        s->box = boxes.names[0];
    return e;
}

enum err floor_find(struct sighting *s, struct fault *f)
{
    enum err e = read_names(s, f);
    if (e == ERR_OK && s->order != NULL)
        e = find_by_number(s, f);
    if (e == ERR_OK)
        e = find_by_tracking(s, f);
    return e == ERR_OK ? find_box(s, f) : e;
}
