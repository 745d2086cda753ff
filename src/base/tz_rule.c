/* The rule at the end of a zone file: daylight saving for all years that no table lists.
 *
 * An instant's year is only nearly known before its offset is, and a rule's time may lie
 * beyond its day; so the changes of three years are looked at, always. */
#include "base/tz_rule.h"

#include <ctype.h>
#include <string.h>

#include "base/instant.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

/* ---- reading ---- */

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

/* Takes a number of up to three digits that lies between `low` and `high`. */
static bool take_number(const char **at, int low, int high, int *number)
{
    int n = 0, digits = 0;
    for (; isdigit((unsigned char)**at) && digits < 3; (*at)++, digits++)
        n = n * 10 + (**at - '0');
    *number = n;
    return digits > 0 && n >= low && n <= high;
}

/* "CST" or "<+03>". */
static bool take_name(const char **at)
{
    const char *start = *at;
    bool quoted = take_char(at, '<');
    while (
        isalpha((unsigned char)**at) ||
        (quoted && **at != '\0' && (isdigit((unsigned char)**at) || strchr("+-", **at))))
        (*at)++;
    if (quoted)
        return *at - start > 1 && take_char(at, '>');
    return *at - start >= 3;
}

/* "6", "-5:30", "+167:59:59" to seconds. */
static bool take_time(const char **at, int hours_max, int *seconds)
{
    int h, m = 0, s = 0, sign = **at == '-' ? -1 : 1;
    if (**at == '-' || **at == '+')
        (*at)++;
    if (!take_number(at, 0, hours_max, &h))
        return false;
    bool minutes = take_char(at, ':');
    if (minutes && !take_number(at, 0, 59, &m))
        return false;
    if (minutes && take_char(at, ':') && !take_number(at, 0, 59, &s))
        return false;
    *seconds = sign * (h * HOUR + m * MINUTE + s);
    return true;
}

/* An offset as POSIX counts it, to the west. */
static bool take_offset(const char **at, int *east)
{
    int west;
    if (!take_time(at, 24, &west))
        return false;
    *east = -west;
    return true;
}

static bool take_day(const char **at, struct tz_moment *m)
{
    if (take_char(at, 'J')) {
        m->kind = 'J';
        return take_number(at, 1, 365, &m->day);
    }
    if (take_char(at, 'M')) {
        m->kind = 'M';
        return take_number(at, 1, 12, &m->month) && take_char(at, '.') &&
               take_number(at, 1, 5, &m->week) && take_char(at, '.') &&
               take_number(at, 0, 6, &m->day);
    }
    m->kind = 'n';
    return take_number(at, 0, 365, &m->day);
}

/* ",M3.2.0/2". */
static bool take_moment(const char **at, struct tz_moment *m)
{
    m->seconds = 2 * HOUR;
    if (!take_char(at, ',') || !take_day(at, m))
        return false;
    return !take_char(at, '/') || take_time(at, 167, &m->seconds);
}

bool tz_rule_parse(const char *text, struct tz_rule *rule)
{
    *rule = (struct tz_rule){0};
    if (!take_name(&text) || !take_offset(&text, &rule->standard))
        return false;
    rule->saves = *text != '\0';
    if (!rule->saves)
        return true;
    rule->daylight = rule->standard + HOUR;
    if (!take_name(&text))
        return false;
    if (*text != ',' && !take_offset(&text, &rule->daylight))
        return false;
    return take_moment(&text, &rule->start) && take_moment(&text, &rule->end) &&
           *text == '\0';
}

/* ---- answering ---- */

/* Days since 1970 of a moment's day in a year. */
static int64_t day_of(const struct tz_moment *m, int year)
{
    int64_t new_year = civil_days(year, 1, 1);
    if (m->kind == 'n')
        return new_year + m->day;
    if (m->kind == 'J') /* 29 February is never counted: day 60 is 1 March */
        return m->day < 60 ? new_year + m->day - 1 : civil_days(year, 3, 1) + m->day - 60;
    int64_t first = civil_days(year, m->month, 1);
    int64_t next =
        m->month == 12 ? civil_days(year + 1, 1, 1) : civil_days(year, m->month + 1, 1);
    int64_t day = first + (m->day - civil_weekday(first) + 7) % 7 + 7 * (m->week - 1);
    return day < next ? day : day - 7; /* week 5 means the last one */
}

/* The year of an instant in local standard time. */
static int year_of(const struct tz_rule *rule, int64_t t)
{
    const int64_t limit = INT64_MAX / MS_SECOND - DAY;
    struct civil c;
    t = t > limit ? limit : t < -limit ? -limit : t;
    civil_from_ms((t + rule->standard) * MS_SECOND, &c);
    return c.year;
}

static int64_t start_of(const struct tz_rule *rule, int year)
{
    return day_of(&rule->start, year) * DAY + rule->start.seconds - rule->standard;
}

static int64_t end_of(const struct tz_rule *rule, int year)
{
    return day_of(&rule->end, year) * DAY + rule->end.seconds - rule->daylight;
}

int tz_rule_offset(const struct tz_rule *rule, int64_t t)
{
    if (!rule->saves)
        return rule->standard;
    int year = year_of(rule, t), offset = rule->standard;
    int64_t latest = INT64_MIN;
    for (int y = year - 1; y <= year + 1; y++) {
        int64_t end = end_of(rule, y), start = start_of(rule, y);
        if (end <= t && end >= latest) {
            latest = end;
            offset = rule->standard;
        }
        if (start <= t && start >= latest) { /* at the same instant saving goes on */
            latest = start;
            offset = rule->daylight;
        }
    }
    return offset;
}

int64_t tz_rule_next(const struct tz_rule *rule, int64_t t)
{
    int64_t next = INT64_MAX;
    if (!rule->saves)
        return next;
    int year = year_of(rule, t);
    for (int y = year - 1; y <= year + 1; y++) {
        int64_t end = end_of(rule, y), start = start_of(rule, y);
        if (end > t && end < next)
            next = end;
        if (start > t && start < next)
            next = start;
    }
    return next;
}
