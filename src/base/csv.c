/* CSV, record by record. */
#include "base/csv.h"

#include <string.h>

/* Where the reader stands in what it was given. */
struct place {
    const char *at, *end;
    bool last;
    int64_t lines; /* begun since the record began */
};

enum outcome { FIELD_DONE, FIELD_CUT, FIELD_BAD };

void csv_init(struct csv *c, char separator, size_t record_max)
{
    memset(c, 0, sizeof *c);
    c->separator = separator;
    buf_init(&c->text, record_max + CSV_FIELDS_MAX);
}

void csv_clear(struct csv *c)
{
    buf_clear(&c->text);
}

const char *csv_field(const struct csv *c, size_t at, size_t *len)
{
    if (len != NULL)
        *len = c->starts[at + 1] - c->starts[at] - 1;
    return buf_str(&c->text) + c->starts[at];
}

/* A field in quotes; the first one is passed. What follows must not be cut off, since a
 * quote may be one of two. */
static enum outcome quoted(struct csv *c, struct place *p)
{
    while (p->at < p->end) {
        const char *quote = memchr(p->at, '"', (size_t)(p->end - p->at));
        const char *until = quote == NULL ? p->end : quote;
        for (const char *line = p->at; line < until; line++)
            p->lines += *line == '\n';
        buf_add(&c->text, p->at, (size_t)(until - p->at));
        p->at = until;
        if (quote == NULL)
            break;
        p->at++;
        if (p->at == p->end)
            return p->last ? FIELD_DONE : FIELD_CUT;
        if (*p->at != '"')
            return FIELD_DONE;
        buf_char(&c->text, '"');
        p->at++;
    }
    return p->last ? FIELD_BAD : FIELD_CUT;
}

static enum outcome bare(struct csv *c, struct place *p)
{
    const char *begin = p->at;
    while (p->at < p->end && *p->at != c->separator && *p->at != '\n' && *p->at != '\r')
        p->at++;
    buf_add(&c->text, begin, (size_t)(p->at - begin));
    return p->at < p->end || p->last ? FIELD_DONE : FIELD_CUT;
}

static enum outcome field(struct csv *c, struct place *p)
{
    c->starts[c->count] = c->text.len;
    enum outcome o;
    if (p->at < p->end && *p->at == '"') {
        p->at++;
        o = quoted(c, p);
    } else {
        o = bare(c, p);
    }
    buf_add(&c->text, "", 1); /* its NUL */
    c->starts[++c->count] = c->text.len;
    return o;
}

/* Behind a field: *more when another one follows in this record. */
static enum outcome behind(const struct csv *c, struct place *p, bool *more)
{
    *more = p->at < p->end && *p->at == c->separator;
    if (*more) {
        p->at++;
        return p->at < p->end || p->last ? FIELD_DONE : FIELD_CUT;
    }
    if (p->at < p->end && *p->at == '\r')
        p->at++;
    if (p->at == p->end)
        return p->last ? FIELD_DONE : FIELD_CUT;
    if (*p->at != '\n')
        return FIELD_BAD;
    p->at++;
    p->lines++;
    return FIELD_DONE;
}

/* How many bytes the line takes that begins here; all of them when it does not end. */
static size_t line_length(const char *text, size_t len)
{
    const char *end = memchr(text, '\n', len);
    return end == NULL ? len : (size_t)(end - text) + 1;
}

static enum csv_step bad(struct csv *c, const char *text, size_t len, size_t *used,
                         const char *why, struct fault *f)
{
    c->line = c->lines + 1;
    c->lines++;
    *used = line_length(text, len);
    c->skipping = text[*used - 1] != '\n';
    fault_set(f, ERR_INPUT, "%s", why);
    return CSV_BAD;
}

/* Empty lines before the record. */
static size_t skip_blank(struct csv *c, const char *text, size_t len)
{
    size_t at = 0;
    for (;;) {
        size_t end = at < len && text[at] == '\r' ? at + 1 : at;
        if (end >= len || text[end] != '\n')
            return at;
        at = end + 1;
        c->lines++;
    }
}

/* What is left of a bad line. */
static size_t skip_rest(struct csv *c, const char *text, size_t len)
{
    if (!c->skipping || len == 0)
        return 0;
    const size_t rest = line_length(text, len);
    c->skipping = text[rest - 1] != '\n';
    return rest;
}

static enum csv_step record(struct csv *c, struct place *p, const char **why)
{
    bool more = true;
    buf_reset(&c->text);
    c->count = 0;
    while (more) {
        enum outcome o = FIELD_BAD;
        *why = "it has more than 1000 columns";
        if (c->count < CSV_FIELDS_MAX)
            o = field(c, p);
        if (o == FIELD_BAD && c->count < CSV_FIELDS_MAX)
            *why = "a quote is not closed";
        if (o == FIELD_DONE) {
            o = behind(c, p, &more);
            *why = "text behind a closing quote";
        }
        if (o != FIELD_DONE)
            return o == FIELD_CUT ? CSV_MORE : CSV_BAD;
    }
    return CSV_RECORD;
}

enum csv_step csv_next(struct csv *c, const char *text, size_t len, bool last,
                       size_t *used, struct fault *f)
{
    const char *why = "";
    const size_t rest = skip_rest(c, text, len);
    const size_t blank = rest + skip_blank(c, text + rest, len - rest);
    struct place p = {.at = text + blank, .end = text + len, .last = last};

    *used = blank;
    if (blank == len)
        return last ? CSV_END : CSV_MORE;
    enum csv_step step = record(c, &p, &why);
    if (step == CSV_BAD || !buf_ok(&c->text)) {
        size_t line;
        step = bad(c, text + blank, len - blank, &line,
                   buf_ok(&c->text) ? why : "it is too long", f);
        *used += line;
        return step;
    }
    if (step == CSV_MORE)
        return step;
    *used = (size_t)(p.at - text);
    c->line = c->lines + 1;
    c->lines += p.lines;
    if (p.at == p.end && last && text[len - 1] != '\n')
        c->lines++;
    return CSV_RECORD;
}
