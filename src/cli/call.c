/* `dray call`: one operation of Amazon's, once. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/errand.h"
#include "cli/files.h"
#include "cli/session.h"
#include "net/http_client.h"
#include "store/journal.h"

static const struct flag flags[] = {
    FLAG_PROJECT,
    FLAG_STATE,
    {"account", 'a', "NAME", false,
     "which account (needed when the project has several)"},
    {"param", 'p', "NAME=VALUE", true, "a path or query parameter under Amazon's name"},
    {"body", 'b', "FILE", false, "the request's JSON; - reads it from stdin"},
    {"unchecked", 0, NULL, false,
     "send the body as it is, without the check of its shape"},
    FLAG_END,
};

enum { BODY_MAX = 1 << 20 };

/* A call and what it works with: its own loop for a read, the owner's for a write. */
struct caller {
    const struct invocation *in;
    struct session *session;
    struct loop *loop;
    struct transport *transport;
    struct random *random;
    struct spapi *spapi;
    struct account *account;
    const struct operation *op;
    struct buf body;
    struct call *call; /* under way; NULL */
    bool ended;
    int exit;
    char last; /* byte of the reply */
    char request_id[96];
    int status;
};

static int choose_account(struct caller *c, struct account **accounts, size_t count)
{
    const char *name = flag_text(c->in, "account", NULL);
    if (name == NULL && count == 1) {
        c->account = accounts[0];
        return EXIT_DONE;
    }
    for (size_t i = 0; name != NULL && i < count; i++)
        if (strcmp(accounts[i]->id, name) == 0)
            c->account = accounts[i];
    if (c->account != NULL)
        return EXIT_DONE;
    if (name == NULL)
        return complain(c->in, EXIT_USAGE,
                        "the project has %zu accounts; say which with --account", count);
    return complain(c->in, EXIT_USAGE, "the project has no account \"%s\"", name);
}

/* ---- the request ---- */

static int read_params(const struct invocation *in, struct arena *a, struct json *params)
{
    for (int i = 0; i < flag_count(in, "param"); i++) {
        const char *given = flag_nth(in, "param", i);
        const char *equals = strchr(given, '=');
        if (equals == NULL || equals == given)
            return complain(in, EXIT_USAGE, "--param %s: expected NAME=VALUE", given);
        json_set_str(a, params, arena_copy(a, given, (size_t)(equals - given)),
                     equals + 1);
    }
    return EXIT_DONE;
}

static int read_body(struct caller *c)
{
    const char *path = flag_text(c->in, "body", NULL);
    char *text;
    size_t len;
    struct fault f;

    if (path == NULL)
        return EXIT_DONE;
    enum err e = files_read(c->in, path, &text, &len, &f);
    if (e == ERR_OK) {
        buf_add(&c->body, text, len);
        free(text);
    }
    if (e != ERR_OK && e != ERR_LIMIT)
        return complain_fault(c->in, &f);
    if (e == ERR_LIMIT || !buf_ok(&c->body))
        return complain(c->in, EXIT_FAILED, "%s is larger than 1 MiB", path);
    return EXIT_DONE;
}

static int check_body(struct caller *c, struct arena *a)
{
    struct fault f;
    if (c->op->body_optional && c->body.len == 0)
        return EXIT_DONE;
    if (c->op->body != NULL && c->body.len == 0)
        return complain(c->in, EXIT_USAGE, "%s wants a body; give --body FILE",
                        c->op->name);
    if (c->op->body == NULL && c->body.len > 0)
        return complain(c->in, EXIT_USAGE, "%s takes no body", c->op->name);
    if (c->op->body == NULL || flag_given(c->in, "unchecked"))
        return EXIT_DONE;
    const struct json *tree = json_parse(a, buf_str(&c->body), c->body.len, &f);
    if (tree == NULL || shape_check(c->op->body, tree, "", &f) != ERR_OK)
        return complain(c->in, EXIT_FAILED, "the body breaks Amazon's model: %s", f.text);
    return EXIT_DONE;
}

/* ---- the call ---- */

static bool print_piece(void *arg, const struct http_reply *reply, const char *data,
                        size_t len)
{
    struct caller *c = arg;
    (void)reply;
    if (len > 0)
        c->last = data[len - 1];
    return fwrite(data, 1, len, c->in->out) == len;
}

static void call_ended(void *arg, const struct call_reply *reply)
{
    struct caller *c = arg;
    char text[600];

    c->ended = true;
    c->call = NULL;
    c->status = reply->status;
    snprintf(c->request_id, sizeof c->request_id, "%s", reply->request_id);
    if (c->last != '\0' && c->last != '\n')
        fputc('\n', c->in->out);
    c->exit = reply->outcome == CALL_OK        ? EXIT_DONE
              : reply->outcome == CALL_UNKNOWN ? EXIT_OPEN
                                               : EXIT_FAILED;
    if (reply->outcome == CALL_REFUSED)
        refusal_format(&reply->refusal, text, sizeof text);
    else
        snprintf(text, sizeof text, "%s", reply->fault.text);
    if (reply->outcome != CALL_OK)
        complain(c->in, 0, "%s: %s%s%s", c->op->name, text,
                 c->request_id[0] == '\0' ? "" : "; request id ", c->request_id);
}

static int start_call(struct caller *c, const struct json *params)
{
    struct fault f;
    const struct call_request request = {
        .account = c->account,
        .op = c->op,
        .params = params,
        .body = c->body.len == 0 ? NULL : buf_str(&c->body),
        .body_len = c->body.len,
        .once = c->op->repeat != REPEAT_HARMLESS,
        .raw = print_piece,
        .item_arg = c,
    };
    if (call_start(c->spapi, &request, call_ended, c, &c->call, &f) != ERR_OK)
        return complain(c->in, EXIT_USAGE, "%s", f.text);
    return EXIT_DONE;
}

/* Withdrawn while it was under way. */
static int give_up(struct caller *c)
{
    call_withdraw(c->call);
    c->call = NULL;
    return complain(c->in, EXIT_OPEN,
                    "stopped by a signal; what became of the call is not known");
}

static int make_call(struct caller *c, const struct json *params)
{
    const int exit = start_call(c, params);
    if (exit != EXIT_DONE)
        return exit;
    while (!c->ended && loop_signal(c->loop) == 0) {
        transport_drain(c->transport);
        if (!c->ended)
            loop_turn(c->loop, transport_queued(c->transport) ? 0 : INT64_MAX);
    }
    if (c->ended)
        return c->exit;
    return give_up(c);
}

/* A read needs no state: it may run beside the owner. */
static int call_read(struct caller *c, const struct json *params)
{
    c->loop = loop_new(c->session->clock);
    c->random = random_new_system();
    c->transport =
        http_client_new(c->loop, "dray/" DRAY_VERSION " (Language=C; Platform=Linux)");
    c->spapi = spapi_new(c->loop, c->transport, c->random);
    int exit = choose_account(c, c->session->project->accounts,
                              c->session->project->account_count);
    if (exit == EXIT_DONE) {
        spapi_add_account(c->spapi, c->account);
        loop_watch_signals(c->loop);
        exit = make_call(c, params);
    }
    spapi_free(c->spapi);
    transport_free(c->transport);
    random_free(c->random);
    loop_free(c->loop);
    return exit;
}

static enum err note_call(struct caller *c, const char *what, struct fault *f)
{
    struct arena a;
    struct buf text;

    arena_init(&a);
    buf_init(&text, 4096);
    struct json *detail = json_object(&a);
    json_set_str(&a, detail, "operation", c->op->name);
    json_set(&a, detail, "status", json_integer(&a, c->status));
    json_set_str(&a, detail, "requestId", c->request_id);
    json_write(&text, detail);
    struct entry entry = {.what = what,
                          .account = c->account->id,
                          .detail = buf_str(&text),
                          .detail_len = text.len};
    enum err e = journal_add(c->session->host->store, &entry, f);
    if (e == ERR_OK)
        e = store_commit(c->session->host->store, f);
    buf_clear(&text);
    arena_clear(&a);
    return e;
}

static int take_host(struct caller *c)
{
    struct host *h = c->session->host;

    c->loop = h->loop;
    c->transport = h->transport;
    c->spapi = h->spapi;
    return choose_account(c, h->accounts, h->account_count);
}

/* A write is in the log before it leaves, and its answer after. */
static int call_write(struct caller *c, const struct json *params)
{
    struct fault f;
    int exit = take_host(c);

    if (exit != EXIT_DONE)
        return exit;
    if (note_call(c, "call.sending", &f) != ERR_OK)
        return complain_fault(c->in, &f);
    loop_watch_signals(c->loop);
    exit = make_call(c, params);
    return note_call(c, "call.answered", &f) == ERR_OK ? exit : complain_fault(c->in, &f);
}

/* ---- a write within a running dray ---- */

static void caller_free(struct caller *c)
{
    buf_clear(&c->body);
    free(c->session);
    free(c);
}

static bool has_ended(void *arg)
{
    const struct caller *c = arg;
    return c->ended;
}

static int end_there(void *arg)
{
    struct caller *c = arg;
    struct fault f;
    int exit = c->exit;

    if (note_call(c, "call.answered", &f) != ERR_OK)
        exit = complain_fault(c->in, &f);
    caller_free(c);
    return exit;
}

static void stop_there(void *arg)
{
    struct caller *c = arg;
    if (c->ended)
        return;
    c->exit = give_up(c);
    c->ended = true;
}

static void drop_there(void *arg)
{
    struct caller *c = arg;
    if (c->call != NULL)
        call_withdraw(c->call);
    caller_free(c);
}

/* The same, but the answer comes in a later round. */
static int call_there(const struct caller *asked, const struct json *params)
{
    struct caller *c = mem_new(sizeof *c);
    struct fault f;

    *c = *asked;
    c->session = mem_new(sizeof *c->session);
    buf_init(&c->body, BODY_MAX);
    buf_add(&c->body, buf_str(&asked->body), asked->body.len);
    session_own(c->in, c->session);
    int exit = take_host(c);
    if (exit == EXIT_DONE && note_call(c, "call.sending", &f) != ERR_OK)
        exit = complain_fault(c->in, &f);
    if (exit == EXIT_DONE)
        exit = start_call(c, params);
    if (exit != EXIT_DONE) {
        caller_free(c);
        return exit;
    }
    *c->in->errand->later =
        (struct later){has_ended, end_there, stop_there, drop_there, c};
    return EXIT_LATER;
}

static int prepare(struct caller *c, struct arena *a, struct json *params)
{
    struct fault f;
    int exit = EXIT_DONE;

    if (operation_find(c->in->arguments[0], &c->op, &f) != ERR_OK)
        return complain(c->in, EXIT_USAGE, "%s", f.text);
    exit = read_params(c->in, a, params);
    if (exit == EXIT_DONE)
        exit = read_body(c);
    return exit == EXIT_DONE ? check_body(c, a) : exit;
}

static int call_in(struct caller *c, struct arena *a)
{
    struct json *params = json_object(a);
    int exit = prepare(c, a, params);

    if (exit != EXIT_DONE)
        return exit;
    if (c->op->repeat == REPEAT_HARMLESS) {
        exit = session_project(c->in, c->session);
        return exit == EXIT_DONE ? call_read(c, params) : exit;
    }
    if (c->in->errand != NULL)
        return call_there(c, params);
    exit = session_own(c->in, c->session);
    return exit == EXIT_DONE ? call_write(c, params) : exit;
}

static int call(const struct invocation *in)
{
    struct session s = {0};
    struct caller c = {.in = in, .session = &s};
    struct arena a;

    arena_init(&a);
    buf_init(&c.body, BODY_MAX);
    int exit = call_in(&c, &a);
    session_close(&s);
    buf_clear(&c.body);
    arena_clear(&a);
    return exit;
}

const struct command command_call = {
    .name = "call",
    .arguments = "OPERATION",
    .summary = "one call of one operation; its reply's JSON on stdout",
    .details =
        "OPERATION is Amazon's operationId, for instance getOrders. A read is repeated "
        "as usual; a\n"
        "write is one attempt, logged, never repeated. The reply goes to stdout "
        "untouched, a\n"
        "refusal's too; a refusal exits 1, a write of which nobody knows exits 3. That "
        "of\n"
        "generateShipLabels holds the labels' addresses: who reads one has the label.\n\n"
        "  dray call getOrder --param purchaseOrderNumber=DF0001",
    .least = 1,
    .most = 1,
    .flags = flags,
    .run = call,
};
