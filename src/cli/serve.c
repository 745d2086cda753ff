/* `dray serve`: the project at work until it is stopped. */
#include "base/log.h"
#include "cli/command.h"
#include "cli/notice.h"
#include "cli/session.h"
#include "cli/work.h"

static const struct flag flags[] = {FLAG_PROJECT, FLAG_STATE, FLAG_END};

/* A signal is how it ends; anything else that ends it is a failure. */
static int work(const struct invocation *in, struct session *s)
{
    struct fault f;
    struct work *w = work_open(in, s);

    if (w == NULL)
        return EXIT_FAILED;
    notice_start(in, s);
    const enum err e = work_run(w, false, INT64_MAX, &f);
    work_close(w);
    if (e != ERR_CANCELLED)
        return complain_fault(in, &f);
    complain(in, 0,
             "stopped; what was sent is answered, the rest waits for the next "
             "start");
    return EXIT_DONE;
}

static int serve(const struct invocation *in)
{
    struct session s;
    int exit = session_own(in, &s);

    if (exit == EXIT_DONE) {
        loop_watch_signals(s.host->loop);
        exit = work(in, &s);
    }
    session_close(&s);
    return exit;
}

const struct command command_serve = {
    .name = "serve",
    .arguments = "",
    .summary = "work on the project until stopped: ask Amazon's lists, send, prove",
    .details =
        "Lists are asked by themselves: orders every five minutes, the others as orders "
        "wait for them\n"
        "and at least hourly; `poll = { orders = \"2m\" }` of an account changes that. "
        "Ctrl-C or SIGTERM\n"
        "ends it, when what was sent is answered. Meanwhile other commands (hold, "
        "release, freeze ...)\n"
        "reach it through state/socket, which only its user may open.\n"
        "Exit code 0: it was stopped; 1: it could not go on, for instance since the disk "
        "is full.",
    .flags = flags,
    .alone = true,
    .run = serve,
};
