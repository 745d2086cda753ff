/* One document behind a presigned URL. */
#include "workflow/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/mem.h"
#include "net/http_client.h"

enum { LABEL_MAX = 8 << 20, TIMEOUT_MS = 30 * MS_SECOND };

struct fetch {
    struct transport *transport;
    struct exchange *exchange;
    struct secret url;
    fetch_done_fn *done;
    void *arg;
};

static void fetch_free(struct fetch *x)
{
    secret_clear(&x->url);
    free(x);
}

/* What the network said, without what was asked. */
static void say_network(const struct http_reply *reply, struct fetch_end *end)
{
    char *text = mem_text(reply->why);
    secret_redact(text);
    if (strstr(text, "://") != NULL) /* a URL in whatever form */
        text[0] = '\0';
    snprintf(end->why, sizeof end->why, "its URL gave no answer: %.150s", text);
    free(text);
}

static void judge(const struct http_reply *reply, struct fetch_end *end)
{
    const struct finding *found = &end->document.finding;

    if (reply->outcome != HTTP_ANSWERED)
        say_network(reply, end);
    else if (reply->status >= 300 && reply->status < 400)
        snprintf(end->why, sizeof end->why, "its URL leads elsewhere (HTTP %d)",
                 reply->status);
    else if (reply->status != 200)
        snprintf(end->why, sizeof end->why, "its URL answered HTTP %d", reply->status);
    else if (reply->body.len == 0)
        snprintf(end->why, sizeof end->why, "its URL answered with nothing");
    else if ((found->format == FORMAT_TEXT || found->format == FORMAT_UNKNOWN) &&
             found->flaw[0] != '\0')
        snprintf(end->why, sizeof end->why, "what its URL answered is no label: %.120s",
                 found->flaw);
}

static void fetch_done(void *arg, struct http_reply *reply)
{
    struct fetch *x = arg;
    struct fetch_end end = {0};

    end.document.data = buf_str(&reply->body);
    end.document.len = reply->body.len;
    digest_of(end.document.data, end.document.len, &end.document.digest);
    format_examine(end.document.data, end.document.len, &end.document.finding);
    snprintf(end.said, sizeof end.said, "%s", reply->content_type);
    judge(reply, &end);
    x->done(x->arg, &end);
    fetch_free(x);
}

struct fetch *fetch_start(struct transport *t, const char *url, fetch_done_fn *done,
                          void *arg, char why[200])
{
    const struct http_request request = {
        .method = "GET",
        .url = url,
        .timeout_ms = TIMEOUT_MS,
        .reply_max = LABEL_MAX,
    };
    why[0] = '\0';
    if (!http_url_allowed(url)) {
        snprintf(why, 200, "its URL is not https; it is not asked");
        return NULL;
    }
    struct fetch *x = mem_new(sizeof *x);
    x->transport = t;
    x->done = done;
    x->arg = arg;
    secret_set(&x->url, url, strlen(url));
    x->exchange = transport_send(t, &request, NULL, fetch_done, x);
    return x;
}

void fetch_withdraw(struct fetch *x)
{
    transport_withdraw(x->transport, x->exchange);
    fetch_free(x);
}
