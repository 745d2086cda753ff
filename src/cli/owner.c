/* The owner's doors: requests, answered when what they wrote is durable. */
#include "cli/owner.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/errand.h"
#include "cli/events_post.h"
#include "net/local.h"
#include "net/server.h"
#include "store/token.h"
#include "workflow/round.h"

enum {
    STATUS_OK = 200,
    STATUS_UNKNOWN_USER = 401,
    STATUS_FORBIDDEN = 403,
    STATUS_ABSENT = 404,
    STATUS_METHOD = 405,
    STATUS_ENDING = 503,
    PUBLIC_BODY_MAX = 4 << 20
};

/* What leaves when the round is durable. */
struct answer {
    struct server_request *request;
    int status;
    struct buf body;
    struct visit *visit; /* it has not ended; NULL */
    struct answer *next;
};

struct owner {
    struct session *session;
    struct server *server; /* state/socket */
    struct server *public; /* on loopback, for who knows the token; NULL */
    struct secret token;
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

static void answer_free(struct answer *a)
{
    if (a->visit != NULL)
        visit_drop(a->visit);
    buf_clear(&a->body);
    free(a);
}

/* What has ended is answered; the rest stays. */
static void answer_all(struct owner *o)
{
    struct answer *a;
    for (struct answer **at = &o->answers; *at != NULL;) {
        a = *at;
        if (a->visit != NULL) {
            at = &a->next;
            continue;
        }
        *at = a->next;
        server_answer(a->request, a->status, NULL, 0, buf_str(&a->body), a->body.len,
                      SERVER_FINE);
        answer_free(a);
    }
    o->last = &o->answers;
    while (*o->last != NULL)
        o->last = &(*o->last)->next;
}

static void hang_up_all(struct owner *o)
{
    while (o->answers != NULL) {
        struct answer *a = o->answers;
        o->answers = a->next;
        server_hang_up(a->request);
        answer_free(a);
    }
    o->last = &o->answers;
}

static void tell_durable(void *arg)
{
    answer_all(arg);
}

/* Commands that ended since the last round; their answers leave when it is durable. */
static void end_visits(struct owner *o)
{
    for (struct answer *a = o->answers; a != NULL; a = a->next) {
        if (a->visit == NULL || !visit_ended(a->visit))
            continue;
        a->status = visit_end(a->visit, &a->body);
        a->visit = NULL;
    }
}

static bool any_ended(const struct owner *o)
{
    for (const struct answer *a = o->answers; a != NULL; a = a->next)
        if (a->visit == NULL || visit_ended(a->visit))
            return true;
    return false;
}

/* ---- requests ---- */

/* Does what a request asks and writes the answer; gives its status, or 0 with a visit. */
typedef int handler_fn(struct session *s, const char *body, size_t len, struct deed *d);

/* A store that fails ends the round. */
static void handle(struct owner *o, struct server_request *r, handler_fn *fn)
{
    struct store *store = o->session->host->store;
    struct answer *a = answer_new(o, r, STATUS_OK);
    struct deed d = {.answer = &a->body};
    struct fault f = {0};
    size_t len;
    const char *body = server_body(r, &len);

    if (store_commit(store, &f) == ERR_OK)
        a->status = fn(o->session, body, len, &d);
    a->visit = d.visit;
    if (f.code == ERR_OK && !d.keep)
        store_undo(store, &f);
    if (f.code != ERR_OK)
        host_trouble(o->session->host, &f);
}

static const struct route {
    const char *path;
    handler_fn *fn;
    bool public; /* also on loopback */
} routes[] = {{ERRAND_PATH, errand_run, false}, {"/v1/events", events_post, true}};

static const struct route *find_route(const struct server_request *r)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (strcmp(server_path(r), routes[i].path) == 0)
            return &routes[i];
    return NULL;
}

/* Who asked for a command that has not ended does not want it any more. */
static void take_stop(struct owner *o, struct server_request *r)
{
    const char *id = server_body(r, NULL);

    for (struct answer *a = o->answers; a != NULL; a = a->next)
        if (a->visit != NULL && strcmp(visit_id(a->visit), id) == 0)
            visit_stop(a->visit);
    answer_new(o, r, STATUS_OK);
}

static void take(struct owner *o, struct server_request *r, bool public)
{
    const struct route *route = find_route(r);

    if (o->ending)
        refuse(o, r, STATUS_ENDING, "this dray is ending");
    else if (route == NULL || (public && !route->public))
        refuse(o, r, STATUS_ABSENT, "there is no such path here");
    else if (strcmp(server_method(r), "POST") != 0)
        refuse(o, r, STATUS_METHOD, "this path takes POST");
    else
        handle(o, r, route->fn);
}

static void take_local(void *arg, struct server_request *r)
{
    struct owner *o = arg;

    if (server_from_owner(r) && strcmp(server_path(r), ERRAND_STOP_PATH) == 0)
        take_stop(o, r);
    else if (server_from_owner(r))
        take(o, r, false);
    else
        refuse(o, r, STATUS_FORBIDDEN,
               "only the user that the running dray runs as may ask it; use the same");
}

static bool knows_token(const struct owner *o, const struct server_request *r)
{
    static const char scheme[] = "Bearer ";
    const char *given = server_header(r, "Authorization");
    return given != NULL && strncmp(given, scheme, sizeof scheme - 1) == 0 &&
           secret_is(&o->token, given + sizeof scheme - 1);
}

static void take_public(void *arg, struct server_request *r)
{
    struct owner *o = arg;

    if (knows_token(o, r))
        take(o, r, true);
    else
        refuse(o, r, STATUS_UNKNOWN_USER,
               "send the header Authorization: Bearer TOKEN with what is in the state "
               "folder's file token");
}

static void step(void *arg)
{
    struct owner *o = arg;
    end_visits(o);
    server_drain(o->server);
    if (o->public != NULL)
        server_drain(o->public);
}

static bool is_busy(void *arg)
{
    const struct owner *o = arg;
    return server_queued(o->server) || any_ended(o) ||
           (o->public != NULL && server_queued(o->public));
}

/* ---- beginning and ending ---- */

struct owner *owner_open(struct session *s, struct fault *f)
{
    const int descriptor = local_listen(s->state, SESSION_SOCKET, f);
    if (descriptor < 0)
        return NULL;
    struct owner *o = mem_new(sizeof *o);
    o->session = s;
    o->last = &o->answers;
    o->server = server_new_local(s->host->loop, descriptor, ERRAND_MAX, take_local, o, f);
    if (o->server != NULL) {
        o->guest.party = (struct round_party){step, tell_durable, is_busy, o};
        round_join(s->host, &o->guest);
        return o;
    }
    free(o);
    local_remove(s->state, SESSION_SOCKET);
    return NULL;
}

enum err owner_listen(struct owner *o, uint16_t port, uint16_t *got, struct fault *f)
{
    struct host *h = o->session->host;
    enum err e = store_token(o->session->state, h->random, &o->token, f);

    if (e != ERR_OK)
        return e;
    o->public = server_new(h->loop, port, PUBLIC_BODY_MAX, take_public, o, f);
    if (o->public == NULL)
        return f->code;
    *got = server_port(o->public);
    return ERR_OK;
}

void owner_close(struct owner *o)
{
    if (o == NULL)
        return;
    round_leave(o->session->host, &o->guest);
    local_remove(o->session->state, SESSION_SOCKET);
    hang_up_all(o); /* the round that was to keep them did not end */
    o->ending = true;
    step(o);
    answer_all(o);
    server_free(o->server);
    server_free(o->public);
    secret_clear(&o->token);
    free(o);
}
