/* The examiner: holds back the first bytes until they tell what the document is, then
 * hands all of them to the one machine that knows it. So what it finds never depends on
 * how the bytes were cut. */
#include "document/format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "document/examine.h"

enum { HEAD = 1024 };

struct examiner {
    enum format format; /* once decided */
    bool decided;
    unsigned char head[HEAD]; /* the first bytes */
    size_t head_len;
    uint64_t total; /* bytes taken */
    struct flaw flaw;
    union {
        struct png png;
        struct pdf pdf;
        struct zpl zpl;
        struct text text;
    } as; /* the machine that `format` names */
};

struct name {
    const char *name;
    enum format format;
};

const char *format_name(enum format f)
{
    static const char *const names[] = {"unknown", "ZPL", "PNG", "PDF", "TEXT"};
    return names[f];
}

const char *format_extension(enum format f)
{
    static const char *const extensions[] = {"bin", "zpl", "png", "pdf", "txt"};
    return extensions[f];
}

enum format format_from_name(const char *name)
{
    static const struct name known[] = {
        {"zpl", FORMAT_ZPL},
        {"zplii", FORMAT_ZPL},
        {"png", FORMAT_PNG},
        {"pdf", FORMAT_PDF},
        {"text", FORMAT_TEXT},
        {"plain_text", FORMAT_TEXT},
        {"x.application/zpl", FORMAT_ZPL}, /* as External Fulfillment's labels say it */
        {"application/zpl", FORMAT_ZPL},
        {"application/x-zpl", FORMAT_ZPL},
        {"x-application/zpl", FORMAT_ZPL},
        {"image/png", FORMAT_PNG},
        {"application/pdf", FORMAT_PDF},
        {"text/plain", FORMAT_TEXT},
    };
    if (name == NULL)
        return FORMAT_UNKNOWN;
    size_t len = strcspn(name, "; \t"); /* before parameters such as charset=utf-8 */
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == len && strncasecmp(name, known[i].name, len) == 0)
            return known[i].format;
    return FORMAT_UNKNOWN;
}

bool flaw_there(const struct flaw *flaw)
{
    return flaw->text[0] != '\0';
}

void flaw_set(struct flaw *flaw, const char *format, ...)
{
    if (flaw_there(flaw))
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(flaw->text, sizeof flaw->text, format, args);
    va_end(args);
}

struct examiner *examiner_new(void)
{
    struct examiner *x = mem_new(sizeof *x);
    examiner_start(x);
    return x;
}

void examiner_free(struct examiner *x)
{
    free(x);
}

void examiner_start(struct examiner *x)
{
    x->format = FORMAT_UNKNOWN;
    x->decided = false;
    x->head_len = 0;
    x->total = 0;
    x->flaw.text[0] = '\0';
}

static void take_text(struct examiner *x, const unsigned char *data, size_t len)
{
    if (text_take(&x->as.text, data, len))
        return;
    flaw_set(&x->flaw,
             "the content is neither ZPL, PNG, PDF nor printable text (byte %llu)",
             (unsigned long long)x->as.text.offset);
    x->format = FORMAT_UNKNOWN;
}

/* Gives bytes to the machine; after a flaw nothing more is looked at. */
static void hand_on(struct examiner *x, const unsigned char *data, size_t len)
{
    if (flaw_there(&x->flaw))
        return;
    switch (x->format) {
    case FORMAT_ZPL:
        zpl_take(&x->as.zpl, data, len, &x->flaw);
        break;
    case FORMAT_PNG:
        png_take(&x->as.png, data, len, &x->flaw);
        break;
    case FORMAT_PDF:
        pdf_take(&x->as.pdf, data, len);
        break;
    case FORMAT_TEXT:
        take_text(x, data, len);
        break;
    case FORMAT_UNKNOWN:
        break;
    }
}

/* Chooses the machine by the first bytes, starts it and gives them to it. */
static void decide(struct examiner *x)
{
    size_t skip = 0;
    x->decided = true;
    if (x->head_len >= 4 && memcmp(x->head, "\x89PNG", 4) == 0) {
        x->format = FORMAT_PNG;
        x->as.png = (struct png){.state = PNG_SIGNATURE};
    } else if (pdf_begins(x->head, x->head_len)) {
        x->format = FORMAT_PDF;
        x->as.pdf.have = 0;
        x->as.pdf.offset = 0;
    } else if (zpl_begins(x->head, x->head_len, &skip)) {
        x->format = FORMAT_ZPL;
        zpl_init(&x->as.zpl, skip);
    } else {
        skip = 0;
        x->format = FORMAT_TEXT;
        x->as.text = (struct text){0};
    }
    hand_on(x, x->head + skip, x->head_len - skip);
}

void examiner_take(struct examiner *x, const void *data, size_t len)
{
    const unsigned char *bytes = data;
    x->total += len;
    if (!x->decided) {
        size_t n = len < HEAD - x->head_len ? len : HEAD - x->head_len;
        if (n > 0)
            memcpy(x->head + x->head_len, bytes, n);
        x->head_len += n;
        if (x->head_len < HEAD)
            return;
        decide(x);
        bytes += n;
        len -= n;
    }
    if (len > 0)
        hand_on(x, bytes, len);
}

static void end_text(struct examiner *x)
{
    if (text_end(&x->as.text)) {
        text_judge(x->head, x->head_len, x->total, &x->flaw);
        return;
    }
    flaw_set(&x->flaw, "the text ends inside a character");
    x->format = FORMAT_UNKNOWN;
}

static void end_machine(struct examiner *x)
{
    switch (x->format) {
    case FORMAT_ZPL:
        zpl_end(&x->as.zpl, &x->flaw);
        break;
    case FORMAT_PNG:
        png_end(&x->as.png, &x->flaw);
        break;
    case FORMAT_PDF:
        pdf_end(&x->as.pdf, &x->flaw);
        break;
    case FORMAT_TEXT:
        end_text(x);
        break;
    case FORMAT_UNKNOWN:
        break;
    }
}

void examiner_end(struct examiner *x, struct finding *out)
{
    if (!x->decided && x->total > 0)
        decide(x);
    if (x->total == 0)
        flaw_set(&x->flaw, "the document is empty");
    else if (!flaw_there(&x->flaw))
        end_machine(x);
    out->format = x->format;
    memcpy(out->flaw, x->flaw.text, sizeof out->flaw);
}

void format_examine(const void *data, size_t len, struct finding *out)
{
    struct examiner x;
    examiner_start(&x);
    examiner_take(&x, data, len);
    examiner_end(&x, out);
}
