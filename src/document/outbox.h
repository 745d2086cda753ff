/* Named copies of documents in a folder that other programs watch.
 *
 * A file appears whole or not at all, and takes the place of an earlier one of its name.
 * Names are made of letters, digits, "_" and "-" only, never a path. Callable from a pool
 * thread: an outbox is used by one thread at a time and knows nothing else. */
#ifndef DRAY_DOCUMENT_OUTBOX_H
#define DRAY_DOCUMENT_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

struct outbox;

/* Opens the folder; makes it and what is missing above it (0700). NULL and *f. */
struct outbox *outbox_open(const char *folder, struct fault *f);
/* Writes `name` (0600), flushed, then renamed into place. */
enum err outbox_put(struct outbox *o, const char *name, const void *data, size_t len,
                    struct fault *f);
/* The names are durable. */
enum err outbox_flush(struct outbox *o, struct fault *f);
void outbox_free(struct outbox *o); /* NULL is fine */

/* Room for one part of a name, NUL included. */
enum { OUTBOX_PART = 65 };
/* A text as a part of a name: every other byte becomes "_", what is too long is cut.
 * False when it had to be changed: then another text may give the same part. */
bool outbox_part(const char *text, char out[OUTBOX_PART]);

#endif
