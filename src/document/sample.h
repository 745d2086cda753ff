/* Documents that the simulator hands out: real ones, made from a few words. */
#ifndef DRAY_DOCUMENT_SAMPLE_H
#define DRAY_DOCUMENT_SAMPLE_H

#include <stddef.h>

#include "base/buf.h"

struct sample_line {
    const char *text;
};

/* A 4x6 inch label for `order` with Code 128 barcodes of the order and the tracking
 * number. */
void sample_zpl(struct buf *out, const char *order, const char *tracking,
                const char *method);
/* A picture (8-bit grey, zlib) with the order number drawn in it and in a tEXt chunk. */
void sample_png(struct buf *out, const char *order, const char *tracking);
/* One page whose text is `title` and the lines; pdftotext reads them back. */
void sample_pdf(struct buf *out, const char *title, const char *const *lines,
                size_t count);

#endif
