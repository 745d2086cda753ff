/* `dray run` where a dray serves. */
#include "cli/run_there.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "bind/bind.h"
#include "cli/errand.h"
#include "engine/script.h"

/* A script of somebody else. */
struct guest {
    const struct invocation *in;
    struct session session;
    struct script *script;
    struct timer timer;
    script_finish_fn *finish;
};

static void guest_free(struct guest *g)
{
    timer_stop(g->session.host->loop, &g->timer);
    script_close(g->script);
    free(g);
}

static bool has_ended(void *arg)
{
    const struct guest *g = arg;
    return script_ended(g->script);
}

static int end(void *arg)
{
    struct guest *g = arg;
    const bool ok = script_ok(g->script);

    if (!ok)
        fprintf(g->in->err, "%s\n", script_error(g->script));
    const int exit = g->finish(g->in, &g->session, ok);
    guest_free(g);
    return exit;
}

static void stop(void *arg)
{
    struct guest *g = arg;
    script_cancel(g->script, "interrupted");
}

static void drop(void *arg)
{
    guest_free(arg);
}

static void time_over(void *arg)
{
    struct guest *g = arg;
    script_cancel(g->script, "the time for this run is over");
}

/* Its name is what its author typed; its text is read from where that was. */
static enum err open_script(struct guest *g, struct fault *f)
{
    const struct invocation *in = g->in;
    char *path = errand_path(in, in->arguments[0]), *text = NULL;
    size_t len;

    enum err e = sandbox_read_file(path, &text, &len, f);
    const struct script_options options = {.host = g->session.host,
                                           .tasks = g->session.tasks,
                                           .path = in->arguments[0],
                                           .text = text,
                                           .folder = g->session.project->folder,
                                           .args = in->arguments + 1,
                                           .out = in->out,
                                           .words = bind_open};
    if (e == ERR_OK)
        g->script = script_open(&options, f);
    free(text);
    free(path);
    return g->script == NULL ? f->code : ERR_OK;
}

static void wait_for(struct guest *g, long seconds)
{
    struct host *h = g->session.host;

    if (seconds > 0)
        timer_set(h->loop, &g->timer, clock_mono_ms(h->clock) + seconds * MS_SECOND,
                  time_over, g);
    *g->in->errand->later = (struct later){has_ended, end, stop, drop, g};
}

int run_there(const struct invocation *in, long seconds, script_finish_fn *finish)
{
    struct guest *g = mem_new(sizeof *g);
    struct fault f;

    g->in = in;
    g->finish = finish;
    session_own(in, &g->session);
    if (g->session.rules == NULL) {
        free(g);
        return complain(in, EXIT_FAILED,
                        "another dray (process %ld) owns this state and runs a script: "
                        "wait for its end, or let `dray serve` run, which takes scripts",
                        (long)getpid());
    }
    if (open_script(g, &f) == ERR_OK) {
        *in->errand->kept = true; /* the run is in the journal */
        wait_for(g, seconds);
        return EXIT_LATER;
    }
    fprintf(in->err, "%s\n", f.text);
    guest_free(g);
    return EXIT_FAILED;
}
