/* JSON as a small tree in an arena: bodies that are built, orders that are read.
 *
 * Whole numbers that fit int64 are JSON_INT; every other number stays JSON_DECIMAL with
 * its text. Members keep their order; a repeated key is ERR_INPUT on reading and replaces
 * on setting. Text is UTF-8, may hold NUL, and always has a NUL after its end. Nodes live
 * as long as their arena. */
#ifndef DRAY_BASE_JSON_H
#define DRAY_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/json_reader.h"

enum json_type {
    JSON_NULL,
    JSON_BOOL,
    JSON_INT,
    JSON_DECIMAL, /* text as written, for instance "1.50" or "1e400" */
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json {
    enum json_type type;
    bool yes;           /* JSON_BOOL */
    int64_t number;     /* JSON_INT */
    const char *text;   /* JSON_STRING, JSON_DECIMAL */
    size_t len;         /* of text */
    const char *key;    /* name within an object, else NULL */
    struct json *first; /* first child of an array or object */
    struct json *last;
    size_t count;      /* of children */
    struct json *next; /* next sibling */
};

/* Reads one whole value. NULL and *f filled on failure. */
struct json *json_parse(struct arena *a, const char *text, size_t len, struct fault *f);

/* Building a tree from reader events, for who streams: feed every event; *root is set
 * when the outermost value is complete. */
struct json_builder {
    struct arena *arena;
    struct json *root;                  /* NULL until complete */
    struct json *stack[JSON_DEPTH_MAX]; /* open containers */
    size_t depth;
    const char *key; /* name for the next value */
    struct buf text; /* the string being collected */
};
void json_builder_init(struct json_builder *b, struct arena *a, size_t string_max);
void json_builder_clear(struct json_builder *b);
enum err json_builder_take(struct json_builder *b, enum json_event event,
                           const char *text, size_t len, struct fault *f);

/* Reading. All take NULL for the node and give the "absent" answer then. */
const struct json *json_get(const struct json *object, const char *key);
/* A way through objects: "shipmentDetails.shipmentDates.requiredShipDate". */
const struct json *json_path(const struct json *object, const char *path);
/* The text of a string, else NULL. */
const char *json_str(const struct json *value);
/* The text of a string member, else `otherwise`. */
const char *json_get_str(const struct json *object, const char *key,
                         const char *otherwise);
bool json_get_bool(const struct json *object, const char *key, bool otherwise);
/* True and *number set when the value is a JSON_INT. */
bool json_int(const struct json *value, int64_t *number);
/* The `count` members of an object in the order of their keys; the caller frees the list.
 */
const struct json **json_sorted(const struct json *object);

/* Building. */
struct json *json_object(struct arena *a);
struct json *json_array(struct arena *a);
struct json *json_null(struct arena *a);
struct json *json_boolean(struct arena *a, bool yes);
struct json *json_integer(struct arena *a, int64_t number);
struct json *json_decimal(struct arena *a, const char *text);
struct json *json_string(struct arena *a, const char *text);
struct json *json_string_n(struct arena *a, const char *text, size_t len);
/* A deep copy into another arena. */
struct json *json_copy(struct arena *a, const struct json *value);
/* Sets or replaces a member; `key` is copied. `value` must not be in a tree yet. A NULL
 * value removes the member. Returns value. */
struct json *json_set(struct arena *a, struct json *object, const char *key,
                      struct json *value);
struct json *json_set_str(struct arena *a, struct json *object, const char *key,
                          const char *text); /* NULL text: not set */
struct json *json_push(struct json *array, struct json *value);
/* Puts `child`, whose key is set and new there, at the end of an object; an element of an
 * array has no key. */
void json_append(struct json *parent, struct json *child);
/* Copies every member of `over` into `base`: objects are merged, all else replaces. */
void json_merge(struct arena *a, struct json *base, const struct json *over);

/* Writing, compact, with members in their order. */
void json_write(struct buf *out, const struct json *value);
/* The same with keys sorted at every level: equal content, equal text. */
void json_write_sorted(struct buf *out, const struct json *value);
/* One string with quotes and escapes. */
void json_write_string(struct buf *out, const char *text, size_t len);

#endif
