/* The rule at the end of a zone file: daylight saving for all years that no table lists.
 *
 * POSIX TZ text as RFC 9636 extends it ("CST6CDT,M3.2.0,M11.1.0", "<+03>-3"). Times are
 * UTC seconds since 1970, offsets seconds east of UTC. For zone.c only. */
#ifndef DRAY_BASE_TZ_RULE_H
#define DRAY_BASE_TZ_RULE_H

#include <stdbool.h>
#include <stdint.h>

/* A moment of every year, in local time. */
struct tz_moment {
    char kind;            /* 'M' month, week, weekday; 'J' day 1-365; 'n' day 0-365 */
    int month, week, day; /* month and week only for 'M' */
    int seconds;          /* after midnight; may be negative or beyond the day */
};

struct tz_rule {
    int standard, daylight; /* offsets */
    bool saves;             /* there is daylight saving time, from start to end */
    struct tz_moment start, end;
};

bool tz_rule_parse(const char *text, struct tz_rule *rule); /* false: not such a rule */
int tz_rule_offset(const struct tz_rule *rule, int64_t t);
/* The first change after `t`, or INT64_MAX. */
int64_t tz_rule_next(const struct tz_rule *rule, int64_t t);

#endif
