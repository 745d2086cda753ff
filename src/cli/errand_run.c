/* The owner's side of an errand: a command of somebody else, run as if it were there. */
#include "cli/errand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wire.h"
#include "cli/files.h"

enum { STATUS_OK = 200, STATUS_BAD = 400, STATUS_CONFLICT = 409 };

/* What a command says, kept until its answer leaves. */
struct speech {
    FILE *stream;
    char *text;
    size_t len;
};

static void speech_begin(struct speech *s)
{
    *s = (struct speech){0};
    s->stream = open_memstream(&s->text, &s->len);
    if (s->stream == NULL)
        abort(); /* as base/mem.h does */
}

static void speech_pack(struct speech *s, struct buf *message)
{
    if (fclose(s->stream) != 0)
        s->len = 0; /* of an answer that memory has no room for nothing is told */
    wire_add(message, s->text == NULL ? "" : s->text, s->len);
    free(s->text);
}

static int run_words(struct errand *errand, char **words, int count, struct buf *answer)
{
    struct speech out, err;

    speech_begin(&out);
    speech_begin(&err);
    const int exit = command_run_errand(errand, words, count, out.stream, err.stream);
    wire_number(answer, exit);
    speech_pack(&out, answer);
    speech_pack(&err, answer);
    if (buf_ok(answer))
        return STATUS_OK;
    buf_reset(answer);
    buf_text(answer, "it was done, and what it said is too much for one answer");
    return STATUS_CONFLICT;
}

/* The words of a message, in memory of their own: reading them changes their order. */
static char **copy_words(struct wire *w, int *count)
{
    *count = (int)wire_next_number(w, 1, ERRAND_WORDS);
    char **words = mem_array((size_t)*count + 1, sizeof *words);
    for (int i = 0; i < *count; i++)
        words[i] = mem_text(wire_next_text(w));
    return words;
}

static void free_words(char **words, int count)
{
    for (int i = 0; i < count; i++)
        free(words[i]);
    free(words);
}

static int run_message(struct errand *errand, struct wire *w, struct buf *answer)
{
    int count, status = STATUS_BAD;
    char **words = copy_words(w, &count);
    char **order = mem_array((size_t)count + 1, sizeof *order);

    memcpy(order, words, (size_t)count * sizeof *order);
    errand->files = files_unpack(w);
    if (errand->files == NULL || !wire_ended(w))
        buf_text(answer, "this is no command of dray");
    else
        status = run_words(errand, order, count, answer);
    files_free(errand->files);
    free(order);
    free_words(words, count);
    return status;
}

int errand_run(struct session *s, const char *body, size_t len, struct buf *answer,
               bool *keep)
{
    struct wire w = wire_read(body, len);

    if (strcmp(wire_next_text(&w), DRAY_VERSION) != 0) {
        buf_text(answer, "the running dray is version " DRAY_VERSION
                         ", this command is of another: start that dray again");
        return STATUS_CONFLICT;
    }
    struct errand errand = {.session = s, .actor = wire_next_text(&w), .kept = keep};
    return run_message(&errand, &w, answer);
}
