/* What the project file says beside its accounts. */
#include "workflow/setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "document/format.h"

static const char *const type_names[FIELD_TYPE_COUNT] = {
    [FIELD_TEXT] = "text", [FIELD_INTEGER] = "integer", [FIELD_DECIMAL] = "decimal",
    [FIELD_FLAG] = "flag", [FIELD_TIME] = "time",       [FIELD_TABLE] = "table",
    [FIELD_LIST] = "list",
};

const char *field_type_name(enum field_type t)
{
    return t < FIELD_TYPE_COUNT ? type_names[t] : "";
}

static enum field_type type_of(const char *name)
{
    int t = 0;
    while (t < FIELD_TYPE_COUNT - 1 && strcmp(type_names[t], name) != 0)
        t++;
    return (enum field_type)t;
}

static size_t count_of(const struct json *list)
{
    return list == NULL ? 0 : list->count;
}

static const char *text_of(struct setup *s, const struct json *object, const char *key)
{
    const char *text = json_get_str(object, key, NULL);
    return text == NULL ? NULL : arena_text(&s->memory, text);
}

/* A list of texts with a NULL at its end; NULL when there is no list. */
static const char **texts_of(struct setup *s, const struct json *list, size_t *count)
{
    size_t n = 0;
    *count = count_of(list);
    if (*count == 0)
        return NULL;
    const char **texts = arena_new(&s->memory, (*count + 1) * sizeof *texts);
    for (const struct json *item = list->first; item != NULL; item = item->next)
        texts[n++] = arena_text(&s->memory, json_str(item));
    return texts;
}

static void read_field(struct setup *s, const struct json *given, struct event_field *to)
{
    to->name = arena_text(&s->memory, given->key);
    to->type = type_of(json_get_str(given, "type", "text"));
    to->required = json_get_bool(given, "required", false);
    to->choices = texts_of(s, json_get(given, "choices"), &to->choice_count);
}

static void read_kind(struct setup *s, const struct json *given, struct event_kind *to)
{
    const struct json *fields = json_get(given, "fields");
    to->name = arena_text(&s->memory, given->key);
    to->per_box = strcmp(json_get_str(given, "per", "order"), "box") == 0;
    to->by_time = strcmp(json_get_str(given, "latest", "report"), "at") == 0;
    to->fields = arena_new(&s->memory, (count_of(fields) + 1) * sizeof *to->fields);
    for (const struct json *f = fields == NULL ? NULL : fields->first; f != NULL;
         f = f->next)
        read_field(s, f, &to->fields[to->field_count++]);
}

static void read_kinds(struct setup *s, const struct json *given)
{
    s->kinds = arena_new(&s->memory, (count_of(given) + 1) * sizeof *s->kinds);
    for (const struct json *k = given == NULL ? NULL : given->first; k != NULL;
         k = k->next)
        read_kind(s, k, &s->kinds[s->kind_count++]);
}

static struct feed_column *columns_of(struct setup *s, const struct json *map,
                                      size_t *count)
{
    *count = 0;
    if (count_of(map) == 0)
        return NULL;
    struct feed_column *list = arena_new(&s->memory, map->count * sizeof *list);
    for (const struct json *m = map->first; m != NULL; m = m->next) {
        struct feed_column *column = &list[(*count)++];
        column->field = arena_text(&s->memory, m->key);
        column->columns = texts_of(s, m, &column->count);
    }
    return list;
}

static void read_set(struct setup *s, const struct json *set, struct feed *to)
{
    if (count_of(set) == 0)
        return;
    to->set = arena_new(&s->memory, set->count * sizeof *to->set);
    for (const struct json *m = set->first; m != NULL; m = m->next) {
        struct feed_column *fixed = &to->set[to->set_count++];
        fixed->field = arena_text(&s->memory, m->key);
        fixed->columns = arena_new(&s->memory, sizeof *fixed->columns);
        fixed->columns[0] = arena_text(&s->memory, json_str(m));
        fixed->count = 1;
    }
}

static enum feed_format format_of(const char *name)
{
    if (strcmp(name, "json") == 0)
        return FEED_JSON;
    return strcmp(name, "jsonl") == 0 ? FEED_JSON_LINES : FEED_CSV;
}

static enum err read_zone(const struct json *given, struct feed *to, struct fault *f)
{
    const char *zone = json_get_str(given, "zone", NULL);
    int64_t line = 0;

    json_int(json_get(given, "line"), &line);
    if (zone == NULL || zone_find(zone, &to->zone, f) == ERR_OK)
        return ERR_OK;
    return fault_prefix(f, "dray.lua:%d: feed \"%s\": zone", (int)line, given->key);
}

static enum err read_feed(struct setup *s, const struct json *given, struct feed *to,
                          struct fault *f)
{
    to->name = arena_text(&s->memory, given->key);
    to->files = text_of(s, given, "files");
    to->event = text_of(s, given, "event");
    to->account = text_of(s, given, "account");
    to->warehouse = text_of(s, given, "warehouse");
    to->time = text_of(s, given, "time");
    to->format = format_of(json_get_str(given, "format", "csv"));
    to->separator = json_get_str(given, "separator", ",")[0];
    to->decimal = json_get_str(given, "decimal", ".")[0];
    to->latin1 = strcmp(json_get_str(given, "encoding", "utf8"), "latin1") == 0;
    to->by_tracking = strcmp(json_get_str(given, "order_by", "order"), "order") != 0;
    to->id = texts_of(s, json_get(given, "id"), &to->id_count);
    to->map = columns_of(s, json_get(given, "map"), &to->map_count);
    to->list = text_of(s, given, "list");
    to->each = columns_of(s, json_get(given, "each"), &to->each_count);
    read_set(s, json_get(given, "set"), to);
    return read_zone(given, to, f);
}

static enum err read_feeds(struct setup *s, const struct json *given, struct fault *f)
{
    enum err e = ERR_OK;
    s->feeds = arena_new(&s->memory, (count_of(given) + 1) * sizeof *s->feeds);
    for (const struct json *feed = given == NULL ? NULL : given->first;
         e == ERR_OK && feed != NULL; feed = feed->next)
        e = read_feed(s, feed, &s->feeds[s->feed_count++], f);
    return e;
}

static void read_notifiers(struct setup *s, const struct json *given)
{
    size_t count;
    s->notifiers = arena_new(&s->memory, (count_of(given) + 1) * sizeof *s->notifiers);
    for (const struct json *n = given == NULL ? NULL : given->first; n != NULL;
         n = n->next) {
        struct notifier *to = &s->notifiers[s->notifier_count++];
        to->name = arena_text(&s->memory, n->key);
        to->argv = texts_of(s, json_get(n, "command"), &count);
    }
}

static unsigned formats_of(const struct json *list)
{
    unsigned formats = 0;
    for (const struct json *f = list == NULL ? NULL : list->first; f != NULL; f = f->next)
        formats |= 1u << format_from_name(json_str(f));
    return formats;
}

static void read_printers(struct setup *s, const struct json *given)
{
    size_t count;
    s->printers = arena_new(&s->memory, (count_of(given) + 1) * sizeof *s->printers);
    for (const struct json *p = given == NULL ? NULL : given->first; p != NULL;
         p = p->next) {
        struct printer *to = &s->printers[s->printer_count++];
        to->name = arena_text(&s->memory, p->key);
        to->raw = text_of(s, p, "raw");
        to->argv = texts_of(s, json_get(p, "command"), &count);
        to->formats = formats_of(json_get(p, "formats"));
    }
}

static int64_t keep_of(const struct json *keep, const char *key, int64_t otherwise)
{
    int64_t ms;
    return json_int(json_get(keep, key), &ms) ? ms : otherwise;
}

static void read_keep(struct setup *s, const struct json *keep)
{
    s->keep = (struct keep){.runs_ms = keep_of(keep, "runs", (int64_t)90 * MS_DAY),
                            .reports_ms = keep_of(keep, "reports", (int64_t)90 * MS_DAY),
                            .orders_ms = keep_of(keep, "orders", (int64_t)400 * MS_DAY)};
}

struct setup *setup_new(const char *folder, const struct json *words, struct fault *f)
{
    struct setup *s = mem_new(sizeof *s);
    arena_init(&s->memory);
    s->folder = arena_text(&s->memory, folder);
    read_kinds(s, json_get(words, "event"));
    read_notifiers(s, json_get(words, "notify"));
    read_printers(s, json_get(words, "printer"));
    read_keep(s, json_get(words, "keep"));
    if (read_feeds(s, json_get(words, "feed"), f) == ERR_OK)
        return s;
    setup_free(s);
    return NULL;
}

void setup_free(struct setup *s)
{
    while (s != NULL) {
        struct setup *before = s->before;
        arena_clear(&s->memory);
        free(s);
        s = before;
    }
}

const struct event_kind *setup_kind(const struct setup *s, const char *name)
{
    for (size_t i = 0; i < s->kind_count; i++)
        if (strcmp(s->kinds[i].name, name) == 0)
            return &s->kinds[i];
    return NULL;
}

const struct notifier *setup_notifier(const struct setup *s, const char *name)
{
    for (size_t i = 0; i < s->notifier_count; i++)
        if (strcmp(s->notifiers[i].name, name) == 0)
            return &s->notifiers[i];
    return NULL;
}

const struct printer *setup_printer(const struct setup *s, const char *name)
{
    for (size_t i = 0; i < s->printer_count; i++)
        if (strcmp(s->printers[i].name, name) == 0)
            return &s->printers[i];
    return NULL;
}

const char *setup_kind_hint(const struct setup *s, struct arena *a, const char *name)
{
    const char **names = arena_new(a, (s->kind_count + 1) * sizeof *names);
    for (size_t i = 0; i < s->kind_count; i++)
        names[i] = s->kinds[i].name;
    names[s->kind_count] = "stock";
    const char *near = suggest(name, names, s->kind_count + 1);
    return near == NULL ? "" : arena_format(a, " (did you mean \"%s\"?)", near);
}
