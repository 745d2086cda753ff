/* Which orders' clocks are looked at next, and that each is told once. */
#include "store_help.h"

#include "store/deadline.h"

static size_t due(struct store *s, int64_t now_ms, int64_t records[4])
{
    size_t count = 4;
    OK(deadline_due(s, now_ms, records, &count, &fault));
    return count;
}

static void test_the_sooner_look_counts(void)
{
    int64_t records[4], next;
    struct store *s = in_memory();
    OK(deadline_next(s, &next, &fault));
    CHECK(next == INT64_MAX);
    OK(deadline_wake(s, 1, 100, &fault));
    OK(deadline_wake(s, 2, 50, &fault));
    OK(deadline_wake(s, 1, 200, &fault)); /* it stays */
    CHECK_INT(due(s, 49, records), 0);
    CHECK_INT(due(s, 50, records), 1);
    CHECK_INT(due(s, 100, records), 2);
    CHECK(records[0] == 2 && records[1] == 1);
    OK(deadline_wake(s, 1, 40, &fault));
    OK(deadline_next(s, &next, &fault));
    CHECK_INT(next, 40);
    OK(deadline_set(s, 1, 300, &fault));
    OK(deadline_next(s, &next, &fault));
    CHECK_INT(next, 50);
    store_close(s);
}

static bool said(struct store *s, int64_t record, bool missed, int64_t due_ms,
                 const char *package)
{
    bool fresh;
    const struct deadline_word word = {.record = record,
                                       .kind = 1,
                                       .missed = missed,
                                       .due_ms = due_ms,
                                       .package = package};
    OK(deadline_say(s, &word, &fresh, &fault));
    return !fresh;
}

static void test_said_once(void)
{
    int64_t next;
    struct store *s = in_memory();
    OK(deadline_wake(s, 1, 100, &fault));
    CHECK(!said(s, 1, false, 100, "A"));
    CHECK(said(s, 1, false, 100, "A"));
    CHECK(!said(s, 1, true, 100, "A"));
    CHECK(!said(s, 1, false, 100, "B"));
    CHECK(!said(s, 1, false, 200, "A"));
    CHECK(!said(s, 2, false, 100, "A"));
    OK(deadline_over(s, 1, &fault));
    OK(deadline_next(s, &next, &fault));
    CHECK(next == INT64_MAX);
    CHECK(!said(s, 1, false, 100, "A"));
    CHECK(said(s, 2, false, 100, "A"));
    store_close(s);
}

static void test_clean_up(void)
{
    clock_free(a_clock);
}

TESTS_MAIN({"of two planned looks at an order the sooner one counts",
            test_the_sooner_look_counts},
           {"a clock is told once, by kind, end and package", test_said_once},
           {"nothing is left behind", test_clean_up})
