/* The labels of one request. */
#include "workflow/external_labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "workflow/external_body.h"
#include "workflow/fetch.h"
#include "workflow/intake.h"

enum {
    SENDS_MAX = 4,                /* of one request, its packages made again included */
    AGAIN_MS = 5 * MS_SECOND,     /* doubled with every send */
    UNDER_WAY_MS = 2 * MS_MINUTE, /* when to look whether the labels came */
    ID_MAX = 256
};

/* A label on its way. */
struct label_fetch {
    struct host *host;
    struct fetch *fetch;
    int64_t effect, record;
    char *package, *tracking, *carrier;
    struct label_fetch *next;
};

static void end_fetch(struct label_fetch *l)
{
    struct label_fetch **at = &l->host->label_fetches;
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    free(l->package);
    free(l->tracking);
    free(l->carrier);
    free(l);
}

void labels_forget(struct host *h)
{
    while (h->label_fetches != NULL) {
        fetch_withdraw(h->label_fetches->fetch);
        end_fetch(h->label_fetches);
    }
}

static bool under_way(const struct host *h, int64_t effect)
{
    for (const struct label_fetch *l = h->label_fetches; l != NULL; l = l->next)
        if (l->effect == effect)
            return true;
    return false;
}

/* ---- what is missing ---- */

/* The packages of the request whose label is not here. */
static enum err find_missing(struct host *h, struct shipment *s, const struct json *asked,
                             struct json *missing, struct fault *f)
{
    const struct json *ids = json_path(asked, "body.packageIds");
    enum err e = ERR_OK;
    for (const struct json *id = ids == NULL ? NULL : ids->first;
         id != NULL && e == ERR_OK; id = id->next) {
        struct json *one = json_array(&s->memory);
        bool there = false;
        json_push(one, json_copy(&s->memory, id));
        e = shipment_labelled(h, s, one, &there, f);
        if (!there)
            json_push(missing, json_copy(&s->memory, id));
    }
    return e;
}

/* GENERATE again gives the same label, so it may be sent as often as it takes. */
static enum err ask_again(struct host *h, struct shipment *s, struct effect *e,
                          const struct json *asked, struct json *missing, const char *why,
                          struct fault *f)
{
    struct buf text;
    struct json *again = json_copy(&s->memory, asked);
    struct json *params = (struct json *)(uintptr_t)json_get(again, "params");
    struct json *body = (struct json *)(uintptr_t)json_get(again, "body");
    int64_t wait_ms = AGAIN_MS;

    for (int64_t i = 1; i < e->sends; i++)
        wait_ms *= 2;
    json_set_str(&s->memory, params, "operation", "GENERATE");
    json_set(&s->memory, body, "packageIds", missing);
    buf_init(&text, 1 << 20);
    json_write(&text, again);
    const struct effect_change change = {.to = EFFECT_READY,
                                         .why = why,
                                         .body = buf_str(&text),
                                         .body_len = text.len,
                                         .next_ms = host_now(h) + wait_ms};
    enum err err = host_move(h, e, &change, f);
    buf_clear(&text);
    return err;
}

static enum err settle_in(struct host *h, struct shipment *s, struct effect *e,
                          const char *why, struct fault *f)
{
    const struct json *asked;
    struct json *missing = json_array(&s->memory);
    char sentence[300];

    enum err err = external_asked(h, s, e, &asked, f);
    if (err == ERR_OK)
        err = find_missing(h, s, asked, missing, f);
    if (err != ERR_OK)
        return err;
    if (missing->count == 0)
        return external_succeeded(h, e, "its labels are here", f);
    snprintf(sentence, sizeof sentence, "%zu of its labels did not come: %.200s",
             missing->count, why[0] == '\0' ? e->why : why);
    if (e->sends >= SENDS_MAX)
        return external_failed(h, e, EFFECT_HELD, sentence, f);
    return ask_again(h, s, e, asked, missing, sentence, f);
}

enum err labels_settle(struct host *h, struct effect *e, const char *why, struct fault *f)
{
    struct shipment s;

    if (e->state != EFFECT_ACCEPTED || under_way(h, e->id) ||
        intake_waits(h->intake, e->record, PAPER_LABEL))
        return ERR_OK;
    enum err err = shipment_open(h, e->record, &s, f);
    if (err == ERR_OK)
        err = settle_in(h, &s, e, why, f);
    shipment_close(&s);
    return err;
}

/* ---- fetching ---- */

static enum err keep(struct label_fetch *l, struct arena *a, struct fetch_end *end,
                     struct fault *f)
{
    struct record r;
    int64_t fresh = 0;
    const enum format said = format_from_name(end->said);

    enum err e = record_get(l->host->store, a, l->record, false, &r, f);
    if (e != ERR_OK)
        return e;
    const struct paper p = {
        .kind = PAPER_LABEL,
        .record = r.id,
        .account = r.account,
        .name = r.name,
        .package = l->package,
        .tracking = l->tracking,
        .ship_method = l->carrier,
        .said = said == FORMAT_UNKNOWN ? "" : format_name(said),
    };
    return intake_document(l->host->intake, &r, &p, &end->document, &fresh, f);
}

static enum err fetched_in(struct label_fetch *l, struct arena *a, struct fetch_end *end,
                           struct fault *f)
{
    struct effect e;
    struct host *h = l->host;
    const int64_t effect = l->effect;
    enum err err = ERR_OK;

    if (end->why[0] == '\0')
        err = keep(l, a, end, f);
    else
        log_write(LOG_WARN, "a label could not be fetched; it is asked for again",
                  log_number("effect", effect), log_body("packageId", l->package),
                  log_safe("why", end->why), LOG_END);
    end_fetch(l);
    if (err == ERR_OK)
        err = effect_get(h->store, a, effect, false, &e, f);
    return err == ERR_OK ? labels_settle(h, &e, end->why, f) : err;
}

static void fetched(void *arg, struct fetch_end *end)
{
    struct label_fetch *l = arg;
    struct host *h = l->host;
    struct arena a;
    struct fault f;

    arena_init(&a);
    if (fetched_in(l, &a, end, &f) != ERR_OK)
        host_trouble(h, &f);
    arena_clear(&a);
}

static void begin_fetch(struct host *h, const struct effect *e, const char *package,
                        const struct json *label, char why[200])
{
    char never[200];
    const struct json *about = json_get(label, "shipLabelMetadata");
    const struct json *url = json_path(label, "fileData.url");
    struct label_fetch *l = mem_new(sizeof *l);

    l->host = h;
    l->effect = e->id;
    l->record = e->record;
    l->package = mem_text(package);
    l->tracking = mem_text(json_get_str(about, "trackingId", ""));
    l->carrier = mem_text(json_get_str(about, "carrierName", ""));
    l->next = h->label_fetches;
    h->label_fetches = l;
    l->fetch = fetch_start(h->transport, json_str(url), fetched, l, never);
    if (l->fetch != NULL)
        return;
    memcpy(why, never, sizeof never);
    end_fetch(l);
}

/* ---- the answer ---- */

/* An older shape says isErrored instead of status (domain.md 1.7). */
static bool is_failed(const struct json *label)
{
    return json_get_bool(label, "isErrored", false) ||
           strcmp(json_get_str(label, "status", "SUCCESS"), "SUCCESS") != 0 ||
           json_str(json_path(label, "fileData.url")) == NULL;
}

static void say_failure(const struct json *label, const char *package, char why[200])
{
    const struct json *error = json_get(label, "errorDetails");
    snprintf(why, 200, "package %.40s: %.40s: %.100s", package,
             json_get_str(error, "code", "no label"),
             json_get_str(error, "message", "Amazon gives no reason"));
    secret_redact(why);
}

/* One element of packageShipLabelList. A label that was made anew takes the place of the
 * old one, which is void at once. */
static enum err take_label(struct host *h, struct effect *e, const struct json *label,
                           bool anew, char why[200], struct fault *f)
{
    const char *package = json_get_str(label, "packageId", "");
    int64_t count = 0;
    enum err err = ERR_OK;

    if (is_failed(label)) {
        say_failure(label, package, why);
        return ERR_OK;
    }
    if (anew)
        err = paper_void(h->store, e->record, 1u << PAPER_LABEL, package, &count, f);
    if (err == ERR_OK)
        begin_fetch(h, e, package, label, why);
    return err;
}

static enum err accept(struct host *h, struct effect *e, const struct call_reply *r,
                       bool *anew, struct fault *f)
{
    struct shipment s;
    const struct json *asked = NULL;
    const struct effect_change change = {
        .to = EFFECT_ACCEPTED,
        .why = "Amazon made the labels; they are being fetched",
        .request_id = r->request_id,
        .next_ms = host_now(h) + UNDER_WAY_MS};

    enum err err = shipment_open(h, e->record, &s, f);
    if (err == ERR_OK)
        err = external_asked(h, &s, e, &asked, f);
    const char *operation = json_str(json_path(asked, "params.operation"));
    *anew = operation != NULL && strcmp(operation, "REGENERATE") == 0;
    if (err == ERR_OK)
        err = host_move(h, e, &change, f);
    shipment_close(&s);
    return err;
}

/* What is wrong with some of them stands with the effect while the others are fetched. */
static enum err note_failure(struct host *h, struct effect *e, const char *why,
                             struct fault *f)
{
    const struct effect_change change = {
        .to = EFFECT_ACCEPTED, .why = why, .next_ms = host_now(h) + UNDER_WAY_MS};
    return why[0] == '\0' ? ERR_OK : host_move(h, e, &change, f);
}

enum err labels_answered(struct host *h, struct effect *e, const struct call_reply *r,
                         struct fault *f)
{
    const struct json *list = json_get(r->body, "packageShipLabelList");
    char why[200] = "";
    bool anew;

    if (list == NULL || list->count == 0)
        snprintf(why, sizeof why, "Amazon's answer names no label");
    enum err err = accept(h, e, r, &anew, f);
    for (const struct json *l = list == NULL ? NULL : list->first;
         l != NULL && err == ERR_OK; l = l->next)
        err = take_label(h, e, l, anew, why, f);
    if (err == ERR_OK)
        err = note_failure(h, e, why, f);
    if (err == ERR_OK)
        err = flow_reconsider(h, e->record, f);
    return err == ERR_OK ? labels_settle(h, e, why, f) : err;
}
