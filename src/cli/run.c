/* `dray run`: one workflow script as one task. */
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "bind/bind.h"
#include "cli/command.h"
#include "cli/notice.h"
#include "cli/owner.h"
#include "cli/run_there.h"
#include "cli/session.h"
#include "cli/summary.h"
#include "engine/script.h"
#include "workflow/tell.h"

static const struct flag flags[] = {
    FLAG_PROJECT,
    FLAG_STATE,
    {"quiet", 'q', NULL, false, "no progress line and no table at the end"},
    {"timeout", 0, "SECONDS", false, "stop the script after this long"},
    {"json", 0, NULL, false, "the table at the end as JSON on stdout"},
    FLAG_END,
};

enum { PROGRESS_MS = 500, DAY_SECONDS = 86400 };

/* A line on a terminal that is written over itself. */
struct progress {
    struct session *session;
    struct timer timer;
    bool shown;
};

static void show_progress(void *arg)
{
    struct progress *p = arg;
    struct host *h = p->session->host;
    struct tally t;

    if (summary_tally(h, &t, NULL) == ERR_OK && t.total > 0) {
        fprintf(stderr,
                "\r%lld effects: %lld proved, %lld on their way, %lld waiting, %lld "
                "held, %lld "
                "unknown, %lld failed ",
                (long long)t.total, (long long)t.succeeded, (long long)t.open,
                (long long)t.waiting, (long long)t.held, (long long)t.unknown,
                (long long)t.failed);
        p->shown = true;
    }
    timer_set(h->loop, &p->timer, clock_mono_ms(h->clock) + PROGRESS_MS, show_progress,
              p);
}

static void end_progress(struct progress *p)
{
    timer_stop(p->session->host->loop, &p->timer);
    if (p->shown)
        fputc('\n', stderr);
}

/* 3 when a person must look, though the script itself ended well. */
static int exit_code(struct session *s, bool ok)
{
    struct tally t;
    if (!ok)
        return EXIT_FAILED;
    if (summary_tally(s->host, &t, NULL) != ERR_OK)
        return EXIT_FAILED;
    if (t.held > 0 || t.unknown > 0)
        return EXIT_OPEN;
    return t.failed > 0 ? EXIT_FAILED : EXIT_DONE;
}

static void complain_script(const struct script *script, const struct fault *f)
{
    const char *error = script_error(script);
    fprintf(stderr, "%s\n", error[0] != '\0' ? error : f->text);
}

static int finish(const struct invocation *in, struct session *s, bool ok)
{
    struct fault f;
    const bool json = flag_given(in, "json");
    int exit = exit_code(s, ok);

    if (!json && flag_given(in, "quiet"))
        return exit;
    if (summary_print(s, json ? in->out : in->err, json, &f) != ERR_OK)
        return complain_fault(in, &f);
    return exit;
}

static int run_script(const struct invocation *in, struct session *s, struct tasks *tasks,
                      long timeout)
{
    struct fault f;
    struct progress progress = {.session = s};
    struct script *script = bind_script(s->host, tasks, in->arguments[0],
                                        s->project->folder, in->arguments + 1, &f);
    if (script == NULL) {
        fprintf(stderr, "%s\n", f.text);
        return EXIT_FAILED;
    }
    if (isatty(STDERR_FILENO) && !flag_given(in, "quiet"))
        show_progress(&progress);
    const int64_t deadline =
        timeout == 0 ? INT64_MAX : clock_mono_ms(s->host->clock) + timeout * MS_SECOND;
    const bool ok = script_run(script, deadline, &f) == ERR_OK;
    end_progress(&progress);
    if (!ok)
        complain_script(script, &f);
    script_close(script);
    return finish(in, s, ok);
}

/* Others may ask it to do what only the owner can, for as long as it runs. */
static int run_owned(const struct invocation *in, struct session *s, long timeout)
{
    struct fault f;
    struct owner *owner = owner_open(s, &f);

    if (owner == NULL)
        return complain_fault(in, &f);
    const int exit = run_script(in, s, s->tasks, timeout);
    owner_close(owner);
    return exit;
}

static int run(const struct invocation *in)
{
    struct session s;
    long timeout;

    if (!flag_number(in, "timeout", 1, 30 * DAY_SECONDS, 0, &timeout))
        return EXIT_USAGE;
    if (in->errand != NULL)
        return run_there(in, timeout, finish);
    int exit = session_own(in, &s);
    if (exit == EXIT_DONE) {
        notice_stops(in, &s);
        loop_watch_signals(s.host->loop);
        s.tasks = tasks_new(s.host);
        tell_begin(s.host);
        exit = run_owned(in, &s, timeout);
        tasks_free(s.tasks);
    }
    session_close(&s);
    return exit;
}

const struct command command_run = {
    .name = "run",
    .arguments = "SCRIPT [ARG...]",
    .summary = "run one workflow script; the exit code says how it went",
    .details =
        "The script sees its arguments in `arg`. Files that it reads lie in the "
        "project's folder.\n"
        "Exit code 0: it ended and everything was proved; 1: it failed, or an "
        "effect failed;\n"
        "3: an effect is held or unknown, see `dray effects`. Where `dray serve` runs, "
        "the script runs\n"
        "there and what it logs is there. Ctrl-C stops it; "
        "what was planned\n"
        "stays, and the next run goes on with it.",
    .least = 1,
    .most = -1,
    .flags = flags,
    .stop_at_argument = true,
    .run = run,
};
