/* `dray serve`: the project at work until it is stopped. */
#include "base/log.h"
#include "cli/command.h"
#include "cli/notice.h"
#include "cli/session.h"
#include "cli/work.h"

static const struct flag flags[] = {
    {"listen", 'l', "PORT", false,
     "take events by HTTP on 127.0.0.1, too; 0 picks a free port"},
    FLAG_PROJECT,
    FLAG_STATE,
    FLAG_END,
};

enum { PORT_MAX = 65535 };

static int listen_there(const struct invocation *in, struct work *w, long port)
{
    struct fault f;
    uint16_t got;

    if (port < 0)
        return EXIT_DONE;
    if (work_listen(w, (uint16_t)port, &got, &f) != ERR_OK)
        return complain_fault(in, &f);
    complain(in, 0,
             "takes events at http://127.0.0.1:%u/v1/events from who sends the token of "
             "the state folder",
             (unsigned)got);
    return EXIT_DONE;
}

/* A signal is how it ends; anything else that ends it is a failure. */
static int work_on(const struct invocation *in, struct session *s, struct work *w)
{
    struct fault f;

    notice_start(in, s);
    const enum err e = work_run(w, false, INT64_MAX, &f);
    if (e != ERR_CANCELLED)
        return complain_fault(in, &f);
    complain(in, 0,
             "stopped; what was sent is answered, the rest waits for the next "
             "start");
    return EXIT_DONE;
}

static int work(const struct invocation *in, struct session *s, long port)
{
    struct work *w = work_open(in, s);

    if (w == NULL)
        return EXIT_FAILED;
    int exit = listen_there(in, w, port);
    if (exit == EXIT_DONE)
        exit = work_on(in, s, w);
    work_close(w);
    return exit;
}

static int serve(const struct invocation *in)
{
    struct session s;
    long port;

    if (!flag_number(in, "listen", 0, PORT_MAX, -1, &port))
        return EXIT_USAGE;
    int exit = session_own(in, &s);

    if (exit == EXIT_DONE) {
        loop_watch_signals(s.host->loop);
        exit = work(in, &s, port);
    }
    session_close(&s);
    return exit;
}

const struct command command_serve = {
    .name = "serve",
    .arguments = "",
    .summary = "run the project's rules until stopped: ask Amazon's lists, send, prove",
    .details =
        "Lists are asked by themselves: orders every five minutes, the others as orders "
        "wait for them\n"
        "and at least hourly; `poll = { orders = \"2m\" }` of an account changes that. "
        "Ctrl-C or SIGTERM\n"
        "ends it, when what was sent is answered. Meanwhile other commands (hold, "
        "release, freeze ...)\n"
        "reach it through state/socket, which only its user may open.\n"
        "POST /v1/events with {\"event\": \"packed\", \"order\": \"PO\", ...}, or a list "
        "of such objects, reports\n"
        "from the floor: there always, with --listen also on loopback, with the header "
        "Authorization:\n"
        "Bearer and the text of state/token.\n"
        "Exit code 0: it was stopped; 1: it could not go on, for instance since the disk "
        "is full.",
    .flags = flags,
    .alone = true,
    .run = serve,
};
