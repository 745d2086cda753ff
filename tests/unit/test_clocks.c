/* The clocks that Amazon measures: 24 hours to acknowledge, the ship date, four hours to
 * confirm. */
#include "workflow/clocks.h"

#include "base/instant.h"
#include "store/fact.h"
#include "store/parcel.h"
#include "store_help.h"

static const int64_t noon = (int64_t)NOON * 1000;

static struct store *s;
static struct record order;
static struct order_clocks clocks;

/* An order created at noon, to be shipped in two days. */
static void an_order(int state)
{
    need_clock();
    s = store_open_memory(a_clock);
    struct digest digest = {{1}};
    enum record_change change;
    order = (struct record){.kind = RECORD_ORDER,
                            .account = "acme",
                            .name = "PO1",
                            .warehouse = "DEL4",
                            .state = state,
                            .status = "NEW",
                            .ordered_ms = noon,
                            .ship_by_ms = noon + 2 * (int64_t)MS_DAY,
                            .seen_ms = noon,
                            .body = "{}",
                            .body_len = 2};
    OK(record_put(s, &order, &digest, &change, &fault));
}

static void an_effect_of(enum effect_kind kind, const char *verb, enum effect_state state,
                         int64_t sent_ms, const char *body)
{
    struct effect e = {.kind = kind,
                       .state = state,
                       .verb = verb,
                       .record = order.id,
                       .account = "acme",
                       .name = "PO1",
                       .key = "PO1",
                       .body = body,
                       .body_len = strlen(body),
                       .sent_ms = sent_ms};
    OK(effect_add(s, &e, &fault));
}

static void read_clocks(void)
{
    OK(clocks_read(s, &order, &clocks, &fault));
}

static void test_new(void)
{
    an_order(ORDER_NEW);
    read_clocks();
    CHECK_INT(clocks_next(&clocks), CLOCK_ACKNOWLEDGE);
    CHECK_INT(clocks.of[CLOCK_ACKNOWLEDGE].due_ms, noon + MS_DAY);
    CHECK(!clock_missed(&clocks, CLOCK_ACKNOWLEDGE, noon + MS_DAY));
    CHECK(clock_missed(&clocks, CLOCK_ACKNOWLEDGE, noon + MS_DAY + 1));
    CHECK(!clock_missed(&clocks, CLOCK_CONFIRM, INT64_MAX));
    store_close(s);
}

static void test_sooner(void)
{
    an_order(ORDER_NEW);
    order.ship_by_ms = noon + MS_HOUR;
    read_clocks();
    CHECK_INT(clocks_next(&clocks), CLOCK_SHIP);
    store_close(s);
}

static void test_accepted(void)
{
    an_order(ORDER_ACCEPTING);
    an_effect_of(EFFECT_ACKNOWLEDGE, "accept", EFFECT_WAITING, 0, "{}");
    read_clocks();
    CHECK_INT(clocks_next(&clocks), CLOCK_ACKNOWLEDGE);
    store_close(s);

    an_order(ORDER_ACCEPTING);
    an_effect_of(EFFECT_ACKNOWLEDGE, "accept", EFFECT_ACCEPTED, noon + 25 * MS_HOUR,
                 "{}");
    read_clocks();
    CHECK_INT(clocks_next(&clocks), CLOCK_SHIP);
    CHECK(clock_missed(&clocks, CLOCK_ACKNOWLEDGE, noon));
    store_close(s);
}

static void test_came_to_nothing(void)
{
    an_order(ORDER_NEW);
    an_effect_of(EFFECT_ACKNOWLEDGE, "accept", EFFECT_REJECTED, noon + 1, "{}");
    read_clocks();
    CHECK_INT(clocks_next(&clocks), CLOCK_ACKNOWLEDGE);
    store_close(s);
}

static void test_elsewhere(void)
{
    an_order(ORDER_ACCEPTED);
    read_clocks();
    CHECK_INT(clocks.of[CLOCK_ACKNOWLEDGE].due_ms, 0);
    CHECK_INT(clocks_next(&clocks), CLOCK_SHIP);
    store_close(s);
}

static const char left_at_noon[] =
    "{\"shipmentDetails\":{\"shippedDate\":\"2025-11-24T12:00:00Z\"}}";

static void test_departure(void)
{
    an_order(ORDER_CONFIRMING);
    an_effect_of(EFFECT_SHIP, "confirm", EFFECT_WAITING, 0, left_at_noon);
    read_clocks();
    CHECK_INT(clocks_next(&clocks), CLOCK_CONFIRM);
    CHECK_INT(clocks.of[CLOCK_CONFIRM].due_ms, noon + 4 * MS_HOUR);
    CHECK(!clock_missed(&clocks, CLOCK_SHIP, noon + 9 * (int64_t)MS_DAY));
    store_close(s);

    an_order(ORDER_SHIPPED);
    an_effect_of(EFFECT_SHIP, "confirm", EFFECT_SUCCEEDED, noon + 5 * MS_HOUR,
                 left_at_noon);
    read_clocks();
    CHECK_INT(clocks_next(&clocks), CLOCK_COUNT);
    CHECK(clock_missed(&clocks, CLOCK_CONFIRM, noon));
    CHECK(!clock_missed(&clocks, CLOCK_SHIP, INT64_MAX));
    store_close(s);
}

static void test_shipped_late(void)
{
    an_order(ORDER_SHIPPED);
    an_effect_of(EFFECT_SHIP, "confirm", EFFECT_SUCCEEDED, noon + 3 * (int64_t)MS_DAY,
                 "{}");
    read_clocks();
    CHECK_INT(clocks.of[CLOCK_CONFIRM].due_ms, 0);
    CHECK(clock_missed(&clocks, CLOCK_SHIP, noon));
    store_close(s);
}

static void test_label(void)
{
    an_order(ORDER_ACCEPTED);
    an_effect_of(EFFECT_LABEL, "request_label", EFFECT_WAITING, 0, "{}");
    read_clocks();
    CHECK_INT(clocks.of[CLOCK_LABEL].due_ms, 0);
    store_close(s);

    an_order(ORDER_ACCEPTED);
    an_effect_of(EFFECT_LABEL, "request_label", EFFECT_ACCEPTED, noon, "{}");
    read_clocks();
    CHECK_INT(clocks.of[CLOCK_LABEL].due_ms, noon + 30 * MS_MINUTE);
    CHECK_INT(clocks.of[CLOCK_LABEL].met_ms, 0);
    int64_t replaced;
    const struct paper label = {.id = paper_next_id(s),
                                .kind = PAPER_LABEL,
                                .record = order.id,
                                .account = "acme",
                                .path = "1.zpl",
                                .received_ms = noon + 5};
    OK(paper_add(s, &label, &replaced, &fault));
    read_clocks();
    CHECK_INT(clocks.of[CLOCK_LABEL].met_ms, noon + 5);
    store_close(s);
}

static void test_picked_up(void)
{
    an_order(ORDER_ACCEPTED);
    const struct fact fact = {.record = order.id,
                              .name = "picked_up",
                              .at_ms = noon,
                              .payload = "{}",
                              .payload_len = 2};
    OK(fact_put(s, &fact, &fault));
    read_clocks();
    CHECK_INT(clocks.of[CLOCK_CONFIRM].due_ms, noon + 4 * MS_HOUR);
    CHECK_INT(clocks.of[CLOCK_CONFIRM].met_ms, 0);
    CHECK_INT(clocks.of[CLOCK_SHIP].met_ms, noon);
    store_close(s);
}

static void a_scan(const char *key, int64_t sent_ms)
{
    struct effect e = {.kind = EFFECT_SCAN,
                       .state = EFFECT_SUCCEEDED,
                       .verb = "scan",
                       .record = order.id,
                       .account = "acme",
                       .name = "PO1",
                       .key = key,
                       .body = "{}",
                       .body_len = 2,
                       .sent_ms = sent_ms};
    OK(effect_add(s, &e, &fault));
}

static void test_scans(void)
{
    an_order(ORDER_SHIPPED);
    order.flags = RECORD_OWN_LABEL;
    an_effect_of(EFFECT_SHIP, "confirm", EFFECT_SUCCEEDED, noon, left_at_noon);
    OK(parcel_put(s, "T1", &(struct parcel){.record = order.id}, NULL, &fault));
    OK(parcel_put(s, "T2", &(struct parcel){.record = order.id}, NULL, &fault));
    read_clocks();
    CHECK_INT(clocks.of[CLOCK_SCAN].due_ms, noon + MS_DAY);
    a_scan("PO1|T1|O1|NS|1", noon + MS_HOUR);
    a_scan("PO1|T2|D1|NS|1", noon + MS_HOUR); /* delivered */
    read_clocks();
    CHECK_INT(clocks.of[CLOCK_SCAN].due_ms, noon + MS_DAY + MS_HOUR);
    a_scan("PO1|T1|409|000|2", noon + 2 * MS_HOUR); /* lost, by the other standard */
    read_clocks();
    CHECK_INT(clocks.of[CLOCK_SCAN].due_ms, 0);
    store_close(s);
}

static void test_over(void)
{
    static const int states[] = {ORDER_REJECTED, ORDER_DENIED, ORDER_CANCELLED};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        an_order(states[i]);
        read_clocks();
        CHECK_INT(clocks_next(&clocks), CLOCK_COUNT);
        store_close(s);
    }
    an_order(ORDER_NEW);
    order.flags = RECORD_OLD;
    read_clocks();
    CHECK_INT(clocks_next(&clocks), CLOCK_COUNT);
    store_close(s);
}

TESTS_MAIN({"a new order is to be acknowledged within 24 hours", test_new},
           {"the clock that runs out first is the one that is shown", test_sooner},
           {"the acknowledgement counts from when Amazon took it", test_accepted},
           {"an acknowledgement that Amazon refused does not stop the clock",
            test_came_to_nothing},
           {"what was accepted elsewhere is only to be shipped", test_elsewhere},
           {"a parcel that left is to be confirmed within four hours", test_departure},
           {"a confirmation after the ship date is late for ever", test_shipped_late},
           {"a label that Amazon was asked for is there within half an hour", test_label},
           {"what the carrier took is to be confirmed within four hours", test_picked_up},
           {"every parcel of the own carrier is scanned each day until its end",
            test_scans},
           {"nothing runs for what is over, or left alone", test_over})
