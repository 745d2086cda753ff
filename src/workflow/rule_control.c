/* Pausing rules and letting them go on. */
#include "workflow/rule_control.h"

#include "base/buf.h"
#include "base/json.h"
#include "store/crash.h"
#include "store/hold.h"
#include "store/job.h"
#include "store/journal.h"
#include "store/rule.h"

/* "rule.paused" and "rule.resumed" with rule, actor, why, and whether what waited was
 * dropped. */
static enum err note(struct host *h, const char *what, const char *rule, bool dropped,
                     const struct decision *d, struct fault *f)
{
    struct arena a;
    struct buf text;
    arena_init(&a);
    buf_init(&text, 16 * 1024);
    struct json *detail = json_object(&a);
    json_set_str(&a, detail, "rule", rule);
    json_set_str(&a, detail, "actor", d->actor);
    json_set_str(&a, detail, "why", d->why);
    json_set(&a, detail, "dropped", dropped ? json_boolean(&a, true) : NULL);
    json_write(&text, detail);
    struct entry entry = {
        .what = what, .account = "", .detail = buf_str(&text), .detail_len = text.len};
    enum err e = buf_ok(&text) ? journal_add(h->store, &entry, f)
                               : fault_set(f, ERR_LIMIT, "the reason is too long");
    buf_clear(&text);
    arena_clear(&a);
    return e;
}

enum err control_pause_rule(struct host *h, const char *rule, const struct decision *d,
                            struct fault *f)
{
    struct arena a;
    struct rule_row row;
    arena_init(&a);
    enum err e = rule_find(h->store, &a, rule, &row, f);
    if (e == ERR_OK && row.paused_ms != 0)
        e = fault_set(f, ERR_STATE, "rule \"%s\" is paused already: %s", rule, row.why);
    if (e == ERR_OK)
        e = rule_set_pause(h->store, row.id, host_now(h), d->why, f);
    if (e == ERR_OK)
        e = note(h, "rule.paused", rule, false, d, f);
    arena_clear(&a);
    return e;
}

static enum err end_holds(struct host *h, struct arena *a, int64_t rule, struct fault *f)
{
    const struct hold_filter filter = {.rule = rule};
    struct hold *list;
    size_t count;
    enum err e = hold_list(h->store, a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = hold_end(h->store, rule, list[i].record, NULL, f);
    return e;
}

enum err control_resume_rule(struct host *h, const char *rule, bool drop,
                             const struct decision *d, int64_t *waited, struct fault *f)
{
    struct arena a;
    struct rule_row row;
    *waited = 0;
    arena_init(&a);
    enum err e = rule_find(h->store, &a, rule, &row, f);
    if (e == ERR_OK)
        e = job_count(h->store, row.id, waited, f);
    if (e == ERR_OK && row.paused_ms == 0 && !drop)
        e = fault_set(f, ERR_STATE, "rule \"%s\" is not paused", rule);
    if (e == ERR_OK && drop)
        e = job_drop(h->store, row.id, waited, f);
    if (e == ERR_OK && drop)
        e = end_holds(h, &a, row.id, f);
    if (e == ERR_OK)
        e = rule_set_pause(h->store, row.id, 0, "", f);
    if (e == ERR_OK)
        e = crash_forget(h->store, row.file, f);
    if (e == ERR_OK)
        e = note(h, "rule.resumed", rule, drop, d, f);
    arena_clear(&a);
    return e;
}

enum err control_rule_backlog(struct host *h, const char *rule, int64_t *waiting,
                              struct fault *f)
{
    struct arena a;
    struct rule_row row;
    *waiting = 0;
    arena_init(&a);
    enum err e = rule_find(h->store, &a, rule, &row, f);
    if (e == ERR_OK)
        e = job_count(h->store, row.id, waiting, f);
    arena_clear(&a);
    return e;
}
