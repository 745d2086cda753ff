/* JSON as a small tree in an arena: reading it, building it, copying and merging.
 *
 * Nodes are linked lists of siblings; objects are searched from front to back, which is
 * the fastest way for the dozens of members that Amazon's bodies have. Nothing here
 * recurses: what is still to do stands in a list of its own. */
#include "base/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* ---- reading ---- */

static enum err parse_event(void *arg, enum json_event event, const char *text,
                            size_t len, struct fault *f)
{
    return json_builder_take(arg, event, text, len, f);
}

struct json *json_parse(struct arena *a, const char *text, size_t len, struct fault *f)
{
    struct json_builder builder;
    json_builder_init(&builder, a, len);
    struct json_reader *reader = json_reader_new(parse_event, &builder);
    enum err e = json_reader_feed(reader, text, len, f);
    if (e == ERR_OK)
        e = json_reader_end(reader, f);
    struct json *root = e == ERR_OK ? builder.root : NULL;
    json_reader_free(reader);
    json_builder_clear(&builder);
    return root;
}

static bool key_is(const struct json *member, const char *key, size_t len)
{
    return strncmp(member->key, key, len) == 0 && member->key[len] == '\0';
}

static struct json *find(const struct json *object, const char *key, size_t len)
{
    if (object == NULL || object->type != JSON_OBJECT)
        return NULL;
    struct json *member = object->first;
    while (member != NULL && !key_is(member, key, len))
        member = member->next;
    return member;
}

const struct json *json_get(const struct json *object, const char *key)
{
    return find(object, key, strlen(key));
}

const struct json *json_path(const struct json *object, const char *path)
{
    for (;;) {
        size_t len = strcspn(path, ".");
        object = find(object, path, len);
        if (object == NULL || path[len] == '\0')
            return object;
        path += len + 1;
    }
}

const char *json_str(const struct json *value)
{
    return value != NULL && value->type == JSON_STRING ? value->text : NULL;
}

const char *json_get_str(const struct json *object, const char *key,
                         const char *otherwise)
{
    const char *text = json_str(json_get(object, key));
    return text != NULL ? text : otherwise;
}

bool json_get_bool(const struct json *object, const char *key, bool otherwise)
{
    const struct json *value = json_get(object, key);
    return value != NULL && value->type == JSON_BOOL ? value->yes : otherwise;
}

bool json_int(const struct json *value, int64_t *number)
{
    if (value == NULL || value->type != JSON_INT)
        return false;
    *number = value->number;
    return true;
}

static int compare_keys(const void *left, const void *right)
{
    const struct json *const *l = left, *const *r = right;
    return strcmp((*l)->key, (*r)->key);
}

const struct json **json_sorted(const struct json *object)
{
    const struct json **members = mem_array(object->count, sizeof *members);
    size_t n = 0;
    for (const struct json *m = object->first; m != NULL; m = m->next)
        members[n++] = m;
    qsort(members, n, sizeof *members, compare_keys);
    return members;
}

/* ---- building ---- */

static struct json *node_new(struct arena *a, enum json_type type)
{
    struct json *node = arena_new(a, sizeof *node);
    node->type = type;
    return node;
}

static struct json *text_new(struct arena *a, enum json_type type, const char *text,
                             size_t len)
{
    struct json *node = node_new(a, type);
    node->text = arena_copy(a, text, len);
    node->len = len;
    return node;
}

struct json *json_object(struct arena *a)
{
    return node_new(a, JSON_OBJECT);
}

struct json *json_array(struct arena *a)
{
    return node_new(a, JSON_ARRAY);
}

struct json *json_null(struct arena *a)
{
    return node_new(a, JSON_NULL);
}

struct json *json_boolean(struct arena *a, bool yes)
{
    struct json *node = node_new(a, JSON_BOOL);
    node->yes = yes;
    return node;
}

struct json *json_integer(struct arena *a, int64_t number)
{
    struct json *node = node_new(a, JSON_INT);
    node->number = number;
    return node;
}

struct json *json_decimal(struct arena *a, const char *text)
{
    return text_new(a, JSON_DECIMAL, text, strlen(text));
}

struct json *json_string(struct arena *a, const char *text)
{
    return json_string_n(a, text, strlen(text));
}

struct json *json_string_n(struct arena *a, const char *text, size_t len)
{
    return text_new(a, JSON_STRING, text, len);
}

void json_append(struct json *parent, struct json *child)
{
    if (parent->last == NULL)
        parent->first = child;
    else
        parent->last->next = child;
    parent->last = child;
    parent->count++;
}

struct json *json_push(struct json *array, struct json *value)
{
    assert(array->type == JSON_ARRAY && value->next == NULL);
    value->key = NULL;
    json_append(array, value);
    return value;
}

/* Puts `value` where `old` stands; takes `old` out when value is NULL. */
static void replace(struct json *object, const struct json *old, struct json *value)
{
    struct json *before = NULL;
    for (struct json *m = object->first; m != old; m = m->next)
        before = m;
    struct json *after = old->next;
    if (value == NULL)
        object->count--;
    else
        value->next = after;
    struct json **link = before == NULL ? &object->first : &before->next;
    *link = value == NULL ? after : value;
    if (object->last == old)
        object->last = value == NULL ? before : value;
}

struct json *json_set(struct arena *a, struct json *object, const char *key,
                      struct json *value)
{
    assert(object->type == JSON_OBJECT);
    struct json *old = find(object, key, strlen(key));
    if (value != NULL) {
        assert(value->next == NULL);
        value->key = old != NULL ? old->key : arena_text(a, key);
    }
    if (old != NULL)
        replace(object, old, value);
    else if (value != NULL)
        json_append(object, value);
    return value;
}

struct json *json_set_str(struct arena *a, struct json *object, const char *key,
                          const char *text)
{
    return text == NULL ? NULL : json_set(a, object, key, json_string(a, text));
}

/* ---- copying and merging ---- */

/* Children that still have to come into a container. */
struct work {
    struct json *to;
    const struct json *from; /* the next child */
    bool merge;              /* `to` has members of its own */
};

struct work_list {
    struct work *items;
    size_t len, cap;
};

static void work_add(struct work_list *list, struct work work)
{
    list->items = mem_grow(list->items, list->len, &list->cap, sizeof *list->items);
    list->items[list->len++] = work;
}

/* A copy without children; they become work. */
static struct json *copy_node(struct arena *a, const struct json *value,
                              struct work_list *list)
{
    struct json *copy = node_new(a, value->type);
    copy->yes = value->yes;
    copy->number = value->number;
    copy->len = value->len;
    if (value->text != NULL)
        copy->text = arena_copy(a, value->text, value->len);
    if (value->first != NULL)
        work_add(list, (struct work){.to = copy, .from = value->first});
    return copy;
}

static void copy_child(struct arena *a, struct json *to, const struct json *child,
                       struct work_list *list)
{
    struct json *copy = copy_node(a, child, list);
    if (to->type == JSON_OBJECT)
        copy->key = arena_text(a, child->key);
    json_append(to, copy);
}

static void merge_member(struct arena *a, struct json *object, const struct json *member,
                         struct work_list *list)
{
    struct json *old = find(object, member->key, strlen(member->key));
    if (old != NULL && old->type == JSON_OBJECT && member->type == JSON_OBJECT)
        work_add(list, (struct work){old, member->first, true});
    else
        json_set(a, object, member->key, copy_node(a, member, list));
}

static void work_off(struct arena *a, struct work_list *list)
{
    while (list->len > 0) {
        struct work *top = &list->items[list->len - 1];
        struct work work = *top;
        if (work.from == NULL) {
            list->len--;
            continue;
        }
        top->from = work.from->next;
        if (work.merge)
            merge_member(a, work.to, work.from, list);
        else
            copy_child(a, work.to, work.from, list);
    }
    free(list->items);
}

struct json *json_copy(struct arena *a, const struct json *value)
{
    struct work_list list = {0};
    struct json *copy = copy_node(a, value, &list);
    work_off(a, &list);
    return copy;
}

void json_merge(struct arena *a, struct json *base, const struct json *over)
{
    if (base->type != JSON_OBJECT || over == NULL || over->type != JSON_OBJECT)
        return;
    struct work_list list = {0};
    work_add(&list, (struct work){base, over->first, true});
    work_off(a, &list);
}
