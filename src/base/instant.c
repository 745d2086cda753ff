/* Instants as people and Amazon write them, and the calendar behind them.
 *
 * The calendar is the proleptic Gregorian one, by arithmetic only; the C library's idea
 * of local time is never asked. */
#include "base/instant.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- the calendar ---- */

/* Years are counted from March, so that the leap day is the last day of its year; eras
 * are 400 years of 146097 days. */
int64_t civil_days(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, struct civil *c)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* 0 = March */
    c->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    c->month = (int)(month < 10 ? month + 3 : month - 9);
    c->year = (int)(year_of_era + era * 400 + (c->month <= 2));
}

/* Division that rounds down. */
static int64_t floor_days(int64_t ms)
{
    return ms / MS_DAY - (ms % MS_DAY < 0);
}

void civil_from_ms(int64_t utc_ms, struct civil *c)
{
    int64_t days = floor_days(utc_ms);
    int rest = (int)(utc_ms % MS_DAY);
    if (rest < 0)
        rest += MS_DAY;
    civil_from_days(days, c);
    c->hour = rest / MS_HOUR;
    c->minute = rest / MS_MINUTE % 60;
    c->second = rest / MS_SECOND % 60;
    c->ms = rest % MS_SECOND;
}

int64_t civil_to_ms(const struct civil *c)
{
    int64_t days = civil_days(c->year, c->month, c->day);
    int64_t rest = (int64_t)c->hour * MS_HOUR + (int64_t)c->minute * MS_MINUTE +
                   (int64_t)c->second * MS_SECOND + c->ms;
    int64_t ms;
    if (__builtin_mul_overflow(days, (int64_t)MS_DAY, &ms) ||
        __builtin_add_overflow(ms, rest, &ms))
        return days < 0 ? INT64_MIN + 1
                        : INT64_MAX; /* some 292 million years from here */
    return ms;
}

int civil_weekday(int64_t days)
{
    int64_t day = (days % 7 + 4) % 7; /* 1970-01-01 was a Thursday */
    return (int)(day < 0 ? day + 7 : day);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

/* ---- reading ---- */

/* Takes exactly `count` digits. */
static bool take_digits(const char **at, int count, int *number)
{
    int n = 0;
    for (int i = 0; i < count; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9')
            return false;
        n = n * 10 + (c - '0');
    }
    *at += count;
    *number = n;
    return true;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool take_date(const char **at, struct civil *c)
{
    return take_digits(at, 4, &c->year) && take_char(at, '-') &&
           take_digits(at, 2, &c->month) && take_char(at, '-') &&
           take_digits(at, 2, &c->day);
}

/* ".250" or ",25" of any length; what is finer than a millisecond is dropped. */
static bool take_fraction(const char **at, int *ms)
{
    int digits = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++, digits++)
        if (digits < 3)
            *ms = *ms * 10 + (**at - '0');
    for (int i = digits; i < 3; i++)
        *ms *= 10;
    return digits > 0;
}

/* "06:00", "06:00:00", "06:00:00.5". */
static bool take_time(const char **at, struct civil *c)
{
    if (!take_digits(at, 2, &c->hour) || !take_char(at, ':') ||
        !take_digits(at, 2, &c->minute))
        return false;
    if (!take_char(at, ':'))
        return true;
    if (!take_digits(at, 2, &c->second))
        return false;
    if (!take_char(at, '.') && !take_char(at, ','))
        return true;
    return take_fraction(at, &c->ms);
}

/* "Z", "-06:00", "+0530", "+01" or nothing. */
static bool take_zone(const char **at, int *offset_minutes, bool *zoned)
{
    *offset_minutes = 0;
    *zoned = **at != '\0';
    if (!*zoned || take_char(at, 'Z') || take_char(at, 'z'))
        return true;
    int sign = **at == '-' ? -1 : 1, hours = 0, minutes = 0;
    if (!take_char(at, '+') && !take_char(at, '-'))
        return false;
    if (!take_digits(at, 2, &hours))
        return false;
    bool more = take_char(at, ':') || **at != '\0';
    if (more && !take_digits(at, 2, &minutes))
        return false;
    *offset_minutes = sign * (hours * 60 + minutes);
    return hours <= 23 && minutes <= 59;
}

static bool take_instant(const char *at, struct civil *c, int *offset_minutes,
                         bool *zoned)
{
    *offset_minutes = 0;
    *zoned = false;
    if (!take_date(&at, c))
        return false;
    if (*at == '\0')
        return true;
    if (!take_char(&at, 'T') && !take_char(&at, 't'))
        return false;
    return take_time(&at, c) && take_zone(&at, offset_minutes, zoned) && *at == '\0';
}

static enum err check_civil(const struct civil *c, const char *text, struct fault *f)
{
    if (c->year < 1 || c->month < 1 || c->month > 12 || c->day < 1 ||
        c->day > days_in_month(c->year, c->month))
        return fault_set(f, ERR_INPUT, "\"%.40s\": there is no such day", text);
    if (c->hour > 23 || c->minute > 59 || c->second > 59)
        return fault_set(f, ERR_INPUT, "\"%.40s\": there is no such time of day", text);
    return ERR_OK;
}

enum err instant_parse(const char *text, int64_t *ms, bool *zoned, struct fault *f)
{
    struct civil c = {0};
    int offset_minutes;
    bool has_zone;
    if (!take_instant(text, &c, &offset_minutes, &has_zone))
        return fault_set(
            f, ERR_INPUT,
            "expected a time such as 2026-11-23T06:00:00-06:00, got \"%.40s\"", text);
    enum err e = check_civil(&c, text, f);
    if (e != ERR_OK)
        return e;
    *ms = civil_to_ms(&c) - (int64_t)offset_minutes * MS_MINUTE;
    if (zoned != NULL)
        *zoned = has_zone;
    return ERR_OK;
}

/* ---- writing ---- */

void instant_format(int64_t ms, char out[INSTANT_TEXT])
{
    if (ms == INSTANT_NONE) {
        snprintf(out, INSTANT_TEXT, "none");
        return;
    }
    struct civil c;
    civil_from_ms(ms, &c);
    int len = snprintf(out, INSTANT_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", c.year,
                       c.month, c.day, c.hour, c.minute, c.second);
    size_t at = (size_t)len;
    if (c.ms != 0)
        snprintf(out + at, INSTANT_TEXT - at, ".%03dZ", c.ms);
    else
        snprintf(out + at, INSTANT_TEXT - at, "Z");
}

void instant_format_basic(int64_t ms, char out[INSTANT_TEXT])
{
    struct civil c;
    civil_from_ms(ms, &c);
    snprintf(out, INSTANT_TEXT, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day,
             c.hour, c.minute, c.second);
}

/* ---- durations ---- */

static const struct unit {
    const char *name;
    int64_t ms;
} UNITS[] = {
    {"d", MS_DAY}, {"h", MS_HOUR}, {"m", MS_MINUTE}, {"s", MS_SECOND}, {"ms", 1}};

enum { UNIT_COUNT = sizeof UNITS / sizeof UNITS[0] };

/* Takes "30m" whose unit is `from` or smaller; its index, or -1. */
static int take_part(const char **at, int from, int64_t *ms)
{
    int64_t n = 0;
    const char *start = *at;
    for (; **at >= '0' && **at <= '9'; (*at)++)
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, **at - '0', &n))
            return -1;
    size_t len = strspn(*at, "dhms");
    if (*at == start)
        return -1;
    for (int i = from; i < UNIT_COUNT; i++) {
        if (strlen(UNITS[i].name) != len || strncmp(*at, UNITS[i].name, len) != 0)
            continue;
        *at += len;
        bool over = __builtin_mul_overflow(n, UNITS[i].ms, &n);
        return over || __builtin_add_overflow(*ms, n, ms) ? -1 : i;
    }
    return -1;
}

enum err duration_parse(const char *text, int64_t *ms, struct fault *f)
{
    int64_t sum = 0;
    int unit = -1;
    const char *at = text;
    do {
        unit = take_part(&at, unit + 1, &sum);
        if (*at == ' ' && at[1] != '\0')
            at++;
    } while (unit >= 0 && *at != '\0');
    if (unit < 0)
        return fault_set(
            f, ERR_INPUT,
            "expected a duration such as \"90s\", \"30m\", \"4h\" or \"1h30m\", "
            "got \"%.40s\"",
            text);
    *ms = sum;
    return ERR_OK;
}

void duration_format(int64_t ms, char out[INSTANT_TEXT])
{
    uint64_t left = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    const char *before = ms < 0 ? "-" : "";
    size_t len = 0;
    if (ms == 0)
        len = (size_t)snprintf(out, INSTANT_TEXT, "0s");
    for (int i = 0; i < UNIT_COUNT && len < INSTANT_TEXT; i++) {
        uint64_t n = left / (uint64_t)UNITS[i].ms;
        left %= (uint64_t)UNITS[i].ms;
        if (n == 0)
            continue;
        len += (size_t)snprintf(out + len, INSTANT_TEXT - len, "%s%" PRIu64 "%s", before,
                                n, UNITS[i].name);
        before = " ";
    }
}
