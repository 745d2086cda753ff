/* The rows of a file, one after the other, from bytes that come in pieces: CSV with a
 * header, a JSON list of objects, JSON lines. Memory does not grow with the file. */
#ifndef DRAY_WORKFLOW_FEED_SOURCE_H
#define DRAY_WORKFLOW_FEED_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "workflow/setup.h"

struct feed_source;

enum source_step {
    SOURCE_ROW,  /* *row is there, *line says where */
    SOURCE_BAD,  /* this row is wrong: *f says why; others may follow */
    SOURCE_MORE, /* source_give more bytes */
    SOURCE_END,
    SOURCE_BROKEN /* the whole file is wrong from here on: *f says why */
};

struct feed_source *source_new(const struct feed *feed);
void source_free(struct feed_source *s); /* NULL is fine */

/* After SOURCE_MORE: the next bytes; len 0: that was all. */
void source_give(struct feed_source *s, const char *data, size_t len);
/* A row is an object: of texts by the header's names from CSV, as it stands from JSON. It
 * lives in the arena. *line is its line, or for a JSON list its place. */
enum source_step source_next(struct feed_source *s, struct arena *a, struct json **row,
                             int64_t *line, struct fault *f);

#endif
