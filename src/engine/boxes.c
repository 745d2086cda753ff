/* What has been told of the boxes of an order. It has as many boxes as it has labels or,
 * without labels, as were packed; at least one. */
#include "engine/boxes.h"

#include "store/fact.h"
#include "store/journal.h"
#include "store/paper.h"
#include "workflow/setup.h"

static bool count_paper(void *arg, const struct paper *p)
{
    size_t *count = arg;
    (void)p;
    ++*count;
    return true;
}

static enum err count_labels(struct host *h, int64_t record, size_t *count,
                             struct fault *f)
{
    const struct paper_filter filter = {
        .record = record, .kinds = 1u << PAPER_LABEL, .latest = true};
    *count = 0;
    return paper_each(h->store, &filter, count_paper, count, f);
}

/* How many boxes have a fact of that name; one about the order as a whole counts once. */
static enum err count_facts(struct host *h, int64_t record, const char *name,
                            size_t *count, struct fault *f)
{
    struct arena a;
    struct fact *list;
    arena_init(&a);
    enum err e = fact_list(h->store, &a, record, name, &list, count, f);
    arena_clear(&a);
    return e;
}

static enum err count_boxes(struct host *h, int64_t record, size_t *count,
                            struct fault *f)
{
    enum err e = count_labels(h, record, count, f);
    if (e == ERR_OK && *count == 0)
        e = count_facts(h, record, "packed", count, f);
    if (*count == 0)
        *count = 1;
    return e;
}

static bool take_first(void *arg, const struct entry *e)
{
    size_t *count = arg;
    (void)e;
    *count = 1;
    return false;
}

/* What dray tells by itself is no fact: one entry of the log is enough. */
static enum err count_entries(struct host *h, int64_t record, const char *name,
                              size_t *count, struct fault *f)
{
    const struct entry_filter filter = {.record = record, .what = name, .limit = 1};
    *count = 0;
    return journal_each(h->store, &filter, take_first, count, f);
}

static enum err is_complete(struct host *h, int64_t record, const char *name,
                            size_t boxes, bool *complete, struct fault *f)
{
    const struct event_kind *kind = setup_kind(h->setup, name);
    size_t count;
    enum err e = kind == NULL ? count_entries(h, record, name, &count, f)
                              : count_facts(h, record, name, &count, f);
    *complete = count >= (kind != NULL && kind->per_box ? boxes : 1);
    return e;
}

enum err boxes_complete(struct host *h, int64_t record, char *const *events,
                        bool *complete, struct fault *f)
{
    size_t boxes;
    enum err e = count_boxes(h, record, &boxes, f);
    *complete = true;
    for (; e == ERR_OK && *complete && *events != NULL; events++)
        e = is_complete(h, record, *events, boxes, complete, f);
    return e;
}
