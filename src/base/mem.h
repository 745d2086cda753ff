/* Memory that is there or the process ends.
 *
 * dray's state is safe at every instant (laws 2 and 5), so running out of memory is
 * answered as a power cut would be: one line on stderr, exit code 70, and the next start
 * goes on. Lua states have an allocator of their own (engine), which may fail. */
#ifndef DRAY_BASE_MEM_H
#define DRAY_BASE_MEM_H

#include <stddef.h>

/* `size` zeroed bytes; never NULL, also for 0. Freed with free(). */
void *mem_new(size_t size);

/* `count` zeroed members of `size` bytes; the product is checked. */
void *mem_array(size_t count, size_t size);

/* Grows or shrinks; never NULL. New bytes are not cleared. */
void *mem_resize(void *old, size_t size);

/* A list that has room for one more than its `count` members of `size` bytes: `list` as
 * it is, or, when `*room` is used up, where it went with twice the room. New members are
 * not cleared. */
void *mem_grow(void *list, size_t count, size_t *room, size_t size);

/* A copy of `len` bytes, with a NUL after them. */
char *mem_copy(const char *text, size_t len);

/* A copy of a C string; NULL gives NULL. */
char *mem_text(const char *text);

/* Overwrites what held a secret, in a way that the compiler does not remove. NULL is
 * fine. */
void mem_cleanse(void *data, size_t len);

#endif
