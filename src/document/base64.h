/* Strict base64 (RFC 4648 section 4), as a stream: CR and LF are passed over, nothing
 * else is. */
#ifndef DRAY_DOCUMENT_BASE64_H
#define DRAY_DOCUMENT_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

/* Zero it to start. */
struct base64 {
    uint32_t bits;    /* of an unfinished quantum */
    unsigned have;    /* characters of it, 0 to 3, padding included */
    unsigned padding; /* '=' seen, 0 to 2; after it only line ends */
    size_t offset;    /* characters taken, for messages */
    size_t bytes;     /* decoded so far */
};

/* Decodes a piece cut anywhere; bytes are appended to `out`. ERR_INPUT names the offset;
 * ERR_LIMIT when `out` is full. Non-zero bits under padding are refused. */
enum err base64_take(struct base64 *b, const char *text, size_t len, struct buf *out,
                     struct fault *f);
/* ERR_INPUT when the text ends inside a quantum or held no byte at all. */
enum err base64_end(const struct base64 *b, struct fault *f);

/* Encodes, without line breaks. */
void base64_encode(const void *data, size_t len, struct buf *out);

#endif
