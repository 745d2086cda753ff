/* What is over goes after a while: which table's turn it is, and how much at a time. */
#include "workflow/retention.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/journal.h"
#include "store/prune.h"
#include "store/waiting.h"
#include "workflow/round.h"
#include "workflow/setup.h"

enum {
    AT_ONCE = 300, /* rows looked at in one round */
    PAUSE_MS = 250 /* between two portions */
};

/* When the last turn through all tables ended. */
static const char cursor_name[] = "retention";

struct retention {
    struct host *host;
    struct round_guest guest;
    struct timer timer;
    bool awake;
    size_t stage;
    struct portion portion; /* of this stage */
    int64_t gone;           /* in this turn */
    char **paths;           /* files to be removed when their rows are gone for good */
    size_t path_count, path_room;
};

/* ---- one table after the other ---- */

static void note_path(void *arg, const char *path)
{
    struct retention *r = arg;
    r->paths = mem_grow(r->paths, r->path_count, &r->path_room, sizeof *r->paths);
    r->paths[r->path_count++] = mem_text(path);
}

static enum err prune_orders(struct retention *r, struct fault *f)
{
    return prune_records(r->host->store, &r->portion, note_path, r, f);
}

static enum err say_dropped(struct retention *r, const struct waiting *w, struct fault *f)
{
    struct arena a;
    struct buf text;

    arena_init(&a);
    buf_init(&text, 64 * 1024);
    struct json *detail = json_object(&a);
    json_set_str(&a, detail, "event", w->event);
    json_set_str(&a, detail, "order", w->order[0] == '\0' ? NULL : w->order);
    json_set_str(&a, detail, "source", w->source);
    json_set_str(&a, detail, "why", "its order never came");
    json_write(&text, detail);
    struct entry e = {.what = "report.dropped",
                      .account = w->account,
                      .detail = buf_str(&text),
                      .detail_len = text.len};
    enum err err = journal_add(r->host->store, &e, f);
    buf_clear(&text);
    arena_clear(&a);
    return err == ERR_OK ? waiting_remove(r->host->store, w->id, f) : err;
}

/* Reports whose order never came, in the order of arrival. */
static enum err prune_waiting(struct retention *r, struct fault *f)
{
    struct arena a;
    struct waiting *list;
    size_t count, i = 0;
    const struct waiting_filter filter = {.limit = r->portion.limit};

    arena_init(&a);
    enum err e = waiting_list(r->host->store, &a, &filter, &list, &count, f);
    for (; e == ERR_OK && i < count && list[i].told_ms < r->portion.before_ms; i++)
        e = say_dropped(r, &list[i], f);
    r->portion.gone += (int64_t)i;
    r->portion.more = e == ERR_OK && i == count && (int64_t)count == r->portion.limit;
    arena_clear(&a);
    return e;
}

#define OF_STORE(name)                                                                   \
    static enum err name##_stage(struct retention *r, struct fault *f)                   \
    {                                                                                    \
        return name(r->host->store, &r->portion, f);                                     \
    }
OF_STORE(prune_runs)
OF_STORE(prune_verdicts)
OF_STORE(prune_fires)
OF_STORE(prune_told)
OF_STORE(prune_log)

enum kept { KEPT_RUNS, KEPT_REPORTS, KEPT_ORDERS };

/* The log goes last: what is there of orders says how much of it. */
static const struct stage {
    enum kept kept;
    enum err (*prune)(struct retention *r, struct fault *f);
} stages[] = {
    {KEPT_RUNS, prune_runs_stage},  {KEPT_RUNS, prune_verdicts_stage},
    {KEPT_RUNS, prune_fires_stage}, {KEPT_REPORTS, prune_told_stage},
    {KEPT_REPORTS, prune_waiting},  {KEPT_ORDERS, prune_orders},
    {KEPT_ORDERS, prune_log_stage},
};
enum { STAGES = sizeof stages / sizeof stages[0] };

static int64_t kept_ms(const struct retention *r, enum kept kept)
{
    const struct keep *k = &r->host->setup->keep;
    return kept == KEPT_RUNS      ? k->runs_ms
           : kept == KEPT_REPORTS ? k->reports_ms
                                  : k->orders_ms;
}

static void begin_stage(struct retention *r, size_t stage)
{
    r->gone += r->portion.gone;
    r->stage = stage;
    r->portion = (struct portion){.limit = AT_ONCE};
    if (stage < STAGES)
        r->portion.before_ms = host_now(r->host) - kept_ms(r, stages[stage].kept);
}

/* ---- turns ---- */

static void wake(void *arg)
{
    struct retention *r = arg;
    r->awake = true;
}

static void sleep_for(struct retention *r, int64_t ms)
{
    timer_set(r->host->loop, &r->timer, clock_mono_ms(r->host->clock) + ms, wake, r);
}

static enum err end_turn(struct retention *r, struct fault *f)
{
    if (r->gone > 0)
        log_write(LOG_INFO, "what was over for long is forgotten",
                  log_number("rows", r->gone), LOG_END);
    begin_stage(r, 0);
    r->gone = 0;
    sleep_for(r, MS_DAY);
    return cursor_set(r->host->store, "", cursor_name, host_now(r->host), f);
}

/* One portion; tables where nothing is old take no round of their own. */
static enum err portion(struct retention *r, struct fault *f)
{
    enum err e = ERR_OK;
    const int64_t before = r->gone + r->portion.gone;

    while (e == ERR_OK && r->stage < STAGES && r->gone + r->portion.gone == before) {
        e = stages[r->stage].prune(r, f);
        if (e == ERR_OK && r->portion.more)
            break;
        if (e == ERR_OK)
            begin_stage(r, r->stage + 1);
    }
    if (e != ERR_OK)
        return e;
    if (r->stage == STAGES)
        return end_turn(r, f);
    sleep_for(r, PAUSE_MS);
    return ERR_OK;
}

static void step(void *arg)
{
    struct retention *r = arg;
    struct fault f;

    if (!r->awake)
        return;
    r->awake = false;
    if (portion(r, &f) != ERR_OK)
        host_trouble(r->host, &f);
}

static void forget_paths(struct retention *r)
{
    for (size_t i = 0; i < r->path_count; i++)
        free(r->paths[i]);
    r->path_count = 0;
}

/* The rows are gone for good: nothing names these files any more. */
static void durable(void *arg)
{
    struct retention *r = arg;
    for (size_t i = 0; i < r->path_count; i++)
        archive_remove(r->host->archive, r->paths[i]);
    forget_paths(r);
}

static bool is_busy(void *arg)
{
    const struct retention *r = arg;
    return r->awake;
}

/* A turn is due a day after the last one; a clock that was set back delays none. */
static int64_t first_ms(struct host *h)
{
    int64_t last;
    const int64_t now = host_now(h);
    if (cursor_get(h->store, "", cursor_name, &last, NULL) != ERR_OK || last > now ||
        now - last >= MS_DAY)
        return 0;
    return last + MS_DAY - now;
}

void retention_begin(struct host *h)
{
    if (h->retention != NULL)
        return;
    struct retention *r = mem_new(sizeof *r);
    r->host = h;
    begin_stage(r, 0);
    r->guest.party = (struct round_party){step, durable, is_busy, r};
    round_join(h, &r->guest);
    h->retention = r;
    sleep_for(r, first_ms(h));
}

void retention_free(struct retention *r)
{
    if (r == NULL)
        return;
    round_leave(r->host, &r->guest);
    timer_stop(r->host->loop, &r->timer);
    forget_paths(r);
    free(r->paths);
    free(r);
}
