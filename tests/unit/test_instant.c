/* Instants and durations, as text and back. */
#include "check.h"

#include "base/instant.h"
#include "base/random.h"

static void check_parse(const char *text, const char *want, bool want_zoned)
{
    int64_t ms = 0;
    bool zoned = !want_zoned;
    char out[INSTANT_TEXT];
    struct fault f = {0};
    if (instant_parse(text, &ms, &zoned, &f) != ERR_OK)
        printf("  %s: %s\n", text, f.text);
    CHECK_INT(instant_parse(text, &ms, &zoned, &f), ERR_OK);
    instant_format(ms, out);
    CHECK_STR(out, want);
    CHECK(zoned == want_zoned);
}

static void times_are_read(void)
{
    check_parse("2026-11-23T06:00-06:00", "2026-11-23T12:00:00Z", true);
    check_parse("2026-11-23T06:00:00.5Z", "2026-11-23T06:00:00.500Z", true);
    check_parse("2026-11-23T06:00:00+0530", "2026-11-23T00:30:00Z", true);
    check_parse("2026-11-23T06:00:00+01", "2026-11-23T05:00:00Z", true);
    check_parse("2026-11-23T06:00:00", "2026-11-23T06:00:00Z", false);
    check_parse("2026-11-23", "2026-11-23T00:00:00Z", false);
    check_parse("2026-11-23t06:00z", "2026-11-23T06:00:00Z", true);
    check_parse("2026-11-23T06:00:00.1239999999999999999999Z", "2026-11-23T06:00:00.123Z",
                true);
    check_parse("2026-11-23T06:00:00,25-00:00", "2026-11-23T06:00:00.250Z", true);
    check_parse("2024-02-29T23:59:59.999-23:59", "2024-03-01T23:58:59.999Z", true);
    check_parse("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z", true);
    check_parse("2000-02-29", "2000-02-29T00:00:00Z", false);
    check_parse("0001-01-01T00:00Z", "0001-01-01T00:00:00Z", true);
    check_parse("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", true);
}

static void no_times_are_refused(void)
{
    static const char *const wrong[] = {"",
                                        "2026",
                                        "2026-11",
                                        "2026-1-23",
                                        "26-11-23",
                                        "2026-02-30",
                                        "2026-00-01",
                                        "2026-13-01",
                                        "2026-01-00",
                                        "2026-04-31",
                                        "1900-02-29",
                                        "2025-02-29",
                                        "0000-01-01",
                                        "2026-11-23T",
                                        "2026-11-23T06",
                                        "2026-11-23T24:00",
                                        "2026-11-23T06:60",
                                        "2026-11-23T23:59:60Z",
                                        "2026-11-23T06:00:00.Z",
                                        "2026-11-23T06:00:",
                                        "2026-11-23T06:00X",
                                        "2026-11-23T06:00ZZ",
                                        "2026-11-23T06:00+1",
                                        "2026-11-23T06:00+24:00",
                                        "2026-11-23T06:00+01:60",
                                        "2026-11-23T06:00+01:",
                                        "2026-11-23T06:00+01:0",
                                        "2026-11-23T06:00+010",
                                        "2026-11-23Z",
                                        "2026-11-23 06:00",
                                        " 2026-11-23",
                                        "2026-11-23 ",
                                        "2026/11/23",
                                        "-2026-11-23",
                                        "20261123T060000Z",
                                        "now",
                                        "2026-11-23T-6:00Z",
                                        "12026-11-23"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t ms = 42;
        struct fault f = {0};
        if (instant_parse(wrong[i], &ms, NULL, &f) == ERR_OK)
            printf("  %s was taken\n", wrong[i]);
        CHECK_INT(instant_parse(wrong[i], &ms, NULL, &f), ERR_INPUT);
        CHECK_INT(ms, 42);
        CHECK(f.text[0] != '\0');
    }
    struct fault f = {0};
    int64_t ms;
    instant_parse("2026-02-30", &ms, NULL, &f);
    CHECK_STR(f.text, "\"2026-02-30\": there is no such day");
}

static void random_instants_round_trip(void)
{
    struct random *r = random_new_seeded(1970);
    const int64_t until = civil_days(2100, 1, 1) * MS_DAY;
    for (int i = 0; i < 20000; i++) {
        int64_t ms = (int64_t)random_below(r, (uint64_t)until), back = 0;
        char text[INSTANT_TEXT], shifted[INSTANT_TEXT + 8];
        if (i % 2 == 0)
            ms -= ms % MS_SECOND;
        instant_format(ms, text);
        CHECK_INT(instant_parse(text, &back, NULL, NULL), ERR_OK);
        CHECK_INT(back, ms);
        int minutes = (int)random_below(r, 2 * 14 * 60) - 14 * 60;
        instant_format(ms + (int64_t)minutes * MS_MINUTE, text);
        snprintf(shifted, sizeof shifted, "%.*s%c%02d:%02d", (int)strlen(text) - 1, text,
                 minutes < 0 ? '-' : '+', abs(minutes) / 60, abs(minutes) % 60);
        CHECK_INT(instant_parse(shifted, &back, NULL, NULL), ERR_OK);
        CHECK_INT(back, ms);
    }
    random_free(r);
}

/* Day by day through 800 years, by the rules that are learnt at school. */
static void calendar_agrees_with_counting(void)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = civil_days(1600, 1, 1);
    int weekday = 6; /* 1 January 1600 was a Saturday */
    CHECK_INT(days, -135140);
    for (int year = 1600; year < 2400; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (month == 2 && leap);
            for (int day = 1; day <= length; day++, days++, weekday = (weekday + 1) % 7) {
                struct civil c;
                civil_from_ms(days * MS_DAY + MS_DAY - 1, &c);
                CHECK(c.year == year && c.month == month && c.day == day &&
                      c.hour == 23 && c.ms == 999);
                CHECK_INT(civil_days(year, month, day), days);
                CHECK_INT(civil_weekday(days), weekday);
            }
        }
    }
}

static void ends_of_time(void)
{
    const int64_t ends[] = {INT64_MIN + 1, -1, 0, INT64_MAX};
    for (size_t i = 0; i < 4; i++) {
        struct civil c;
        civil_from_ms(ends[i], &c);
        CHECK_INT(civil_to_ms(&c), ends[i]);
    }
    struct civil far = {.year = INT32_MAX, .month = 1, .day = 1};
    CHECK_INT(civil_to_ms(&far), INT64_MAX);
    char text[INSTANT_TEXT];
    instant_format(INT64_MAX, text);
    CHECK_STR(text, "292278994-08-17T07:12:55.807Z");
    instant_format(INSTANT_NONE, text);
    CHECK_STR(text, "none");
    instant_format_basic(civil_days(2026, 11, 23) * MS_DAY + 12 * MS_HOUR + 250, text);
    CHECK_STR(text, "20261123T120000Z");
}

static void check_duration(const char *text, int64_t want, const char *shown)
{
    int64_t ms = -1, again = -1;
    char out[INSTANT_TEXT];
    CHECK_INT(duration_parse(text, &ms, NULL), ERR_OK);
    CHECK_INT(ms, want);
    duration_format(ms, out);
    CHECK_STR(out, shown);
    CHECK_INT(duration_parse(out, &again, NULL), ERR_OK);
    CHECK_INT(again, ms);
}

static void durations(void)
{
    check_duration("90s", 90000, "1m 30s");
    check_duration("30m", 30 * MS_MINUTE, "30m");
    check_duration("4h", 4 * MS_HOUR, "4h");
    check_duration("1d", MS_DAY, "1d");
    check_duration("1h30m", 90 * MS_MINUTE, "1h 30m");
    check_duration("1h 30m", 90 * MS_MINUTE, "1h 30m");
    check_duration("250ms", 250, "250ms");
    check_duration("1s500ms", 1500, "1s 500ms");
    check_duration("0s", 0, "0s");
    check_duration("9223372036854775807ms", INT64_MAX, "106751991167d 7h 12m 55s 807ms");
    char out[INSTANT_TEXT];
    duration_format(-90 * MS_SECOND, out);
    CHECK_STR(out, "-1m 30s");
    duration_format(INT64_MIN, out);
    CHECK_STR(out, "-106751991167d 7h 12m 55s 808ms");
    static const char *const wrong[] = {"",
                                        "30",
                                        "m",
                                        "-30m",
                                        "1.5h",
                                        "30 m",
                                        "1m1h",
                                        "1h1h",
                                        "1h ",
                                        " 1h",
                                        "1h  30m",
                                        "1w",
                                        "1hm",
                                        "9223372036854775808ms",
                                        "106751991168d",
                                        "9223372036854775807ms1",
                                        "30min"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t ms;
        struct fault f = {0};
        if (duration_parse(wrong[i], &ms, &f) == ERR_OK)
            printf("  %s was taken\n", wrong[i]);
        CHECK_INT(duration_parse(wrong[i], &ms, &f), ERR_INPUT);
        CHECK(strstr(f.text, "expected a duration") != NULL);
    }
}

TESTS_MAIN({"every form of time that Amazon and people write is read", times_are_read},
           {"what is no time is refused, and says why", no_times_are_refused},
           {"an instant survives being written and read, in any offset",
            random_instants_round_trip},
           {"the calendar agrees with counting days for 800 years",
            calendar_agrees_with_counting},
           {"the ends of time do not overflow", ends_of_time},
           {"durations are read and shown", durations})
