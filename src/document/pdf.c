/* PDF, by its two ends: the header first, and in the last 1024 bytes "startxref", an
 * offset that lies before it, and "%%EOF". What is between is the reader's business. */
#include "document/examine.h"

#include <string.h>

bool pdf_begins(const unsigned char *head, size_t len)
{
    size_t skip = white_prefix(head, len);
    return len - skip >= 5 && memcmp(head + skip, "%PDF-", 5) == 0;
}

static void keep_last(struct pdf *p, const unsigned char *data, size_t len)
{
    if (p->have + len > sizeof p->tail) { /* rarely: what was kept moves to the front */
        size_t keep = p->have < PDF_TAIL ? p->have : PDF_TAIL;
        memmove(p->tail, p->tail + p->have - keep, keep);
        p->have = keep;
    }
    memcpy(p->tail + p->have, data, len);
    p->have += len;
}

void pdf_take(struct pdf *p, const unsigned char *data, size_t len)
{
    p->offset += len;
    if (len > PDF_TAIL) {
        data += len - PDF_TAIL;
        len = PDF_TAIL;
    }
    keep_last(p, data, len);
}

/* Where `word` stands last in `data`, else NULL. */
static const unsigned char *find_last(const unsigned char *data, size_t len,
                                      const char *word)
{
    size_t n = strlen(word);
    for (size_t i = len; i >= n; i--)
        if (memcmp(data + i - n, word, n) == 0)
            return data + i - n;
    return NULL;
}

/* The number between `from` and `to` with white space around it; false for anything else.
 */
static bool read_offset(const unsigned char *from, const unsigned char *to,
                        uint64_t *number)
{
    const unsigned char *digits;
    while (from < to && is_white(*from))
        from++;
    *number = 0;
    for (digits = from; from < to && *from >= '0' && *from <= '9' && from - digits < 18;
         from++)
        *number = *number * 10 + (uint64_t)(*from - '0');
    bool some = from > digits;
    while (from < to && is_white(*from))
        from++;
    return some && from == to;
}

void pdf_end(const struct pdf *p, struct flaw *flaw)
{
    size_t len = p->have < PDF_TAIL ? p->have : PDF_TAIL;
    const unsigned char *tail = p->tail + p->have - len, *end = tail + len;
    const unsigned char *eof = find_last(tail, len, "%%EOF");
    if (eof == NULL) {
        flaw_set(flaw,
                 "the PDF has no end marker (%%%%EOF) in its last 1024 bytes: it is cut");
        return;
    }
    if (find_last(eof, (size_t)(end - eof), "obj") != NULL) {
        flaw_set(flaw, "the PDF goes on after its end marker and is cut there");
        return;
    }
    const unsigned char *start = find_last(tail, (size_t)(eof - tail), "startxref");
    uint64_t table = 0;
    if (start == NULL || !read_offset(start + strlen("startxref"), eof, &table))
        flaw_set(flaw, "the PDF has no startxref before its end marker");
    else if (table == 0 || table >= p->offset - (uint64_t)(end - start))
        flaw_set(flaw, "the PDF's startxref points outside the document");
}
