/* A project at work by itself. */
#include "cli/work.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "bind/bind.h"
#include "cli/owner.h"
#include "engine/rules.h"
#include "engine/task.h"
#include "workflow/deadlines.h"
#include "workflow/due.h"
#include "workflow/feed.h"
#include "workflow/retention.h"
#include "workflow/rhythm.h"
#include "workflow/round.h"
#include "workflow/tell.h"

struct work {
    struct session *session;
    struct owner *owner;
    struct round_guest guest; /* for what a signal asks */
    bool once;
};

/* In a rehearsal nothing comes of what a run waits for: it is over when it waits. */
static bool any_running(const struct work *w)
{
    const struct round_party party = rules_party(w->session->rules);
    if (w->session->host->rehearsal)
        return party.busy(party.arg);
    return !rules_idle(w->session->rules);
}

/* A signal ends `serve`; `once` also ends when nothing is left. A store that cannot say
 * what is left ends both. */
static bool is_done(void *arg)
{
    struct work *w = arg;
    struct host *h = w->session->host;
    struct fault f;
    bool due = true;

    if (!w->once || !rhythm_settled(h->rhythm) || !feeds_settled(h->feeds) ||
        !deadlines_settled(h->deadlines) || any_running(w))
        return false;
    if (due_now(h, &due, &f) != ERR_OK)
        host_trouble(h, &f);
    return !due;
}

static bool load_rules(const struct invocation *in, struct session *s)
{
    struct fault f;
    char *mistakes = NULL;

    s->rules =
        bind_rules(s->host, s->tasks, s->project, s->host->rehearsal, &mistakes, &f);
    if (s->rules == NULL)
        fprintf(in->err, "%s\n", mistakes != NULL ? mistakes : f.text);
    free(mistakes);
    return s->rules != NULL;
}

/* SIGHUP: as `dray reload`. */
static void reload(struct work *w)
{
    struct fault f;
    char *mistakes = NULL;
    bool renewed;

    if (bind_reload(w->session->host, w->session->rules, w->session->project, &renewed,
                    &mistakes, &f) == ERR_OK)
        log_write(LOG_INFO,
                  renewed ? "the rules and dray.lua were read again"
                          : "the rules were read again",
                  LOG_END);
    else
        log_write(LOG_ERROR, "nothing was changed, the old rules go on",
                  log_safe("mistakes", mistakes != NULL ? mistakes : f.text), LOG_END);
    free(mistakes);
}

static void step(void *arg)
{
    struct work *w = arg;
    if (loop_take_hangup(w->session->host->loop))
        reload(w);
}

static bool is_busy(void *arg)
{
    (void)arg; /* a signal ends the turn by itself */
    return false;
}

struct work *work_open(const struct invocation *in, struct session *s)
{
    struct work *w = mem_new(sizeof *w);
    struct fault f;

    w->session = s;
    s->tasks = tasks_new(s->host);
    if (!load_rules(in, s)) {
        work_close(w);
        return NULL;
    }
    w->owner = s->host->rehearsal ? NULL : owner_open(s, &f);
    if (w->owner == NULL && !s->host->rehearsal) {
        complain_fault(in, &f);
        work_close(w);
        return NULL;
    }
    rhythm_begin(s->host);
    deadlines_begin(s->host);
    if (!s->host->rehearsal) { /* files stay, and nobody is told */
        feeds_begin(s->host);
        retention_begin(s->host);
        tell_begin(s->host);
    }
    loop_watch_hangup(s->host->loop);
    w->guest.party = (struct round_party){step, NULL, is_busy, w};
    round_join(s->host, &w->guest);
    return w;
}

void work_close(struct work *w)
{
    if (w == NULL)
        return;
    owner_close(w->owner);
    round_leave(w->session->host, &w->guest);
    rules_close(w->session->rules);
    w->session->rules = NULL;
    tasks_free(w->session->tasks);
    w->session->tasks = NULL;
    free(w);
}

enum err work_listen(struct work *w, uint16_t port, uint16_t *got, struct fault *f)
{
    return owner_listen(w->owner, port, got, f);
}

/* Runs end where they wait, and what was sent is answered. */
static enum err stop(struct work *w, struct fault *f)
{
    enum err e = rules_stop(w->session->rules, f);
    return e == ERR_OK ? round_end(w->session->host, f) : e;
}

enum err work_run(struct work *w, bool once, int64_t deadline_ms, struct fault *f)
{
    struct host *h = w->session->host;
    struct round_party party = rules_party(w->session->rules);
    struct fault last;

    w->once = once;
    enum err e = round_run(h, &party, is_done, w, deadline_ms, f);
    if ((e == ERR_CANCELLED || e == ERR_BUSY) && stop(w, &last) != ERR_OK) {
        *f = last;
        e = last.code;
    }
    return e;
}

size_t work_failures(const struct work *w)
{
    const struct host *h = w->session->host;
    return rhythm_failures(h->rhythm) + feeds_failures(h->feeds);
}
