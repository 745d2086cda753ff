/* Schedules: the calculator against a slow oracle that walks the clock minute by minute
 * with glibc's local time, and the sentences for wrong words.
 *
 * By default some seeds; DRAY_TEST_DEEP=N multiplies them by N (40 when it is no number).
 */
#include <time.h>

#include "check.h"

#include "base/instant.h"
#include "base/random.h"
#include "engine/schedule.h"

/* ---- helpers ---- */

static char told[2000]; /* "key: sentence\n" of every mistake */

static void tell(void *context, const char *key, const char *sentence)
{
    size_t at = strlen(told);
    (void)context;
    snprintf(told + at, sizeof told - at, "%s: %s\n", key, sentence);
}

static struct schedule *made(const struct schedule_words *words)
{
    told[0] = '\0';
    struct schedule *s = schedule_new(words, tell, NULL);
    if (s == NULL)
        printf("  %s", told);
    CHECK(s != NULL);
    return s;
}

static int64_t instant(const char *text)
{
    int64_t ms;
    CHECK_INT(instant_parse(text, &ms, NULL, NULL), ERR_OK);
    return ms;
}

/* The fires after `after` are these, in UTC; the list ends with NULL. */
static void check_fires(struct schedule_words words, const char *after,
                        const char *const *want)
{
    struct schedule *s = made(&words);
    int64_t at = instant(after);
    for (size_t i = 0; want[i] != NULL; i++) {
        char text[INSTANT_TEXT];
        at = schedule_next(s, at);
        instant_format(at, text);
        CHECK_STR(text, want[i]);
    }
    schedule_free(s);
}

#define FIRES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void check_wrong(struct schedule_words words, const char *want)
{
    told[0] = '\0';
    struct schedule *s = schedule_new(&words, tell, NULL);
    if (s != NULL || strstr(told, want) == NULL)
        printf("  want %s\n  got  %s\n", want, told);
    CHECK(s == NULL);
    CHECK(strstr(told, want) != NULL);
}

/* ---- the oracle ---- */

/* The local times that fire, as plain tables; written beside the words, not read off
 * them.
 */
struct plan {
    struct schedule_words words;
    char text[400], every[20], from[24], to[24], days[40];
    bool minute[60], hour[24], month_day[32], month[13], weekday[7];
    bool day_star, weekday_star, moving;
    bool is_every;
    int step, begin, end; /* minutes; end beyond 1440 across midnight */
};

static int weekday_of(int64_t day)
{
    return (int)(((day + 4) % 7 + 7) % 7);
}

static bool plan_day(const struct plan *p, int64_t day)
{
    time_t t = (time_t)(day * 86400);
    struct tm tm;
    gmtime_r(&t, &tm);
    bool by_week = p->weekday[weekday_of(day)], by_month = p->month_day[tm.tm_mday];
    if (p->is_every)
        return by_week;
    if (!p->month[tm.tm_mon + 1])
        return false;
    return !p->day_star && !p->weekday_star ? by_week || by_month : by_week && by_month;
}

/* `local` in minutes since 1970 as the wall shows it. */
static bool plan_fires(const struct plan *p, int64_t local)
{
    int64_t day = local / 1440, minute = local % 1440;
    if (!p->is_every)
        return p->hour[minute / 60] && p->minute[minute % 60] && plan_day(p, day);
    for (int64_t d = day - 1; d <= day; d++) {
        int64_t past = local - d * 1440;
        if (past >= p->begin && past < p->end && (past - p->begin) % p->step == 0 &&
            plan_day(p, d))
            return true;
    }
    return false;
}

/* Minutes since 1970 that the wall shows, by glibc. */
static int64_t wall(int64_t utc_minute)
{
    time_t t = (time_t)(utc_minute * 60);
    struct tm tm;
    localtime_r(&t, &tm);
    return civil_days(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) * 1440 +
           tm.tm_hour * 60 + tm.tm_min;
}

/* Every minute of [from, to) that fires must be what the schedule says next. */
static void check_span(const struct plan *p, const struct schedule *s, const char *zone,
                       int64_t from, int64_t to)
{
    int64_t latest = INT64_MIN, said = schedule_next(s, from * 60000 - 1);
    for (int64_t t = from - 1500; t < to; t++) {
        int64_t shown = wall(t);
        bool fires = plan_fires(p, shown) && (shown > latest || p->moving);
        for (int64_t m = latest + 1; latest != INT64_MIN && m < shown; m++)
            fires |= plan_fires(p, m); /* what the clock passed over */
        if (shown > latest)
            latest = shown;
        if (t < from)
            continue;
        if (fires != (said == t * 60000)) {
            printf("  %s %s%s: at %lld %s, and next is %lld\n", zone, p->text, p->every,
                   (long long)t * 60, fires ? "fires" : "does not fire",
                   (long long)said / 1000);
            CHECK(fires == (said == t * 60000));
        }
        if (fires) {
            CHECK_INT(schedule_next(s, said - 1), said);
            said = schedule_next(s, said);
        }
    }
}

/* ---- random plans ---- */

static struct random *chance;

static int below(int n)
{
    return (int)random_below(chance, (uint64_t)n);
}

static void add(struct plan *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct plan *p, const char *format, ...)
{
    va_list list;
    size_t at = strlen(p->text);
    va_start(list, format);
    vsnprintf(p->text + at, sizeof p->text - at, format, list);
    va_end(list);
}

static const char *const MONTH[] = {"",    "jan", "Feb", "mar", "apr", "may", "JUN",
                                    "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const WEEKDAY[] = {"sun", "mon", "Tue", "wed", "thu", "fri", "sat"};

static void add_value(struct plan *p, int value, const char *const *names)
{
    if (names != NULL && below(2) == 0)
        add(p, "%s", names[value]);
    else
        add(p, "%d", value);
}

/* One field: text, and the same in `set`. */
static void random_field(struct plan *p, bool *set, int low, int high, int stars,
                         const char *const *names, bool *star, bool *moving)
{
    int kind = below(10);
    *star = kind < stars;
    if (*star) {
        int step = kind == 0 ? 1 + below(high) : 1;
        add(p, kind == 0 ? "*/%d " : "* ", step);
        for (int i = low; i <= high; i += step)
            set[i] = true;
        *moving = true;
        return;
    }
    for (int parts = 1 + below(3); parts > 0; parts--) {
        int first = low + below(high - low + 1), last = first, step = 1;
        add_value(p, first, names);
        if (below(2) == 0) {
            last = first + below(high - first + 1);
            add(p, "-");
            add_value(p, last, names);
            if (below(3) == 0) {
                step = 1 + below(high);
                add(p, "/%d", step);
                *moving = true;
            }
        }
        for (int i = first; i <= last; i += step)
            set[i] = true;
        add(p, parts == 1 ? " " : ",");
    }
}

static void random_cron(struct plan *p)
{
    bool star, ignored = false;
    *p = (struct plan){0};
    random_field(p, p->minute, 0, 59, 3, NULL, &star, &p->moving);
    random_field(p, p->hour, 0, 23, 4, NULL, &star, &p->moving);
    random_field(p, p->month_day, 1, 31, 7, NULL, &p->day_star, &ignored);
    random_field(p, p->month, 1, 12, 8, MONTH, &star, &ignored);
    random_field(p, p->weekday, 0, 6, 6, WEEKDAY, &p->weekday_star, &ignored);
    p->words.cron = p->text;
}

static void random_every(struct plan *p)
{
    static const int steps[] = {5, 7, 15, 20, 30, 45, 60, 90, 120, 240, 360, 1439};
    *p = (struct plan){.is_every = true, .moving = true, .end = 1440};
    p->step = steps[below(12)];
    snprintf(p->every, sizeof p->every, "%dm", p->step);
    p->words.every = p->every;
    if (below(2) == 0) {
        p->begin = below(1440);
        snprintf(p->from, sizeof p->from, "%02d:%02d", p->begin / 60, p->begin % 60);
        p->words.from = p->from;
    }
    if (below(2) == 0) {
        p->end = (p->begin + 1 + below(1438)) % 1440;
        snprintf(p->to, sizeof p->to, "%02d:%02d", p->end / 60, p->end % 60);
        p->words.to = p->to;
    }
    if (p->end <= p->begin)
        p->end += 1440;
    int first = below(7), count = 1 + below(7);
    for (int i = 0; i < count; i++)
        p->weekday[(first + i) % 7] = true;
    snprintf(p->days, sizeof p->days, "%s-%s", WEEKDAY[first],
             WEEKDAY[(first + count - 1) % 7]);
    p->words.days = p->days;
}

/* ---- against the oracle ---- */

static const char *const ZONES[] = {
    "Europe/Berlin",    "America/Chicago",   "Australia/Lord_Howe", "Pacific/Apia",
    "Asia/Kolkata",     "Asia/Tehran",       "Africa/Casablanca",   "America/Sao_Paulo",
    "America/Havana",   "America/St_Johns",  "Europe/Dublin",       "Asia/Gaza",
    "Antarctica/Troll", "Antarctica/Casey",  "America/Caracas",     "Asia/Pyongyang",
    "Pacific/Chatham",  "Pacific/Kwajalein", "America/Nuuk",        "UTC"};

enum { ZONE_COUNT = sizeof ZONES / sizeof ZONES[0], CHANGES_MAX = 400 };

/* The minutes near which a zone changes its offset, 1975 to 2045; how many. */
static size_t list_changes(int64_t changes[CHANGES_MAX])
{
    size_t count = 0;
    int64_t begin = civil_days(1975, 1, 1) * 1440, end = civil_days(2045, 1, 1) * 1440;
    int64_t before = wall(begin) - begin;
    for (int64_t t = begin; t < end && count < CHANGES_MAX; t += 1440) {
        int64_t offset = wall(t) - t;
        if (offset != before)
            changes[count++] = t - 720;
        before = offset;
    }
    return count;
}

static int deep(void)
{
    return getenv("DRAY_TEST_DEEP") == NULL ? 1 : 40;
}

static void check_zone(const char *zone, int plans, void (*random_plan)(struct plan *))
{
    int64_t changes[CHANGES_MAX];
    setenv("TZ", zone, 1);
    tzset();
    size_t count = list_changes(changes);
    for (int i = 0; i < plans; i++) {
        struct plan p;
        random_plan(&p);
        p.words.zone = zone;
        told[0] = '\0';
        struct schedule *s = schedule_new(&p.words, tell, NULL);
        if (s == NULL && strstr(told, "no such day") != NULL)
            continue;
        if (s == NULL)
            printf("  %s: %s", p.text, told);
        CHECK(s != NULL);
        for (int j = 0; j < 3; j++) {
            int64_t at =
                count > 0 ? changes[below((int)count)] : 20000000 + below(9999999);
            check_span(&p, s, zone, at - 1600, at + 1600);
        }
        schedule_free(s);
    }
}

static void check_zones(int plans, void (*random_plan)(struct plan *))
{
    chance = random_new_seeded((uint64_t)deep());
    for (int i = 0; i < ZONE_COUNT; i++)
        check_zone(ZONES[i], plans * deep(), random_plan);
    random_free(chance);
    setenv("TZ", "UTC", 1);
    tzset();
}

static void cron_agrees(void)
{
    check_zones(12, random_cron);
}

static void every_agrees(void)
{
    check_zones(8, random_every);
}

/* ---- by hand ---- */

static void gaps_and_repeats(void)
{
    const char *zone = "America/Chicago";
    check_fires((struct schedule_words){.cron = "30 2 * * *", .zone = zone},
                "2026-03-07T12:00:00Z",
                FIRES("2026-03-08T08:00:00Z", "2026-03-09T07:30:00Z"));
    check_fires((struct schedule_words){.cron = "30 2 * * *", .zone = zone},
                "2026-03-08T07:59:59.999Z", FIRES("2026-03-08T08:00:00Z"));
    check_fires((struct schedule_words){.cron = "15,30 2 * * *", .zone = zone},
                "2026-03-07T12:00:00Z",
                FIRES("2026-03-08T08:00:00Z", "2026-03-09T07:15:00Z"));
    check_fires((struct schedule_words){.cron = "30 1 * * *", .zone = zone},
                "2026-10-31T12:00:00Z",
                FIRES("2026-11-01T06:30:00Z", "2026-11-02T07:30:00Z"));
    check_fires((struct schedule_words){.cron = "*/30 * * * *", .zone = zone},
                "2026-11-01T05:45:00Z",
                FIRES("2026-11-01T06:00:00Z", "2026-11-01T06:30:00Z",
                      "2026-11-01T07:00:00Z", "2026-11-01T07:30:00Z",
                      "2026-11-01T08:00:00Z"));
    check_fires(
        (struct schedule_words){
            .every = "1d", .at = {"01:30"}, .at_count = 1, .zone = zone},
        "2026-11-01T06:30:00Z", FIRES("2026-11-02T07:30:00Z"));
    check_fires((struct schedule_words){.every = "1d",
                                        .at = {"07:30"},
                                        .at_count = 1,
                                        .zone = "Pacific/Apia"}, /* no 30 December 2011 */
                "2011-12-29T18:00:00Z",
                FIRES("2011-12-30T10:00:00Z", "2011-12-30T17:30:00Z"));
}

static void windows(void)
{
    check_fires((struct schedule_words){.every = "1h",
                                        .from = "08:00",
                                        .to = "10:00",
                                        .days = "mon-fri",
                                        .zone = "Europe/Berlin"},
                "2026-11-20T07:00:00Z", /* a Friday, at 8 */
                FIRES("2026-11-20T08:00:00Z", "2026-11-23T07:00:00Z"));
    check_fires(
        (struct schedule_words){
            .every = "4h", .from = "22:00", .to = "06:00", .days = "fri"},
        "2026-11-20T12:00:00Z",
        FIRES("2026-11-20T22:00:00Z", "2026-11-21T02:00:00Z", "2026-11-27T22:00:00Z"));
    check_fires((struct schedule_words){.every = "45m"}, "2026-11-20T23:00:00Z",
                FIRES("2026-11-20T23:15:00Z", "2026-11-21T00:00:00Z"));
    check_fires((struct schedule_words){.every = "90s"}, "2026-11-20T23:57:00.001Z",
                FIRES("2026-11-20T23:58:30Z", "2026-11-21T00:00:00Z"));
    check_fires((struct schedule_words){.every = "1d",
                                        .at = {"15:00", "7:30"},
                                        .at_count = 2,
                                        .days = "sun, fri-mon"},
                "2026-11-20T08:00:00Z",
                FIRES("2026-11-20T15:00:00Z", "2026-11-21T07:30:00Z"));
    check_fires((struct schedule_words){.every = "1d"}, "2026-11-20T08:00:00Z",
                FIRES("2026-11-21T00:00:00Z"));
}

static void holidays(void)
{
    const char *list = "\xef\xbb\xbf# closed\r\n2026-12-26\tBoxing Day\r\n\r\n"
                       "2026-12-25 Christmas Day\n  2027-01-01";
    check_fires((struct schedule_words){.every = "1d",
                                        .at = {"07:30"},
                                        .at_count = 1,
                                        .zone = "America/Chicago",
                                        .except = list,
                                        .except_name = "holidays.txt"},
                "2026-12-24T14:00:00Z", FIRES("2026-12-27T13:30:00Z"));
    check_fires((struct schedule_words){.cron = "30 7 * * *",
                                        .except = list,
                                        .except_name = "holidays.txt"},
                "2026-12-31T14:00:00Z", FIRES("2027-01-02T07:30:00Z"));
}

static void both_day_fields(void)
{
    check_fires((struct schedule_words){.cron = "0 6 13 * fri"}, "2026-11-12T12:00:00Z",
                FIRES("2026-11-13T06:00:00Z", "2026-11-20T06:00:00Z",
                      "2026-11-27T06:00:00Z", "2026-12-04T06:00:00Z",
                      "2026-12-11T06:00:00Z", "2026-12-13T06:00:00Z"));
    check_fires((struct schedule_words){.cron = "0 6 29 2 *"}, "2096-03-01T00:00:00Z",
                FIRES("2104-02-29T06:00:00Z"));
    check_fires((struct schedule_words){.cron = "@weekly"}, "2026-11-20T12:00:00Z",
                FIRES("2026-11-22T00:00:00Z"));
    check_fires(
        (struct schedule_words){.cron = " 0  6 * * sat-7 "}, "2026-11-20T12:00:00Z",
        FIRES("2026-11-21T06:00:00Z", "2026-11-22T06:00:00Z", "2026-11-28T06:00:00Z"));
}

static void ends_of_time(void)
{
    struct schedule_words words = {.cron = "0 0 * * *", .zone = "America/Chicago"};
    struct schedule *s = made(&words);
    CHECK(schedule_next(s, INT64_MIN) < instant("0001-01-03"));
    CHECK(schedule_next(s, INT64_MAX) == INT64_MAX);
    CHECK(schedule_next(s, INT64_MAX - 1) == INT64_MAX);
    CHECK_INT(schedule_next(s, -1), instant("1970-01-01T06:00:00Z"));
    schedule_free(s);
}

/* ---- wrong words ---- */

static void wrong_words(void)
{
    check_wrong((struct schedule_words){0}, "every: expected an interval");
    check_wrong((struct schedule_words){.every = "1d", .cron = "@daily"}, "either");
    check_wrong((struct schedule_words){.every = "15 min"}, "every: expected a duration");
    check_wrong((struct schedule_words){.every = "2d"}, "days = \"mon,thu\"");
    check_wrong((struct schedule_words){.every = "0s"}, "a second or more");
    check_wrong((struct schedule_words){.every = "1500ms"}, "whole seconds");
    check_wrong((struct schedule_words){.every = "1d", .at = {"730"}, .at_count = 1},
                "at: expected a time of day such as \"07:30\"");
    check_wrong((struct schedule_words){.every = "1d", .at = {"24:00"}, .at_count = 1},
                "at: there is no time of day \"24:00\"");
    check_wrong((struct schedule_words){.every = "1d", .at_count = 25}, "at most 24");
    check_wrong((struct schedule_words){.every = "1d", .from = "08:00"},
                "from: a window");
    check_wrong((struct schedule_words){.every = "1h", .at = {"08:00"}, .at_count = 1},
                "at: a time of day goes with \"1d\"");
    check_wrong((struct schedule_words){.every = "1h", .from = "08:00", .to = "08:00"},
                "to: the window ends when it begins");
    check_wrong((struct schedule_words){.every = "1h", .to = "08:60"}, "to: there is no");
    check_wrong((struct schedule_words){.every = "1h", .days = "mon-fir"},
                "days: there is no weekday \"fir\"; did you mean \"fri\"?");
    check_wrong((struct schedule_words){.every = "1h", .days = "mondays"},
                "did you mean \"monday\"?");
    check_wrong((struct schedule_words){.every = "1h", .days = "mon fri"}, "with commas");
    check_wrong((struct schedule_words){.every = "1h", .days = ""}, "days: expected");
    check_wrong((struct schedule_words){.every = "1h", .zone = "America/Chicgo"},
                "zone: there is no time zone \"America/Chicgo\"; did you mean "
                "\"America/Chicago\"?");
    check_wrong((struct schedule_words){.every = "1h",
                                        .except = "2026-12-24\n24.12.2026 Heiligabend",
                                        .except_name = "holidays.txt"},
                "except: holidays.txt:2: expected a date");
    check_wrong((struct schedule_words){.every = "1h", .days = "x", .zone = "Nowhere"},
                "zone: "); /* each mistake is told */
    CHECK(strstr(told, "days: ") != NULL);
}

static void check_wrong_cron(const char *cron, const char *want)
{
    check_wrong((struct schedule_words){.cron = cron}, want);
}

static void wrong_cron(void)
{
    check_wrong_cron("", "expected five fields");
    check_wrong_cron("0 6 * *", "got 4 in \"0 6 * *\"");
    check_wrong_cron("0 0 6 * * *", "got 6");
    check_wrong_cron("60 6 * * *", "expected a minute from 0 to 59, got \"60\"");
    check_wrong_cron("0 24 * * *", "expected a hour from 0 to 23");
    check_wrong_cron("0 6 0 * *", "day of the month from 1 to 31, got \"0\"");
    check_wrong_cron("0 6 * 13 *", "month from 1 to 12");
    check_wrong_cron("0 6 * jna *", "there is no month \"jna\"; did you mean \"jan\"?");
    check_wrong_cron("0 6 * * 8", "weekday from 0 to 7");
    check_wrong_cron("0 6 * * mon-fir", "did you mean \"fri\"?");
    check_wrong_cron("0 22-5 * * *", "did you mean \"22-23,0-5\"?");
    check_wrong_cron("5/15 * * * *", "did you mean \"5-59/15\"?");
    check_wrong_cron("*/0 * * * *", "a step from 1 to 59");
    check_wrong_cron("*/60 * * * *", "a step from 1 to 59");
    check_wrong_cron("*/1x * * * *", "unexpected \"x\" in the minute");
    check_wrong_cron("**/2 * * * *", "unexpected");
    check_wrong_cron("1, * * * *", "expected a minute");
    check_wrong_cron("-5 * * * *", "expected a minute");
    check_wrong_cron("1-2-3 * * * *", "unexpected");
    check_wrong_cron("0 6 30 2 *", "there is no such day in any year");
    check_wrong_cron("0 6 31 4,6,9,11 *", "there is no such day in any year");
    check_wrong_cron("@dayly", "did you mean \"@daily\"?");
    check_wrong_cron("@reboot", "there is no \"@reboot\"");
}

TESTS_MAIN({"cron agrees with a clock that is watched minute by minute", cron_agrees},
           {"every agrees with a clock that is watched minute by minute", every_agrees},
           {"a gap fires after it once, a repeated hour once", gaps_and_repeats},
           {"windows are half open, may cross midnight, and belong to their first day",
            windows},
           {"nothing is due on a holiday", holidays},
           {"either day field suffices when both are restricted", both_day_fields},
           {"the ends of time do not overflow", ends_of_time},
           {"wrong words of every are told, each with what would be right", wrong_words},
           {"wrong words of cron are told, each with what would be right", wrong_cron})
