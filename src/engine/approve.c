/* Before a person's release: is the condition of the rule still true? */
#include "engine/rules_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/run.h"

/* The rule of the run that planned it, when that rule wants approval; NULL else. */
static const struct rule *rule_of(struct rules *r, const struct run_row *run)
{
    const struct standing *st = run->rule == 0 ? NULL : standing_of(r, run->rule);
    return st != NULL && st->rule != NULL && st->rule->approve ? st->rule : NULL;
}

static enum err ask_rule(struct rules *r, const struct rule *rule,
                         const struct event *event, char *no, size_t size,
                         struct fault *f)
{
    const struct occasion o = {.event = event,
                               .rule = rule->name,
                               .rule_id = rule->standing->id,
                               .initial = rule->initial};
    int64_t line;
    char *error;
    enum answer answer = ask(r->host, r->bind, rule, &o, &line, &error);
    if (answer == ANSWER_NO)
        snprintf(no, size, "`when` of rule \"%.120s\" is no longer true (%s:%lld)",
                 rule->name, rule->file->path, (long long)line);
    if (answer != ANSWER_FAILED)
        return ERR_OK;
    error[strcspn(error, "\n")] = '\0';
    fault_set(f, ERR_STATE, "`when` of rule \"%s\" failed, so nothing is released: %s",
              rule->name, error);
    free(error);
    return f->code;
}

enum err approve_ask(void *arg, const struct effect *e, char *no, size_t size,
                     struct fault *f)
{
    struct rules *r = arg;
    struct run_row run;
    no[0] = '\0';
    if (e->run == 0)
        return ERR_OK;
    arena_reset(&r->scratch);
    enum err err = run_get(r->host->store, &r->scratch, e->run, &run, f);
    const struct rule *rule = err == ERR_OK ? rule_of(r, &run) : NULL;
    if (rule == NULL)
        return err;
    struct event *event = event_read(r->host->store, run.event, f);
    if (event == NULL)
        return f->code;
    err = ask_rule(r, rule, event, no, size, f);
    event_unref(event);
    return err;
}
