/* The queues before the printers. */
#include "workflow/printing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/process.h"
#include "net/raw.h"
#include "store/paper.h"
#include "workflow/control.h"
#include "workflow/print.h"

enum {
    BACKOFF_FIRST_MS = 2 * MS_SECOND,
    BACKOFF_MAX_MS = 5 * MS_MINUTE,
    COMMAND_MS = 2 * MS_MINUTE
};

/* How a print ended. */
struct outcome {
    bool well;
    size_t written; /* bytes that may have left; 0: none */
    struct fault fault;
};

/* The queue of one printer, with what it prints just now. */
struct lane {
    const struct printer *printer; /* as it was when what is on its way began */
    bool stale; /* the project file was read again: look it up when nothing is on its way
                 */
    bool gone;  /* the project file names it no more */
    int64_t *ids; /* of effects that became ready, oldest first */
    size_t count, room;
    int64_t failures; /* in a row */
    int64_t retry_ms; /* monotonic; nothing leaves before that */

    int64_t effect; /* on its way; 0: none */
    char *data;
    size_t len;
    bool begun; /* released */
    struct raw *raw;
    struct process *process;
    bool stillborn; /* could not be begun: `why` */
    struct fault why;
};

struct printing {
    struct host *host;
    struct lane *lanes; /* one for each printer of the project file */
    size_t count;
    int64_t *strays; /* became ready, not yet given to a lane */
    size_t stray_count, stray_room;
    struct timer timer;
    bool awake;
};

static struct lane *lane_of(struct printing *p, const char *printer)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->lanes[i].printer->name, printer) == 0)
            return &p->lanes[i];
    return NULL;
}

/* A queue for each printer that has none yet. */
static void add_lanes(struct printing *p)
{
    const struct setup *setup = p->host->setup;
    for (size_t i = 0; i < setup->printer_count; i++)
        if (lane_of(p, setup->printers[i].name) == NULL) {
            p->lanes = mem_resize(p->lanes, (p->count + 1) * sizeof *p->lanes);
            p->lanes[p->count++] = (struct lane){.printer = &setup->printers[i]};
        }
}

struct printing *printing_new(struct host *h)
{
    struct printing *p = mem_new(sizeof *p);
    p->host = h;
    add_lanes(p);
    return p;
}

void printing_renew(struct printing *p)
{
    for (size_t i = 0; i < p->count; i++)
        p->lanes[i].stale = true;
    add_lanes(p);
    p->awake = true;
}

static void lane_clear(struct lane *l)
{
    raw_free(l->raw);
    process_free(l->process);
    free(l->data);
    l->raw = NULL;
    l->process = NULL;
    l->data = NULL;
    l->effect = 0;
    l->begun = l->stillborn = false;
}

void printing_free(struct printing *p)
{
    if (p == NULL)
        return;
    timer_stop(p->host->loop, &p->timer);
    for (size_t i = 0; i < p->count; i++) {
        lane_clear(&p->lanes[i]);
        free(p->lanes[i].ids);
    }
    free(p->lanes);
    free(p->strays);
    free(p);
}

/* ---- queues ---- */

static void push(int64_t **ids, size_t *count, size_t *room, int64_t id)
{
    *ids = mem_grow(*ids, *count, room, sizeof **ids);
    (*ids)[(*count)++] = id;
}

void printing_queue(struct printing *p, int64_t effect)
{
    push(&p->strays, &p->stray_count, &p->stray_room, effect);
    p->awake = true;
}

static bool queue_ready(void *arg, const struct effect *e)
{
    printing_queue(arg, e->id);
    return true;
}

enum err printing_open(struct printing *p, struct fault *f)
{
    const struct effect_filter ready = {.kinds = 1u << EFFECT_PRINT,
                                        .states = 1u << EFFECT_READY};
    return effect_each(p->host->store, &ready, queue_ready, p, f);
}

/* An effect that may be printed now; NULL: it was held, cancelled or undone since. */
static struct effect *take_ready(struct printing *p, struct arena *a, int64_t id,
                                 enum err *err, struct fault *f)
{
    struct effect *e = arena_new(a, sizeof *e);
    *err = effect_get(p->host->store, a, id, true, e, f);
    if (*err == ERR_NOT_FOUND)
        *err = ERR_OK;
    else if (*err == ERR_OK && e->kind == EFFECT_PRINT && e->state == EFFECT_READY)
        return e;
    return NULL;
}

static enum err sort_stray(struct printing *p, int64_t id, struct fault *f)
{
    struct arena a;
    struct print_wish w;
    enum err err;

    arena_init(&a);
    struct effect *e = take_ready(p, &a, id, &err, f);
    if (e != NULL) {
        print_wish_read(&a, e, &w);
        struct lane *l = lane_of(p, w.printer);
        if (l != NULL && !l->gone)
            push(&l->ids, &l->count, &l->room, id);
        else
            err = print_flow.failed(p->host, e, EFFECT_HELD,
                                    "dray.lua names no such printer any more; name it "
                                    "again, then `dray retry`",
                                    f);
    }
    arena_clear(&a);
    return err;
}

static enum err sort_strays(struct printing *p, struct fault *f)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < p->stray_count && e == ERR_OK; i++)
        e = sort_stray(p, p->strays[i], f);
    p->stray_count = 0;
    return e;
}

/* ---- what printers said ---- */

static int64_t backoff(const struct printing *p, const struct lane *l)
{
    int64_t most = BACKOFF_FIRST_MS;
    for (int64_t i = 1; i < l->failures && most < BACKOFF_MAX_MS; i++)
        most *= 2;
    most = most < BACKOFF_MAX_MS ? most : BACKOFF_MAX_MS;
    return most / 2 + (int64_t)random_below(p->host->random, (uint64_t)most / 2 + 1);
}

static enum err took_it(struct printing *p, struct lane *l, struct effect *e,
                        struct fault *f)
{
    char why[200];
    if (l->printer->raw != NULL)
        snprintf(why, sizeof why,
                 "%.60s took all %zu bytes; that it is on paper, only the floor can say",
                 l->printer->raw, l->len);
    else
        snprintf(why, sizeof why,
                 "%.60s ended well; that it is on paper, only the floor can say",
                 l->printer->argv[0]);
    const struct effect_change change = {
        .to = EFFECT_ACCEPTED, .why = why, .next_ms = INT64_MAX};
    l->failures = 0;
    return host_move(p->host, e, &change, f);
}

/* Nothing left: the same again later, before everything that waits behind it. */
static enum err took_nothing(struct printing *p, struct lane *l, struct effect *e,
                             const struct fault *why, struct fault *f)
{
    l->failures++;
    const int64_t wait = backoff(p, l);
    const struct effect_change change = {
        .to = EFFECT_READY, .why = why->text, .next_ms = host_now(p->host) + wait};
    l->retry_ms = clock_mono_ms(p->host->clock) + wait;
    if (l->failures == 1)
        log_write(LOG_WARN, "a printer cannot be reached; its prints wait",
                  log_safe("printer", l->printer->name), log_safe("why", why->text),
                  LOG_END);
    push(&l->ids, &l->count, &l->room, e->id);
    memmove(l->ids + 1, l->ids, (l->count - 1) * sizeof *l->ids);
    l->ids[0] = e->id;
    return host_move(p->host, e, &change, f);
}

static enum err took_some(struct printing *p, struct lane *l, struct effect *e,
                          const struct outcome *o, struct fault *f)
{
    char why[500];
    snprintf(why, sizeof why,
             "%.300s; some of it may be on paper: look at the printer, then `dray retry` "
             "prints it again, or `dray settle` says that it came out",
             o->fault.text);
    log_write(LOG_WARN, "a print broke off and is held",
              log_safe("printer", l->printer->name), log_safe("order", e->name), LOG_END);
    return print_flow.failed(p->host, e, EFFECT_HELD, why, f);
}

/* True when what is on its way has ended. */
static bool outcome_of(const struct lane *l, struct outcome *o)
{
    struct raw_end end;

    *o = (struct outcome){.written = l->len};
    if (l->stillborn) {
        o->written = 0;
        o->fault = l->why;
        return true;
    }
    if (l->process != NULL && process_ended(l->process)) {
        o->well = process_verdict(l->process, &o->fault) == ERR_OK;
        return true;
    }
    if (l->raw == NULL || !raw_ended(l->raw, &end))
        return false;
    *o = (struct outcome){.well = end.well, .written = end.written, .fault = end.fault};
    return true;
}

static enum err apply(struct printing *p, struct lane *l, const struct outcome *o,
                      struct fault *f)
{
    struct arena a;
    struct effect e;

    arena_init(&a);
    enum err err = effect_get(p->host->store, &a, l->effect, false, &e, f);
    if (err == ERR_OK && e.state == EFFECT_SENDING) /* else the floor was quicker */
        err = o->well           ? took_it(p, l, &e, f)
              : o->written == 0 ? took_nothing(p, l, &e, &o->fault, f)
                                : took_some(p, l, &e, o, f);
    arena_clear(&a);
    lane_clear(l);
    return err;
}

/* ---- what leaves ---- */

static enum err read_document(struct printing *p, struct arena *a, struct lane *l,
                              const struct effect *e, struct fault *f)
{
    struct print_wish w;
    struct paper *list;
    size_t count;

    print_wish_read(a, e, &w);
    const struct paper_filter filter = {.id = w.document};
    enum err err = paper_list(p->host->store, a, &filter, &list, &count, f);
    if (err == ERR_OK && count == 0)
        err = fault_set(f, ERR_NOT_FOUND, "document %lld is not there any more",
                        (long long)w.document);
    return err == ERR_OK
               ? archive_read(p->host->archive, list[0].path, &l->data, &l->len, f)
               : err;
}

/* Marks it as sending, or moves it to where it waits. */
static enum err mark(struct printing *p, struct arena *a, struct lane *l,
                     struct effect *e, struct fault *f)
{
    const struct effect_change sending = {
        .to = EFFECT_SENDING, .why = "", .next_ms = INT64_MAX, .sent = true};
    struct fault why;
    bool held;

    enum err err = control_gate(p->host, e, &held, f);
    if (err != ERR_OK || held)
        return err;
    if (read_document(p, a, l, e, &why) != ERR_OK)
        return print_flow.failed(p->host, e, EFFECT_HELD, why.text, f);
    err = host_move(p->host, e, &sending, f);
    if (err == ERR_OK)
        l->effect = e->id;
    return err;
}

static int64_t pop(struct lane *l)
{
    const int64_t id = l->ids[0];
    memmove(l->ids, l->ids + 1, --l->count * sizeof *l->ids);
    return id;
}

static enum err next_of(struct printing *p, struct lane *l, struct fault *f)
{
    enum err err = ERR_OK;
    while (err == ERR_OK && l->effect == 0 && l->count > 0) {
        struct arena a;
        arena_init(&a);
        struct effect *e = take_ready(p, &a, pop(l), &err, f);
        if (e != NULL)
            err = mark(p, &a, l, e, f);
        arena_clear(&a);
    }
    return err;
}

static void wake(void *arg)
{
    struct printing *p = arg;
    p->awake = true;
}

static void wake_at(struct printing *p, int64_t mono_ms)
{
    if (p->timer.slot == 0 || p->timer.due_ms > mono_ms)
        timer_set(p->host->loop, &p->timer, mono_ms, wake, p);
}

/* The printer as the project file names it now. What waits for one that is gone is looked
 * at again: it is held. */
static void lane_renew(struct printing *p, struct lane *l)
{
    const struct printer *now = setup_printer(p->host->setup, l->printer->name);
    l->stale = false;
    l->gone = now == NULL;
    l->retry_ms = 0;
    if (now != NULL)
        l->printer = now;
    for (size_t i = 0; l->gone && i < l->count; i++)
        printing_queue(p, l->ids[i]);
    l->count = l->gone ? 0 : l->count;
}

static enum err lane_step(struct printing *p, struct lane *l, bool ended, struct fault *f)
{
    struct outcome o;
    enum err e = ERR_OK;
    if (l->effect != 0 && outcome_of(l, &o))
        e = apply(p, l, &o, f);
    if (l->effect == 0 && l->stale)
        lane_renew(p, l);
    if (e != ERR_OK || ended || l->effect != 0 || l->count == 0)
        return e;
    if (l->retry_ms <= clock_mono_ms(p->host->clock))
        return next_of(p, l, f);
    wake_at(p, l->retry_ms);
    return ERR_OK;
}

enum err printing_step(struct printing *p, bool ended, struct fault *f)
{
    enum err e = ended ? ERR_OK : sort_strays(p, f);
    p->awake = p->awake && ended;
    for (size_t i = 0; i < p->count && e == ERR_OK; i++)
        e = lane_step(p, &p->lanes[i], ended, f);
    return e;
}

static void begin(struct printing *p, struct lane *l)
{
    l->begun = true;
    if (l->printer->raw != NULL) {
        const struct raw_job job = {
            .to = l->printer->raw, .data = l->data, .len = l->len};
        l->raw = raw_send(p->host->loop, &job);
        return;
    }
    const struct process_job job = {.argv = l->printer->argv,
                                    .input = l->data,
                                    .input_len = l->len,
                                    .timeout_ms = COMMAND_MS};
    l->stillborn = process_start(p->host->loop, &job, &l->process, &l->why) != ERR_OK;
    if (l->stillborn)
        loop_wake(p->host->loop);
}

void printing_release(struct printing *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->lanes[i].effect != 0 && !p->lanes[i].begun)
            begin(p, &p->lanes[i]);
}

bool printing_busy(const struct printing *p)
{
    return p->awake;
}

size_t printing_under_way(const struct printing *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++)
        count += p->lanes[i].effect != 0;
    return count;
}

enum err printing_run(struct printing *p, struct fault *f)
{
    struct host *h = p->host;
    for (;;) {
        enum err e = printing_step(p, false, f);
        if (e == ERR_OK && store_dirty(h->store))
            e = store_commit(h->store, f);
        if (e != ERR_OK)
            return e;
        printing_release(p);
        if (printing_under_way(p) == 0 && !printing_busy(p))
            return ERR_OK;
        if (loop_signal(h->loop) != 0)
            return fault_set(f, ERR_CANCELLED, "stopped by a signal");
        loop_turn(h->loop, INT64_MAX);
    }
}
