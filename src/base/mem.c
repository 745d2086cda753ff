/* Memory that is there or the process ends.
 *
 * The one place that asks the C library for memory outside Lua states. Failure prints one
 * line and ends the process with code 70 without running anything else, as a power cut
 * would. */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

enum { EXIT_OUT_OF_MEMORY = 70 };

_Noreturn static void out_of_memory(void)
{
    fputs("dray: out of memory; what was recorded is safe, start dray again\n", stderr);
    _Exit(EXIT_OUT_OF_MEMORY);
}

void *mem_new(size_t size)
{
    return mem_array(1, size);
}

void *mem_array(size_t count, size_t size)
{
    if (count == 0 || size == 0)
        count = size = 1;
    void *p = calloc(count, size); /* checks the product */
    if (p == NULL)
        out_of_memory();
    return p;
}

void *mem_resize(void *old, size_t size)
{
    void *p = realloc(old, size == 0 ? 1 : size);
    if (p == NULL)
        out_of_memory();
    return p;
}

void *mem_grow(void *list, size_t count, size_t *room, size_t size)
{
    enum { FIRST = 16 };
    size_t bytes;
    if (count < *room)
        return list;
    *room = *room == 0 ? FIRST : 2 * *room;
    if (__builtin_mul_overflow(*room, size, &bytes))
        out_of_memory();
    return mem_resize(list, bytes);
}

char *mem_copy(const char *text, size_t len)
{
    size_t size;
    if (__builtin_add_overflow(len, (size_t)1, &size))
        out_of_memory();
    char *copy = mem_resize(NULL, size);
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *mem_text(const char *text)
{
    return text == NULL ? NULL : mem_copy(text, strlen(text));
}

void mem_cleanse(void *data, size_t len)
{
    if (data != NULL)
        OPENSSL_cleanse(data, len);
}
