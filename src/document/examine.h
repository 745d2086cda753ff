/* The machines behind document/format.h, one per format; only the examiner and they know
 * this.
 *
 * Each machine is a struct that is zeroed to start (ZPL: zpl_init), takes the document's
 * bytes cut anywhere, and says at the end what is wrong, if anything was. The first flaw
 * found is the one that is told. */
#ifndef DRAY_DOCUMENT_EXAMINE_H
#define DRAY_DOCUMENT_EXAMINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "document/format.h"

/* A flaw as it is found: "" until then. */
struct flaw {
    char text[sizeof((struct finding *)0)->flaw];
};
/* Keeps the sentence unless there is one already. */
void flaw_set(struct flaw *flaw, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool flaw_there(const struct flaw *flaw);

/* PNG: signature, chunks, checksums. */
enum png_state { PNG_SIGNATURE, PNG_HEADER, PNG_DATA, PNG_CRC, PNG_DONE };
struct png {
    enum png_state state;
    unsigned char small[8]; /* signature, chunk header or checksum being collected */
    size_t have;            /* bytes of it */
    char type[5];           /* of the present chunk */
    uint32_t left;          /* bytes of its data still to come */
    uint32_t crc;           /* of its type and data so far */
    uint64_t at;            /* where it begins */
    uint64_t offset;        /* bytes taken */
    unsigned char ihdr[13]; /* the data of IHDR */
    size_t ihdr_have;       /* bytes of them; 13 once the header was there */
    bool palette;           /* PLTE was there */
    uint64_t picture;       /* bytes of IDAT data */
    bool picture_over;      /* another chunk came after IDAT */
};
void png_take(struct png *p, const unsigned char *data, size_t len, struct flaw *flaw);
void png_end(const struct png *p, struct flaw *flaw);

/* PDF: header, then what stands in the last bytes. */
enum { PDF_TAIL = 1024 };
struct pdf {
    unsigned char
        tail[4 * PDF_TAIL]; /* the last bytes, at least PDF_TAIL when there were */
    size_t have;            /* bytes in tail */
    uint64_t offset;        /* bytes taken */
};
/* Looks at the header; `head` is the document's first bytes. */
bool pdf_begins(const unsigned char *head, size_t len);
void pdf_take(struct pdf *p, const unsigned char *data, size_t len);
void pdf_end(const struct pdf *p, struct flaw *flaw);

/* ZPL: formats between ^XA and ^XZ. */
enum zpl_state {
    ZPL_SCAN,   /* looking for the next command */
    ZPL_NAME,   /* its two letters */
    ZPL_CHANGE, /* the new prefix or delimiter after ^CC, ^CD, ^CT */
    ZPL_PARAMS, /* the parameters of a command that may carry binary data */
    ZPL_BINARY  /* that data */
};
struct zpl {
    enum zpl_state state;
    unsigned char caret, tilde,
        comma;            /* '^', '~', ',' unless the document changes them */
    unsigned char lead;   /* prefix of the present command */
    unsigned name;        /* of the present command: its two letters, upper case */
    unsigned have;        /* letters of it so far */
    uint64_t at;          /* where it begins */
    uint64_t offset;      /* bytes taken */
    unsigned commas;      /* parameters of it that are complete */
    bool binary;          /* its data are binary, */
    uint64_t left;        /* so many bytes */
    bool open;            /* between ^XA and ^XZ, */
    uint64_t opened;      /* where that ^XA stands */
    bool formats;         /* a ^XA was there */
    bool prints;          /* a command that leaves ink was there */
    bool control;         /* outside, within the parameters of a ~ command */
    bool trailing;        /* a command came after the last ^XZ, */
    uint64_t trailing_at; /* here */
};
/* True when a document that begins so is ZPL; *skip is what stands before the first
 * command. */
bool zpl_begins(const unsigned char *head, size_t len, size_t *skip);
/* To start, instead of zeroing; `skip` bytes were passed over. */
void zpl_init(struct zpl *z, size_t skip);
void zpl_take(struct zpl *z, const unsigned char *data, size_t len, struct flaw *flaw);
void zpl_end(const struct zpl *z, struct flaw *flaw);

/* White space as all formats here know it. */
static inline bool is_white(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
/* Bytes of white space, and of a byte order mark before it, that begin `data`. */
size_t white_prefix(const unsigned char *data, size_t len);

/* Text: printable UTF-8. */
struct text {
    unsigned left;       /* continuation bytes still to come */
    unsigned char least; /* range of the next one */
    unsigned char most;
    uint64_t offset; /* bytes taken */
};
/* False at the first byte that is not printable UTF-8; t->offset is its place. */
bool text_take(struct text *t, const unsigned char *data, size_t len);
bool text_end(const struct text *t);
/* What is wrong with a text that begins with `head` and is `total` bytes long:
 * placeholders, error pages. */
void text_judge(const unsigned char *head, size_t len, uint64_t total, struct flaw *flaw);

#endif
