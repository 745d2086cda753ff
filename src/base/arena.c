/* Memory that is freed all at once.
 *
 * Blocks double from 4 KiB to 256 KiB; what is larger gets a block of its own behind the
 * newest one, so the newest keeps filling. Every piece is aligned for any type. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 256 * 1024, ALIGN = alignof(max_align_t) };

struct arena_block {
    struct arena_block *older;
    size_t size; /* of data */
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

void arena_init_secret(struct arena *a)
{
    *a = (struct arena){.secret = true};
}

static void cleanse(const struct arena *a, struct arena_block *block)
{
    if (a->secret)
        mem_cleanse(block->data, block->used);
}

static void free_from(const struct arena *a, struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *older = block->older;
        cleanse(a, block);
        free(block);
        block = older;
    }
}

void arena_clear(struct arena *a)
{
    free_from(a, a->head);
    *a = (struct arena){.secret = a->secret};
}

void arena_reset(struct arena *a)
{
    if (a->head == NULL)
        return;
    free_from(a, a->head->older);
    cleanse(a, a->head);
    a->head->older = NULL;
    a->head->used = 0;
    a->used = 0;
}

static struct arena_block *block_new(size_t size)
{
    size_t whole;
    if (__builtin_add_overflow(size, sizeof(struct arena_block), &whole))
        whole = SIZE_MAX; /* mem_resize ends the process */
    struct arena_block *block = mem_resize(NULL, whole);
    *block = (struct arena_block){.size = size};
    return block;
}

/* A block with `size` bytes free; it may stand behind the newest one. */
static struct arena_block *block_for(struct arena *a, size_t size)
{
    struct arena_block *head = a->head;
    if (head != NULL && head->size - head->used >= size)
        return head;
    size_t next = head == NULL ? FIRST_BLOCK : head->size * 2;
    if (next > LARGEST_BLOCK)
        next = LARGEST_BLOCK;
    struct arena_block *block = block_new(size > next / 2 ? size : next);
    if (head != NULL && size > next / 2) {
        block->older = head->older;
        head->older = block;
    } else {
        block->older = head;
        a->head = block;
    }
    return block;
}

/* Like arena_new, without the zeros. */
static void *take(struct arena *a, size_t size)
{
    size_t rounded;
    if (__builtin_add_overflow(size, (size_t)ALIGN - 1, &rounded))
        rounded = SIZE_MAX;
    rounded &= ~(size_t)(ALIGN - 1);
    struct arena_block *block = block_for(a, rounded);
    void *p = block->data + block->used;
    block->used += rounded;
    a->used += rounded;
    return p;
}

void *arena_new(struct arena *a, size_t size)
{
    return memset(take(a, size), 0, size);
}

void *arena_grow(struct arena *a, void *list, size_t count, size_t *room, size_t size)
{
    enum { FIRST = 16 };
    size_t bytes;
    if (count < *room)
        return list;
    *room = *room == 0 ? FIRST : 2 * *room;
    if (__builtin_mul_overflow(*room, size, &bytes))
        bytes = SIZE_MAX;
    void *more = arena_new(a, bytes);
    if (count > 0)
        memcpy(more, list, count * size);
    return more;
}

char *arena_copy(struct arena *a, const char *text, size_t len)
{
    size_t size;
    if (__builtin_add_overflow(len, (size_t)1, &size))
        size = SIZE_MAX;
    char *copy = take(a, size);
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *arena_text(struct arena *a, const char *text)
{
    return arena_copy(a, text, strlen(text));
}

char *arena_format(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n;
    char *text = take(a, len + 1);
    text[0] = '\0';
    if (n > 0)
        vsnprintf(text, len + 1, format, again);
    va_end(again);
    return text;
}
