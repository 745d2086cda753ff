/* Law 4: a write leaves once, also where libcurl would repeat it by itself. The server
 * acts on a request and hangs up without an answer, which is what a crashed balancer
 * looks like. */
#include "check.h"

#include <curl/curl.h>

#include "net_world.h"
#include "raw_server.h"

static const char ok_answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

static struct raw_step answer_first_then_close(int number)
{
    return number == 0 ? (struct raw_step){.send = ok_answer}
                       : (struct raw_step){.then = RAW_CLOSE};
}

static struct raw_step answer_first_then_reset(int number)
{
    return number == 0 ? (struct raw_step){.send = ok_answer}
                       : (struct raw_step){.then = RAW_RESET};
}

static struct raw_step answer_first_then_close_at_headers(int number)
{
    return number == 0 ? (struct raw_step){.send = ok_answer}
                       : (struct raw_step){.then = RAW_CLOSE, .at_headers = true};
}

static struct raw_step always_close(int number)
{
    (void)number;
    return (struct raw_step){.then = RAW_CLOSE};
}

static struct raw_step always_reset(int number)
{
    (void)number;
    return (struct raw_step){.then = RAW_RESET};
}

/* Some writes are longer than what libcurl sends at a time. */
static const char *body_of(size_t len)
{
    static char text[200001];
    memset(text, 'x', sizeof text - 1);
    text[len] = '\0';
    return text;
}

/* A read on a connection that stays open, so that the write finds one to reuse. */
static void warm_up(struct world *w, uint16_t port)
{
    struct got got = {0};
    struct http_request get = {
        .method = "GET", .url = world_url(port, "/"), .timeout_ms = 5000};
    CHECK(world_ask(w, &get, &got));
    CHECK_INT(got.reply.outcome, HTTP_ANSWERED);
    got_clear(&got);
}

static int count_write(raw_plan_fn *plan, bool reused, const char *method,
                       size_t body_len, bool write)
{
    struct world w;
    struct got got = {0};
    struct raw_server *s = raw_start(plan);
    world_open(&w);
    if (reused)
        warm_up(&w, s->port);
    struct http_request request = {.method = method,
                                   .url = world_url(s->port, "/effect?x=1"),
                                   .body = body_len > 0 ? body_of(body_len) : NULL,
                                   .body_len = body_len,
                                   .write = write,
                                   .timeout_ms = 5000};
    CHECK(world_ask(&w, &request, &got));
    CHECK_INT(got.done, 1);
    CHECK_INT(got.reply.outcome, HTTP_UNKNOWN);
    CHECK(got.reply.why[0] != '\0');
    CHECK(strstr(got.reply.why, "x=1") == NULL);
    got_clear(&got);
    world_close(&w);
    raw_stop(s);
    int seen = atomic_load(&s->requests) - (reused ? 1 : 0);
    raw_free(s);
    return seen;
}

static void each_method_once(raw_plan_fn *plan, bool reused, size_t body_len)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < 4; i++)
        for (int again = 0; again < 5; again++)
            CHECK_INT(count_write(plan, reused, methods[i], body_len, true), 1);
}

static void test_fresh(void)
{
    each_method_once(always_close, false, 20);
    each_method_once(always_reset, false, 20);
    each_method_once(always_close, false, 200000);
}

static void test_fresh_without_body(void)
{
    each_method_once(always_close, false, 0);
    each_method_once(always_reset, false, 0);
}

static void test_reused(void)
{
    each_method_once(answer_first_then_close, true, 20);
    each_method_once(answer_first_then_reset, true, 20);
    each_method_once(answer_first_then_close, true, 200000);
}

static void test_reused_without_body(void)
{
    each_method_once(answer_first_then_close, true, 0);
    each_method_once(answer_first_then_reset, true, 0);
}

static void test_reused_headers_only(void)
{
    each_method_once(answer_first_then_close_at_headers, true, 20);
    each_method_once(answer_first_then_close_at_headers, true, 200000);
}

/* --- the test is known to work: without the care, the same server sees two
 * ------------------ */

static size_t ignore_body(char *data, size_t size, size_t count, void *arg)
{
    (void)data, (void)arg;
    return size * count;
}

static void test_plain_libcurl(void)
{
    struct raw_server *s = raw_start(answer_first_then_close);
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, world_url(s->port, "/effect"));
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore_body);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{\"effect\":1}");
    CURLcode first = curl_easy_perform(easy);
    CURLcode second = curl_easy_perform(easy);
    curl_easy_cleanup(easy);
    raw_stop(s);
    int seen = atomic_load(&s->requests);
    raw_free(s);
    CHECK_INT(first, CURLE_OK);
    CHECK(second != CURLE_OK);
    CHECK_INT(seen - 1, 2);
}

static void test_read_is_repeated(void)
{
    CHECK_INT(count_write(answer_first_then_close, true, "POST", 20, false), 2);
    CHECK_INT(count_write(answer_first_then_close, true, "POST", 0, false), 2);
    CHECK_INT(count_write(answer_first_then_close, true, "GET", 0, false), 2);
}

/* --- what the headers of a write look like
 * -------------------------------------------------- */

static struct raw_step always_ok(int number)
{
    (void)number;
    return (struct raw_step){.send = ok_answer};
}

static void check_head(const char *method, size_t body_len, const char *length_header)
{
    struct world w;
    struct got got = {0};
    struct raw_server *s = raw_start(always_ok);
    world_open(&w);
    struct http_request request = {.method = method,
                                   .url = world_url(s->port, "/effect"),
                                   .body = body_len > 0 ? body_of(body_len) : NULL,
                                   .body_len = body_len,
                                   .write = true,
                                   .timeout_ms = 5000};
    CHECK(world_ask(&w, &request, &got));
    CHECK_INT(got.reply.outcome, HTTP_ANSWERED);
    raw_stop(s);
    CHECK(strncmp(s->last, method, strlen(method)) == 0);
    CHECK(strstr(s->last, length_header) != NULL);
    CHECK(strstr(s->last, "Expect") == NULL);
    CHECK(strstr(s->last, "Transfer-Encoding") == NULL);
    CHECK(strstr(s->last, "urlencoded") == NULL);
    got_clear(&got);
    world_close(&w);
    raw_free(s);
}

static void test_sizes(void)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH"};
    for (size_t i = 0; i < 3; i++) {
        check_head(methods[i], 0, "\r\nContent-Length: 0\r\n");
        check_head(methods[i], 20, "\r\nContent-Length: 20\r\n");
        check_head(methods[i], 200000, "\r\nContent-Length: 200000\r\n");
    }
}

TESTS_MAIN({"a write with a body leaves once when a fresh connection dies", test_fresh},
           {"a write without a body leaves once when a fresh connection dies",
            test_fresh_without_body},
           {"a write with a body leaves once when a kept connection dies", test_reused},
           {"a write without a body leaves once when a kept connection dies",
            test_reused_without_body},
           {"a write leaves once when the connection dies before its body",
            test_reused_headers_only},
           {"plain libcurl sends the same write twice, so these tests can see it",
            test_plain_libcurl},
           {"a read may be repeated on a fresh connection", test_read_is_repeated},
           {"a write always says its length and never asks to continue", test_sizes})
