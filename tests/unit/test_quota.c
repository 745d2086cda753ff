/* The quota against a bucket of Amazon's that is written here a second time, with a
 * network that delays each call as unkindly as it may. */
#include "spapi/quota.h"

#include <math.h>

#include "base/instant.h"
#include "base/random.h"
#include "check.h"

enum { JITTER = 50, ARRIVALS_MAX = 60000 };

/* One hour, or less, of an account that has `rate` and `burst` for one operation. */
struct world {
    double rate;
    int burst;
    int64_t length_ms;
    bool waves;  /* demand comes and goes; else there is always a next call */
    bool unkind; /* delays bunch the calls up; else they are random */
    uint64_t seed;
};

struct verdict {
    size_t sent, throttled;
};

static double arrivals[ARRIVALS_MAX];

static struct account account_of(double rate, int burst)
{
    struct account a = {.id = (char *)"acme"};
    a.rate[OP_GET_ORDERS] = rate;
    a.burst[OP_GET_ORDERS] = burst;
    return a;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* What Amazon's own bucket says to these arrivals: full at first, never above burst. */
static size_t refused_by_amazon(size_t count, double rate, int burst)
{
    double level = burst, at = arrivals[0];
    size_t refused = 0;
    for (size_t i = 0; i < count; i++) {
        level = fmin(burst, level + (arrivals[i] - at) / 1000.0 * rate);
        at = arrivals[i];
        if (level >= 1 - 1e-6)
            level -= 1;
        else
            refused++;
    }
    return refused;
}

/* The way of one call: between 0 and JITTER later than the fastest. The unkind network
 * holds calls back until a moment at which it lets all of them go, then is fast. */
static double delay_of(const struct world *w, struct random *r, int64_t now_ms,
                       int64_t gate_ms)
{
    if (!w->unkind)
        return (double)random_below(r, JITTER);
    int64_t wait = gate_ms - now_ms;
    return wait > 0 && wait < JITTER ? (double)wait : 0;
}

static bool wanted(const struct world *w, int64_t now_ms, int64_t phase)
{
    return !w->waves || (now_ms + phase) / 7000 % 3 == 0;
}

static struct verdict play(const struct world *w)
{
    struct random *r = random_new_seeded(w->seed);
    struct account a = account_of(w->rate, w->burst);
    struct quota *q = quota_new(&a, 0);
    int64_t phase = (int64_t)random_below(r, 21000), gate = 0;
    size_t sent = 0;

    for (int64_t now = 0; now < w->length_ms; now++) {
        if (now > gate)
            gate = now + 20 + (int64_t)random_below(r, 400);
        while (wanted(w, now, phase) && sent < ARRIVALS_MAX &&
               quota_take(q, OP_GET_ORDERS, now))
            /* Amazon's clock may be slower than ours, by less than the margin. */
            arrivals[sent++] = ((double)now + delay_of(w, r, now, gate)) * (1 - 0.9e-4);
    }
    qsort(arrivals, sent, sizeof arrivals[0], by_value);
    struct verdict v = {.sent = sent,
                        .throttled = refused_by_amazon(sent, w->rate, w->burst)};
    quota_free(q);
    random_free(r);
    return v;
}

static void never_trips(void)
{
    static const struct {
        double rate;
        int burst;
    } plans[] = {{10, 10}, {1, 10}, {1, 1}, {0.5, 2}, {100, 10}, {200, 5}, {2, 20}};
    for (size_t p = 0; p < sizeof plans / sizeof plans[0]; p++)
        for (uint64_t seed = 1; seed <= 24; seed++) {
            struct world w = {.rate = plans[p].rate,
                              .burst = plans[p].burst,
                              .length_ms = 4 * MS_MINUTE,
                              .waves = seed % 2 == 0,
                              .unkind = seed % 4 < 2,
                              .seed = seed};
            CHECK_INT(play(&w).throttled, 0);
        }
}

static void the_simulation_can_fail(void)
{
    /* Amazon grants less than we believe: the bucket written here must notice. */
    struct world w = {.rate = 10, .burst = 10, .length_ms = MS_MINUTE, .seed = 1};
    struct verdict v = play(&w);
    CHECK(refused_by_amazon(v.sent, 9, 9) > 10);
}

static void uses_the_quota(void)
{
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct world w = {.rate = 10,
                          .burst = 10,
                          .length_ms = MS_HOUR,
                          .unkind = seed % 2 == 0,
                          .seed = seed};
        struct verdict v = play(&w);
        CHECK_INT(v.throttled, 0);
        CHECK((double)v.sent >= 0.999 * 36000);
    }
}

/* One call after the other at 1 a second, burst 1, for half an hour: each arrives 10 to
 * 10 + jitter after it left and is answered `work` later. What Amazon refused. */
static struct verdict play_answers(int64_t jitter_ms, int64_t work_ms, uint64_t seed)
{
    struct random *r = random_new_seeded(seed);
    struct account a = account_of(1, 1);
    struct quota *q = quota_new(&a, 0);
    int64_t left = 0, answer = INT64_MAX;
    size_t sent = 0;

    for (int64_t now = 0; now < 30 * MS_MINUTE; now++) {
        if (now == answer) {
            quota_answered(q, OP_GET_ORDERS, 204, 0, now);
            quota_timed(q, OP_GET_ORDERS, left, now);
        }
        if (!quota_take(q, OP_GET_ORDERS, now))
            continue;
        int64_t way =
            10 + (jitter_ms == 0 ? 0 : (int64_t)random_below(r, (uint64_t)jitter_ms));
        arrivals[sent++] = (double)(now + way) * (1 - 0.9e-4);
        left = now;
        answer = now + way + work_ms;
    }
    struct verdict v = {.sent = sent, .throttled = refused_by_amazon(sent, 1, 1)};
    quota_free(q);
    random_free(r);
    return v;
}

static void answers_tell_when(void)
{
    struct verdict v = play_answers(0, 80, 1); /* a steady way */
    CHECK_INT(v.throttled, 0);
    CHECK(v.sent >= 1790); /* of 1,800 */
    size_t throttled = 0;  /* what was late leaves room, and no more than it may need */
    for (uint64_t seed = 2; seed < 10; seed++) {
        v = play_answers(JITTER, 80, seed);
        throttled += v.throttled; /* by a call that is faster than all before it */
        CHECK(v.sent > 1740);
    }
    CHECK(throttled <= 2);
    v = play_answers(0, 3000, 3); /* answers later than the next call: no help */
    CHECK_INT(v.throttled, 0);
    CHECK(v.sent >= 1712 && v.sent <= 1716);
}

/* What came too early says that the way can be faster, not that the rate is lower. */
static void too_early_is_not_too_often(void)
{
    struct account a = account_of(1, 1);
    struct quota *q = quota_new(&a, 0);
    for (int64_t now = 0, calls = 0; calls < 30; now += 2000, calls++) {
        CHECK(quota_take(q, OP_GET_ORDERS, now));
        quota_answered(q, OP_GET_ORDERS, 204, 0, now + 100);
        quota_timed(q, OP_GET_ORDERS, now, now + 100);
        CHECK(quota_next(q, OP_GET_ORDERS, now + 100) - now <=
              (calls < 19 ? 1052 : 1006));
    }
    CHECK(quota_take(q, OP_GET_ORDERS, 60000));
    quota_answered(q, OP_GET_ORDERS, 429, 0, 60010);
    CHECK_INT(quota_next(q, OP_GET_ORDERS, 60011), 61060);
    CHECK(quota_rate(q, OP_GET_ORDERS) > 0.999);
    CHECK(quota_take(q, OP_GET_ORDERS, 61060));
    quota_answered(q, OP_GET_ORDERS, 429, 0, 61100); /* again: now it is the rate */
    CHECK(quota_rate(q, OP_GET_ORDERS) < 0.96);
    quota_free(q);
}

static void waves_use_the_burst(void)
{
    /* After a pause, b' = 10 - ceil(10 * 0.05) = 9 calls leave at once. */
    struct account a = account_of(10, 10);
    struct quota *q = quota_new(&a, 0);
    int at_once = 0;
    while (quota_take(q, OP_GET_ORDERS, MS_MINUTE))
        at_once++;
    CHECK_INT(at_once, 9);
    quota_free(q);
}

static void starts_with_one(void)
{
    struct account a = account_of(10, 10);
    struct quota *q = quota_new(&a, 5000);
    CHECK_INT(quota_next(q, OP_GET_ORDERS, 5000), 5000);
    CHECK(quota_take(q, OP_GET_ORDERS, 5000));
    CHECK(!quota_take(q, OP_GET_ORDERS, 5000));
    int64_t next = quota_next(q, OP_GET_ORDERS, 5000);
    CHECK(next == 5100 || next == 5101);
    CHECK(!quota_take(q, OP_GET_ORDERS, next - 1));
    CHECK(quota_take(q, OP_GET_ORDERS, next));
    quota_free(q);
}

static void models_and_overrides(void)
{
    struct account a = account_of(0, 0);
    a.rate[OP_GET_ORDER] = 2.5;
    struct quota *q = quota_new(&a, 0);
    CHECK(fabs(quota_rate(q, OP_GET_ORDERS) - 10) < 1e-9);
    CHECK(fabs(quota_rate(q, OP_CREATE_RESTRICTED_DATA_TOKEN) - 1) < 1e-9);
    CHECK(fabs(quota_rate(q, OP_GET_ORDER) - 2.5) < 1e-9);
    quota_free(q);
}

static void buckets_are_apart(void)
{
    struct account a = account_of(10, 10);
    struct quota *q = quota_new(&a, 0);
    CHECK(quota_take(q, OP_GET_ORDERS, 0));
    quota_answered(q, OP_GET_ORDERS, 429, 0, 10);
    CHECK(quota_take(q, OP_GET_ORDER, 10));
    quota_free(q);
}

static void returned_token(void)
{
    struct account a = account_of(1, 10);
    struct quota *q = quota_new(&a, 0);
    CHECK(quota_take(q, OP_GET_ORDERS, 0));
    quota_return(q, OP_GET_ORDERS);
    CHECK_INT(quota_counts(q, OP_GET_ORDERS).calls, 0);
    CHECK(quota_take(q, OP_GET_ORDERS, 0));
    CHECK(!quota_take(q, OP_GET_ORDERS, 0));
    quota_free(q);
}

static void throttle_holds(void)
{
    struct account a = account_of(10, 10);
    struct quota *q = quota_new(&a, 0);
    quota_answered(q, OP_GET_ORDERS, 429, 0, 60000);
    CHECK_INT(quota_next(q, OP_GET_ORDERS, 60000), 60150); /* 1/r + J */
    CHECK(fabs(quota_rate(q, OP_GET_ORDERS) - 9.5) < 1e-9);
    /* Others that were under way say nothing new. */
    quota_answered(q, OP_GET_ORDERS, 429, 0, 60020);
    CHECK_INT(quota_next(q, OP_GET_ORDERS, 60020), 60150);
    CHECK(!quota_take(q, OP_GET_ORDERS, 60149));
    CHECK(quota_take(q, OP_GET_ORDERS, 60150));
    CHECK(!quota_take(q, OP_GET_ORDERS, 60151)); /* one, not a burst */
    CHECK_INT(quota_counts(q, OP_GET_ORDERS).throttled, 2);
    quota_free(q);
}

static void throttle_doubles(void)
{
    struct account a = account_of(10, 10);
    struct quota *q = quota_new(&a, 0);
    int64_t now = MS_MINUTE, hold = 0, before = 0;
    for (int i = 0; i < 14; i++) {
        quota_answered(q, OP_GET_ORDERS, 429, 0, now);
        hold = quota_next(q, OP_GET_ORDERS, now) - now;
        CHECK(hold == MS_MINUTE || hold >= 2 * before);
        before = hold;
        now += hold;
        CHECK(quota_take(q, OP_GET_ORDERS, now));
    }
    CHECK_INT(hold, MS_MINUTE); /* and no longer */
    quota_answered(q, OP_GET_ORDERS, 200, 0, now);
    quota_answered(q, OP_GET_ORDERS, 429, 0, now + 1);
    CHECK(quota_next(q, OP_GET_ORDERS, now + 1) - now <
          1000); /* a success ends the row */
    quota_free(q);
}

static void rate_recovers(void)
{
    struct account a = account_of(10, 10);
    struct quota *q = quota_new(&a, 0);
    quota_answered(q, OP_GET_ORDERS, 429, 0, 1000);
    int64_t held = quota_next(q, OP_GET_ORDERS, 1000);
    CHECK(quota_take(q, OP_GET_ORDERS, held + MS_MINUTE));
    CHECK(fabs(quota_rate(q, OP_GET_ORDERS) - 9.6) < 1e-6);
    CHECK(quota_take(q, OP_GET_ORDERS, held + 60 * MS_MINUTE));
    CHECK(fabs(quota_rate(q, OP_GET_ORDERS) - 10) < 1e-9); /* and no higher */
    quota_free(q);
}

static void header_corrects(void)
{
    struct account a = account_of(0, 0);
    a.rate[OP_GET_ORDER] = 5;
    struct quota *q = quota_new(&a, 0);
    quota_answered(q, OP_GET_ORDERS, 200, 0.5, 0);
    CHECK(fabs(quota_rate(q, OP_GET_ORDERS) - 0.5) < 1e-9);
    static const double nonsense[] = {0, -1, 1001, NAN, INFINITY};
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++)
        quota_answered(q, OP_GET_ORDERS, 200, nonsense[i], 0);
    CHECK(fabs(quota_rate(q, OP_GET_ORDERS) - 0.5) < 1e-9);
    quota_answered(q, OP_GET_ORDERS, 200, 20, 0);
    CHECK(fabs(quota_rate(q, OP_GET_ORDERS) - 20) < 1e-9);
    /* The same header again does not forgive a 429. */
    quota_answered(q, OP_GET_ORDERS, 429, 0, 10000);
    quota_answered(q, OP_GET_ORDERS, 200, 20, 10001);
    CHECK(quota_rate(q, OP_GET_ORDERS) < 19.1);
    /* The user shares the quota with other software: the header only lowers it. */
    quota_answered(q, OP_GET_ORDER, 200, 10, 0);
    CHECK(fabs(quota_rate(q, OP_GET_ORDER) - 5) < 1e-9);
    quota_answered(q, OP_GET_ORDER, 200, 2, 0);
    CHECK(fabs(quota_rate(q, OP_GET_ORDER) - 2) < 1e-9);
    quota_free(q);
}

static void a_lowered_rate_is_kept(void)
{
    /* Amazon lowers the rate from 10 to 2: from the answer on, two a second leave. */
    struct account a = account_of(0, 0);
    struct quota *q = quota_new(&a, 0);
    quota_answered(q, OP_GET_ORDERS, 200, 2, 0);
    while (quota_take(q, OP_GET_ORDERS, 0))
        ;
    int sent = 0;
    for (int64_t now = 1; now <= 100 * MS_SECOND; now++)
        sent += quota_take(q, OP_GET_ORDERS, now);
    CHECK(sent >= 199 && sent <= 200);
    quota_free(q);
}

static void few_repeats(void)
{
    struct account a = account_of(10, 10);
    struct quota *q = quota_new(&a, 0);
    int yes = 0;
    for (int i = 0; i < 50; i++)
        yes += quota_repeat(q, OP_GET_ORDERS, 100 + i);
    CHECK_INT(yes, 3); /* three a minute are always there */
    CHECK(!quota_repeat(q, OP_GET_ORDERS, 50 * MS_SECOND));
    CHECK(quota_repeat(q, OP_GET_ORDERS, 61 * MS_SECOND));
    quota_free(q);
}

static void tenth_of_calls(void)
{
    struct account a = account_of(10, 10);
    struct quota *q = quota_new(&a, 0);
    int64_t calls = 0, repeats = 0;
    for (int64_t now = 0; now < 10 * MS_MINUTE; now++) {
        if (!quota_take(q, OP_GET_ORDERS, now))
            continue;
        calls++;
        repeats += quota_repeat(q, OP_GET_ORDERS, now); /* everything fails */
    }
    CHECK(repeats * 10 <= calls + 30);
    CHECK(repeats * 100 >= calls * 9);
    CHECK_INT(quota_counts(q, OP_GET_ORDERS).repeats, repeats);
    CHECK_INT(quota_counts(q, OP_GET_ORDERS).calls, calls);
    quota_free(q);
}

TESTS_MAIN(
    {"no call finds Amazon's bucket empty, however the network bunches calls up",
     never_trips},
    {"the bucket that stands for Amazon refuses whoever is over",
     the_simulation_can_fail},
    {"a backlog uses 99.9 % of the quota", uses_the_quota},
    {"without burst, answers say how soon the next call may leave", answers_tell_when},
    {"a call that came too early does not slow the rate", too_early_is_not_too_often},
    {"after a pause the burst is used, less one for the jitter", waves_use_the_burst},
    {"after a restart there is one call, then the rate", starts_with_one},
    {"the model's rate holds unless the project file gives one", models_and_overrides},
    {"a throttled operation does not slow another", buckets_are_apart},
    {"a call that never left gives its token back", returned_token},
    {"a 429 empties the bucket, holds the operation and slows it by 5 %", throttle_holds},
    {"429s in a row double the hold up to a minute; a success ends the row",
     throttle_doubles},
    {"the rate recovers by 1 % a minute up to the plan", rate_recovers},
    {"Amazon's header sets the rate at once, nonsense does not", header_corrects},
    {"a rate that Amazon lowers is kept from then on", a_lowered_rate_is_kept},
    {"three repeats a minute are always allowed", few_repeats},
    {"of many calls a tenth may be repeats", tenth_of_calls})
