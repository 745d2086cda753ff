/* The network door with libcurl behind it: what counts as answered, not sent and unknown.
 */
#include "check.h"

#include "base/instant.h"
#include "net_world.h"
#include "raw_server.h"

static const int64_t PATIENCE_MS = 5000;

static struct http_request get_of(const char *url)
{
    return (struct http_request){.method = "GET", .url = url, .timeout_ms = PATIENCE_MS};
}

/* Asks a raw server that follows `plan` once; the caller clears *got. */
static void ask_plan(raw_plan_fn *plan, struct http_request request, struct got *got)
{
    struct world w;
    struct raw_server *s = raw_start(plan);
    world_open(&w);
    request.url = world_url(s->port, "/a?secret=query");
    bool ended = world_ask(&w, &request, got);
    world_close(&w);
    raw_free(s);
    CHECK(ended);
    CHECK_INT(got->done, 1);
}

/* --- answers
 * ------------------------------------------------------------------------------ */

static struct raw_step all_headers(int number)
{
    (void)number;
    return (struct raw_step){
        .send = "HTTP/1.1 103 Early Hints\r\nx-amzn-RequestId: early\r\n\r\n"
                "HTTP/1.1 200 OK\r\n"
                "X-Amzn-requestid:  abc-123 \r\n"
                "x-amzn-ErrorType: None\r\n"
                "Content-Type: application/json; charset=utf-8\r\n"
                "x-amzn-RateLimit-Limit: 10.5\r\n"
                "Date: Mon, 23 Nov 2026 12:00:00 GMT\r\n"
                "Content-Length: 4\r\n\r\n{ }\n"};
}

static void test_headers(void)
{
    struct got got = {0};
    ask_plan(all_headers, get_of(""), &got);
    CHECK_INT(got.reply.outcome, HTTP_ANSWERED);
    CHECK_INT(got.reply.status, 200);
    CHECK_STR(got.reply.request_id, "abc-123");
    CHECK_STR(got.reply.error_type, "None");
    CHECK_STR(got.reply.content_type, "application/json; charset=utf-8");
    CHECK(got.reply.rate_limit > 10.4 && got.reply.rate_limit < 10.6);
    CHECK_INT(got.reply.date_ms, 1795435200000);
    CHECK_STR(got.body, "{ }\n");
    CHECK_STR(got.reply.why, "");
    got_clear(&got);
}

static struct raw_step odd_headers(int number)
{
    (void)number;
    return (struct raw_step){.send = "HTTP/1.1 302 Found\r\n"
                                     "Location: http://127.0.0.1:1/\r\n"
                                     "x-amzn-RateLimit-Limit: many\r\n"
                                     "Date: yesterday\r\n"
                                     "Content-Length: 0\r\n\r\n"};
}

static void test_odd_headers(void)
{
    struct got got = {0};
    ask_plan(odd_headers, get_of(""), &got);
    CHECK_INT(got.reply.outcome, HTTP_ANSWERED);
    CHECK_INT(got.reply.status, 302); /* not followed */
    CHECK_STR(got.reply.request_id, "");
    CHECK(got.reply.rate_limit == 0);
    CHECK(got.reply.date_ms == INSTANT_NONE);
    got_clear(&got);
}

static struct raw_step refusal(int number)
{
    (void)number;
    return (struct raw_step){
        .send = "HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\ndenied",
        .then = RAW_CLOSE};
}

static bool must_not_be_called(void *arg, const struct http_reply *reply,
                               const char *data, size_t len)
{
    (void)arg, (void)reply, (void)data, (void)len;
    abort();
}

static void test_error_body(void)
{
    struct world w;
    struct got got = {0};
    struct raw_server *s = raw_start(refusal);
    world_open(&w);
    struct http_request request = get_of(world_url(s->port, "/"));
    transport_send(w.net, &request, must_not_be_called, on_done, &got);
    CHECK(world_run(&w, &got.done, 1));
    CHECK_INT(got.reply.outcome, HTTP_ANSWERED);
    CHECK_INT(got.reply.status, 403);
    CHECK_STR(got.body, "denied");
    got_clear(&got);
    world_close(&w);
    raw_free(s);
}

/* --- unknown
 * ------------------------------------------------------------------------------ */

static void check_unknown(raw_plan_fn *plan, const char *word)
{
    struct got got = {0};
    struct http_request request = get_of("");
    request.timeout_ms = 300;
    ask_plan(plan, request, &got);
    CHECK_INT(got.reply.outcome, HTTP_UNKNOWN);
    CHECK_INT(got.body_len, 0);
    CHECK(strstr(got.reply.why, word) != NULL);
    CHECK(strstr(got.reply.why, "secret") == NULL);
    got_clear(&got);
}

static struct raw_step cut_length(int number)
{
    (void)number;
    return (struct raw_step){.send = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
                             .then = RAW_CLOSE};
}

static struct raw_step cut_chunks(int number)
{
    (void)number;
    return (struct raw_step){
        .send = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        .then = RAW_CLOSE};
}

static struct raw_step cut_headers(int number)
{
    (void)number;
    return (struct raw_step){.send = "HTTP/1.1 200 OK\r\nContent-Le", .then = RAW_RESET};
}

static struct raw_step garbage(int number)
{
    (void)number;
    return (struct raw_step){.send = "<html>busy</html>\r\n\r\n", .then = RAW_CLOSE};
}

static struct raw_step silence(int number)
{
    (void)number;
    return (struct raw_step){.then = RAW_KEEP};
}

static void test_unknown(void)
{
    check_unknown(cut_length, "cut short");
    check_unknown(cut_chunks, "");
    check_unknown(cut_headers, "");
    check_unknown(garbage, "");
    check_unknown(silence, "timed out");
}

static struct raw_step ten_bytes(int number)
{
    (void)number;
    return (struct raw_step){
        .send = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"};
}

static void test_reply_max(void)
{
    struct got got = {0};
    struct http_request request = get_of("");
    request.reply_max = 10;
    ask_plan(ten_bytes, request, &got);
    CHECK_INT(got.reply.outcome, HTTP_ANSWERED);
    CHECK_STR(got.body, "0123456789");
    got_clear(&got);
    request.reply_max = 9;
    ask_plan(ten_bytes, request, &got);
    CHECK_INT(got.reply.outcome, HTTP_UNKNOWN);
    CHECK_STR(got.reply.why, "the reply is longer than 9 bytes");
    CHECK_INT(got.body_len, 0);
    got_clear(&got);
}

/* --- not sent
 * ----------------------------------------------------------------------------- */

static void check_not_sent(struct http_request request, const char *word)
{
    struct world w;
    struct got got = {0};
    world_open(&w);
    request.write = true;
    transport_send(w.net, &request, NULL, on_done, &got);
    CHECK_INT(got.done, 0); /* never from inside the start */
    CHECK(world_run(&w, &got.done, 1));
    CHECK_INT(got.reply.outcome, HTTP_NOT_SENT);
    CHECK_INT(got.reply.status, 0);
    CHECK(strstr(got.reply.why, word) != NULL);
    CHECK(!loop_held(w.loop));
    got_clear(&got);
    world_close(&w);
}

static uint16_t closed_port(void)
{
    struct raw_server *s = raw_start(silence);
    uint16_t port = s->port;
    raw_free(s);
    return port;
}

static void test_not_sent(void)
{
    check_not_sent(get_of(world_url(closed_port(), "/")), "onnect");
    check_not_sent(get_of("http://sellingpartnerapi-na.amazon.com/x"), "https");
    check_not_sent(get_of("ftp://127.0.0.1/x"), "https");
    struct http_header split = {"x-note", "a\r\nx-amz-access-token: stolen"};
    struct http_request request = get_of("http://127.0.0.1:1/");
    request.headers = &split;
    request.header_count = 1;
    check_not_sent(request, "line break");
}

static struct raw_step no_tls(int number)
{
    (void)number;
    return (struct raw_step){.send = "no", .then = RAW_CLOSE};
}

/* A server that hangs up during the handshake: nothing of the request was sent yet. */
static void test_tls_not_sent(void)
{
    char url[64];
    struct raw_server *s = raw_start(no_tls);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", (unsigned)s->port);
    struct http_request request = get_of(url);
    request.timeout_ms = 300; /* it waits for a request that will not come in the clear */
    check_not_sent(request, "");
    raw_free(s);
}

static void test_urls(void)
{
    static const char *const allowed[] = {"https://sellingpartnerapi-na.amazon.com/a",
                                          "http://127.0.0.1:8484/x",
                                          "http://127.9.9.9/",
                                          "http://localhost/",
                                          "http://[::1]:80/",
                                          "HTTP://LOCALHOST:1/"};
    static const char *const refused[] = {"http://example.com/",
                                          "http://127.0.0.1@example.com/",
                                          "http://127.0.0.1.example.com/",
                                          "http://localhost.example.com/",
                                          "http://[::2]/",
                                          "http://10.0.0.1/",
                                          "file:///etc/passwd",
                                          "127.0.0.1",
                                          ""};
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        CHECK(http_url_allowed(allowed[i]));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        CHECK(!http_url_allowed(refused[i]));
}

/* --- secrets
 * ------------------------------------------------------------------------------ */

static void test_token(void)
{
    struct world w;
    struct got got = {0};
    struct secret token = {0};
    struct raw_server *s = raw_start(ten_bytes);
    world_open(&w);
    secret_set(&token, "Atza|very-secret", 16);
    struct http_header headers[] = {{"Content-Type", "application/json"},
                                    {"x-empty", ""}};
    struct http_request request = get_of(world_url(s->port, "/"));
    request.token = &token;
    request.headers = headers;
    request.header_count = 2;
    CHECK(world_ask(&w, &request, &got));
    raw_stop(s);
    CHECK(strstr(s->last, "\r\nx-amz-access-token: Atza|very-secret\r\n") != NULL);
    CHECK(strstr(s->last, "\r\nUser-Agent: dray-test/1.0 (Language=C)\r\n") != NULL);
    CHECK(strstr(s->last, "\r\nContent-Type: application/json\r\n") != NULL);
    CHECK(strstr(s->last, "\r\nx-empty:") != NULL);
    CHECK(strstr(s->last, "Accept-Encoding") == NULL);
    secret_clear(&token);
    got_clear(&got);
    world_close(&w);
    raw_free(s);
}

/* --- long replies, from our own server
 * ---------------------------------------------------- */

enum { LONG_REPLY = 8 * 1024 * 1024, MOST_WAITING = 1024 * 1024 };

static void answer_long(void *arg, struct server_request *r)
{
    char *body = mem_new(LONG_REPLY);
    (void)arg;
    for (size_t i = 0; i < LONG_REPLY; i++)
        body[i] = (char)(i % 251);
    server_answer(r, 200, NULL, 0, body, LONG_REPLY, SERVER_FINE);
    free(body);
}

struct reader {
    struct got got; /* first, for on_done */
    struct world *world;
    struct exchange *exchange;
    size_t seen;
    size_t longest;
    size_t stop_after; /* 0: never */
    bool withdraw;
    bool wrong;
};

static bool read_piece(void *arg, const struct http_reply *reply, const char *data,
                       size_t len)
{
    struct reader *r = arg;
    r->wrong = r->wrong || reply->status != 200;
    for (size_t i = 0; i < len; i++)
        r->wrong = r->wrong || data[i] != (char)((r->seen + i) % 251);
    r->seen += len;
    if (len > r->longest)
        r->longest = len;
    if (r->withdraw)
        transport_withdraw(r->world->net, r->exchange);
    return r->stop_after == 0 || r->seen < r->stop_after;
}

static void open_with_server(struct world *w, server_fn *fn, void *arg)
{
    struct fault f;
    world_open(w);
    w->server = server_new(w->loop, 0, 1 << 20, fn, arg, &f);
    CHECK(w->server != NULL);
}

static void start_reader(struct world *w, struct reader *r)
{
    struct http_request request = get_of(world_url(server_port(w->server), "/long"));
    r->world = w;
    r->exchange = transport_send(w->net, &request, read_piece, on_done, r);
}

static void test_streams(void)
{
    struct world w;
    struct reader r = {0};
    open_with_server(&w, answer_long, NULL);
    start_reader(&w, &r);
    for (int i = 0; i < 300; i++) { /* nobody takes the pieces for a while */
        loop_turn(w.loop, clock_mono_ms(w.clock) + 1);
        server_drain(w.server);
    }
    CHECK(transport_queued(w.net));
    CHECK_INT(r.seen, 0);
    CHECK(world_run(&w, &r.got.done, 1));
    CHECK_INT(r.got.reply.outcome, HTTP_ANSWERED);
    CHECK_INT(r.got.body_len, 0);
    CHECK_INT(r.seen, LONG_REPLY);
    CHECK(!r.wrong);
    CHECK(r.longest <= MOST_WAITING && r.longest > MOST_WAITING / 2);
    got_clear(&r.got);
    world_close(&w);
}

static void test_reader_stops(void)
{
    struct world w;
    struct reader r = {.stop_after = 1};
    open_with_server(&w, answer_long, NULL);
    start_reader(&w, &r);
    CHECK(world_run(&w, &r.got.done, 1));
    CHECK_INT(r.got.reply.outcome, HTTP_UNKNOWN);
    CHECK(r.seen < LONG_REPLY);
    got_clear(&r.got);
    world_close(&w);
}

static void test_withdraw_in_reader(void)
{
    struct world w;
    struct reader r = {.withdraw = true};
    open_with_server(&w, answer_long, NULL);
    start_reader(&w, &r);
    for (int i = 0; i < 2000 && r.seen == 0; i++) {
        loop_turn(w.loop, clock_mono_ms(w.clock) + 5);
        world_drain(&w);
    }
    CHECK(r.seen > 0);
    CHECK(!loop_held(w.loop));
    for (int i = 0; i < 50; i++) {
        loop_turn(w.loop, clock_mono_ms(w.clock) + 1);
        world_drain(&w);
    }
    CHECK_INT(r.got.done, 0);
    CHECK(r.seen <= MOST_WAITING);
    world_close(&w);
}

/* --- withdrawing and ending
 * ----------------------------------------------------------------- */

static void answer_at_once(void *arg, struct server_request *r)
{
    (void)arg;
    server_answer(r, 200, NULL, 0, "fine", 4, SERVER_FINE);
}

static void test_withdraw(void)
{
    struct world w;
    struct got first = {0}, second = {0}, refused = {0};
    open_with_server(&w, answer_at_once, NULL);
    struct http_request request = get_of(world_url(server_port(w.server), "/"));
    struct http_request bad = get_of("http://example.com/");
    struct exchange *x = transport_send(w.net, &request, NULL, on_done, &first);
    transport_send(w.net, &request, NULL, on_done, &second);
    struct exchange *y = transport_send(w.net, &bad, NULL, on_done, &refused);
    CHECK(transport_queued(w.net));
    transport_withdraw(w.net, x);
    transport_withdraw(w.net, y);
    CHECK(!transport_queued(w.net));
    CHECK(world_run(&w, &second.done, 1));
    CHECK_INT(first.done + refused.done, 0);
    CHECK(!loop_held(w.loop));
    got_clear(&second);
    world_close(&w);
}

static void test_free_while_open(void)
{
    struct world w;
    struct got got = {0};
    struct raw_server *s = raw_start(silence);
    world_open(&w);
    struct http_request request = get_of(world_url(s->port, "/"));
    for (int i = 0; i < 5; i++)
        transport_send(w.net, &request, NULL, on_done, &got);
    for (int i = 0; i < 20; i++)
        loop_turn(w.loop, clock_mono_ms(w.clock) + 5);
    CHECK(loop_held(w.loop));
    world_close(&w);
    CHECK_INT(got.done, 0);
    raw_free(s);
}

/* --- many, and one after the other
 * ---------------------------------------------------------- */

struct chain {
    struct world *world;
    struct http_request request;
    int left;
    int answered;
};

static void next_in_chain(void *arg, struct http_reply *reply)
{
    struct chain *c = arg;
    if (reply->outcome == HTTP_ANSWERED && strcmp(buf_str(&reply->body), "fine") == 0)
        c->answered++;
    if (c->left-- > 0)
        transport_send(c->world->net, &c->request, NULL, next_in_chain, c);
}

static void test_many(void)
{
    enum { AT_ONCE = 200, IN_ALL = 2000 };
    struct world w;
    open_with_server(&w, answer_at_once, NULL);
    struct chain c = {.world = &w, .left = IN_ALL - AT_ONCE};
    c.request = get_of(world_url(server_port(w.server), "/"));
    for (int i = 0; i < AT_ONCE; i++)
        transport_send(w.net, &c.request, NULL, next_in_chain, &c);
    CHECK(world_run(&w, &c.answered, IN_ALL));
    CHECK(!loop_held(w.loop));
    world_close(&w);
}

/* --- a virtual clock waits for the real network
 * ----------------------------------------------- */

static struct raw_step late_answer(int number)
{
    (void)number;
    return (struct raw_step){.send = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                             .delay_ms = 120};
}

static void count_call(void *arg)
{
    ++*(int *)arg;
}

static void test_virtual_clock(void)
{
    struct world w = {.clock = clock_new_virtual(1000)};
    struct got got = {0};
    struct timer timer = {0};
    int fired = 0;
    struct raw_server *s = raw_start(late_answer);
    w.loop = loop_new(w.clock);
    w.net = http_client_new(w.loop, "dray-test");
    struct http_request request = get_of(world_url(s->port, "/"));
    timer_set(w.loop, &timer, 60000, count_call, &fired);
    transport_send(w.net, &request, NULL, on_done, &got);
    for (int i = 0; i < 1000 && got.done == 0; i++) {
        loop_turn(w.loop, INT64_MAX);
        world_drain(&w);
    }
    CHECK_INT(got.reply.outcome, HTTP_ANSWERED);
    CHECK_INT(fired, 0);
    CHECK_INT(clock_mono_ms(w.clock), 0);
    loop_turn(w.loop, INT64_MAX);
    CHECK_INT(fired, 1);
    got_clear(&got);
    world_close(&w);
    raw_free(s);
}

static struct raw_step refuse_early(int number)
{
    (void)number;
    return (struct raw_step){.send = "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n"
                                     "Connection: close\r\n\r\nbig",
                             .at_headers = true};
}

static void test_early_refusal(void)
{
    static char body[150000];
    struct got got = {0};
    memset(body, 'x', sizeof body);
    struct http_request request = {.method = "POST",
                                   .body = body,
                                   .body_len = sizeof body,
                                   .write = true,
                                   .timeout_ms = PATIENCE_MS};
    ask_plan(refuse_early, request, &got);
    CHECK_INT(got.reply.outcome, HTTP_ANSWERED);
    CHECK_INT(got.reply.status, 413);
    CHECK_STR(got.body, "big");
    got_clear(&got);
}

TESTS_MAIN(
    {"Amazon's request id, error type, rate and date are read", test_headers},
    {"odd headers are as good as none, and no redirect is followed", test_odd_headers},
    {"the body of a refusal is kept for people, never streamed", test_error_body},
    {"a reply that is cut, garbage or missing leaves the outcome unknown", test_unknown},
    {"a reply longer than allowed is not used", test_reply_max},
    {"what certainly never left is told apart, and told in the drain", test_not_sent},
    {"a failed handshake sent nothing", test_tls_not_sent},
    {"plain http stays on this machine", test_urls},
    {"the access token goes into its header", test_token},
    {"a long reply streams and does not pile up in memory", test_streams},
    {"a reader can stop a reply", test_reader_stops},
    {"a reader can withdraw its exchange", test_withdraw_in_reader},
    {"a withdrawn exchange is never heard of again", test_withdraw},
    {"ending the transport ends what is open", test_free_while_open},
    {"hundreds at once and thousands in a row all get their answer", test_many},
    {"virtual time does not run while the real network works", test_virtual_clock},
    {"a refusal before the body was read is an answer", test_early_refusal})
