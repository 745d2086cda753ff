/* An order opened for reading: its row, its body as a tree, its account and warehouse. */
#ifndef DRAY_WORKFLOW_ORDER_H
#define DRAY_WORKFLOW_ORDER_H

#include <stdint.h>

#include "base/json.h"
#include "store/paper.h"
#include "workflow/bodies.h"
#include "workflow/host.h"

struct order {
    struct arena memory;        /* the row's, and for who works with the order */
    struct record row;          /* without its body */
    struct body *body;          /* holds what is below; NULL: not read */
    const struct json *details; /* orderDetails */
    const struct json *items;   /* orderDetails.items */
    struct account *account;
    const struct warehouse *house; /* NULL: the project file does not name it */
};

/* Reads an order by its row's id; order_close frees, also after a failure. */
enum err order_open(struct host *h, int64_t record, struct order *o, struct fault *f);
/* The same without its body: details and items are NULL. */
enum err order_open_row(struct host *h, int64_t record, struct order *o, struct fault *f);
void order_close(struct order *o);

/* The line with this itemSequenceNumber ("00001", "1" and 1 are the same); NULL: none. */
const struct json *order_line(const struct order *o, int64_t number);
/* itemSequenceNumber as the integer that Shipping wants; 0 when it is no number. */
int64_t line_number(const struct json *item);
/* orderedQuantity.amount; 0 when it cannot be read. */
int64_t line_ordered(const struct json *item);

/* The latest labels (or slips …) of the order, in the order's memory, by package. */
enum err order_papers(struct host *h, struct order *o, enum paper_kind kind,
                      struct paper **list, size_t *count, struct fault *f);

#endif
