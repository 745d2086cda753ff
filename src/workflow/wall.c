/* Notices that the clock was set. */
#include "workflow/wall.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/log.h"
#include "store/journal.h"
#include "workflow/prover.h"

enum { NOTICED_MS = MS_MINUTE, BACKOFF_MS = 5 * MS_MINUTE };

static int64_t offset_now(const struct host *h)
{
    return clock_wall_ms(h->clock) - clock_mono_ms(h->clock);
}

void wall_init(struct wall *w, const struct host *h)
{
    w->offset_ms = offset_now(h);
}

/* When an effect is to be looked at, now that its due time means nothing. */
static int64_t timed_anew(const struct host *h, const struct effect *e)
{
    const int64_t now = host_now(h);
    int64_t latest = now + BACKOFF_MS;

    if (e->state == EFFECT_UNKNOWN)
        return prover_quiet(e->kind, now); /* never too early */
    if (e->state == EFFECT_ACCEPTED)
        latest = prover_next(h, e, e->checks);
    return e->next_ms < latest ? e->next_ms : latest;
}

static enum err time_anew(struct host *h, struct fault *f)
{
    struct arena a;
    struct effect *list;
    size_t count;
    const struct effect_filter filter = {
        .states = 1u << EFFECT_READY | 1u << EFFECT_ACCEPTED | 1u << EFFECT_UNKNOWN};

    arena_init(&a);
    enum err e = effect_list(h->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        const struct effect_change change = {.to = list[i].state,
                                             .next_ms = timed_anew(h, &list[i])};
        if (change.next_ms != list[i].next_ms)
            e = host_move(h, &list[i], &change, f);
    }
    arena_clear(&a);
    return e;
}

/* In the log for people, and in the journal, whose times jump here. */
static enum err tell(struct host *h, int64_t by_ms, struct fault *f)
{
    char by[INSTANT_TEXT], detail[INSTANT_TEXT + 16];

    duration_format(by_ms, by);
    log_write(
        LOG_WARN,
        "the clock was set while dray worked; times repeat or are missing here, and "
        "what Amazon is to be asked about is timed anew; look at this machine's time "
        "synchronisation",
        log_safe("by", by), LOG_END);
    snprintf(detail, sizeof detail, "{\"by\":\"%s\"}", by);
    struct entry entry = {.what = "clock.set",
                          .account = "",
                          .detail = detail,
                          .detail_len = strlen(detail)};
    return journal_add(h->store, &entry, f);
}

enum err wall_step(struct wall *w, struct host *h, bool *set, struct fault *f)
{
    const int64_t offset = offset_now(h), by = offset - w->offset_ms;

    w->offset_ms = offset;
    *set = by <= -NOTICED_MS || by >= NOTICED_MS;
    if (!*set)
        return ERR_OK;
    enum err e = tell(h, by, f);
    return e == ERR_OK ? time_anew(h, f) : e;
}
