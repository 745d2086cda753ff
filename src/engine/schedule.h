/* When a schedule is due: a pure calculator from words (`every`, `cron`) to instants.
 *
 * A schedule is a set of local times of a zone. Each of them fires once: what lies in a
 * gap of the clocks at the first instant after the gap (several of one gap: once), what
 * comes twice when clocks go back at its first. Only a schedule that follows the clock
 * (`every` below a day; a cron whose minute or hour is `*` or has a step) fires in both
 * passes, so that it is never silent for an hour. Nothing here asks what time it is. */
#ifndef DRAY_ENGINE_SCHEDULE_H
#define DRAY_ENGINE_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

struct schedule;
struct zone;

enum { SCHEDULE_AT_MAX = 24 };

/* The words of a schedule as its author wrote them; borrowed while schedule_new runs.
 * NULL or 0 where nothing was written. Either `cron` or `every`. */
struct schedule_words {
    const char *cron;                /* "5 8-17 * * mon-fri", "@daily" */
    const char *every;               /* "15m", "1h", "1d" */
    const char *at[SCHEDULE_AT_MAX]; /* with "1d": times of day, "07:30" */
    size_t at_count;                 /* how many were written, also above the limit */
    const char *from, *to;           /* below a day: [from, to), also across midnight */
    const char *days;        /* "mon-fri,sun"; of the day in which the window begins */
    const char *zone;        /* IANA name; UTC when NULL */
    const char *except;      /* the text of a list of dates on which nothing is due */
    const char *except_name; /* that file's name, for messages */
};

/* Told each mistake: the key of `every` (or "cron", "zone") and a sentence. */
typedef void (*schedule_wrong)(void *context, const char *key, const char *sentence);

/* NULL when a word is wrong; each mistake was then told to `wrong`. */
struct schedule *schedule_new(const struct schedule_words *words, schedule_wrong wrong,
                              void *context);
void schedule_free(struct schedule *s);

/* The zone of its local times. */
const struct zone *schedule_zone(const struct schedule *s);
/* The next nominal instant strictly after `after_ms`, a whole second of UTC; INT64_MAX
 * when there is none in the next 40 years. */
int64_t schedule_next(const struct schedule *s, int64_t after_ms);

#endif
