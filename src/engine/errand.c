/* One run of a rule for one event: a task, its row, its trace, and what comes of it. */
#include "engine/rules_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/sandbox.h"
#include "engine/trace.h"
#include "engine/trouble.h"
#include "store/crash.h"
#include "store/rule.h"
#include "store/run.h"
#include "store/verdict.h"

enum { DATA_MAX = 256 * 1024, LATE_TEXT = 120 };

/* ---- within the task ---- */

/* The job whose run this is. */
static struct job *job_of(lua_State *L)
{
    return lua_touserdata(L, 1);
}

/* e.data, where it was looked at, is kept with the run. */
static void keep_data(lua_State *L, struct job *job)
{
    struct rules *r = job->rules;
    struct arena a;
    struct json *data = NULL;
    struct buf text;
    struct fault f = {0};
    arena_init(&a);
    buf_init(&text, DATA_MAX);
    enum err e = r->bind->take_data(L, 2, &a, &data, &f);
    if (e == ERR_OK && data != NULL)
        json_write_sorted(&text, data);
    if (e == ERR_OK && !buf_ok(&text))
        e = fault_set(&f, ERR_LIMIT, "e.data: more than 256 kB as JSON");
    if (e == ERR_OK && data != NULL)
        e = rule_set_data(r->host->store, job->row.rule, buf_str(&text), text.len, &f);
    buf_clear(&text);
    arena_clear(&a);
    trouble_check(L, e, &f);
}

static int body_done(lua_State *L, int status, lua_KContext ctx)
{
    struct job *job = job_of(L);
    (void)status;
    (void)ctx;
    if (!lua_isnil(L, -1))
        log_write(LOG_WARN, "what the `run` of a rule returns is not used",
                  log_safe("rule", job->standing->name), LOG_END);
    if (job->standing->rule != NULL && job->standing->rule->initial != NULL)
        keep_data(L, job);
    return 0;
}

/* The task: job, e, run */
static int l_body(lua_State *L)
{
    struct job *job = job_of(L);
    job->seen = journal_moment(job->rules->host->store);
    job->seen_ms = host_now(job->rules->host);
    lua_pushvalue(L, 2); /* job, e, run, e */
    lua_callk(L, 1, 1, 0, body_done);
    return body_done(L, LUA_OK, 0);
}

/* ---- its end ---- */

/* The task that ends still stands in the file's state: its last user lets go at the end
 * of the step (rules.c). */
static void release_file(struct rules *r, struct rule_file *file)
{
    if (file->users > 1) {
        rule_file_release(file);
        return;
    }
    file->next = r->retired;
    r->retired = file;
}

static void release(struct job *job)
{
    job->task = NULL;
    job->standing->running--;
    trace_free(job->trace);
    job->trace = NULL;
    release_file(job->rules, job->file);
    job->file = NULL;
}

/* The row of the run is complete. */
static enum err write_row(struct rules *r, struct job *job, enum run_state state,
                          const char *line, struct fault *f)
{
    struct run_row row = {.id = job->run,
                          .state = state,
                          .error = line,
                          .seen = job->seen,
                          .seen_ms = job->seen_ms};
    row.trace = trace_text(job->trace, &row.trace_len);
    enum err e = run_end_traced(r->host->store, &row, f);
    return e == ERR_OK && r->replay != NULL ? replay_ran(r->replay, job, &row, f) : e;
}

static enum err write_end(struct rules *r, struct job *job, bool failed, const char *line,
                          struct fault *f)
{
    enum err e = write_row(r, job, failed ? RUN_FAILED : RUN_DONE, line, f);
    return e == ERR_OK ? standing_ended(r, job->standing, job->run, failed, line, f) : e;
}

/* A file that went well is no longer one that ended dray. */
static enum err forget_crash(struct rules *r, struct rule_file *file, struct fault *f)
{
    if (!file->crashed)
        return ERR_OK;
    file->crashed = false;
    return crash_forget(r->host->store, file->path, f);
}

static enum err end_job(struct rules *r, struct job *job, bool failed, struct fault *f)
{
    struct standing *st = job->standing;
    release(job);
    lines_unpark(r->lines, &st->parked);
    return failed ? turn_failed(r, job, f) : turn_done(r, job, f);
}

static void errand_ended(void *arg, struct task *t)
{
    struct job *job = arg;
    struct rules *r = job->rules;
    struct fault f = {0};
    bool failed = task_failed(t);
    const char *error = task_error(t);
    char *line = mem_copy(error, strcspn(error, "\n"));
    if (failed) {
        r->run_failed = true;
        trace_error(job->trace, error);
        log_write(LOG_WARN, "a rule failed", log_safe("rule", job->standing->name),
                  log_number("run", job->run), log_safe("error", line), LOG_END);
    }
    enum err e = write_end(r, job, failed, line, &f);
    if (e == ERR_OK && !failed)
        e = forget_crash(r, job->file, &f);
    if (e == ERR_OK)
        e = end_job(r, job, failed, &f);
    if (e != ERR_OK)
        host_trouble(r->host, &f);
    free(line);
}

void errand_drop(struct job *job)
{
    if (job->task == NULL)
        return;
    task_drop(job->task);
    release(job);
}

enum err errand_stop(struct rules *r, struct job *job, struct fault *f)
{
    if (job->task == NULL)
        return ERR_OK;
    enum err e = write_row(r, job, RUN_STOPPED,
                           "dray was stopped; it begins again at the next start", f);
    errand_drop(job);
    return e;
}

/* ---- its beginning ---- */

static enum err write_begin(struct rules *r, struct job *job, int64_t line,
                            struct fault *f)
{
    const struct rule *rule = job->standing->rule;
    const struct run_row row = {.script = rule->name,
                                .source = rule->file->source,
                                .rule = job->row.rule,
                                .event = job->row.event,
                                .record = job->row.record,
                                .tries = job->row.tries};
    enum err e = run_begin_rule(r->host->store, &row, &job->run, f);
    const struct verdict_row v = {.event = job->row.event,
                                  .rule = job->row.rule,
                                  .at_ms = job->asked_ms,
                                  .seen = job->asked,
                                  .outcome = VERDICT_RAN,
                                  .line = line,
                                  .run = job->run};
    if (e == ERR_OK)
        e = verdict_put(r->host->store, &v, f);
    if (e == ERR_OK && rule->all)
        e = rule_fire_once(r->host->store, job->row.rule, job->row.record, f);
    return e;
}

/* job, e, run on the file's main state. */
static void push_body(struct rules *r, struct job *job)
{
    const struct rule *rule = job->standing->rule;
    const struct occasion o = {.event = job->event,
                               .rule = rule->name,
                               .rule_id = job->row.rule,
                               .initial = rule->initial};
    lua_State *L = rule->file->box->L;
    lua_pushcfunction(L, l_body);
    lua_pushlightuserdata(L, job);
    r->bind->push_event(L, &o);
    lua_rawgeti(L, LUA_REGISTRYINDEX, rule->run);
}

static void set_deadline(struct rules *r, struct job *job)
{
    char late[LATE_TEXT];
    const struct rule *rule = job->standing->rule;
    snprintf(late, sizeof late,
             "the time for this run is over (%lld s; the rule's `timeout` sets it)",
             (long long)(rule->timeout_ms / MS_SECOND));
    task_deadline(job->task, clock_mono_ms(r->host->clock) + rule->timeout_ms, late);
}

enum err errand_begin(struct rules *r, struct job *job, int64_t line, struct fault *f)
{
    struct rule *rule = job->standing->rule;
    enum err e = write_begin(r, job, line, f);
    if (e != ERR_OK)
        return e;
    job->seen = job->seen_ms = 0;
    job->file = rule->file;
    job->file->users++;
    job->trace = trace_new(r->host->clock);
    job->standing->running++;
    push_body(r, job);
    const struct task_options o = {.box = rule->file->box,
                                   .run = job->run,
                                   .approve = rule->approve,
                                   .trace = job->trace,
                                   .file = rule->file->path,
                                   .version = rule->file->version,
                                   .what = rule->name,
                                   .end = errand_ended,
                                   .arg = job};
    job->task = task_new(r->tasks, &o, rule->file->box->L, 3);
    set_deadline(r, job);
    return ERR_OK;
}
