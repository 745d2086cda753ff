/* A message between two dray processes: a row of fields, each "LEN:bytes" and a
 * NUL, so that texts are read where they lie. */
#ifndef DRAY_BASE_WIRE_H
#define DRAY_BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

void wire_add(struct buf *b, const char *data, size_t len);
void wire_text(struct buf *b, const char *text);
void wire_number(struct buf *b, int64_t number);

/* A message that is being read; borrowed. */
struct wire {
    const char *at, *end;
    bool broken; /* a field was missing, or not of its form */
};
struct wire wire_read(const char *data, size_t len);
/* The next field, ended by a NUL that does not count; "" once the message is broken. */
const char *wire_next(struct wire *w, size_t *len);
/* The next field, which holds no NUL. */
const char *wire_next_text(struct wire *w);
/* The next field, a whole number within a range; else `least`, and broken. */
int64_t wire_next_number(struct wire *w, int64_t least, int64_t most);
/* Everything was read and nothing was broken. */
bool wire_ended(const struct wire *w);

#endif
