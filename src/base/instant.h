/* Instants as people and Amazon write them: ISO 8601, always with a zone on the way out.
 *
 * Inside, an instant is int64 UTC milliseconds (law 11). */
#ifndef DRAY_BASE_INSTANT_H
#define DRAY_BASE_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum { INSTANT_TEXT = 40 };
#define INSTANT_NONE INT64_MIN /* no instant */

enum {
    MS_SECOND = 1000,
    MS_MINUTE = 60 * MS_SECOND,
    MS_HOUR = 60 * MS_MINUTE,
    MS_DAY = 24 * MS_HOUR
};

/* A calendar date and time without a zone. month 1-12, day 1-31. */
struct civil {
    int year, month, day, hour, minute, second, ms;
};

/* Days since 1970-01-01, proleptic Gregorian, and back. */
int64_t civil_days(int year, int month, int day);
void civil_from_ms(int64_t utc_ms, struct civil *c);
int64_t civil_to_ms(const struct civil *c); /* as if UTC */
int civil_weekday(int64_t days);            /* 0 = Sunday */

/* "2026-11-23T06:00-06:00", "…T06:00:00.5Z", "…T06:00:00+0530", "2026-11-23T06:00:00" (no
 * zone: UTC and *zoned false, as Amazon means it), "2026-11-23". ERR_INPUT otherwise,
 * also for 2026-02-30, hour 24 and leap second 60. `zoned` may be NULL. */
enum err instant_parse(const char *text, int64_t *ms, bool *zoned, struct fault *f);

/* "2026-11-23T12:00:00Z", or with ".250" when there are milliseconds. */
void instant_format(int64_t ms, char out[INSTANT_TEXT]);
/* "20261123T120000Z", for x-amz-date. */
void instant_format_basic(int64_t ms, char out[INSTANT_TEXT]);

/* "90s", "30m", "4h", "1d", "1h30m" to milliseconds. ERR_INPUT with a sentence otherwise.
 */
enum err duration_parse(const char *text, int64_t *ms, struct fault *f);
/* "1h 30m", "45s", "250ms", for people. */
void duration_format(int64_t ms, char out[INSTANT_TEXT]);

#endif
