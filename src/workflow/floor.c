/* Reports of the floor: checked, told once, written as event and fact. */
#include "workflow/floor.h"

#include <string.h>

#include "base/digest.h"
#include "store/fact.h"
#include "store/journal.h"
#include "store/parcel.h"
#include "store/told.h"
#include "store/waiting.h"
#include "workflow/floor_inside.h"
#include "workflow/vendor_packed.h"

enum { TEXT_MAX = 256 * 1024 };

const char *report_outcome_name(enum report_outcome o)
{
    static const char *const names[] = {"taken", "same", "waiting"};
    return names[o];
}

/* Tracking numbers that became known while a report was taken. */
struct found {
    const char *tracking;
    const char *account;
    struct found *next;
};
struct news {
    struct arena memory;
    struct found *first;
};

/* ---- what was told before ---- */

static void digest_json(const struct json *value, struct digest *out)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    json_write_sorted(&text, value);
    digest_of(buf_str(&text), text.len, out);
    buf_clear(&text);
}

/* All that the report says, under the names that it used itself. */
static struct json *whole_report(struct sighting *s)
{
    struct arena *a = &s->memory;
    struct json *whole = json_object(a);
    json_set_str(a, whole, "event", s->kind->name);
    json_set(a, whole, "fields", json_copy(a, s->report->fields));
    return whole;
}

static struct json *only_id(struct sighting *s)
{
    struct arena *a = &s->memory;
    struct json *id = json_object(a);
    json_set_str(a, id, "event", s->kind->name);
    json_set_str(a, id, "id", s->report->id);
    return id;
}

/* A report that says neither when nor which one it is may be true again. */
static enum err heard_before(struct sighting *s, enum told *told, struct fault *f)
{
    struct digest key, content;
    *told = TOLD_NEW;
    if (s->report->id == NULL && !s->timed)
        return ERR_OK;
    digest_json(whole_report(s), &content);
    key = content;
    if (s->report->id != NULL)
        digest_json(only_id(s), &key);
    enum err e = told_put(s->host->store, &key, &content, told, f);
    if (e == ERR_OK && *told == TOLD_OTHER)
        e = fault_set(f, ERR_CONFLICT,
                      "id: \"%.80s\" was used before for another report of \"%s\"",
                      s->report->id, s->kind->name);
    return e;
}

/* The fact says the same already; without a time in the report, whatever its time. */
static bool says_fact(struct sighting *s, const struct fact *fact)
{
    struct digest old, new;
    struct json *there = json_parse(&s->memory, fact->payload, fact->payload_len, NULL);
    struct json *payload = json_copy(&s->memory, s->payload);
    if (there == NULL)
        return false;
    if (!s->timed) {
        json_set(&s->memory, there, "at", NULL);
        json_set(&s->memory, payload, "at", NULL);
    }
    digest_json(there, &old);
    digest_json(payload, &new);
    return memcmp(&old, &new, sizeof old) == 0;
}

/* ---- taking it ---- */

static enum err put_fact(struct sighting *s, const struct fact *there, int64_t event,
                         struct fault *f)
{
    struct buf text;
    if (s->kind->by_time && there->event != 0 && there->at_ms > s->at_ms)
        return ERR_OK; /* it happened before what is known */
    buf_init(&text, TEXT_MAX);
    json_write(&text, s->payload);
    const struct fact fact = {.record = s->row.id,
                              .name = s->kind->name,
                              .box = s->box,
                              .event = event,
                              .at_ms = s->at_ms,
                              .payload = buf_str(&text),
                              .payload_len = text.len};
    enum err e = fact_put(s->host->store, &fact, f);
    buf_clear(&text);
    return e;
}

static bool is_packed(const struct sighting *s)
{
    return strcmp(s->kind->name, "packed") == 0;
}

/* What a vendor's floor packed is what is confirmed. */
static bool is_confirmed_so(const struct sighting *s)
{
    return s->row.kind == RECORD_ORDER && is_packed(s);
}

/* A tracking number is known from here on: what waits for it is taken when the report at
 * hand is. */
static enum err learn(struct host *h, struct news *n, const struct record *r,
                      const char *tracking, const char *box, struct fault *f)
{
    const struct parcel parcel = {.record = r->id, .box = box};
    bool fresh = false;

    if (tracking == NULL || tracking[0] == '\0')
        return ERR_OK;
    enum err e = parcel_put(h->store, tracking, &parcel, &fresh, f);
    if (e != ERR_OK || !fresh)
        return e;
    struct found *found = arena_new(&n->memory, sizeof *found);
    found->tracking = arena_text(&n->memory, tracking);
    found->account = arena_text(&n->memory, r->account);
    found->next = n->first;
    n->first = found;
    return ERR_OK;
}

static enum err after_packed(struct sighting *s, struct news *n, struct fault *f)
{
    enum err e = is_confirmed_so(s) ? packed_answer(s->host, s->row.id, f) : ERR_OK;
    return e == ERR_OK ? learn(s->host, n, &s->row, s->tracking, s->box, f) : e;
}

static enum err write_event(struct sighting *s, struct news *n, const struct fact *there,
                            struct report_result *out, struct fault *f)
{
    enum err e = is_confirmed_so(s) ? packed_keep(s->host, s->row.id, f) : ERR_OK;
    if (e == ERR_OK)
        e = host_event(s->host, &s->row, s->kind->name, s->payload, f);
    if (e != ERR_OK)
        return e;
    out->outcome = REPORT_TAKEN;
    out->event = journal_last(s->host->store);
    e = put_fact(s, there, out->event, f);
    return e == ERR_OK && is_packed(s) ? after_packed(s, n, f) : e;
}

/* `again`: it waited, so that it was heard before is no matter. */
static enum err take_known(struct sighting *s, struct news *n, bool again,
                           struct report_result *out, struct fault *f)
{
    struct fact there = {0};
    enum told told = TOLD_NEW;

    out->record = s->row.id;
    out->outcome = REPORT_SAME;
    enum err e =
        fact_get(s->host->store, &s->memory, s->row.id, s->kind->name, s->box, &there, f);
    if (e == ERR_OK && says_fact(s, &there) && s->report->id == NULL)
        return ERR_OK;
    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = again ? ERR_OK : heard_before(s, &told, f);
    if (e != ERR_OK || told != TOLD_NEW)
        return e;
    return write_event(s, n, &there, out, f);
}

/* ---- keeping it ---- */

/* The fields as reported; a time that was not said is that of the report. */
static struct json *fields_to_keep(struct sighting *s)
{
    struct arena *a = &s->memory;
    struct json *fields = json_copy(a, s->report->fields);
    json_set(a, fields, "at", json_copy(a, json_get(s->payload, "at")));
    return fields;
}

static enum err add_waiting(struct sighting *s, struct report_result *out,
                            struct fault *f)
{
    struct digest content;
    struct buf text;
    bool fresh;

    digest_json(whole_report(s), &content);
    buf_init(&text, TEXT_MAX);
    json_write(&text, fields_to_keep(s));
    struct waiting w = {.told_ms = host_now(s->host),
                        .event = s->kind->name,
                        .account = s->account,
                        .order = s->order,
                        .tracking = s->tracking,
                        .source = s->report->source,
                        .fields = buf_str(&text),
                        .fields_len = text.len};
    enum err e = waiting_add(s->host->store, &w, &content, &fresh, f);
    buf_clear(&text);
    out->outcome = fresh ? REPORT_KEPT : REPORT_SAME;
    return e;
}

static enum err keep(struct sighting *s, struct report_result *out, struct fault *f)
{
    enum told told;
    enum err e = heard_before(s, &told, f);
    out->outcome = REPORT_SAME;
    return e == ERR_OK && told == TOLD_NEW ? add_waiting(s, out, f) : e;
}

/* ---- the way in ---- */

static enum err unknown_event(struct host *h, const char *name, struct fault *f)
{
    struct arena a;
    arena_init(&a);
    enum err e = fault_set(f, ERR_INPUT, "event \"%.60s\" is not declared in dray.lua%s",
                           name, setup_kind_hint(h->setup, &a, name));
    arena_clear(&a);
    return e;
}

static enum err take(struct sighting *s, struct news *n, bool again,
                     struct report_result *out, struct fault *f)
{
    enum err e = floor_find(s, f);
    if (e == ERR_OK)
        e = floor_check(s, f);
    if (e == ERR_OK && s->known && is_confirmed_so(s))
        e = packed_items(s->host, s->row.id, s->payload, &s->memory, f);
    if (e != ERR_OK)
        return e;
    if (s->known)
        return take_known(s, n, again, out, f);
    return again ? fault_set(f, ERR_NOT_FOUND, "its order is not known yet")
                 : keep(s, out, f);
}

static enum err report(struct host *h, const struct report *r, struct news *n, bool again,
                       struct report_result *out, struct fault *f)
{
    struct sighting s = {.host = h, .report = r, .kind = setup_kind(h->setup, r->event)};

    *out = (struct report_result){.outcome = REPORT_SAME};
    if (r->fields == NULL || r->fields->type != JSON_OBJECT)
        return fault_set(f, ERR_INPUT, "event \"%.60s\": expected a table of fields",
                         r->event);
    if (strcmp(r->event, "stock") == 0)
        return floor_stock_report(h, r, out, f);
    if (s.kind == NULL)
        return unknown_event(h, r->event, f);
    arena_init(&s.memory);
    enum err e = take(&s, n, again, out, f);
    arena_clear(&s.memory);
    return e;
}

/* ---- when the order appears ---- */

/* What cannot be taken stays, with the reason. */
static enum err retry(struct host *h, struct arena *a, struct news *n,
                      const struct waiting *w, struct fault *f)
{
    struct report_result out;
    struct json *fields = json_parse(a, w->fields, w->fields_len, f);
    const struct report r = {.event = w->event, .fields = fields, .source = w->source};

    if (fields == NULL)
        return f->code;
    enum err e = report(h, &r, n, true, &out, f);
    if (e == ERR_OK)
        return waiting_remove(h->store, w->id, f);
    if (e == ERR_INPUT || e == ERR_CONFLICT || e == ERR_LIMIT)
        return waiting_refused(h->store, w->id, f->text, f);
    return e;
}

static enum err retry_all(struct host *h, struct news *n,
                          const struct waiting_filter *filter, struct fault *f)
{
    struct arena a;
    struct waiting *list;
    size_t count;

    arena_init(&a);
    enum err e = waiting_list(h->store, &a, filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = retry(h, &a, n, &list[i], f);
    arena_clear(&a);
    return e;
}

/* What was taken may have told numbers that others wait for, until none is left. */
static enum err follow(struct host *h, struct news *n, enum err so_far, struct fault *f)
{
    enum err e = so_far;
    while (e == ERR_OK && n->first != NULL) {
        const struct waiting_filter filter = {.tracking = n->first->tracking,
                                              .account = n->first->account};
        n->first = n->first->next;
        e = retry_all(h, n, &filter, f);
    }
    arena_clear(&n->memory);
    return e;
}

static void news_init(struct news *n)
{
    n->first = NULL;
    arena_init(&n->memory);
}

enum err floor_report(struct host *h, const struct report *r, struct report_result *out,
                      struct fault *f)
{
    struct news n;
    news_init(&n);
    return follow(h, &n, report(h, r, &n, false, out, f), f);
}

enum err floor_order_seen(struct host *h, const struct record *r, struct fault *f)
{
    const struct waiting_filter filter = {.order = r->name, .account = r->account};
    struct news n;
    news_init(&n);
    return follow(h, &n, retry_all(h, &n, &filter, f), f);
}

enum err floor_tracking_seen(struct host *h, const struct record *r, const char *tracking,
                             const char *box, struct fault *f)
{
    struct news n;
    news_init(&n);
    return follow(h, &n, learn(h, &n, r, tracking, box, f), f);
}
