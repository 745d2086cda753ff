/* JSON as it arrives: a push reader that may be cut at any byte.
 *
 * Bytes go in with json_reader_feed; events come out through one function, in document
 * order. Strings arrive in parts, so a label of megabytes never stands in memory as one
 * value (law 13); keys arrive whole. Strict RFC 8259: one value, no comments, no trailing
 * commas, no NaN, UTF-8 checked, lone surrogates refused, depth and key length limited.
 */
#ifndef DRAY_BASE_JSON_READER_H
#define DRAY_BASE_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

enum json_event {
    JSON_EV_OBJECT, /* { */
    JSON_EV_OBJECT_END,
    JSON_EV_ARRAY, /* [ */
    JSON_EV_ARRAY_END,
    JSON_EV_KEY,        /* text: the whole key, unescaped */
    JSON_EV_PART,       /* text: some bytes of a string, unescaped */
    JSON_EV_STRING_END, /* the string is complete (an empty one has no parts) */
    JSON_EV_NUMBER,     /* text: as written */
    JSON_EV_TRUE,
    JSON_EV_FALSE,
    JSON_EV_NULL
};

enum { JSON_DEPTH_MAX = 64, JSON_KEY_MAX = 256, JSON_NUMBER_MAX = 64 };

/* Takes one event. `text` is borrowed for the call. Anything but ERR_OK stops the reader
 * and is what json_reader_feed returns; the function then has filled `f`. */
typedef enum err json_event_fn(void *arg, enum json_event event, const char *text,
                               size_t len, struct fault *f);

struct json_reader;

struct json_reader *json_reader_new(json_event_fn *fn, void *arg);
void json_reader_free(struct json_reader *r);

/* ERR_INPUT for bytes that are not JSON ("byte 1041: expected a value, got '<'"),
 * ERR_LIMIT past a limit. After an error every further feed gives the same error. */
enum err json_reader_feed(struct json_reader *r, const char *data, size_t len,
                          struct fault *f);
/* The input is over: ERR_INPUT when the value is not complete ("ends after byte 512 …").
 */
enum err json_reader_end(struct json_reader *r, struct fault *f);
/* How many bytes were taken so far; inside an event function: bytes up to and including
 * the one that caused the event. */
size_t json_reader_offset(const struct json_reader *r);

#endif
