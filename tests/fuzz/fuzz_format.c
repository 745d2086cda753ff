/* The examiner: whatever the bytes and wherever they are cut, the finding is the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "document/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly these bytes, so that a look past them is seen. */
static void take_copy(struct examiner *x, const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len);
    if (copy == NULL)
        abort();
    memcpy(copy, data, len);
    examiner_take(x, copy, len);
    free(copy);
}

static void check(const uint8_t *data, size_t len, size_t step)
{
    struct finding whole, cut;
    struct examiner *x = examiner_new();
    for (size_t i = 0; i < len; i += step)
        take_copy(x, data + i, step < len - i ? step : len - i);
    examiner_end(x, &cut);
    format_examine(data, len, &whole);
    if (cut.format != whole.format || strcmp(cut.flaw, whole.flaw) != 0)
        abort();
    if (whole.format == FORMAT_UNKNOWN && whole.flaw[0] == '\0')
        abort();
    examiner_free(x);
}

/* The low bits of the first byte are the length of a piece; its high bit asks for white
 * space before the document, so that its machine starts late, in the middle of a piece.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { WHITE = 1020, MAX = 1 << 14 };
    static uint8_t late[WHITE + MAX];
    if (size < 1 || size > MAX)
        return 0;
    size_t step = (data[0] & 0x7fu) + 1, white = (data[0] & 0x80u) != 0 ? WHITE : 0;
    memset(late, ' ', white);
    memcpy(late + white, data + 1, size - 1);
    check(late, white + size - 1, step);
    return 0;
}
