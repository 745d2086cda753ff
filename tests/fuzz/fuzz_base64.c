/* base64: whatever the bytes and wherever they are cut, whole and cut decoding agree, and
 * what decodes is what encoding gives back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "document/base64.h"

enum { MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition)
        abort();
}

/* Decodes in pieces of `step` characters. */
static enum err decode(const char *text, size_t len, size_t step, struct base64 *b,
                       struct buf *out)
{
    enum err e = ERR_OK;
    *b = (struct base64){0};
    for (size_t i = 0; e == ERR_OK && i < len; i += step)
        e = base64_take(b, text + i, step < len - i ? step : len - i, out, NULL);
    return e == ERR_OK ? base64_end(b, NULL) : e;
}

/* The text without its line ends is what encoding the bytes gives. */
static void check_back(const char *text, size_t len, const struct buf *bytes)
{
    struct buf again;
    size_t n = 0;
    buf_init(&again, 2 * MAX);
    base64_encode(bytes->data, bytes->len, &again);
    must(buf_ok(&again));
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\r' || text[i] == '\n')
            continue;
        must(n < again.len && again.data[n] == text[i]);
        n++;
    }
    must(n == again.len);
    buf_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > MAX)
        return 0;
    const char *text = (const char *)data + 2;
    size_t len = size - 2, step = data[0] + 1u;
    struct base64 whole_state, cut_state;
    struct buf whole, cut;
    buf_init(&whole, data[1] < 250 ? MAX : data[1]);
    buf_init(&cut, whole.max);

    enum err e = decode(text, len, len + 1, &whole_state, &whole);
    must(decode(text, len, step, &cut_state, &cut) == e);
    must(cut_state.offset == whole_state.offset && cut.len == whole.len);
    must(whole.len == 0 || memcmp(cut.data, whole.data, whole.len) == 0);
    if (e == ERR_OK)
        check_back(text, len, &whole);
    buf_clear(&whole);
    buf_clear(&cut);
    return 0;
}
