/* A growing run of bytes that was born with a maximum.
 *
 * One spare byte is always kept for the NUL. Memory doubles up to the maximum; `over`
 * sticks, so that who builds something asks once at the end. */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { SMALLEST = 64 };

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max};
}

void buf_init_secret(struct buf *b, size_t max)
{
    buf_init(b, max);
    b->secret = true;
}

/* What stands there from `from` on is read by nobody any more. */
static void cleanse_from(const struct buf *b, size_t from)
{
    if (b->secret && b->data != NULL)
        mem_cleanse(b->data + from, b->cap - from);
}

void buf_clear(struct buf *b)
{
    const bool secret = b->secret;
    cleanse_from(b, 0);
    free(b->data);
    buf_init(b, b->max);
    b->secret = secret;
}

void buf_reset(struct buf *b)
{
    cleanse_from(b, 0);
    b->len = 0;
    b->over = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

bool buf_ok(const struct buf *b)
{
    return !b->over;
}

/* To other memory; the old leaves no copy behind. */
static void move(struct buf *b, size_t cap)
{
    char *data = mem_resize(NULL, cap);
    if (b->len > 0)
        memcpy(data, b->data, b->len);
    cleanse_from(b, 0);
    free(b->data);
    b->data = data;
}

static void grow(struct buf *b, size_t need)
{
    size_t cap = b->cap < SMALLEST ? SMALLEST : b->cap;
    while (cap < need)
        if (__builtin_mul_overflow(cap, (size_t)2, &cap))
            cap = need;
    if (cap - 1 > b->max)
        cap = b->max + 1; /* need never is more than this */
    if (b->secret)
        move(b, cap);
    else
        b->data = mem_resize(b->data, cap);
    b->cap = cap;
}

char *buf_room(struct buf *b, size_t len)
{
    size_t need;
    if (b->over || __builtin_add_overflow(b->len, len, &need) || need > b->max ||
        __builtin_add_overflow(need, (size_t)1, &need)) {
        b->over = true;
        return NULL;
    }
    if (need > b->cap)
        grow(b, need);
    return b->data + b->len;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
    char *to = buf_room(b, len);
    if (to == NULL)
        return;
    if (len > 0)
        memcpy(to, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_text(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_format(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vformat(b, format, args);
    va_end(args);
}

void buf_vformat(struct buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    char small[256];
    int n = vsnprintf(small, sizeof small, format, args);
    if (n < 0) {
        b->over = true; /* what was asked for is not all there */
    } else if ((size_t)n < sizeof small) {
        buf_add(b, small, (size_t)n);
    } else {
        char *to = buf_room(b, (size_t)n);
        if (to != NULL) {
            vsnprintf(to, (size_t)n + 1, format, again);
            b->len += (size_t)n;
        }
    }
    va_end(again);
}

void buf_drop(struct buf *b, size_t len)
{
    if (len > b->len)
        len = b->len;
    if (len == 0)
        return;
    b->len -= len;
    memmove(b->data, b->data + len, b->len);
    cleanse_from(b, b->len);
    b->data[b->len] = '\0';
}

const char *buf_str(const struct buf *b)
{
    if (b->data == NULL || b->len == 0)
        return "";
    b->data[b->len] = '\0'; /* who wrote through buf_room may have left it out */
    return b->data;
}

char *buf_take(struct buf *b, size_t *len)
{
    char *data = b->data == NULL ? mem_copy("", 0) : b->data;
    data[b->len] = '\0';
    if (len != NULL)
        *len = b->len;
    *b = (struct buf){.max = b->max, .secret = b->secret};
    return data;
}
