/* The bodies of orders that were read lately, as trees.
 *
 * A record has one place; whose turn it is there is told by its digest, so a body that
 * Amazon changed, and one whose change was undone, are read again. */
#include "workflow/bodies.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { PLACES = 64 }; /* some 15 KiB each */

struct bodies {
    struct body *places[PLACES];
};

struct bodies *bodies_new(void)
{
    return mem_new(sizeof(struct bodies));
}

static void free_unused(struct body *body)
{
    if (body->users > 0 || body->kept)
        return;
    arena_clear(&body->memory);
    free(body);
}

static void leave(struct body **place)
{
    struct body *body = *place;
    *place = NULL;
    if (body == NULL)
        return;
    body->kept = false;
    free_unused(body);
}

void bodies_free(struct bodies *b)
{
    for (size_t i = 0; b != NULL && i < PLACES; i++)
        leave(&b->places[i]);
    free(b);
}

static struct body **place_of(struct bodies *b, int64_t record)
{
    return &b->places[(uint64_t)record % PLACES];
}

struct body *bodies_find(struct bodies *b, int64_t record, const struct digest *digest)
{
    struct body *body = *place_of(b, record);
    if (body == NULL || body->record != record ||
        memcmp(&body->digest, digest, sizeof *digest) != 0)
        return NULL;
    body->users++;
    return body;
}

struct body *bodies_read(struct bodies *b, int64_t record, const struct digest *digest,
                         const char *text, size_t len, struct fault *f)
{
    struct body *body = mem_new(sizeof *body);
    arena_init(&body->memory);
    body->root = json_parse(&body->memory, text, len, f);
    if (body->root == NULL) {
        free_unused(body);
        return NULL;
    }
    body->record = record;
    body->digest = *digest;
    body->users = 1;
    body->kept = true;
    leave(place_of(b, record));
    *place_of(b, record) = body;
    return body;
}

void body_release(struct body *body)
{
    if (body == NULL)
        return;
    body->users--;
    free_unused(body);
}
