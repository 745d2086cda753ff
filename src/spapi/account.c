/* Accounts: Amazon's endpoints, warehouses with their defaults, and where secrets come
 * from. */
#include "spapi/account.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/instant.h"
#include "base/mem.h"
#include "net/http_client.h"
#include "net/process.h"

enum {
    SECRET_MAX = 16 * 1024,
    COMMAND_MS = 30 * MS_SECOND /* a password store may ask its agent */
};

static const char lwa_of_amazon[] = "https://api.amazon.com/auth/o2/token";

const char *limit_name(enum limited l)
{
    static const char *const names[LIMIT_COUNT] = {
        [LIMIT_ACCEPT] = "accept",
        [LIMIT_REJECT] = "reject",
        [LIMIT_LABEL] = "request_label",
        [LIMIT_CONFIRM] = "confirm",
        [LIMIT_FLOOR_DENY] = "floor_deny",
        [LIMIT_SCAN] = "scan",
        [LIMIT_CREATE_PACKAGES] = "create_packages",
        [LIMIT_UPDATE_PACKAGE] = "update_package",
        [LIMIT_SHIPPING_OPTIONS] = "shipping_options",
        [LIMIT_GENERATE_INVOICE] = "generate_invoice",
        [LIMIT_GENERATE_LABELS] = "generate_labels",
        [LIMIT_MARK_SHIPPED] = "mark_shipped",
        [LIMIT_DELIVERY] = "delivery",
    };
    return (size_t)l < LIMIT_COUNT ? names[l] : "unknown";
}

const char *deadline_name(enum deadline d)
{
    static const char *const names[DEADLINE_COUNT] = {
        [DEADLINE_ACKNOWLEDGE] = "acknowledge",
        [DEADLINE_LABEL] = "label",
        [DEADLINE_SHIP] = "ship",
        [DEADLINE_CONFIRM] = "confirm",
        [DEADLINE_SCAN] = "scan",
    };
    return (size_t)d < DEADLINE_COUNT ? names[d] : "";
}

/* Time enough to do something before Amazon's own limit. */
static void set_near(struct account *a)
{
    a->near_ms[DEADLINE_ACKNOWLEDGE] = 20 * MS_HOUR;
    a->near_ms[DEADLINE_LABEL] = 15 * MS_MINUTE;
    a->near_ms[DEADLINE_SHIP] = 4 * MS_HOUR;
    a->near_ms[DEADLINE_CONFIRM] = 30 * MS_MINUTE;
    a->near_ms[DEADLINE_SCAN] = 20 * MS_HOUR;
}

struct account *account_new(const char *id)
{
    struct account *a = mem_new(sizeof *a);
    a->id = mem_text(id);
    a->version = mem_text("v1");
    a->since_ms = INSTANT_NONE;
    a->batch_acknowledgements = 10;
    a->batch_labels = 10;
    a->batch_confirmations = 1;
    a->batch_scans = 1;
    set_near(a);
    return a;
}

void warehouse_clear_channels(struct warehouse *w)
{
    for (size_t i = 0; i < w->channel_count; i++)
        free(w->channels[i]);
    free(w->channels);
    w->channels = NULL;
    w->channel_count = 0;
}

static void warehouse_clear(struct warehouse *w)
{
    free(w->code);
    free(w->selling_party);
    free(w->scac);
    free(w->carrier);
    free(w->ship_method);
    free(w->weight_value);
    free(w->weight_unit);
    free(w->address);
    warehouse_clear_channels(w);
}

static void source_clear(struct source *s)
{
    free(s->name);
    for (size_t i = 0; s->argv != NULL && s->argv[i] != NULL; i++)
        free(s->argv[i]);
    free(s->argv);
}

void account_free(struct account *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < a->warehouse_count; i++)
        warehouse_clear(&a->warehouses[i]);
    free(a->warehouses);
    for (size_t i = 0; i < a->cadence_count; i++)
        free(a->cadences[i].list);
    free(a->cadences);
    source_clear(&a->credentials.client_secret);
    source_clear(&a->credentials.refresh_token);
    free(a->credentials.client_id);
    free(a->id);
    free(a->region);
    free(a->endpoint);
    free(a->lwa_url);
    free(a->selling_party);
    free(a->target_application);
    free(a->version);
    free(a->marketplace);
    free(a);
}

enum err account_set_poll(struct account *a, const char *list, int64_t every_ms,
                          struct fault *f)
{
    if (every_ms < POLL_LEAST_MS || every_ms > POLL_MOST_MS)
        return fault_set(f, ERR_LIMIT, "expected a time from 1s to 1h");
    a->cadences = mem_resize(a->cadences, (a->cadence_count + 1) * sizeof a->cadences[0]);
    a->cadences[a->cadence_count++] =
        (struct cadence){.list = mem_text(list), .every_ms = every_ms};
    return ERR_OK;
}

int64_t account_poll_ms(const struct account *a, const char *list, int64_t otherwise)
{
    for (size_t i = 0; i < a->cadence_count; i++)
        if (strcmp(a->cadences[i].list, list) == 0)
            return a->cadences[i].every_ms;
    return otherwise;
}

/* Takes the place of an owned text. */
static void replace(char **text, const char *with)
{
    char *copy = mem_text(with);
    free(*text);
    *text = copy;
}

enum err account_set_region(struct account *a, const char *region, struct fault *f)
{
    static const struct {
        const char *name, *endpoint;
    } regions[] = {
        {"na", "https://sellingpartnerapi-na.amazon.com"},
        {"eu", "https://sellingpartnerapi-eu.amazon.com"},
        {"fe", "https://sellingpartnerapi-fe.amazon.com"},
    };
    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        if (strcmp(regions[i].name, region) != 0)
            continue;
        replace(&a->region, region);
        replace(&a->endpoint, regions[i].endpoint);
        replace(&a->lwa_url, lwa_of_amazon);
        return ERR_OK;
    }
    return fault_set(f, ERR_INPUT,
                     "region: expected \"na\", \"eu\" or \"fe\", got \"%.40s\"", region);
}

/* The length of "scheme://host:port" at the start of `url`, 0 when there is more than
 * that. */
static size_t origin_len(const char *url)
{
    const char *at = strstr(url, "://");
    at = at == NULL ? url : at + 3;
    while (isalnum((unsigned char)*at) || (*at != '\0' && strchr(".-:[]", *at) != NULL))
        at++;
    size_t len = (size_t)(at - url);
    return *at == '\0' || strcmp(at, "/") == 0 ? len : 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcasecmp(text + len - end_len, end) == 0;
}

/* Amazon's sandbox has no LWA of its own; every other host answers for its own tokens. */
static char *lwa_url_of(const char *endpoint)
{
    if (ends_with(endpoint, ".amazon.com"))
        return mem_text(lwa_of_amazon);
    struct buf url;
    buf_init(&url, 4096);
    buf_format(&url, "%s/auth/o2/token", endpoint);
    return buf_take(&url, NULL);
}

enum err account_set_endpoint(struct account *a, const char *url, struct fault *f)
{
    size_t len = strlen(url) > 1000 ? 0 : origin_len(url);
    if (len == 0)
        return fault_set(f, ERR_INPUT,
                         "endpoint: expected a URL such as \"http://127.0.0.1:8484\", "
                         "without path or user");
    char *origin = mem_copy(url, len);
    if (!http_url_allowed(origin)) {
        free(origin);
        return fault_set(f, ERR_INPUT,
                         "endpoint: expected https, or http to this machine only");
    }
    free(a->endpoint);
    a->endpoint = origin;
    free(a->lwa_url);
    a->lwa_url = lwa_url_of(origin);
    free(a->region);
    a->region = NULL;
    return ERR_OK;
}

/* The endpoint is on this machine: plain http to it would be allowed. */
static bool is_local(const char *endpoint)
{
    const char *host = endpoint == NULL ? NULL : strstr(endpoint, "://");
    if (host == NULL)
        return false;
    struct buf plain;
    buf_init(&plain, 4096);
    buf_format(&plain, "http%s", host);
    bool local = http_url_allowed(buf_str(&plain));
    buf_clear(&plain);
    return local;
}

struct warehouse *account_add_warehouse(struct account *a, const char *code)
{
    size_t size = (a->warehouse_count + 1) * sizeof *a->warehouses;
    a->warehouses = mem_resize(a->warehouses, size);
    struct warehouse *w = &a->warehouses[a->warehouse_count++];
    *w = (struct warehouse){
        .code = mem_text(code),
        .amazon_labels = true,
        .codes = CODES_X12,
        .writes = is_local(a->endpoint) ? WRITES_LIVE : WRITES_OBSERVE,
    };
    return w;
}

void warehouse_add_channel(struct warehouse *w, const char *channel)
{
    w->channels = mem_resize(w->channels, (w->channel_count + 1) * sizeof *w->channels);
    w->channels[w->channel_count++] = mem_text(channel);
}

const struct warehouse *account_warehouse(const struct account *a, const char *code)
{
    for (size_t i = 0; i < a->warehouse_count; i++)
        if (strcmp(a->warehouses[i].code, code) == 0 || a->warehouses[i].code[0] == '\0')
            return &a->warehouses[i];
    return NULL;
}

/* What the command printed, without its last line end. */
static enum err take_output(const struct buf *printed, struct secret *out,
                            struct fault *f)
{
    const char *text = buf_str(printed);
    size_t len = printed->len;
    if (len > 0 && text[len - 1] == '\n')
        len--;
    if (len > 0 && text[len - 1] == '\r')
        len--;
    if (len == 0)
        return fault_set(f, ERR_INPUT, "the command printed nothing");
    if (memchr(text, '\n', len) != NULL || memchr(text, '\0', len) != NULL)
        return fault_set(f, ERR_INPUT, "the command printed more than one line");
    secret_set(out, text, len);
    return ERR_OK;
}

static enum err from_command(const struct source *s, struct secret *out, struct fault *f)
{
    struct buf printed;
    buf_init_secret(&printed, SECRET_MAX);
    enum err e =
        process_capture((const char *const *)s->argv, NULL, 0, &printed, COMMAND_MS, f);
    if (e == ERR_OK)
        e = take_output(&printed, out, f);
    buf_clear(&printed);
    return e;
}

static enum err read_any(const struct source *s, struct secret *out, struct fault *f)
{
    switch (s->kind) {
    case SOURCE_ENV:
        return secret_from_env(out, s->name, f);
    case SOURCE_FILE:
        return secret_from_file(out, s->name, f);
    case SOURCE_COMMAND:
        return from_command(s, out, f);
    case SOURCE_NONE:
        break;
    }
    return fault_set(f, ERR_NOT_FOUND, "not given; use env, file or command");
}

enum err source_read(const struct source *s, const char *what, struct secret *out,
                     struct fault *f)
{
    enum err e = read_any(s, out, f);
    if (e != ERR_OK)
        fault_prefix(f, "%s", what);
    return e;
}
