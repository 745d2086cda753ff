/* A queue before one bucket of a quota: who comes first leaves first.
 *
 * One per account and operation. Waiting is a timer of the loop, so nothing is called
 * from within line_join. */
#ifndef DRAY_SPAPI_LINE_H
#define DRAY_SPAPI_LINE_H

#include "net/loop.h"
#include "spapi/quota.h"

struct line;

/* A place in the queue; embed it, zero it. */
struct line_place {
    struct line *line; /* NULL: not in a queue */
    struct line_place *next, *prev;
    void (*fn)(void *arg);
    void *arg;
};

struct line {
    struct loop *loop;
    struct quota *quota;
    enum operation_id op;
    struct timer timer;
    struct line_place *first, *last;
};

void line_init(struct line *l, struct loop *loop, struct quota *q, enum operation_id op);
/* Nobody may be waiting any more. */
void line_clear(struct line *l);
/* fn(arg) is called once, from a timer, when a token of the quota has been taken for it.
 */
void line_join(struct line *l, struct line_place *p, void (*fn)(void *), void *arg);
/* The quota may have become free sooner than it seemed. */
void line_look(struct line *l);
/* Nothing happens when it is in no queue. */
void line_leave(struct line_place *p);

#endif
