/* What a document really is, seen from its bytes as they come (domain.md 1.2, 1.7).
 *
 * PNG: every chunk's CRC to IEND. PDF: header to the end marker. ZPL: ^XA and ^XZ
 * balanced. Text: printable UTF-8 that is none of these. */
#ifndef DRAY_DOCUMENT_FORMAT_H
#define DRAY_DOCUMENT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum format { FORMAT_UNKNOWN, FORMAT_ZPL, FORMAT_PNG, FORMAT_PDF, FORMAT_TEXT };

const char *format_name(enum format f);      /* "ZPL" …, "unknown" */
const char *format_extension(enum format f); /* "zpl" …, "bin" */
enum format
format_from_name(const char *name); /* Amazon's labelFormat, any case; also MIME types */

struct examiner; /* incremental */
struct examiner *examiner_new(void);
void examiner_free(struct examiner *x);
void examiner_start(struct examiner *x); /* begins anew */
void examiner_take(struct examiner *x, const void *data, size_t len);

/* What it was. `flaw` is "" when the document is whole, else a sentence such as
 * "the PNG chunk IDAT at byte 33 has a wrong checksum" or
 * "the content is placeholder text, not a label". */
struct finding {
    enum format format;
    char flaw[160];
};
void examiner_end(struct examiner *x, struct finding *out);

/* All at once. */
void format_examine(const void *data, size_t len, struct finding *out);

#endif
