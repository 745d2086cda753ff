/* `dray once`: all that is due now. */
#include "base/log.h"
#include "cli/command.h"
#include "cli/notice.h"
#include "cli/rehearsal.h"
#include "cli/session.h"
#include "cli/summary.h"
#include "cli/work.h"

static const struct flag flags[] = {
    FLAG_PROJECT,
    FLAG_STATE,
    {"dry-run", 'n', NULL, false, "show what would be done, and do and keep nothing"},
    {"quiet", 'q', NULL, false, "no table at the end"},
    {"timeout", 0, "SECONDS", false, "stop after this long"},
    {"json", 0, NULL, false, "the table at the end as JSON on stdout"},
    FLAG_END,
};

enum { DAY_SECONDS = 86400 };

/* What a person must look at is no success, and neither is a list that nobody read. */
static int judge(const struct session *s, size_t failures)
{
    struct tally t;

    if (summary_tally(s->host, &t, NULL) != ERR_OK || failures > 0)
        return EXIT_FAILED;
    if (t.held > 0 || t.unknown > 0)
        return EXIT_OPEN;
    return t.failed > 0 ? EXIT_FAILED : EXIT_DONE;
}

static int finish(const struct invocation *in, struct session *s, size_t failures)
{
    struct fault f;
    const bool json = flag_given(in, "json");
    const int exit = judge(s, failures);

    if (!json && flag_given(in, "quiet"))
        return exit;
    if (summary_print(s, json ? in->out : in->err, json, &f) != ERR_OK)
        return complain_fault(in, &f);
    return exit;
}

static int64_t deadline_of(const struct session *s, long timeout)
{
    return timeout == 0 ? INT64_MAX : clock_mono_ms(s->clock) + timeout * MS_SECOND;
}

static int work(const struct invocation *in, struct session *s, long timeout)
{
    struct fault f;
    struct work *w = work_open(in, s);

    if (w == NULL)
        return EXIT_FAILED;
    notice_stops(in, s);
    const enum err e = work_run(w, true, deadline_of(s, timeout), &f);
    const size_t failures = work_failures(w);
    work_close(w);
    return e == ERR_OK ? finish(in, s, failures) : complain_fault(in, &f);
}

static int do_now(const struct invocation *in, long timeout)
{
    struct session s;
    int exit = session_own(in, &s);

    if (exit == EXIT_DONE) {
        loop_watch_signals(s.host->loop);
        exit = work(in, &s, timeout);
    }
    session_close(&s);
    return exit;
}

static int rehearse_in(const struct invocation *in, struct session *s, long timeout)
{
    struct fault f;
    int64_t newest;
    struct work *w;

    if (rehearsal_newest(s->host, &newest, &f) != ERR_OK)
        return complain_fault(in, &f);
    w = work_open(in, s);
    if (w == NULL)
        return EXIT_FAILED;
    const enum err e = work_run(w, true, deadline_of(s, timeout), &f);
    const size_t failures = work_failures(w);
    work_close(w);
    if (e != ERR_OK)
        return complain_fault(in, &f);
    const int exit = rehearsal_print(in, s->host, newest);
    return failures > 0 ? EXIT_FAILED : exit;
}

static int rehearse(const struct invocation *in, long timeout)
{
    struct session s;

    log_level_set(LOG_ERROR); /* what a copy says of itself is not true of the state */
    int exit = session_rehearse(in, &s);
    if (exit == EXIT_DONE) {
        loop_watch_signals(s.host->loop);
        exit = rehearse_in(in, &s, timeout);
    }
    session_close(&s);
    return exit;
}

static int once(const struct invocation *in)
{
    long timeout;

    if (!flag_number(in, "timeout", 1, DAY_SECONDS, 0, &timeout))
        return EXIT_USAGE;
    return flag_given(in, "dry-run") ? rehearse(in, timeout) : do_now(in, timeout);
}

const struct command command_once = {
    .name = "once",
    .arguments = "",
    .summary = "do all that is due now, then end: for cron, and for a look by hand",
    .details =
        "Asks every list, runs the rules, sends what is ready, looks at what was sent. "
        "What is to be "
        "proved later is looked\n"
        "at by the next one. --dry-run works on a copy of the state, also beside a "
        "running dray.\n"
        "Exit code 0: nothing went wrong; 1: something failed, or a list could not be "
        "read; 3: an effect\n"
        "is held or unknown, see `dray effects`.",
    .flags = flags,
    .alone = true,
    .run = once,
};
