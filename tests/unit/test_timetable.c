/* Schedules against the clock: once, caught up, skipped, never two at a time, whatever
 * befalls the process. */
#include "store_help.h"

#include "base/instant.h"
#include "engine/event.h"
#include "engine/timetable.h"
#include "store/fire.h"

/* ---- a timetable whose rules are what the test says ---- */

static bool is_busy, is_paused;

static bool busy(void *arg, int64_t rule)
{
    (void)arg;
    (void)rule;
    return is_busy;
}

static bool paused(void *arg, int64_t rule)
{
    (void)arg;
    (void)rule;
    return is_paused;
}

static int64_t at(const char *text)
{
    int64_t ms;
    OK(instant_parse(text, &ms, NULL, &fault));
    return ms;
}

static void never_wrong(void *context, const char *key, const char *sentence)
{
    (void)context;
    printf("  %s: %s\n", key, sentence);
}

static void put(struct timetable *t, const char *cron, const char *now)
{
    struct schedule *s =
        schedule_new(&(struct schedule_words){.cron = cron}, never_wrong, NULL);
    CHECK(s != NULL);
    OK(timetable_put(t, 7, "morning list", cron, s, at(now), &fault));
}

/* As after a start at `now`, with the rule's schedule. */
static struct timetable *start(struct store *s, const char *cron, const char *now)
{
    const struct timetable_asks asks = {.busy = busy, .paused = paused};
    struct timetable *t = timetable_new(s, &asks);
    put(t, cron, now);
    return t;
}

static struct store *begin(void)
{
    is_busy = is_paused = false;
    return in_memory();
}

static void step(struct timetable *t, const char *now)
{
    OK(timetable_step(t, at(now), &fault));
}

/* ---- what came of it ---- */

static char seen[8000]; /* "state instant why\n", newest first */

static bool see(void *arg, const struct fire *fire)
{
    char text[INSTANT_TEXT];
    size_t len = strlen(seen);
    (void)arg;
    instant_format(fire->at_ms, text);
    snprintf(seen + len, sizeof seen - len, "%s %.16s %s\n", fire_state_name(fire->state),
             text, fire->why);
    CHECK((fire->event != 0) == (fire->state != FIRE_SKIPPED));
    return true;
}

static void check_fires(struct store *s, const char *want)
{
    seen[0] = '\0';
    OK(fire_each(s, 7, 0, see, NULL, &fault));
    CHECK_STR(seen, want);
}

static char told[400]; /* the detail of the latest event */

static bool hear(void *arg, const struct entry *e)
{
    ++*(int *)arg;
    snprintf(told, sizeof told, "%.*s", (int)e->detail_len, e->detail);
    return true;
}

static int events(struct store *s)
{
    int count = 0;
    OK(journal_each(s, &(struct entry_filter){.what = EVENT_DUE}, hear, &count, &fault));
    return count;
}

/* ---- tests ---- */

static void fires_once(void)
{
    struct store *s = begin();
    struct timetable *t = start(s, "0 * * * *", "2026-11-20T08:00:00Z");
    CHECK_INT(timetable_next_ms(t), at("2026-11-20T09:00:00Z"));
    step(t, "2026-11-20T08:59:59.999Z");
    check_fires(s, "");
    step(t, "2026-11-20T09:00:00Z");
    step(t, "2026-11-20T09:00:00Z");
    check_fires(s, "begun 2026-11-20T09:00 \n");
    CHECK_INT(events(s), 1);
    CHECK_STR(told, "{\"rule\":\"morning list\",\"at\":\"2026-11-20T09:00:00Z\"}");
    OK(timetable_ended(t, 7, true, &fault));
    CHECK_INT(timetable_next_ms(t), at("2026-11-20T10:00:00Z"));
    step(t, "2026-11-20T10:00:05Z");
    OK(timetable_ended(t, 7, false, &fault));
    check_fires(s, "failed 2026-11-20T10:00 \ndone 2026-11-20T09:00 \n");
    timetable_free(t);
    store_close(s);
}

static void catches_up(void)
{
    struct store *s = begin();
    timetable_free(start(s, "0 */2 * * *", "2026-11-20T08:00:00Z"));
    struct timetable *t = start(s, "0 */2 * * *", "2026-11-20T14:30:00Z");
    step(t, "2026-11-20T14:30:00Z");
    check_fires(s, "begun 2026-11-20T14:00 \n"
                   "skipped 2026-11-20T12:00 dray did not run then; a later one took its "
                   "place\n"
                   "skipped 2026-11-20T10:00 dray did not run then; a later one took its "
                   "place\n");
    CHECK_INT(events(s), 1);
    CHECK(strstr(told, "\"late\":\"30m\"") != NULL);
    timetable_free(t);
    store_close(s);
}

static void too_late(void)
{
    struct store *s = begin();
    timetable_free(start(s, "0 8 * * *", "2026-11-20T07:00:00Z"));
    struct timetable *t = start(s, "0 8 * * *", "2026-11-20T09:00:00.001Z");
    step(t, "2026-11-20T09:00:00.001Z");
    check_fires(s, "skipped 2026-11-20T08:00 dray did not run then, for over an hour\n");
    CHECK_INT(events(s), 0);
    CHECK_INT(timetable_next_ms(t), at("2026-11-21T08:00:00Z"));
    timetable_free(t);
    store_close(s);
}

static void long_away(void)
{
    struct store *s = begin();
    timetable_free(start(s, "* * * * *", "2025-11-20T08:00:00Z"));
    struct timetable *t = start(s, "* * * * *", "2026-11-20T08:00:00Z");
    step(t, "2026-11-20T08:00:00Z");
    size_t rows = 0;
    seen[0] = '\0';
    OK(fire_each(s, 7, 0, see, NULL, &fault));
    for (const char *c = seen; *c != '\0'; c++)
        rows += *c == '\n';
    CHECK_INT(rows, 101);
    CHECK(strstr(seen, "skipped 2026-11-20T06:20 dray did not run then, nor at ") !=
          NULL);
    CHECK_INT(events(s), 1);
    timetable_free(t);
    store_close(s);
}

static void never_two(void)
{
    struct store *s = begin();
    struct timetable *t = start(s, "0 * * * *", "2026-11-20T08:00:00Z");
    step(t, "2026-11-20T09:00:00Z");
    is_busy = true;
    step(t, "2026-11-20T10:00:00Z");
    timetable_free(t); /* the run goes on after a restart */
    t = start(s, "0 * * * *", "2026-11-20T10:30:00Z");
    step(t, "2026-11-20T11:00:00Z");
    is_busy = false;
    OK(timetable_ended(t, 7, true, &fault));
    step(t, "2026-11-20T12:00:00Z");
    check_fires(s, "begun 2026-11-20T12:00 \n"
                   "skipped 2026-11-20T11:00 the run before it was not over\n"
                   "skipped 2026-11-20T10:00 the run before it was not over\n"
                   "done 2026-11-20T09:00 \n");
    timetable_free(t);
    store_close(s);
}

static void dropped(void)
{
    struct store *s = begin();
    struct timetable *t = start(s, "0 * * * *", "2026-11-20T08:00:00Z");
    step(t, "2026-11-20T09:00:00Z");
    step(t, "2026-11-20T10:00:00Z"); /* nobody runs the first one */
    check_fires(s, "begun 2026-11-20T10:00 \n"
                   "failed 2026-11-20T09:00 its run was dropped\n");
    timetable_free(t);
    store_close(s);
}

static void while_paused(void)
{
    struct store *s = begin();
    struct timetable *t = start(s, "0 * * * *", "2026-11-20T08:00:00Z");
    is_paused = true;
    step(t, "2026-11-20T09:00:00Z");
    is_paused = false;
    step(t, "2026-11-20T09:30:00Z");
    check_fires(s, "skipped 2026-11-20T09:00 the rule is paused\n");
    timetable_free(t);
    store_close(s);
}

static void other_words(void)
{
    struct store *s = begin();
    timetable_free(start(s, "0 8 * * *", "2026-11-20T07:00:00Z"));
    struct timetable *t = start(s, "15 8 * * *", "2026-11-20T08:30:00Z");
    step(t, "2026-11-20T08:30:00Z");
    check_fires(s, "");
    CHECK_INT(timetable_next_ms(t), at("2026-11-21T08:15:00Z"));
    timetable_free(t);
    store_close(s);
}

static void clock_set_back(void)
{
    struct store *s = begin();
    struct timetable *t = start(s, "0 * * * *", "2026-11-20T08:00:00Z");
    step(t, "2026-11-20T09:00:00Z");
    OK(timetable_ended(t, 7, true, &fault));
    step(t, "2026-11-20T08:30:00Z");
    step(t, "2026-11-20T09:00:00Z"); /* again, on the wall */
    check_fires(s, "done 2026-11-20T09:00 \n");
    step(t, "2099-11-20T08:00:00Z");
    OK(timetable_ended(t, 7, true, &fault));
    step(t, "2026-11-20T09:05:00Z");
    CHECK_INT(timetable_next_ms(t), at("2026-11-20T10:00:00Z"));
    timetable_free(t);
    store_close(s);
}

/* Undone with the round: no mark, no row, no event without the others. */
static void undone(void)
{
    fresh_folder();
    is_busy = is_paused = false;
    struct store *s = own();
    timetable_free(start(s, "0 * * * *", "2026-11-20T08:00:00Z"));
    OK(store_commit(s, &fault));
    struct timetable *t = start(s, "0 * * * *", "2026-11-20T09:00:00Z");
    step(t, "2026-11-20T09:00:00Z");
    timetable_free(t);
    store_close(s); /* a crash before the commit */
    s = own();
    CHECK_INT(events(s), 0);
    t = start(s, "0 * * * *", "2026-11-20T09:01:00Z");
    step(t, "2026-11-20T09:01:00Z");
    check_fires(s, "begun 2026-11-20T09:00 \n");
    CHECK_INT(events(s), 1);
    timetable_free(t);
    store_close(s);
    fresh_folder();
}

TESTS_MAIN({"a schedule fires once per instant and says how it ended", fires_once},
           {"the latest missed instant is caught up, the others are recorded",
            catches_up},
           {"what is over an hour old is not caught up", too_late},
           {"a year away is not a year of rows", long_away},
           {"runs of one schedule never overlap, also after a restart", never_two},
           {"a fire whose run was dropped does not block the next", dropped},
           {"a paused rule skips and does not catch up", while_paused},
           {"a changed schedule begins now, nothing of it is in the past", other_words},
           {"a clock that is set back fires nothing twice and blocks nothing",
            clock_set_back},
           {"a crash before the commit leaves the fire to the next start", undone})
