/* The checker of request bodies: walks a value and its shape side by side.
 *
 * The walk goes as deep as the shape tables do, never deeper: a value below a leaf of the
 * table is refused before anybody looks inside. The way to the present field is on the
 * walk's own stack and becomes text only when something is wrong. What people wrote is
 * quoted only where it cannot be personal: numbers, choices, times and order numbers. */
#include "spapi/shape.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/suggest.h"

enum {
    SHAPE_DEPTH = 24,  /* containers inside each other, in the tables */
    SHAPE_FIELDS = 64, /* members of one object, in the tables */
    SHOWN_MAX = 40,    /* bytes of a value that a message may quote */
    PATH_MAX_TEXT = 300
};

/* An open object or list. */
struct step {
    const struct shape *shape;
    const struct json *next;  /* the member to visit next */
    const struct json *child; /* the member that is being visited */
    size_t index;             /* of child, from 1 */
};

struct walk {
    struct step steps[SHAPE_DEPTH];
    size_t depth;
    const char *root;
    struct fault *fault;
};

/* The way to the member that is being visited: "items[2].amount". */
static void walk_path(const struct walk *w, struct buf *out)
{
    buf_text(out, w->root);
    for (size_t i = 0; i < w->depth; i++) {
        const struct step *step = &w->steps[i];
        if (step->child == NULL)
            continue;
        if (step->shape->kind == SHAPE_LIST)
            buf_format(out, "[%zu]", step->index);
        else
            buf_format(out, "%s%s", out->len == 0 ? "" : ".", step->child->key);
    }
}

/* "<path>.<name>: <sentence>"; `name` may be NULL. */
static enum err walk_fail(const struct walk *w, const char *name, const char *sentence)
{
    struct buf path;
    buf_init(&path, PATH_MAX_TEXT);
    walk_path(w, &path);
    if (name != NULL)
        buf_format(&path, "%s%s", path.len == 0 ? "" : ".", name);
    enum err e = fault_set(w->fault, ERR_INPUT, "%s%s%s", buf_str(&path),
                           path.len == 0 ? "" : ": ", sentence);
    buf_clear(&path);
    return e;
}

/* A short text between quotes, with nothing in it that could upset a terminal. */
static void show_text(char *out, size_t size, const char *text, size_t len)
{
    if (len > SHOWN_MAX) {
        snprintf(out, size, "text of %zu bytes", len);
        return;
    }
    size_t at = 0;
    out[at++] = '"';
    for (size_t i = 0; i < len && at + 2 < size; i++)
        out[at++] = iscntrl((unsigned char)text[i]) ? '?' : text[i];
    out[at++] = '"';
    out[at] = '\0';
}

/* What a value is, in a word or two, without telling what it says. */
static const char *type_word(const struct json *value)
{
    switch (value->type) {
    case JSON_NULL:
        return "null";
    case JSON_BOOL:
        return value->yes ? "true" : "false";
    case JSON_INT:
    case JSON_DECIMAL:
        return "a number";
    case JSON_STRING:
        return value->len == 0 ? "empty text" : "text";
    case JSON_ARRAY:
        return "a list";
    case JSON_OBJECT:
        return "an object";
    }
    return "something else";
}

/* What was given, quoted when it is short. */
static void show_value(char *out, size_t size, const struct json *value)
{
    if (value->type == JSON_INT)
        snprintf(out, size, "%lld", (long long)value->number);
    else if (value->type == JSON_DECIMAL && value->len <= SHOWN_MAX)
        snprintf(out, size, "%s", value->text);
    else if (value->type == JSON_STRING)
        show_text(out, size, value->text, value->len);
    else
        snprintf(out, size, "%s", type_word(value));
}

static enum err fail_showing(const struct walk *w, const char *expected,
                             const struct json *value)
{
    char got[2 * SHOWN_MAX], sentence[400];
    show_value(got, sizeof got, value);
    snprintf(sentence, sizeof sentence, "expected %s, got %s", expected, got);
    return walk_fail(w, NULL, sentence);
}

/* The same without the value's content: it may be personal. */
static enum err fail_hiding(const struct walk *w, const char *expected,
                            const struct json *value)
{
    char sentence[200];
    snprintf(sentence, sizeof sentence, "expected %s, got %s", expected,
             type_word(value));
    return walk_fail(w, NULL, sentence);
}

/* `unit` is one of what is counted. */
static enum err check_length(const struct walk *w, const struct shape *s, size_t len,
                             const char *unit)
{
    bool over = s->max > 0 && len > (size_t)s->max;
    bool under = s->min > 0 && len < (size_t)s->min;
    if (!over && !under)
        return ERR_OK;
    int64_t bound = over ? s->max : s->min;
    char sentence[120];
    snprintf(sentence, sizeof sentence, "expected at %s %lld %s%s, got %zu",
             over ? "most" : "least", (long long)bound, unit, bound == 1 ? "" : "s", len);
    return walk_fail(w, NULL, sentence);
}

/* Of UTF-8 text: all bytes but those that continue a character. */
static size_t characters(const struct json *v)
{
    size_t count = 0;
    for (size_t i = 0; i < v->len; i++)
        count += ((unsigned char)v->text[i] & 0xC0) != 0x80;
    return count;
}

static enum err check_text(const struct walk *w, const struct shape *s,
                           const struct json *v)
{
    if (v->type != JSON_STRING || v->len == 0)
        return fail_hiding(w, "text", v);
    return check_length(w, s, characters(v), "character");
}

static bool is_order_number(const struct json *v)
{
    for (size_t i = 0; i < v->len; i++)
        if (!isalnum((unsigned char)v->text[i]))
            return false;
    return v->len > 0;
}

static enum err check_order(const struct walk *w, const struct json *v)
{
    if (v->type != JSON_STRING || !is_order_number(v))
        return fail_showing(w, "a purchase order number of letters and digits, as text",
                            v);
    return ERR_OK;
}

static bool is_zoned_time(const struct json *v)
{
    int64_t ms;
    bool zoned = false;
    return v->type == JSON_STRING && strlen(v->text) == v->len &&
           instant_parse(v->text, &ms, &zoned, NULL) == ERR_OK && zoned;
}

static enum err check_time(const struct walk *w, const struct json *v)
{
    if (!is_zoned_time(v))
        return fail_showing(w, "a time with a zone such as \"2026-11-23T06:00:00Z\"", v);
    return ERR_OK;
}

static const char *skip_digits(const char *text)
{
    while (isdigit((unsigned char)*text))
        text++;
    return text;
}

/* The digits of a fraction or an exponent: at least one. NULL when there is none. */
static const char *need_digits(const char *text)
{
    const char *end = skip_digits(text);
    return end == text ? NULL : end;
}

/* ^-?(0|([1-9]\d*))(\.\d+)?([eE][+-]?\d+)?$ */
static bool is_decimal(const char *at)
{
    if (*at == '-')
        at++;
    at = *at == '0' ? at + 1 : need_digits(at);
    if (at != NULL && *at == '.')
        at = need_digits(at + 1);
    if (at != NULL && (*at == 'e' || *at == 'E')) {
        at++;
        at = need_digits(*at == '+' || *at == '-' ? at + 1 : at);
    }
    return at != NULL && *at == '\0';
}

static enum err check_decimal(const struct walk *w, const struct json *v)
{
    if (v->type != JSON_STRING || strlen(v->text) != v->len || !is_decimal(v->text))
        return fail_showing(w, "a decimal as a string such as \"1.5\"", v);
    return ERR_OK;
}

static enum err check_number(const struct walk *w, const struct json *v)
{
    if (v->type != JSON_INT && v->type != JSON_DECIMAL)
        return fail_showing(w, "a number", v);
    return ERR_OK;
}

static enum err check_int(const struct walk *w, const struct shape *s,
                          const struct json *v)
{
    if (v->type != JSON_INT)
        return fail_showing(w, "a whole number", v);
    if ((s->min == 0 && s->max == 0) || (v->number >= s->min && v->number <= s->max))
        return ERR_OK;
    char expected[100];
    snprintf(expected, sizeof expected, "a whole number from %lld to %lld",
             (long long)s->min, (long long)s->max);
    return fail_showing(w, expected, v);
}

static enum err check_bool(const struct walk *w, const struct json *v)
{
    return v->type == JSON_BOOL ? ERR_OK : fail_showing(w, "true or false", v);
}

static bool is_choice(const struct shape *s, const struct json *v)
{
    if (v->type != JSON_STRING || strlen(v->text) != v->len)
        return false;
    for (size_t i = 0; s->choices[i] != NULL; i++)
        if (strcmp(s->choices[i], v->text) == 0)
            return true;
    return false;
}

static enum err check_enum(const struct walk *w, const struct shape *s,
                           const struct json *v)
{
    if (is_choice(s, v))
        return ERR_OK;
    struct buf expected;
    buf_init(&expected, 300);
    for (size_t i = 0; s->choices[i] != NULL; i++) {
        const char *joint = i == 0 ? "" : s->choices[i + 1] == NULL ? " or " : ", ";
        buf_format(&expected, "%s\"%s\"", joint, s->choices[i]);
    }
    enum err e = fail_showing(w, buf_str(&expected), v);
    buf_clear(&expected);
    return e;
}

static const char *field_suggestion(const struct shape *s, const char *word)
{
    const char *names[SHAPE_FIELDS];
    size_t count = 0;
    for (const struct field *f = s->fields; f->name != NULL; f++) {
        assert(count < SHAPE_FIELDS);
        names[count++] = f->name;
    }
    return suggest(word, names, count);
}

static enum err fail_unknown(const struct walk *w, const struct shape *s, const char *key)
{
    char shown[2 * SHOWN_MAX], sentence[300];
    const char *near = field_suggestion(s, key);
    show_text(shown, sizeof shown, key, strlen(key));
    int len = snprintf(sentence, sizeof sentence, "unknown field %s", shown);
    if (s->name != NULL)
        len += snprintf(sentence + len, sizeof sentence - (size_t)len, " in %s", s->name);
    if (near != NULL)
        snprintf(sentence + len, sizeof sentence - (size_t)len, "; did you mean \"%s\"?",
                 near);
    return walk_fail(w, NULL, sentence);
}

/* An object's own form: no unknown member, none missing. */
static enum err check_members(const struct walk *w, const struct shape *s,
                              const struct json *v)
{
    for (const struct json *child = v->first; child != NULL; child = child->next)
        if (shape_field(s, child->key) == NULL)
            return fail_unknown(w, s, child->key);
    for (const struct field *f = s->fields; f->name != NULL; f++)
        if (f->required && json_get(v, f->name) == NULL)
            return walk_fail(w, f->name, "required, but missing");
    return ERR_OK;
}

static enum err check_object(const struct walk *w, const struct shape *s,
                             const struct json *v)
{
    return v->type == JSON_OBJECT ? check_members(w, s, v)
                                  : fail_hiding(w, "an object", v);
}

static enum err check_list(const struct walk *w, const struct shape *s,
                           const struct json *v)
{
    if (v->type != JSON_ARRAY)
        return fail_hiding(w, "a list", v);
    return check_length(w, s, v->count, "member");
}

/* One value against its shape, without what is inside it. */
static enum err check_value(const struct walk *w, const struct shape *s,
                            const struct json *v)
{
    switch (s->kind) {
    case SHAPE_TEXT:
        return check_text(w, s, v);
    case SHAPE_ORDER:
        return check_order(w, v);
    case SHAPE_TIME:
        return check_time(w, v);
    case SHAPE_DECIMAL:
        return check_decimal(w, v);
    case SHAPE_NUMBER:
        return check_number(w, v);
    case SHAPE_INT:
        return check_int(w, s, v);
    case SHAPE_BOOL:
        return check_bool(w, v);
    case SHAPE_ENUM:
        return check_enum(w, s, v);
    case SHAPE_OBJECT:
        return check_object(w, s, v);
    case SHAPE_LIST:
        return check_list(w, s, v);
    }
    return fault_set(w->fault, ERR_BUG, "a shape table has a kind nobody knows");
}

/* Checks a value; an object or list is then open, and its members come next. */
static enum err walk_visit(struct walk *w, const struct shape *s, const struct json *v)
{
    enum err e = check_value(w, s, v);
    if (e != ERR_OK || (s->kind != SHAPE_OBJECT && s->kind != SHAPE_LIST))
        return e;
    assert(w->depth < SHAPE_DEPTH);
    w->steps[w->depth++] = (struct step){.shape = s, .next = v->first};
    return ERR_OK;
}

/* Goes to the next member of the innermost open container, or closes it. */
static enum err walk_step(struct walk *w)
{
    struct step *step = &w->steps[w->depth - 1];
    step->child = step->next;
    if (step->child == NULL) {
        w->depth--;
        return ERR_OK;
    }
    step->next = step->child->next;
    step->index++;
    if (step->shape->kind == SHAPE_LIST)
        return walk_visit(w, step->shape->item, step->child);
    return walk_visit(w, shape_field(step->shape, step->child->key)->shape, step->child);
}

enum err shape_check(const struct shape *s, const struct json *value, const char *root,
                     struct fault *f)
{
    struct walk w = {.root = root, .fault = f};
    enum err e = walk_visit(&w, s, value);
    while (e == ERR_OK && w.depth > 0)
        e = walk_step(&w);
    return e;
}

const struct field *shape_field(const struct shape *s, const char *name)
{
    for (const struct field *f = s->fields; f->name != NULL; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}
