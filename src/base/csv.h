/* CSV (RFC 4180, any separator), record by record, from bytes that may end anywhere.
 *
 * Fields may stand in quotes, hold separators, line ends and doubled quotes. Empty lines
 * are passed over. Every field is a text; what its bytes mean is the caller's matter. */
#ifndef DRAY_BASE_CSV_H
#define DRAY_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

enum { CSV_FIELDS_MAX = 1000 };

struct csv {
    char separator;
    int64_t line;  /* on which the record begins */
    int64_t lines; /* gone through so far */
    bool skipping; /* the rest of a bad line is still to come */
    size_t count;  /* fields of the record */
    size_t starts[CSV_FIELDS_MAX + 1];
    struct buf text; /* of the fields, each with a NUL behind it */
};

enum csv_step {
    CSV_RECORD, /* one is there */
    CSV_MORE,   /* it goes on behind what is given */
    CSV_END,    /* nothing is left */
    CSV_BAD     /* *f says why; *used goes past its first line */
};

/* `record_max` bounds the bytes of one record. */
void csv_init(struct csv *c, char separator, size_t record_max);
void csv_clear(struct csv *c);

/* Reads one record from the beginning of `text`; `last`: nothing comes behind it. *used
 * is how many bytes it took. With CSV_MORE nothing was taken: ask again with more. */
enum csv_step csv_next(struct csv *c, const char *text, size_t len, bool last,
                       size_t *used, struct fault *f);
/* A field of the record, with a NUL behind it; borrowed until the next call. */
const char *csv_field(const struct csv *c, size_t at, size_t *len);

#endif
