/* Base64 as a stream. Whole quanta go in wide blocks where the processor can, the rest of
 * them through four tables, two quanta a turn; everything
 * else (line ends, padding, a quantum that a cut divides, wrong characters, the last
 * bytes before the buffer's maximum) goes through one careful path, a character at a
 * time. */
#include "document/base64.h"

#include <stdbool.h>
#include <string.h>

#include "document/base64_wide.h"

enum { BLOCK = 64 * 1024 }; /* text decoded between two looks at the buffer's room */

static const uint32_t bad_character = UINT32_C(0x80000000);

/* Constant expressions, so that the tables need no start-up and are safe on every thread.
 */
#define VALUE(c)                                                                         \
    ((c) >= 'A' && (c) <= 'Z'   ? (c) - 'A'                                              \
     : (c) >= 'a' && (c) <= 'z' ? (c) - 'a' + 26                                         \
     : (c) >= '0' && (c) <= '9' ? (c) - '0' + 52                                         \
     : (c) == '+'               ? 62                                                     \
     : (c) == '/'               ? 63                                                     \
                                : 64)
#define ENTRY(c, shift)                                                                  \
    (VALUE(c) < 64 ? (uint32_t)VALUE(c) << (shift) : UINT32_C(0x80000000))
#define ROW4(c, s) ENTRY(c, s), ENTRY((c) + 1, s), ENTRY((c) + 2, s), ENTRY((c) + 3, s)
#define ROW16(c, s) ROW4(c, s), ROW4((c) + 4, s), ROW4((c) + 8, s), ROW4((c) + 12, s)
#define ROW64(c, s)                                                                      \
    ROW16(c, s), ROW16((c) + 16, s), ROW16((c) + 32, s), ROW16((c) + 48, s)
#define TABLE(s)                                                                         \
    {                                                                                    \
        ROW64(0, s), ROW64(64, s), ROW64(128, s), ROW64(192, s)                          \
    }

/* value[k][c]: what character c adds as the k-th of a quantum. */
static const uint32_t value[4][256] = {TABLE(18), TABLE(12), TABLE(6), TABLE(0)};

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static uint32_t quantum(const unsigned char *s)
{
    return value[0][s[0]] | value[1][s[1]] | value[2][s[2]] | value[3][s[3]];
}

/* Big-endian; compilers make one store of it. */
static void store8(unsigned char *o, uint64_t v)
{
    o[0] = (unsigned char)(v >> 56);
    o[1] = (unsigned char)(v >> 48);
    o[2] = (unsigned char)(v >> 40);
    o[3] = (unsigned char)(v >> 32);
    o[4] = (unsigned char)(v >> 24);
    o[5] = (unsigned char)(v >> 16);
    o[6] = (unsigned char)(v >> 8);
    o[7] = (unsigned char)v;
}

/* Decodes pairs of whole quanta up to the first character that is not plain base64; gives
 * the number of characters taken. `o` has two bytes more than the result needs. */
static size_t decode_pairs(const unsigned char *s, size_t len, unsigned char *o)
{
    size_t i = 0;
    for (; i + 8 <= len; i += 8, o += 6) {
        uint32_t first = quantum(s + i), second = quantum(s + i + 4);
        if (((first | second) & bad_character) != 0)
            break;
        store8(o, (uint64_t)first << 40 | (uint64_t)second << 16);
    }
    return i;
}

/* Decodes what can be decoded in bulk from the start of `text`; gives the characters
 * taken. */
static size_t take_bulk(struct base64 *b, const char *text, size_t len, struct buf *out)
{
    size_t allowed = out->max > out->len ? (out->max - out->len) / 3 : 0;
    size_t block = len < BLOCK ? len : BLOCK;
    if (b->have != 0 || b->padding != 0 || block < 8 || allowed < block / 4 + 1)
        return 0; /* the careful path knows the exact limit */

    char *room = buf_room(out, block / 4 * 3 + 3);
    if (room == NULL)
        return 0;
    const unsigned char *s = (const unsigned char *)text;
    unsigned char *o = (unsigned char *)room;
    size_t taken = base64_wide(s, block, o);
    taken += decode_pairs(s + taken, block - taken, o + taken / 4 * 3);
    size_t made = taken / 4 * 3;
    room[made] = '\0';
    out->len += made;
    b->bytes += made;
    b->offset += taken;
    return taken;
}

/* Appends the `count` highest bytes of a complete quantum and begins the next one. */
static enum err end_quantum(struct base64 *b, size_t count, struct buf *out,
                            struct fault *f)
{
    char bytes[3] = {(char)(b->bits >> 16), (char)(b->bits >> 8), (char)b->bits};
    buf_add(out, bytes, count);
    if (!buf_ok(out))
        return fault_set(f, ERR_LIMIT, "the base64 text decodes to more than %zu bytes",
                         out->max);
    b->bytes += count;
    b->bits = 0;
    b->have = 0;
    return ERR_OK;
}

static enum err take_padding(struct base64 *b, struct buf *out, struct fault *f)
{
    if (b->have < 2)
        return fault_set(f, ERR_INPUT, "base64 character %zu: unexpected '='", b->offset);
    uint32_t unused = b->have == 2 ? UINT32_C(0xffff) : UINT32_C(0xff);
    if (b->padding == 0 && (b->bits & unused) != 0)
        return fault_set(f, ERR_INPUT, "base64 character %zu: non-zero bits before '='",
                         b->offset);

    b->padding++;
    b->have++;
    return b->have == 4 ? end_quantum(b, 3 - b->padding, out, f) : ERR_OK;
}

static enum err take_character(struct base64 *b, unsigned char c, struct buf *out,
                               struct fault *f)
{
    bool complete = b->padding > 0 && b->have == 0;
    if (c == '\r' || c == '\n')
        return ERR_OK;
    if (c == '=' && !complete)
        return take_padding(b, out, f);
    if (b->padding > 0)
        return fault_set(f, ERR_INPUT, "base64 character %zu: text after the padding",
                         b->offset);

    uint32_t bits = value[b->have][c];
    if (bits == bad_character)
        return fault_set(f, ERR_INPUT,
                         "base64 character %zu: 0x%02x is not in the alphabet", b->offset,
                         c);
    b->bits |= bits;
    b->have++;
    return b->have == 4 ? end_quantum(b, 3, out, f) : ERR_OK;
}

enum err base64_take(struct base64 *b, const char *text, size_t len, struct buf *out,
                     struct fault *f)
{
    enum err e = ERR_OK;
    size_t i = 0;
    while (e == ERR_OK && i < len) {
        i += take_bulk(b, text + i, len - i, out);
        if (i == len)
            break;
        e = take_character(b, (unsigned char)text[i], out, f);
        if (e == ERR_OK) {
            i++;
            b->offset++;
        }
    }
    return e;
}

enum err base64_end(const struct base64 *b, struct fault *f)
{
    if (b->have != 0)
        return fault_set(f, ERR_INPUT,
                         "the base64 text ends inside a quantum after %zu characters",
                         b->offset);
    if (b->bytes == 0)
        return fault_set(f, ERR_INPUT, "the base64 text is empty");
    return ERR_OK;
}

static void encode_quantum(const unsigned char *s, char *o)
{
    uint32_t v = (uint32_t)s[0] << 16 | (uint32_t)s[1] << 8 | s[2];
    o[0] = alphabet[v >> 18];
    o[1] = alphabet[v >> 12 & 63];
    o[2] = alphabet[v >> 6 & 63];
    o[3] = alphabet[v & 63];
}

/* The last one or two bytes, with padding. */
static void encode_rest(const unsigned char *s, size_t len, char *o)
{
    unsigned char last[3] = {s[0], len == 2 ? s[1] : 0, 0};
    encode_quantum(last, o);
    o[3] = '=';
    if (len == 1)
        o[2] = '=';
}

void base64_encode(const void *data, size_t len, struct buf *out)
{
    const unsigned char *s = data;
    size_t whole = len / 3, rest = len % 3, made = (whole + (rest > 0)) * 4;
    char *o = buf_room(out, made); /* a byte for the NUL comes with it */
    if (o == NULL)
        return;
    for (size_t i = 0; i < whole; i++)
        encode_quantum(s + 3 * i, o + 4 * i);
    if (rest > 0)
        encode_rest(s + 3 * whole, rest, o + 4 * whole);
    o[made] = '\0';
    out->len += made;
}
