/* From parameters to a request line: checked against the operation's row, encoded, in the
 * row's order, so that equal parameters give equal targets.
 *
 * Everything but RFC 3986's unreserved characters is percent-encoded: page tokens are
 * base64, times hold colons, and a parameter must never become more path than it is. */
#include "spapi/operation.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/suggest.h"

enum {
    VALUE_MAX = 24 * 1024, /* bytes of one parameter before encoding */
    WINDOW_MS = 7 * MS_DAY,
    PARAMS_MAX = 32 /* in one row */
};

static void encode(struct buf *out, const char *text, size_t len)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            buf_char(out, (char)c);
            continue;
        }
        char escape[3] = {'%', hex[c >> 4], hex[c & 15]};
        buf_add(out, escape, sizeof escape);
    }
}

static bool is_plain_text(const struct json *v)
{
    return v->type == JSON_STRING && v->len > 0 && strlen(v->text) == v->len;
}

/* A short text as it was given, for messages; nothing of a longer one. */
static const char *shown(const struct json *v)
{
    return v->type == JSON_STRING && v->len <= 40 ? v->text : "something else";
}

/* Of UTF-8 text: all bytes but those that continue a character. */
static int characters(const struct json *v)
{
    int count = 0;
    for (size_t i = 0; i < v->len; i++)
        count += ((unsigned char)v->text[i] & 0xC0) != 0x80;
    return count;
}

static enum err take_text(const struct param *p, const struct json *v, struct buf *out,
                          struct fault *f)
{
    if (!is_plain_text(v))
        return fault_set(f, ERR_INPUT, "%s: expected text", p->name);
    if (p->max > 0 && characters(v) > p->max)
        return fault_set(f, ERR_INPUT, "%s: expected at most %d characters, got %d",
                         p->name, p->max, characters(v));
    bool dots = strcmp(v->text, ".") == 0 || strcmp(v->text, "..") == 0;
    if (p->place == PARAM_PATH && dots)
        return fault_set(f, ERR_INPUT, "%s: \"%s\" would lead to another path", p->name,
                         v->text);
    buf_add(out, v->text, v->len);
    return ERR_OK;
}

static enum err take_order(const struct param *p, const struct json *v, struct buf *out,
                           struct fault *f)
{
    bool good = is_plain_text(v);
    for (size_t i = 0; good && i < v->len; i++)
        good = isalnum((unsigned char)v->text[i]) != 0;
    if (!good)
        return fault_set(
            f, ERR_INPUT,
            "%s: a purchase order number is text of letters and digits only, "
            "got \"%s\"",
            p->name, shown(v));
    buf_add(out, v->text, v->len);
    return ERR_OK;
}

/* The instant of a time parameter: with a zone, since "no zone" is somebody's mistake. */
static enum err read_time(const struct param *p, const struct json *v, int64_t *ms,
                          struct fault *f)
{
    bool zoned = false;
    if (!is_plain_text(v) || instant_parse(v->text, ms, &zoned, NULL) != ERR_OK || !zoned)
        return fault_set(
            f, ERR_INPUT,
            "%s: expected a time with a zone such as \"2026-11-23T06:00:00Z\", "
            "got \"%s\"",
            p->name, shown(v));
    return ERR_OK;
}

static enum err take_time(const struct param *p, const struct json *v, struct buf *out,
                          struct fault *f)
{
    int64_t ms;
    enum err e = read_time(p, v, &ms, f);
    if (e != ERR_OK)
        return e;
    char text[INSTANT_TEXT];
    instant_format(ms, text);
    buf_text(out, text);
    return ERR_OK;
}

/* A count given as a number, or as digits by a command line. */
static bool read_count(const struct json *v, int64_t *count)
{
    if (json_int(v, count))
        return true;
    if (!is_plain_text(v) || v->len > 9)
        return false;
    *count = 0;
    for (size_t i = 0; i < v->len; i++) {
        if (!isdigit((unsigned char)v->text[i]))
            return false;
        *count = *count * 10 + (v->text[i] - '0');
    }
    return true;
}

static enum err take_count(const struct param *p, const struct json *v, struct buf *out,
                           struct fault *f)
{
    int64_t count;
    if (!read_count(v, &count))
        return fault_set(f, ERR_INPUT, "%s: expected a whole number from %d to %d",
                         p->name, p->min, p->max);
    if (count < p->min || count > p->max)
        return fault_set(f, ERR_INPUT,
                         "%s: expected a whole number from %d to %d, got %lld", p->name,
                         p->min, p->max, (long long)count);
    buf_format(out, "%lld", (long long)count);
    return ERR_OK;
}

static enum err fail_choice(const struct param *p, const struct json *v, struct fault *f)
{
    struct buf words;
    buf_init(&words, 300);
    for (size_t i = 0; p->choices[i] != NULL; i++) {
        const char *joint = i == 0 ? "" : p->choices[i + 1] == NULL ? " or " : ", ";
        buf_format(&words, "%s\"%s\"", joint, p->choices[i]);
    }
    enum err e = fault_set(f, ERR_INPUT, "%s: expected %s, got \"%s\"", p->name,
                           buf_str(&words), shown(v));
    buf_clear(&words);
    return e;
}

static enum err take_choice(const struct param *p, const struct json *v, struct buf *out,
                            struct fault *f)
{
    const char *word = v->type == JSON_BOOL ? (v->yes ? "true" : "false") : json_str(v);
    for (size_t i = 0; word != NULL && p->choices[i] != NULL; i++) {
        if (strcmp(word, p->choices[i]) == 0) {
            buf_text(out, word);
            return ERR_OK;
        }
    }
    return fail_choice(p, v, f);
}

/* The parameter's value as it goes out, before encoding. */
static enum err take_plain(const struct param *p, const struct json *v, struct buf *out,
                           struct fault *f)
{
    switch (p->kind) {
    case PARAM_TEXT:
        return take_text(p, v, out, f);
    case PARAM_ORDER:
        return take_order(p, v, out, f);
    case PARAM_TIME:
        return take_time(p, v, out, f);
    case PARAM_COUNT:
        return take_count(p, v, out, f);
    case PARAM_CHOICE:
        return take_choice(p, v, out, f);
    }
    return fault_set(f, ERR_BUG, "%s: a kind of parameter nobody knows", p->name);
}

static enum err take_value(const struct param *p, const struct json *v, struct buf *out,
                           struct fault *f)
{
    struct buf plain;
    buf_init(&plain, VALUE_MAX);
    enum err e = take_plain(p, v, &plain, f);
    if (e == ERR_OK && !buf_ok(&plain))
        e = fault_set(f, ERR_LIMIT, "%s: longer than %d bytes", p->name, VALUE_MAX);
    if (e == ERR_OK)
        encode(out, buf_str(&plain), plain.len);
    buf_clear(&plain);
    return e;
}

static enum err fail_unknown(const struct operation *op, const char *name,
                             struct fault *f)
{
    const char *names[PARAMS_MAX];
    size_t count = 0;
    for (const struct param *p = op->params; p->name != NULL && count < PARAMS_MAX; p++)
        names[count++] = p->name;
    const char *near = suggest(name, names, count);
    if (near == NULL)
        return fault_set(f, ERR_INPUT, "unknown parameter \"%.60s\"", name);
    return fault_set(f, ERR_INPUT, "unknown parameter \"%.60s\"; did you mean \"%s\"?",
                     name, near);
}

/* Every parameter is known, every required one is there. */
static enum err check_names(const struct operation *op, const struct json *params,
                            struct fault *f)
{
    if (params != NULL && params->type != JSON_OBJECT)
        return fault_set(f, ERR_INPUT, "expected parameters as an object");
    for (const struct json *v = params == NULL ? NULL : params->first; v != NULL;
         v = v->next)
        if (operation_param(op, v->key) == NULL)
            return fail_unknown(op, v->key, f);
    for (const struct param *p = op->params; p->name != NULL; p++)
        if (p->required && json_get(params, p->name) == NULL)
            return fault_set(f, ERR_INPUT, "%s: required, but missing", p->name);
    return ERR_OK;
}

static enum err check_window(const struct operation *op, const struct json *params,
                             struct fault *f)
{
    int64_t after = 0, before = 0;
    const struct param *first = operation_param(op, "createdAfter");
    const struct param *last = operation_param(op, "createdBefore");
    enum err e = read_time(first, json_get(params, "createdAfter"), &after, f);
    if (e == ERR_OK)
        e = read_time(last, json_get(params, "createdBefore"), &before, f);
    if (e != ERR_OK)
        return e;
    if (before <= after)
        return fault_set(f, ERR_INPUT, "createdBefore: must be later than createdAfter");
    if (before - after > WINDOW_MS)
        return fault_set(f, ERR_INPUT,
                         "createdBefore: Amazon gives at most 7 days at once; ask for "
                         "several windows");
    return ERR_OK;
}

/* One {name} of the path; `*at` stands on the brace and goes behind the closing one. */
static enum err put_segment(const struct operation *op, const struct json *params,
                            const char **at, struct buf *out, struct fault *f)
{
    char name[64];
    size_t len = strcspn(*at + 1, "}");
    snprintf(name, sizeof name, "%.*s", (int)len, *at + 1);
    *at += len + 2;
    const struct param *p = operation_param(op, name);
    if (p == NULL)
        return fault_set(f, ERR_BUG, "the row has no parameter %s for its path", name);
    return take_value(p, json_get(params, name), out, f);
}

static enum err put_path(const struct operation *op, const struct json *params,
                         struct buf *out, struct fault *f)
{
    enum err e = ERR_OK;
    const char *at = op->path;
    while (e == ERR_OK && *at != '\0') {
        size_t literal = strcspn(at, "{");
        buf_add(out, at, literal);
        at += literal;
        if (*at == '{')
            e = put_segment(op, params, &at, out, f);
    }
    return e;
}

static enum err put_query(const struct operation *op, const struct json *params,
                          struct buf *out, struct fault *f)
{
    enum err e = ERR_OK;
    char joint = '?';
    for (const struct param *p = op->params; e == ERR_OK && p->name != NULL; p++) {
        const struct json *v = json_get(params, p->name);
        if (p->place != PARAM_QUERY || v == NULL)
            continue;
        buf_char(out, joint);
        buf_text(out, p->name);
        buf_char(out, '=');
        e = take_value(p, v, out, f);
        joint = '&';
    }
    return e;
}

enum err operation_target(const struct operation *op, const struct json *params,
                          struct buf *out, struct fault *f)
{
    enum err e = check_names(op, params, f);
    if (e == ERR_OK)
        e = put_path(op, params, out, f);
    if (e == ERR_OK)
        e = put_query(op, params, out, f);
    if (e == ERR_OK && op->windowed)
        e = check_window(op, params, f);
    if (e == ERR_OK && !buf_ok(out))
        e = fault_set(f, ERR_LIMIT, "the request line is longer than %zu bytes",
                      out->max);
    if (e != ERR_OK)
        fault_prefix(f, "%s", op->name);
    return e;
}
