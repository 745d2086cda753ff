/* A command goes to the owner of the state, and its answer comes back. */
#include "cli/errand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "cli/files.h"
#include "base/wire.h"
#include "net/http_client.h"
#include "net/local.h"

enum {
    ID_DIGITS = 32,
    PATH_ROOM = 16384,
    PATIENCE_MS = (int)(6 * MS_HOUR), /* a script may work for long */
    PAUSE_MS = 50,
    STATUS_OK = 200,
    STATUS_ENDING = 503
};

void errand_actor(const struct invocation *in, char out[PERSON_NAME])
{
    if (in->errand != NULL)
        snprintf(out, PERSON_NAME, "%s", in->errand->actor);
    else
        person_name(out);
}

char *errand_path(const struct invocation *in, const char *path)
{
    struct buf b;

    buf_init(&b, PATH_ROOM);
    if (in->errand != NULL && path[0] != '/')
        buf_format(&b, "%s/", in->errand->folder);
    buf_text(&b, path);
    return buf_take(&b, NULL);
}

/* What the owner needs to run it as if it were here. */
static void pack(const struct invocation *in, const char *id, struct buf *message)
{
    char actor[PERSON_NAME], *folder = realpath(".", NULL);

    person_name(actor);
    wire_text(message, DRAY_VERSION);
    wire_text(message, id);
    wire_text(message, actor);
    wire_text(message, folder == NULL ? "/" : folder);
    free(folder);
    wire_number(message, in->word_count);
    for (int i = 0; i < in->word_count; i++)
        wire_text(message, in->words[i]);
    files_pack(in, message);
}

/* One exchange on a loop of its own. */
struct asking {
    const struct invocation *in;
    const char *socket;
    char id[ID_DIGITS + 1]; /* by which it can be stopped */
    struct loop *loop;
    struct transport *client;
    bool ended;
    bool stopping;
    int exit;
};

static int print_answer(const struct invocation *in, const struct buf *body)
{
    struct wire w = wire_read(buf_str(body), body->len);
    size_t out_len, err_len;
    const int exit = (int)wire_next_number(&w, 0, EXIT_BUG);
    const char *out = wire_next(&w, &out_len), *err = wire_next(&w, &err_len);

    if (!wire_ended(&w))
        return complain(in, EXIT_OPEN,
                        "the running dray's answer cannot be read; look with `dray "
                        "effects` what was done");
    fwrite(out, 1, out_len, in->out);
    fwrite(err, 1, err_len, in->err);
    return exit;
}

static void answered(void *arg, struct http_reply *reply)
{
    struct asking *a = arg;

    a->ended = true;
    if (reply->outcome == HTTP_NOT_SENT ||
        (reply->outcome == HTTP_ANSWERED && reply->status == STATUS_ENDING))
        a->exit = EXIT_OWNED;
    else if (reply->outcome == HTTP_UNKNOWN)
        a->exit =
            complain(a->in, EXIT_OPEN,
                     "the running dray ended before it answered; what became of "
                     "this is in `dray effects` and `dray explain` when it is done");
    else if (reply->status == STATUS_OK)
        a->exit = print_answer(a->in, &reply->body);
    else
        a->exit = complain(a->in, EXIT_FAILED, "%s",
                           reply->body.len > 0 ? buf_str(&reply->body)
                                               : "the running dray refused this");
}

static void post(struct asking *a, const char *url, const struct buf *body,
                 http_done_fn *done)
{
    const struct http_request request = {.method = "POST",
                                         .url = url,
                                         .socket = a->socket,
                                         .body = buf_str(body),
                                         .body_len = body->len,
                                         .write = true,
                                         .timeout_ms = PATIENCE_MS,
                                         .reply_max = ERRAND_MAX};
    transport_send(a->client, &request, NULL, done, a);
}

static void stop_heard(void *arg, struct http_reply *reply)
{
    (void)arg, (void)reply; /* the command's own answer says what became of it */
}

/* Ctrl-C: what runs over there is to end; it still answers. */
static void stop_there(struct asking *a, struct buf *id)
{
    a->stopping = true;
    buf_text(id, a->id);
    post(a, "http://localhost" ERRAND_STOP_PATH, id, stop_heard);
}

static int ask(struct asking *a, const struct buf *message)
{
    struct clock *clock = clock_new_real();
    struct buf id;

    buf_init(&id, ID_DIGITS);
    a->loop = loop_new(clock);
    a->client = http_client_new(a->loop, NULL);
    loop_watch_signals(a->loop);
    post(a, "http://localhost" ERRAND_PATH, message, answered);
    while (!a->ended) {
        transport_drain(a->client);
        if (loop_signal(a->loop) != 0 && !a->stopping)
            stop_there(a, &id);
        if (!a->ended)
            loop_turn(a->loop, transport_queued(a->client) ? 0 : INT64_MAX);
    }
    transport_free(a->client);
    loop_free(a->loop);
    clock_free(clock);
    buf_clear(&id);
    return a->exit;
}

/* Chance, so that nobody stops another's. */
static void make_id(struct asking *a)
{
    struct random *r = random_new_system();
    random_hex(r, a->id, ID_DIGITS);
    random_free(r);
}

static int send_there(const struct invocation *in, const char *socket)
{
    struct asking a = {.in = in, .socket = socket, .exit = EXIT_FAILED};
    struct buf message;

    make_id(&a);
    buf_init(&message, ERRAND_MAX);
    pack(in, a.id, &message);
    const int exit = buf_ok(&message)
                         ? ask(&a, &message)
                         : complain(in, EXIT_FAILED, "this is too much for one request");
    buf_clear(&message);
    return exit;
}

int errand_send(const struct invocation *in)
{
    struct local_path path;
    char *folder = session_state(in);
    int exit = EXIT_OWNED;

    if (folder != NULL && local_path(&path, folder, SESSION_SOCKET, NULL) == ERR_OK) {
        exit = send_there(in, path.text);
        local_path_clear(&path);
    }
    free(folder);
    return exit;
}

void errand_pause(void)
{
    struct clock *clock = clock_new_real();
    struct loop *loop = loop_new(clock);
    const int64_t until = clock_mono_ms(clock) + PAUSE_MS;

    while (clock_mono_ms(clock) < until)
        loop_turn(loop, until);
    loop_free(loop);
    clock_free(clock);
}
