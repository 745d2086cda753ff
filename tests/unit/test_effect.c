/* Effects: one per business key, changed by who saw the latest version, and each change
 * logged. */
#include "store_help.h"

#include "base/json.h"

static struct arena arena;

static struct store *begin(void)
{
    arena_clear(&arena);
    return in_memory();
}

static void test_add(void)
{
    struct effect got;
    struct store *s = begin();
    struct effect e = an_effect(4, "PO1");
    e.digest.bytes[31] = 9;
    e.run = 12;
    e.revision = 2;
    OK(effect_add(s, &e, &fault));
    CHECK(e.id > 0);
    CHECK_INT(e.version, 1);
    OK(effect_get(s, &arena, e.id, true, &got, &fault));
    CHECK(got.kind == EFFECT_SHIP && got.state == EFFECT_PLANNED && got.record == 4);
    CHECK_STR(got.account, "acme-us");
    CHECK_STR(got.verb, "confirm");
    CHECK_STR(got.key, "PO1");
    CHECK_STR(got.name, "PO1");
    CHECK_STR(got.body, "{\"a\":1}");
    CHECK_STR(got.why, "");
    CHECK_STR(got.evidence, "");
    CHECK_STR(got.transaction, "");
    CHECK(memcmp(&got.digest, &e.digest, sizeof e.digest) == 0);
    CHECK(got.run == 12 && got.revision == 2 && got.next_ms == 100 && got.sends == 0);
    CHECK_INT(got.planned_ms, clock_wall_ms(a_clock));
    CHECK_INT(effect_get(s, &arena, e.id + 1, false, &got, &fault), ERR_NOT_FOUND);
    store_close(s);
}

static void test_oldest_first(void)
{
    struct effect *list;
    size_t count;
    struct store *s = begin();
    struct effect first = an_effect(1, "PO1"), second = an_effect(2, "PO2");
    const struct effect_change held = {.to = EFFECT_HELD, .why = "x", .next_ms = 1};
    OK(effect_add(s, &first, &fault));
    OK(effect_add(s, &second, &fault));
    OK(effect_move(s, &second, &held, &fault));
    clock_advance_to(a_clock, clock_mono_ms(a_clock) + 1000);
    OK(effect_move(s, &first, &held, &fault));
    const struct effect_filter filter = {.states = 1u << EFFECT_HELD, .by_change = true};
    OK(effect_list(s, &arena, &filter, &list, &count, &fault));
    CHECK(count == 2 && list[0].id == second.id && list[1].id == first.id);
    store_close(s);
}

static void test_keys(void)
{
    struct effect got;
    struct store *s = begin();
    struct effect e = an_effect(1, "PO1");
    OK(effect_add(s, &e, &fault));
    struct effect deny = an_effect(1, "PO1");
    deny.verb = "floor_deny";
    CHECK_INT(effect_add(s, &deny, &fault), ERR_CONFLICT);
    CHECK(strstr(fault.text, "ship of PO1") != NULL);
    CHECK_INT(entries(s), 1);
    struct effect other = an_effect(1, "PO1");
    other.kind = EFFECT_LABEL;
    OK(effect_add(s, &other, &fault));
    other.id = 0;
    other.revision = 1;
    OK(effect_add(s, &other, &fault));
    struct effect elsewhere = an_effect(2, "PO1");
    elsewhere.account = "acme-eu";
    OK(effect_add(s, &elsewhere, &fault));
    OK(effect_by_key(s, &arena, "acme-us", EFFECT_LABEL, "PO1", false, &got, &fault));
    CHECK_INT(got.revision, 1);
    CHECK_INT(
        effect_by_key(s, &arena, "acme-us", EFFECT_SCAN, "PO1", false, &got, &fault),
        ERR_NOT_FOUND);
    CHECK_INT(
        effect_by_key(s, &arena, "nobody", EFFECT_LABEL, "PO1", false, &got, &fault),
        ERR_NOT_FOUND);
    store_close(s);
}

static void test_compare_and_set(void)
{
    struct store *s = begin();
    struct effect e = an_effect(1, "PO1");
    OK(effect_add(s, &e, &fault));
    struct effect stale = e;
    struct effect_change send = {.to = EFFECT_SENDING, .next_ms = 7, .sent = true};
    OK(effect_move(s, &e, &send, &fault));
    int before = entries(s);
    CHECK_INT(effect_move(s, &stale, &send, &fault), ERR_CONFLICT);
    CHECK_INT(stale.version, 1);
    CHECK_INT(stale.state, EFFECT_PLANNED);
    CHECK_INT(entries(s), before);
    struct effect got;
    OK(effect_get(s, &arena, e.id, false, &got, &fault));
    CHECK_INT(got.sends, 1);
    store_close(s);
}

static void test_move(void)
{
    struct effect got;
    struct store *s = begin();
    struct effect e = an_effect(1, "PO1");
    OK(effect_add(s, &e, &fault));
    clock_jump(a_clock, 1000);
    struct effect_change send = {.to = EFFECT_SENDING, .next_ms = 7, .sent = true};
    OK(effect_move(s, &e, &send, &fault));
    int64_t sent_ms = clock_wall_ms(a_clock);
    clock_jump(a_clock, 1000);
    struct effect_change taken = {.to = EFFECT_ACCEPTED,
                                  .next_ms = 8,
                                  .transaction = "tx-1",
                                  .why = "Amazon took it"};
    OK(effect_move(s, &e, &taken, &fault));
    struct effect_change proved = {.to = EFFECT_SUCCEEDED,
                                   .next_ms = INT64_MAX,
                                   .evidence = "order SHIPPED",
                                   .checked = true};
    OK(effect_move(s, &e, &proved, &fault));
    OK(effect_get(s, &arena, e.id, true, &got, &fault));
    CHECK(got.state == EFFECT_SUCCEEDED && got.version == 4);
    CHECK_STR(got.transaction, "tx-1");
    CHECK_STR(got.why, "Amazon took it");
    CHECK_STR(got.evidence, "order SHIPPED");
    CHECK(got.sends == 1 && got.checks == 1 && got.sent_ms == sent_ms);
    CHECK(got.next_ms == INT64_MAX && got.changed_ms == clock_wall_ms(a_clock));
    CHECK_STR(got.body, "{\"a\":1}");
    CHECK(e.version == got.version && e.sent_ms == got.sent_ms && e.state == got.state);
    store_close(s);
}

static void test_new_body(void)
{
    struct effect got;
    struct store *s = begin();
    struct effect e = an_effect(1, "PO1");
    e.body = NULL;
    e.state = EFFECT_WAITING;
    OK(effect_add(s, &e, &fault));
    OK(effect_get(s, &arena, e.id, true, &got, &fault));
    CHECK(got.body == NULL);
    struct effect_change c = {.to = EFFECT_READY, .body = "{\"b\":22}", .body_len = 8};
    OK(effect_move(s, &e, &c, &fault));
    c = (struct effect_change){.to = EFFECT_READY, .body = "{\"c\":333}", .body_len = 9};
    OK(effect_move(s, &e, &c, &fault));
    OK(effect_get(s, &arena, e.id, true, &got, &fault));
    CHECK_STR(got.body, "{\"c\":333}");
    CHECK_INT(got.body_len, 9);
    store_close(s);
}

/* The last entry of the log, kept in the test's arena. */
static struct entry last;

static bool keep_last(void *arg, const struct entry *e)
{
    (void)arg;
    last = *e;
    last.what = arena_text(&arena, e->what);
    last.account = arena_text(&arena, e->account);
    last.detail = e->detail == NULL ? NULL : arena_copy(&arena, e->detail, e->detail_len);
    return true;
}

static const char *detail(struct store *s, const char *key)
{
    OK(journal_each(s, &(struct entry_filter){0}, keep_last, NULL, &fault));
    struct json *j = json_parse(&arena, last.detail, last.detail_len, &fault);
    CHECK(j != NULL);
    return json_get_str(j, key, "");
}

static void test_log(void)
{
    struct store *s = begin();
    struct effect e = an_effect(4, "PO1");
    e.run = 5;
    e.why = "observed only";
    OK(effect_add(s, &e, &fault));
    CHECK_STR(detail(s, "why"), "observed only");
    CHECK_STR(last.what, "effect.planned");
    CHECK_STR(last.account, "acme-us");
    CHECK(last.record == 4 && last.effect == e.id && last.run == 5);
    struct effect_change c = {.to = EFFECT_HELD,
                              .why = "says \"no\"\n",
                              .evidence = "a look",
                              .transaction = "tx",
                              .request_id = "req-1",
                              .actor = "anna",
                              .sent = true};
    OK(effect_move(s, &e, &c, &fault));
    CHECK_STR(detail(s, "from"), "planned");
    CHECK_STR(detail(s, "to"), "held");
    CHECK_STR(detail(s, "why"), "says \"no\"\n");
    CHECK_STR(detail(s, "evidence"), "a look");
    CHECK_STR(detail(s, "transactionId"), "tx");
    CHECK_STR(detail(s, "requestId"), "req-1");
    CHECK_STR(detail(s, "actor"), "anna");
    CHECK_STR(detail(s, "verb"), "confirm");
    CHECK_STR(last.what, "effect.held");
    CHECK(strstr(last.detail, "\"sends\":1") != NULL && last.run == 0);
    store_close(s);
}

static void test_quiet_changes(void)
{
    struct store *s = begin();
    struct effect e = an_effect(4, "PO1");
    e.why = "waits";
    OK(effect_add(s, &e, &fault));
    struct effect_change c = {.to = EFFECT_PLANNED, .next_ms = 5, .checked = true};
    OK(effect_move(s, &e, &c, &fault));
    c.why = "waits";
    OK(effect_move(s, &e, &c, &fault));
    CHECK_INT(entries(s), 1);
    c.why = "waits for a label";
    OK(effect_move(s, &e, &c, &fault));
    CHECK_INT(entries(s), 2);
    CHECK_INT(e.checks, 3);
    CHECK_INT(e.version, 4);
    store_close(s);
}

/* Random effects, and every filter against the plain loop that it must equal. */
enum { EFFECTS = 500, RECORDS = 40 };
static struct effect effects[EFFECTS];
static char keys[EFFECTS][16], transactions[8][8];
static int64_t records[RECORDS];
static const char *const accounts[] = {"a", "b", "c"};
static const char *const warehouses[] = {"ABCD", "WXYZ"};

static const char *account_of(int record)
{
    return accounts[record % 3];
}

static void fill_records(struct store *s)
{
    for (int i = 0; i < RECORDS; i++) {
        struct digest d = {{1}};
        enum record_change change;
        char name[16];
        snprintf(name, sizeof name, "PO%d", i);
        struct record r = {
            .account = account_of(i), .name = name, .warehouse = warehouses[i % 2]};
        OK(record_put(s, &r, &d, &change, &fault));
        records[i] = r.id;
    }
}

static void fill(struct store *s, struct random *r)
{
    fill_records(s);
    for (int i = 0; i < EFFECTS; i++) {
        int record = (int)random_below(r, RECORDS), t = (int)random_below(r, 8);
        snprintf(keys[i], sizeof keys[i], "K%d", i);
        snprintf(transactions[t], sizeof transactions[t], "tx%d", t);
        effects[i] = (struct effect){
            .kind = (enum effect_kind)random_below(r, EFFECT_KIND_COUNT),
            .state = (enum effect_state)random_below(r, EFFECT_STATE_COUNT),
            .verb = random_below(r, 2) == 0 ? "confirm" : "floor_deny",
            .record = records[record],
            .account = account_of(record),
            .name = "PO",
            .key = keys[i],
            .transaction = transactions[t],
            .next_ms = 1 + (int64_t)random_below(r, 50),
            .sent_ms = (int64_t)random_below(r, 3) * 10,
            .run = (int64_t)random_below(r, 4)};
        OK(effect_add(s, &effects[i], &fault));
    }
}

static int warehouse_of(const struct effect *e)
{
    for (int i = 0; i < RECORDS; i++)
        if (records[i] == e->record)
            return i % 2;
    return -1;
}

static bool wanted(const struct effect_filter *f, const struct effect *e)
{
    return (f->account == NULL || strcmp(f->account, e->account) == 0) &&
           (f->warehouse == NULL ||
            strcmp(f->warehouse, warehouses[warehouse_of(e)]) == 0) &&
           (f->record == 0 || f->record == e->record) &&
           (f->transaction == NULL || strcmp(f->transaction, e->transaction) == 0) &&
           (f->states == 0 || (f->states >> e->state & 1) != 0) &&
           (f->kinds == 0 || (f->kinds >> e->kind & 1) != 0) &&
           (f->due_ms == 0 || e->next_ms <= f->due_ms) &&
           (f->run == 0 || f->run == e->run);
}

static unsigned random_states(struct random *r)
{
    switch (random_below(r, 4)) {
    case 0:
        return 0;
    case 1:
        return 1U << EFFECT_ACCEPTED;
    case 2:
        return 1U << EFFECT_READY | 1U << EFFECT_UNKNOWN;
    default:
        return (unsigned)random_below(r, 1U << EFFECT_STATE_COUNT);
    }
}

static struct effect_filter random_filter(struct random *r)
{
    struct effect_filter f = {.states = random_states(r)};
    f.account = random_below(r, 2) == 0 ? NULL : accounts[random_below(r, 3)];
    f.warehouse = random_below(r, 3) != 0 ? NULL : warehouses[random_below(r, 2)];
    f.record = random_below(r, 3) != 0 ? 0 : records[random_below(r, RECORDS)];
    f.transaction = random_below(r, 3) != 0 ? NULL : transactions[random_below(r, 8)];
    f.kinds =
        random_below(r, 2) == 0 ? 0 : (unsigned)random_below(r, 1U << EFFECT_KIND_COUNT);
    f.due_ms = random_below(r, 2) == 0 ? 0 : (int64_t)random_below(r, 50);
    f.run = random_below(r, 3) != 0 ? 0 : (int64_t)random_below(r, 4);
    f.due_order = random_below(r, 2) == 0;
    f.with_body = random_below(r, 2) == 0;
    return f;
}

static bool in_order(const struct effect_filter *f, const struct effect *a,
                     const struct effect *b)
{
    if (f->due_order && a->next_ms != b->next_ms)
        return a->next_ms < b->next_ms;
    return a->id < b->id;
}

static void check_filter(struct store *s, struct effect_filter *f)
{
    struct effect *list;
    size_t n;
    int64_t count = -1, want = 0;
    for (int i = 0; i < EFFECTS; i++)
        want += wanted(f, &effects[i]);
    arena_reset(&arena);
    OK(effect_list(s, &arena, f, &list, &n, &fault));
    OK(effect_count(s, f, &count, &fault));
    CHECK_INT(n, want);
    CHECK_INT(count, want);
    for (size_t i = 0; i < n; i++)
        CHECK(wanted(f, &list[i]) && (i == 0 || in_order(f, &list[i - 1], &list[i])));
    f->limit = 2;
    OK(effect_list(s, &arena, f, &list, &n, &fault));
    CHECK_INT(n, want < 2 ? want : 2);
}

static void test_filters(void)
{
    struct random *r = random_new_seeded(11);
    struct store *s = begin();
    fill(s, r);
    for (int i = 0; i < 600; i++) {
        struct effect_filter f = random_filter(r);
        check_filter(s, &f);
    }
    random_free(r);
    store_close(s);
}

static void test_next(void)
{
    int64_t next;
    struct random *r = random_new_seeded(12);
    struct store *s = begin();
    OK(effect_next(s, "a", ~0U, -1, &next, &fault));
    CHECK(next == INT64_MAX);
    fill(s, r);
    for (int i = 0; i < 200; i++) {
        unsigned states = (unsigned)random_below(r, 1U << EFFECT_STATE_COUNT);
        const char *account = accounts[random_below(r, 3)];
        int64_t want = INT64_MAX, after = (int64_t)random_below(r, 50) - 1;
        for (int k = 0; k < EFFECTS; k++)
            if ((states >> effects[k].state & 1) != 0 &&
                strcmp(effects[k].account, account) == 0 &&
                !effect_state_final(effects[k].state) && effects[k].next_ms > after &&
                effects[k].next_ms < want)
                want = effects[k].next_ms;
        OK(effect_next(s, account, states, after, &next, &fault));
        CHECK(next == want);
    }
    random_free(r);
    store_close(s);
}

static int64_t sent_by_loop(const char *account, int warehouse, const char *verb,
                            int64_t since)
{
    int64_t n = 0;
    for (int i = 0; i < EFFECTS; i++) {
        const struct effect *e = &effects[i];
        n += e->sent_ms > 0 && e->sent_ms >= since && strcmp(e->account, account) == 0 &&
             strcmp(e->verb, verb) == 0 &&
             (warehouse < 0 || warehouse_of(e) == warehouse);
    }
    return n;
}

static void test_sent_since(void)
{
    int64_t count;
    struct random *r = random_new_seeded(13);
    struct store *s = begin();
    fill(s, r);
    for (int since = 0; since <= 30; since += 5) {
        OK(effect_sent_since(s, "b", NULL, "floor_deny", since, &count, &fault));
        CHECK_INT(count, sent_by_loop("b", -1, "floor_deny", since));
        OK(effect_sent_since(s, "b", "WXYZ", "confirm", since, &count, &fault));
        CHECK_INT(count, sent_by_loop("b", 1, "confirm", since));
    }
    CHECK(sent_by_loop("b", 1, "confirm", 5) > 3);
    OK(effect_sent_since(s, "nobody", NULL, "confirm", 0, &count, &fault));
    CHECK_INT(count, 0);
    random_free(r);
    store_close(s);
}

/* Any moves, in slices that are kept or undone: rows equal the model, the log stays
 * whole. */
static void random_move(struct store *s, struct random *r, struct effect *e)
{
    static const char *const whys[] = {NULL, "", "too early", "a person decides"};
    struct effect_change c = {.to =
                                  (enum effect_state)random_below(r, EFFECT_STATE_COUNT),
                              .why = whys[random_below(r, 4)],
                              .transaction = random_below(r, 4) == 0 ? "tx" : NULL,
                              .next_ms = (int64_t)random_below(r, 100),
                              .sent = random_below(r, 3) == 0,
                              .checked = random_below(r, 3) == 0};
    OK(effect_move(s, e, &c, &fault));
}

static void slice_of_moves(struct store *s, struct random *r)
{
    static struct effect before[EFFECTS];
    memcpy(before, effects, sizeof effects);
    OK(store_slice_begin(s, &fault));
    for (uint64_t n = random_below(r, 6); n > 0; n--)
        random_move(s, r, &effects[random_below(r, EFFECTS)]);
    if (random_below(r, 3) != 0) {
        OK(store_slice_keep(s, &fault));
        return;
    }
    OK(store_slice_undo(s, &fault));
    memcpy(effects, before, sizeof effects);
}

static void test_moves_property(void)
{
    struct random *r = random_new_seeded(14);
    struct store *s = begin();
    fill(s, r);
    for (int i = 0; i < 1500; i++) {
        slice_of_moves(s, r);
        if (random_below(r, 10) == 0)
            OK(store_commit(s, &fault));
    }
    verified(s);
    for (int i = 0; i < EFFECTS; i++) {
        struct effect got;
        arena_reset(&arena);
        OK(effect_get(s, &arena, effects[i].id, false, &got, &fault));
        CHECK(got.state == effects[i].state && got.version == effects[i].version);
        CHECK(got.sends == effects[i].sends && got.checks == effects[i].checks);
        CHECK(got.next_ms == effects[i].next_ms && got.sent_ms == effects[i].sent_ms);
        CHECK_STR(got.why, effects[i].why == NULL ? "" : effects[i].why);
        CHECK_STR(got.transaction, effects[i].transaction);
    }
    struct effect_filter all = {0};
    check_filter(s, &all);
    random_free(r);
    store_close(s);
}

static bool stop_at_once(void *arg, const struct effect *e)
{
    (void)e;
    return ++*(int *)arg < 1;
}

static void test_stop(void)
{
    int n = 0;
    struct random *r = random_new_seeded(15);
    struct store *s = begin();
    fill(s, r);
    OK(effect_each(s, &(struct effect_filter){0}, stop_at_once, &n, &fault));
    CHECK_INT(n, 1);
    OK(store_commit(s, &fault)); /* no listing is left open */
    random_free(r);
    store_close(s);
}

static void test_names(void)
{
    for (int i = 0; i < EFFECT_STATE_COUNT; i++)
        CHECK_INT(effect_state_find(effect_state_name((enum effect_state)i)), i);
    CHECK_INT(effect_state_find("lost"), EFFECT_STATE_COUNT);
    CHECK_STR(effect_kind_name(EFFECT_ACKNOWLEDGE), "acknowledge");
    CHECK_STR(effect_kind_name(EFFECT_SCAN), "scan");
    CHECK(effect_state_final(EFFECT_REJECTED) && effect_state_final(EFFECT_CANCELLED));
    CHECK(!effect_state_final(EFFECT_HELD) && !effect_state_final(EFFECT_UNKNOWN));
}

static void test_clean_up(void)
{
    arena_clear(&arena);
    clock_free(a_clock);
}

TESTS_MAIN({"an effect is kept as it was planned", test_add},
           {"what was held first is listed first", test_oldest_first},
           {"an order is confirmed or denied once, whoever asks", test_keys},
           {"who saw an older version changes nothing", test_compare_and_set},
           {"sends, checks, evidence and times follow the changes", test_move},
           {"a waiting effect gets its body later", test_new_body},
           {"the log says from what to what, why, by what evidence and by whom",
            test_log},
           {"checks alone do not fill the log", test_quiet_changes},
           {"every filter lists what a plain loop lists", test_filters},
           {"the next time to look is the earliest of the asked states", test_next},
           {"limits count what was sent since", test_sent_since},
           {"any moves, kept or undone, leave rows and log whole", test_moves_property},
           {"a listing that is stopped is over", test_stop},
           {"states have names", test_names}, {"nothing is left behind", test_clean_up})
