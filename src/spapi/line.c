/* Serves a queue with one timer: at the instant at which the quota has the next token. */
#include "spapi/line.h"

#include <assert.h>

static void line_serve(void *arg);

static int64_t line_now(const struct line *l)
{
    return clock_mono_ms(loop_clock(l->loop));
}

static void line_arm(struct line *l)
{
    if (l->first == NULL)
        timer_stop(l->loop, &l->timer);
    else
        timer_set(l->loop, &l->timer, quota_next(l->quota, l->op, line_now(l)),
                  line_serve, l);
}

void line_init(struct line *l, struct loop *loop, struct quota *q, enum operation_id op)
{
    *l = (struct line){.loop = loop, .quota = q, .op = op};
}

void line_clear(struct line *l)
{
    assert(l->first == NULL);
    timer_stop(l->loop, &l->timer);
}

static void line_unlink(struct line_place *p)
{
    struct line *l = p->line;
    /* A place is unlinked only while it stands in a line. */
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    *(p->prev == NULL ? &l->first : &p->prev->next) = p->next;
    *(p->next == NULL ? &l->last : &p->next->prev) = p->prev;
    p->line = NULL;
    p->next = p->prev = NULL;
}

/* Those who were waiting when it began, as far as the tokens go. */
static void line_serve(void *arg)
{
    struct line *l = arg;
    while (l->first != NULL && quota_take(l->quota, l->op, line_now(l))) {
        struct line_place *p = l->first;
        line_unlink(p);
        p->fn(p->arg);
    }
    line_arm(l);
}

void line_join(struct line *l, struct line_place *p, void (*fn)(void *), void *arg)
{
    assert(p->line == NULL);
    *p = (struct line_place){.line = l, .prev = l->last, .fn = fn, .arg = arg};
    *(l->last == NULL ? &l->first : &l->last->next) = p;
    l->last = p;
    if (l->first == p)
        line_arm(l);
}

void line_look(struct line *l)
{
    line_arm(l);
}

void line_leave(struct line_place *p)
{
    struct line *l = p->line;
    if (l == NULL)
        return;
    line_unlink(p);
    if (l->first == NULL)
        timer_stop(l->loop, &l->timer);
}
