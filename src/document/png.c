/* PNG, chunk by chunk: every checksum, IHDR first and sensible, IDAT in one run, IEND
 * last and nothing after it. The compressed picture is not inflated: its checksums vouch
 * for it. */
#include "document/examine.h"

#include <string.h>
#include <zlib.h>

enum { IHDR_SIZE = 13, PALETTE_MAX = 256 * 3 };
static const uint32_t chunk_max = UINT32_C(0x7fffffff);

static uint32_t read4(const unsigned char *s)
{
    return (uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8 | s[3];
}

static bool is_type(const struct png *p, const char *type)
{
    return memcmp(p->type, type, 4) == 0;
}

static void chunk_flaw(const struct png *p, const char *what, struct flaw *flaw)
{
    flaw_set(flaw, "the PNG chunk %s at byte %llu %s", p->type, (unsigned long long)p->at,
             what);
}

static bool letters(const char *type)
{
    for (int i = 0; i < 4; i++) {
        char lower = (char)(type[i] | 0x20);
        if (lower < 'a' || lower > 'z')
            return false;
    }
    return true;
}

/* Whether the chunk may stand here and be so long: "" or what is wrong. */
static const char *check_place(const struct png *p)
{
    bool known = is_type(p, "IHDR") || is_type(p, "PLTE") || is_type(p, "IDAT") ||
                 is_type(p, "IEND");
    bool first = p->ihdr_have == 0;
    if (p->left > chunk_max)
        return "is longer than a chunk may be";
    if (first != is_type(p, "IHDR"))
        return first ? "stands before IHDR" : "is there twice";
    if (!known && (p->type[0] & 0x20) == 0)
        return "is critical and unknown";
    if (is_type(p, "IDAT") && p->picture_over)
        return "comes after the end of the picture";
    if (is_type(p, "IDAT") && p->ihdr[9] == 3 && !p->palette)
        return "needs a palette before it";
    if (is_type(p, "PLTE") && (p->palette || p->picture > 0))
        return "comes too late";
    if (is_type(p, "IEND") && p->picture == 0)
        return "comes before any picture";
    return "";
}

static const char *check_length(const struct png *p)
{
    bool wrong = (is_type(p, "IHDR") && p->left != IHDR_SIZE) ||
                 (is_type(p, "IEND") && p->left != 0) ||
                 (is_type(p, "PLTE") &&
                  (p->left == 0 || p->left % 3 != 0 || p->left > PALETTE_MAX));
    return wrong ? "has a wrong length" : "";
}

static bool sensible_depth(unsigned colour, unsigned depth)
{
    switch (colour) {
    case 0:
        return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
    case 3:
        return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case 2:
    case 4:
    case 6:
        return depth == 8 || depth == 16;
    default:
        return false;
    }
}

static const char *check_ihdr(const unsigned char ihdr[IHDR_SIZE])
{
    uint32_t width = read4(ihdr), height = read4(ihdr + 4);
    if (width == 0 || height == 0 || width > chunk_max || height > chunk_max)
        return "names an impossible size";
    if (!sensible_depth(ihdr[9], ihdr[8]))
        return "names an impossible colour type";
    if (ihdr[10] != 0 || ihdr[11] != 0 || ihdr[12] > 1)
        return "names an unknown method";
    return "";
}

static void begin_chunk(struct png *p, struct flaw *flaw)
{
    p->at = p->offset - 8;
    p->left = read4(p->small);
    memcpy(p->type, p->small + 4, 4);
    p->crc = (uint32_t)crc32(0, p->small + 4, 4);
    p->state = p->left > 0 ? PNG_DATA : PNG_CRC;

    if (!letters(p->type)) {
        flaw_set(flaw, "the PNG has no chunk at byte %llu", (unsigned long long)p->at);
        return;
    }
    const char *wrong = check_place(p);
    if (wrong[0] == '\0')
        wrong = check_length(p);
    if (wrong[0] != '\0')
        chunk_flaw(p, wrong, flaw);
    p->picture_over = p->picture > 0 && !is_type(p, "IDAT");
}

static void end_chunk(struct png *p, struct flaw *flaw)
{
    p->state = is_type(p, "IEND") ? PNG_DONE : PNG_HEADER;
    if (read4(p->small) != p->crc) {
        chunk_flaw(p, "has a wrong checksum", flaw);
        return;
    }
    const char *wrong = is_type(p, "IHDR") ? check_ihdr(p->ihdr) : "";
    if (wrong[0] != '\0')
        chunk_flaw(p, wrong, flaw);
    p->palette = p->palette || is_type(p, "PLTE");
}

/* Takes of the present chunk's data what is there. */
static size_t take_data(struct png *p, const unsigned char *data, size_t len)
{
    uint32_t n = len < p->left ? (uint32_t)len : p->left;
    p->crc = (uint32_t)crc32(p->crc, data, n);
    if (is_type(p, "IHDR")) { /* 13 bytes, or begin_chunk had refused it */
        memcpy(p->ihdr + p->ihdr_have, data, n);
        p->ihdr_have += n;
    }
    if (is_type(p, "IDAT"))
        p->picture += n;
    p->left -= n;
    if (p->left == 0)
        p->state = PNG_CRC;
    p->offset += n;
    return n;
}

static void end_small(struct png *p, struct flaw *flaw)
{
    p->have = 0;
    if (p->state == PNG_HEADER) {
        begin_chunk(p, flaw);
    } else if (p->state == PNG_CRC) {
        end_chunk(p, flaw);
    } else {
        if (memcmp(p->small, "\x89PNG\r\n\x1a\n", 8) != 0)
            flaw_set(flaw,
                     "the PNG signature is damaged, as a copy in text mode does it");
        p->state = PNG_HEADER;
    }
}

/* Takes of a signature, chunk header or checksum what is there. */
static size_t take_small(struct png *p, const unsigned char *data, size_t len,
                         struct flaw *flaw)
{
    size_t want = p->state == PNG_CRC ? 4 : 8;
    size_t n = len < want - p->have ? len : want - p->have;
    memcpy(p->small + p->have, data, n);
    p->have += n;
    p->offset += n;
    if (p->have == want)
        end_small(p, flaw);
    return n;
}

void png_take(struct png *p, const unsigned char *data, size_t len, struct flaw *flaw)
{
    size_t i = 0;
    while (i < len && !flaw_there(flaw)) {
        if (p->state == PNG_DONE)
            flaw_set(flaw, "there are bytes after the end of the PNG at byte %llu",
                     (unsigned long long)p->offset);
        else if (p->state == PNG_DATA)
            i += take_data(p, data + i, len - i);
        else
            i += take_small(p, data + i, len - i, flaw);
    }
}

void png_end(const struct png *p, struct flaw *flaw)
{
    if (p->state != PNG_DONE)
        flaw_set(flaw, "the PNG ends after %llu bytes without its IEND",
                 (unsigned long long)p->offset);
}
