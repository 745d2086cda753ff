/* libmicrohttpd on 127.0.0.1, driven by the loop through its epoll descriptor.
 *
 * A complete request is suspended and queued; server_drain hands it out; its answer is
 * kept in the request and goes to libmicrohttpd when the resumed connection asks again.
 * So the handler never runs inside libmicrohttpd. */
#include "net/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "net/local.h"
#include "net/loop_uv.h"

enum {
    IDLE_S = 120, /* a silent connection is closed */
    CONNECTIONS = 1000,
    BACKLOG = 512,
    HALF_BLOCK = 16 * 1024,
    RUNS = 16, /* of libmicrohttpd before others on the loop have their turn */
    MHD_FLAGS = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME
};

TAILQ_HEAD(request_list, server_request);

struct server {
    struct loop *loop;
    struct MHD_Daemon *daemon;
    uv_poll_t *poll; /* on libmicrohttpd's epoll descriptor */
    struct timer timer;
    uint16_t port;
    size_t body_max;
    server_fn *fn;
    void *arg;
    struct request_list queue;  /* complete, the handler has not seen them */
    struct request_list handed; /* the handler has them */
    size_t queued;
};

enum stage { ARRIVING, QUEUED, HANDED, DECIDED };

struct server_request {
    struct server *server;
    struct MHD_Connection *connection;
    enum stage stage;
    const char *method; /* libmicrohttpd's memory, as long as the request */
    const char *path;
    char *query;
    struct buf body;
    int status;                    /* of the answer; 0: hang up */
    struct MHD_Response *response; /* NULL: hang up */
    TAILQ_ENTRY(server_request) link;
};

/* --- running libmicrohttpd
 * ---------------------------------------------------------------- */

static void serve(struct server *s);

static void on_time(void *arg)
{
    serve(arg);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events; /* libmicrohttpd looks itself */
    serve(poll->data);
}

/* libmicrohttpd reads its epoll edge-triggered: while its time-out is 0 it has work that
 * no descriptor will tell about. */
static void serve(struct server *s)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    bool timed = true;
    for (int i = 0; i < RUNS && timed && wait_ms == 0; i++) {
        MHD_run(s->daemon);
        timed = MHD_get_timeout(s->daemon, &wait_ms) == MHD_YES;
    }
    if (timed)
        loop_real_timer_set(s->loop, &s->timer, (int64_t)wait_ms, on_time, s);
    else
        loop_real_timer_stop(s->loop, &s->timer);
}

/* --- a request arrives
 * -------------------------------------------------------------------- */

/* Called with the URL as sent, before anything else of the request: it is born here. */
static void *begin_request(void *arg, const char *uri, struct MHD_Connection *connection)
{
    struct server *s = arg;
    const char *mark = strchr(uri, '?');
    struct server_request *r = mem_new(sizeof *r);
    r->server = s;
    r->connection = connection;
    r->query = mem_text(mark == NULL ? "" : mark + 1);
    buf_init(&r->body, s->body_max);
    return r;
}

static void leave_list(struct server_request *r)
{
    struct server *s = r->server;
    if (r->stage == QUEUED) {
        TAILQ_REMOVE(&s->queue, r, link);
        s->queued--;
    } else if (r->stage == HANDED) {
        TAILQ_REMOVE(&s->handed, r, link);
    }
}

static void end_request(void *arg, struct MHD_Connection *connection, void **request,
                        enum MHD_RequestTerminationCode why)
{
    struct server_request *r = *request;
    (void)arg, (void)connection, (void)why;
    if (r == NULL)
        return;
    *request = NULL;
    leave_list(r);
    if (r->response != NULL)
        MHD_destroy_response(r->response);
    buf_clear(&r->body);
    free(r->query);
    free(r);
}

static void queue_request(struct server_request *r)
{
    struct server *s = r->server;
    MHD_suspend_connection(r->connection);
    r->stage = QUEUED;
    TAILQ_INSERT_TAIL(&s->queue, r, link);
    s->queued++;
    loop_news(s->loop);
}

static enum MHD_Result refuse_large(struct MHD_Connection *connection)
{
    static char text[] = "the body is too large\n";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof text - 1, text, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result =
        MHD_queue_response(connection, MHD_HTTP_CONTENT_TOO_LARGE, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result give_answer(struct server_request *r)
{
    if (r->response == NULL)
        return MHD_NO; /* libmicrohttpd closes the connection */
    return MHD_queue_response(r->connection, (unsigned)r->status, r->response);
}

/* libmicrohttpd asks for the headers, for each part of the body, at the end of the body,
 * and again after a suspension. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection,
                                  const char *path, const char *method,
                                  const char *version, const char *data, size_t *len,
                                  void **request)
{
    struct server_request *r = *request;
    (void)arg, (void)version;
    if (r->method == NULL) { /* the headers are there; the body may follow */
        r->method = method;
        r->path = path;
        return MHD_YES;
    }
    if (*len > 0) {
        buf_add(&r->body, data, *len);
        *len = 0;
        return MHD_YES;
    }
    if (r->stage == DECIDED)
        return give_answer(r);
    if (!buf_ok(&r->body))
        return refuse_large(connection);
    queue_request(r);
    return MHD_YES;
}

/* --- the handler's side
 * ------------------------------------------------------------------- */

void server_drain(struct server *s)
{
    for (size_t left = s->queued; left > 0 && !TAILQ_EMPTY(&s->queue); left--) {
        struct server_request *r = TAILQ_FIRST(&s->queue);
        leave_list(r);
        r->stage = HANDED;
        TAILQ_INSERT_TAIL(&s->handed, r, link);
        s->fn(s->arg, r);
    }
}

bool server_queued(const struct server *s)
{
    return s->queued > 0;
}

const char *server_method(const struct server_request *r)
{
    return r->method;
}

const char *server_path(const struct server_request *r)
{
    return r->path;
}

const char *server_query(const struct server_request *r)
{
    return r->query;
}

const char *server_header(const struct server_request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

const char *server_body(const struct server_request *r, size_t *len)
{
    if (len != NULL)
        *len = r->body.len;
    return buf_str(&r->body);
}

bool server_from_owner(const struct server_request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL && local_peer_is_owner(info->connect_fd);
}

/* The connection goes on at the next turn; many answers share one run of libmicrohttpd.
 */
static void decide(struct server_request *r)
{
    struct server *s = r->server;
    leave_list(r);
    r->stage = DECIDED;
    MHD_resume_connection(r->connection);
    loop_real_timer_set(s->loop, &s->timer, 0, on_time, s);
}

/* A body of which only the first half is ever given. */
struct half {
    size_t len;
    char data[];
};

static ssize_t read_half(void *arg, uint64_t at, char *room, size_t size)
{
    const struct half *h = arg;
    if (at >= h->len)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t len = h->len - (size_t)at;
    if (len > size)
        len = size;
    memcpy(room, h->data + at, len);
    return (ssize_t)len;
}

static struct MHD_Response *half_response(const char *body, size_t len)
{
    struct half *h = mem_new(sizeof *h + len / 2);
    h->len = len / 2;
    if (h->len > 0)
        memcpy(h->data, body, h->len);
    return MHD_create_response_from_callback(len, HALF_BLOCK, read_half, h, free);
}

static struct MHD_Response *whole_response(const char *body, size_t len)
{
    char *copy = mem_copy(len == 0 ? "" : body, len);
    return MHD_create_response_from_buffer(len, copy, MHD_RESPMEM_MUST_FREE);
}

void server_answer(struct server_request *r, int status,
                   const struct http_header *headers, size_t header_count,
                   const char *body, size_t len, enum server_trouble trouble)
{
    r->status = status;
    r->response = trouble == SERVER_CUT_SHORT && len > 0 ? half_response(body, len)
                                                         : whole_response(body, len);
    if (r->response == NULL)
        abort(); /* as base/mem.h does */
    for (size_t i = 0; i < header_count; i++)
        MHD_add_response_header(r->response, headers[i].name, headers[i].value);
    decide(r);
}

void server_hang_up(struct server_request *r)
{
    decide(r);
}

/* --- making and ending
 * -------------------------------------------------------------------- */

static struct MHD_Daemon *start_daemon(struct server *s, uint16_t port,
                                       const struct MHD_OptionItem *where)
{
    return MHD_start_daemon(
        MHD_FLAGS, port, NULL, NULL, on_request, s, MHD_OPTION_ARRAY, where,
        MHD_OPTION_URI_LOG_CALLBACK, begin_request, s, MHD_OPTION_NOTIFY_COMPLETED,
        end_request, s, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_LISTEN_BACKLOG_SIZE,
        (unsigned)BACKLOG, MHD_OPTION_END);
}

static struct MHD_Daemon *start_on_loopback(struct server *s, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const struct MHD_OptionItem where[] = {{MHD_OPTION_SOCK_ADDR, 0, &address},
                                           {MHD_OPTION_END, 0, NULL}};
    return start_daemon(s, port, where);
}

static struct MHD_Daemon *start_on_socket(struct server *s, int descriptor)
{
    const struct MHD_OptionItem where[] = {{MHD_OPTION_LISTEN_SOCKET, descriptor, NULL},
                                           {MHD_OPTION_END, 0, NULL}};
    return start_daemon(s, 0, where);
}

static void on_poll_closed(uv_handle_t *handle)
{
    free(handle);
}

static void watch(struct server *s)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    s->poll = mem_new(sizeof *s->poll);
    if (uv_poll_init(loop_uv(s->loop), s->poll, info->epoll_fd) != 0 ||
        uv_poll_start(s->poll, UV_READABLE, on_poll) != 0)
        abort(); /* a fresh epoll descriptor cannot be refused */
    s->poll->data = s;
}

static struct server *prepare(struct loop *l, size_t body_max, server_fn *fn, void *arg)
{
    struct server *s = mem_new(sizeof *s);
    s->loop = l;
    s->body_max = body_max;
    s->fn = fn;
    s->arg = arg;
    TAILQ_INIT(&s->queue);
    TAILQ_INIT(&s->handed);
    return s;
}

struct server *server_new_local(struct loop *l, int descriptor, size_t body_max,
                                server_fn *fn, void *arg, struct fault *f)
{
    struct server *s = prepare(l, body_max, fn, arg);
    s->daemon = start_on_socket(s, descriptor);
    if (s->daemon == NULL) {
        fault_errno(f, "cannot serve a local socket");
        close(descriptor);
        free(s);
        return NULL;
    }
    watch(s);
    serve(s);
    return s;
}

struct server *server_new(struct loop *l, uint16_t port, size_t body_max, server_fn *fn,
                          void *arg, struct fault *f)
{
    struct server *s = prepare(l, body_max, fn, arg);
    s->daemon = start_on_loopback(s, port);
    if (s->daemon == NULL) {
        fault_errno(f, "cannot listen on 127.0.0.1 port %u", (unsigned)port);
        free(s);
        return NULL;
    }
    s->port = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    watch(s);
    serve(s);
    return s;
}

/* libmicrohttpd must not be stopped while a connection is suspended. */
static void hang_up_all(struct request_list *list)
{
    while (!TAILQ_EMPTY(list))
        server_hang_up(TAILQ_FIRST(list));
}

void server_free(struct server *s)
{
    if (s == NULL)
        return;
    hang_up_all(&s->queue);
    hang_up_all(&s->handed);
    serve(s);
    loop_real_timer_stop(s->loop, &s->timer);
    uv_close((uv_handle_t *)s->poll, on_poll_closed);
    MHD_stop_daemon(s->daemon);
    free(s);
}

uint16_t server_port(const struct server *s)
{
    return s->port;
}
