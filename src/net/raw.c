/* Bytes to a TCP port: one name look-up, one connection, pieces one after the other. */
#include "net/raw.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/mem.h"
#include "net/loop_uv.h"

enum { PIECE = 64 * 1024, HOST = 256 };

struct raw {
    struct loop *loop;
    struct raw_job job;
    char *to, *host, *port;
    uv_getaddrinfo_t name;
    struct addrinfo *addresses, *next;
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    uv_shutdown_t shutdown;
    struct timer limit; /* on real time */
    char room[512];     /* for what the printer says; nobody reads it */
    size_t handed;      /* bytes given to the connection */
    bool asking;        /* the look-up of the name is under way */
    bool open;          /* tcp is initialised and not being closed */
    bool closing;       /* its close callback is to come */
    bool all;           /* the last byte was taken and the end was said */
    bool freed;         /* by its owner; goes with the last callback */
    struct raw_end end;
    bool ended;
};

/* ---- the end ---- */

static void free_when_quiet(struct raw *r)
{
    if (!r->freed || r->asking || r->closing)
        return;
    if (r->addresses != NULL)
        uv_freeaddrinfo(r->addresses);
    free(r->to);
    free(r->host);
    free(r->port);
    free(r);
}

static void connect_next(struct raw *r);

static void on_closed(uv_handle_t *handle)
{
    struct raw *r = handle->data;
    r->closing = false;
    if (!r->ended && !r->freed)
        connect_next(r);
    free_when_quiet(r);
}

static void close_tcp(struct raw *r)
{
    if (!r->open)
        return;
    r->open = false;
    r->closing = true;
    uv_close((uv_handle_t *)&r->tcp, on_closed);
}

static void finish(struct raw *r, bool well)
{
    if (r->ended)
        return;
    r->ended = true;
    r->end.well = well;
    r->end.written = r->handed;
    loop_real_timer_stop(r->loop, &r->limit);
    loop_release(r->loop);
    loop_news(r->loop);
    close_tcp(r);
}

static void fail(struct raw *r, const char *what, const char *why)
{
    if (!r->ended)
        fault_set(&r->end.fault, ERR_NETWORK, "%s %s: %s", r->to, what, why);
    finish(r, false);
}

static void limit(struct raw *r, int64_t ms, void (*fn)(void *))
{
    loop_real_timer_set(r->loop, &r->limit, ms, fn, r);
}

/* ---- writing ---- */

static void on_silence(void *arg)
{
    finish(arg, true); /* many printers keep the connection open until they are idle */
}

static void on_stall(void *arg)
{
    fail(arg, "takes no more", "it is out of paper, paused or busy");
}

static void write_piece(struct raw *r);

static void on_shutdown(uv_shutdown_t *request, int status)
{
    struct raw *r = request->data;
    if (status < 0) {
        fail(r, "broke off", uv_strerror(status));
        return;
    }
    r->all = true;
    limit(r, r->job.farewell_ms, on_silence);
}

static void on_written(uv_write_t *request, int status)
{
    struct raw *r = request->data;
    if (r->ended)
        return;
    if (status < 0) {
        fail(r, "broke off", uv_strerror(status));
        return;
    }
    write_piece(r);
}

static void say_all(struct raw *r)
{
    r->shutdown.data = r;
    int code = uv_shutdown(&r->shutdown, (uv_stream_t *)&r->tcp, on_shutdown);
    if (code != 0)
        fail(r, "broke off", uv_strerror(code));
}

static void write_piece(struct raw *r)
{
    size_t left = r->job.len - r->handed, len = left < PIECE ? left : PIECE;
    if (left == 0) {
        say_all(r);
        return;
    }
    uv_buf_t data = {.base = (char *)(uintptr_t)r->job.data + r->handed, .len = len};
    r->handed += len;
    r->write.data = r;
    limit(r, r->job.stall_ms, on_stall);
    int code = uv_write(&r->write, (uv_stream_t *)&r->tcp, &data, 1, on_written);
    if (code != 0)
        fail(r, "broke off", uv_strerror(code));
}

/* ---- what the printer says ---- */

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *room)
{
    struct raw *r = handle->data;
    (void)wanted;
    *room = uv_buf_init(r->room, sizeof r->room);
}

/* Its words are passed over; that it closes is its end. */
static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *room)
{
    struct raw *r = stream->data;
    (void)room;
    if (len >= 0)
        return;
    uv_read_stop(stream);
    if (r->all && len == UV_EOF)
        finish(r, true);
    else if (len != UV_EOF)
        fail(r, "broke off", uv_strerror((int)len));
}

/* ---- connecting ---- */

static void on_slow_connect(void *arg)
{
    fail(arg, "does not answer", "is it switched on, is the address right?");
}

static void on_connected(uv_connect_t *request, int status)
{
    struct raw *r = request->data;
    if (r->ended || r->freed)
        return;
    if (status < 0) {
        fault_set(&r->end.fault, ERR_NETWORK, "%s cannot be reached: %s", r->to,
                  uv_strerror(status));
        close_tcp(r); /* and then the next address */
        return;
    }
    uv_read_start((uv_stream_t *)&r->tcp, give_room, on_read);
    write_piece(r);
}

/* The next address of the name; the fault of the last one is there when none is left. */
static void connect_next(struct raw *r)
{
    const struct addrinfo *to = r->next;
    if (to == NULL) {
        finish(r, false);
        return;
    }
    r->next = to->ai_next;
    int code = uv_tcp_init(loop_uv(r->loop), &r->tcp);
    r->tcp.data = r->connect.data = r;
    r->open = code == 0;
    if (code == 0)
        code = uv_tcp_connect(&r->connect, &r->tcp, to->ai_addr, on_connected);
    if (code != 0)
        fail(r, "cannot be reached", uv_strerror(code));
}

static void on_name(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct raw *r = request->data;
    r->asking = false;
    r->addresses = r->next = found;
    if (r->freed || r->ended)
        free_when_quiet(r);
    else if (status < 0)
        fail(r, "has no address", uv_strerror(status));
    else
        connect_next(r);
}

/* "[::1]:9100" to its parts. */
static bool split(struct raw *r)
{
    const char *colon = strrchr(r->to, ':'), *host = r->to;
    size_t len = colon == NULL ? 0 : (size_t)(colon - host);
    if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
        host++;
        len -= 2;
    }
    if (len == 0 || len > HOST || colon[1] == '\0')
        return false;
    r->host = mem_copy(host, len);
    r->port = mem_text(colon + 1);
    return true;
}

static void ask_name(struct raw *r)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_NUMERICSERV};
    r->name.data = r;
    int code =
        uv_getaddrinfo(loop_uv(r->loop), &r->name, on_name, r->host, r->port, &wanted);
    r->asking = code == 0;
    if (code != 0)
        fail(r, "has no address", uv_strerror(code));
}

static int64_t or_else(int64_t given, int64_t otherwise)
{
    return given == 0 ? otherwise : given;
}

struct raw *raw_send(struct loop *l, const struct raw_job *job)
{
    struct raw *r = mem_new(sizeof *r);
    r->loop = l;
    r->job = *job;
    r->to = mem_text(job->to);
    r->job.connect_ms = or_else(job->connect_ms, 10 * MS_SECOND);
    r->job.stall_ms = or_else(job->stall_ms, 60 * MS_SECOND);
    r->job.farewell_ms = or_else(job->farewell_ms, 5 * MS_SECOND);
    loop_hold(l);
    limit(r, r->job.connect_ms, on_slow_connect);
    if (split(r))
        ask_name(r);
    else
        fail(r, "is no address", "expected HOST:PORT");
    return r;
}

bool raw_ended(const struct raw *r, struct raw_end *end)
{
    if (r->ended)
        *end = r->end;
    return r->ended;
}

void raw_free(struct raw *r)
{
    if (r == NULL)
        return;
    if (!r->ended)
        finish(r, false);
    r->freed = true;
    if (r->asking)
        uv_cancel((uv_req_t *)&r->name);
    free_when_quiet(r);
}
