/* Sends what is ready, within the quota, each thing once. */
#include "workflow/sender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "spapi/quota.h"
#include "workflow/control.h"
#include "workflow/prover.h"
#include "workflow/flow.h"

enum {
    UNDER_WAY_MAX = 64, /* requests on the network at once */
    BODY_MAX = 1 << 20, /* domain.md 10 #13 */
    EXPIRED_SENDS = 5,  /* with tokens that Amazon calls expired, before a person looks */
    BACKOFF_FIRST_MS = 2 * MS_SECOND,
    BACKOFF_MAX_MS = 5 * MS_MINUTE
};

/* One request with the effects that it carries. */
struct parcel {
    struct sender *sender;
    struct account *account;
    enum effect_kind kind;
    int64_t *effects;
    size_t count;
    struct arena memory;
    struct json *params; /* NULL: none */
    struct buf body;     /* empty: none */
    struct call *call;   /* NULL until released */
    struct parcel *next;
};

struct sender {
    struct host *host;
    struct parcel *parcels; /* marked or on the network, oldest first */
    size_t under_way;
    struct timer timer;
    bool awake;
};

static void wake(void *arg)
{
    struct sender *s = arg;
    s->awake = true;
}

struct sender *sender_new(struct host *h)
{
    struct sender *s = mem_new(sizeof *s);
    s->host = h;
    s->awake = true;
    return s;
}

static void parcel_free(struct parcel *p)
{
    buf_clear(&p->body);
    arena_clear(&p->memory);
    free(p->effects);
    free(p);
}

void sender_free(struct sender *s)
{
    if (s == NULL)
        return;
    while (s->parcels != NULL) {
        struct parcel *p = s->parcels;
        s->parcels = p->next;
        if (p->call != NULL)
            call_withdraw(p->call);
        parcel_free(p);
    }
    timer_stop(s->host->loop, &s->timer);
    free(s);
}

void sender_wake(struct sender *s)
{
    s->awake = true;
}

size_t sender_under_way(const struct sender *s)
{
    return s->under_way;
}

static void unlink_parcel(struct parcel *p)
{
    struct parcel **at = &p->sender->parcels;
    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    p->sender->under_way--;
    p->sender->awake = true;
}

/* ---- answers ---- */

static int64_t backoff(const struct sender *s, const struct effect *e)
{
    int64_t most = BACKOFF_FIRST_MS;
    for (int64_t i = 1; i < e->sends && most < BACKOFF_MAX_MS; i++)
        most *= 2;
    return host_now(s->host) + most / 2 +
           (int64_t)random_below(s->host->random, (uint64_t)most / 2 + 1);
}

/* A refused batch does not say whose fault it was: each goes again in a smaller one. */
static enum err again(struct sender *s, struct effect *e, const char *why,
                      struct fault *f)
{
    const struct effect_change change = {
        .to = EFFECT_READY, .why = why, .next_ms = backoff(s, e)};
    return host_move(s->host, e, &change, f);
}

/* A person must look. */
static enum err hold(struct sender *s, struct effect *e, const char *why, struct fault *f)
{
    return flow_of(e->kind)->failed(s->host, e, EFFECT_HELD, why, f);
}

static enum err refused(struct sender *s, struct effect *e, const struct call_reply *r,
                        bool alone, struct fault *f)
{
    char why[400];
    refusal_format(&r->refusal, why, sizeof why);
    switch (r->refusal.kind) {
    case REFUSAL_CONFLICT: {
        const struct effect_change change = {.to = EFFECT_UNKNOWN,
                                             .why = why,
                                             .request_id = r->request_id,
                                             .next_ms = host_now(s->host)};
        return host_move(s->host, e, &change, f);
    }
    case REFUSAL_ROLE:
    case REFUSAL_CREDENTIALS:
        return hold(s, e, why, f);
    case REFUSAL_EXPIRED_TOKEN: /* not processed; the next token may do */
        return e->sends < EXPIRED_SENDS ? again(s, e, why, f) : hold(s, e, why, f);
    case REFUSAL_THROTTLED:
        return again(s, e, why, f);
    default:
        return alone
                   ? flow_of(e->kind)->refused(s->host, e, r, why, f)
                   : again(s, e, "its batch was refused; goes again in a smaller one", f);
    }
}

static enum err unknown(struct sender *s, struct effect *e, const struct call_reply *r,
                        struct fault *f)
{
    const struct effect_change change = {.to = EFFECT_UNKNOWN,
                                         .why = r->fault.text,
                                         .request_id = r->request_id,
                                         .next_ms = prover_quiet(e->kind, e->sent_ms)};
    return host_move(s->host, e, &change, f);
}

static enum err answered(struct parcel *p, struct effect *e, const struct call_reply *r,
                         struct fault *f)
{
    if (e->state != EFFECT_SENDING)
        return ERR_OK; /* evidence was quicker than the answer */
    switch (r->outcome) {
    case CALL_OK:
        return flow_of(e->kind)->answered(p->sender->host, e, r, f);
    case CALL_REFUSED:
        return refused(p->sender, e, r, p->count == 1, f);
    case CALL_NOT_SENT:
        return again(p->sender, e, r->fault.text, f);
    case CALL_UNKNOWN:
        break;
    }
    return unknown(p->sender, e, r, f);
}

static void parcel_done(void *arg, const struct call_reply *reply)
{
    struct parcel *p = arg;
    struct host *h = p->sender->host;
    struct arena a;
    struct fault f;
    enum err err = ERR_OK;

    unlink_parcel(p);
    arena_init(&a);
    for (size_t i = 0; i < p->count && err == ERR_OK; i++) {
        struct effect e;
        err = effect_get(h->store, &a, p->effects[i], false, &e, &f);
        if (err == ERR_OK)
            err = answered(p, &e, reply, &f);
    }
    if (err != ERR_OK)
        host_trouble(h, &f);
    arena_clear(&a);
    parcel_free(p);
}

/* ---- what leaves ---- */

static enum err mark(struct sender *s, struct parcel *p, struct effect *e,
                     struct fault *f)
{
    const struct effect_change change = {
        .to = EFFECT_SENDING, .why = "", .next_ms = INT64_MAX, .sent = true};
    p->effects[p->count++] = e->id;
    return host_move(s->host, e, &change, f);
}

static int64_t sent_lately(struct sender *s, const struct effect *e,
                           const char *warehouse, int64_t since_ms, enum err *err,
                           struct fault *f)
{
    int64_t count = 0;
    if (*err == ERR_OK)
        *err = effect_sent_since(s->host->store, e->account, warehouse, e->verb, since_ms,
                                 &count, f);
    return count;
}

/* What is above a limit is held, loudly (design 8). `warehouse` NULL: the account's
 * limit. */
static enum err check_limit(struct sender *s, struct effect *e, const struct limit *limit,
                            const char *warehouse, bool *held, struct fault *f)
{
    char why[160], per[INSTANT_TEXT];
    enum err err = ERR_OK;

    if (*held || limit->per_ms == 0 || e->released)
        return ERR_OK;
    const int64_t since = host_now(s->host) - limit->per_ms;
    if (sent_lately(s, e, warehouse, since, &err, f) < limit->count || err != ERR_OK)
        return err;
    duration_format(limit->per_ms, per);
    snprintf(why, sizeof why,
             "the limit of %lld %s in %s of %s is reached; `dray release` it",
             (long long)limit->count, e->verb, per,
             warehouse == NULL ? e->account : warehouse);
    *held = true;
    return hold(s, e, why, f);
}

/* LIMIT_COUNT when the verb cannot be limited. */
static enum limited limit_of(const char *verb)
{
    int l = 0;
    while (l < LIMIT_COUNT && strcmp(limit_name((enum limited)l), verb) != 0)
        l++;
    return (enum limited)l;
}

/* The limit of the effect's warehouse; NULL when its account has none for that verb. */
static enum err house_limit(struct sender *s, const struct effect *e, enum limited verb,
                            const struct account *a, const struct warehouse **house,
                            struct fault *f)
{
    struct arena memory;
    struct record r;
    bool any = false;

    *house = NULL;
    for (size_t i = 0; i < a->warehouse_count; i++)
        any = any || a->warehouses[i].limits[verb].per_ms > 0;
    if (!any)
        return ERR_OK;
    arena_init(&memory);
    enum err err = record_get(s->host->store, &memory, e->record, false, &r, f);
    if (err == ERR_OK)
        *house = account_warehouse(a, r.warehouse);
    arena_clear(&memory);
    return err;
}

static enum err check_limits(struct sender *s, struct effect *e, bool *held,
                             struct fault *f)
{
    const struct account *a = host_account(s->host, e->account);
    const enum limited verb = limit_of(e->verb);
    const struct warehouse *house;

    *held = false;
    if (verb == LIMIT_COUNT)
        return ERR_OK;
    enum err err = check_limit(s, e, &a->limits[verb], NULL, held, f);
    if (err == ERR_OK)
        err = house_limit(s, e, verb, a, &house, f);
    if (err == ERR_OK && house != NULL)
        err = check_limit(s, e, &house->limits[verb], house->code, held, f);
    return err;
}

/* Its request cannot be made: what has to wait again (the clock was set back) waits, all
 * else is for a person. */
static enum err cannot_leave(struct sender *s, struct effect *e, const char *why,
                             struct fault *f)
{
    struct stand now;

    const enum err err = flow_of(e->kind)->stand(s->host, e, &now, f);
    if (err != ERR_OK)
        return err;
    return now.step == STEP_WAIT ? flow_follow(s->host, e, &now, f) : hold(s, e, why, f);
}

static enum err pack_one(struct sender *s, struct parcel *p, struct effect *e,
                         struct json *list, struct arena *a, struct fault *f)
{
    struct outgoing out;
    struct fault why;
    bool held;

    enum err err = control_gate(s->host, e, &held, f);
    if (err == ERR_OK && !held)
        err = check_limits(s, e, &held, f);
    if (err != ERR_OK || held)
        return err;
    if (flow_of(e->kind)->request(s->host, a, e, &out, &why) != ERR_OK)
        return cannot_leave(s, e, why.text, f);
    if (list != NULL)
        json_push(list, out.body);
    else if (out.body != NULL)
        json_write(&p->body, out.body);
    if (out.params != NULL)
        p->params = json_copy(&p->memory, out.params);
    return mark(s, p, e, f);
}

static void append_parcel(struct sender *s, struct parcel *p)
{
    struct parcel **at = &s->parcels;
    while (*at != NULL)
        at = &(*at)->next;
    *at = p;
    s->under_way++;
}

/* Packs the first effects of `list` that may travel together. */
static enum err pack(struct sender *s, struct account *a, struct effect *list,
                     size_t count, struct arena *memory, struct fault *f)
{
    struct parcel *p = mem_new(sizeof *p);
    const struct flow *flow = flow_of(list[0].kind);
    const char *name = flow->list(list[0].kind);
    struct json *elements = name == NULL ? NULL : json_array(memory);
    enum err e = ERR_OK;

    p->sender = s;
    p->account = a;
    p->kind = list[0].kind;
    p->effects = mem_array(count, sizeof *p->effects);
    arena_init(&p->memory);
    buf_init(&p->body, BODY_MAX);
    for (size_t i = 0; i < count && e == ERR_OK; i++)
        e = pack_one(s, p, &list[i], elements, memory, f);
    if (e != ERR_OK || p->count == 0) {
        quota_return(a->quota, flow->operation(p->kind)->id);
        parcel_free(p);
        return e;
    }
    if (name != NULL) {
        struct json *root = json_object(memory);
        json_set(memory, root, name, elements);
        json_write(&p->body, root);
    }
    append_parcel(s, p);
    return ERR_OK;
}

/* How many of the first effects go into one request. */
static size_t together(const struct account *a, const struct effect *list, size_t count)
{
    const struct flow *flow = flow_of(list[0].kind);
    size_t n = 1;
    while (n < count && n < (size_t)flow->batch(a, &list[0]) &&
           n < (size_t)flow->batch(a, &list[n]))
        n++;
    return n;
}

static bool is_under_way(const struct sender *s, const struct account *a,
                         enum effect_kind kind)
{
    for (const struct parcel *p = s->parcels; p != NULL; p = p->next)
        if (p->account == a && p->kind == kind)
            return true;
    return false;
}

static enum err next_request(struct sender *s, struct account *a, enum effect_kind kind,
                             bool *packed, struct fault *f)
{
    struct arena memory;
    struct effect *list;
    size_t count;
    const struct effect like = {.kind = kind};
    const struct effect_filter filter = {.account = a->id,
                                         .kinds = 1u << kind,
                                         .states = 1u << EFFECT_READY,
                                         .due_ms = host_now(s->host),
                                         .with_body = true,
                                         .due_order = true,
                                         .limit = flow_of(kind)->batch(a, &like)};

    *packed = false;
    arena_init(&memory);
    enum err e = effect_list(s->host->store, &memory, &filter, &list, &count, f);
    /* A request with room left waits for the answer to the one before: it fills. */
    if (e == ERR_OK && (int64_t)count < filter.limit && is_under_way(s, a, kind))
        count = 0;
    if (e == ERR_OK && count > 0 &&
        quota_take(a->quota, flow_of(kind)->operation(kind)->id,
                   clock_mono_ms(s->host->clock))) {
        *packed = true;
        e = pack(s, a, list, together(a, list, count), &memory, f);
    }
    arena_clear(&memory);
    return e;
}

static void wake_at(struct sender *s, int64_t mono_ms)
{
    if (s->timer.slot == 0 || s->timer.due_ms > mono_ms)
        timer_set(s->host->loop, &s->timer, mono_ms, wake, s);
}

/* Everything of one account and kind that the quota lets leave now. */
static enum err drain_kind(struct sender *s, struct account *a, enum effect_kind kind,
                           struct fault *f)
{
    const enum operation_id op = flow_of(kind)->operation(kind)->id;
    bool packed = true;
    enum err e = effect_rank(s->host->store, a->id, kind, host_now(s->host), f);

    while (e == ERR_OK && packed && s->under_way < UNDER_WAY_MAX) {
        int64_t now = clock_mono_ms(s->host->clock), next = quota_next(a->quota, op, now);
        if (next > now) {
            wake_at(s, next);
            return ERR_OK;
        }
        e = next_request(s, a, kind, &packed, f);
    }
    return e;
}

static enum err plan_next_look(struct sender *s, struct fault *f)
{
    int64_t next;
    enum err e = host_next(s->host, 1u << EFFECT_READY, host_now(s->host), &next, f);
    if (e == ERR_OK && next != INT64_MAX)
        wake_at(s, host_mono(s->host, next));
    return e;
}

enum err sender_step(struct sender *s, struct fault *f)
{
    struct host *h = s->host;
    enum err e = ERR_OK;

    if (!s->awake)
        return ERR_OK;
    s->awake = false;
    if (h->rehearsal)
        return ERR_OK;
    for (size_t i = 0; i < h->account_count && e == ERR_OK; i++)
        for (int kind = 0; kind < EFFECT_KIND_COUNT && e == ERR_OK; kind++)
            if (flow_of((enum effect_kind)kind) == flow_of_account(h, h->accounts[i]->id))
                e = drain_kind(s, h->accounts[i], (enum effect_kind)kind, f);
    return e == ERR_OK ? plan_next_look(s, f) : e;
}

/* A document within the answer; such a request carries one effect. */
static enum err take_document(void *arg, const struct page_item *item, struct fault *f)
{
    const struct parcel *p = arg;
    return flow_of(p->kind)->item(p->sender->host, p->effects[0], item, f);
}

static void release(struct sender *s, struct parcel *p)
{
    const struct call_request request = {
        .account = p->account,
        .op = flow_of(p->kind)->operation(p->kind),
        .params = p->params,
        .body = p->body.len == 0 ? NULL : buf_str(&p->body),
        .body_len = p->body.len,
        .admitted = true,
        .item = flow_of(p->kind)->streams(p->kind) ? take_document : NULL,
        .item_arg = p,
        .archive = s->host->archive,
    };
    struct fault f;
    if (call_start(s->host->spapi, &request, parcel_done, p, &p->call, &f) == ERR_OK)
        return;
    const struct call_reply never = {
        .outcome = CALL_NOT_SENT, .next_token = "", .request_id = "", .fault = f};
    parcel_done(p, &never);
}

void sender_release(struct sender *s)
{
    for (struct parcel *p = s->parcels, *next; p != NULL; p = next) {
        next = p->next;
        if (p->call == NULL)
            release(s, p);
    }
}

bool sender_busy(const struct sender *s)
{
    return s->awake;
}
