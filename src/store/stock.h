/* Stock per warehouse and product, and what open orders take of it (design 9).
 *
 * An order's lines are kept by product while the order is open, once stock is reported.
 * `held` is what accepted, unshipped orders take; it moves with their state, so that
 * nobody adds up 100,000 of them for one answer. */
#ifndef DRAY_STORE_STOCK_H
#define DRAY_STORE_STOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/record.h"
#include "store/store.h"

struct stock {
    const char *account;
    const char *warehouse;
    const char *product; /* the buyer's or the vendor's identifier */
    int64_t quantity;    /* as reported */
    int64_t held;        /* by accepted, unshipped orders */
    int64_t at_ms;       /* when it was counted */
};

/* A report: *changed when the quantity is another one than before. Then stock_untold
 * lists the orders that it concerns. */
enum err stock_put(struct store *s, const struct stock *stock, bool *changed,
                   struct fault *f);
/* Fills quantity, held and at_ms; ERR_NOT_FOUND (f untouched) when nothing was reported.
 */
enum err stock_get(struct store *s, struct stock *stock, struct fault *f);
/* All of a warehouse, or NULL: of all; by account, warehouse, product. Borrowed for the
 * call. */
typedef bool stock_fn(void *arg, const struct stock *stock);
enum err stock_each(struct store *s, const char *warehouse, stock_fn *fn, void *arg,
                    struct fault *f);

/* Whether anything was ever reported. Until then no order needs lines, and nothing is
 * held. */
enum err stock_any(struct store *s, bool *any, struct fault *f);

/* How much of a product an order wants. */
struct stock_line {
    const char *product;
    int64_t quantity;
};
/* The lines of an open order, in place of earlier ones; of one that is over: none. */
enum err stock_lines(struct store *s, int64_t record, const struct stock_line *lines,
                     size_t count, struct fault *f);
/* Accepted and not shipped: such an order holds what it wants. */
bool stock_holds(int state);
/* How much of a product an order wants. */
enum err stock_own(struct store *s, int64_t record, const char *product, int64_t *own,
                   struct fault *f);
/* How much those want that hold it and come before this order: sooner to be shipped, else
 * known longer. */
enum err stock_before(struct store *s, int64_t record, const char *product,
                      int64_t *before, struct fault *f);

/* A change of stock that was not told to all orders yet. */
struct stock_change {
    struct stock stock; /* texts in the arena */
    int64_t *records;   /* some of the open orders with that product, in the arena */
    size_t count;
};
/* The oldest such change with its next orders, at most `limit`; they count as told.
 * ERR_NOT_FOUND (f untouched) when there is none. count may be 0: it was told to all. */
enum err stock_untold(struct store *s, struct arena *a, size_t limit,
                      struct stock_change *change, struct fault *f);

#endif
