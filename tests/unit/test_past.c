/* The past, played forward: at each moment every record and document is what it was, and
 * moments go on over undone writes and restarts. */
#include "store_help.h"

#include "store/dispatched.h"
#include "store/past.h"
#include "store/verdict.h"

static struct arena arena;

/* What an order was at some moment. */
struct was {
    int64_t moment;
    int state;
    const char *status, *body;
    bool label; /* it has one that is valid */
};

static void expect(struct store *s, int64_t id, const struct was *was)
{
    struct record r = {0};
    int64_t label = 0;
    arena_reset(&arena);
    OK(record_get(s, &arena, id, true, &r, &fault));
    CHECK_INT(r.state, was->state);
    CHECK_STR(r.status, was->status);
    CHECK_STR(r.body, was->body);
    OK(paper_latest(s, id, PAPER_LABEL, &label, &fault));
    CHECK_INT(label != 0, was->label);
}

/* Plays all steps up to and with this moment. */
static void play_to(struct past *p, int64_t moment)
{
    struct past_step step;
    struct entry e;
    while (past_next(p, &step) && step.moment <= moment)
        OK(past_play(p, &arena, &e, &fault));
}

static void add_label(struct store *s, int64_t record, unsigned char byte)
{
    const struct paper label = {.id = paper_next_id(s),
                                .kind = PAPER_LABEL,
                                .record = record,
                                .account = "acme-us",
                                .path = byte == 1 ? "1.zpl" : "2.zpl",
                                .digest = {{byte}}};
    int64_t replaced;
    OK(paper_add(s, &label, &replaced, &fault));
}

/* An order from its beginning to its end, looked at after each thing that happened. */
static int64_t live(struct store *s, struct was list[8], int *count)
{
    int64_t id, voided;
    int n = 0;
    note(s, "before");
    put_order(s, "acme-us", "PO1", "{\"a\":1}", &id);
    list[n++] = (struct was){journal_moment(s), ORDER_NEW, "NEW", "{\"a\":1}", false};
    note(s, "order.new");
    OK(record_set_state(s, id, ORDER_ACCEPTING, &fault));
    list[n++] =
        (struct was){journal_moment(s), ORDER_ACCEPTING, "NEW", "{\"a\":1}", false};
    OK(record_set_status(s, id, "ACCEPTED", &fault));
    OK(record_set_state(s, id, ORDER_ACCEPTED, &fault));
    list[n++] =
        (struct was){journal_moment(s), ORDER_ACCEPTED, "ACCEPTED", "{\"a\":1}", false};
    note(s, "order.accepted");
    add_label(s, id, 1);
    list[n++] =
        (struct was){journal_moment(s), ORDER_ACCEPTED, "ACCEPTED", "{\"a\":1}", true};
    put_order(s, "acme-us", "PO1", "{\"a\":2}", &id);
    list[n++] = (struct was){journal_moment(s), ORDER_ACCEPTED, "NEW", "{\"a\":2}", true};
    OK(paper_void(s, id, 1u << PAPER_LABEL, NULL, &voided, &fault));
    CHECK_INT(voided, 1);
    list[n++] =
        (struct was){journal_moment(s), ORDER_ACCEPTED, "NEW", "{\"a\":2}", false};
    add_label(s, id, 2);
    put_order(s, "acme-us", "PO1", "{\"a\":3}", &id);
    list[n++] = (struct was){journal_moment(s), ORDER_ACCEPTED, "NEW", "{\"a\":3}", true};
    *count = n;
    return id;
}

static void test_every_moment(void)
{
    struct was list[8];
    int count;
    need_clock();
    struct store *there = in_memory();
    const int64_t id = live(there, list, &count);
    OK(store_commit(there, &fault));
    struct store *s = store_open_beside(there, a_clock, &fault);
    struct past *p = past_open(s, &fault);
    CHECK(p != NULL);
    for (int i = 0; i < count; i++) {
        play_to(p, list[i].moment);
        expect(s, id, &list[i]);
    }
    CHECK_INT(entries(s), entries(there));
    past_close(p);
    store_close(s);
    store_close(there);
}

static void test_effects(void)
{
    struct effect e, got;
    int64_t id;
    struct store *there = in_memory();
    put_order(there, "acme-us", "PO1", "{}", &id);
    e = an_effect(id, "PO1");
    OK(effect_add(there, &e, &fault));
    const int64_t planned = journal_moment(there);
    const struct effect_change sent = {.to = EFFECT_SENDING, .sent = true, .next_ms = 1};
    OK(effect_move(there, &e, &sent, &fault));
    const struct effect_change proved = {
        .to = EFFECT_SUCCEEDED, .why = "", .evidence = "seen", .next_ms = INT64_MAX};
    OK(effect_move(there, &e, &proved, &fault));
    OK(store_commit(there, &fault));
    struct store *s = store_open_beside(there, a_clock, &fault);
    struct past *p = past_open(s, &fault);
    play_to(p, planned);
    OK(effect_get(s, &arena, e.id, false, &got, &fault));
    CHECK_INT(got.state, EFFECT_PLANNED);
    CHECK_STR(got.evidence, "");
    play_to(p, INT64_MAX);
    OK(effect_get(s, &arena, e.id, false, &got, &fault));
    CHECK_INT(got.state, EFFECT_SUCCEEDED);
    CHECK_STR(got.evidence, "seen");
    past_close(p);
    store_close(s);
    store_close(there);
}

static void test_moments(void)
{
    int64_t id;
    fresh_folder();
    struct store *s = own();
    note(s, "a");
    CHECK_INT(journal_moment(s), MOMENTS);
    put_order(s, "acme-us", "PO1", "{}", &id);
    CHECK_INT(journal_moment(s), MOMENTS + 1);
    OK(store_slice_begin(s, &fault));
    OK(record_set_state(s, id, ORDER_ACCEPTED, &fault));
    CHECK_INT(journal_moment(s), MOMENTS + 2);
    OK(store_slice_undo(s, &fault));
    CHECK_INT(journal_moment(s), MOMENTS + 1);
    OK(store_commit(s, &fault));
    store_close(s);
    s = own();
    CHECK_INT(journal_moment(s), MOMENTS + 1);
    note(s, "b");
    CHECK_INT(journal_moment(s), 2 * MOMENTS);
    OK(store_commit(s, &fault));
    store_close(s);
    s = own();
    CHECK_INT(journal_moment(s), 2 * MOMENTS);
    store_close(s);
}

static bool take_last(void *arg, const struct verdict_row *v)
{
    *(struct verdict_row *)arg = *v;
    return true;
}

static void test_questions(void)
{
    bool there;
    struct verdict_row v = {0};
    struct dispatched d;
    struct store *s = in_memory();
    const int64_t event = note(s, "order.new");
    const struct verdict_row holds = {event, 7, 100, 50, VERDICT_HOLDS, 3, 0, 400};
    const struct verdict_row ran = {event, 7, 400, 90, VERDICT_RAN, 3, 1, 0};
    OK(verdict_put(s, &ran, &fault));
    OK(verdict_put(s, &holds, &fault));
    OK(verdict_each(s, event, take_last, &v, &fault));
    CHECK_INT(v.outcome, VERDICT_RAN);
    OK(dispatched_put(s, &(struct dispatched){event + 1, 60, 100}, &fault));
    OK(store_commit(s, &fault));
    struct store *beside = store_open_beside(s, a_clock, &fault);
    OK(past_verdict(beside, event, 7, 0, &v, &there, &fault));
    CHECK(there && v.seen == 50 && v.due_ms == 400);
    OK(past_verdict(beside, event, 7, 2, &v, &there, &fault));
    CHECK(!there);
    OK(past_dispatched(beside, event, &d, &there, &fault));
    CHECK(there && d.seen == 60);
    OK(past_dispatched(beside, event + 2, &d, &there, &fault));
    CHECK(!there);
    store_close(beside);
    store_close(s);
}

static void test_reads_only(void)
{
    int64_t id;
    fresh_folder();
    struct store *there = own();
    put_order(there, "acme-us", "PO1", "{}", &id);
    OK(store_commit(there, &fault));
    struct store *looker = store_open(folder, STORE_LOOK, a_clock, &fault);
    struct store *s = store_open_beside(looker, a_clock, &fault);
    CHECK(s != NULL);
    struct past *p = past_open(s, &fault);
    CHECK(p != NULL);
    put_order(there, "acme-us", "PO2", "{}", &id); /* its owner works on */
    OK(store_commit(there, &fault));
    play_to(p, INT64_MAX);
    struct record r;
    CHECK_INT(record_find(s, &arena, RECORD_ORDER, NULL, "PO2", false, &r, &fault),
              ERR_NOT_FOUND);
    OK(record_find(s, &arena, RECORD_ORDER, NULL, "PO1", false, &r, &fault));
    past_close(p);
    store_close(s);
    store_close(looker);
    verified(there);
    store_close(there);
}

static void test_clean_up(void)
{
    fresh_folder();
    arena_clear(&arena);
    clock_free(a_clock);
}

TESTS_MAIN({"a record and its documents are at each moment what they were",
            test_every_moment},
           {"an effect is what it was, from planned to proved", test_effects},
           {"moments go on over what is undone and over a restart", test_moments},
           {"every question to a rule is kept, and its last answer is the verdict",
            test_questions},
           {"the past is only read, while its owner works on", test_reads_only},
           {"nothing is left behind", test_clean_up})
