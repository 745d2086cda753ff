/* The schedules of all rules against the clock. */
#include "engine/timetable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/event.h"
#include "store/fire.h"
#include "store/journal.h"

enum {
    CATCH_UP_MS = MS_HOUR, /* what is older is not done any more */
    CORRECTION_MS = 3 * MS_HOUR,
    SKIPPED_ROWS = 100, /* of one schedule and one look */
    STEPS_MAX = 100000  /* what lies further back is not even counted */
};

struct line {
    int64_t rule;
    char *name, *words;
    struct schedule *schedule;
    int64_t until_ms; /* looked at up to here */
    int64_t next_ms;  /* the first instant after that */
};

struct timetable {
    struct store *store;
    struct timetable_asks asks;
    struct line *lines;
    size_t count;
};

struct timetable *timetable_new(struct store *store, const struct timetable_asks *asks)
{
    struct timetable *t = mem_new(sizeof *t);
    t->store = store;
    t->asks = *asks;
    return t;
}

static void line_clear(struct line *l)
{
    schedule_free(l->schedule);
    free(l->name);
    free(l->words);
}

void timetable_free(struct timetable *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->count; i++)
        line_clear(&t->lines[i]);
    free(t->lines);
    free(t);
}

static enum err set_mark(struct timetable *t, struct line *l, int64_t until_ms,
                         struct fault *f)
{
    l->until_ms = until_ms;
    l->next_ms = schedule_next(l->schedule, until_ms);
    return fire_set_mark(t->store, l->rule, l->words, until_ms, f);
}

enum err timetable_put(struct timetable *t, int64_t rule, const char *name,
                       const char *words, struct schedule *s, int64_t now_ms,
                       struct fault *f)
{
    struct line l = {
        .rule = rule, .name = mem_text(name), .words = mem_text(words), .schedule = s};
    enum err e = fire_mark(t->store, rule, words, &l.until_ms, f);
    if (e == ERR_OK)
        l.next_ms = schedule_next(s, l.until_ms);
    else if (e == ERR_NOT_FOUND)
        e = set_mark(t, &l, now_ms, f);
    if (e != ERR_OK) {
        line_clear(&l);
        return e;
    }
    t->lines = mem_resize(t->lines, (t->count + 1) * sizeof *t->lines);
    t->lines[t->count++] = l;
    return ERR_OK;
}

/* ---- what is due ---- */

/* The instants of one schedule up to now: the latest ones, in a ring. */
struct missed {
    int64_t at[SKIPPED_ROWS + 1];
    size_t count;
};

static int64_t missed_at(const struct missed *m, size_t i)
{
    return m->at[i % (SKIPPED_ROWS + 1)];
}

static void gather(const struct line *l, int64_t now_ms, struct missed *m)
{
    *m = (struct missed){0};
    for (int64_t at = l->next_ms; at <= now_ms; at = schedule_next(l->schedule, at)) {
        m->at[m->count++ % (SKIPPED_ROWS + 1)] = at;
        if (m->count == STEPS_MAX && at < now_ms - MS_DAY)
            at = now_ms - MS_DAY;
    }
}

static enum err skip(struct timetable *t, const struct line *l, int64_t at_ms,
                     int64_t now_ms, const char *why, struct fault *f)
{
    bool known = false;
    const struct fire fire = {.rule = l->rule,
                              .at_ms = at_ms,
                              .seen_ms = now_ms,
                              .state = FIRE_SKIPPED,
                              .why = why};
    enum err e = fire_known(t->store, l->rule, at_ms, &known, f);
    return e == ERR_OK && !known ? fire_add(t->store, &fire, f) : e;
}

/* All but the latest one; the oldest of the rows says what has none. */
static enum err skip_older(struct timetable *t, const struct line *l,
                           const struct missed *m, int64_t now_ms, struct fault *f)
{
    size_t older = m->count - 1;
    size_t first = older > SKIPPED_ROWS ? older - SKIPPED_ROWS : 0;
    enum err e = ERR_OK;
    for (size_t i = first; i < older && e == ERR_OK; i++) {
        char why[120] = "dray did not run then; a later one took its place";
        if (i == first && first > 0)
            snprintf(why, sizeof why,
                     "dray did not run then, nor at %zu instants before that", first);
        e = skip(t, l, missed_at(m, i), now_ms, why, f);
    }
    return e;
}

static void write_detail(struct buf *text, const struct line *l, int64_t at_ms,
                         int64_t late_ms)
{
    char at[INSTANT_TEXT], late[INSTANT_TEXT];
    struct arena a;
    arena_init(&a);
    struct json *detail = json_object(&a);
    instant_format(at_ms, at);
    json_set_str(&a, detail, "rule", l->name);
    json_set_str(&a, detail, "at", at);
    if (late_ms >= MS_MINUTE) {
        duration_format(late_ms - late_ms % MS_SECOND, late);
        json_set_str(&a, detail, "late", late);
    }
    json_write(text, detail);
    arena_clear(&a);
}

static enum err fire(struct timetable *t, const struct line *l, int64_t at_ms,
                     int64_t now_ms, struct fault *f)
{
    struct buf text;
    struct fire fire = {
        .rule = l->rule, .at_ms = at_ms, .seen_ms = now_ms, .state = FIRE_BEGUN};
    buf_init(&text, 4096);
    write_detail(&text, l, at_ms, now_ms - at_ms);
    struct entry entry = {.what = EVENT_DUE,
                          .account = "",
                          .detail = buf_str(&text),
                          .detail_len = text.len};
    enum err e = journal_add(t->store, &entry, f);
    fire.event = entry.id;
    if (e == ERR_OK)
        e = fire_add(t->store, &fire, f);
    buf_clear(&text);
    return e;
}

/* Whether a run of the rule's last fire goes on; a fire whose run is gone is closed. */
static enum err still_open(struct timetable *t, const struct line *l, bool *open,
                           struct fault *f)
{
    enum err e = fire_open(t->store, l->rule, open, f);
    if (e != ERR_OK || !*open || t->asks.busy(t->asks.arg, l->rule))
        return e;
    *open = false;
    return fire_end(t->store, l->rule, FIRE_FAILED, "its run was dropped", f);
}

/* What was decided once stays decided, also when the clock is set back. */
static enum err decide_latest(struct timetable *t, const struct line *l, int64_t at_ms,
                              int64_t now_ms, struct fault *f)
{
    bool open = false, known = false;
    enum err e = still_open(t, l, &open, f);
    if (e == ERR_OK)
        e = fire_known(t->store, l->rule, at_ms, &known, f);
    if (e != ERR_OK || known)
        return e;
    if (t->asks.paused(t->asks.arg, l->rule))
        return skip(t, l, at_ms, now_ms, "the rule is paused", f);
    if (open || t->asks.busy(t->asks.arg, l->rule))
        return skip(t, l, at_ms, now_ms, "the run before it was not over", f);
    if (now_ms - at_ms > CATCH_UP_MS)
        return skip(t, l, at_ms, now_ms, "dray did not run then, for over an hour", f);
    return fire(t, l, at_ms, now_ms, f);
}

static enum err line_step(struct timetable *t, struct line *l, int64_t now_ms,
                          struct fault *f)
{
    struct missed m;
    gather(l, now_ms, &m);
    int64_t latest = missed_at(&m, m.count - 1);
    enum err e = skip_older(t, l, &m, now_ms, f);
    if (e == ERR_OK)
        e = decide_latest(t, l, latest, now_ms, f);
    return e == ERR_OK ? set_mark(t, l, latest, f) : e;
}

/* The mark lies in what is now the future: the clock was wrong, and nothing may wait
 * until it is that late again. */
static bool ahead(const struct line *l, int64_t now_ms)
{
    return l->until_ms > now_ms && l->until_ms - now_ms > CORRECTION_MS;
}

enum err timetable_step(struct timetable *t, int64_t now_ms, struct fault *f)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < t->count && e == ERR_OK; i++) {
        struct line *l = &t->lines[i];
        if (ahead(l, now_ms))
            e = set_mark(t, l, now_ms, f);
        else if (l->next_ms <= now_ms)
            e = line_step(t, l, now_ms, f);
    }
    return e;
}

enum err timetable_ended(struct timetable *t, int64_t rule, bool well, struct fault *f)
{
    if (timetable_schedule(t, rule) == NULL)
        return ERR_OK;
    return fire_end(t->store, rule, well ? FIRE_DONE : FIRE_FAILED, "", f);
}

int64_t timetable_next_ms(const struct timetable *t)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; t != NULL && i < t->count; i++)
        if (t->lines[i].next_ms < next)
            next = t->lines[i].next_ms;
    return next;
}

const struct schedule *timetable_schedule(const struct timetable *t, int64_t rule)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->lines[i].rule == rule)
            return t->lines[i].schedule;
    return NULL;
}
