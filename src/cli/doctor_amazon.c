/* Whether Amazon lets each account do its work: a token, the roles of its operations, and
 * whether our clocks agree. */
#include "cli/doctor.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/random.h"
#include "net/http_client.h"
#include "spapi/call.h"

enum { CLOCK_LOOK_MS = 30 * MS_SECOND, CLOCK_WRONG_MS = 5 * MS_MINUTE };

#define ROLE_ADVICE                                                                      \
    "give the application the role of this operation, then let the partner authorise "   \
    "it "                                                                                \
    "anew"
#define TOKEN_ADVICE                                                                     \
    "compare clientId, clientSecret and refreshToken with the developer console; "       \
    "authorise anew when consent was taken back"

/* One harmless read for each role. */
static const struct probe {
    enum program program;
    enum operation_id op;
    const char *param, *value; /* beside a window; NULL */
    bool windowed;
} probes[] = {
    {PROGRAM_VENDOR, OP_GET_ORDERS, "limit", "1", true},
    {PROGRAM_VENDOR, OP_GET_SHIPPING_LABELS, "limit", "1", true},
    {PROGRAM_VENDOR, OP_GET_PACKING_SLIPS, "limit", "1", true},
    {PROGRAM_VENDOR, OP_GET_TRANSACTION_STATUS, "transactionId", "dray-doctor", false},
    {PROGRAM_EXTERNAL, OP_GET_SHIPMENTS, "status", "ACCEPTED", false},
};

struct visit {
    struct doctor *doctor;
    struct loop *loop;
    struct transport *transport;
    struct random *random;
    struct spapi *spapi;
    bool ended;
    struct call_reply reply;
    struct fault fault;
    int64_t ahead_ms; /* our clock before Amazon's */
    bool timed;
};

static void hear(void *arg, const struct call_note *note)
{
    struct visit *v = arg;
    if (note->status == 0 || note->date_ms == INSTANT_NONE)
        return;
    v->ahead_ms = clock_wall_ms(v->doctor->session->clock) - note->date_ms;
    v->timed = true;
}

/* Nothing of what Amazon shows is kept. */
static bool drop(void *arg, const struct http_reply *reply, const char *data, size_t len)
{
    (void)arg, (void)reply, (void)data, (void)len;
    return true;
}

static void ended(void *arg, const struct call_reply *reply)
{
    struct visit *v = arg;
    v->ended = true;
    v->reply = *reply;
    v->fault = reply->fault;
}

static struct json *params_of(struct arena *a, const struct probe *p, int64_t now_ms)
{
    struct json *params = json_object(a);
    char text[INSTANT_TEXT];

    json_set_str(a, params, p->param, p->value);
    if (!p->windowed)
        return params;
    instant_format(now_ms - MS_HOUR, text);
    json_set_str(a, params, "createdAfter", text);
    instant_format(now_ms, text);
    json_set_str(a, params, "createdBefore", text);
    return params;
}

static void call(struct visit *v, struct account *account, const struct probe *p)
{
    struct arena a;
    struct call *started;

    arena_init(&a);
    const struct call_request request = {
        .account = account,
        .op = operation_get(p->op),
        .params = params_of(&a, p, clock_wall_ms(v->doctor->session->clock)),
        .raw = drop,
        .item_arg = v,
    };
    v->ended = false;
    if (call_start(v->spapi, &request, ended, v, &started, &v->fault) != ERR_OK) {
        v->reply = (struct call_reply){.outcome = CALL_NOT_SENT};
        v->ended = true;
    }
    arena_clear(&a);
    while (!v->ended) {
        transport_drain(v->transport);
        if (!v->ended)
            loop_turn(v->loop, transport_queued(v->transport) ? 0 : INT64_MAX);
    }
}

/* The account itself is not let in, whatever it asks for. */
static bool shut_out(const struct visit *v)
{
    const enum refusal_kind kind = v->reply.refusal.kind;
    if (v->reply.outcome == CALL_REFUSED)
        return kind == REFUSAL_CREDENTIALS || kind == REFUSAL_EXPIRED_TOKEN;
    return v->reply.outcome != CALL_OK && v->fault.code == ERR_DENIED;
}

/* Says what came of it; false when no other read could go better. */
static bool judge(struct visit *v, const struct account *account, const struct probe *p)
{
    char what[160];
    const enum refusal_kind kind = v->reply.refusal.kind;

    snprintf(what, sizeof what, "%s: %s", account->id, operation_get(p->op)->name);
    if (v->reply.outcome == CALL_OK)
        doctor_say(v->doctor, what, HEALTH_OK, "answered", "");
    else if (shut_out(v))
        doctor_say(v->doctor, what, HEALTH_WRONG, v->fault.text, TOKEN_ADVICE);
    else if (v->reply.outcome != CALL_REFUSED)
        doctor_say(v->doctor, what, HEALTH_WRONG, v->fault.text,
                   "look at the network, the proxy and `endpoint` in dray.lua");
    else if (kind == REFUSAL_ROLE)
        doctor_say(v->doctor, what, HEALTH_WRONG, v->fault.text, ROLE_ADVICE);
    else if (kind == REFUSAL_THROTTLED || kind == REFUSAL_SERVER)
        doctor_say(v->doctor, what, HEALTH_LOOK, v->fault.text, "try again later");
    else /* nothing is wrong but the question */
        doctor_say(v->doctor, what, HEALTH_OK, "allowed", "");
    return !shut_out(v) &&
           (v->reply.outcome == CALL_OK || v->reply.outcome == CALL_REFUSED);
}

static void visit_account(struct visit *v, struct account *account)
{
    bool on = true;
    for (size_t i = 0; on && i < sizeof probes / sizeof probes[0]; i++) {
        if (probes[i].program != account->program)
            continue;
        call(v, account, &probes[i]);
        on = judge(v, account, &probes[i]);
    }
}

static void look_at_clock(struct visit *v)
{
    char seen[100], by[INSTANT_TEXT];
    const int64_t off = v->ahead_ms < 0 ? -v->ahead_ms : v->ahead_ms;
    const enum health health = off >= CLOCK_WRONG_MS  ? HEALTH_WRONG
                               : off >= CLOCK_LOOK_MS ? HEALTH_LOOK
                                                      : HEALTH_OK;
    if (!v->timed)
        return;
    duration_format(off, by);
    snprintf(seen, sizeof seen, "%s %s Amazon's", by,
             v->ahead_ms < 0 ? "behind" : "before");
    doctor_say(v->doctor, "clock", health,
               health == HEALTH_OK ? "agrees with Amazon's" : seen,
               health == HEALTH_OK ? "" : "let this machine's clock be set by NTP");
}

void doctor_amazon(struct doctor *d)
{
    struct visit v = {.doctor = d, .loop = loop_new(d->session->clock)};
    struct project *p = d->session->project;

    v.random = random_new_system();
    v.transport =
        http_client_new(v.loop, "dray/" DRAY_VERSION " (Language=C; Platform=Linux)");
    v.spapi = spapi_new(v.loop, v.transport, v.random);
    spapi_on_note(v.spapi, hear, &v);
    for (size_t i = 0; i < p->account_count; i++) {
        spapi_add_account(v.spapi, p->accounts[i]);
        visit_account(&v, p->accounts[i]);
    }
    look_at_clock(&v);
    spapi_free(v.spapi);
    transport_free(v.transport);
    random_free(v.random);
    loop_free(v.loop);
}
