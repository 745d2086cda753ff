/* A backtest: a host of its own beside the state, whose network door is shut. */
#include "bind/backtest.h"

#include "bind/bind.h"
#include "bind/project.h"
#include "engine/task.h"
#include "net/closed.h"

/* All that it takes; what is NULL was not opened. */
struct world {
    const struct backtest_options *options;
    struct project *project;
    struct clock *clock;
    struct host *host;
    struct tasks *tasks;
    struct rules *rules;
};

static enum err open_host(struct world *w, struct fault *f)
{
    struct host_parts parts = {.clock = w->clock, .rehearsal = true};
    parts.store = store_open_beside(w->options->there, w->clock, f);
    if (parts.store == NULL)
        return f->code;
    parts.archive = archive_open_passing(f);
    if (parts.archive == NULL) {
        store_close(parts.store);
        return f->code;
    }
    parts.loop = loop_new(w->clock);
    parts.random = random_new_seeded(1);
    parts.transport = transport_new_closed();
    parts.accounts = project_take_accounts(w->project, &parts.account_count);
    parts.setup = project_take_setup(w->project);
    w->host = host_open(&parts, f);
    return w->host == NULL ? f->code : ERR_OK;
}

/* The past comes before the rules, which then have the numbers that they had. */
static enum err open_rules(struct world *w, struct past *past, struct fault *f)
{
    const struct backtest_options *o = w->options;
    struct project view = *w->project;
    if (past == NULL)
        return f->code;
    if (o->patterns != NULL) {
        view.rules = (char **)(uintptr_t)o->patterns;
        view.rule_count = o->pattern_count;
    }
    w->tasks = tasks_new(w->host);
    w->rules = bind_rules(w->host, w->tasks, &view, true, o->mistakes, f);
    if (w->rules != NULL)
        return ERR_OK;
    past_close(past);
    return f->code;
}

static enum err play(struct world *w, struct replay_totals *totals, struct fault *f)
{
    const struct backtest_options *o = w->options;
    struct past *past = past_open(w->host->store, f);
    enum err e = open_rules(w, past, f);
    return e == ERR_OK ? replay_run(w->rules, past, o->since_ms, o->fn, o->arg, totals, f)
                       : e;
}

enum err backtest_run(const struct backtest_options *o, struct replay_totals *totals,
                      struct fault *f)
{
    struct world w = {.options = o, .project = project_load(o->folder, o->mistakes, f)};
    if (w.project == NULL)
        return f->code;
    w.clock = clock_new_virtual(0);
    enum err e = open_host(&w, f);
    if (w.host != NULL)
        e = play(&w, totals, f);
    rules_close(w.rules);
    tasks_free(w.tasks);
    host_close(w.host);
    project_free(w.project);
    clock_free(w.clock);
    return e;
}
