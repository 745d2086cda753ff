/* The rows of a file. */
#include "workflow/feed_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/mem.h"
#include "base/suggest.h"

enum {
    ROW_MAX = 64 * 1024,
    TREE_MAX = 1024 * 1024,
    WAITING_MAX = 4 * ROW_MAX, /* bytes that are not read yet */
    COLUMNS_MAX = CSV_FIELDS_MAX
};

struct feed_source {
    const struct feed *feed;
    struct buf given; /* bytes that are not read yet */
    size_t from;      /* of them, already read */
    bool ended;       /* nothing comes behind them */
    bool begun;       /* the first bytes were looked at */
    int64_t line;
    struct csv csv;
    struct arena names; /* of the columns */
    char **columns;
    size_t column_count;
    struct json_reader *reader; /* of a JSON list */
    struct json_builder builder;
    struct arena tree; /* of the row that is being built */
    struct json *row;  /* that is complete */
    size_t depth;
};

/* ---- JSON lists: the reader's events, one element after the other ---- */

static bool opens(enum json_event event)
{
    return event == JSON_EV_OBJECT || event == JSON_EV_ARRAY;
}

static bool closes(enum json_event event)
{
    return event == JSON_EV_OBJECT_END || event == JSON_EV_ARRAY_END;
}

static enum err on_event(void *arg, enum json_event event, const char *text, size_t len,
                         struct fault *f)
{
    struct feed_source *s = arg;
    if (s->depth == 0 && event != JSON_EV_ARRAY)
        return fault_set(f, ERR_INPUT, "expected a list of objects, [ { … }, … ]");
    if (opens(event))
        s->depth++;
    if (closes(event))
        s->depth--;
    if ((s->depth == 1 && opens(event)) || (s->depth == 0 && closes(event)))
        return ERR_OK; /* the list itself */
    if (s->tree.used > TREE_MAX)
        return fault_set(f, ERR_LIMIT, "a row is larger than %d bytes", (int)TREE_MAX);
    enum err e = json_builder_take(&s->builder, event, text, len, f);
    if (e == ERR_OK && s->builder.root != NULL)
        s->row = s->builder.root;
    return e;
}

static void builder_anew(struct feed_source *s)
{
    json_builder_clear(&s->builder);
    arena_reset(&s->tree);
    json_builder_init(&s->builder, &s->tree, ROW_MAX);
    s->row = NULL;
}

struct feed_source *source_new(const struct feed *feed)
{
    struct feed_source *s = mem_new(sizeof *s);
    s->feed = feed;
    buf_init(&s->given, WAITING_MAX);
    arena_init(&s->names);
    arena_init(&s->tree);
    csv_init(&s->csv, feed->separator, ROW_MAX);
    s->reader = json_reader_new(on_event, s);
    json_builder_init(&s->builder, &s->tree, ROW_MAX);
    return s;
}

void source_free(struct feed_source *s)
{
    if (s == NULL)
        return;
    buf_clear(&s->given);
    csv_clear(&s->csv);
    json_reader_free(s->reader);
    json_builder_clear(&s->builder);
    arena_clear(&s->names);
    arena_clear(&s->tree);
    free(s);
}

void source_give(struct feed_source *s, const char *data, size_t len)
{
    buf_drop(&s->given, s->from);
    s->from = 0;
    buf_add(&s->given, data, len);
    s->ended = len == 0;
}

static const char *rest(const struct feed_source *s, size_t *len)
{
    *len = s->given.len - s->from;
    return buf_str(&s->given) + s->from;
}

/* The mark that some programs put before UTF-8. */
static bool skip_mark(struct feed_source *s)
{
    size_t len;
    const char *text = rest(s, &len);
    if (s->begun)
        return true;
    if (len < 3 && !s->ended)
        return false;
    s->begun = true;
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        s->from += 3;
    return true;
}

/* ---- texts ---- */

/* A byte of Latin-1 is a code point; Windows' own between 0x80 and 0x9f are rare enough
 * to be taken as they are. */
static char *from_latin1(struct arena *a, const char *text, size_t len)
{
    char *out = arena_new(a, 2 * len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        const unsigned char byte = (unsigned char)text[i];
        if (byte >= 0x80)
            out[n++] = (char)(0xc0 | byte >> 6);
        out[n++] = (char)(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte);
    }
    return out;
}

/* What UTF-8 could say shorter, halves of UTF-16, and what is no code point. */
static bool is_odd(unsigned char first, unsigned char second)
{
    return (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
           (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
}

/* How many bytes the character takes that begins here; 0 when it is none. */
static size_t character(const unsigned char *p, size_t len)
{
    const size_t n = p[0] < 0x80   ? 1
                     : p[0] < 0xc2 ? 0
                     : p[0] < 0xe0 ? 2
                     : p[0] < 0xf0 ? 3
                                   : 4;
    if (n == 0 || p[0] > 0xf4 || n > len)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if (n > 1 && is_odd(p[0], p[1]))
        return 0;
    return n;
}

static bool is_utf8(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    for (size_t i = 0; i < len;) {
        const size_t n = character(p + i, len - i);
        if (n == 0 || p[i] == 0)
            return false;
        i += n;
    }
    return true;
}

static enum err field_text(struct feed_source *s, struct arena *a, size_t at,
                           const char **text, struct fault *f)
{
    size_t len;
    const char *bytes = csv_field(&s->csv, at, &len);
    const char *name = at < s->column_count ? s->columns[at] : "header";

    if (s->feed->latin1) {
        *text = from_latin1(a, bytes, len);
        return ERR_OK;
    }
    if (!is_utf8(bytes, len))
        return fault_set(f, ERR_INPUT,
                         "column \"%.60s\" is not UTF-8; is the file encoding = "
                         "\"latin1\"?",
                         name);
    *text = arena_copy(a, bytes, len);
    return ERR_OK;
}

/* ---- CSV ---- */

static bool has_column(const struct feed_source *s, const char *name)
{
    for (size_t i = 0; i < s->column_count; i++)
        if (strcmp(s->columns[i], name) == 0)
            return true;
    return false;
}

static enum err missing_column(const struct feed_source *s, const char *name,
                               struct fault *f)
{
    const char *near =
        suggest(name, (const char *const *)(void *)s->columns, s->column_count);
    return fault_set(f, ERR_INPUT, "the header has no column \"%.60s\"%s%.60s%s", name,
                     near == NULL ? "" : " (did you mean \"", near == NULL ? "" : near,
                     near == NULL ? "" : "\"?)");
}

static enum err check_columns(const struct feed_source *s, const struct feed_column *list,
                              size_t count, struct fault *f)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < list[i].count; k++)
            if (!has_column(s, list[i].columns[k]))
                return missing_column(s, list[i].columns[k], f);
    return ERR_OK;
}

/* A wrong header makes every row wrong: the file is left alone. */
static enum err check_header(const struct feed_source *s, struct fault *f)
{
    const struct feed *feed = s->feed;
    enum err e = check_columns(s, feed->map, feed->map_count, f);
    return e == ERR_OK ? check_columns(s, feed->each, feed->each_count, f) : e;
}

static enum err read_header(struct feed_source *s, struct fault *f)
{
    char **columns = arena_new(&s->names, (s->csv.count + 1) * sizeof *columns);
    for (size_t i = 0; i < s->csv.count; i++) {
        const char *name = "";
        enum err e = field_text(s, &s->names, i, &name, f);
        if (e != ERR_OK)
            return e;
        columns[i] = (char *)(uintptr_t)name;
    }
    s->columns = columns;
    s->column_count = s->csv.count;
    return check_header(s, f);
}

static enum err read_row(struct feed_source *s, struct arena *a, struct json **row,
                         struct fault *f)
{
    if (s->csv.count != s->column_count)
        return fault_set(f, ERR_INPUT, "%zu columns, the header has %zu", s->csv.count,
                         s->column_count);
    *row = json_object(a);
    for (size_t i = 0; i < s->csv.count; i++) {
        const char *text = "";
        enum err e = field_text(s, a, i, &text, f);
        if (e != ERR_OK)
            return e;
        if (text[0] != '\0')
            json_set_str(a, *row, s->columns[i], text);
    }
    return ERR_OK;
}

static enum source_step end_csv(const struct feed_source *s, struct fault *f)
{
    if (s->columns != NULL)
        return SOURCE_END;
    fault_set(f, ERR_INPUT, "it has no header");
    return SOURCE_BROKEN;
}

static enum source_step next_csv(struct feed_source *s, struct arena *a,
                                 struct json **row, int64_t *line, struct fault *f)
{
    for (;;) {
        size_t len, used;
        const char *text = rest(s, &len);
        const enum csv_step step = csv_next(&s->csv, text, len, s->ended, &used, f);
        s->from += used;
        *line = s->csv.line > 0 ? s->csv.line : 1;
        if (step == CSV_MORE)
            return SOURCE_MORE;
        if (step == CSV_END)
            return end_csv(s, f);
        if (step == CSV_BAD)
            return s->columns == NULL ? SOURCE_BROKEN : SOURCE_BAD;
        if (s->columns != NULL)
            return read_row(s, a, row, f) == ERR_OK ? SOURCE_ROW : SOURCE_BAD;
        if (read_header(s, f) != ERR_OK)
            return SOURCE_BROKEN;
    }
}

/* ---- JSON ---- */

static enum err object_only(const struct json *value, struct fault *f)
{
    return value != NULL && value->type == JSON_OBJECT
               ? ERR_OK
               : fault_set(f, ERR_INPUT, "expected an object");
}

static bool is_blank(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (strchr(" \t\r\n", text[i]) == NULL)
            return false;
    return true;
}

/* The next line that is not empty; NULL and SOURCE_MORE or SOURCE_END in *step. */
static const char *next_line(struct feed_source *s, size_t *len, enum source_step *step)
{
    for (;;) {
        size_t all;
        const char *text = rest(s, &all);
        const char *end = all == 0 ? NULL : memchr(text, '\n', all);
        *len = end == NULL ? all : (size_t)(end - text);
        if (end == NULL && (!s->ended || all == 0)) {
            *step = s->ended ? SOURCE_END : SOURCE_MORE;
            return NULL;
        }
        s->from += *len + (end != NULL);
        s->line++;
        if (!is_blank(text, *len))
            return text;
    }
}

static enum source_step next_json_line(struct feed_source *s, struct arena *a,
                                       struct json **row, int64_t *line, struct fault *f)
{
    enum source_step step;
    size_t len;
    const char *text = next_line(s, &len, &step);

    *line = s->line;
    if (text == NULL && step == SOURCE_MORE && s->given.len - s->from > ROW_MAX) {
        fault_set(f, ERR_LIMIT, "a line is longer than %d bytes", (int)ROW_MAX);
        *line = s->line + 1;
        return SOURCE_BROKEN;
    }
    if (text == NULL)
        return step;
    *row = json_parse(a, text, len, f);
    return *row != NULL && object_only(*row, f) == ERR_OK ? SOURCE_ROW : SOURCE_BAD;
}

/* Byte by byte, so that the reader stands still behind each element. */
static enum source_step next_json(struct feed_source *s, struct arena *a,
                                  struct json **row, int64_t *line, struct fault *f)
{
    *line = s->line + 1;
    while (s->row == NULL && s->from < s->given.len) {
        const char *byte = buf_str(&s->given) + s->from++;
        if (json_reader_feed(s->reader, byte, 1, f) != ERR_OK)
            return SOURCE_BROKEN;
    }
    if (s->row == NULL) {
        if (!s->ended)
            return SOURCE_MORE;
        return json_reader_end(s->reader, f) == ERR_OK ? SOURCE_END : SOURCE_BROKEN;
    }
    s->line++;
    *row = json_copy(a, s->row);
    builder_anew(s);
    return object_only(*row, f) == ERR_OK ? SOURCE_ROW : SOURCE_BAD;
}

enum source_step source_next(struct feed_source *s, struct arena *a, struct json **row,
                             int64_t *line, struct fault *f)
{
    *line = 1;
    if (!skip_mark(s))
        return SOURCE_MORE;
    switch (s->feed->format) {
    case FEED_CSV:
        return next_csv(s, a, row, line, f);
    case FEED_JSON_LINES:
        return next_json_line(s, a, row, line, f);
    case FEED_JSON:
        break;
    }
    return next_json(s, a, row, line, f);
}
