/* `dray pause`, `dray resume`: a person stops a rule and lets it go on. */
#include <string.h>

#include "cli/decide.h"
#include "workflow/rule_control.h"

static const struct flag pause_flags[] = {FLAG_WHY, FLAG_PROJECT, FLAG_STATE, FLAG_END};
static const struct flag resume_flags[] = {
    FLAG_WHY,
    {"backlog", 0, "run|drop", false,
     "what becomes of the events that came meanwhile; required when there are some"},
    FLAG_PROJECT,
    FLAG_STATE,
    FLAG_END};

static int pause_rule(const struct invocation *in)
{
    struct decider d = {0};
    struct fault f;
    const char *rule = in->arguments[0];
    int exit = decide_open(in, &d);
    if (exit == EXIT_DONE)
        exit = decide_rules(in, &d);
    if (exit == EXIT_DONE &&
        control_pause_rule(d.session.host, rule, &d.decision, &f) != ERR_OK)
        exit = complain_fault(in, &f);
    if (exit == EXIT_DONE)
        exit = decide_commit(in, &d, exit);
    if (exit == EXIT_DONE)
        fprintf(in->out, "rule \"%s\": paused; its events wait until `dray resume`\n",
                rule);
    decide_close(&d);
    return exit;
}

/* Without --backlog only a rule for which nothing waits is resumed. */
static int check_backlog(const struct invocation *in, const struct decider *d,
                         int64_t *waited)
{
    const char *backlog = flag_text(in, "backlog", NULL);
    struct fault f;
    if (backlog == NULL &&
        control_rule_backlog(d->session.host, in->arguments[0], waited, &f) != ERR_OK)
        return complain_fault(in, &f);
    if (backlog == NULL && *waited > 0)
        return complain(in, EXIT_USAGE,
                        "%lld events wait for it: say --backlog run or --backlog drop",
                        (long long)*waited);
    return EXIT_DONE;
}

static int resume_in(const struct invocation *in, struct decider *d)
{
    const bool drop = strcmp(flag_text(in, "backlog", "run"), "drop") == 0;
    const char *rule = in->arguments[0];
    int64_t waited = 0;
    struct fault f;
    int exit = check_backlog(in, d, &waited);
    if (exit != EXIT_DONE)
        return exit;
    if (control_resume_rule(d->session.host, rule, drop, &d->decision, &waited, &f) !=
        ERR_OK)
        return complain_fault(in, &f);
    exit = decide_commit(in, d, EXIT_DONE);
    if (exit == EXIT_DONE)
        fprintf(in->out, "rule \"%s\": goes on; %lld events that waited %s\n", rule,
                (long long)waited, drop ? "are dropped" : "run now");
    return exit;
}

static int resume_rule(const struct invocation *in)
{
    struct decider d = {0};
    const char *backlog = flag_text(in, "backlog", "run");
    if (strcmp(backlog, "run") != 0 && strcmp(backlog, "drop") != 0)
        return complain(in, EXIT_USAGE, "--backlog %s: expected run or drop", backlog);
    int exit = decide_open(in, &d);
    if (exit == EXIT_DONE)
        exit = decide_rules(in, &d);
    if (exit == EXIT_DONE)
        exit = resume_in(in, &d);
    decide_close(&d);
    return exit;
}

const struct command command_pause = {
    .name = "pause",
    .arguments = "RULE",
    .summary = "stop a rule: its events wait",
    .details =
        "Runs that have begun go on. A rule that failed five times in a row pauses "
        "itself.",
    .least = 1,
    .most = 1,
    .flags = pause_flags,
    .run = pause_rule,
};

const struct command command_resume = {
    .name = "resume",
    .arguments = "RULE",
    .summary = "let a paused rule go on, and say what becomes of the events that waited",
    .details = "With --backlog drop the events, and what it held for, are forgotten; "
               "`dray explain` shows that.",
    .least = 1,
    .most = 1,
    .flags = resume_flags,
    .run = resume_rule,
};
