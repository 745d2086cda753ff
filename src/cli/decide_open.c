/* Who decides, why, and being the owner for as long as it takes. */
#include "cli/decide.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/suggest.h"
#include "bind/bind.h"
#include "cli/errand.h"

enum { WHY_MAX = 400, CODES_MAX = 256 };

static int check_why(const struct invocation *in, struct decider *d)
{
    const char *why = flag_text(in, "why", "");

    if (why[strspn(why, " \t\n")] == '\0')
        return complain(in, EXIT_USAGE,
                        "--why TEXT is missing: say the reason, it is kept in the log");
    if (strlen(why) > WHY_MAX)
        return complain(in, EXIT_USAGE, "--why: at most %d bytes, got %zu", (int)WHY_MAX,
                        strlen(why));
    errand_actor(in, d->actor);
    d->decision = (struct decision){.actor = d->actor, .why = why};
    return EXIT_DONE;
}

int decide_open(const struct invocation *in, struct decider *d)
{
    int exit = check_why(in, d);

    if (exit == EXIT_DONE)
        exit = session_own(in, &d->session);
    if (in->errand == NULL)
        log_level_set(LOG_ERROR); /* the person is told by the command itself */
    return exit;
}

int decide_rules(const struct invocation *in, struct decider *d)
{
    struct session *s = &d->session;
    char *mistakes = NULL;
    struct fault f;

    if (s->borrowed || s->project->rule_count == 0)
        return EXIT_DONE;
    d->tasks = tasks_new(s->host);
    d->rules = bind_rules(s->host, d->tasks, s->project, false, &mistakes, &f);
    if (d->rules == NULL)
        fprintf(in->err, "%s\n", mistakes != NULL ? mistakes : f.text);
    free(mistakes);
    return d->rules == NULL ? EXIT_FAILED : EXIT_DONE;
}

void decide_close(struct decider *d)
{
    rules_close(d->rules);
    tasks_free(d->tasks);
    session_close(&d->session);
}

int decide_commit(const struct invocation *in, struct decider *d, int exit)
{
    const int committed = session_commit(in, &d->session);
    return committed == EXIT_DONE ? exit : committed;
}

int decide_warehouse(const struct invocation *in, const struct decider *d,
                     const char *code)
{
    const struct host *h = d->session.host;
    const char *codes[CODES_MAX];
    size_t n = 0;

    for (size_t i = 0; i < h->account_count; i++)
        for (size_t w = 0; w < h->accounts[i]->warehouse_count && n < CODES_MAX; w++)
            codes[n++] = h->accounts[i]->warehouses[w].code;
    for (size_t i = 0; i < n; i++)
        if (strcmp(codes[i], code) == 0)
            return EXIT_DONE;
    const char *near = suggest(code, codes, n);
    return complain(in, EXIT_FAILED, "dray.lua names no warehouse \"%s\"%s%s%s", code,
                    near == NULL ? "" : " (did you mean \"", near == NULL ? "" : near,
                    near == NULL ? "" : "\"?)");
}
