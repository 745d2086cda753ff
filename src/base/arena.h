/* Memory that is freed all at once: for trees that live as long as one message. */
#ifndef DRAY_BASE_ARENA_H
#define DRAY_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *head; /* newest block first */
    size_t used;              /* bytes handed out since the last reset */
    bool secret;              /* blocks are cleansed before they are freed */
};

void arena_init(struct arena *a);
/* For trees that hold presigned URLs: what is parsed into it leaves no copy behind. */
void arena_init_secret(struct arena *a);
void arena_clear(struct arena *a); /* frees everything */
void arena_reset(struct arena *a); /* forgets everything, keeps one block for reuse */

/* `size` zeroed bytes, aligned for any type. Never NULL. */
void *arena_new(struct arena *a, size_t size);
/* A list that has room for one more than its `count` members of `size` bytes: `list` as
 * it is, or, when `*room` is used up, a copy with twice the room. New members are zero.
 */
void *arena_grow(struct arena *a, void *list, size_t count, size_t *room, size_t size);
/* A copy with a NUL after it. */
char *arena_copy(struct arena *a, const char *text, size_t len);
char *arena_text(struct arena *a, const char *text);
char *arena_format(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
