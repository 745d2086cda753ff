/* A command goes to the owner of the state, and its answer comes back. */
#include "cli/errand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/files.h"
#include "base/wire.h"
#include "net/http_client.h"
#include "net/local.h"

enum {
    PATIENCE_MS = 10 * MS_MINUTE,
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

/* What the owner needs to run it as if it were here. */
static void pack(const struct invocation *in, struct buf *message)
{
    char actor[PERSON_NAME];

    person_name(actor);
    wire_text(message, DRAY_VERSION);
    wire_text(message, actor);
    wire_number(message, in->word_count);
    for (int i = 0; i < in->word_count; i++)
        wire_text(message, in->words[i]);
    files_pack(in, message);
}

/* One exchange on a loop of its own. */
struct asking {
    const struct invocation *in;
    bool ended;
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

static int ask(const struct invocation *in, const char *socket, const struct buf *message)
{
    struct asking a = {.in = in, .exit = EXIT_FAILED};
    struct clock *clock = clock_new_real();
    struct loop *loop = loop_new(clock);
    struct transport *client = http_client_new(loop, NULL);
    const struct http_request request = {.method = "POST",
                                         .url = "http://localhost" ERRAND_PATH,
                                         .socket = socket,
                                         .body = buf_str(message),
                                         .body_len = message->len,
                                         .write = true,
                                         .timeout_ms = PATIENCE_MS,
                                         .reply_max = ERRAND_MAX};

    transport_send(client, &request, NULL, answered, &a);
    while (!a.ended) {
        transport_drain(client);
        if (!a.ended)
            loop_turn(loop, transport_queued(client) ? 0 : INT64_MAX);
    }
    transport_free(client);
    loop_free(loop);
    clock_free(clock);
    return a.exit;
}

int errand_send(const struct invocation *in)
{
    struct fault f;
    struct buf message;
    struct local_path path;
    char *folder = session_state(in);

    if (folder == NULL || local_path(&path, folder, SESSION_SOCKET, &f) != ERR_OK) {
        free(folder);
        return EXIT_OWNED;
    }
    buf_init(&message, ERRAND_MAX);
    pack(in, &message);
    const int exit = buf_ok(&message)
                         ? ask(in, path.text, &message)
                         : complain(in, EXIT_FAILED, "this is too much for one request");
    buf_clear(&message);
    local_path_clear(&path);
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
