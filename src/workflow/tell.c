/* Tells people by commands. */
#include "workflow/tell.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "net/process.h"
#include "store/notice.h"
#include "workflow/round.h"
#include "workflow/setup.h"

enum {
    AT_ONCE = 4, /* commands */
    TIMEOUT_MS = 60 * MS_SECOND,
    NAMES_MAX = 64
};

/* A command that runs. */
struct teller {
    struct process *process; /* NULL: this place is free */
    int64_t notice;
    const char *who; /* the setup's */
};

struct tell {
    struct host *host;
    struct round_guest guest;
    struct teller tellers[AT_ONCE];
    int64_t last; /* notice that was begun */
    bool waiting; /* there may be more */
    bool freed;   /* a command ended since the last look */
};

/* ---- asking for it ---- */

static enum err nobody(const struct setup *s, const char *who, struct fault *f)
{
    const char *names[NAMES_MAX];
    size_t n = 0;
    for (; n < s->notifier_count && n < NAMES_MAX; n++)
        names[n] = s->notifiers[n].name;
    const char *near = suggest(who, names, n);
    return fault_set(f, ERR_INPUT, "dray.lua has no notify \"%.60s\"%s%s%s", who,
                     near == NULL ? "" : " (did you mean \"", near == NULL ? "" : near,
                     near == NULL ? "" : "\"?)");
}

enum err tell(struct host *h, const char *who, const char *text, size_t len,
              struct fault *f)
{
    struct notice n = {.run = h->run, .to = who, .text = text, .len = len};
    if (setup_notifier(h->setup, who) == NULL)
        return nobody(h->setup, who, f);
    if (len == 0 || len > TELL_MAX || memchr(text, '\0', len) != NULL)
        return fault_set(f, ERR_INPUT, "expected a text of 1 to %d bytes", (int)TELL_MAX);
    if (h->tell != NULL)
        h->tell->waiting = true;
    return notice_add(h->store, &n, f);
}

/* ---- doing it ---- */

static void say_failed(const char *who, const struct fault *f)
{
    log_write(LOG_ERROR, "nobody was told: the command of a notify failed",
              log_safe("notify", who), log_safe("why", f->text), LOG_END);
}

static struct teller *free_place(struct tell *t)
{
    for (int i = 0; i < AT_ONCE; i++)
        if (t->tellers[i].process == NULL)
            return &t->tellers[i];
    return NULL;
}

/* False: it could not be started; that is logged, and it is over. */
static bool start(struct tell *t, struct teller *place, const struct notice *n)
{
    struct fault f;
    const struct notifier *notifier = setup_notifier(t->host->setup, n->to);

    if (notifier == NULL) {
        fault_set(&f, ERR_NOT_FOUND, "dray.lua does not name it any more");
        say_failed(n->to, &f);
        return false;
    }
    const struct process_job job = {.argv = notifier->argv,
                                    .input = n->text,
                                    .input_len = n->len,
                                    .timeout_ms = TIMEOUT_MS};
    if (process_start(t->host->loop, &job, &place->process, &f) != ERR_OK) {
        place->process = NULL;
        say_failed(notifier->name, &f);
        return false;
    }
    place->notice = n->id;
    place->who = notifier->name;
    return true;
}

/* Commands that ended are looked at; their texts are forgotten. */
static enum err gather(struct tell *t, struct fault *f)
{
    enum err e = ERR_OK;
    for (int i = 0; e == ERR_OK && i < AT_ONCE; i++) {
        struct teller *place = &t->tellers[i];
        struct fault why;
        if (place->process == NULL || !process_ended(place->process))
            continue;
        if (process_verdict(place->process, &why) != ERR_OK)
            say_failed(place->who, &why);
        process_free(place->process);
        place->process = NULL;
        t->freed = true;
        e = notice_remove(t->host->store, place->notice, f);
    }
    return e;
}

static void step(void *arg)
{
    struct tell *t = arg;
    struct fault f;
    if (gather(t, &f) != ERR_OK)
        host_trouble(t->host, &f);
}

/* What is durable leaves, as far as there are places. */
static enum err start_all(struct tell *t, struct arena *a, struct fault *f)
{
    struct notice *list;
    size_t count, i = 0;
    enum err e = notice_list(t->host->store, a, t->last, 2 * AT_ONCE, &list, &count, f);
    t->freed = false;
    t->waiting = false;
    for (; e == ERR_OK && i < count; i++) {
        struct teller *place = free_place(t);
        if (place == NULL)
            break;
        t->last = list[i].id;
        if (!start(t, place, &list[i]))
            e = notice_remove(t->host->store, list[i].id, f);
    }
    t->waiting = i < count || count == 2 * AT_ONCE;
    return e;
}

static void durable(void *arg)
{
    struct tell *t = arg;
    struct arena a;
    struct fault f;

    if (!t->waiting || (free_place(t) == NULL && !t->freed))
        return;
    arena_init(&a);
    if (start_all(t, &a, &f) != ERR_OK)
        host_trouble(t->host, &f);
    arena_clear(&a);
}

static bool busy(void *arg)
{
    struct tell *t = arg;
    bool ended = false;
    for (int i = 0; i < AT_ONCE; i++)
        ended = ended ||
                (t->tellers[i].process != NULL && process_ended(t->tellers[i].process));
    return ended || (t->waiting && free_place(t) != NULL);
}

void tell_begin(struct host *h)
{
    if (h->tell != NULL)
        return;
    struct tell *t = mem_new(sizeof *t);
    t->host = h;
    t->waiting = true;
    t->guest.party = (struct round_party){step, durable, busy, t};
    round_join(h, &t->guest);
    h->tell = t;
}

void tell_free(struct tell *t)
{
    if (t == NULL)
        return;
    round_leave(t->host, &t->guest);
    for (int i = 0; i < AT_ONCE; i++)
        process_free(t->tellers[i].process);
    free(t);
}

bool tell_idle(const struct tell *t)
{
    if (t == NULL)
        return true;
    for (int i = 0; i < AT_ONCE; i++)
        if (t->tellers[i].process != NULL)
            return false;
    return !t->waiting;
}
