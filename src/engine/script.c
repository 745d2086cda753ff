/* One script file as one task. */
#include "engine/script.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/digest.h"
#include "base/mem.h"
#include "store/journal.h"

struct script {
    struct host *host;
    struct tasks *tasks;
    struct sandbox *box;
    struct task *task; /* NULL once it ended */
    char *folder, *path;
    char version[DIGEST_HEX + 1];
    int64_t run;
    bool ok;
    char *error;  /* sentence and traceback; NULL */
    int64_t *met; /* effects of earlier runs, sorted by nothing */
    size_t met_count, met_room;
};

/* ---- its end ---- */

/* Only the first line: texts in the journal are short. */
static char *first_line(const char *text)
{
    return mem_copy(text, strcspn(text, "\n"));
}

static void keep_error(struct script *s, const char *text)
{
    free(s->error);
    s->error = mem_text(text);
    s->ok = false;
}

static void journal_end(struct script *s)
{
    struct fault f = {0};
    char *line = s->ok ? NULL : first_line(s->error);
    enum run_state state = s->ok ? RUN_DONE : RUN_FAILED;
    if (run_end(s->host->store, s->run, state, line, &f) != ERR_OK && s->ok)
        keep_error(s, f.text);
    free(line);
}

static void script_end(void *arg, struct task *t)
{
    struct script *s = arg;
    s->task = NULL;
    s->ok = !task_failed(t);
    if (!s->ok)
        keep_error(s, task_error(t));
    journal_end(s);
}

/* ---- its beginning ---- */

/* Leaves the chunk on the state. */
static enum err load(struct script *s, const struct script_options *o,
                     struct digest *source, struct fault *f)
{
    char *text = NULL;
    size_t len = 0;
    enum err e = ERR_OK;
    if (o->text != NULL) {
        len = strlen(o->text);
        text = mem_copy(o->text, len);
    } else {
        e = sandbox_read_file(o->path, &text, &len, f);
    }
    if (e == ERR_OK) {
        digest_of(text, len, source);
        e = sandbox_load_text(s->box, o->path, text, len, f);
    }
    free(text);
    return e;
}

/* The word `arg`: the script's name at 0, then its arguments. */
static void set_arguments(lua_State *L, const struct script_options *o)
{
    sandbox_push_words(L);
    lua_newtable(L);
    lua_pushstring(L, o->path);
    lua_rawseti(L, -2, 0);
    for (lua_Integer i = 0; o->args != NULL && o->args[i] != NULL; i++) {
        lua_pushstring(L, o->args[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "arg");
    lua_pop(L, 1);
}

static enum err find_folder(struct script *s, const char *folder, struct fault *f)
{
    s->folder = realpath(folder, NULL);
    if (s->folder == NULL)
        return fault_errno(f, "the project folder %s", folder);
    return ERR_OK;
}

static enum err begin(struct script *s, const struct script_options *o, struct fault *f)
{
    struct digest source;
    enum err e = find_folder(s, o->folder, f);
    if (e == ERR_OK)
        e = sandbox_words(s->box, o->words, f);
    if (e == ERR_OK)
        e = load(s, o, &source, f);
    if (e == ERR_OK)
        e = run_begin(s->host->store, o->path, &source, &s->run, f);
    if (e != ERR_OK)
        return e;
    set_arguments(s->box->L, o);
    s->path = mem_text(o->path);
    digest_hex(&source, s->version);
    struct task_options options = {.box = s->box,
                                   .run = s->run,
                                   .file = s->path,
                                   .version = s->version,
                                   .end = script_end,
                                   .arg = s};
    s->task = task_new(s->tasks, &options, s->box->L, 0);
    return ERR_OK;
}

struct script *script_open(const struct script_options *o, struct fault *f)
{
    struct script *s = mem_new(sizeof *s);
    s->host = o->host;
    s->tasks = o->tasks;
    s->box = sandbox_new(&o->limits);
    s->box->host = o->host;
    s->box->script = s;
    s->box->out = o->out;
    if (begin(s, o, f) == ERR_OK)
        return s;
    script_close(s);
    return NULL;
}

void script_close(struct script *s)
{
    if (s == NULL)
        return;
    if (s->task != NULL)
        task_drop(s->task);
    sandbox_free(s->box);
    free(s->folder);
    free(s->path);
    free(s->error);
    free(s->met);
    free(s);
}

/* ---- its rounds ---- */

bool script_ended(void *script)
{
    const struct script *s = script;
    return s->task == NULL;
}

void script_cancel(struct script *s, const char *why)
{
    if (s->task != NULL)
        task_cancel(s->task, why);
}

/* Cancelled: one more step raises the error where the script waits, and its end is
 * committed. What is on its way to Amazon is waited for. */
static enum err stop(struct script *s, const char *why, struct fault *f)
{
    struct round_party party = tasks_party(s->tasks);
    script_cancel(s, why);
    party.step(party.arg);
    enum err e = store_commit(s->host->store, f);
    return e == ERR_OK ? round_end(s->host, f) : e;
}

/* Why the rounds ended early, for the author; NULL when the host itself failed. */
static const char *stopped(enum err e, const struct fault *f)
{
    if (e == ERR_CANCELLED)
        return "interrupted";
    if (e == ERR_BUSY)
        return "the time for this run is over";
    return e == ERR_STATE ? f->text : NULL; /* nothing could ever end the wait */
}

static enum err outcome(const struct script *s, struct fault *f)
{
    if (s->ok)
        return ERR_OK;
    char *line = first_line(s->error);
    fault_set(f, ERR_STATE, "%s", line);
    free(line);
    return ERR_STATE;
}

enum err script_run(struct script *s, int64_t deadline_ms, struct fault *f)
{
    struct round_party party = tasks_party(s->tasks);
    struct fault why = {0};
    enum err e = round_run(s->host, &party, script_ended, s, deadline_ms, &why);
    if (e == ERR_OK)
        return outcome(s, f);
    if (!script_ended(s) && stopped(e, &why) != NULL) {
        enum err committed = stop(s, stopped(e, &why), f);
        if (committed != ERR_OK)
            return committed;
    }
    return fault_set(f, e, "%s", why.text);
}

bool script_ok(const struct script *s)
{
    return s->task == NULL && s->ok;
}

const char *script_error(const struct script *s)
{
    return s->error != NULL ? s->error : "";
}

int64_t script_run_id(const struct script *s)
{
    return s->run;
}

const char *script_folder(const struct script *s)
{
    return s->folder;
}

/* ---- effects of earlier runs ---- */

void script_meet(struct script *s, int64_t effect)
{
    for (size_t i = 0; i < s->met_count; i++) {
        if (s->met[i] == effect)
            return;
    }
    s->met = mem_grow(s->met, s->met_count, &s->met_room, sizeof *s->met);
    s->met[s->met_count++] = effect;
}

const int64_t *script_met(const struct script *s, size_t *count)
{
    *count = s->met_count;
    return s->met;
}
