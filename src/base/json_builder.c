/* A tree from a reader's events, for whole texts and for who streams and keeps small
 * parts.
 *
 * Strings are collected in a buffer with a maximum; a key that comes twice in an object
 * is refused when the object ends. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

void json_builder_init(struct json_builder *b, struct arena *a, size_t string_max)
{
    *b = (struct json_builder){.arena = a};
    buf_init(&b->text, string_max);
    b->text.secret = a->secret;
}

void json_builder_clear(struct json_builder *b)
{
    buf_clear(&b->text);
    b->depth = 0;
    b->root = NULL;
    b->key = NULL;
}

/* Links a value without looking whether its key is there already. */
static void place(struct json_builder *b, struct json *value)
{
    value->key = b->key;
    b->key = NULL;
    if (b->depth == 0)
        return;
    struct json *parent = b->stack[b->depth - 1];
    if (parent->last == NULL)
        parent->first = value;
    else
        parent->last->next = value;
    parent->last = value;
    parent->count++;
}

static enum err add_leaf(struct json_builder *b, struct json *value)
{
    place(b, value);
    if (b->depth == 0)
        b->root = value;
    return ERR_OK;
}

static enum err open_container(struct json_builder *b, struct json *value,
                               struct fault *f)
{
    if (b->depth == JSON_DEPTH_MAX)
        return fault_set(f, ERR_LIMIT, "deeper than %d levels", JSON_DEPTH_MAX);
    place(b, value);
    b->stack[b->depth++] = value;
    return ERR_OK;
}

/* The first key that stands twice in a large object, or NULL. */
static const char *repeated_of_many(const struct json *object)
{
    const struct json **members = json_sorted(object);
    const char *found = NULL;
    for (size_t i = 1; i < object->count && found == NULL; i++)
        if (strcmp(members[i - 1]->key, members[i]->key) == 0)
            found = members[i]->key;
    free(members);
    return found;
}

static const char *repeated_key(const struct json *object)
{
    if (object->count > 16)
        return repeated_of_many(object);
    for (const struct json *m = object->first; m != NULL; m = m->next)
        for (const struct json *n = m->next; n != NULL; n = n->next)
            if (m->key[0] == n->key[0] && strcmp(m->key, n->key) == 0)
                return m->key;
    return NULL;
}

static enum err close_container(struct json_builder *b, struct fault *f)
{
    struct json *value = b->stack[--b->depth];
    /* Only open containers stand on the stack. */
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    const char *twice = value->type == JSON_OBJECT ? repeated_key(value) : NULL;
    if (twice != NULL)
        return fault_set(f, ERR_INPUT, "the key \"%s\" stands twice in one object",
                         twice);
    if (b->depth == 0)
        b->root = value;
    return ERR_OK;
}

static enum err take_key(struct json_builder *b, const char *text, size_t len,
                         struct fault *f)
{
    if (memchr(text, '\0', len) != NULL)
        return fault_set(f, ERR_INPUT, "a key holds a zero byte");
    b->key = arena_copy(b->arena, text, len);
    return ERR_OK;
}

static enum err take_part(struct json_builder *b, const char *text, size_t len,
                          struct fault *f)
{
    buf_add(&b->text, text, len);
    if (!buf_ok(&b->text))
        return fault_set(f, ERR_LIMIT, "a string is longer than %zu bytes", b->text.max);
    return ERR_OK;
}

static enum err take_string_end(struct json_builder *b)
{
    struct json *value = json_string_n(b->arena, buf_str(&b->text), b->text.len);
    buf_reset(&b->text);
    return add_leaf(b, value);
}

/* Whole numbers that fit int64 are integers, except "-0", which is none. */
static struct json *number(struct arena *a, const char *text, size_t len)
{
    int64_t n = 0;
    bool negative = text[0] == '-';
    bool fits = !(negative && text[1] == '0');
    for (size_t i = negative ? 1 : 0; i < len && fits; i++) {
        int digit = text[i] - '0';
        fits =
            digit >= 0 && digit <= 9 && !__builtin_mul_overflow(n, 10, &n) &&
            !__builtin_sub_overflow(n, digit, &n); /* downwards: INT64_MIN has no twin */
    }
    if (fits && !negative)
        fits = !__builtin_sub_overflow(0, n, &n);
    if (fits)
        return json_integer(a, n);
    struct json *value = json_string_n(a, text, len);
    value->type = JSON_DECIMAL;
    return value;
}

enum err json_builder_take(struct json_builder *b, enum json_event event,
                           const char *text, size_t len, struct fault *f)
{
    if (b->depth == 0)
        b->root = NULL; /* a value after a complete one begins anew */
    switch (event) {
    case JSON_EV_OBJECT:
        return open_container(b, json_object(b->arena), f);
    case JSON_EV_ARRAY:
        return open_container(b, json_array(b->arena), f);
    case JSON_EV_OBJECT_END:
    case JSON_EV_ARRAY_END:
        return close_container(b, f);
    case JSON_EV_KEY:
        return take_key(b, text, len, f);
    case JSON_EV_PART:
        return take_part(b, text, len, f);
    case JSON_EV_STRING_END:
        return take_string_end(b);
    case JSON_EV_NUMBER:
        return add_leaf(b, number(b->arena, text, len));
    case JSON_EV_TRUE:
    case JSON_EV_FALSE:
        return add_leaf(b, json_boolean(b->arena, event == JSON_EV_TRUE));
    case JSON_EV_NULL:
        return add_leaf(b, json_null(b->arena));
    }
    return fault_set(f, ERR_BUG, "json: event %d is unknown", (int)event);
}
