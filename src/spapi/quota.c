#include "spapi/quota.h"

#include <math.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/mem.h"

/* How much later one call can reach Amazon than another, beyond their common way: what
 * the loop, the kernel and a warm connection add. 50 ms is the floor that
 * durability.md 5.3 gives to a measured value; with 10 calls a second it costs one token
 * of burst and no rate. */
enum { JITTER_MS = 50 };

enum {
    HOLD_MAX_MS = MS_MINUTE, /* after a row of 429s */
    SLOTS = 12, /* the budget of repeats looks at the last minute in 12 slots */
    SLOT_MS = MS_MINUTE / SLOTS,
    REPEATS_LEAST = 3 /* a minute, however few calls there are */
};

enum {
    TIMED_LEAST = 20, /* calls that were timed before their times are believed */
    TIMED_SPARE_MS =
        4,             /* the way may become this much faster from one call to the next */
    TIMED_LEARN_MS = 8 /* and this much more after each time when that was too little */
};

static const double clock_margin =
    1e-4; /* our clock may run this much faster than Amazon's */
static const double slow_down = 0.95;  /* after a 429 */
static const double recovery = 0.01;   /* of the plan's rate, a minute */
static const double rate_max = 1000.0; /* a header above is nonsense */
static const double nearly = 1e-9;     /* rounding of a sum of tokens */

struct slot {
    int64_t number; /* now / SLOT_MS when it was begun */
    int64_t calls, repeats;
};

struct bucket {
    double plan;        /* calls a second that Amazon grants */
    double ceiling;     /* what the project file allows; 0: no opinion */
    double rate;        /* at present; at most plan */
    int burst;          /* Amazon's */
    double level;       /* tokens at at_ms */
    int64_t at_ms;      /* in the future while the operation is held */
    int throttles;      /* 429s in a row */
    int64_t left_ms;    /* when the latest call left */
    int64_t fastest_ms; /* the least that a call took so far, of `timed` calls */
    int timed;
    int64_t spare_ms; /* how much faster than the fastest one the next call may be */
    struct slot slots[SLOTS];
    struct quota_count count;
};

struct quota {
    struct bucket buckets[OP_COUNT];
};

/* b' of durability.md 5.3, at least the one token without which nothing leaves. */
static double bucket_size(const struct bucket *b)
{
    double size = b->burst - ceil(b->rate * JITTER_MS / 1000.0);
    return size < 1 ? 1 : size;
}

static bool bucket_is_small(const struct bucket *b)
{
    return b->burst - ceil(b->rate * JITTER_MS / 1000.0) < 1;
}

/* Tokens a millisecond. When the burst is too small for the jitter, calls are spaced so
 * that n + 1 of them, bunched by the whole jitter, still find n refilled: s = (1/r + J) /
 * burst. */
static double bucket_speed(const struct bucket *b)
{
    double rate = b->rate;
    if (bucket_is_small(b))
        rate = fmin(rate, b->burst / (1.0 / rate + JITTER_MS / 1000.0));
    return rate * (1.0 - clock_margin) / 1000.0;
}

static double bucket_level(const struct bucket *b, int64_t now_ms)
{
    if (now_ms <= b->at_ms)
        return b->level;
    double level = b->level + (double)(now_ms - b->at_ms) * bucket_speed(b);
    return fmin(level, bucket_size(b));
}

/* Brings level and rate to the present. */
static void bucket_refill(struct bucket *b, int64_t now_ms)
{
    if (now_ms <= b->at_ms)
        return;
    double minutes = (double)(now_ms - b->at_ms) / MS_MINUTE;
    b->level = bucket_level(b, now_ms);
    b->rate = fmin(b->plan, b->rate + b->plan * recovery * minutes);
    b->at_ms = now_ms;
}

static void bucket_grant(struct bucket *b, const struct operation *op, double rate,
                         int burst)
{
    b->ceiling = rate > 0 ? rate : 0;
    b->plan = rate > 0 ? rate : op->rate;
    b->rate = b->plan;
    b->burst = burst > 0 ? burst : op->burst;
}

static void bucket_init(struct bucket *b, const struct operation *op, double rate,
                        int burst, int64_t now_ms)
{
    bucket_grant(b, op, rate, burst);
    b->level = 1;
    b->at_ms = now_ms;
    b->left_ms = b->fastest_ms = INT64_MAX;
    b->spare_ms = TIMED_SPARE_MS;
}

struct quota *quota_new(const struct account *a, int64_t now_ms)
{
    struct quota *q = mem_new(sizeof *q);
    for (enum operation_id op = 0; op < OP_COUNT; op++)
        bucket_init(&q->buckets[op], operation_get(op), a->rate[op], a->burst[op],
                    now_ms);
    return q;
}

void quota_renew(struct quota *q, const struct account *a)
{
    for (enum operation_id op = 0; op < OP_COUNT; op++) {
        struct bucket *b = &q->buckets[op], granted = *b;
        bucket_grant(&granted, operation_get(op), a->rate[op], a->burst[op]);
        const bool other = granted.burst != b->burst || granted.ceiling < b->ceiling ||
                           granted.ceiling > b->ceiling;
        if (other)
            *b = granted;
    }
}

void quota_free(struct quota *q)
{
    free(q);
}

int64_t quota_next(const struct quota *q, enum operation_id op, int64_t now_ms)
{
    const struct bucket *b = &q->buckets[op];
    int64_t from = now_ms > b->at_ms ? now_ms : b->at_ms;
    double missing = 1.0 - nearly - bucket_level(b, from);
    if (missing <= 0)
        return from;
    return from + (int64_t)ceil(missing / bucket_speed(b));
}

/* The slot of the present, emptied when it still holds an older minute. */
static struct slot *slot_now(struct bucket *b, int64_t now_ms)
{
    int64_t number = now_ms / SLOT_MS;
    struct slot *s = &b->slots[number % SLOTS];
    if (s->number != number)
        *s = (struct slot){.number = number};
    return s;
}

bool quota_take(struct quota *q, enum operation_id op, int64_t now_ms)
{
    struct bucket *b = &q->buckets[op];
    if (quota_next(q, op, now_ms) > now_ms)
        return false;
    bucket_refill(b, now_ms);
    b->level = fmax(0, b->level - 1);
    b->left_ms = now_ms;
    slot_now(b, now_ms)->calls++;
    b->count.calls++;
    return true;
}

void quota_return(struct quota *q, enum operation_id op)
{
    struct bucket *b = &q->buckets[op];
    b->count.calls--;
    if (b->throttles == 0) /* else the one token after the hold is all there is */
        b->level = fmin(b->level + 1, bucket_size(b));
}

/* The first 429 of calls that left as soon as the answers allowed: it tells of the way,
 * not of the rate. */
static bool bucket_was_early(struct bucket *b)
{
    bool early = b->throttles == 0 && b->timed >= TIMED_LEAST && b->spare_ms < JITTER_MS;
    if (early)
        b->spare_ms += TIMED_LEARN_MS;
    return early;
}

/* A 429: hold for 1/r + J, doubled with each that follows; then one token and 5 % less
 * rate. Those that come during the hold left before it and say nothing new. */
static void bucket_throttle(struct bucket *b, int64_t now_ms)
{
    b->count.throttled++;
    if (b->throttles > 0 && now_ms < b->at_ms)
        return;
    bucket_refill(b, now_ms);
    double hold = ldexp(1000.0 / b->rate + JITTER_MS, b->throttles);
    if (!bucket_was_early(b))
        b->rate = fmax(b->rate * slow_down, b->plan / 100);
    if (b->throttles < 20)
        b->throttles++;
    b->level = 1;
    b->at_ms = now_ms + (int64_t)ceil(fmin(hold, HOLD_MAX_MS));
}

/* The header gives the rate only. A rate of the project file is never exceeded. */
static void bucket_correct(struct bucket *b, double header, int64_t now_ms)
{
    if (!(header > 0) || header > rate_max)
        return;
    double plan = b->ceiling > 0 ? fmin(header, b->ceiling) : header;
    if (fabs(plan - b->plan) < nearly)
        return;
    bucket_refill(b, now_ms);
    b->plan = b->rate = plan;
    b->level = fmin(b->level, bucket_size(b));
}

void quota_answered(struct quota *q, enum operation_id op, int status, double rate_limit,
                    int64_t now_ms)
{
    struct bucket *b = &q->buckets[op];
    bucket_correct(b, rate_limit, now_ms);
    if (status == 429)
        bucket_throttle(b, now_ms);
    else if (status >= 200 && status < 500 && now_ms >= b->at_ms)
        b->throttles = 0;
}

/* A call that took no longer than the fastest one arrived as early as any can: then the
 * next may leave 1/r after it. What it took longer, it may have arrived later. */
static int64_t bucket_ready(const struct bucket *b, int64_t sent_ms, int64_t took_ms)
{
    int64_t late = took_ms - b->fastest_ms + b->spare_ms;
    if (late > JITTER_MS)
        late = JITTER_MS;
    return sent_ms + late + (int64_t)ceil(1000.0 / (b->rate * (1.0 - clock_margin)));
}

void quota_timed(struct quota *q, enum operation_id op, int64_t sent_ms, int64_t now_ms)
{
    struct bucket *b = &q->buckets[op];
    if (sent_ms < b->left_ms || now_ms < b->at_ms || b->throttles > 0)
        return; /* another call is under way, too, or the operation is held */
    int64_t took_ms = now_ms - sent_ms;
    if (took_ms < b->fastest_ms)
        b->fastest_ms = took_ms;
    if (b->burst > 1 || !bucket_is_small(b) || ++b->timed < TIMED_LEAST)
        return;
    bucket_refill(b, now_ms);
    double wait = (double)(bucket_ready(b, sent_ms, took_ms) - now_ms);
    b->level = fmax(b->level, fmin(1.0, 1.0 - wait * bucket_speed(b)));
}

bool quota_repeat(struct quota *q, enum operation_id op, int64_t now_ms)
{
    struct bucket *b = &q->buckets[op];
    struct slot *present = slot_now(b, now_ms);
    int64_t calls = 0, repeats = 0;
    for (size_t i = 0; i < SLOTS; i++) {
        if (b->slots[i].number <= present->number - SLOTS)
            continue;
        calls += b->slots[i].calls;
        repeats += b->slots[i].repeats;
    }
    if (repeats >= REPEATS_LEAST && (repeats + 1) * 10 > calls)
        return false;
    present->repeats++;
    b->count.repeats++;
    return true;
}

struct quota_count quota_counts(const struct quota *q, enum operation_id op)
{
    return q->buckets[op].count;
}

double quota_rate(const struct quota *q, enum operation_id op)
{
    return q->buckets[op].rate;
}
