/* A row of a feed as the fields of a report. */
#include "workflow/feed_row.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"

enum { PATH_MAX_LEN = 200 };

/* What the types of a field are when its event is `stock`, which no one declares. */
static const struct event_field stock_fields[] = {
    {.name = "product", .type = FIELD_TEXT},
    {.name = "quantity", .type = FIELD_INTEGER},
    {.name = "warehouse", .type = FIELD_TEXT},
};
static const struct event_kind stock_kind = {
    .name = "stock",
    .fields = (struct event_field *)(uintptr_t)stock_fields,
    .field_count = sizeof stock_fields / sizeof stock_fields[0],
};

static const struct event_kind *kind_of(const struct setup *setup,
                                        const struct feed *feed)
{
    const struct event_kind *kind = setup_kind(setup, feed->event);
    return kind != NULL ? kind : &stock_kind;
}

static const char *const common[] = {"order", "box", "trackingNumber", "account", "at"};
enum { COMMON = sizeof common / sizeof common[0] };

static bool is_common(const char *name)
{
    for (size_t i = 0; i < COMMON; i++)
        if (strcmp(common[i], name) == 0)
            return true;
    return false;
}

/* FIELD_TEXT for what every event has; FIELD_TYPE_COUNT for what it has not. */
static enum field_type type_of(const struct event_kind *kind, const char *name)
{
    if (strcmp(name, "at") == 0)
        return FIELD_TIME;
    if (is_common(name))
        return FIELD_TEXT;
    for (size_t i = 0; i < kind->field_count; i++)
        if (strcmp(kind->fields[i].name, name) == 0)
            return kind->fields[i].type;
    return FIELD_TYPE_COUNT;
}

/* ---- texts into types ---- */

/* A pattern's letters stand for digits: "DD.MM.YYYY hh:mm". */
struct stamp {
    int year, month, day, hour, minute, second;
};

static int *part_of(struct stamp *s, char letter)
{
    switch (letter) {
    case 'Y':
        return &s->year;
    case 'M':
        return &s->month;
    case 'D':
        return &s->day;
    case 'h':
        return &s->hour;
    case 'm':
        return &s->minute;
    case 's':
        return &s->second;
    default:
        return NULL;
    }
}

static bool read_stamp(const char *pattern, const char *text, struct stamp *s)
{
    for (; *pattern != '\0' && *text != '\0'; pattern++, text++) {
        int *part = part_of(s, *pattern);
        if (part == NULL ? *text != *pattern : *text < '0' || *text > '9')
            return false;
        if (part != NULL)
            *part = *part * 10 + (*text - '0');
    }
    return *pattern == '\0' && *text == '\0';
}

/* In the form that everything else reads; the zone is added by who knows it. */
static enum err read_time(const struct feed *feed, struct arena *a, const char *name,
                          const char *text, struct json **value, struct fault *f)
{
    struct stamp s = {0};
    if (feed->time == NULL) {
        char *iso = arena_text(a, text);
        if (strlen(iso) > 10 && iso[10] == ' ')
            iso[10] = 'T';
        *value = json_string(a, iso);
        return ERR_OK;
    }
    if (!read_stamp(feed->time, text, &s))
        return fault_set(f, ERR_INPUT,
                         "%s: expected a time of the form \"%s\", got "
                         "\"%.40s\"",
                         name, feed->time, text);
    *value = json_string(a, arena_format(a, "%04d-%02d-%02dT%02d:%02d:%02d", s.year,
                                         s.month, s.day, s.hour, s.minute, s.second));
    return ERR_OK;
}

/* "1.234,50" with a decimal comma becomes "1234.50"; other texts stay. */
static const char *decimal_text(const struct feed *feed, struct arena *a,
                                const char *text)
{
    const char thousands = feed->decimal == ',' ? '.' : ',';
    char *out = arena_text(a, text);
    size_t n = 0;
    if (text[0] == '\0' || text[strspn(text, "-0123456789.,")] != '\0')
        return text;
    for (size_t i = 0; text[i] != '\0'; i++)
        if (text[i] != thousands)
            out[n++] = text[i] == feed->decimal ? '.' : text[i];
    out[n] = '\0';
    return out;
}

static struct json *integer_of(struct arena *a, const char *text)
{
    char *end;
    const long long number = strtoll(text, &end, 10);
    const size_t digits = strspn(text[0] == '-' ? text + 1 : text, "0123456789");
    if (digits == 0 || digits > 18 || *end != '\0')
        return json_string(a, text);
    return json_integer(a, number);
}

static struct json *flag_of(struct arena *a, const char *text)
{
    static const char *const words[][2] = {{"false", "true"}, {"no", "yes"}, {"0", "1"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        for (int yes = 0; yes < 2; yes++)
            if (strcmp(words[i][yes], text) == 0)
                return json_boolean(a, yes == 1);
    return json_string(a, text);
}

static struct json *nested_of(struct arena *a, const char *text)
{
    struct json *value = json_parse(a, text, strlen(text), NULL);
    return value != NULL ? value : json_string(a, text);
}

/* A text of the row into the type of the field. */
static enum err convert(const struct feed *feed, struct arena *a, enum field_type type,
                        const char *name, const char *text, struct json **value,
                        struct fault *f)
{
    switch (type) {
    case FIELD_TIME:
        return read_time(feed, a, name, text, value, f);
    case FIELD_INTEGER:
        *value = integer_of(a, text);
        break;
    case FIELD_DECIMAL:
        *value = json_string(a, decimal_text(feed, a, text));
        break;
    case FIELD_FLAG:
        *value = flag_of(a, text);
        break;
    case FIELD_TABLE:
    case FIELD_LIST:
        *value = nested_of(a, text);
        break;
    case FIELD_TEXT:
    case FIELD_TYPE_COUNT:
        *value = json_string(a, text);
        break;
    }
    return ERR_OK;
}

/* ---- fields ---- */

static char *trimmed(struct arena *a, const char *text)
{
    size_t len;
    text += strspn(text, " \t");
    len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    return arena_copy(a, text, len);
}

/* "weight.value" is a member of the table `weight`. */
static enum err set_field(const struct feed *feed, const struct event_kind *kind,
                          struct arena *a, struct json *fields, const char *path,
                          const char *text, struct fault *f)
{
    const char *dot = strchr(path, '.');
    struct json *value = NULL;

    if (dot == NULL) {
        enum err e = convert(feed, a, type_of(kind, path), path, text, &value, f);
        if (e == ERR_OK)
            json_set(a, fields, path, value);
        return e;
    }
    const char *name = arena_copy(a, path, (size_t)(dot - path));
    struct json *table = (struct json *)(uintptr_t)json_get(fields, name);
    if (table == NULL)
        table = json_set(a, fields, name, json_object(a));
    json_set_str(a, table, dot + 1,
                 feed->decimal == ',' ? decimal_text(feed, a, text) : text);
    return ERR_OK;
}

/* A value of the row: text, or anything of a JSON row. */
static enum err take_value(const struct feed *feed, const struct event_kind *kind,
                           struct arena *a, struct json *fields, const char *path,
                           const struct json *value, struct fault *f)
{
    const char *text = json_str(value);
    if (value == NULL || value->type == JSON_NULL)
        return ERR_OK;
    if (text != NULL) {
        text = trimmed(a, text);
        return text[0] == '\0' ? ERR_OK : set_field(feed, kind, a, fields, path, text, f);
    }
    if (strchr(path, '.') == NULL)
        json_set(a, fields, path, json_copy(a, value));
    return ERR_OK;
}

/* Several columns are put together with a space. */
static struct json *joined(struct arena *a, const struct json *row,
                           const struct feed_column *column)
{
    struct buf text;
    buf_init(&text, 64 * 1024);
    for (size_t i = 0; i < column->count; i++) {
        const char *part = json_str(json_path(row, column->columns[i]));
        if (part != NULL && part[0] != '\0')
            buf_format(&text, "%s%s", text.len == 0 ? "" : " ", part);
    }
    struct json *value = json_string_n(a, buf_str(&text), text.len);
    buf_clear(&text);
    return value;
}

/* CSV's columns may have points in their names; those of JSON are ways. */
static const struct json *column_of(const struct feed *feed, const struct json *row,
                                    const char *name)
{
    const struct json *value = json_get(row, name);
    return value != NULL || feed->format == FEED_CSV ? value : json_path(row, name);
}

/* The column's value, or those of several as one text. */
static const struct json *value_of(const struct feed *feed, struct arena *a,
                                   const struct json *row,
                                   const struct feed_column *column)
{
    return column->count == 1 ? column_of(feed, row, column->columns[0])
                              : joined(a, row, column);
}

static enum err map_fields(const struct feed *feed, const struct event_kind *kind,
                           struct arena *a, const struct json *row, struct json *fields,
                           struct fault *f)
{
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < feed->map_count; i++) {
        const struct feed_column *column = &feed->map[i];
        e = take_value(feed, kind, a, fields, column->field,
                       value_of(feed, a, row, column), f);
    }
    return e;
}

/* Without a map the columns that are named as fields are taken. */
static enum err take_all(const struct feed *feed, const struct event_kind *kind,
                         struct arena *a, const struct json *row, struct json *fields,
                         struct fault *f)
{
    enum err e = ERR_OK;
    for (const struct json *m = row->first; e == ERR_OK && m != NULL; m = m->next)
        if (type_of(kind, m->key) != FIELD_TYPE_COUNT)
            e = take_value(feed, kind, a, fields, m->key, m, f);
    return e;
}

static enum err add_fixed(const struct feed *feed, const struct event_kind *kind,
                          struct arena *a, struct json *fields, struct fault *f)
{
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < feed->set_count; i++)
        e = set_field(feed, kind, a, fields, feed->set[i].field, feed->set[i].columns[0],
                      f);
    if (feed->account != NULL && json_get(fields, "account") == NULL)
        json_set_str(a, fields, "account", feed->account);
    if (kind == &stock_kind && json_get(fields, "warehouse") == NULL)
        json_set_str(a, fields, "warehouse", feed->warehouse);
    return e;
}

static const char *id_of(const struct feed *feed, struct arena *a,
                         const struct json *fields)
{
    struct buf text;
    if (feed->id_count == 0)
        return NULL;
    buf_init(&text, 64 * 1024);
    for (size_t i = 0; i < feed->id_count; i++) {
        const struct json *value = json_path(fields, feed->id[i]);
        buf_char(&text, '|');
        if (value != NULL)
            json_write(&text, value);
    }
    const char *id = arena_copy(a, buf_str(&text), text.len);
    buf_clear(&text);
    return id;
}

enum err feed_row(const struct setup *setup, const struct feed *feed, struct arena *a,
                  const struct json *row, struct json **fields, const char **id,
                  struct fault *f)
{
    const struct event_kind *kind = kind_of(setup, feed);
    const char *by = feed->by_tracking ? "trackingNumber" : "order";

    *fields = json_object(a);
    enum err e = feed->map_count > 0 ? map_fields(feed, kind, a, row, *fields, f)
                                     : take_all(feed, kind, a, row, *fields, f);
    if (e == ERR_OK)
        e = add_fixed(feed, kind, a, *fields, f);
    if (e == ERR_OK && kind != &stock_kind && json_get(*fields, by) == NULL)
        e = fault_set(f, ERR_INPUT, "%s: missing", by);
    *id = id_of(feed, a, *fields);
    return e;
}

/* ---- elements of a list ---- */

static bool is_counted(const char *field)
{
    return strcmp(field, "line") == 0 || strcmp(field, "quantity") == 0;
}

/* NULL in *value: the row has none. */
static enum err element_value(struct arena *a, const char *field,
                              const struct json *given, struct json **value,
                              struct fault *f)
{
    const char *text = json_str(given);

    *value = NULL;
    if (given == NULL || given->type == JSON_NULL)
        return ERR_OK;
    text = text == NULL ? NULL : trimmed(a, text);
    if (text != NULL && text[0] == '\0')
        return ERR_OK;
    *value = text == NULL        ? json_copy(a, given)
             : is_counted(field) ? integer_of(a, text)
                                 : json_string(a, text);
    if (!is_counted(field) || (*value)->type == JSON_INT)
        return ERR_OK;
    return fault_set(f, ERR_INPUT, "%s: expected a whole number, got \"%.40s\"", field,
                     text != NULL ? text : "no text");
}

enum err feed_element(const struct feed *feed, struct arena *a, const struct json *row,
                      struct json **element, struct fault *f)
{
    struct json *made = json_object(a), *value;
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < feed->each_count; i++) {
        const struct feed_column *column = &feed->each[i];
        e = element_value(a, column->field, value_of(feed, a, row, column), &value, f);
        if (e == ERR_OK && value != NULL)
            json_set(a, made, column->field, value);
    }
    *element = e == ERR_OK ? made : NULL;
    return e;
}
