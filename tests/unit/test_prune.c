/* Old rows go a little at a time, what is still needed stays, and the log says where it
 * begins. */
#include "store_help.h"

#include "store/fact.h"
#include "store/hold.h"
#include "store/prune.h"
#include "store/run.h"
#include "store/told.h"
#include "store/verdict.h"

enum { DAY = 86400000 };

static int64_t now(void)
{
    return clock_wall_ms(a_clock);
}

/* Everything up to now is old, so many rows at a time. */
static struct portion portion(int64_t limit)
{
    return (struct portion){.before_ms = now(), .limit = limit};
}

static void no_path(void *arg, const char *path)
{
    (void)path;
    ++*(int *)arg;
}

static void a_day_later(void)
{
    clock_advance_to(a_clock, clock_mono_ms(a_clock) + DAY);
}

/* ---- the log ---- */

static void test_log_is_cut(void)
{
    fresh_folder();
    struct store *s = own();
    for (int i = 0; i < 20; i++)
        note(s, "call");
    a_day_later();
    note(s, "call");
    struct portion p = portion(8);
    OK(prune_log(s, &p, &fault));
    CHECK_INT(p.gone, 8);
    CHECK(p.more);
    CHECK_INT(entries(s), 14); /* and the one that says so */
    verified(s);
    OK(prune_log(s, &p, &fault));
    OK(prune_log(s, &p, &fault));
    CHECK_INT(p.gone, 20);
    CHECK(!p.more);
    verified(s);
    OK(store_commit(s, &fault));
    store_close(s);
    s = own();
    verified(s);
    note(s, "call");
    verified(s);
    store_close(s);
}

static void test_cut_is_undone(void)
{
    struct store *s = in_memory();
    for (int i = 0; i < 5; i++)
        note(s, "call");
    OK(store_commit(s, &fault));
    a_day_later();
    struct portion p = portion(3);
    OK(prune_log(s, &p, &fault));
    OK(store_undo(s, &fault));
    CHECK_INT(entries(s), 5);
    verified(s);
    store_close(s);
}

/* What goes makes room for what comes. */
static void test_file_is_bounded(void)
{
    int64_t size = 0;
    fresh_folder();
    struct store *s = own();
    for (int day = 0; day < 60; day++) {
        for (int i = 0; i < 100; i++)
            note(s, "call");
        struct portion p = {.before_ms = now() - 10 * (int64_t)DAY, .limit = 300};
        OK(prune_log(s, &p, &fault));
        OK(store_commit(s, &fault));
        store_tidy(s, true);
        a_day_later();
        if (day == 20)
            size = size_of("dray.db");
    }
    CHECK(size > 0 && size_of("dray.db") <= size + size / 20);
    verified(s);
    store_close(s);
}

static void broken_by(const char *sql)
{
    fresh_folder();
    struct store *s = own();
    for (int i = 0; i < 10; i++)
        note(s, "call");
    a_day_later();
    struct portion p = portion(4);
    OK(prune_log(s, &p, &fault));
    OK(store_commit(s, &fault));
    store_close(s);
    meddle(sql);
    s = own();
    CHECK_INT(store_verify(s, &fault), ERR_INPUT);
    store_close(s);
}

static void test_tampering_shows(void)
{
    broken_by("DELETE FROM log WHERE id = 5");
    broken_by("UPDATE log SET detail = '{\"n\":2}' WHERE id = 5");
    broken_by("DELETE FROM cursor WHERE name = 'log.cut'");
    broken_by("UPDATE cursor SET value = 6 WHERE name = 'log.cut'");
    broken_by("UPDATE log SET detail = replace(detail, '4', '5') WHERE what = 'log.cut'");
    broken_by("DELETE FROM log WHERE what = 'log.cut'");
}

static void test_log_of_what_is_open(void)
{
    int64_t id;
    struct store *s = in_memory();
    note(s, "call");
    put_order(s, "acme-us", "PO1", "{}", &id);
    struct effect e = an_effect(id, "PO1");
    e.state = EFFECT_HELD;
    OK(effect_add(s, &e, &fault)); /* entry 2 */
    note(s, "call");
    a_day_later();
    struct portion p = portion(100);
    OK(prune_log(s, &p, &fault));
    CHECK_INT(p.gone, 1);
    verified(s);
    store_close(s);
}

static void test_log_of_a_hold(void)
{
    bool new;
    struct store *s = in_memory();
    note(s, "call");
    const int64_t event = note(s, "packed");
    note(s, "call");
    OK(hold_begin(s, &(struct hold){.rule = 1, .event = event, .due_ms = 1}, &new,
                  &fault));
    a_day_later();
    struct portion p = portion(100);
    OK(prune_log(s, &p, &fault));
    CHECK_INT(p.gone, event - 1);
    store_close(s);
}

/* ---- runs ---- */

static int64_t run(struct store *s, enum run_state state)
{
    int64_t id;
    struct digest source = {0};
    OK(run_begin(s, "day.lua", &source, &id, &fault));
    if (state != RUN_RUNNING)
        OK(run_end(s, id, state, "", &fault));
    return id;
}

static bool has_run(struct store *s, int64_t id)
{
    struct arena a;
    struct run_row row;
    arena_init(&a);
    const enum err e = run_get(s, &a, id, &row, &fault);
    arena_clear(&a);
    return e == ERR_OK;
}

static void test_runs(void)
{
    int64_t order;
    struct store *s = in_memory();
    put_order(s, "acme-us", "PO1", "{}", &order);
    const int64_t done = run(s, RUN_DONE), running = run(s, RUN_RUNNING),
                  held = run(s, RUN_DONE), failed = run(s, RUN_FAILED);
    struct effect e = an_effect(order, "PO1");
    e.state = EFFECT_HELD;
    e.run = held;
    OK(effect_add(s, &e, &fault));
    a_day_later();
    const int64_t young = run(s, RUN_DONE), newest = run(s, RUN_DONE);
    struct portion p = portion(2);
    OK(prune_runs(s, &p, &fault));
    CHECK(p.more && p.gone == 1);
    while (p.more)
        OK(prune_runs(s, &p, &fault));
    CHECK(!has_run(s, done) && !has_run(s, failed));
    CHECK(has_run(s, running) && has_run(s, held) && has_run(s, young));
    a_day_later();
    p = portion(100);
    OK(prune_runs(s, &p, &fault));
    CHECK(has_run(s, newest) && !has_run(s, young));
    CHECK(run(s, RUN_DONE) > newest); /* no number is given twice */
    store_close(s);
}

static bool count_verdict(void *arg, const struct verdict_row *v)
{
    (void)v;
    ++*(int *)arg;
    return true;
}

static void test_verdicts(void)
{
    int left = 0;
    struct store *s = in_memory();
    for (int i = 0; i < 7; i++) {
        const struct verdict_row v = {.event = note(s, "order.new"), .rule = 1};
        OK(verdict_put(s, &v, &fault));
    }
    a_day_later();
    const struct verdict_row young = {.event = note(s, "order.new"), .rule = 1};
    OK(verdict_put(s, &young, &fault));
    struct portion p = portion(3);
    for (int turns = 0; turns < 10 && (turns == 0 || p.more); turns++)
        OK(prune_verdicts(s, &p, &fault));
    CHECK_INT(p.gone, 7);
    OK(verdict_each(s, young.event, count_verdict, &left, &fault));
    CHECK_INT(left, 1);
    store_close(s);
}

/* ---- what was told ---- */

static enum told tell(struct store *s, const char *what)
{
    struct digest d;
    enum told told;
    digest_of(what, strlen(what), &d);
    OK(told_put(s, &d, &d, &told, &fault));
    return told;
}

static void test_told(void)
{
    struct store *s = in_memory();
    CHECK_INT(tell(s, "once"), TOLD_NEW);
    CHECK_INT(tell(s, "every day"), TOLD_NEW);
    for (int day = 0; day < 10; day++) {
        a_day_later();
        CHECK_INT(tell(s, "every day"), TOLD_SAME);
    }
    struct portion p = {.before_ms = now() - 3 * (int64_t)DAY, .limit = 10};
    OK(prune_told(s, &p, &fault));
    CHECK_INT(p.gone, 1);
    CHECK_INT(tell(s, "every day"), TOLD_SAME);
    CHECK_INT(tell(s, "once"), TOLD_NEW);
    store_close(s);
}

/* ---- orders ---- */

static int64_t order_at(struct store *s, const char *name, int state)
{
    int64_t id;
    put_order(s, "acme-us", name, "{\"a\":1}", &id);
    if (state != ORDER_NEW)
        OK(record_set_state(s, id, state, &fault));
    return id;
}

static bool has_order(struct store *s, int64_t id)
{
    struct arena a;
    struct record r;
    arena_init(&a);
    const enum err e = record_get(s, &a, id, true, &r, &fault);
    arena_clear(&a);
    return e == ERR_OK;
}

static void test_orders(void)
{
    int paths = 0;
    bool fresh;
    struct arena a;
    struct fact *facts;
    size_t count;
    struct store *s = in_memory();
    const int64_t shipped = order_at(s, "PO1", ORDER_SHIPPED),
                  open = order_at(s, "PO2", ORDER_ACCEPTED),
                  held = order_at(s, "PO3", ORDER_SHIPPED),
                  waits = order_at(s, "PO4", ORDER_CANCELLED);
    struct effect done = an_effect(shipped, "PO1"), kept = an_effect(held, "PO3"),
                  newest = an_effect(open, "PO2");
    done.state = EFFECT_SUCCEEDED;
    kept.state = EFFECT_HELD;
    OK(effect_add(s, &done, &fault));
    OK(effect_add(s, &kept, &fault));
    OK(effect_add(s, &newest, &fault));
    OK(hold_begin(s, &(struct hold){.rule = 1, .record = waits, .due_ms = 1}, &fresh,
                  &fault));
    OK(fact_put(s,
                &(struct fact){.record = shipped,
                               .name = "packed",
                               .box = "",
                               .payload = "{}",
                               .payload_len = 2},
                &fault));
    a_day_later();
    order_at(s, "PO5", ORDER_SHIPPED);
    struct portion p = portion(2);
    for (int turns = 0; turns < 10 && (turns == 0 || p.more); turns++)
        OK(prune_records(s, &p, no_path, &paths, &fault));
    CHECK_INT(p.gone, 1);
    CHECK(!has_order(s, shipped) && has_order(s, open) && has_order(s, held) &&
          has_order(s, waits));
    arena_init(&a);
    OK(fact_list(s, &a, shipped, NULL, &facts, &count, &fault));
    CHECK_INT(count, 0);
    CHECK_INT(effect_get(s, &a, done.id, false, &done, &fault), ERR_NOT_FOUND);
    arena_clear(&a);
    CHECK_INT(put_order(s, "acme-us", "PO1", "{}", NULL), RECORD_NEW);
    store_close(s);
}

static void test_a_change_makes_young(void)
{
    int paths = 0;
    struct store *s = in_memory();
    const int64_t id = order_at(s, "PO1", ORDER_SHIPPED);
    order_at(s, "PO2", ORDER_SHIPPED);
    a_day_later();
    OK(record_set_state(s, id, ORDER_DELIVERED, &fault));
    struct portion p = portion(10);
    OK(prune_records(s, &p, no_path, &paths, &fault));
    CHECK_INT(p.gone, 0);
    a_day_later();
    p = portion(10);
    OK(prune_records(s, &p, no_path, &paths, &fault));
    CHECK_INT(p.gone, 1);
    store_close(s);
}

TESTS_MAIN({"the log's beginning is cut off, and it verifies from there",
            test_log_is_cut},
           {"a file whose log is cut each day stays as large as it is",
            test_file_is_bounded},
           {"a cut that is undone never was", test_cut_is_undone},
           {"whoever meddles with the cut is seen", test_tampering_shows},
           {"an order with something under way keeps its log", test_log_of_what_is_open},
           {"what began a hold stays in the log", test_log_of_a_hold},
           {"runs go when they are old, but for those of what is held", test_runs},
           {"what rules said goes with its time", test_verdicts},
           {"what is told again is not forgotten", test_told},
           {"orders go with all that is theirs, and open ones stay", test_orders},
           {"an order that changed is young again", test_a_change_makes_young})
