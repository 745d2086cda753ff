/* Time zones against glibc, which reads the same files by other code.
 *
 * By default a sample of zones closely, and every zone that tzdata knows at its changes
 * and every 11 days; with DRAY_TEST_DEEP set every zone every hour from 1970 to 2037. */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#include "base/buf.h"
#include "base/random.h"
#include "base/tz_rule.h"
#include "base/tzif.h"
#include "base/zone.h"

static const char *const SAMPLE[] = {"America/Chicago",
                                     "America/New_York",
                                     "America/Phoenix",
                                     "America/St_Johns",
                                     "America/Sao_Paulo",
                                     "America/Havana",
                                     "America/Caracas",
                                     "America/Nuuk",
                                     "Europe/Berlin",
                                     "Europe/Dublin",
                                     "Europe/Lisbon",
                                     "Europe/Moscow",
                                     "Africa/Casablanca",
                                     "Africa/Cairo",
                                     "Africa/Monrovia",
                                     "Asia/Kolkata",
                                     "Asia/Kathmandu",
                                     "Asia/Gaza",
                                     "Asia/Jerusalem",
                                     "Asia/Tehran",
                                     "Asia/Tokyo",
                                     "Australia/Lord_Howe",
                                     "Australia/Adelaide",
                                     "Pacific/Apia",
                                     "Pacific/Kwajalein",
                                     "Pacific/Chatham",
                                     "Pacific/Kiritimati",
                                     "Antarctica/Troll",
                                     "Antarctica/Casey",
                                     "Etc/GMT+12",
                                     "UTC",
                                     "Asia/Pyongyang"};
enum { SAMPLE_COUNT = sizeof SAMPLE / sizeof SAMPLE[0] };

static const struct zone *find(const char *name)
{
    const struct zone *z = NULL;
    struct fault f = {0};
    if (zone_find(name, &z, &f) != ERR_OK)
        printf("  %s\n", f.text);
    CHECK(z != NULL);
    return z;
}

/* ---- against glibc ---- */

static void use_glibc_zone(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

/* One instant: our local time is glibc's, and leads back to the instant. */
static void check_instant(const struct zone *z, time_t t)
{
    struct tm tm;
    struct civil c;
    int64_t ms = (int64_t)t * 1000 + 250, back, second = INSTANT_NONE;
    localtime_r(&t, &tm);
    zone_local(z, ms, &c);
    bool same = c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1 &&
                c.day == tm.tm_mday && c.hour == tm.tm_hour && c.minute == tm.tm_min &&
                c.second == tm.tm_sec && c.ms == 250;
    if (!same)
        printf("  %s at %lld\n", zone_name(z), (long long)t);
    CHECK(same);
    enum zone_kind kind = zone_instant(z, &c, &back, &second);
    CHECK(kind != ZONE_GAP);
    CHECK(back == ms || (kind == ZONE_REPEATED && second == ms && back < second));
}

static void check_range(const char *name, time_t from, time_t to, time_t step)
{
    const struct zone *z = find(name);
    use_glibc_zone(name);
    for (time_t t = from; t < to; t += step)
        check_instant(z, t);
}

static void agrees_with_glibc(void)
{
    const time_t until = (time_t)(civil_days(2038, 1, 1) * 86400);
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        check_range(SAMPLE[i], 0, until, 23 * 3600 + 1799);
    use_glibc_zone("UTC");
}

/* Beyond the tables the rule of the last line decides; every zone has its seconds of
 * change. */
static void agrees_with_glibc_later(void)
{
    struct random *r = random_new_seeded(2037);
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        const struct zone *z = find(SAMPLE[i]);
        use_glibc_zone(SAMPLE[i]);
        for (int j = 0; j < 700; j++) /* up to the year 2600 */
            check_instant(z,
                          (time_t)(2145916800 + (int64_t)random_below(r, 17700000000u)));
    }
    use_glibc_zone("UTC");
    random_free(r);
}

/* The seconds around every change of a zone that hours would step over. */
static void check_changes(const char *name)
{
    const struct zone *z = find(name);
    use_glibc_zone(name);
    int before = zone_offset(z, 0);
    for (int64_t t = 0; t < 3000000000; t += 86400) {
        if (zone_offset(z, (t + 86400) * 1000) == before)
            continue;
        int64_t low = t, high = t + 86400;
        while (high - low > 1) {
            int64_t middle = low + (high - low) / 2;
            if (zone_offset(z, middle * 1000) == before)
                low = middle;
            else
                high = middle;
        }
        for (int64_t s = -3; s <= 3; s++)
            check_instant(z, (time_t)(high + s));
        for (int64_t s = -90; s <= 90; s++)
            check_instant(z, (time_t)(high + s * 61));
        before = zone_offset(z, (t + 86400) * 1000);
    }
}

static void changes_agree_to_the_second(void)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        check_changes(SAMPLE[i]);
    use_glibc_zone("UTC");
}

static void check_deeply(const char *name)
{
    check_range(name, 0, (time_t)(civil_days(2038, 1, 1) * 86400), 3600);
    check_changes(name);
}

/* Calls `check` for every zone and link of tzdata.zi. */
static size_t for_every_zone(void (*check)(const char *name))
{
    char line[512];
    size_t count = 0;
    FILE *list = fopen("/usr/share/zoneinfo/tzdata.zi", "r");
    CHECK(list != NULL);
    while (fgets(line, sizeof line, list) != NULL) {
        char first[100], second[100];
        int n = sscanf(line, "%*[ZL] %99s %99s", first, second);
        if ((line[0] != 'Z' && line[0] != 'L') || line[1] != ' ' || n < 2)
            continue;
        check(line[0] == 'Z' ? first : second);
        count++;
    }
    fclose(list);
    use_glibc_zone("UTC");
    return count;
}

/* Every change to the second, and some thousand instants between them. */
static void check_lightly(const char *name)
{
    const int64_t until = civil_days(2038, 1, 1) * MS_DAY;
    const struct zone *z = find(name);
    CHECK(find(name) == z);
    CHECK_STR(zone_name(z), name);
    check_range(name, 0, (time_t)(until / MS_SECOND), 1000003);
    for (int64_t ms = zone_next_change(z, 0); ms < until; ms = zone_next_change(z, ms))
        for (int64_t s = -1; s <= 1; s++)
            check_instant(z, (time_t)(ms / MS_SECOND + s));
}

static void next_changes(void)
{
    const struct zone *z = find("Europe/Berlin");
    int64_t spring = civil_days(2026, 3, 29) * MS_DAY + MS_HOUR;
    CHECK_INT(zone_next_change(z, civil_days(2026, 1, 1) * MS_DAY), spring);
    CHECK_INT(zone_next_change(z, spring - 1), spring);
    CHECK_INT(zone_next_change(z, spring), civil_days(2026, 10, 25) * MS_DAY + MS_HOUR);
    CHECK(zone_next_change(find("UTC"), 0) == INT64_MAX);
}

static void every_zone_loads(void)
{
    bool deep = getenv("DRAY_TEST_DEEP") != NULL;
    CHECK(for_every_zone(deep ? check_deeply : check_lightly) > 400);
}

/* ---- local times ---- */

static struct civil civil(const char *text)
{
    struct civil c;
    int64_t ms;
    CHECK_INT(instant_parse(text, &ms, NULL, NULL), ERR_OK);
    civil_from_ms(ms, &c);
    return c;
}

static void check_local(const char *zone, const char *local, enum zone_kind kind,
                        const char *first, const char *second)
{
    const struct zone *z = find(zone);
    struct civil c = civil(local);
    int64_t utc = 0, again = 0;
    char out[INSTANT_TEXT];
    CHECK_INT(zone_instant(z, &c, &utc, &again), kind);
    zone_format(z, utc, out);
    CHECK_STR(out, first);
    if (second != NULL) {
        zone_format(z, again, out);
        CHECK_STR(out, second);
    }
    CHECK_INT(zone_instant(z, &c, &utc, NULL), kind);
}

static void gaps_and_repeats(void)
{
    check_local("America/Chicago", "2026-11-23T06:00:00.250", ZONE_UNIQUE,
                "2026-11-23T06:00:00.250-06:00", NULL);
    check_local("America/Chicago", "2026-03-08T02:30", ZONE_GAP,
                "2026-03-08T03:00:00-05:00", NULL);
    check_local("America/Chicago", "2026-03-08T02:00", ZONE_GAP,
                "2026-03-08T03:00:00-05:00", NULL);
    check_local("America/Chicago", "2026-03-08T03:00", ZONE_UNIQUE,
                "2026-03-08T03:00:00-05:00", NULL);
    check_local("America/Chicago", "2026-11-01T01:30", ZONE_REPEATED,
                "2026-11-01T01:30:00-05:00", "2026-11-01T01:30:00-06:00");
    check_local("America/Chicago", "2026-11-01T02:00", ZONE_UNIQUE,
                "2026-11-01T02:00:00-06:00", NULL);
    check_local("America/Chicago", "2150-03-08T02:30", ZONE_GAP,
                "2150-03-08T03:00:00-05:00", NULL);
    check_local("Australia/Lord_Howe", "2026-10-04T02:15", ZONE_GAP,
                "2026-10-04T02:30:00+11:00", NULL);
    check_local("Pacific/Apia", "2011-12-30T12:00", ZONE_GAP, "2011-12-31T00:00:00+14:00",
                NULL);
    check_local("Africa/Monrovia", "1970-01-01T00:00", ZONE_UNIQUE,
                "1970-01-01T00:00:30-00:44",
                NULL); /* 44:30 west; shown at the whole minute, the instant is exact */
}

static void check_day(const char *zone, const char *local, const char *begin,
                      const char *end, double hours)
{
    const struct zone *z = find(zone);
    struct civil c = civil(local);
    int64_t utc, b, e;
    char out[INSTANT_TEXT];
    zone_instant(z, &c, &utc, NULL);
    zone_day(z, utc, &b, &e);
    zone_format(z, b, out);
    CHECK_STR(out, begin);
    zone_format(z, e, out);
    CHECK_STR(out, end);
    CHECK((double)(e - b) == hours * MS_HOUR);
}

static void days(void)
{
    check_day("Europe/Berlin", "2026-11-23T23:59:59", "2026-11-23T00:00:00+01:00",
              "2026-11-24T00:00:00+01:00", 24);
    check_day("Europe/Berlin", "2026-03-29T12:00", "2026-03-29T00:00:00+01:00",
              "2026-03-30T00:00:00+02:00", 23);
    check_day("Europe/Berlin", "2026-10-25T00:00", "2026-10-25T00:00:00+02:00",
              "2026-10-26T00:00:00+01:00", 25);
    check_day("America/Sao_Paulo", "2018-11-04T12:00", "2018-11-04T01:00:00-02:00",
              "2018-11-05T00:00:00-02:00", 23);
    check_day("America/Havana", "2025-11-02T12:00", "2025-11-02T00:00:00-04:00",
              "2025-11-03T00:00:00-05:00", 25);
    check_day("Pacific/Apia", "2011-12-29T12:00", "2011-12-29T00:00:00-10:00",
              "2011-12-31T00:00:00+14:00", 24);
}

/* Whatever clocks do around midnight: each instant lies in its day, and days meet. */
static void days_meet(void)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        const struct zone *z = find(SAMPLE[i]);
        int64_t begin, end, inside_begin, inside_end;
        zone_day(z, 0, &begin, &end);
        while (end < civil_days(2040, 1, 1) * MS_DAY) {
            CHECK(begin < end);
            const int64_t inside[] = {begin, begin + 45 * MS_MINUTE, end - 1};
            for (size_t j = 0; j < 3; j++) {
                zone_day(z, inside[j], &inside_begin, &inside_end);
                CHECK(inside_begin == begin && inside_end == end);
            }
            zone_day(z, end, &begin, &inside_end);
            CHECK_INT(begin, end);
            end = inside_end;
        }
    }
}

static void ends_of_time(void)
{
    const struct zone *z = find("America/Chicago");
    const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX};
    for (size_t i = 0; i < 3; i++) {
        struct civil c;
        int64_t a, b;
        char out[INSTANT_TEXT];
        zone_local(z, ends[i], &c);
        zone_instant(z, &c, &a, &b);
        zone_day(z, ends[i], &a, &b);
        CHECK(a < b);
        zone_format(z, ends[i], out);
        CHECK(strlen(out) < sizeof out);
    }
}

/* ---- names and files ---- */

static void check_refused(const char *name, enum err code, const char *part)
{
    const struct zone *z = NULL;
    struct fault f = {0};
    CHECK_INT(zone_find(name, &z, &f), code);
    if (strstr(f.text, part) == NULL)
        printf("  %s\n", f.text);
    CHECK(strstr(f.text, part) != NULL);
    CHECK(z == NULL);
}

static void names(void)
{
    check_refused("America/Chicgo", ERR_NOT_FOUND, "did you mean \"America/Chicago\"?");
    check_refused("berlin", ERR_NOT_FOUND, "did you mean \"Europe/Berlin\"?");
    check_refused("Nowhere/At_All_Really", ERR_NOT_FOUND, "there is no time zone");
    check_refused("America", ERR_NOT_FOUND, "there is no time zone");
    check_refused("", ERR_NOT_FOUND, "no name");
    check_refused("../zoneinfo/UTC", ERR_NOT_FOUND, "no name");
    check_refused("/etc/passwd", ERR_NOT_FOUND, "no name");
    check_refused("America//Chicago", ERR_NOT_FOUND, "no name");
    check_refused("UTC/", ERR_NOT_FOUND, "no name");
    check_refused("U\nTC", ERR_NOT_FOUND, "no name");
    if (access("/usr/share/zoneinfo/right/UTC", R_OK) == 0)
        check_refused("right/UTC", ERR_INPUT, "leap seconds");
}

/* Cut short or changed, a file is refused or gives some answer, but nothing is read
 * beyond. */
static void damaged_files(void)
{
    struct random *r = random_new_seeded(9636);
    static unsigned char whole[8000];
    FILE *file = fopen("/usr/share/zoneinfo/America/Chicago", "rb");
    CHECK(file != NULL);
    size_t len = fread(whole, 1, sizeof whole, file), refused = 0, disordered = 0;
    fclose(file);
    struct tzif z;
    CHECK(tzif_read(&z, whole, len) == NULL);
    tzif_clear(&z);
    for (size_t cut = 0; cut < len; cut++) {
        unsigned char *part = malloc(cut == 0 ? 1 : cut);
        memcpy(part, whole, cut);
        CHECK(tzif_read(&z, part, cut) != NULL);
        free(part);
    }
    for (int i = 0; i < 20000; i++) {
        size_t at = random_below(r, i % 2 == 0 ? 44 : len);
        unsigned char was = whole[at];
        whole[at] = (unsigned char)random_below(r, 256);
        const char *wrong = tzif_read(&z, whole, len);
        if (wrong != NULL) {
            refused++;
            disordered += strcmp(wrong, "its changes are not in order") == 0;
        } else {
            int64_t t = (int64_t)random_below(r, 4000000000u);
            CHECK(abs(tzif_offset(&z, t)) < 26 * 3600);
            CHECK(tzif_next(&z, t) > t);
            tzif_clear(&z);
        }
        whole[at] = was;
    }
    CHECK(refused > 1000 && disordered > 0);
    random_free(r);
}

/* ---- rules ---- */

static int offset_at(const char *rule, const char *instant)
{
    struct tz_rule r;
    int64_t ms;
    CHECK(tz_rule_parse(rule, &r));
    CHECK_INT(instant_parse(instant, &ms, NULL, NULL), ERR_OK);
    CHECK(tz_rule_next(&r, ms / 1000) > ms / 1000);
    return tz_rule_offset(&r, ms / 1000);
}

static void rules(void)
{
    CHECK_INT(offset_at("<+03>-3", "2040-07-01"), 10800);
    CHECK_INT(offset_at("NST3:30NDT,M3.2.0,M11.1.0", "2040-07-01"), -9000);
    /* Ireland: winter is what is saved */
    CHECK_INT(offset_at("IST-1GMT0,M10.5.0,M3.5.0/1", "2040-07-01"), 3600);
    CHECK_INT(offset_at("IST-1GMT0,M10.5.0,M3.5.0/1", "2040-01-01"), 0);
    /* southern summer spans the new year */
    CHECK_INT(offset_at("AEST-10AEDT,M10.1.0,M4.1.0/3", "2040-01-01"), 39600);
    CHECK_INT(offset_at("AEST-10AEDT,M10.1.0,M4.1.0/3", "2040-06-01"), 36000);
    /* hours before and beyond the day */
    const char *nuuk = "<-02>2<-01>,M3.5.0/-1,M10.5.0/0";
    CHECK_INT(offset_at(nuuk, "2040-03-25T00:59:59Z"), -7200);
    CHECK_INT(offset_at(nuuk, "2040-03-25T01:00:00Z"), -3600);
    const char *gaza = "EET-2EEST,M3.4.4/50,M10.4.4/50";
    CHECK_INT(offset_at(gaza, "2040-03-23T23:59:59Z"), 7200);
    CHECK_INT(offset_at(gaza, "2040-03-24T00:00:00Z"), 10800);
    /* J never counts 29 February, n does */
    CHECK_INT(offset_at("AAA0BBB,J60/0,J300/0", "2040-02-29T23:00:00Z"), 0);
    CHECK_INT(offset_at("AAA0BBB,J60/0,J300/0", "2040-03-01T00:00:00Z"), 3600);
    CHECK_INT(offset_at("AAA0BBB,59/0,300/0", "2040-02-29T00:00:00Z"), 3600);
    CHECK_INT(offset_at("AAA0BBB,59/0,300/0", "2041-02-28T23:59:59Z"), 0);
    CHECK_INT(offset_at("AAA0BBB,59/0,300/0", "2041-03-01T00:00:00Z"), 3600);
    /* saving all year long */
    const char *always = "XXX3EDT4,0/0,J365/23";
    CHECK_INT(offset_at(always, "2040-01-01T02:59:59Z"), -14400);
    CHECK_INT(offset_at(always, "2040-01-01T03:00:00Z"), -14400);
    CHECK_INT(offset_at(always, "2040-12-31T23:00:00Z"), -14400);
    static const char *const wrong[] = {"",
                                        "AB1",
                                        "CST",
                                        "CST6CDT",
                                        "CST6CDT,M3.2.0",
                                        "CST6CDT,M13.2.0,M11.1.0",
                                        "CST6CDT,M3.6.0,M11.1.0",
                                        "CST6CDT,M3.2.7,M11.1.0",
                                        "CST6CDT,J0,J365",
                                        "CST6CDT,M3.2.0/168,M11.1.0",
                                        "CST6CDT,M3.2.0,M11.1.0x",
                                        "CST25",
                                        "<+03-3",
                                        "<>3",
                                        "CST6:60",
                                        "CST6CDT,366,1",
                                        "CST6CDT,M3.2.0,M11.1.0,"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct tz_rule r;
        if (tz_rule_parse(wrong[i], &r))
            printf("  %s was taken\n", wrong[i]);
        CHECK(!tz_rule_parse(wrong[i], &r));
    }
}

TESTS_MAIN({"local time agrees with glibc from 1970 to 2037", agrees_with_glibc},
           {"local time agrees with glibc for centuries to come",
            agrees_with_glibc_later},
           {"every change of clocks agrees to the second", changes_agree_to_the_second},
           {"every zone of tzdata loads once and agrees with glibc", every_zone_loads},
           {"the next change of clocks is known", next_changes},
           {"a gap opens after it, a repeated hour has two instants", gaps_and_repeats},
           {"days have 23, 24 or 25 hours, and begin where they begin", days},
           {"days meet without overlap, whatever clocks do at midnight", days_meet},
           {"the ends of time do not overflow", ends_of_time},
           {"a wrong name is refused, and the right one is guessed", names},
           {"a damaged file is refused and never read beyond", damaged_files},
           {"rules of every form", rules})
