/* When a schedule is due: its local times, walked through the zone's stretches of equal
 * offset.
 *
 * Within a stretch local time runs like UTC, so the next fire there is the next local
 * time; only at a change of the clocks there is something to decide, and zone_instant
 * decides it: what it calls a local time's first instant is when that time fires. */
#include "engine/schedule.h"
#include "engine/schedule_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/zone.h"

struct schedule {
    const struct zone *zone;
    bool is_cron;
    bool moving; /* fires in both passes of a repeated hour */
    struct cron cron;
    struct every every;
    int64_t *except; /* growing */
    size_t except_count;
};

/* 29 February may be eight years away, and a weekday on it 40. */
static const int64_t HORIZON_DAYS = 40 * 366;

/* ---- words ---- */

static bool read_zone(struct schedule *s, const char *name, schedule_wrong wrong,
                      void *ctx)
{
    struct fault f = {0};
    if (zone_find(name == NULL ? "UTC" : name, &s->zone, &f) == ERR_OK)
        return true;
    wrong(ctx, "zone", f.text);
    return false;
}

static bool read_cron(struct schedule *s, const char *text, schedule_wrong wrong,
                      void *ctx)
{
    struct fault f = {0};
    s->is_cron = true;
    if (cron_parse(text, &s->cron, &f) == ERR_OK) {
        s->moving = s->cron.moving;
        return true;
    }
    wrong(ctx, "cron", f.text);
    return false;
}

static bool read_except(struct schedule *s, const struct schedule_words *w,
                        schedule_wrong wrong, void *ctx)
{
    struct fault f = {0};
    if (w->except == NULL || calendar_dates(w->except, w->except_name, &s->except,
                                            &s->except_count, &f) == ERR_OK)
        return true;
    wrong(ctx, "except", f.text);
    return false;
}

static bool read_times(struct schedule *s, const struct schedule_words *w,
                       schedule_wrong wrong, void *ctx)
{
    if (w->cron != NULL && w->every != NULL)
        wrong(ctx, "cron", "a schedule has either every or cron");
    else if (w->cron != NULL)
        return read_cron(s, w->cron, wrong, ctx);
    else if (w->every != NULL) {
        bool read = every_parse(w, &s->every, wrong, ctx);
        s->moving = s->every.step != 0;
        return read;
    } else
        wrong(ctx, "every",
              "expected an interval such as \"15m\", \"1h\" or \"1d\" first");
    return false;
}

/* Words that are all right and yet name no day: 30 February. */
static bool check_fires(const struct schedule *s, schedule_wrong wrong, void *ctx)
{
    if (schedule_next(s, civil_days(2024, 1, 1) * MS_DAY) != INT64_MAX)
        return true;
    wrong(ctx, s->is_cron ? "cron" : "every", "there is no such day in any year");
    return false;
}

struct schedule *schedule_new(const struct schedule_words *words, schedule_wrong wrong,
                              void *context)
{
    struct schedule *s = mem_new(sizeof *s);
    bool times = read_times(s, words, wrong, context);
    bool zone = read_zone(s, words->zone, wrong, context);
    bool except = read_except(s, words, wrong, context);
    if (times && zone && except && check_fires(s, wrong, context))
        return s;
    schedule_free(s);
    return NULL;
}

void schedule_free(struct schedule *s)
{
    if (s == NULL)
        return;
    free(s->except);
    free(s);
}

const struct zone *schedule_zone(const struct schedule *s)
{
    return s->zone;
}

/* ---- local times ---- */

static int compare_days(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool fires_on(const struct schedule *s, int64_t day)
{
    bool fires = s->is_cron ? cron_day(&s->cron, day) : every_day(&s->every, day);
    return fires && (s->except_count == 0 || bsearch(&day, s->except, s->except_count,
                                                     sizeof day, compare_days) == NULL);
}

/* The first local time at or after `local`, in seconds as if UTC; INT64_MAX for none. The
 * window of the day before may reach into the day. */
static int64_t next_local(const struct schedule *s, int64_t local)
{
    int64_t today = local / DAY_SECONDS - (local % DAY_SECONDS < 0);
    for (int64_t day = today - 1; day < today + HORIZON_DAYS; day++) {
        if (!fires_on(s, day))
            continue;
        int64_t past = local - day * DAY_SECONDS;
        int from = past > 0 ? (int)past : 0;
        int time = s->is_cron ? cron_time(&s->cron, from) : every_time(&s->every, from);
        if (time >= 0)
            return day * DAY_SECONDS + time;
    }
    return INT64_MAX;
}

/* ---- instants ---- */

/* When a local time fires first, in seconds of UTC. */
static int64_t first_instant(const struct schedule *s, int64_t local)
{
    struct civil c;
    int64_t ms;
    civil_from_ms(local * MS_SECOND, &c);
    zone_instant(s->zone, &c, &ms, NULL);
    return ms / MS_SECOND;
}

/* The first fire in [begin, end), where the offset is the same; INT64_MAX for none. */
static int64_t in_stretch(const struct schedule *s, int64_t begin, int64_t end,
                          int offset, int64_t *local)
{
    for (*local = next_local(s, begin + offset); *local != INT64_MAX;
         *local = next_local(s, *local + 1)) {
        int64_t at = *local - offset;
        if (at >= end)
            return INT64_MAX;
        if (s->moving || first_instant(s, *local) == at)
            return at;
    }
    return INT64_MAX;
}

/* Whether a local time that the clocks pass over at `change` fires there. */
static bool fires_at_change(const struct schedule *s, int64_t change)
{
    const int64_t begin = change + zone_offset(s->zone, (change - 1) * MS_SECOND);
    const int64_t end = change + zone_offset(s->zone, change * MS_SECOND);
    for (int64_t local = begin < end ? next_local(s, begin) : end; local < end;
         local = next_local(s, local + 1))
        if (first_instant(s, local) == change)
            return true;
    return false;
}

static int64_t next_second(const struct schedule *s, int64_t begin)
{
    const int64_t limit = begin + HORIZON_DAYS * DAY_SECONDS;
    while (begin < limit) {
        if (fires_at_change(s, begin))
            return begin;
        int64_t local, change = zone_next_change(s->zone, begin * MS_SECOND);
        int64_t end = change == INT64_MAX ? INT64_MAX : change / MS_SECOND;
        int offset = zone_offset(s->zone, begin * MS_SECOND);
        int64_t at = in_stretch(s, begin, end, offset, &local);
        if (at != INT64_MAX || local == INT64_MAX || end == INT64_MAX)
            return at;
        begin = end;
    }
    return INT64_MAX;
}

int64_t schedule_next(const struct schedule *s, int64_t after_ms)
{
    const int64_t low = civil_days(1, 1, 1) * MS_DAY,
                  high = civil_days(9900, 1, 1) * MS_DAY;
    if (after_ms >= high)
        return INT64_MAX;
    if (after_ms < low)
        after_ms = low;
    int64_t second = after_ms / MS_SECOND - (after_ms % MS_SECOND < 0);
    int64_t next = next_second(s, second + 1);
    return next == INT64_MAX ? INT64_MAX : next * MS_SECOND;
}
