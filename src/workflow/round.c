/* The round: one flush for everything that happened since the last one. */
#include "workflow/round.h"

#include <string.h>

#include "workflow/export.h"
#include "workflow/floor_stock.h"
#include "workflow/intake.h"
#include "workflow/poller.h"
#include "workflow/printing.h"
#include "workflow/prover.h"
#include "workflow/sender.h"
#include "workflow/tell.h"

enum { LAST_ANSWERS_MS = 15 * MS_SECOND }; /* a request ends by itself before that */

void round_join(struct host *h, struct round_guest *g)
{
    struct round_guest **at = &h->guests;
    while (*at != NULL)
        at = &(*at)->next;
    g->next = NULL;
    *at = g;
}

void round_leave(struct host *h, struct round_guest *g)
{
    struct round_guest **at = &h->guests;
    while (*at != NULL && *at != g)
        at = &(*at)->next;
    if (*at != NULL)
        *at = (*at)->next;
}

static void step_all(struct host *h, const struct round_party *party)
{
    for (struct round_guest *g = h->guests; g != NULL; g = g->next)
        g->party.step(g->party.arg);
    if (party != NULL)
        party->step(party->arg);
}

static void tell_durable(struct host *h, const struct round_party *party)
{
    for (struct round_guest *g = h->guests; g != NULL; g = g->next)
        if (g->party.durable != NULL)
            g->party.durable(g->party.arg);
    if (party != NULL)
        party->durable(party->arg);
}

static bool any_busy(const struct host *h, const struct round_party *party)
{
    for (struct round_guest *g = h->guests; g != NULL; g = g->next)
        if (g->party.busy(g->party.arg))
            return true;
    return party != NULL && party->busy(party->arg);
}

/* What came in is applied; what is due is decided. Writes only, nothing leaves. After
 * the end nothing new is sent. */
static enum err apply(struct host *h, const struct round_party *party, bool ended,
                      struct fault *f)
{
    transport_drain(h->transport);
    if (h->trouble.code != ERR_OK) {
        *f = h->trouble;
        return f->code;
    }
    enum err e = intake_step(h->intake, f);
    if (e == ERR_OK)
        e = export_step(h->export, f);
    if (e == ERR_OK)
        e = poller_step(h->poller, f);
    if (e == ERR_OK)
        e = prover_step(h->prover, f);
    if (e == ERR_OK)
        e = floor_stock_step(h, f);
    if (e == ERR_OK)
        step_all(h, party);
    if (e == ERR_OK && h->trouble.code != ERR_OK) {
        *f = h->trouble;
        e = f->code;
    }
    if (e == ERR_OK && !ended)
        e = sender_step(h->sender, f);
    if (e == ERR_OK)
        e = printing_step(h->printing, ended, f);
    return e;
}

static enum err one_round(struct host *h, const struct round_party *party, bool ended,
                          struct fault *f)
{
    enum err e = store_begin(h->store, f);
    if (e == ERR_OK)
        e = apply(h, party, ended, f);
    if (e == ERR_OK)
        e = store_commit(h->store, f);
    if (e == ERR_OK)
        e = export_durable(h->export, f);
    if (e != ERR_OK)
        return e;
    sender_release(h->sender);
    printing_release(h->printing);
    tell_durable(h, party);
    return ERR_OK;
}

static bool busy(const struct host *h, const struct round_party *party, bool ended)
{
    return transport_queued(h->transport) || store_dirty(h->store) || h->stock_moved ||
           poller_busy(h->poller) || prover_busy(h->prover) ||
           (sender_busy(h->sender) && !ended) || (printing_busy(h->printing) && !ended) ||
           any_busy(h, party);
}

/* Virtual time would stand still for ever. */
static bool stuck(const struct host *h, const struct round_party *party,
                  int64_t deadline_ms)
{
    return clock_is_virtual(h->clock) && deadline_ms == INT64_MAX &&
           !busy(h, party, false) && !loop_held(h->loop) &&
           loop_next_timer(h->loop) == INT64_MAX;
}

/* Answers that are awaited, and files that are being written, would have to be found out
 * about at the next start. */
static bool is_quiet(const struct host *h)
{
    return sender_under_way(h->sender) == 0 && h->label_fetches == NULL &&
           printing_under_way(h->printing) == 0 && export_idle(h->export) &&
           tell_idle(h->tell);
}

enum err round_run(struct host *h, const struct round_party *party,
                   bool (*done)(void *arg), void *arg, int64_t deadline_ms,
                   struct fault *f)
{
    bool ended = false;
    for (;;) {
        enum err e = one_round(h, party, ended, f);
        if (e != ERR_OK)
            return e;
        ended = ended || done(arg);
        const bool over = clock_mono_ms(h->clock) >= deadline_ms;
        if (ended && (is_quiet(h) || over || loop_signal(h->loop) != 0))
            return ERR_OK;
        if (loop_signal(h->loop) != 0)
            return fault_set(f, ERR_CANCELLED, "stopped by a signal");
        if (over)
            return fault_set(f, ERR_BUSY, "the time was over before it was done");
        if (stuck(h, party, deadline_ms))
            return fault_set(f, ERR_STATE, "nothing is left that could end this wait");
        loop_turn(h->loop, busy(h, party, ended) ? 0 : deadline_ms);
        store_tidy(h->store, false);
    }
}

enum err round_end(struct host *h, struct fault *f)
{
    const int64_t until = clock_mono_ms(h->clock) + LAST_ANSWERS_MS;
    for (;;) {
        enum err e = one_round(h, NULL, true, f);
        if (e != ERR_OK || is_quiet(h) || clock_mono_ms(h->clock) >= until)
            return e;
        loop_turn(h->loop, busy(h, NULL, true) ? 0 : until);
    }
}
