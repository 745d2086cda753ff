/* The schedules of all rules against the clock: what is due fires once, what was missed
 * is caught up or recorded as skipped, and runs of one schedule never overlap (design 10;
 * durability.md 4.2).
 *
 * A fire is an entry of the log, EVENT_DUE with { rule, at, late? }, a row in
 * store/fire.h, and the schedule's new mark, in one transaction; who dispatches events
 * runs the rule for it. Of what lies between the mark and now only the latest instant
 * fires, and only within the hour; the others are recorded as skipped, the 100 latest of
 * them each. A rule whose words changed, and a new one, begins now. */
#ifndef DRAY_ENGINE_TIMETABLE_H
#define DRAY_ENGINE_TIMETABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "engine/schedule.h"
#include "store/store.h"

struct timetable;

/* What the timetable asks of who runs the rules. */
struct timetable_asks {
    bool (*busy)(void *arg, int64_t rule);   /* a run of the rule is queued or goes on */
    bool (*paused)(void *arg, int64_t rule); /* a person paused it, or its failures did */
    void *arg;
};

/* `store` is borrowed. */
struct timetable *timetable_new(struct store *store, const struct timetable_asks *asks);
void timetable_free(struct timetable *t);
/* Adds a rule's schedule, which is taken over; `name` and `words` (how the schedule was
 * written: another text is another schedule) are copied. Writes the mark of a new one. On
 * failure the schedule is freed. */
enum err timetable_put(struct timetable *t, int64_t rule, const char *name,
                       const char *words, struct schedule *s, int64_t now_ms,
                       struct fault *f);

/* Fires what is due at `now_ms`, and notes which runs have ended. */
enum err timetable_step(struct timetable *t, int64_t now_ms, struct fault *f);
/* The run of a rule's fire ended, well or not; also right for a rule without a schedule.
 */
enum err timetable_ended(struct timetable *t, int64_t rule, bool well, struct fault *f);
/* When the next one is due; INT64_MAX for none. `t` may be NULL. */
int64_t timetable_next_ms(const struct timetable *t);

/* The schedule of a rule; NULL when it has none. Borrowed. */
const struct schedule *timetable_schedule(const struct timetable *t, int64_t rule);

#endif
