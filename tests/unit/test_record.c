/* Orders as Amazon sent them: new, changed or same, and the listings that polls and
 * people need. */
#include "store_help.h"

#include "base/instant.h"

static struct arena arena;

static struct store *begin(void)
{
    arena_clear(&arena);
    return in_memory();
}

static void test_new_changed_same(void)
{
    int64_t id = 0, again = 0;
    struct record r;
    struct store *s = begin();
    CHECK_INT(put_order(s, "acme-us", "PO1", "{\"a\":1}", &id), RECORD_NEW);
    OK(record_set_state(s, id, ORDER_ACCEPTED, &fault));
    CHECK_INT(put_order(s, "acme-us", "PO1", "{\"a\":1}", &again), RECORD_SAME);
    CHECK_INT(again, id);
    clock_jump(a_clock, 5000);
    CHECK_INT(put_order(s, "acme-us", "PO1", "{\"a\":2}", &again), RECORD_CHANGED);
    CHECK_INT(again, id);
    OK(record_get(s, &arena, id, true, &r, &fault));
    CHECK_STR(r.body, "{\"a\":2}");
    CHECK_INT(r.body_len, 7);
    CHECK_INT(r.state, ORDER_ACCEPTED);
    CHECK_INT(r.seen_ms, 2000);
    CHECK_INT(r.changed_ms, clock_wall_ms(a_clock));
    store_close(s);
}

static void test_every_member(void)
{
    struct digest d = {{1}};
    enum record_change change;
    struct record got;
    struct record r = {.kind = RECORD_SHIPMENT,
                       .account = "shop",
                       .name = "SHIP-1",
                       .warehouse = "W\xC3\xA4rehouse",
                       .state = 3,
                       .status = "ACCEPTED",
                       .ordered_ms = -5,
                       .ship_by_ms = INT64_MAX,
                       .seen_ms = 7,
                       .changed_ms = 8,
                       .flags = RECORD_GIFT | RECORD_OLD,
                       .body = "{}",
                       .body_len = 2};
    struct store *s = begin();
    OK(record_put(s, &r, &d, &change, &fault));
    OK(record_get(s, &arena, r.id, false, &got, &fault));
    CHECK(got.kind == RECORD_SHIPMENT && got.id == r.id && got.state == 3);
    CHECK_STR(got.account, "shop");
    CHECK_STR(got.name, "SHIP-1");
    CHECK_STR(got.warehouse, "W\xC3\xA4rehouse");
    CHECK_STR(got.status, "ACCEPTED");
    CHECK(got.ordered_ms == -5 && got.ship_by_ms == INT64_MAX);
    CHECK(got.seen_ms == 7 && got.changed_ms == 8);
    CHECK(got.flags == (RECORD_GIFT | RECORD_OLD));
    CHECK(got.body == NULL && got.body_len == 0);
    store_close(s);
}

static void test_adopted(void)
{
    struct digest first = {{1}}, second = {{2}};
    enum record_change change;
    struct record got;
    struct record r = {.account = "a", .name = "PO1", .flags = RECORD_OLD | RECORD_SLIP};
    struct store *s = begin();
    OK(record_put(s, &r, &first, &change, &fault));
    OK(record_set_flags(s, r.id, RECORD_SLIP, &fault)); /* dray adopt PO1 */
    r.flags = RECORD_OLD | RECORD_GIFT;                 /* what the poll makes of it */
    OK(record_put(s, &r, &second, &change, &fault));
    CHECK_INT(change, RECORD_CHANGED);
    OK(record_get(s, &arena, r.id, true, &got, &fault));
    CHECK(got.flags == RECORD_GIFT);
    CHECK(got.body == NULL);
    store_close(s);
}

static void test_past(void)
{
    fresh_folder();
    struct store *s = own();
    sqlite3 *db;
    sqlite3_stmt *q;
    put_order(s, "a", "PO1", "{\"v\":1}", NULL);
    put_order(s, "a", "PO1", "{\"v\":2}", NULL);
    put_order(s, "a", "PO1", "{\"v\":3}", NULL);
    OK(store_commit(s, &fault));
    store_close(s);
    CHECK_INT(sqlite3_open(in_folder("dray.db"), &db), SQLITE_OK);
    CHECK_INT(sqlite3_prepare_v2(db, "SELECT group_concat(body) FROM record_past", -1, &q,
                                 NULL),
              SQLITE_OK);
    CHECK_INT(sqlite3_step(q), SQLITE_ROW);
    CHECK_STR((const char *)sqlite3_column_text(q, 0), "{\"v\":1},{\"v\":2}");
    sqlite3_finalize(q);
    sqlite3_close(db);
    fresh_folder();
}

static void test_same_number_twice(void)
{
    int64_t us = 0, eu = 0;
    struct record r;
    struct store *s = begin();
    put_order(s, "acme-us", "PO1", "{}", &us);
    OK(record_find(s, &arena, RECORD_ORDER, NULL, "PO1", true, &r, &fault));
    CHECK_INT(r.id, us);
    CHECK_STR(r.body, "{}");
    put_order(s, "acme-eu", "PO1", "{}", &eu);
    CHECK(us != eu);
    CHECK_INT(record_find(s, &arena, RECORD_ORDER, NULL, "PO1", false, &r, &fault),
              ERR_CONFLICT);
    CHECK(strstr(fault.text, "acme-us") != NULL && strstr(fault.text, "acme-eu") != NULL);
    OK(record_find(s, &arena, RECORD_ORDER, "acme-eu", "PO1", false, &r, &fault));
    CHECK_INT(r.id, eu);
    CHECK_INT(
        record_find(s, &arena, RECORD_SHIPMENT, "acme-eu", "PO1", false, &r, &fault),
        ERR_NOT_FOUND);
    CHECK_STR(fault.text, "account acme-eu has no shipment PO1");
    CHECK_INT(record_find(s, &arena, RECORD_ORDER, NULL, "PO2", false, &r, &fault),
              ERR_NOT_FOUND);
    CHECK_STR(fault.text, "there is no order PO2 here");
    store_close(s);
}

static void test_missing(void)
{
    struct record r;
    struct store *s = begin();
    CHECK_INT(record_get(s, &arena, 9, true, &r, &fault), ERR_NOT_FOUND);
    CHECK(strstr(fault.text, "9") != NULL);
    CHECK_INT(record_set_state(s, 9, ORDER_SHIPPED, &fault), ERR_NOT_FOUND);
    CHECK_INT(record_set_status(s, 9, "SHIPPED", &fault), ERR_NOT_FOUND);
    CHECK_INT(record_set_flags(s, 9, 0, &fault), ERR_NOT_FOUND);
    store_close(s);
}

static void test_set(void)
{
    int64_t id;
    struct record r;
    struct store *s = begin();
    put_order(s, "a", "PO1", "{}", &id);
    clock_jump(a_clock, 1234);
    OK(record_set_status(s, id, "SHIPPED", &fault));
    OK(record_set_state(s, id, ORDER_SHIPPED, &fault));
    OK(record_get(s, &arena, id, false, &r, &fault));
    CHECK_STR(r.status, "SHIPPED");
    CHECK_INT(r.state, ORDER_SHIPPED);
    CHECK_INT(r.changed_ms, clock_wall_ms(a_clock));
    store_close(s);
}

/* Random orders, and every filter against the plain loop that it must equal. */
enum { ORDERS = 400 };
static struct record orders[ORDERS];
static char names[ORDERS][16];
static const char *const accounts[] = {"a", "b", "c"};
static const char *const warehouses[] = {"ABCD", "WXYZ"};

static void fill(struct store *s, struct random *r)
{
    for (int i = 0; i < ORDERS; i++) {
        struct digest d = {{1}};
        enum record_change change;
        snprintf(names[i], sizeof names[i], "PO%d", i);
        orders[i] = (struct record){.kind = random_below(r, 5) == 0 ? RECORD_SHIPMENT
                                                                    : RECORD_ORDER,
                                    .account = accounts[random_below(r, 3)],
                                    .name = names[i],
                                    .warehouse = warehouses[random_below(r, 2)],
                                    .state = (int)random_below(r, ORDER_STATE_COUNT),
                                    .ordered_ms = 1 + (int64_t)random_below(r, 1000),
                                    .ship_by_ms = 1 + (int64_t)random_below(r, 100),
                                    .flags = random_below(r, 4) == 0 ? RECORD_OLD : 0};
        OK(record_put(s, &orders[i], &d, &change, &fault));
    }
}

static bool wanted(const struct record_filter *f, const struct record *r)
{
    return r->kind == f->kind &&
           (f->account == NULL || strcmp(f->account, r->account) == 0) &&
           (f->warehouse == NULL || strcmp(f->warehouse, r->warehouse) == 0) &&
           (f->states == 0 || (f->states >> r->state & 1) != 0) &&
           (f->ship_after_ms == 0 || r->ship_by_ms >= f->ship_after_ms) &&
           (f->ship_before_ms == 0 || r->ship_by_ms < f->ship_before_ms) &&
           (f->with_old || (r->flags & RECORD_OLD) == 0);
}

static struct record_filter random_filter(struct random *r)
{
    struct record_filter f = {0};
    f.kind = random_below(r, 4) == 0 ? RECORD_SHIPMENT : RECORD_ORDER;
    f.account = random_below(r, 2) == 0 ? NULL : accounts[random_below(r, 3)];
    f.warehouse = random_below(r, 2) == 0 ? NULL : warehouses[random_below(r, 2)];
    f.states =
        random_below(r, 2) == 0 ? 0 : (unsigned)random_below(r, 1U << ORDER_STATE_COUNT);
    f.ship_after_ms = random_below(r, 2) == 0 ? 0 : (int64_t)random_below(r, 100);
    f.ship_before_ms = random_below(r, 2) == 0 ? 0 : (int64_t)random_below(r, 100);
    f.with_old = random_below(r, 2) == 0;
    return f;
}

struct seen {
    const struct record_filter *filter;
    int count, stop_at;
    bool right;
    int64_t ship_by_ms;
    char name[16];
};

static bool see(void *arg, const struct record *r)
{
    struct seen *seen = arg;
    if (!wanted(seen->filter, r) || r->ship_by_ms < seen->ship_by_ms ||
        (r->ship_by_ms == seen->ship_by_ms && strcmp(r->name, seen->name) <= 0))
        seen->right = false;
    seen->ship_by_ms = r->ship_by_ms;
    snprintf(seen->name, sizeof seen->name, "%s", r->name);
    return ++seen->count != seen->stop_at;
}

static void check_filter(struct store *s, struct record_filter *f)
{
    int64_t count = -1, want = 0;
    struct seen seen = {.filter = f, .right = true};
    for (int i = 0; i < ORDERS; i++)
        want += wanted(f, &orders[i]);
    OK(record_each(s, f, see, &seen, &fault));
    OK(record_count(s, f, &count, &fault));
    CHECK(seen.right);
    CHECK_INT(seen.count, want);
    CHECK_INT(count, want);
    f->limit = 3;
    seen = (struct seen){.filter = f, .right = true};
    OK(record_each(s, f, see, &seen, &fault));
    CHECK_INT(seen.count, want < 3 ? want : 3);
}

static void test_filters(void)
{
    struct random *r = random_new_seeded(7);
    struct store *s = begin();
    fill(s, r);
    for (int i = 0; i < 300; i++) {
        struct record_filter f = random_filter(r);
        check_filter(s, &f);
    }
    struct record_filter all = {.with_old = true};
    struct seen seen = {.filter = &all, .right = true, .stop_at = 2};
    OK(record_each(s, &all, see, &seen, &fault));
    CHECK_INT(seen.count, 2);
    random_free(r);
    store_close(s);
}

static void test_unknown_account(void)
{
    int64_t count = -1;
    struct store *s = begin();
    put_order(s, "a", "PO1", "{}", NULL);
    OK(record_count(s, &(struct record_filter){.account = "nobody"}, &count, &fault));
    CHECK_INT(count, 0);
    store_close(s);
}

static void test_span(void)
{
    int64_t oldest, newest, count;
    struct random *r = random_new_seeded(8);
    struct store *s = begin();
    unsigned open = 1U << ORDER_NEW | 1U << ORDER_ACCEPTED;
    OK(record_span(s, "a", open, &oldest, &newest, &count, &fault));
    CHECK(oldest == INSTANT_NONE && newest == INSTANT_NONE && count == 0);
    fill(s, r);
    int64_t want_oldest = INT64_MAX, want_newest = 0, want = 0;
    for (int i = 0; i < ORDERS; i++) {
        const struct record *o = &orders[i];
        if (o->kind != RECORD_ORDER || o->account != accounts[0] ||
            (open >> o->state & 1) == 0)
            continue;
        want++;
        want_oldest = o->ordered_ms < want_oldest ? o->ordered_ms : want_oldest;
        want_newest = o->ordered_ms > want_newest ? o->ordered_ms : want_newest;
    }
    OK(record_span(s, "a", open, &oldest, &newest, &count, &fault));
    CHECK(oldest == want_oldest && newest == want_newest && count == want && want > 5);
    random_free(r);
    store_close(s);
}

struct nested {
    struct store *store;
    int outer, inner;
};

static bool count_inner(void *arg, const struct record *r)
{
    (void)r;
    ++((struct nested *)arg)->inner;
    return true;
}

static bool list_again(void *arg, const struct record *r)
{
    struct nested *n = arg;
    (void)r;
    n->outer++;
    return record_each(n->store, &(struct record_filter){0}, count_inner, n, NULL) ==
           ERR_OK;
}

static void test_listing_within_listing(void)
{
    struct nested n = {.store = begin()};
    for (int i = 0; i < 5; i++) {
        char name[16];
        snprintf(name, sizeof name, "PO%d", i);
        put_order(n.store, "a", name, "{}", NULL);
    }
    OK(record_each(n.store, &(struct record_filter){0}, list_again, &n, &fault));
    CHECK_INT(n.outer, 5);
    CHECK_INT(n.inner, 25);
    store_close(n.store);
}

static void test_names(void)
{
    for (int i = 0; i < ORDER_STATE_COUNT; i++)
        CHECK_INT(order_state_find(order_state_name((enum order_state)i)), i);
    CHECK_INT(order_state_find("lost"), ORDER_STATE_COUNT);
    CHECK_STR(order_state_name(ORDER_CONFIRMING), "confirming");
}

static void test_clean_up(void)
{
    arena_clear(&arena);
    clock_free(a_clock);
}

TESTS_MAIN({"an order is new once, then changed or the same, and keeps its state",
            test_new_changed_same},
           {"every member of a new row is kept as it is given", test_every_member},
           {"an adopted order stays adopted when Amazon changes it", test_adopted},
           {"every earlier text of an order is kept", test_past},
           {"two accounts may have the same order number, and people must say which",
            test_same_number_twice},
           {"what is not there is said so", test_missing},
           {"status and state are set with their time", test_set},
           {"every filter lists what a plain loop lists, by ship date and name",
            test_filters},
           {"an account that has nothing yet lists nothing", test_unknown_account},
           {"the span of open orders is what the windows of polls need", test_span},
           {"a listing may list again", test_listing_within_listing},
           {"states have names", test_names}, {"nothing is left behind", test_clean_up})
