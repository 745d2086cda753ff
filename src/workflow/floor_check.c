/* Whether a report says what its event's declaration asks for, and when it happened. */
#include <string.h>

#include "base/suggest.h"
#include "workflow/floor_inside.h"

enum {
    PAYLOAD_MAX = 32 * 1024,
    WORDS_MAX = 64,
    AHEAD_MS = 15 * MS_MINUTE /* clocks of carriers and scanners may be so much fast */
};

static const char *const common[] = {"order", "box", "trackingNumber", "account", "at"};
enum { COMMON = sizeof common / sizeof common[0] };

static const struct event_field *field_of(const struct event_kind *kind, const char *name)
{
    for (size_t i = 0; i < kind->field_count; i++)
        if (strcmp(kind->fields[i].name, name) == 0)
            return &kind->fields[i];
    return NULL;
}

static bool is_common(const char *name)
{
    for (size_t i = 0; i < COMMON; i++)
        if (strcmp(common[i], name) == 0)
            return true;
    return false;
}

static enum err unknown_field(const struct event_kind *kind, const char *name,
                              struct fault *f)
{
    const char *words[WORDS_MAX];
    size_t count = COMMON;
    memcpy(words, common, sizeof common);
    for (size_t i = 0; i < kind->field_count && count < WORDS_MAX; i++)
        words[count++] = kind->fields[i].name;
    const char *near = suggest(name, words, count);
    return fault_set(f, ERR_INPUT, "%.60s: event \"%s\" has no such field%s%s%s", name,
                     kind->name, near == NULL ? "" : " (did you mean \"",
                     near == NULL ? "" : near, near == NULL ? "" : "\"?)");
}

/* The zone of the warehouse; when the order is not known, of all of them. */
static const struct zone *zone_here(const struct sighting *s)
{
    const struct host *h = s->host;
    const struct zone *zone = NULL;
    const struct account *a = s->known ? host_account(h, s->row.account) : NULL;
    const struct warehouse *w = a == NULL ? NULL : account_warehouse(a, s->row.warehouse);

    if (s->report->zone != NULL)
        return s->report->zone;
    if (w != NULL)
        return w->zone;
    for (size_t i = 0; i < h->account_count; i++)
        for (size_t k = 0; k < h->accounts[i]->warehouse_count; k++) {
            const struct zone *one = h->accounts[i]->warehouses[k].zone;
            if (zone != NULL && one != zone)
                return NULL;
            zone = one;
        }
    return zone;
}

enum err floor_time(const struct zone *zone, const char *name, const struct json *value,
                    int64_t *ms, struct fault *f)
{
    bool zoned;
    struct fault why = {0};
    struct civil local;
    const char *text = json_str(value);

    if (text == NULL)
        return fault_set(f, ERR_INPUT,
                         "%s: expected a time such as \"2026-11-23T14:05:00+01:00\"",
                         name);
    if (instant_parse(text, ms, &zoned, &why) != ERR_OK)
        return fault_set(f, ERR_INPUT, "%s: %s", name, why.text);
    if (zoned)
        return ERR_OK;
    if (zone == NULL)
        return fault_set(f, ERR_INPUT,
                         "%s: \"%.40s\" has no zone; write it with one, such as "
                         "2026-11-23T14:05:00+01:00",
                         name, text);
    civil_from_ms(*ms, &local);
    zone_instant(zone, &local, ms, NULL);
    return ERR_OK;
}

static struct json *time_json(struct arena *a, int64_t ms)
{
    char text[INSTANT_TEXT];
    instant_format(ms, text);
    return json_string(a, text);
}

static enum err wrong_type(const struct event_field *field, const struct json *value,
                           struct fault *f)
{
    static const char *const wanted[FIELD_TYPE_COUNT] = {
        [FIELD_TEXT] = "a text",
        [FIELD_INTEGER] = "a whole number",
        [FIELD_DECIMAL] = "a decimal such as \"1.5\"",
        [FIELD_FLAG] = "true or false",
        [FIELD_TIME] = "a time",
        [FIELD_TABLE] = "a table",
        [FIELD_LIST] = "a list",
    };
    const char *got = json_str(value);
    const char *word = field->type < FIELD_TYPE_COUNT ? wanted[field->type] : "nothing";
    if (got != NULL)
        return fault_set(f, ERR_INPUT, "%s: expected %s, got \"%.40s\"", field->name,
                         word, got);
    return fault_set(f, ERR_INPUT, "%s: expected %s", field->name, word);
}

/* "12", "-1.50": digits, at most one point. */
static bool is_decimal(const char *text)
{
    const size_t sign = text[0] == '-' ? 1 : 0;
    const size_t whole = strspn(text + sign, "0123456789");
    const char *rest = text + sign + whole;
    if (whole == 0 || *rest == '\0')
        return whole > 0;
    const size_t part = strspn(rest + 1, "0123456789");
    return *rest == '.' && part > 0 && rest[1 + part] == '\0';
}

static struct json *decimal_json(struct arena *a, const struct json *value)
{
    if (value->type == JSON_INT)
        return json_string(a, arena_format(a, "%lld", (long long)value->number));
    if ((value->type == JSON_DECIMAL || value->type == JSON_STRING) &&
        is_decimal(value->text))
        return json_string(a, value->text);
    return NULL;
}

static enum err check_choice(const struct event_field *field, const char *text,
                             struct fault *f)
{
    for (size_t i = 0; i < field->choice_count; i++)
        if (strcmp(field->choices[i], text) == 0)
            return ERR_OK;
    if (field->choice_count == 0)
        return ERR_OK;
    const char *near = suggest(text, field->choices, field->choice_count);
    return fault_set(f, ERR_INPUT, "%s: \"%.40s\" is none of its choices%s%s%s",
                     field->name, text, near == NULL ? "" : " (did you mean \"",
                     near == NULL ? "" : near, near == NULL ? "" : "\"?)");
}

static struct json *copy_if(struct arena *a, const struct json *value, bool right)
{
    return right ? json_copy(a, value) : NULL;
}

/* The value in the form that the payload keeps. */
static enum err read_field(struct sighting *s, const struct event_field *field,
                           const struct json *value, struct json **kept, struct fault *f)
{
    struct arena *a = &s->memory;
    int64_t ms = 0;

    switch (field->type) {
    case FIELD_TEXT:
        *kept = copy_if(a, value, value->type == JSON_STRING);
        if (*kept != NULL && check_choice(field, value->text, f) != ERR_OK)
            return f->code;
        break;
    case FIELD_INTEGER:
        *kept = copy_if(a, value, value->type == JSON_INT);
        break;
    case FIELD_DECIMAL:
        *kept = decimal_json(a, value);
        break;
    case FIELD_FLAG:
        *kept = copy_if(a, value, value->type == JSON_BOOL);
        break;
    case FIELD_TIME:
        if (floor_time(zone_here(s), field->name, value, &ms, f) != ERR_OK)
            return f->code;
        *kept = time_json(a, ms);
        break;
    case FIELD_TABLE:
        *kept = copy_if(a, value, value->type == JSON_OBJECT);
        break;
    case FIELD_LIST:
        *kept = copy_if(a, value, value->type == JSON_ARRAY);
        break;
    case FIELD_TYPE_COUNT:
        break;
    }
    return *kept != NULL ? ERR_OK : wrong_type(field, value, f);
}

static enum err read_own_fields(struct sighting *s, struct fault *f)
{
    for (size_t i = 0; i < s->kind->field_count; i++) {
        const struct event_field *field = &s->kind->fields[i];
        const struct json *value = json_get(s->report->fields, field->name);
        struct json *kept = NULL;
        if (value == NULL && field->required)
            return fault_set(f, ERR_INPUT, "%s: missing", field->name);
        if (value == NULL)
            continue;
        enum err e = read_field(s, field, value, &kept, f);
        if (e != ERR_OK)
            return e;
        json_set(&s->memory, s->payload, field->name, kept);
    }
    return ERR_OK;
}

static enum err check_names(const struct sighting *s, struct fault *f)
{
    const struct json *fields = s->report->fields;
    for (const struct json *m = fields->first; m != NULL; m = m->next)
        if (!is_common(m->key) && field_of(s->kind, m->key) == NULL)
            return unknown_field(s->kind, m->key, f);
    return ERR_OK;
}

enum err floor_at(const struct host *h, const struct zone *zone,
                  const struct json *fields, int64_t *ms, struct fault *f)
{
    const struct json *at = json_get(fields, "at");
    const int64_t now = host_now(h);

    *ms = now;
    if (at == NULL)
        return ERR_OK;
    enum err e = floor_time(zone, "at", at, ms, f);
    if (e == ERR_OK && *ms > now + AHEAD_MS)
        e = fault_set(f, ERR_INPUT,
                      "at: %.40s lies in the future; is its zone the right one?",
                      json_str(at));
    return e;
}

static enum err check_size(const struct sighting *s, struct fault *f)
{
    struct buf text;
    buf_init(&text, PAYLOAD_MAX);
    json_write(&text, s->payload);
    const bool fits = buf_ok(&text);
    buf_clear(&text);
    return fits ? ERR_OK
                : fault_set(f, ERR_LIMIT, "the report is longer than %d bytes",
                            (int)PAYLOAD_MAX);
}

enum err floor_check(struct sighting *s, struct fault *f)
{
    struct arena *a = &s->memory;
    enum err e = check_names(s, f);
    if (e == ERR_OK)
        e = floor_at(s->host, zone_here(s), s->report->fields, &s->at_ms, f);
    if (e != ERR_OK)
        return e;
    s->timed = json_get(s->report->fields, "at") != NULL;
    s->payload = json_object(a);
    json_set(a, s->payload, "at", time_json(a, s->at_ms));
    json_set_str(a, s->payload, "box", s->box[0] == '\0' ? NULL : s->box);
    json_set_str(a, s->payload, "trackingNumber", s->tracking);
    e = read_own_fields(s, f);
    return e == ERR_OK ? check_size(s, f) : e;
}
