/* Facts, reports that were told before or wait, tracking numbers, stock: what the floor's
 * reports stand on. */
#include "store_help.h"

#include "store/fact.h"
#include "store/parcel.h"
#include "store/stock.h"
#include "store/told.h"
#include "store/waiting.h"

static struct arena arena;

static struct store *begin(void)
{
    arena_clear(&arena);
    return in_memory();
}

/* ---- facts ---- */

static void put(struct store *s, const char *name, const char *box, int64_t at_ms,
                const char *payload)
{
    const struct fact fact = {.record = 7,
                              .name = name,
                              .box = box,
                              .event = at_ms,
                              .at_ms = at_ms,
                              .payload = payload,
                              .payload_len = strlen(payload)};
    OK(fact_put(s, &fact, &fault));
}

static void test_a_later_fact_corrects(void)
{
    struct fact got, *list;
    size_t count;
    struct store *s = begin();
    put(s, "packed", "A", 20, "{\"n\":1}");
    put(s, "packed", "B", 10, "{\"n\":2}");
    put(s, "packed", "A", 15, "{\"n\":3}");
    put(s, "picked_up", "", 5, "{}");
    OK(fact_get(s, &arena, 7, "packed", "A", &got, &fault));
    CHECK_STR(got.payload, "{\"n\":3}");
    CHECK_INT(got.at_ms, 15);
    CHECK_INT(fact_get(s, &arena, 7, "packed", "", &got, &fault), ERR_NOT_FOUND);
    OK(fact_list(s, &arena, 7, NULL, &list, &count, &fault));
    CHECK_INT(count, 3);
    CHECK_STR(list[0].box, "B"); /* it happened first */
    CHECK_STR(list[1].box, "A");
    CHECK_STR(list[2].name, "picked_up");
    OK(fact_list(s, &arena, 7, "packed", &list, &count, &fault));
    CHECK_INT(count, 2);
    store_close(s);
}

static void test_a_named_box_replaces_the_whole_order(void)
{
    struct fact got;
    struct store *s = begin();
    put(s, "packed", "", 1, "{}");
    put(s, "picked_up", "", 1, "{}");
    put(s, "packed", "A", 2, "{}");
    CHECK_INT(fact_get(s, &arena, 7, "packed", "", &got, &fault), ERR_NOT_FOUND);
    OK(fact_get(s, &arena, 7, "packed", "A", &got, &fault));
    OK(fact_get(s, &arena, 7, "picked_up", "", &got, &fault));
    store_close(s);
}

/* ---- what was told ---- */

static void test_told_once(void)
{
    const struct digest key = {{1}}, first = {{2}}, other = {{3}};
    enum told told;
    struct store *s = begin();
    OK(told_put(s, &key, &first, &told, &fault));
    CHECK_INT(told, TOLD_NEW);
    OK(told_put(s, &key, &first, &told, &fault));
    CHECK_INT(told, TOLD_SAME);
    OK(told_put(s, &key, &other, &told, &fault));
    CHECK_INT(told, TOLD_OTHER);
    OK(told_put(s, &key, &first, &told, &fault));
    CHECK_INT(told, TOLD_SAME);
    store_close(s);
}

static void wait_for(struct store *s, const char *account, const char *order,
                     const char *tracking, unsigned char content, bool expected)
{
    const struct digest digest = {{content}};
    bool fresh;
    struct waiting w = {.event = "picked_up",
                        .account = account,
                        .order = order,
                        .tracking = tracking,
                        .fields = "{}",
                        .fields_len = 2};
    OK(waiting_add(s, &w, &digest, &fresh, &fault));
    CHECK(fresh == expected);
}

static size_t waits(struct store *s, const struct waiting_filter *filter, int64_t *first)
{
    struct waiting *list;
    size_t count;
    OK(waiting_list(s, &arena, filter, &list, &count, &fault));
    *first = count == 0 ? 0 : list[0].id;
    return count;
}

static void test_waiting(void)
{
    int64_t first;
    struct store *s = begin();
    wait_for(s, NULL, "PO1", "T1", 1, true);
    wait_for(s, NULL, "PO1", "T1", 1, false);
    wait_for(s, "shop", "PO1", NULL, 2, true);
    wait_for(s, NULL, NULL, "T1", 3, true);
    CHECK_INT(
        waits(s, &(struct waiting_filter){.order = "PO1", .account = "acme"}, &first), 1);
    CHECK_INT(
        waits(s, &(struct waiting_filter){.order = "PO1", .account = "shop"}, &first), 2);
    CHECK_INT(waits(s, &(struct waiting_filter){.tracking = "T1"}, &first), 1);
    OK(waiting_remove(s, first, &fault));
    CHECK_INT(waiting_remove(s, first, &fault), ERR_NOT_FOUND);
    CHECK_INT(waits(s, &(struct waiting_filter){.tracking = "T1"}, &first), 0);
    CHECK_INT(waits(s, &(struct waiting_filter){0}, &first), 2);
    OK(waiting_refused(s, first, "because", &fault));
    CHECK_INT(waits(s, &(struct waiting_filter){.limit = 1}, &first), 1);
    store_close(s);
}

/* ---- tracking numbers ---- */

static void test_parcels(void)
{
    int64_t one, two;
    bool fresh;
    struct parcel p = {0};
    struct store *s = begin();
    put_order(s, "acme-us", "PO1", "{}", &one);
    put_order(s, "shop", "PO2", "{}", &two);
    OK(parcel_put(s, "T1", &(struct parcel){.record = one}, &fresh, &fault));
    CHECK(fresh);
    OK(parcel_put(s, "T1", &(struct parcel){.record = one, .box = "A"}, &fresh, &fault));
    CHECK(!fresh);
    OK(parcel_put(s, "T1", &(struct parcel){.record = one}, &fresh, &fault));
    OK(parcel_put(s, "T1", &(struct parcel){.record = two, .box = "B"}, NULL, &fault));
    OK(parcel_find(s, &arena, NULL, "T1", &p, &fault));
    CHECK_INT(p.record, two); /* the newest */
    p.record = 0;
    OK(parcel_find(s, &arena, "acme-us", "T1", &p, &fault));
    CHECK_INT(p.record, one);
    CHECK_STR(p.box, "A");
    CHECK_INT(parcel_find(s, &arena, "nobody", "T1", &p, &fault), ERR_NOT_FOUND);
    CHECK_INT(parcel_find(s, &arena, NULL, "T2", &p, &fault), ERR_NOT_FOUND);
    store_close(s);
}

/* ---- stock ---- */

static int64_t an_order(struct store *s, const char *name, int64_t wanted)
{
    int64_t id;
    const struct stock_line lines[] = {{"SKU", wanted}, {"ASIN", wanted}};
    put_order(s, "acme-us", name, "{}", &id);
    OK(stock_lines(s, id, lines, 2, &fault));
    return id;
}

static bool report(struct store *s, const char *product, int64_t quantity)
{
    bool changed;
    const struct stock stock = {.account = "acme-us",
                                .warehouse = "ABCD",
                                .product = product,
                                .quantity = quantity};
    OK(stock_put(s, &stock, &changed, &fault));
    return changed;
}

static int64_t held(struct store *s, const char *product)
{
    struct stock stock = {.account = "acme-us", .warehouse = "ABCD", .product = product};
    OK(stock_get(s, &stock, &fault));
    return stock.held;
}

static void test_held_follows_the_states(void)
{
    struct store *s = begin();
    int64_t one = an_order(s, "PO1", 3), two = an_order(s, "PO2", 4);
    CHECK(report(s, "SKU", 10));
    CHECK_INT(held(s, "SKU"), 0);
    OK(record_set_state(s, one, ORDER_ACCEPTING, &fault));
    OK(record_set_state(s, one, ORDER_ACCEPTED, &fault));
    OK(record_set_state(s, two, ORDER_ACCEPTED, &fault));
    CHECK_INT(held(s, "SKU"), 7);
    CHECK(report(s, "ASIN", 10)); /* added up once, from the lines */
    CHECK_INT(held(s, "ASIN"), 7);
    OK(stock_lines(s, two, (struct stock_line[]){{"SKU", 1}}, 1, &fault));
    CHECK_INT(held(s, "SKU"), 4);
    CHECK_INT(held(s, "ASIN"), 3);
    OK(record_set_state(s, one, ORDER_DENYING, &fault));
    CHECK_INT(held(s, "SKU"), 1);
    OK(record_set_state(s, two, ORDER_CONFIRMING, &fault));
    OK(record_set_state(s, two, ORDER_SHIPPED, &fault));
    CHECK_INT(held(s, "SKU"), 0);
    store_close(s);
}

static void test_any_stock(void)
{
    bool any;
    struct store *s = begin();
    OK(stock_any(s, &any, &fault));
    CHECK(!any);
    CHECK(report(s, "SKU", 0));
    OK(stock_any(s, &any, &fault));
    CHECK(any);
    store_close(s);
}

static void test_who_comes_before(void)
{
    int64_t own, before;
    struct store *s = begin();
    int64_t one = an_order(s, "PO1", 3), two = an_order(s, "PO2", 4);
    OK(record_set_state(s, one, ORDER_ACCEPTED, &fault));
    OK(record_set_state(s, two, ORDER_ACCEPTED, &fault));
    OK(stock_own(s, two, "SKU", &own, &fault));
    OK(stock_before(s, two, "SKU", &before, &fault));
    CHECK_INT(own, 4);
    CHECK_INT(before, 3);
    OK(stock_before(s, one, "SKU", &before, &fault));
    CHECK_INT(before, 0);
    OK(stock_own(s, one, "OTHER", &own, &fault));
    CHECK_INT(own, 0);
    store_close(s);
}

static size_t untold(struct store *s, size_t limit, int64_t *first)
{
    struct stock_change change;
    enum err e = stock_untold(s, &arena, limit, &change, &fault);
    *first = e == ERR_OK && change.count > 0 ? change.records[0] : 0;
    return e == ERR_OK ? change.count : 99;
}

static void test_a_change_is_told_in_portions(void)
{
    int64_t first;
    struct store *s = begin();
    int64_t one = an_order(s, "PO1", 1), two = an_order(s, "PO2", 1),
            three = an_order(s, "PO3", 1), over = an_order(s, "PO4", 1);
    OK(record_set_state(s, over, ORDER_CANCELLED, &fault));
    CHECK_INT(untold(s, 2, &first), 99);
    CHECK(report(s, "SKU", 5));
    CHECK(!report(s, "SKU", 5));
    CHECK_INT(untold(s, 2, &first), 2);
    CHECK_INT(first, one);
    CHECK_INT(untold(s, 2, &first), 1);
    CHECK_INT(first, three);
    CHECK_INT(untold(s, 2, &first), 99);
    CHECK(report(s, "SKU", 6));
    OK(record_set_state(s, one, ORDER_SHIPPED, &fault));
    CHECK_INT(untold(s, 9, &first), 2);
    CHECK_INT(first, two);
    store_close(s);
}

static void test_clean_up(void)
{
    arena_clear(&arena);
    clock_free(a_clock);
}

TESTS_MAIN({"what is told later about the same box corrects the fact",
            test_a_later_fact_corrects},
           {"a box that is named takes the place of the order as a whole",
            test_a_named_box_replaces_the_whole_order},
           {"what was told before is known again, and other content is noticed",
            test_told_once},
           {"a report waits for its order, once, and only its account may claim it",
            test_waiting},
           {"a tracking number belongs to the newest order that has it", test_parcels},
           {"what is held of a product follows the states of its orders",
            test_held_follows_the_states},
           {"whether stock was ever reported is known", test_any_stock},
           {"accepted orders come in the order of their ship dates",
            test_who_comes_before},
           {"a change of stock is told to every open order once, in portions",
            test_a_change_is_told_in_portions},
           {"nothing is left behind", test_clean_up})
