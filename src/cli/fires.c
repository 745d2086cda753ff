/* When the schedules of a project's rules are due. */
#include "cli/fires.h"

#include "base/instant.h"
#include "base/zone.h"
#include "cli/rows.h"
#include "engine/schedule.h"
#include "engine/schedule_head.h"

enum { NEXT_MAX = 100000 };

int64_t fires_next(const struct session *s, const struct rule *rule)
{
    struct fault f;
    struct schedule *schedule =
        rule->schedule == NULL ? NULL : schedule_of_rule(rule, s->folder, &f);
    if (schedule == NULL)
        return 0;
    const int64_t next = schedule_next(schedule, clock_wall_ms(s->clock));
    schedule_free(schedule);
    return next == INT64_MAX ? 0 : next;
}

struct span {
    long count;
    int64_t after_ms;
};

static int read_from(const struct invocation *in, const struct session *s,
                     struct span *span)
{
    const char *from = flag_text(in, "from", NULL);
    bool zoned = true;
    struct fault f;

    span->after_ms = clock_wall_ms(s->clock);
    if (from != NULL && instant_parse(from, &span->after_ms, &zoned, &f) != ERR_OK)
        return complain(in, EXIT_USAGE, "--from: %s", f.text);
    if (!zoned)
        return complain(in, EXIT_USAGE,
                        "--from %s: say the zone, too: 2026-11-23T06:00-06:00", from);
    if (from != NULL)
        span->after_ms--; /* what is due then is among them */
    return EXIT_DONE;
}

static void show_fire(struct rows *rows, const struct rule *rule,
                      const struct schedule *schedule, int64_t at_ms)
{
    char local[INSTANT_TEXT];
    zone_format(schedule_zone(schedule), at_ms, local);
    rows_begin(rows);
    rows_text(rows, "name", rule->name);
    rows_time(rows, "at", at_ms);
    rows_text(rows, "local", local);
    rows_end(rows);
}

static enum err show_rule(struct rows *rows, const struct session *s,
                          const struct rule *rule, const struct span *span,
                          struct fault *f)
{
    int64_t at = span->after_ms;
    if (rule->schedule == NULL || !rule->active)
        return ERR_OK;
    struct schedule *schedule = schedule_of_rule(rule, s->folder, f);
    if (schedule == NULL)
        return f->code;
    for (long i = 0; i < span->count; i++) {
        at = schedule_next(schedule, at);
        if (at == INT64_MAX)
            break;
        show_fire(rows, rule, schedule, at);
    }
    schedule_free(schedule);
    return ERR_OK;
}

int fires_list(const struct invocation *in, const struct session *s,
               const struct rulebook *book)
{
    static const char *const headings[] = {"rule", "at", "local", NULL};
    struct span span;
    struct fault f;
    enum err e = ERR_OK;

    if (!flag_number(in, "next", 1, NEXT_MAX, 1, &span.count))
        return EXIT_USAGE;
    int exit = read_from(in, s, &span);
    if (exit != EXIT_DONE)
        return exit;
    struct rows *rows = rows_of(in, flag_given(in, "json") ? NULL : headings);
    for (size_t i = 0; i < book->file_count; i++)
        for (size_t k = 0; e == ERR_OK && k < book->files[i]->rule_count; k++)
            e = show_rule(rows, s, &book->files[i]->rules[k], &span, &f);
    rows_print(rows, "no rule has a schedule");
    return e == ERR_OK ? EXIT_DONE : complain_fault(in, &f);
}
