/* `every = { "15m", from = "08:00", to = "18:00", days = "mon-fri" }`: times at equal
 * distances in a window of the day, or `{ "1d", at = "07:30" }`. */
#include "engine/schedule_inside.h"

#include <stdlib.h>

/* Where the mistakes of one schedule go. */
struct mistakes {
    schedule_wrong wrong;
    void *context;
    bool any;
};

static void mistake(struct mistakes *m, const char *key, const char *sentence)
{
    m->any = true;
    m->wrong(m->context, key, sentence);
}

/* ---- words ---- */

static void read_step(struct mistakes *m, const char *text, struct every *e)
{
    struct fault f = {0};
    int64_t ms = 0;
    if (duration_parse(text, &ms, &f) != ERR_OK)
        mistake(m, "every", f.text);
    else if (ms > MS_DAY)
        mistake(m, "every",
                "a day (\"1d\") is the longest; for less often name the days: "
                "days = \"mon,thu\", or use cron");
    else if (ms < MS_SECOND || ms % MS_SECOND != 0)
        mistake(m, "every", "expected a second or more, in whole seconds");
    e->step = ms == MS_DAY ? 0 : ms / MS_SECOND;
}

static void read_time(struct mistakes *m, const char *key, const char *text, int *seconds)
{
    struct fault f = {0};
    if (calendar_time(text, key[0] == 't', seconds, &f) != ERR_OK)
        mistake(m, key, f.text);
}

static int compare_times(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void read_at(struct mistakes *m, const struct schedule_words *w, struct every *e)
{
    if (w->from != NULL)
        mistake(m, "from", "a window needs an interval below a day; use at = \"07:30\"");
    if (w->to != NULL)
        mistake(m, "to", "a window needs an interval below a day; use at = \"07:30\"");
    if (w->at_count > SCHEDULE_AT_MAX) {
        mistake(m, "at", "at most 24 times of day; use cron for more");
        return;
    }
    e->at_count = w->at_count == 0 ? 1 : w->at_count; /* midnight where none is named */
    for (size_t i = 0; i < w->at_count; i++)
        read_time(m, "at", w->at[i], &e->at[i]);
    qsort(e->at, e->at_count, sizeof e->at[0], compare_times);
}

static void read_window(struct mistakes *m, const struct schedule_words *w,
                        struct every *e)
{
    if (w->at_count > 0)
        mistake(m, "at", "a time of day goes with \"1d\"; below a day use from and to");
    if (w->from != NULL)
        read_time(m, "from", w->from, &e->begin);
    if (w->to != NULL)
        read_time(m, "to", w->to, &e->end);
    if (w->from != NULL && w->to != NULL && e->begin == e->end)
        mistake(m, "to", "the window ends when it begins; leave both away for all day");
    if (e->end <= e->begin)
        e->end += DAY_SECONDS;
}

bool every_parse(const struct schedule_words *w, struct every *e, schedule_wrong wrong,
                 void *context)
{
    struct mistakes m = {wrong, context, false};
    struct fault f = {0};
    *e = (struct every){.end = DAY_SECONDS, .weekdays = EVERY_WEEKDAY};
    read_step(&m, w->every, e);
    if (!m.any && e->step == 0)
        read_at(&m, w, e);
    else if (!m.any) /* without an interval nobody knows which words belong */
        read_window(&m, w, e);
    if (w->days != NULL && calendar_weekdays(w->days, &e->weekdays, &f) != ERR_OK)
        mistake(&m, "days", f.text);
    return !m.any;
}

/* ---- days and times ---- */

bool every_day(const struct every *e, int64_t day)
{
    return (e->weekdays >> civil_weekday(day) & 1) != 0;
}

int every_time(const struct every *e, int seconds)
{
    if (e->step == 0) {
        for (size_t i = 0; i < e->at_count; i++)
            if (e->at[i] >= seconds)
                return e->at[i];
        return -1;
    }
    int64_t past = seconds > e->begin ? seconds - e->begin : 0;
    int64_t time = e->begin + (past + e->step - 1) / e->step * e->step;
    return time < e->end ? (int)time : -1;
}
