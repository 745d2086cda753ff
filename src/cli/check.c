/* `dray check`: loads everything, runs nothing. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/session.h"
#include "engine/sandbox.h"

static const struct flag flags[] = {FLAG_PROJECT, FLAG_END};

/* A script's syntax; its words are known when it runs. */
static int check_script(const struct invocation *in, const char *path)
{
    struct fault f;
    char *text = NULL;
    size_t len;
    struct sandbox *box;

    enum err e = sandbox_read_file(path, &text, &len, &f);
    if (e != ERR_OK)
        return complain_fault(in, &f);
    box = sandbox_new(NULL);
    e = sandbox_load_text(box, path, text, len, &f);
    sandbox_free(box);
    free(text);
    if (e == ERR_OK)
        return EXIT_DONE;
    fprintf(stderr, "%s\n", f.text);
    return EXIT_FAILED;
}

static int check(const struct invocation *in)
{
    struct session s;
    int exit = session_project(in, &s);

    if (exit == EXIT_DONE)
        printf("%s/dray.lua: %zu account%s\n", s.project->folder,
               s.project->account_count, s.project->account_count == 1 ? "" : "s");
    session_close(&s);
    for (int i = 0; i < in->count; i++) {
        int one = check_script(in, in->arguments[i]);
        if (one == EXIT_DONE)
            printf("%s: syntax ok\n", in->arguments[i]);
        else
            exit = one;
    }
    return exit;
}

const struct command command_check = {
    .name = "check",
    .arguments = "[SCRIPT...]",
    .summary =
        "load the project file and the given scripts, run nothing, show every mistake",
    .details = "Each mistake is one line with file:line on stderr. No secret is read and "
               "nothing is sent.",
    .most = -1,
    .flags = flags,
    .run = check,
};
