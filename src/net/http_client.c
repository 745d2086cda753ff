/* libcurl's multi interface in the loop: sockets as uv_poll_t, its one time-out as a
 * timer.
 *
 * Everything libcurl tells is put into an exchange and the exchange into the queue; only
 * transport_drain calls anybody, and no callback of libcurl starts, ends or wakes a
 * transfer. */
#include "net/http_client.h"

#include <stdlib.h>

#include "base/mem.h"
#include "net/http_exchange.h"
#include "net/loop_uv.h"

enum { CONNECTIONS_PER_HOST = 64, CONNECTIONS_KEPT = 64, SPARE_HANDLES = 16 };

TAILQ_HEAD(exchange_list, exchange);

struct http_client {
    struct transport door;
    struct loop *loop;
    CURLM *multi;
    CURLSH *share; /* TLS sessions, so that a fresh connection resumes one */
    char *user_agent;
    struct timer timer;
    struct exchange_list open;  /* all of them */
    struct exchange_list ready; /* those with something to deliver */
    uint64_t numbers;           /* how often something became ready */
    struct exchange *delivering;
    CURL *spare[SPARE_HANDLES];
    size_t spare_count;
};

/* One socket of libcurl's that the loop watches. */
struct wire {
    uv_poll_t poll;
    struct http_client *client;
    curl_socket_t fd;
};

/* --- handles and the queue
 * ---------------------------------------------------------------- */

static CURL *handle_get(struct http_client *c)
{
    if (c->spare_count > 0)
        return c->spare[--c->spare_count];
    CURL *easy = curl_easy_init();
    if (easy == NULL)
        abort(); /* as base/mem.h does */
    curl_easy_setopt(easy, CURLOPT_SHARE, c->share);
    return easy;
}

static void handle_put(struct http_client *c, CURL *easy)
{
    curl_easy_reset(easy); /* keeps the share */
    if (c->spare_count < SPARE_HANDLES)
        c->spare[c->spare_count++] = easy;
    else
        curl_easy_cleanup(easy);
}

static void make_ready(struct exchange *x)
{
    struct http_client *c = x->client;
    loop_news(c->loop);
    if (x->queued)
        return;
    x->queued = true;
    x->number = ++c->numbers;
    TAILQ_INSERT_TAIL(&c->ready, x, ready_link);
}

static void unqueue(struct http_client *c, struct exchange *x)
{
    if (x->queued)
        TAILQ_REMOVE(&c->ready, x, ready_link);
    x->queued = false;
}

/* Takes the transfer from libcurl, finished or not. */
static void detach(struct http_client *c, struct exchange *x)
{
    if (x->easy == NULL)
        return;
    curl_multi_remove_handle(c->multi, x->easy);
    handle_put(c, x->easy);
    x->easy = NULL;
}

/* Nothing of the exchange is left with libcurl, the loop or a list. */
static void retire(struct http_client *c, struct exchange *x)
{
    detach(c, x);
    unqueue(c, x);
    TAILQ_REMOVE(&c->open, x, open_link);
    loop_release(c->loop);
}

static void discard(struct exchange *x)
{
    http_exchange_clear(x);
    free(x);
}

static int64_t now_ms(const struct http_client *c)
{
    return clock_mono_ms(loop_clock(c->loop));
}

static void finish(struct http_client *c, struct exchange *x, CURLcode code)
{
    http_exchange_judge(x, code);
    x->reply.took_ms = now_ms(c) - x->reply.started_mono_ms;
    detach(c, x);
    make_ready(x);
}

/* --- libcurl and the loop
 * ----------------------------------------------------------------- */

static void collect(struct http_client *c)
{
    int left;
    for (CURLMsg *m = curl_multi_info_read(c->multi, &left); m != NULL;
         m = curl_multi_info_read(c->multi, &left)) {
        CURLcode code = m->data.result;
        char *x = NULL;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &x);
        finish(c, (struct exchange *)(void *)x, code);
    }
}

static void act(struct http_client *c, curl_socket_t fd, int events)
{
    int running;
    curl_multi_socket_action(c->multi, fd, events, &running);
    collect(c);
}

static void on_time(void *arg)
{
    act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int set_time(CURLM *multi, long timeout_ms, void *arg)
{
    struct http_client *c = arg;
    (void)multi;
    if (timeout_ms < 0)
        loop_real_timer_stop(c->loop, &c->timer);
    else
        loop_real_timer_set(c->loop, &c->timer, timeout_ms, on_time, c);
    return 0;
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
    struct wire *w = poll->data;
    int what = status < 0 ? CURL_CSELECT_ERR : 0;
    if (events & UV_READABLE)
        what |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        what |= CURL_CSELECT_OUT;
    act(w->client, w->fd, what);
}

static void on_wire_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static struct wire *wire_new(struct http_client *c, curl_socket_t fd)
{
    struct wire *w = mem_new(sizeof *w);
    w->client = c;
    w->fd = fd;
    if (uv_poll_init_socket(loop_uv(c->loop), &w->poll, fd) != 0) {
        free(w);
        return NULL;
    }
    w->poll.data = w;
    curl_multi_assign(c->multi, fd, w);
    return w;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                        void *socket_arg)
{
    struct http_client *c = arg;
    struct wire *w = socket_arg;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (w != NULL)
            uv_close((uv_handle_t *)&w->poll, on_wire_closed);
        return 0;
    }
    if (w == NULL)
        w = wire_new(c, fd);
    if (w == NULL)
        return -1;
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) |
                 (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&w->poll, events, on_socket) == 0 ? 0 : -1;
}

/* --- the door
 * ----------------------------------------------------------------------------- */

static void start(struct http_client *c, struct exchange *x,
                  const struct http_request *request)
{
    x->easy = handle_get(c);
    http_exchange_options(x, request, c->user_agent);
    CURLMcode code = curl_multi_add_handle(c->multi, x->easy);
    if (code == CURLM_OK)
        return;
    handle_put(c, x->easy);
    x->easy = NULL;
    http_exchange_fail(x, HTTP_NOT_SENT, curl_multi_strerror(code));
    make_ready(x);
}

static struct exchange *client_send(struct transport *t,
                                    const struct http_request *request,
                                    http_body_fn *body, http_done_fn *done, void *arg)
{
    struct http_client *c = (struct http_client *)t;
    struct exchange *x = mem_new(sizeof *x);
    x->client = c;
    x->ready = make_ready;
    http_exchange_init(x, request, body, done, arg);
    x->reply.started_mono_ms = now_ms(c);
    TAILQ_INSERT_TAIL(&c->open, x, open_link);
    loop_hold(c->loop);

    const char *refusal = http_exchange_refusal(request);
    if (refusal == NULL) {
        start(c, x, request);
    } else {
        http_exchange_fail(x, HTTP_NOT_SENT, refusal);
        make_ready(x);
    }
    return x;
}

static void client_withdraw(struct transport *t, struct exchange *x)
{
    struct http_client *c = (struct http_client *)t;
    if (x->withdrawn) /* from its own done function: it is over already */
        return;
    retire(c, x);
    if (c->delivering == x)
        x->withdrawn = true; /* deliver() frees it */
    else
        discard(x);
}

/* Gives what waits to the body function. False: it does not want more. */
static bool hand_over(struct exchange *x)
{
    if (x->waiting.len == 0)
        return true;
    bool more = x->body(x->arg, &x->reply, x->waiting.data, x->waiting.len);
    buf_reset(&x->waiting);
    return more;
}

static void read_on(struct http_client *c, struct exchange *x)
{
    if (!x->paused)
        return;
    x->paused = false;
    CURLcode code = curl_easy_pause(x->easy, CURLPAUSE_CONT);
    if (code != CURLE_OK)
        finish(c, x, code);
}

static void stop_reading(struct http_client *c, struct exchange *x)
{
    detach(c, x);
    http_exchange_fail(x, HTTP_UNKNOWN, "the reply was not read to its end");
    x->reply.took_ms = now_ms(c) - x->reply.started_mono_ms;
}

static void deliver(struct http_client *c, struct exchange *x)
{
    c->delivering = x;
    if (!hand_over(x) && !x->withdrawn)
        stop_reading(c, x);
    if (!x->withdrawn && x->finished) {
        retire(c, x);
        x->withdrawn = true;
        x->done(x->arg, &x->reply);
    }
    c->delivering = NULL;
    if (x->withdrawn)
        discard(x);
    else
        read_on(c, x);
}

/* What becomes ready meanwhile is left for the next time, so that a drain always ends. */
static void client_drain(struct transport *t)
{
    struct http_client *c = (struct http_client *)t;
    uint64_t last = c->numbers;
    while (!TAILQ_EMPTY(&c->ready) && TAILQ_FIRST(&c->ready)->number <= last) {
        struct exchange *x = TAILQ_FIRST(&c->ready);
        unqueue(c, x);
        deliver(c, x);
    }
}

static bool client_queued(const struct transport *t)
{
    return !TAILQ_EMPTY(&((const struct http_client *)t)->ready);
}

static void client_free(struct transport *t)
{
    struct http_client *c = (struct http_client *)t;
    for (struct exchange *x = TAILQ_FIRST(&c->open), *next; x != NULL; x = next) {
        next = TAILQ_NEXT(x, open_link);
        retire(c, x);
        discard(x);
    }
    while (c->spare_count > 0)
        curl_easy_cleanup(c->spare[--c->spare_count]);
    curl_multi_cleanup(c->multi);
    curl_share_cleanup(c->share);
    loop_real_timer_stop(c->loop, &c->timer);
    free(c->user_agent);
    free(c);
}

/* --- making
 * ------------------------------------------------------------------------------- */

static void start_libcurl(struct http_client *c)
{
    static bool started;
    if (!started && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
    started = true;
    c->multi = curl_multi_init();
    c->share = curl_share_init();
    if (c->multi == NULL || c->share == NULL)
        abort(); /* as base/mem.h does */
}

struct transport *http_client_new(struct loop *l, const char *user_agent)
{
    struct http_client *c = mem_new(sizeof *c);
    c->door = (struct transport){client_send, client_withdraw, client_drain,
                                 client_queued, client_free};
    c->loop = l;
    c->user_agent = mem_text(user_agent);
    TAILQ_INIT(&c->open);
    TAILQ_INIT(&c->ready);
    start_libcurl(c);
    curl_share_setopt(c->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, set_time);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    curl_multi_setopt(c->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      (long)CONNECTIONS_PER_HOST);
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    return &c->door;
}

const char *http_client_library(void)
{
    return curl_version();
}
