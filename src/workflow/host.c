/* Puts a host together and carries what its parts tell each other. */
#include "workflow/host.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/crash.h"
#include "store/journal.h"
#include "store/paper.h"
#include "workflow/bodies.h"
#include "workflow/control.h"
#include "workflow/deadlines.h"
#include "workflow/export.h"
#include "workflow/feed.h"
#include "workflow/intake.h"
#include "workflow/poller.h"
#include "workflow/print.h"
#include "workflow/printing.h"
#include "workflow/prover.h"
#include "workflow/retention.h"
#include "workflow/rhythm.h"
#include "workflow/sender.h"
#include "workflow/setup.h"
#include "workflow/tell.h"

static enum operation_id figure_of(const char *operation)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (strcmp(operation_get((enum operation_id)op)->name, operation) == 0)
            return (enum operation_id)op;
    return OP_COUNT;
}

/* Counts one HTTP attempt. Reads are figures only; what became of a write is in its
 * effect's log. */
static void count_call(void *arg, const struct call_note *note)
{
    struct host *h = arg;
    enum operation_id op = figure_of(note->operation);

    if (op == OP_COUNT) {
        h->figures.token_calls++;
        return;
    }
    h->figures.calls[op]++;
    if (note->status == 429)
        h->figures.throttled[op]++;
}

static bool path_named(void *arg, const char *path)
{
    struct store *s = arg;
    return paper_named(s, path);
}

/* What a crash left `sending` may have reached Amazon: it is looked up, never repeated
 * blindly. */
static enum err recover_sending(struct host *h, struct fault *f)
{
    struct arena a;
    struct effect *list;
    size_t count;
    const struct effect_filter filter = {.states = 1u << EFFECT_SENDING};

    arena_init(&a);
    enum err e = effect_list(h->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        const struct effect_change change = {
            .to = EFFECT_UNKNOWN,
            .why = "dray stopped while this was being sent",
            .next_ms = prover_quiet(list[i].kind, list[i].sent_ms),
        };
        e = host_move(h, &list[i], &change, f);
    }
    arena_clear(&a);
    return e;
}

/* What the watchdog of the last owner wrote down. */
static void tell_crash(struct host *h, const struct crash *c)
{
    crash_done(h->store);
    log_write(LOG_ERROR, "a run did not come to its end, and dray was stopped",
              log_safe("at", c->place), log_safe("rule", c->what),
              log_number("run", c->run), LOG_END);
}

static enum err recover(struct host *h, struct fault *f)
{
    int64_t crashed = 0;
    struct crash crash;
    bool hung = false;
    enum err e = recover_sending(h, f);
    if (e == ERR_OK)
        e = crash_recover(h->store, &crash, &hung, f);
    if (e == ERR_OK)
        e = run_recover(h->store, &crashed, f);
    if (e == ERR_OK)
        e = printing_open(h->printing, f);
    if (e == ERR_OK)
        e = control_open(h, f);
    if (e == ERR_OK)
        e = export_open(h->export, f);
    if (e == ERR_OK && store_dirty(h->store))
        e = store_commit(h->store, f);
    if (e == ERR_OK && hung)
        tell_crash(h, &crash);
    if (e == ERR_OK && crashed > 0)
        log_write(LOG_WARN, "runs were cut off by a crash", log_number("runs", crashed),
                  LOG_END);
    return e;
}

/* What Amazon's side has to remember lies among the cursors. */
static int64_t recall_number(void *arg, const char *account, const char *name)
{
    struct host *h = arg;
    int64_t number = 0;
    struct fault f;
    const enum err e = cursor_get(h->store, account, name, &number, &f);
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        host_trouble(h, &f);
    return e == ERR_OK ? number : 0;
}

static void keep_number(void *arg, const char *account, const char *name, int64_t number)
{
    struct host *h = arg;
    struct fault f;
    if (cursor_set(h->store, account, name, number, &f) != ERR_OK)
        host_trouble(h, &f);
}

struct host *host_open(const struct host_parts *parts, struct fault *f)
{
    struct host *h = mem_new(sizeof *h);

    h->clock = parts->clock;
    h->loop = parts->loop;
    h->random = parts->random;
    h->transport = parts->transport;
    h->store = parts->store;
    h->archive = parts->archive;
    h->rehearsal = parts->rehearsal;
    h->accounts = parts->accounts;
    h->account_count = parts->account_count;
    h->setup = parts->setup != NULL ? parts->setup : setup_new("", NULL, NULL);
    h->spapi = spapi_new(h->loop, h->transport, h->random);
    spapi_on_note(h->spapi, count_call, h);
    spapi_on_memory(h->spapi, &(struct spapi_memory){recall_number, keep_number, h});
    for (size_t i = 0; i < h->account_count; i++)
        spapi_add_account(h->spapi, h->accounts[i]);
    h->stock_moved = true; /* perhaps, before a restart */
    h->bodies = bodies_new();
    h->intake = intake_new(h);
    h->export = export_new(h, parts->export_folder);
    h->sender = sender_new(h);
    h->printing = printing_new(h);
    h->prover = prover_new(h);
    h->poller = poller_new(h);
    archive_sweep(h->archive, path_named, h->store);
    if (recover(h, f) != ERR_OK) {
        host_close(h);
        return NULL;
    }
    return h;
}

void host_close(struct host *h)
{
    if (h == NULL)
        return;
    retention_free(h->retention);
    deadlines_free(h->deadlines);
    tell_free(h->tell);
    feeds_free(h->feeds);
    rhythm_free(h->rhythm);
    poller_free(h->poller);
    prover_free(h->prover);
    sender_free(h->sender);
    printing_free(h->printing);
    export_free(h->export);
    intake_free(h->intake);
    bodies_free(h->bodies);
    spapi_free(h->spapi);
    transport_free(h->transport);
    for (size_t i = 0; i < h->account_count; i++)
        account_free(h->accounts[i]);
    free(h->accounts);
    setup_free(h->setup);
    archive_free(h->archive);
    store_close(h->store);
    random_free(h->random);
    loop_free(h->loop);
    free(h);
}

struct account *host_account(const struct host *h, const char *id)
{
    for (size_t i = 0; i < h->account_count; i++)
        if (strcmp(h->accounts[i]->id, id) == 0)
            return h->accounts[i];
    return NULL;
}

int64_t host_now(const struct host *h)
{
    return h->still_ms != 0 ? h->still_ms : clock_wall_ms(h->clock);
}

void host_still(struct host *h, bool still)
{
    h->still_ms = still ? clock_wall_ms(h->clock) : 0;
}

void host_trouble(struct host *h, const struct fault *f)
{
    if (h->trouble.code == ERR_OK)
        h->trouble = *f;
}

int64_t host_mono(const struct host *h, int64_t utc_ms)
{
    if (utc_ms == INT64_MAX)
        return INT64_MAX;
    return clock_mono_ms(h->clock) + (utc_ms - clock_wall_ms(h->clock));
}

enum err host_next(struct host *h, unsigned states, int64_t after_ms, int64_t *next_ms,
                   struct fault *f)
{
    enum err e = ERR_OK;
    *next_ms = INT64_MAX;
    for (size_t i = 0; i < h->account_count && e == ERR_OK; i++) {
        int64_t at_ms;
        e = effect_next(h->store, h->accounts[i]->id, states, after_ms, &at_ms, f);
        if (e == ERR_OK && at_ms < *next_ms)
            *next_ms = at_ms;
    }
    return e;
}

enum err host_move(struct host *h, struct effect *e, const struct effect_change *c,
                   struct fault *f)
{
    enum err err = effect_move(h->store, e, c, f);
    if (err != ERR_OK)
        return err;
    if (c->to == EFFECT_READY)
        sender_wake(h->sender);
    if (c->to == EFFECT_ACCEPTED || c->to == EFFECT_UNKNOWN || c->to == EFFECT_WAITING)
        prover_wake(h->prover, c->next_ms);
    if (h->watch.effect != NULL)
        h->watch.effect(h->watch.arg, e);
    return deadlines_hear_effect(h, e, f);
}

enum err host_event(struct host *h, const struct record *r, const char *what,
                    const struct json *detail, struct fault *f)
{
    struct buf text;
    buf_init(&text, 64 * 1024);
    if (detail != NULL)
        json_write(&text, detail);
    struct entry entry = {
        .what = what,
        .account = r->account,
        .record = r->id,
        .run = h->run,
        .detail = detail == NULL ? NULL : buf_str(&text),
        .detail_len = text.len,
    };
    enum err e = journal_add(h->store, &entry, f);
    buf_clear(&text);
    if (e == ERR_OK && h->watch.record != NULL)
        h->watch.record(h->watch.arg, r, what);
    if (e == ERR_OK)
        e = deadlines_hear(h, r, what, f);
    return e == ERR_OK ? print_heard(h, r, what, detail, f) : e;
}

/* The event's `was` is the state before. */
static enum err tell_state(struct host *h, const struct record *r, const char *what,
                           enum order_state was, struct fault *f)
{
    struct arena a;
    arena_init(&a);
    struct json *detail = json_object(&a);
    json_set_str(&a, detail, "was", order_state_name(was));
    enum err e = host_event(h, r, what, detail, f);
    arena_clear(&a);
    return e;
}

enum err host_state(struct host *h, struct record *r, enum order_state state,
                    const char *what, struct fault *f)
{
    if (r->state == (int)state)
        return ERR_OK;
    enum err e = record_set_state(h->store, r->id, (int)state, f);
    if (e != ERR_OK)
        return e;
    const enum order_state was = (enum order_state)r->state;
    r->state = (int)state;
    return what == NULL ? ERR_OK : tell_state(h, r, what, was, f);
}
