/* Drives a project's rules through the rounds. */
#include "engine/rules.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "engine/rules_inside.h"
#include "engine/sandbox.h"
#include "store/hold.h"
#include "store/journal.h"
#include "store/rule.h"
#include "workflow/setup.h"

/* How often lines and tasks take turns in one round, so that the jobs of one order follow
 * each other without a commit for each. */
enum { TURNS_MAX = 32 };
static const char cursor_name[] = "rules";

/* ---- what is remembered between rounds ---- */

/* At the very first start rules begin with what happens from now on. */
static enum err load_cursor(struct rules *r, struct fault *f)
{
    enum err e = cursor_get(r->host->store, "", cursor_name, &r->cursor, f);
    if (e == ERR_NOT_FOUND) {
        r->cursor = journal_last(r->host->store);
        e = cursor_set(r->host->store, "", cursor_name, r->cursor, f);
        const struct dispatched never = {.upto = r->cursor};
        if (e == ERR_OK && r->cursor > 0)
            e = dispatched_put(r->host->store, &never, f);
    }
    r->cursor_saved = r->cursor;
    return e;
}

static void wake(void *arg)
{
    (void)arg; /* the round that follows looks for what is due */
}

enum err holds_refresh(struct rules *r, struct fault *f)
{
    enum err e = hold_next(r->host->store, &r->hold_due_ms, &r->hold_count, f);
    if (r->hold_due_ms == INT64_MAX)
        timer_stop(r->host->loop, &r->hold_timer);
    else
        timer_set(r->host->loop, &r->hold_timer, host_mono(r->host, r->hold_due_ms), wake,
                  NULL);
    r->holds_changed = false;
    return e;
}

/* What is not over by now has a row, so that a crash loses nothing; the place in the log
 * goes with it. A place alone is written when something else is. */
static enum err save(struct rules *r, struct fault *f)
{
    enum err e = ERR_OK;
    struct job *job;
    while (e == ERR_OK && !LIST_EMPTY(&r->unsaved)) {
        job = LIST_FIRST(&r->unsaved);
        LIST_REMOVE(job, unsaved);
        job->listed = false;
        e = job->saved ? ERR_OK : job_put(r->host->store, &job->row, f);
        job->saved = true;
    }
    if (e == ERR_OK && r->cursor != r->cursor_saved && store_dirty(r->host->store)) {
        e = cursor_set(r->host->store, "", cursor_name, r->cursor, f);
        r->cursor_saved = r->cursor;
        if (e == ERR_OK)
            e = dispatched_put(r->host->store, &r->dispatched, f);
    }
    return e;
}

/* ---- the round ---- */

static enum err all_turns(struct rules *r, struct fault *f)
{
    enum err e = ERR_OK;
    struct job *job = NULL;
    while (e == ERR_OK) {
        job = lines_next(r->lines);
        if (job == NULL)
            break;
        e = turn(r, job, f);
    }
    return e;
}

static void release_retired(struct rules *r)
{
    while (r->retired != NULL) {
        struct rule_file *file = r->retired;
        r->retired = file->next;
        rule_file_release(file);
    }
}

/* What still holds more memory than it may after a run was ended for it begins anew,
 * with all the others: no rule keeps anything in Lua from one run to the next. */
static enum err renew_heavy(struct rules *r, struct fault *f)
{
    bool heavy = false;
    if (!r->run_failed)
        return ERR_OK;
    r->run_failed = false;
    for (size_t i = 0; i < r->book->file_count; i++) {
        struct sandbox *box = r->book->files[i]->box;
        if (box->used > box->memory && !sandbox_collect(box)) {
            log_write(LOG_WARN, "a rule file is over its memory and is loaded anew",
                      log_safe("file", r->book->files[i]->path), LOG_END);
            heavy = true;
        }
    }
    return heavy ? rules_reload(r, NULL, f) : ERR_OK;
}

static enum err work(struct rules *r, struct fault *f)
{
    enum err e = fires_step(r, f);
    if (e == ERR_OK)
        e = dispatch(r, f);
    if (e == ERR_OK && r->standings_changed)
        e = standings_refresh(r, f);
    r->standings_changed = false;
    if (e == ERR_OK)
        e = dispatch_holds(r, f);
    for (int i = 0; e == ERR_OK && i < TURNS_MAX; i++) {
        e = all_turns(r, f);
        r->tasks_party.step(r->tasks_party.arg);
        if (!lines_ready(r->lines) && !r->tasks_party.busy(r->tasks_party.arg))
            break;
    }
    release_retired(r);
    if (e == ERR_OK)
        e = renew_heavy(r, f);
    if (e == ERR_OK && r->holds_changed)
        e = holds_refresh(r, f);
    return e == ERR_OK ? save(r, f) : e;
}

static void party_step(void *arg)
{
    struct rules *r = arg;
    struct fault f = {0};
    if (work(r, &f) != ERR_OK)
        host_trouble(r->host, &f);
}

static void party_durable(void *arg)
{
    struct rules *r = arg;
    r->tasks_party.durable(r->tasks_party.arg);
}

/* Tasks that wait for durability are woken after the commit, not before. */
static bool is_behind(const struct rules *r)
{
    return r->cursor < journal_last(r->host->store) || lines_ready(r->lines) ||
           r->hold_due_ms <= host_now(r->host) ||
           timetable_next_ms(r->timetable) <= host_now(r->host);
}

static bool party_busy(void *arg)
{
    const struct rules *r = arg;
    return is_behind(r) || r->tasks_party.busy(r->tasks_party.arg);
}

struct round_party rules_party(struct rules *r)
{
    return (struct round_party){
        .step = party_step, .durable = party_durable, .busy = party_busy, .arg = r};
}

bool rules_idle(const struct rules *r)
{
    return !is_behind(r) && tasks_count(r->tasks) == 0;
}

static void find_next(void *arg, struct job *job)
{
    int64_t *next = arg;
    if (job->timer.slot != 0 && job->row.due_ms < *next)
        *next = job->row.due_ms;
}

int64_t rules_next_ms(const struct rules *r)
{
    const int64_t fire = timetable_next_ms(r->timetable);
    int64_t next = r->hold_due_ms < fire ? r->hold_due_ms : fire;
    lines_each(r->lines, find_next, &next);
    return next;
}

const struct rulebook *rules_book(const struct rules *r)
{
    return r->book;
}

/* ---- opening, reloading, closing ---- */

/* What the project file said last. */
static struct rules_source source_of(const struct rules *r)
{
    return (struct rules_source){.patterns = r->options.patterns,
                                 .pattern_count = r->options.pattern_count,
                                 .events = r->options.events,
                                 .event_count = r->options.event_count,
                                 .accounts = r->host->accounts,
                                 .account_count = r->host->account_count,
                                 .setup = r->host->setup};
}

static struct rulebook *load_book(struct rules *r, const struct rules_source *source,
                                  char **mistakes, struct fault *f)
{
    const struct rules_options *o = &r->options;
    const struct rulebook_options book = {
        .folder = o->folder,
        .patterns = source->patterns,
        .pattern_count = source->pattern_count,
        .events = source->events,
        .event_count = source->event_count,
        .accounts = source->accounts,
        .account_count = source->account_count,
        .setup = source->setup,
        .host = r->host,
        .words = o->words,
        .bind = o->bind,
        .limits = o->limits,
    };
    return rulebook_load(&book, mistakes, f);
}

static const char **copy_texts(const char *const *list, size_t count)
{
    const char **copy = mem_array(count, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = mem_text(list[i]);
    return copy;
}

static void free_texts(const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)list[i]);
    free((void *)(uintptr_t)list);
}

static void free_source(struct rules_options *o)
{
    free_texts(o->patterns, o->pattern_count);
    free_texts(o->events, o->event_count);
}

/* Keeps a copy of its patterns and events. */
static void keep_source(struct rules_options *o, const struct rules_source *source)
{
    o->patterns = copy_texts(source->patterns, source->pattern_count);
    o->pattern_count = source->pattern_count;
    o->events = copy_texts(source->events, source->event_count);
    o->event_count = source->event_count;
}

static struct rules *rules_new(const struct rules_options *o)
{
    struct rules *r = mem_new(sizeof *r);
    r->host = o->host;
    r->tasks = o->tasks;
    r->tasks_party = tasks_party(o->tasks);
    r->bind = o->bind;
    r->options = *o;
    r->options.folder = mem_text(o->folder);
    const struct rules_source source = source_of(r);
    keep_source(&r->options, &source);
    r->lines = lines_new(o->host->loop);
    LIST_INIT(&r->standings);
    LIST_INIT(&r->unsaved);
    arena_init(&r->scratch);
    o->host->approver = (struct host_approver){.ask = approve_ask, .arg = r};
    return r;
}

static enum err load_all(struct rules *r, struct fault *f)
{
    const struct rules_source source = source_of(r);
    r->book = load_book(r, &source, r->options.mistakes, f);
    if (r->book == NULL)
        return f->code;
    enum err e = load_cursor(r, f);
    if (e == ERR_OK)
        e = standings_load(r, f);
    if (e == ERR_OK)
        e = dispatch_stored(r, 0, f);
    if (e == ERR_OK)
        e = fires_load(r, f);
    return e == ERR_OK ? holds_refresh(r, f) : e;
}

struct rules *rules_open(const struct rules_options *o, struct fault *f)
{
    struct rules *r = rules_new(o);
    if (load_all(r, f) == ERR_OK)
        return r;
    rules_close(r);
    return NULL;
}

/* The rules of this book from now on. */
static enum err take_book(struct rules *r, struct rulebook *book, struct fault *f)
{
    rulebook_free(r->book);
    r->book = book;
    enum err e = standings_load(r, f);
    if (e == ERR_OK)
        e = dispatch_stored(r, 0, f);
    return e == ERR_OK ? fires_load(r, f) : e;
}

enum err rules_reload(struct rules *r, char **mistakes, struct fault *f)
{
    const struct rules_source source = source_of(r);
    struct rulebook *book = load_book(r, &source, mistakes, f);
    return book == NULL ? f->code : take_book(r, book, f);
}

enum err rules_renew(struct rules *r, const struct rules_source *source, char **mistakes,
                     struct fault *f)
{
    struct rulebook *book = load_book(r, source, mistakes, f);
    if (book == NULL)
        return f->code;
    free_source(&r->options);
    keep_source(&r->options, source);
    return take_book(r, book, f);
}

struct stopping {
    struct rules *rules;
    enum err err;
    struct fault *fault;
};

static void stop_run(void *arg, struct job *job)
{
    struct stopping *s = arg;
    if (s->err == ERR_OK)
        s->err = errand_stop(s->rules, job, s->fault);
}

enum err rules_stop(struct rules *r, struct fault *f)
{
    struct stopping s = {.rules = r, .fault = f};
    lines_each(r->lines, stop_run, &s);
    return s.err;
}

static void drop_run(void *arg, struct job *job)
{
    (void)arg;
    errand_drop(job);
}

void rules_close(struct rules *r)
{
    if (r == NULL)
        return;
    r->host->approver = (struct host_approver){0};
    lines_each(r->lines, drop_run, NULL);
    release_retired(r);
    timer_stop(r->host->loop, &r->hold_timer);
    fires_free(r);
    lines_free(r->lines);
    standings_free(r);
    rulebook_free(r->book);
    free((void *)(uintptr_t)r->options.folder);
    free_source(&r->options);
    arena_clear(&r->scratch);
    free(r);
}
