/* `dray reload`: a running dray reads its rules and dray.lua again, all or nothing. */
#include <stdio.h>
#include <stdlib.h>

#include "bind/bind.h"
#include "cli/session.h"
#include "engine/rulebook.h"
#include "engine/rules.h"

static const struct flag flags[] = {FLAG_PROJECT, FLAG_STATE, FLAG_END};

static int say(const struct invocation *in, const struct rules *rules, bool renewed)
{
    const size_t count = rulebook_count(rules_book(rules));
    fprintf(in->out, "dray.lua: %s\n", renewed ? "read again" : "as it was");
    fprintf(in->out,
            "%zu rule%s: read again; what runs already ends with the rules it began "
            "with\n",
            count, count == 1 ? "" : "s");
    return EXIT_DONE;
}

static int reload_there(const struct invocation *in, struct session *s)
{
    struct fault f;
    char *mistakes = NULL;
    bool renewed;

    if (s->rules == NULL)
        return complain(in, EXIT_FAILED,
                        "the dray that runs here works on a script, not on the rules");
    const enum err e =
        bind_reload(s->host, s->rules, s->project, &renewed, &mistakes, &f);
    if (e != ERR_OK)
        fprintf(in->err, "%s\n", mistakes != NULL ? mistakes : f.text);
    free(mistakes);
    if (e != ERR_OK)
        return complain(in, EXIT_FAILED, "nothing was changed, the old rules go on");
    const int exit = session_commit(in, s);
    return exit == EXIT_DONE ? say(in, s->rules, renewed) : exit;
}

static int reload(const struct invocation *in)
{
    struct session s = {0};
    int exit = session_own(in, &s);

    if (exit == EXIT_DONE)
        exit = s.borrowed ? reload_there(in, &s)
                          : complain(in, EXIT_FAILED,
                                     "no dray runs here; the next one reads the rules "
                                     "when it begins, and `dray check` looks at them");
    session_close(&s);
    return exit;
}

const struct command command_reload = {
    .name = "reload",
    .arguments = "",
    .summary = "let the running dray read its rules and dray.lua again",
    .details =
        "All files are read and checked first. With a mistake in one of them nothing "
        "changes and the old\n"
        "rules go on. Runs that are under way end with the rules they began with. Of "
        "dray.lua all counts\n"
        "from then on but who an account is (its credentials, endpoint, selling party, a "
        "seller's locations)\n"
        "and `export`: such a change is named, nothing is changed, and a restart takes "
        "it. "
        "SIGHUP does the same.",
    .flags = flags,
    .run = reload,
};
