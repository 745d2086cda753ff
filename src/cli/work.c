/* A project at work by itself. */
#include "cli/work.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/owner.h"
#include "engine/task.h"
#include "workflow/due.h"
#include "workflow/rhythm.h"
#include "workflow/round.h"

struct work {
    struct session *session;
    struct owner *owner;
    bool once;
};

/* In a rehearsal nothing comes of what a run waits for: it is over when it waits. */
static bool any_running(const struct work *w)
{
    const struct round_party party = tasks_party(w->session->tasks);
    if (w->session->host->rehearsal)
        return party.busy(party.arg);
    return tasks_count(w->session->tasks) > 0;
}

/* A signal ends `serve`; `once` also ends when nothing is left. A store that cannot say
 * what is left ends both. */
static bool is_done(void *arg)
{
    struct work *w = arg;
    struct host *h = w->session->host;
    struct fault f;
    bool due = true;

    if (!w->once || !rhythm_settled(h->rhythm) || any_running(w))
        return false;
    if (due_now(h, &due, &f) != ERR_OK)
        host_trouble(h, &f);
    return !due;
}

struct work *work_open(const struct invocation *in, struct session *s)
{
    struct work *w = mem_new(sizeof *w);
    struct fault f;

    w->session = s;
    s->tasks = tasks_new(s->host);
    w->owner = s->host->rehearsal ? NULL : owner_open(s, &f);
    if (w->owner == NULL && !s->host->rehearsal) {
        complain_fault(in, &f);
        work_close(w);
        return NULL;
    }
    rhythm_begin(s->host);
    return w;
}

void work_close(struct work *w)
{
    if (w == NULL)
        return;
    owner_close(w->owner);
    tasks_free(w->session->tasks);
    w->session->tasks = NULL;
    free(w);
}

enum err work_listen(struct work *w, uint16_t port, uint16_t *got, struct fault *f)
{
    return owner_listen(w->owner, port, got, f);
}

enum err work_run(struct work *w, bool once, int64_t deadline_ms, struct fault *f)
{
    struct host *h = w->session->host;
    struct round_party party = tasks_party(w->session->tasks);
    struct fault last;

    w->once = once;
    enum err e = round_run(h, &party, is_done, w, deadline_ms, f);
    if ((e == ERR_CANCELLED || e == ERR_BUSY) && round_end(h, &last) != ERR_OK) {
        *f = last;
        e = last.code;
    }
    return e;
}

size_t work_failures(const struct work *w)
{
    return rhythm_failures(w->session->host->rhythm);
}
