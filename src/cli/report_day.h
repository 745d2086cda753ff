/* The day of a report, in the zone of each order's warehouse. */
#ifndef DRAY_CLI_REPORT_DAY_H
#define DRAY_CLI_REPORT_DAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/zone.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "store/record.h"

/* From begin to before end, UTC. */
struct span {
    int64_t begin_ms, end_ms;
};
static inline bool span_has(const struct span *s, int64_t at_ms)
{
    return at_ms >= s->begin_ms && at_ms < s->end_ms;
}

/* The day as it was asked for; what it is depends on the zone. */
struct report_day {
    int back; /* days before today; < 0: `date` */
    struct civil date;
    int64_t now_ms; /* set by who knows the clock */
};

/* The first argument: 2026-11-23, today or yesterday. Complains and gives EXIT_USAGE for
 * anything else. */
int report_day_read(const struct invocation *in, struct report_day *d);
/* From midnight to midnight in a zone; UTC's when it is NULL. */
void report_day_in(const struct report_day *d, const struct zone *zone, struct span *out);
/* The day in every zone of the project together. */
void report_day_widest(const struct report_day *d, const struct session *s,
                       struct span *out);
/* The cell of an instant: "14:05", with the date where it is another day's; "-" for 0,
 * which the JSON leaves out. */
void report_day_time(struct rows *rows, const struct zone *zone, const struct span *day,
                     const char *name, int64_t at_ms);
/* A line that says which zone each warehouse has. */
void report_day_zones(const struct session *s);
/* By --account and --warehouse; never an imported one. */
bool report_wants(const struct invocation *in, const struct record *r);

#endif
