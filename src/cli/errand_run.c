/* The owner's side of an errand: a command of somebody else, run as if it were there. */
#include "cli/errand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wire.h"
#include "cli/files.h"

enum { STATUS_LATER = 0, STATUS_OK = 200, STATUS_BAD = 400, STATUS_CONFLICT = 409 };

/* What a command says, kept until its answer leaves. */
struct speech {
    FILE *stream;
    char *text;
    size_t len;
};

struct visit {
    struct errand errand;
    struct invocation in;
    struct later later;
    struct speech out, err;
    char *id, *actor, *folder;
    char **words; /* as they came */
    char **order; /* as reading them left them */
    int count;
};

/* ---- what it says ---- */

static void speech_begin(struct speech *s)
{
    s->stream = open_memstream(&s->text, &s->len);
    if (s->stream == NULL)
        abort(); /* as base/mem.h does */
}

static void speech_pack(struct speech *s, struct buf *message)
{
    if (fclose(s->stream) != 0)
        s->len = 0; /* of an answer that memory has no room for nothing is told */
    s->stream = NULL;
    wire_add(message, s->text == NULL ? "" : s->text, s->len);
}

static void speech_clear(struct speech *s)
{
    if (s->stream != NULL)
        fclose(s->stream);
    free(s->text);
}

/* ---- one visit ---- */

static void visit_free(struct visit *v)
{
    if (v == NULL)
        return;
    command_end_errand(&v->in);
    files_free(v->errand.files);
    speech_clear(&v->out);
    speech_clear(&v->err);
    for (int i = 0; i < v->count; i++)
        free(v->words[i]);
    free(v->words);
    free(v->order);
    free(v->id);
    free(v->actor);
    free(v->folder);
    free(v);
}

static void read_words(struct visit *v, struct wire *w)
{
    v->count = (int)wire_next_number(w, 1, ERRAND_WORDS);
    v->words = mem_array((size_t)v->count + 1, sizeof *v->words);
    v->order = mem_array((size_t)v->count + 1, sizeof *v->order);
    for (int i = 0; i < v->count; i++)
        v->words[i] = v->order[i] = mem_text(wire_next_text(w));
}

/* The rest of a message behind its version; NULL when it is not of its form. */
static struct visit *visit_read(struct session *s, struct wire *w)
{
    struct visit *v = mem_new(sizeof *v);

    v->id = mem_text(wire_next_text(w));
    v->actor = mem_text(wire_next_text(w));
    v->folder = mem_text(wire_next_text(w));
    read_words(v, w);
    v->errand = (struct errand){.session = s,
                                .actor = v->actor,
                                .folder = v->folder,
                                .files = files_unpack(w),
                                .later = &v->later};
    if (v->errand.files != NULL && wire_ended(w))
        return v;
    visit_free(v);
    return NULL;
}

static int answer(struct visit *v, int exit, struct buf *out)
{
    wire_number(out, exit);
    speech_pack(&v->out, out);
    speech_pack(&v->err, out);
    if (buf_ok(out))
        return STATUS_OK;
    buf_reset(out);
    buf_text(out, "it was done, and what it said is too much for one answer");
    return STATUS_CONFLICT;
}

static int run_visit(struct visit *v, struct deed *d)
{
    speech_begin(&v->out);
    speech_begin(&v->err);
    v->errand.kept = &d->keep;
    v->in = (struct invocation){.out = v->out.stream,
                                .err = v->err.stream,
                                .files = v->errand.files,
                                .errand = &v->errand};
    const int exit = command_run_errand(&v->in, v->order, v->count);
    v->errand.kept = NULL;
    if (exit == EXIT_LATER) {
        d->visit = v;
        return STATUS_LATER;
    }
    const int status = answer(v, exit, d->answer);
    visit_free(v);
    return status;
}

int errand_run(struct session *s, const char *body, size_t len, struct deed *d)
{
    struct wire w = wire_read(body, len);

    if (strcmp(wire_next_text(&w), DRAY_VERSION) != 0) {
        buf_text(d->answer, "the running dray is version " DRAY_VERSION
                            ", this command is of another: start that dray again");
        return STATUS_CONFLICT;
    }
    struct visit *v = visit_read(s, &w);
    if (v != NULL)
        return run_visit(v, d);
    buf_text(d->answer, "this is no command of dray");
    return STATUS_BAD;
}

/* ---- one that ends later ---- */

const char *visit_id(const struct visit *v)
{
    return v->id;
}

bool visit_ended(const struct visit *v)
{
    return v->later.ended(v->later.arg);
}

int visit_end(struct visit *v, struct buf *out)
{
    const int exit = v->later.end(v->later.arg);
    const int status = answer(v, exit, out);
    visit_free(v);
    return status;
}

void visit_stop(struct visit *v)
{
    v->later.stop(v->later.arg);
}

void visit_drop(struct visit *v)
{
    v->later.drop(v->later.arg);
    visit_free(v);
}
