/* What the files of the schedule calculator share: words to sets of days and times.
 *
 * Days are counted since 1970-01-01; times are seconds after a day's local midnight, and
 * may lie beyond 24 hours for a window that crosses midnight. */
#ifndef DRAY_ENGINE_SCHEDULE_INSIDE_H
#define DRAY_ENGINE_SCHEDULE_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/instant.h"
#include "engine/schedule.h"

enum { DAY_SECONDS = 24 * 3600, EVERY_WEEKDAY = 0x7f };

/* ---- words of the calendar: engine/calendar.c ---- */

/* "mon-fri,sun" to a bit per weekday, Sunday is bit 0. A span may pass the week's end. */
enum err calendar_weekdays(const char *text, unsigned *days, struct fault *f);
/* "07:30" to seconds; "24:00" is one only where `end` says so. */
enum err calendar_time(const char *text, bool end, int *seconds, struct fault *f);
/* A date a line, "2026-12-25 Christmas Day", `#` comments: sorted days, to be freed.
 * Told by name and line what is no date. */
enum err calendar_dates(const char *text, const char *name, int64_t **days, size_t *count,
                        struct fault *f);

/* ---- cron: engine/cron.c ---- */

/* One bit per value that fires; `either`: both day fields are restricted, and one of them
 * suffices (POSIX). */
struct cron {
    uint64_t minutes, hours, days, months, weekdays;
    bool either, moving;
};

enum err cron_parse(const char *text, struct cron *c, struct fault *f);
bool cron_day(const struct cron *c, int64_t day);
/* The first time of such a day at or after `seconds`, -1 for none. */
int cron_time(const struct cron *c, int seconds);

/* ---- every: engine/every.c ---- */

struct every {
    int64_t step;            /* seconds between the times of a day; 0: `at` has them */
    int begin, end;          /* the window; end > DAY_SECONDS when it crosses midnight */
    int at[SCHEDULE_AT_MAX]; /* growing */
    size_t at_count;
    unsigned weekdays;
};

/* False when a word is wrong; each was told. */
bool every_parse(const struct schedule_words *words, struct every *e,
                 schedule_wrong wrong, void *context);
bool every_day(const struct every *e, int64_t day);
/* As cron_time. */
int every_time(const struct every *e, int seconds);

#endif
