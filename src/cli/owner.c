/* The owner's socket: others' commands, run within the owner's rounds. */
#include "cli/owner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/errand.h"
#include "cli/files.h"
#include "base/wire.h"
#include "net/local.h"
#include "net/server.h"
#include "workflow/round.h"

enum { OK = 200, BAD = 400, FORBIDDEN = 403, ABSENT = 404, CONFLICT = 409, ENDING = 503 };

/* What leaves when the round is durable. */
struct answer {
    struct server_request *request;
    int status;
    struct buf body;
    struct answer *next;
};

struct owner {
    struct session *session;
    struct server *server;
    struct answer *answers; /* in order */
    struct answer **last;
    struct round_guest guest;
    bool ending;
};

/* ---- answers ---- */

static struct answer *answer_new(struct owner *o, struct server_request *r, int status)
{
    struct answer *a = mem_new(sizeof *a);
    a->request = r;
    a->status = status;
    buf_init(&a->body, ERRAND_MAX);
    *o->last = a;
    o->last = &a->next;
    return a;
}

static void refuse(struct owner *o, struct server_request *r, int status,
                   const char *sentence)
{
    buf_text(&answer_new(o, r, status)->body, sentence);
}

static void let_go(struct owner *o, bool durable)
{
    while (o->answers != NULL) {
        struct answer *a = o->answers;
        o->answers = a->next;
        if (durable)
            server_answer(a->request, a->status, NULL, 0, buf_str(&a->body), a->body.len,
                          SERVER_FINE);
        else
            server_hang_up(a->request);
        buf_clear(&a->body);
        free(a);
    }
    o->last = &o->answers;
}

static void tell_durable(void *arg)
{
    let_go(arg, true);
}

/* ---- commands ---- */

/* What a command says, kept until its answer leaves. */
struct speech {
    FILE *stream;
    char *text;
    size_t len;
};

static bool speech_begin(struct speech *s)
{
    *s = (struct speech){0};
    s->stream = open_memstream(&s->text, &s->len);
    return s->stream != NULL;
}

static void speech_pack(struct speech *s, struct buf *message)
{
    if (fclose(s->stream) != 0)
        s->len = 0; /* of an answer that memory has no room for nothing is told */
    wire_add(message, s->text == NULL ? "" : s->text, s->len);
    free(s->text);
}

/* What it wrote is kept as a whole, or undone. A store that fails ends the round. */
static int run_kept(struct owner *o, struct errand *errand, char **words, int count,
                    struct speech *out, struct speech *err)
{
    struct store *store = o->session->host->store;
    struct fault f = {0};
    bool kept = false;
    int exit = EXIT_FAILED;

    errand->kept = &kept;
    if (store_commit(store, &f) == ERR_OK)
        exit = command_run_errand(errand, words, count, out->stream, err->stream);
    if (f.code == ERR_OK && !kept)
        store_undo(store, &f);
    if (f.code != ERR_OK)
        host_trouble(o->session->host, &f);
    return exit;
}

static void run_words(struct owner *o, struct server_request *r, struct errand *errand,
                      char **words, int count)
{
    struct speech out, err;

    if (!speech_begin(&out) || !speech_begin(&err))
        abort(); /* as base/mem.h does */
    const int exit = run_kept(o, errand, words, count, &out, &err);
    struct answer *a = answer_new(o, r, OK);
    wire_number(&a->body, exit);
    speech_pack(&out, &a->body);
    speech_pack(&err, &a->body);
    if (buf_ok(&a->body))
        return;
    a->status = CONFLICT;
    buf_reset(&a->body);
    buf_text(&a->body, "it was done, and what it said is too much for one answer");
}

/* The words of a message, in memory of their own. */
static char **read_words(struct wire *w, int *count)
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

static void take_command(struct owner *o, struct server_request *r)
{
    size_t len;
    const char *body = server_body(r, &len);
    struct wire w = wire_read(body, len);
    int count;

    if (strcmp(wire_next_text(&w), DRAY_VERSION) != 0) {
        refuse(o, r, CONFLICT,
               "the running dray is version " DRAY_VERSION
               ", this command is of another: start that dray again");
        return;
    }
    struct errand errand = {.session = o->session, .actor = wire_next_text(&w)};
    char **words = read_words(&w, &count),
         **given = mem_array((size_t)count + 1, sizeof *given);
    memcpy(given, words, (size_t)count * sizeof *given);
    errand.files = files_unpack(&w);
    if (errand.files == NULL || !wire_ended(&w))
        refuse(o, r, BAD, "this is no command of dray");
    else
        run_words(o, r, &errand, given, count);
    files_free(errand.files);
    free(given);
    free_words(words, count);
}

/* ---- requests ---- */

static void take_request(void *arg, struct server_request *r)
{
    struct owner *o = arg;

    if (o->ending)
        refuse(o, r, ENDING, "this dray is ending");
    else if (!server_from_owner(r))
        refuse(o, r, FORBIDDEN,
               "only the user that the running dray runs as may ask it; use the same");
    else if (strcmp(server_path(r), ERRAND_PATH) == 0 &&
             strcmp(server_method(r), "POST") == 0)
        take_command(o, r);
    else
        refuse(o, r, ABSENT, "there is no such path here");
}

static void step(void *arg)
{
    struct owner *o = arg;
    server_drain(o->server);
}

static bool is_busy(void *arg)
{
    const struct owner *o = arg;
    return server_queued(o->server) || o->answers != NULL;
}

struct owner *owner_open(struct session *s, struct fault *f)
{
    const int descriptor = local_listen(s->state, SESSION_SOCKET, f);
    if (descriptor < 0)
        return NULL;
    struct owner *o = mem_new(sizeof *o);
    o->session = s;
    o->last = &o->answers;
    o->server =
        server_new_local(s->host->loop, descriptor, ERRAND_MAX, take_request, o, f);
    if (o->server != NULL) {
        o->guest.party = (struct round_party){step, tell_durable, is_busy, o};
        round_join(s->host, &o->guest);
        return o;
    }
    free(o);
    local_remove(s->state, SESSION_SOCKET);
    return NULL;
}

void owner_close(struct owner *o)
{
    if (o == NULL)
        return;
    round_leave(o->session->host, &o->guest);
    local_remove(o->session->state, SESSION_SOCKET);
    let_go(o, false); /* the round that was to keep them did not end */
    o->ending = true;
    server_drain(o->server);
    let_go(o, true);
    server_free(o->server);
    free(o);
}
