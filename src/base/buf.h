/* A growing run of bytes that was born with a maximum.
 *
 * Appending never fails loudly: past the maximum nothing is added and `over` is set, once
 * and for all; who builds something asks buf_ok() at the end. `data` always has a NUL
 * after `len` once anything was added. */
#ifndef DRAY_BASE_BUF_H
#define DRAY_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;  /* NULL while empty and never added to */
    size_t len;  /* bytes in use */
    size_t cap;  /* bytes allocated */
    size_t max;  /* bytes allowed */
    bool over;   /* something did not fit */
    bool secret; /* memory that is given back was cleansed before */
};

void buf_init(struct buf *b, size_t max);
void buf_init_secret(struct buf *b, size_t max); /* for tokens and presigned URLs */
void buf_clear(struct buf *b); /* frees; usable again with the same maximum */
void buf_reset(struct buf *b); /* empties, keeps the memory, forgets `over` */
bool buf_ok(const struct buf *b);

void buf_add(struct buf *b, const void *data, size_t len);
void buf_text(struct buf *b, const char *text);
void buf_char(struct buf *b, char c);
void buf_format(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vformat(struct buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Room for `len` more bytes to be written in place, then counted with b->len += n.
 * NULL (and `over`) when it would pass the maximum. */
char *buf_room(struct buf *b, size_t len);

/* Drops the first `len` bytes. */
void buf_drop(struct buf *b, size_t len);

/* The text as a C string: "" when empty. Borrowed until the next change. */
const char *buf_str(const struct buf *b);

/* Moves the memory out; the caller frees it; b is empty afterwards. */
char *buf_take(struct buf *b, size_t *len);

#endif
