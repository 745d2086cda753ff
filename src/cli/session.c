/* What a command works with. */
#include "cli/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/errand.h"
#include "engine/watchdog.h"
#include "net/http_client.h"

static char *join(const char *folder, const char *name)
{
    struct buf b;
    buf_init(&b, 8192);
    buf_format(&b, "%s/%s", folder, name);
    return buf_take(&b, NULL);
}

static char *project_folder(const struct invocation *in)
{
    const char *given = flag_text(in, "project", NULL);
    return given != NULL ? mem_text(given) : project_find(".");
}

static char *state_folder(const struct invocation *in, const char *project)
{
    const char *state = flag_text(in, "state", NULL);
    return state != NULL ? mem_text(state) : join(project, "state");
}

char *session_state(const struct invocation *in)
{
    char *project = project_folder(in);
    char *state = project == NULL ? NULL : state_folder(in, project);
    free(project);
    return state;
}

/* The project's folder and the state folder; nothing is read yet. */
static int find_project(const struct invocation *in, struct session *s)
{
    memset(s, 0, sizeof *s);
    s->folder = project_folder(in);
    if (s->folder == NULL)
        return complain(
            in, EXIT_FAILED,
            "there is no dray.lua here or in a folder above; go to a project, or "
            "name it with --project DIR");
    s->state = state_folder(in, s->folder);
    s->clock = clock_new_real();
    log_clock_set(s->clock);
    return EXIT_DONE;
}

int session_project(const struct invocation *in, struct session *s)
{
    char *mistakes = NULL;
    struct fault f;
    int exit = find_project(in, s);

    if (exit != EXIT_DONE)
        return exit;
    s->project = project_load(s->folder, &mistakes, &f);
    if (s->project != NULL)
        return EXIT_DONE;
    fprintf(in->err, "%s\n", mistakes != NULL ? mistakes : f.text);
    free(mistakes);
    return EXIT_FAILED;
}

static struct host *open_host(struct session *s, struct store *store,
                              struct archive *archive, bool rehearsal, struct fault *f)
{
    struct host_parts parts = {
        .clock = s->clock, .store = store, .archive = archive, .rehearsal = rehearsal};

    parts.random = random_new_system();
    parts.loop = loop_new(s->clock);
    parts.transport =
        http_client_new(parts.loop, "dray/" DRAY_VERSION " (Language=C; Platform=Linux)");
    parts.accounts = project_take_accounts(s->project, &parts.account_count);
    parts.export_folder = rehearsal ? NULL : project_take_export(s->project);
    parts.setup = project_take_setup(s->project);
    return host_open(&parts, f);
}

/* Another dray owns the state: it may be asked to run this, unless it is to run for long.
 */
static bool may_ask(const struct invocation *in, const struct fault *f)
{
    return f->code == ERR_BUSY && !in->command->alone && !in->impatient;
}

static int borrow(const struct invocation *in, struct session *s)
{
    *s = *in->errand->session;
    s->borrowed = true;
    return EXIT_DONE;
}

int session_own(const struct invocation *in, struct session *s)
{
    struct fault f;

    if (in->errand != NULL)
        return borrow(in, s);
    int exit = session_project(in, s);
    if (exit != EXIT_DONE)
        return exit;
    struct store *store = store_open(s->state, STORE_OWN, s->clock, &f);
    if (store == NULL)
        return may_ask(in, &f) ? EXIT_OWNED : complain_fault(in, &f);
    char *documents = join(s->state, "documents");
    struct archive *archive = archive_open(documents, &f);
    free(documents);
    if (archive == NULL) {
        store_close(store);
        return complain_fault(in, &f);
    }
    s->host = open_host(s, store, archive, false, &f);
    const struct watchdog_options watch = {.folder = s->state};
    if (s->host == NULL || watchdog_start(&watch, &f) != ERR_OK)
        return complain_fault(in, &f);
    return EXIT_DONE;
}

int session_rehearse(const struct invocation *in, struct session *s)
{
    struct fault f;
    const int exit = session_project(in, s);

    if (exit != EXIT_DONE)
        return exit;
    struct store *store = store_open_copy(s->state, s->clock, &f);
    if (store == NULL)
        return complain_fault(in, &f);
    struct archive *archive = archive_open_passing(&f);
    if (archive == NULL) {
        store_close(store);
        return complain_fault(in, &f);
    }
    s->host = open_host(s, store, archive, true, &f);
    return s->host == NULL ? complain_fault(in, &f) : EXIT_DONE;
}

/* Opens the state of a project that was found. */
static int look(const struct invocation *in, struct session *s, int exit)
{
    struct fault f;

    if (exit != EXIT_DONE)
        return exit;
    s->store = store_open(s->state, STORE_LOOK, s->clock, &f);
    return s->store == NULL ? complain_fault(in, &f) : EXIT_DONE;
}

int session_look(const struct invocation *in, struct session *s)
{
    return look(in, s, find_project(in, s));
}

int session_survey(const struct invocation *in, struct session *s)
{
    return look(in, s, session_project(in, s));
}

const struct zone *session_zone(const struct session *s, const char *account,
                                const char *warehouse)
{
    for (size_t i = 0; i < s->project->account_count; i++) {
        const struct account *a = s->project->accounts[i];
        const struct warehouse *w = account_warehouse(a, warehouse);
        if (w != NULL && strcmp(a->id, account) == 0)
            return w->zone;
    }
    return NULL;
}

int session_commit(const struct invocation *in, struct session *s)
{
    struct fault f;

    if (s->borrowed)
        *in->errand->kept = true;
    else if (store_dirty(s->host->store) && store_commit(s->host->store, &f) != ERR_OK)
        return complain_fault(in, &f);
    return EXIT_DONE;
}

void session_close(struct session *s)
{
    if (s->borrowed)
        return;
    watchdog_stop();
    host_close(s->host);
    store_close(s->store);
    project_free(s->project);
    if (s->clock != NULL)
        log_clock_set(NULL);
    clock_free(s->clock);
    free(s->state);
    free(s->folder);
}
