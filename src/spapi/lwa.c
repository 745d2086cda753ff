/* One refresh at LWA: credentials, the form, up to four attempts, and sentences for
 * people.
 *
 * Form and reply hold secrets: each stands in one buffer that never moves and is
 * overwritten. */
#include "spapi/lwa.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/instant.h"
#include "base/mem.h"

enum { ATTEMPTS = 4, TIMEOUT_MS = 15 * MS_SECOND, ERROR_MAX = 8 * 1024 };

struct lwa {
    struct spapi *spapi;
    const struct account *account;
    lwa_done_fn *done;
    void *arg;
    struct secret client_secret, refresh_token;
    bool read_now; /* the credentials were read in this refresh */
    int attempt;
    int64_t asked_ms; /* when the present attempt left */
    struct timer timer;
    struct exchange *exchange;
    struct buf form, reply;
};

/* What an answer means. */
enum meaning {
    MEANS_TOKEN,
    MEANS_PASSING, /* may be better in a moment */
    MEANS_STRANGE, /* not from Amazon, by its looks; may pass, else a person must look */
    MEANS_REFUSED
};

static void lwa_send(void *arg);

struct lwa *lwa_new(struct spapi *s, const struct account *a, lwa_done_fn *done,
                    void *arg)
{
    struct lwa *l = mem_new(sizeof *l);
    *l = (struct lwa){.spapi = s, .account = a, .done = done, .arg = arg};
    return l;
}

static void forget_credentials(struct lwa *l)
{
    secret_clear(&l->client_secret);
    secret_clear(&l->refresh_token);
}

void lwa_stop(struct lwa *l)
{
    timer_stop(l->spapi->loop, &l->timer);
    if (l->exchange != NULL)
        transport_withdraw(l->spapi->transport, l->exchange);
    l->exchange = NULL;
    buf_clear(&l->form);
    buf_clear(&l->reply);
}

void lwa_free(struct lwa *l)
{
    if (l == NULL)
        return;
    lwa_stop(l);
    forget_credentials(l);
    free(l);
}

/* The refresh is over. */
static void lwa_end(struct lwa *l, const struct grant *g, bool refused, struct fault *f)
{
    buf_clear(&l->form);
    buf_clear(&l->reply);
    if (g == NULL)
        fault_prefix(f, "account %s", l->account->id);
    l->done(l->arg, g, refused, g == NULL ? f : NULL);
}

/* --- credentials and form
 * ---------------------------------------------------------------- */

static enum err read_credentials(struct lwa *l, struct fault *f)
{
    const struct credentials *c = &l->account->credentials;
    if (secret_there(&l->client_secret) && secret_there(&l->refresh_token))
        return ERR_OK;
    if (c->client_id == NULL)
        return fault_set(f, ERR_DENIED,
                         "credentials.clientId is missing in the project file");
    enum err e =
        source_read(&c->client_secret, "credentials.clientSecret", &l->client_secret, f);
    if (e == ERR_OK)
        e = source_read(&c->refresh_token, "credentials.refreshToken", &l->refresh_token,
                        f);
    l->read_now = true;
    return e;
}

static void form_field(struct buf *form, const char *name, const char *value)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~";
    if (form->len > 0)
        buf_char(form, '&');
    buf_text(form, name);
    buf_char(form, '=');
    for (const char *p = value; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        const char escape[3] = {'%', hex[c >> 4], hex[c & 15]};
        if (strchr(plain, c) != NULL)
            buf_char(form, *p);
        else
            buf_add(form, escape, sizeof escape);
    }
}

static void write_form(struct lwa *l)
{
    buf_clear(&l->form);
    buf_init_secret(&l->form, GRANT_REPLY_MAX);
    form_field(&l->form, "grant_type", "refresh_token");
    form_field(&l->form, "refresh_token", secret_reveal(&l->refresh_token));
    form_field(&l->form, "client_id", l->account->credentials.client_id);
    form_field(&l->form, "client_secret", secret_reveal(&l->client_secret));
}

/* --- the answer
 * -------------------------------------------------------------------------- */

static bool passing_code(const char *code)
{
    return strcmp(code, "server_error") == 0 ||
           strcmp(code, "temporarily_unavailable") == 0;
}

static bool is_web_page(const struct http_reply *reply, const struct buf *body)
{
    const char *text = buf_str(body);
    return strncasecmp(reply->content_type, "text/html", 9) == 0 ||
           text[strspn(text, " \t\r\n")] == '<';
}

static enum meaning meaning_of(const struct http_reply *reply, const struct refusal *r)
{
    int status = reply->status;
    if (reply->outcome != HTTP_ANSWERED || status >= 500 || status == 408 ||
        status == 429 || passing_code(r->code))
        return MEANS_PASSING;
    return status >= 400 ? MEANS_REFUSED : MEANS_STRANGE;
}

/* Nobody should, but an endpoint that quotes a secret must not get it into a sentence. */
static void scrub(char *text, const struct secret *s)
{
    if (!secret_there(s))
        return;
    for (char *p = strstr(text, secret_reveal(s)); p != NULL;
         p = strstr(p, secret_reveal(s)))
        memset(p, '*', s->len);
}

/* A transport may keep the body of an error itself. */
static void read_refusal(struct lwa *l, const struct http_reply *reply, struct refusal *r)
{
    if (l->reply.len == 0 && reply->body.len > 0)
        buf_add(&l->reply, reply->body.data,
                reply->body.len < ERROR_MAX ? reply->body.len : ERROR_MAX);
    refusal_read(r, reply->status, buf_str(&l->reply), l->reply.len);
    char *const texts[] = {r->code, r->message, r->details};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        scrub(texts[i], &l->client_secret);
        scrub(texts[i], &l->refresh_token);
    }
}

/* --- sentences
 * --------------------------------------------------------------------------- */

static const char *central(const struct lwa *l)
{
    return l->account->program == PROGRAM_EXTERNAL ? "Seller Central" : "Vendor Central";
}

static enum err say_refused(const struct lwa *l, const struct refusal *r, struct fault *f)
{
    char words[400];
    refusal_format(r, words, sizeof words);
    if (strcmp(r->code, "invalid_grant") == 0)
        return fault_set(
            f, ERR_DENIED,
            "Amazon no longer accepts the refresh token: the authorisation was "
            "revoked or has expired. Authorise the application again in %s and "
            "put the new refresh token in place (%s)",
            central(l), words);
    if (strcmp(r->code, "invalid_client") == 0)
        return fault_set(
            f, ERR_DENIED,
            "Amazon does not accept clientId and clientSecret: the secret is "
            "wrong, or was rotated (they end after 180 days). Put the present "
            "secret in place (%s)",
            words);
    if (strcmp(r->code, "unauthorized_client") == 0 ||
        strcmp(r->code, "access_denied") == 0)
        return fault_set(
            f, ERR_DENIED,
            "Amazon does not let this application act for the account. Authorise "
            "it in %s; the refresh token must come from the same application "
            "as clientId (%s)",
            central(l), words);
    return fault_set(
        f, ERR_DENIED,
        "the token endpoint refused the request. Check clientId, clientSecret, "
        "refreshToken and the region or endpoint in the project file (%s)",
        words);
}

static enum err say_failed(const struct lwa *l, const struct http_reply *reply,
                           const struct refusal *r, struct fault *f)
{
    char words[400];
    refusal_format(r, words, sizeof words);
    if (reply->outcome != HTTP_ANSWERED)
        return fault_set(
            f, ERR_NETWORK,
            "no answer came from the token endpoint (%.150s); dray tries again by "
            "itself",
            reply->why);
    if (is_web_page(reply, &l->reply))
        return fault_set(
            f, ERR_AMAZON,
            "the token endpoint answered with a web page instead of a token. If "
            "this stays, look for a proxy or firewall in between, and at the "
            "endpoint in the project file (%s)",
            words);
    if (reply->status < 400)
        return fault_set(
            f, ERR_AMAZON,
            "the token endpoint answered %d, but with no token in it. Check the "
            "endpoint in the project file",
            reply->status);
    return fault_set(
        f, ERR_AMAZON,
        "Amazon's token endpoint is not available; dray tries again by itself (%s)",
        words);
}

/* --- attempts
 * ---------------------------------------------------------------------------- */

static void lwa_failed(struct lwa *l, const struct http_reply *reply)
{
    struct refusal r = {0};
    struct fault f = {0};
    read_refusal(l, reply, &r);
    enum meaning meaning = meaning_of(reply, &r);
    if (meaning == MEANS_REFUSED && !is_web_page(reply, &l->reply)) {
        forget_credentials(l);
        if (!l->read_now) { /* they may have been rotated since they were read */
            lwa_send(l);
            return;
        }
        say_refused(l, &r, &f);
    } else {
        say_failed(l, reply, &r, &f);
    }
    if (meaning != MEANS_REFUSED && l->attempt < ATTEMPTS)
        timer_set(l->spapi->loop, &l->timer,
                  spapi_now(l->spapi) + spapi_backoff(l->spapi, l->attempt), lwa_send, l);
    else
        lwa_end(l, NULL, meaning != MEANS_PASSING, &f);
}

static void lwa_tell(struct lwa *l, const struct http_reply *reply)
{
    struct call_note note = {.account = l->account,
                             .operation = "lwaToken",
                             .status = reply->status,
                             .attempt = l->attempt,
                             .took_ms = reply->took_ms,
                             .request_id = reply->request_id,
                             .date_ms = reply->date_ms};
    spapi_tell(l->spapi, &note);
}

static void lwa_answered(void *arg, struct http_reply *reply)
{
    struct lwa *l = arg;
    struct grant g = {.asked_ms = l->asked_ms};
    l->exchange = NULL;
    buf_clear(&l->form);
    lwa_tell(l, reply);
    bool good = reply->outcome == HTTP_ANSWERED && reply->status >= 200 &&
                reply->status < 300 && buf_ok(&l->reply) &&
                grant_read(&g, l->reply.data, l->reply.len, NULL) == ERR_OK;
    if (good)
        lwa_end(l, &g, false, NULL);
    else
        lwa_failed(l, reply);
    grant_clear(&g);
}

static bool lwa_bytes(void *arg, const struct http_reply *reply, const char *data,
                      size_t len)
{
    struct lwa *l = arg;
    (void)reply;
    buf_add(&l->reply, data, len);
    return true;
}

static void lwa_post(struct lwa *l)
{
    static const struct http_header headers[] = {
        {"content-type", "application/x-www-form-urlencoded;charset=UTF-8"},
        {"accept", "application/json"},
    };
    struct http_request request = {.method = "POST",
                                   .url = l->account->lwa_url,
                                   .headers = headers,
                                   .header_count = sizeof headers / sizeof headers[0],
                                   .body = l->form.data,
                                   .body_len = l->form.len,
                                   .write = false, /* a second token does no harm */
                                   .secret = true,
                                   .timeout_ms = TIMEOUT_MS};
    l->attempt++;
    l->asked_ms = spapi_now(l->spapi);
    buf_clear(&l->reply);
    buf_init_secret(&l->reply, GRANT_REPLY_MAX);
    l->exchange =
        transport_send(l->spapi->transport, &request, lwa_bytes, lwa_answered, l);
}

static void lwa_send(void *arg)
{
    struct lwa *l = arg;
    struct fault f = {0};
    enum err e = read_credentials(l, &f);
    if (e == ERR_OK)
        write_form(l);
    if (e == ERR_OK && !buf_ok(&l->form))
        e = fault_set(&f, ERR_LIMIT, "credentials are longer than Amazon's can be");
    if (e == ERR_OK) {
        lwa_post(l);
        return;
    }
    forget_credentials(l);
    lwa_end(l, NULL, true, &f);
}

void lwa_refresh(struct lwa *l)
{
    l->attempt = 0;
    l->read_now = false;
    lwa_send(l);
}
