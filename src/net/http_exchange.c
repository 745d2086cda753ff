/* What one exchange sends and gathers: the options of a libcurl handle, its callbacks,
 * and the verdict at the end. Nothing here calls the exchange's owner back except
 * x->ready, which only queues. Law 4 lives in set_body, may_leave and rewind_body. */
#include "net/http_exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/instant.h"
#include "base/mem.h"
#include "net/http_client.h"

enum {
    WAITING_MAX = 1024 * 1024,    /* undelivered bytes of one exchange */
    ERROR_BODY_MAX = 1024 * 1024, /* kept of a refusal */
    RECEIVE_BUFFER = 256 * 1024,
    CONNECT_TIMEOUT_MS = 20000,
    DEFAULT_TIMEOUT_MS = 120000,
    LONGEST_TIMEOUT_MS = MS_DAY,
    IDLE_REUSE_S = 50 /* Amazon's balancers close an idle connection after a minute */
};
static const size_t DEFAULT_REPLY_MAX = (size_t)64 * 1024 * 1024;

/* --- headers
 * ------------------------------------------------------------------------------ */

/* "name: value", or "name;" for an empty value, as libcurl wants it. */
static void add_header(struct exchange *x, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 3;
    char *line = mem_new(size);
    if (value[0] == '\0')
        snprintf(line, size, "%s;", name);
    else
        snprintf(line, size, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(x->headers, line);
    if (longer == NULL)
        abort(); /* as base/mem.h does */
    x->headers = longer;
    mem_cleanse(line, size);
    free(line);
}

/* libcurl adds some headers by itself; "Name:" without a value stops that. */
static void leave_out(struct exchange *x, const char *name_and_colon)
{
    struct curl_slist *longer = curl_slist_append(x->headers, name_and_colon);
    if (longer == NULL)
        abort();
    x->headers = longer;
}

static void build_headers(struct exchange *x, const struct http_request *request)
{
    bool typed = false;
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *h = &request->headers[i];
        typed = typed || strcasecmp(h->name, "Content-Type") == 0;
        add_header(x, h->name, h->value);
    }
    if (request->token != NULL && secret_there(request->token))
        add_header(x, "x-amz-access-token", secret_reveal(request->token));
    if (!typed)
        leave_out(x, "Content-Type:");
    leave_out(x, "Expect:");
}

static void free_headers(struct curl_slist *headers)
{
    for (struct curl_slist *h = headers; h != NULL; h = h->next)
        mem_cleanse(h->data, strlen(h->data));
    curl_slist_free_all(headers);
}

/* --- life
 * --------------------------------------------------------------------------------- */

void http_exchange_init(struct exchange *x, const struct http_request *request,
                        http_body_fn *body, http_done_fn *done, void *arg)
{
    x->body = body;
    x->done = done;
    x->arg = arg;
    x->out = request->body_len > 0 ? request->body : NULL;
    x->out_len = request->body_len;
    x->write = request->write;
    x->reply_max = request->reply_max != 0 ? request->reply_max : DEFAULT_REPLY_MAX;
    x->reply.date_ms = INSTANT_NONE;
    size_t error_max = ERROR_BODY_MAX;
    buf_init(&x->reply.body, x->reply_max > error_max ? x->reply_max : error_max);
    buf_init(&x->waiting, WAITING_MAX);
    x->reply.body.secret = x->waiting.secret = request->secret;
}

void http_exchange_clear(struct exchange *x)
{
    free_headers(x->headers);
    buf_clear(&x->reply.body);
    buf_clear(&x->waiting);
}

static bool one_line(const char *text)
{
    return strpbrk(text, "\r\n") == NULL;
}

const char *http_exchange_refusal(const struct http_request *request)
{
    if (!http_url_allowed(request->url))
        return "only https URLs, and http to this machine, are asked";
    for (size_t i = 0; i < request->header_count; i++)
        if (!one_line(request->headers[i].name) || !one_line(request->headers[i].value))
            return "a header of the request holds a line break";
    if (request->token != NULL && secret_there(request->token) &&
        !one_line(secret_reveal(request->token)))
        return "the access token holds a line break";
    return NULL;
}

/* --- what leaves
 * -------------------------------------------------------------------------- */

static size_t give_body(char *room, size_t size, size_t count, void *arg)
{
    struct exchange *x = arg;
    size_t left = x->out_len - x->out_at, len = size * count;
    if (len > left)
        len = left;
    memcpy(room, x->out + x->out_at, len);
    x->out_at += len;
    return len;
}

/* libcurl wants to send the body again. A write has left once, and that is how often it
 * leaves (law 4). */
static int rewind_body(void *arg, curl_off_t offset, int origin)
{
    struct exchange *x = arg;
    if (x->write || origin != SEEK_SET || offset < 0 || (size_t)offset > x->out_len)
        return CURL_SEEKFUNC_FAIL;
    x->out_at = (size_t)offset;
    return CURL_SEEKFUNC_OK;
}

/* Called right before a request goes onto its connection, also when libcurl repeats one
 * whose connection died: the last gate for a write that has no body or whose body had not
 * begun. */
static int may_leave(void *arg, char *peer, char *own, int peer_port, int own_port)
{
    struct exchange *x = arg;
    (void)peer, (void)own, (void)peer_port, (void)own_port;
    x->departures++;
    return x->write && x->departures > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void set_body(struct exchange *x, const char *method)
{
    bool post = strcmp(method, "POST") == 0;
    bool sized = post || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
    curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, post ? NULL : method);
    if (x->out != NULL) {
        curl_easy_setopt(x->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->out_len);
        curl_easy_setopt(x->easy, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(x->easy, CURLOPT_READDATA, x);
        curl_easy_setopt(x->easy, CURLOPT_SEEKFUNCTION, rewind_body);
        curl_easy_setopt(x->easy, CURLOPT_SEEKDATA, x);
        return;
    }
    if (sized) { /* Content-Length: 0 */
        curl_easy_setopt(x->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
        curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, "");
    }
    if (x->write)
        curl_easy_setopt(x->easy, CURLOPT_FRESH_CONNECT, 1L);
}

/* --- what comes back
 * ---------------------------------------------------------------------- */

static void keep_text(char *to, size_t size, const char *value, size_t len)
{
    if (len >= size)
        len = size - 1;
    memcpy(to, value, len);
    to[len] = '\0';
}

static double positive_number(const char *text)
{
    char *end;
    double number = strtod(text, &end);
    return end != text && *end == '\0' && number > 0 && number < 1e9 ? number : 0;
}

static int64_t date_ms(const char *text)
{
    time_t seconds = curl_getdate(text, NULL);
    return seconds < 0 ? INSTANT_NONE : (int64_t)seconds * MS_SECOND;
}

static bool named(const char *line, size_t len, const char *name)
{
    return strlen(name) == len && strncasecmp(line, name, len) == 0;
}

static void take_field(struct http_reply *r, const char *line, size_t name_len,
                       const char *value, size_t len)
{
    char short_value[64];
    keep_text(short_value, sizeof short_value, value, len);
    if (named(line, name_len, "x-amzn-RequestId"))
        keep_text(r->request_id, sizeof r->request_id, value, len);
    else if (named(line, name_len, "x-amzn-ErrorType"))
        keep_text(r->error_type, sizeof r->error_type, value, len);
    else if (named(line, name_len, "Content-Type"))
        keep_text(r->content_type, sizeof r->content_type, value, len);
    else if (named(line, name_len, "x-amzn-RateLimit-Limit"))
        r->rate_limit = positive_number(short_value);
    else if (named(line, name_len, "Date"))
        r->date_ms = date_ms(short_value);
}

/* A status line begins a new reply: what an interim one (100, 103) said is forgotten. */
static void take_status(struct http_reply *r, const char *line, size_t len)
{
    const char *space = memchr(line, ' ', len);
    char digits[4] = "";
    if (space != NULL)
        keep_text(digits, sizeof digits, space + 1, len - (size_t)(space + 1 - line));
    long status = strtol(digits, NULL, 10);
    r->status = status >= 200 && status <= 999 ? (int)status : 0;
    r->request_id[0] = r->error_type[0] = r->content_type[0] = '\0';
    r->rate_limit = 0;
    r->date_ms = INSTANT_NONE;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t take_header(char *line, size_t size, size_t count, void *arg)
{
    struct exchange *x = arg;
    size_t len = size * count, all = len;
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        take_status(&x->reply, line, len);
        return all;
    }
    char *colon = memchr(line, ':', len);
    if (colon == NULL || x->received > 0) /* the empty line, or a trailer */
        return all;
    const char *value = colon + 1, *end = line + len;
    while (value < end && blank(*value))
        value++;
    while (end > value && blank(end[-1]))
        end--;
    take_field(&x->reply, line, (size_t)(colon - line), value, (size_t)(end - value));
    return all;
}

static bool is_success(int status)
{
    return status >= 200 && status <= 299;
}

static size_t keep_error_body(struct exchange *x, const char *data, size_t len)
{
    size_t room = ERROR_BODY_MAX - x->reply.body.len;
    buf_add(&x->reply.body, data, len < room ? len : room);
    x->received += len;
    return len;
}

static size_t take_body(char *data, size_t size, size_t count, void *arg)
{
    struct exchange *x = arg;
    size_t len = size * count;
    if (!is_success(x->reply.status))
        return keep_error_body(x, data, len);
    if (len > x->reply_max - x->received) {
        x->too_long = true;
        return 0;
    }
    if (x->body != NULL && len > WAITING_MAX - x->waiting.len) {
        x->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    buf_add(x->body != NULL ? &x->waiting : &x->reply.body, data, len);
    x->received += len;
    if (x->body != NULL)
        x->ready(x);
    return len;
}

/* --- options
 * ------------------------------------------------------------------------------ */

static void set_callbacks(struct exchange *x)
{
    curl_easy_setopt(x->easy, CURLOPT_PRIVATE, x);
    curl_easy_setopt(x->easy, CURLOPT_ERRORBUFFER, x->error);
    curl_easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(x->easy, CURLOPT_HEADERDATA, x);
    curl_easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(x->easy, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(x->easy, CURLOPT_PREREQFUNCTION, may_leave);
    curl_easy_setopt(x->easy, CURLOPT_PREREQDATA, x);
}

static void set_network(CURL *easy, const char *url, int64_t timeout_ms)
{
    int64_t limit = timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS;
    long timeout = limit < LONGEST_TIMEOUT_MS ? (long)limit : LONGEST_TIMEOUT_MS;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    if (strncasecmp(url, "https:", 6) !=
        0) /* what must stay on this machine takes no proxy */
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_REUSE_S);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout);
}

void http_exchange_options(struct exchange *x, const struct http_request *request,
                           const char *user_agent)
{
    build_headers(x, request);
    set_callbacks(x);
    set_network(x->easy, request->url, request->timeout_ms);
    set_body(x, request->method);
    if (request->socket != NULL)
        curl_easy_setopt(x->easy, CURLOPT_UNIX_SOCKET_PATH, request->socket);
    curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
    if (user_agent != NULL)
        curl_easy_setopt(x->easy, CURLOPT_USERAGENT, user_agent);
}

/* --- the verdict
 * -------------------------------------------------------------------------- */

void http_exchange_fail(struct exchange *x, enum http_outcome outcome, const char *why)
{
    x->reply.outcome = outcome;
    keep_text(x->reply.why, sizeof x->reply.why, why, strlen(why));
    secret_redact(x->reply.why);
    buf_reset(&x->waiting);
    buf_reset(&x->reply.body);
    x->finished = true;
}

/* Certain only when libcurl never came to the point of sending, and counts no byte. */
static bool never_left(const struct exchange *x)
{
    long sent = 1;
    curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &sent);
    return x->departures == 0 && sent == 0;
}

static void explain(const struct exchange *x, CURLcode code, char *why, size_t size)
{
    const char *detail = x->error[0] != '\0' ? x->error : curl_easy_strerror(code);
    if (x->too_long)
        snprintf(why, size, "the reply is longer than %zu bytes", x->reply_max);
    else if (code == CURLE_SEND_FAIL_REWIND || (x->write && x->departures > 1))
        snprintf(why, size,
                 "the connection ended without an answer after the request left");
    else if (code == CURLE_PARTIAL_FILE)
        snprintf(why, size, "the reply was cut short: %s", detail);
    else
        snprintf(why, size, "%s", detail);
}

void http_exchange_judge(struct exchange *x, CURLcode code)
{
    if (code == CURLE_OK && x->reply.status != 0) {
        x->reply.outcome = HTTP_ANSWERED;
        x->finished = true;
        return;
    }
    char why[CURL_ERROR_SIZE + 64];
    explain(x, code, why, sizeof why);
    http_exchange_fail(x, never_left(x) ? HTTP_NOT_SENT : HTTP_UNKNOWN, why);
}
