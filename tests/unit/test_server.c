/* The HTTP server on loopback: answers now and later, and the troubles the simulator
 * makes. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net_world.h"

enum { BODY_MAX = 1000, HELD_MAX = 400 };

/* What the handler does and has seen. */
struct desk {
    struct world *world;
    int seen;
    int status;
    enum server_trouble trouble;
    bool hang_up;
    const char *body;
    size_t body_len;
    bool hold; /* keep the requests */
    struct server_request *held[HELD_MAX];
    int held_count;
    char echo[512];
    struct timer timer;
};

static void describe(struct desk *d, const struct server_request *r)
{
    size_t len;
    const char *body = server_body(r, &len);
    const char *note = server_header(r, "X-NOTE");
    snprintf(d->echo, sizeof d->echo, "%s %s ?%s note=%s body=%zu:%.40s",
             server_method(r), server_path(r), server_query(r),
             note == NULL ? "none" : note, len, body);
}

static void answer(struct desk *d, struct server_request *r)
{
    static const struct http_header headers[] = {{"Content-Type", "text/plain"},
                                                 {"x-amzn-RequestId", "r-1"}};
    if (d->hang_up)
        server_hang_up(r);
    else
        server_answer(r, d->status, headers, 2, d->body, d->body_len, d->trouble);
}

static void on_request(void *arg, struct server_request *r)
{
    struct desk *d = arg;
    d->seen++;
    describe(d, r);
    if (d->hold && d->held_count < HELD_MAX)
        d->held[d->held_count++] = r;
    else
        answer(d, r);
}

static void open_desk(struct world *w, struct desk *d)
{
    struct fault f = {0};
    *d = (struct desk){.world = w, .status = 200, .body = "hello", .body_len = 5};
    world_open(w);
    w->server = server_new(w->loop, 0, BODY_MAX, on_request, d, &f);
    CHECK(w->server != NULL);
    CHECK(server_port(w->server) != 0);
}

static struct http_request ask_for(struct world *w, const char *method, const char *path)
{
    return (struct http_request){.method = method,
                                 .url = world_url(server_port(w->server), path),
                                 .timeout_ms = 5000};
}

static void turns(struct world *w, int count)
{
    for (int i = 0; i < count; i++) {
        loop_turn(w->loop, clock_mono_ms(w->clock) + 2);
        world_drain(w);
    }
}

/* --- a client of bytes
 * -------------------------------------------------------------------- */

static int connect_raw(struct world *w, const char *text)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(server_port(w->server))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        abort();
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
        abort();
    return fd;
}

/* Everything the server sends until it closes or is silent for a while. */
static size_t read_raw(struct world *w, int fd, char *room, size_t size, bool *closed)
{
    size_t len = 0;
    *closed = false;
    for (int quiet = 0; quiet < 30 && !*closed && len < size - 1;) {
        turns(w, 1);
        ssize_t n = recv(fd, room + len, size - 1 - len, MSG_DONTWAIT);
        *closed = n == 0;
        quiet = n > 0 ? 0 : quiet + 1;
        len += n > 0 ? (size_t)n : 0;
    }
    room[len] = '\0';
    return len;
}

/* --- tests
 * -------------------------------------------------------------------------------- */

static void test_parts(void)
{
    struct world w;
    struct desk d;
    struct got got = {0};
    open_desk(&w, &d);
    struct http_header note = {"x-note", "n 1"};
    struct http_request request = ask_for(&w, "PATCH", "/a%20b/%C3%A9?x=%20y&z=1+2");
    request.headers = &note;
    request.header_count = 1;
    request.body = "{\"a\":1}";
    request.body_len = 7;
    CHECK(world_ask(&w, &request, &got));
    CHECK_STR(d.echo, "PATCH /a b/\xc3\xa9 ?x=%20y&z=1+2 note=n 1 body=7:{\"a\":1}");
    CHECK_INT(got.reply.status, 200);
    CHECK_STR(got.reply.request_id, "r-1");
    CHECK_STR(got.reply.content_type, "text/plain");
    CHECK_STR(got.body, "hello");
    request = ask_for(&w, "DELETE", "/");
    d.status = 204;
    d.body_len = 0;
    CHECK(world_ask(&w, &request, &got));
    CHECK_STR(d.echo, "DELETE / ? note=none body=0:");
    CHECK_INT(got.reply.status, 204);
    got_clear(&got);
    world_close(&w);
}

static void test_too_large(void)
{
    static char body[BODY_MAX * 50];
    static const size_t sizes[] = {BODY_MAX, BODY_MAX + 1, sizeof body, BODY_MAX};
    struct world w;
    struct desk d;
    struct got got = {0};
    memset(body, 'b', sizeof body);
    open_desk(&w, &d);
    struct http_request request = ask_for(&w, "POST", "/");
    request.body = body;
    for (size_t i = 0; i < 4; i++) {
        request.body_len = sizes[i];
        CHECK(world_ask(&w, &request, &got));
        CHECK_INT(got.reply.outcome, HTTP_ANSWERED);
        CHECK_INT(got.reply.status, sizes[i] > BODY_MAX ? 413 : 200);
    }
    CHECK_INT(d.seen, 2); /* the handler never saw the large ones */
    got_clear(&got);
    world_close(&w);
}

static void test_hang_up(void)
{
    char text[1000];
    bool closed;
    struct world w;
    struct desk d;
    struct got got = {0};
    open_desk(&w, &d);
    d.hang_up = true;
    struct http_request request = ask_for(&w, "POST", "/");
    request.write = true;
    CHECK(world_ask(&w, &request, &got));
    CHECK_INT(got.reply.outcome, HTTP_UNKNOWN);
    CHECK_INT(got.reply.status, 0);
    int fd = connect_raw(&w, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_INT(read_raw(&w, fd, text, sizeof text, &closed), 0);
    CHECK(closed);
    close(fd);
    CHECK_INT(d.seen, 2);
    got_clear(&got);
    world_close(&w);
}

static void check_cut(struct world *w, struct desk *d, size_t len)
{
    static char text[300000];
    bool closed;
    d->body_len = len;
    int fd = connect_raw(w, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    size_t all = read_raw(w, fd, text, sizeof text, &closed);
    close(fd);
    char announced[64];
    snprintf(announced, sizeof announced, "Content-Length: %zu\r\n", len);
    const char *body = strstr(text, "\r\n\r\n");
    CHECK(closed && body != NULL && strstr(text, announced) != NULL);
    CHECK_INT(all - (size_t)(body + 4 - text), len / 2);
}

static void test_cut_short(void)
{
    static char body[200000];
    struct world w;
    struct desk d;
    struct got got = {0};
    open_desk(&w, &d);
    memset(body, 'h', sizeof body);
    d.body = body;
    d.trouble = SERVER_CUT_SHORT;
    check_cut(&w, &d, 1);
    check_cut(&w, &d, 2);
    check_cut(&w, &d, 1000);
    check_cut(&w, &d, sizeof body);
    struct http_request request = ask_for(&w, "GET", "/");
    CHECK(world_ask(&w, &request, &got));
    CHECK_INT(got.reply.outcome, HTTP_UNKNOWN);
    CHECK_INT(got.reply.status, 200);
    CHECK_INT(got.body_len, 0);
    got_clear(&got);
    world_close(&w);
}

/* Answers what it holds, the last one first, from a timer and not from a drain. */
static void answer_all(void *arg)
{
    struct desk *d = arg;
    while (d->held_count > 0)
        answer(d, d->held[--d->held_count]);
}

static void test_later(void)
{
    enum { OPEN = 60, ROUNDS = 5 };
    static struct got got[OPEN];
    struct world w;
    struct desk d;
    open_desk(&w, &d);
    d.hold = true;
    struct http_request request = ask_for(&w, "GET", "/later");
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < OPEN; i++) {
            got_clear(&got[i]);
            transport_send(w.net, &request, NULL, on_done, &got[i]);
        }
        CHECK(world_run(&w, &d.held_count, OPEN));
        timer_set(w.loop, &d.timer, clock_mono_ms(w.clock) + 5, answer_all, &d);
        for (size_t i = 0; i < OPEN; i++) {
            CHECK(world_run(&w, &got[i].done, 1));
            CHECK_INT(got[i].reply.outcome, HTTP_ANSWERED);
            CHECK_STR(got[i].body, "hello");
        }
    }
    for (size_t i = 0; i < OPEN; i++)
        got_clear(&got[i]);
    world_close(&w);
}

static void test_many_connections(void)
{
    enum { OPEN = 300 };
    static int fds[OPEN];
    char text[1000];
    bool closed;
    struct world w;
    struct desk d;
    open_desk(&w, &d);
    d.hold = true;
    for (size_t i = 0; i < OPEN; i++) {
        fds[i] =
            connect_raw(&w, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        turns(&w, 1);
    }
    CHECK(world_run(&w, &d.held_count, OPEN));
    answer_all(&d);
    for (size_t i = 0; i < OPEN; i++) {
        CHECK(read_raw(&w, fds[i], text, sizeof text, &closed) > 0);
        CHECK(closed && strstr(text, "\r\n\r\nhello") != NULL);
        close(fds[i]);
    }
    world_close(&w);
}

/* Two requests in one segment, and one that comes byte by byte. */
static void test_pieces(void)
{
    static const char one[] =
        "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
    char text[2000], twice[2 * sizeof one];
    bool closed;
    struct world w;
    struct desk d;
    open_desk(&w, &d);
    snprintf(twice, sizeof twice, "%s%s", one, one);
    int fd = connect_raw(&w, twice);
    CHECK(read_raw(&w, fd, text, sizeof text, &closed) > 0);
    CHECK_INT(d.seen, 2);
    for (size_t i = 0; i + 1 < sizeof one; i++) {
        CHECK_INT(send(fd, one + i, 1, MSG_NOSIGNAL), 1);
        turns(&w, 1);
    }
    CHECK(read_raw(&w, fd, text, sizeof text, &closed) > 0);
    CHECK_INT(d.seen, 3);
    CHECK_STR(d.echo, "POST /p ? note=none body=2:ab");
    CHECK(!closed);
    close(fd);
    world_close(&w);
}

static void test_not_http(void)
{
    char text[1000];
    bool closed;
    struct world w;
    struct desk d;
    open_desk(&w, &d);
    int fd = connect_raw(&w, "hello there\r\n\r\n");
    read_raw(&w, fd, text, sizeof text, &closed);
    CHECK(closed);
    close(fd);
    CHECK_INT(d.seen, 0);
    world_close(&w);
}

/* The client went away: its answer goes nowhere and harms nobody. */
static void test_client_gone(void)
{
    struct world w;
    struct desk d;
    open_desk(&w, &d);
    d.hold = true;
    int fd = connect_raw(&w, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(world_run(&w, &d.held_count, 1));
    struct linger hard = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(fd);
    turns(&w, 5);
    answer_all(&d);
    turns(&w, 5);
    d.hold = false;
    struct got got = {0};
    struct http_request request = ask_for(&w, "GET", "/");
    CHECK(world_ask(&w, &request, &got));
    CHECK_INT(got.reply.outcome, HTTP_ANSWERED);
    got_clear(&got);
    world_close(&w);
}

static void test_free_with_open(void)
{
    struct world w;
    struct desk d;
    open_desk(&w, &d);
    d.hold = true;
    int handed = connect_raw(&w, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(world_run(&w, &d.held_count, 1));
    int arriving =
        connect_raw(&w, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab");
    int queued = connect_raw(&w, "GET /q HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < 1000 && !server_queued(w.server); i++)
        loop_turn(w.loop, clock_mono_ms(w.clock) + 2);
    CHECK(server_queued(w.server));
    server_free(w.server);
    w.server = NULL;
    int fds[] = {handed, arriving, queued};
    for (size_t i = 0; i < 3; i++) {
        char byte;
        CHECK(recv(fds[i], &byte, 1, MSG_DONTWAIT) <= 0);
        close(fds[i]);
    }
    world_close(&w);
}

static void test_port_taken(void)
{
    struct world w;
    struct desk d;
    struct fault f = {0};
    char want[64];
    open_desk(&w, &d);
    uint16_t port = server_port(w.server);
    CHECK(server_new(w.loop, port, BODY_MAX, on_request, &d, &f) == NULL);
    snprintf(want, sizeof want, "cannot listen on 127.0.0.1 port %u", (unsigned)port);
    CHECK(strstr(f.text, want) != NULL);
    CHECK(f.code != ERR_OK);
    world_close(&w);
}

struct flood {
    struct world *world;
    struct http_request request;
    int left;
    int answered;
};

static void next_of_flood(void *arg, struct http_reply *reply)
{
    struct flood *fl = arg;
    if (reply->outcome == HTTP_ANSWERED && reply->status == 200)
        fl->answered++;
    if (fl->left-- > 0)
        transport_send(fl->world->net, &fl->request, NULL, next_of_flood, fl);
}

static void test_flood(void)
{
    enum { ALL = 5000, AT_ONCE = 20 };
    struct world w;
    struct desk d;
    open_desk(&w, &d);
    struct flood fl = {.world = &w, .left = ALL - AT_ONCE};
    fl.request = ask_for(&w, "POST", "/x?y=z");
    fl.request.body = "{}";
    fl.request.body_len = 2;
    int64_t start = clock_mono_ms(w.clock);
    for (int i = 0; i < AT_ONCE; i++)
        transport_send(w.net, &fl.request, NULL, next_of_flood, &fl);
    CHECK(world_run(&w, &fl.answered, ALL));
    int64_t took = clock_mono_ms(w.clock) - start;
    printf("  %d kept-alive requests in %lld ms\n", ALL, (long long)took);
    CHECK_INT(d.seen, ALL);
    world_close(&w);
}

TESTS_MAIN({"a handler sees the request as it was sent", test_parts},
           {"a body above the limit is answered 413 and the connection lives on",
            test_too_large},
           {"hanging up sends not a byte", test_hang_up},
           {"a reply cut short announces the whole and sends half", test_cut_short},
           {"requests are answered later, in any order", test_later},
           {"hundreds of open connections all get their answer", test_many_connections},
           {"requests come together or byte by byte", test_pieces},
           {"what is not HTTP never reaches the handler", test_not_http},
           {"a client that went away harms nobody", test_client_gone},
           {"a server can end with requests open", test_free_with_open},
           {"a taken port is a sentence", test_port_taken},
           {"thousands of requests pass quickly", test_flood})
