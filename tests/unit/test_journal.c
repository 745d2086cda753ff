/* The log in order and the runs: what `explain` and `trace` read. */
#include "store_help.h"

static struct arena arena;

static struct store *begin(void)
{
    arena_clear(&arena);
    return in_memory();
}

static int64_t add(struct store *s, struct entry e)
{
    OK(journal_add(s, &e, &fault));
    return e.id;
}

/* Collects ids as "1 2 3". */
static bool collect(void *arg, const struct entry *e)
{
    char *text = arg;
    size_t len = strlen(text);
    snprintf(text + len, 200 - len, "%s%lld", len == 0 ? "" : " ", (long long)e->id);
    return true;
}

static const char *ids(struct store *s, struct entry_filter filter)
{
    char *text = arena_new(&arena, 200);
    OK(journal_each(s, &filter, collect, text, &fault));
    return text;
}

static bool look_at_first(void *arg, const struct entry *e)
{
    *(bool *)arg = e->id == 1 && e->at_ms == clock_wall_ms(a_clock) &&
                   strcmp(e->what, "call") == 0 && strcmp(e->account, "a") == 0 &&
                   e->record == 2 && e->effect == 3 && e->run == 4 &&
                   e->detail_len == 2 && strcmp(e->detail, "{}") == 0;
    return false;
}

static bool look_at_second(void *arg, const struct entry *e)
{
    *(bool *)arg = e->id == 2 && strcmp(e->account, "") == 0 && e->detail == NULL &&
                   e->detail_len == 0;
    return true;
}

static void test_members(void)
{
    bool right = false;
    struct store *s = begin();
    add(s, (struct entry){.what = "call",
                          .account = "a",
                          .record = 2,
                          .effect = 3,
                          .run = 4,
                          .detail = "{}",
                          .detail_len = 2});
    add(s, (struct entry){.what = "start"});
    OK(journal_each(s, &(struct entry_filter){0}, look_at_first, &right, &fault));
    CHECK(right);
    OK(journal_each(s, &(struct entry_filter){.after_id = 1}, look_at_second, &right,
                    &fault));
    CHECK(right);
    verified(s);
    store_close(s);
}

static void test_filters(void)
{
    struct store *s = begin();
    struct effect e = an_effect(7, "PO1"), loose = an_effect(0, "PO2");
    OK(effect_add(s, &e, &fault));                                           /* 1 */
    OK(effect_add(s, &loose, &fault));                                       /* 2 */
    add(s, (struct entry){.what = "order.new", .record = 7, .run = 1});      /* 3 */
    add(s, (struct entry){.what = "order.accepted", .record = 8, .run = 2}); /* 4 */
    add(s, (struct entry){.what = "order*", .record = 7, .run = 2});         /* 5 */
    add(s, (struct entry){.what = "call", .record = 7, .effect = e.id});     /* 6 */
    add(s, (struct entry){.what = "call", .effect = loose.id});              /* 7 */
    add(s, (struct entry){.what = "Order.new"});                             /* 8 */
    CHECK_STR(ids(s, (struct entry_filter){.record = 7}), "1 3 5 6");
    CHECK_STR(ids(s, (struct entry_filter){.effect = e.id}), "1 6");
    CHECK_STR(ids(s, (struct entry_filter){.effect = loose.id}), "2 7");
    CHECK_STR(ids(s, (struct entry_filter){.effect = 99}), "");
    CHECK_STR(ids(s, (struct entry_filter){.run = 2}), "4 5");
    CHECK_STR(ids(s, (struct entry_filter){.what = "order.new"}), "3");
    CHECK_STR(ids(s, (struct entry_filter){.what = "order.*"}), "3 4");
    CHECK_STR(ids(s, (struct entry_filter){.what = "order*"}), "3 4 5");
    CHECK_STR(ids(s, (struct entry_filter){.what = "*"}), "1 2 3 4 5 6 7 8");
    CHECK_STR(ids(s, (struct entry_filter){.what = ""}), "");
    CHECK_STR(ids(s, (struct entry_filter){.record = 7, .run = 2}), "5");
    CHECK_STR(ids(s, (struct entry_filter){.after_id = 6}), "7 8");
    CHECK_STR(ids(s, (struct entry_filter){.after_id = 2, .limit = 3}), "3 4 5");
    store_close(s);
}

/* Moving a byte from one member to the next must not keep the hash. */
static void test_hash_has_lengths(void)
{
    fresh_folder();
    struct store *s = own();
    add(s,
        (struct entry){.what = "ab", .account = "cd", .detail = "ef", .detail_len = 2});
    OK(store_commit(s, &fault));
    store_close(s);
    meddle("UPDATE log SET what = 'abc'; UPDATE account SET name = 'd'");
    s = own();
    CHECK_INT(store_verify(s, &fault), ERR_INPUT);
    store_close(s);
    meddle("UPDATE log SET what = 'ab'; UPDATE account SET name = 'cd'");
    s = own();
    verified(s);
    store_close(s);
    fresh_folder();
}

static void test_goes_on(void)
{
    fresh_folder();
    for (int64_t start = 1; start <= 5; start++) {
        struct store *s = own();
        CHECK_INT(note(s, "start"), 2 * start - 1);
        CHECK_INT(note(s, "stop"), 2 * start);
        OK(store_commit(s, &fault));
        note(s, "lost");
        verified(s);
        store_close(s);
    }
    struct store *s = own();
    CHECK_INT(entries(s), 10);
    verified(s);
    store_close(s);
    fresh_folder();
}

static void test_runs(void)
{
    struct digest source = {{1, 2, 3}};
    int64_t first = 0, second = 0, third = 0, crashed = -1;
    struct store *s = begin();
    OK(run_begin(s, "rules/floor.lua", &source, &first, &fault));
    OK(run_begin(s, "rules/floor.lua", &source, &second, &fault));
    OK(run_begin(s, "rules/floor.lua", &source, &third, &fault));
    CHECK(first > 0 && second > first && third > second);
    OK(run_end(s, first, RUN_DONE, NULL, &fault));
    OK(run_recover(s, &crashed, &fault));
    CHECK_INT(crashed, 2);
    OK(run_recover(s, &crashed, &fault));
    CHECK_INT(crashed, 0);
    CHECK_INT(run_end(s, 99, RUN_FAILED, "no such run", &fault), ERR_NOT_FOUND);
    CHECK_STR(run_state_name(RUN_RUNNING), "running");
    CHECK_STR(run_state_name(RUN_CRASHED), "crashed");
    store_close(s);
}

static void test_clean_up(void)
{
    arena_clear(&arena);
    clock_free(a_clock);
}

TESTS_MAIN({"an entry is kept as it is given, with its time", test_members},
           {"the story of an order, an effect or a run is found", test_filters},
           {"text moved between members breaks the chain", test_hash_has_lengths},
           {"the chain goes on where the last commit left it", test_goes_on},
           {"what a crash left running is marked, once", test_runs},
           {"nothing is left behind", test_clean_up})
