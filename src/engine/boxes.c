/* What has been told of the boxes of an order. An order has as many boxes as it has
 * labels, at least one. */
#include "engine/boxes.h"

#include <string.h>

#include "base/json.h"
#include "store/journal.h"
#include "store/paper.h"

enum { BOXES_MAX = 200 };

/* The boxes for which an event was told. */
struct told {
    struct arena arena;
    const char *boxes[BOXES_MAX];
    size_t count;
    bool all; /* it was told without a box */
};

static bool is_new(const struct told *t, const char *box)
{
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->boxes[i], box) == 0)
            return false;
    }
    return t->count < BOXES_MAX;
}

static bool take_entry(void *arg, const struct entry *e)
{
    struct told *t = arg;
    const struct json *detail =
        e->detail == NULL ? NULL : json_parse(&t->arena, e->detail, e->detail_len, NULL);
    const char *box = json_get_str(detail, "box", "");
    if (box[0] == '\0')
        t->all = true;
    else if (is_new(t, box))
        t->boxes[t->count++] = box;
    return !t->all;
}

static bool count_paper(void *arg, const struct paper *p)
{
    size_t *count = arg;
    (void)p;
    ++*count;
    return true;
}

static enum err count_boxes(struct host *h, int64_t record, size_t *count,
                            struct fault *f)
{
    const struct paper_filter filter = {
        .record = record, .kinds = 1u << PAPER_LABEL, .latest = true};
    *count = 0;
    enum err e = paper_each(h->store, &filter, count_paper, count, f);
    if (*count == 0)
        *count = 1;
    return e;
}

enum err boxes_complete(struct host *h, int64_t record, char *const *events,
                        bool *complete, struct fault *f)
{
    struct told t;
    size_t boxes;
    enum err e = count_boxes(h, record, &boxes, f);
    *complete = true;
    for (; e == ERR_OK && *complete && *events != NULL; events++) {
        const struct entry_filter filter = {.record = record, .what = *events};
        t.count = 0;
        t.all = false;
        arena_init(&t.arena);
        e = journal_each(h->store, &filter, take_entry, &t, f);
        arena_clear(&t.arena);
        *complete = t.all || t.count >= boxes;
    }
    return e;
}
