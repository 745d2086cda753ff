/* One call: what is sent, what is repeated, what never is, and what its end says. */
#include "fake_transport.h"

#include "spapi/quota.h"

static const char ack_body[] = "{\"orderAcknowledgements\":[]}";

static struct call_request ack_of(struct world *w)
{
    struct call_request r = request_of(w, OP_SUBMIT_ACKNOWLEDGEMENT);
    r.body = ack_body;
    r.body_len = strlen(ack_body);
    return r;
}

static struct ended status_call(struct world *w)
{
    return one_call(w, request_of(w, OP_GET_TRANSACTION_STATUS), transaction_params);
}

static void ok_read(struct answer_of *a)
{
    say(a, 200, "{\"payload\":{\"transactionStatus\":{\"status\":\"Success\"}}}");
}

static void ok_write(struct answer_of *a)
{
    say(a, 202, "{\"payload\":{\"transactionId\":\"t-1\"}}");
}

/* What goes wrong for the first `state` requests; after that all is well. */
enum trouble {
    FINE,
    THROTTLED,
    BROKEN_AMAZON,
    NOT_SENT,
    RESET,
    CUT,
    NOT_JSON,
    EMPTY,
    ERRORS_INSIDE,
    EXPIRED,
    BAD_REQUEST,
    REVOKED,
    CONFLICT,
    TROUBLES
};
static enum trouble trouble;

static void make_trouble(struct answer_of *a)
{
    switch (trouble) {
    case THROTTLED:
        say_refusal(a, 429, "QuotaExceeded", "");
        break;
    case BROKEN_AMAZON:
        say_refusal(a, 503, "ServiceUnavailable", "");
        break;
    case NOT_SENT:
        a->outcome = HTTP_NOT_SENT;
        break;
    case RESET:
        a->outcome = HTTP_UNKNOWN;
        break;
    case CUT:
        a->cut = true;
        break;
    case NOT_JSON:
        say(a, a->status, "<html>proxy</html>");
        break;
    case EMPTY:
        say(a, a->status, "{}");
        break;
    case ERRORS_INSIDE:
        say(a, a->status,
            "{\"errors\":[{\"code\":\"InternalFailure\",\"message\":\"m\"}]}");
        break;
    case EXPIRED:
        say_expired(a);
        break;
    case CONFLICT:
        say_refusal(a, 409, "ServerBusy", "a workflow is running");
        break;
    case BAD_REQUEST:
        say_refusal(a, 400, "InvalidInput", "Atza|echo of a token");
        break;
    case REVOKED:
        say_refusal(a, 403, "Unauthorized",
                    "The access token you provided is revoked, malformed or invalid.");
        break;
    default:
        break;
    }
}

static void scripted(struct world *w, const struct seen *r, struct answer_of *a)
{
    if (r->write)
        ok_write(a);
    else
        ok_read(a);
    if (w->api_calls <= w->state)
        make_trouble(a);
}

/* --- what is sent
 * ------------------------------------------------------------------------ */

static void as_amazon_wants_it(void)
{
    struct world *w = world_new(scripted);
    struct ended e = status_call(w);
    CHECK_INT(e.outcome, CALL_OK);
    CHECK_INT(e.status, 200);
    CHECK_STR(e.body, "{\"transactionStatus\":{\"status\":\"Success\"}}");
    CHECK(e.request_id[0] != '\0');
    const struct seen *s = seen_last(w);
    CHECK_STR(s->url, "https://sellingpartnerapi-na.amazon.com"
                      "/vendor/directFulfillment/transactions/v1/transactions/t-1");
    CHECK_STR(s->method, "GET");
    CHECK_STR(s->content_type, ""); /* a GET with one is a 400 */
    CHECK_STR(s->amz_date, "20261123T160000Z");
    CHECK_STR(s->token, "Atza|access-1");
    CHECK(!s->write);

    CHECK_INT(one_call(w, ack_of(w), NULL).outcome, CALL_OK);
    s = seen_last(w);
    CHECK_STR(s->method, "POST");
    CHECK_STR(s->content_type, "application/json");
    CHECK_STR(s->body, ack_body);
    CHECK(s->write);
    world_free(w);
}

static void bare(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w, (void)r;
    say(a, 202, "{\"transactionId\":\"t-9\"}");
}

static void without_payload(void)
{
    struct world *w = world_new(bare);
    struct ended e = one_call(w, ack_of(w), NULL);
    CHECK_INT(e.outcome, CALL_OK);
    CHECK_STR(e.body, "{\"transactionId\":\"t-9\"}");
    world_free(w);
}

static void wrong_use(void)
{
    struct world *w = world_new(scripted);
    struct ended e = {.world = w};
    struct fault f;
    struct call_request no_order = request_of(w, OP_GET_ORDER);
    CHECK_INT(call_start(w->spapi, &no_order, on_end, &e, &e.call, &f), ERR_INPUT);
    CHECK(strstr(f.text, "purchaseOrderNumber") != NULL);
    struct call_request no_body = request_of(w, OP_SUBMIT_ACKNOWLEDGEMENT);
    CHECK_INT(call_start(w->spapi, &no_body, on_end, &e, &e.call, &f), ERR_INPUT);
    CHECK_STR(f.text, "submitAcknowledgement: a body is missing");
    struct call_request read_body = request_of(w, OP_GET_ORDERS);
    read_body.body = "{}";
    read_body.body_len = 2;
    CHECK_INT(call_start(w->spapi, &read_body, on_end, &e, &e.call, &f), ERR_INPUT);
    world_run(w);
    CHECK_INT(e.times, 0);
    CHECK_INT(w->seen_count, 0);
    world_free(w);
}

/* --- repeats
 * ----------------------------------------------------------------------------- */

struct expectation {
    enum trouble trouble;
    int requests; /* that reach the network when the trouble never ends */
    enum call_outcome end;
    bool passes; /* one such trouble, then all is well: does the call succeed? */
};

static void play(bool write, bool once, const struct expectation *x)
{
    struct world *w = world_new(scripted);
    struct call_request r = write ? ack_of(w) : request_of(w, OP_GET_TRANSACTION_STATUS);
    const char *params = write ? NULL : transaction_params;
    r.once = once;
    trouble = x->trouble;
    w->state = 1;
    struct ended first = one_call(w, r, params);
    bool passed = first.outcome == CALL_OK;
    world_free(w);

    w = world_new(scripted);
    r.account = w->account;
    w->state = 100;
    struct ended last = one_call(w, r, params);
    int requests = w->api_calls;
    if (passed != x->passes || requests != x->requests || last.outcome != x->end)
        printf("  trouble %d, write %d: %d requests, end %d: %s\n", x->trouble, write,
               requests, last.outcome, last.fault.text);
    CHECK_INT(passed, x->passes);
    CHECK_INT(requests, x->requests);
    CHECK_INT(last.outcome, x->end);
    CHECK(strncmp(last.fault.text, "account acme-us: ", 17) == 0);
    CHECK(last.fault.code != ERR_OK);
    world_free(w);
}

static void reads(void)
{
    static const struct expectation all[] = {
        {THROTTLED, 4, CALL_REFUSED, true}, {BROKEN_AMAZON, 4, CALL_UNKNOWN, true},
        {NOT_SENT, 4, CALL_NOT_SENT, true}, {RESET, 4, CALL_UNKNOWN, true},
        {CUT, 4, CALL_UNKNOWN, true},       {NOT_JSON, 4, CALL_UNKNOWN, true},
        {EMPTY, 4, CALL_UNKNOWN, true},     {ERRORS_INSIDE, 4, CALL_UNKNOWN, true},
        {EXPIRED, 2, CALL_REFUSED, true},   {BAD_REQUEST, 1, CALL_REFUSED, false},
        {REVOKED, 1, CALL_REFUSED, false},  {CONFLICT, 4, CALL_REFUSED, true}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        play(false, false, &all[i]);
}

static void writes(void)
{
    static const struct expectation all[] = {
        {THROTTLED, 4, CALL_REFUSED, true}, {BROKEN_AMAZON, 1, CALL_UNKNOWN, false},
        {NOT_SENT, 4, CALL_NOT_SENT, true}, {RESET, 1, CALL_UNKNOWN, false},
        {CUT, 1, CALL_UNKNOWN, false},      {NOT_JSON, 1, CALL_UNKNOWN, false},
        {EMPTY, 1, CALL_UNKNOWN, false},    {ERRORS_INSIDE, 1, CALL_UNKNOWN, false},
        {EXPIRED, 2, CALL_REFUSED, true},   {BAD_REQUEST, 1, CALL_REFUSED, false},
        {REVOKED, 1, CALL_REFUSED, false},  {CONFLICT, 1, CALL_REFUSED, false}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        play(true, false, &all[i]);
}

static void once_is_once(void)
{
    for (int t = FINE + 1; t < TROUBLES; t++) {
        enum call_outcome end = t == NOT_SENT                    ? CALL_NOT_SENT
                                : t == THROTTLED || t >= EXPIRED ? CALL_REFUSED
                                                                 : CALL_UNKNOWN;
        play(true, true, &(struct expectation){(enum trouble)t, 1, end, false});
    }
}

static void unknown_says_look(void)
{
    struct world *w = world_new(scripted);
    trouble = RESET;
    w->state = 1;
    struct ended e = one_call(w, ack_of(w), NULL);
    CHECK(strstr(e.fault.text, "look it up before sending it again") != NULL);
    trouble = BROKEN_AMAZON;
    w->state = w->api_calls + 1;
    e = one_call(w, ack_of(w), NULL);
    CHECK_INT(e.status, 503);
    CHECK_INT(e.refusal.kind, REFUSAL_SERVER);
    CHECK(strstr(e.fault.text, "look it up before sending it again") != NULL);
    world_free(w);
}

static void revoked_names_the_account(void)
{
    struct world *w = world_new(scripted);
    trouble = REVOKED;
    w->state = 100;
    struct ended e = status_call(w);
    CHECK_INT(e.refusal.kind, REFUSAL_CREDENTIALS);
    CHECK_INT(e.fault.code, ERR_DENIED);
    CHECK(strstr(e.fault.text,
                 "account acme-us: getTransactionStatus: Amazon does not accept "
                 "the account's authorisation") != NULL);
    CHECK(strstr(e.fault.text, "authorise the application again in Vendor Central") !=
          NULL);
    world_free(w);
}

static void repeats_are_few(void)
{
    struct world *w = world_new(scripted);
    static struct ended ends[200];
    memset(ends, 0, sizeof ends);
    trouble = BROKEN_AMAZON;
    w->state = 10000;
    for (size_t i = 0; i < 200; i++) {
        struct call_request r = request_of(w, OP_GET_TRANSACTION_STATUS);
        begin(&ends[i], w, &r, transaction_params);
    }
    world_run(w);
    for (size_t i = 0; i < 200; i++)
        CHECK_INT(ends[i].outcome, CALL_UNKNOWN);
    struct quota_count n = quota_counts(w->account->quota, OP_GET_TRANSACTION_STATUS);
    CHECK_INT(n.calls, w->api_calls);
    CHECK_INT(n.calls, 200 + n.repeats);
    CHECK(n.repeats >= 3 && n.repeats <= 23);
    world_free(w);
}

/* --- quota
 * ------------------------------------------------------------------------------- */

static void first_come_first_served(void)
{
    struct world *w = world_new(scripted);
    struct ended ends[40] = {0};
    for (int i = 0; i < 40; i++) {
        struct call_request r = request_of(w, OP_GET_TRANSACTION_STATUS);
        char params[64];
        snprintf(params, sizeof params, "{\"transactionId\":\"t-%02d\"}", i);
        begin(&ends[i], w, &r, params);
    }
    world_run(w);
    CHECK_INT(w->seen_count, 41);
    for (int i = 0; i < 40; i++) {
        const struct seen *s = &w->seen[i + 1];
        CHECK_INT(atol(s->url + strlen(s->url) - 2), i);
        CHECK(i == 0 || s->at_ms - w->seen[i].at_ms <= 101);
    }
    /* One token at the start, then ten a second (the 20 ms of LWA count). */
    CHECK(seen_last(w)->at_ms - w->seen[1].at_ms >= 3875);
    world_free(w);
}

static void admitted_takes_no_second_token(void)
{
    struct world *w = world_new(scripted);
    status_call(w); /* the token is there */
    world_run_to(w, 10 * MS_SECOND);
    struct quota *q = w->account->quota;
    CHECK(quota_take(q, OP_SUBMIT_ACKNOWLEDGEMENT, clock_mono_ms(w->clock)));
    struct call_request r = ack_of(w);
    r.admitted = true;
    struct ended e = {0};
    begin(&e, w, &r, NULL);
    CHECK_INT(seen_with(w, "acknowledgements"), 1); /* it left at once */
    world_run(w);
    CHECK_INT(e.outcome, CALL_OK);
    CHECK_INT(quota_counts(q, OP_SUBMIT_ACKNOWLEDGEMENT).calls, 1);

    /* The token has gone: its place is given back and taken again when it leaves. */
    world_run_to(w, 2 * MS_HOUR);
    CHECK(quota_take(q, OP_SUBMIT_ACKNOWLEDGEMENT, clock_mono_ms(w->clock)));
    CHECK_INT(one_call(w, r, NULL).outcome, CALL_OK);
    CHECK_INT(quota_counts(q, OP_SUBMIT_ACKNOWLEDGEMENT).calls, 2);
    world_free(w);
}

static void never_sent_costs_nothing(void)
{
    struct world *w = world_new(scripted);
    trouble = NOT_SENT;
    w->state = 100;
    CHECK_INT(status_call(w).outcome, CALL_NOT_SENT);
    CHECK_INT(w->api_calls, 4);
    CHECK_INT(quota_counts(w->account->quota, OP_GET_TRANSACTION_STATUS).calls, 0);
    world_free(w);
}

static void slow_token(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w, (void)r;
    a->delay_ms = 5 * MS_SECOND;
}

static void waiting_for_a_token_bunches_nothing(void)
{
    struct world *w = world_new(scripted);
    struct ended ends[30] = {0};
    w->lwa = slow_token;
    for (size_t i = 0; i < 30; i++) {
        struct call_request r = request_of(w, OP_GET_TRANSACTION_STATUS);
        begin(&ends[i], w, &r, transaction_params);
    }
    world_run(w);
    int64_t start = w->seen[1].at_ms;
    int in_first_second = 0;
    for (size_t i = 1; i < w->seen_count; i++)
        in_first_second += w->seen[i].at_ms - start < 1000;
    CHECK(in_first_second <= 19); /* b' + r */
    world_free(w);
}

static void header_slows(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w, (void)r;
    ok_read(a);
    a->rate = 0.5;
}

static void header_is_obeyed(void)
{
    struct world *w = world_new(header_slows);
    CHECK_INT(status_call(w).outcome, CALL_OK);
    CHECK(quota_rate(w->account->quota, OP_GET_TRANSACTION_STATUS) < 0.51);
    world_free(w);
}

/* --- bodies
 * ------------------------------------------------------------------------------ */

static bool keep_raw(void *arg, const struct http_reply *reply, const char *data,
                     size_t len)
{
    struct ended *e = arg;
    CHECK(reply->status != 0);
    size_t at = strlen(e->raw);
    CHECK(at + len < sizeof e->raw);
    memcpy(e->raw + at, data, len);
    return true;
}

static void untouched(void)
{
    struct world *w = world_new(scripted);
    struct ended e = {0};
    struct call_request r = request_of(w, OP_GET_TRANSACTION_STATUS);
    r.raw = keep_raw;
    r.item_arg = &e;
    trouble = BROKEN_AMAZON;
    w->state = 2; /* what is repeated is not shown */
    begin(&e, w, &r, transaction_params);
    world_run(w);
    CHECK_INT(e.outcome, CALL_OK);
    CHECK_STR(e.raw, "{\"payload\":{\"transactionStatus\":{\"status\":\"Success\"}}}");
    CHECK_STR(e.body, "");
    world_free(w);

    w = world_new(scripted);
    trouble = BAD_REQUEST;
    w->state = 1;
    r.account = w->account;
    e = (struct ended){0};
    begin(&e, w, &r, transaction_params);
    world_run(w);
    CHECK_INT(e.outcome, CALL_REFUSED);
    CHECK(strncmp(e.raw, "{\"errors\":[{\"code\":\"InvalidInput\"", 33) == 0);
    world_free(w);

    w = world_new(scripted);
    trouble = CUT;
    w->state = 1;
    r.account = w->account;
    e = (struct ended){0};
    begin(&e, w, &r, transaction_params);
    world_run(w);
    CHECK_INT(e.outcome, CALL_UNKNOWN); /* bytes that were shown cannot be taken back */
    CHECK_INT(w->api_calls, 1);
    world_free(w);
}

static enum err take_item(void *arg, const struct page_item *item, struct fault *f)
{
    struct ended *e = arg;
    CHECK_STR(json_get_str(item->value, "purchaseOrderNumber", ""), "PO1");
    e->items++;
    if (e->item_error != ERR_OK)
        return fault_set(f, e->item_error, "the disk is full");
    return ERR_OK;
}

static void two_orders(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)r;
    say(a, 200,
        "{\"payload\":{\"pagination\":{\"nextToken\":\"a+b=\"},\"orders\":["
        "{\"purchaseOrderNumber\":\"PO1\"},{\"purchaseOrderNumber\":\"PO1\"}]}}");
    a->cut = w->api_calls <= w->state;
}

static void elements_stream(void)
{
    struct world *w = world_new(two_orders);
    struct ended e = {0};
    struct call_request r = request_of(w, OP_GET_ORDERS);
    r.item = take_item;
    r.item_arg = &e;
    begin(&e, w, &r, orders_params);
    world_run(w);
    CHECK_INT(e.outcome, CALL_OK);
    CHECK_INT(e.items, 2);
    CHECK_STR(e.next_token, "a+b=");
    CHECK_STR(e.body, "");
    /* A page that breaks in the middle is read again. */
    e = (struct ended){0};
    w->state = w->api_calls + 1;
    begin(&e, w, &r, orders_params);
    world_run(w);
    CHECK_INT(e.outcome, CALL_OK);
    CHECK(e.items >= 2);
    CHECK_INT(w->api_calls, 3);
    /* A receiver that fails is no broken page. */
    e = (struct ended){.item_error = ERR_IO};
    begin(&e, w, &r, orders_params);
    world_run(w);
    CHECK_INT(e.outcome, CALL_UNKNOWN);
    CHECK_INT(e.fault.code, ERR_IO);
    CHECK(strstr(e.fault.text, "the disk is full") != NULL);
    CHECK_INT(e.items, 1);
    CHECK_INT(w->api_calls, 4);
    e = (struct ended){.item_error = ERR_INPUT};
    begin(&e, w, &r, orders_params);
    world_run(w);
    CHECK_INT(e.outcome, CALL_UNKNOWN);
    CHECK_INT(e.items, 1);
    world_free(w);
}

static void tree_with_next_page(void)
{
    struct world *w = world_new(two_orders);
    struct ended e = one_call(w, request_of(w, OP_GET_ORDERS), orders_params);
    CHECK_INT(e.outcome, CALL_OK);
    CHECK_STR(e.next_token, "a+b=");
    world_free(w);
}

/* --- withdrawal
 * -------------------------------------------------------------------------- */

/* Slow at every station, with a repeat: a call's whole life takes some seconds. */
static void slow_lwa(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)r;
    if (w->lwa_calls == 1)
        say(a, 503, "busy");
}

static void slow_rdt(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)r;
    if (w->rdt_calls == 1)
        say_role(a);
}

static void slow_api(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)r;
    say(a, 200, "{\"payload\":{\"orders\":[{\"purchaseOrderNumber\":\"PO1\"}]}}");
    if (w->api_calls <= 2)
        say_expired(a);
    else if (w->api_calls <= 5)
        say(a, 503, "busy");
}

static struct world *slow_world(struct ended *ends, size_t count)
{
    struct world *w = world_new(slow_api);
    w->lwa = slow_lwa;
    w->rdt = slow_rdt;
    for (size_t i = 0; i < count; i++) {
        struct call_request r = request_of(w, OP_GET_ORDERS);
        r.item = take_item;
        r.item_arg = &ends[i];
        ends[i] = (struct ended){0};
        begin(&ends[i], w, &r, orders_params);
    }
    return w;
}

static int64_t life_of_slow_world(void)
{
    struct ended ends[3];
    struct world *w = slow_world(ends, 3);
    world_run(w);
    int64_t life = clock_mono_ms(w->clock);
    for (size_t i = 0; i < 3; i++)
        CHECK_INT(ends[i].outcome, CALL_OK);
    world_free(w);
    return life;
}

static void withdrawn_at_every_stage(void)
{
    int64_t life = life_of_slow_world();
    CHECK(life > 500);
    for (int64_t at = 0; at <= life; at += 3) {
        struct ended ends[3];
        struct world *w = slow_world(ends, 3);
        world_run_to(w, at);
        int before = ends[1].times;
        call_withdraw(ends[1].call);
        world_run(w);
        CHECK_INT(ends[1].times, before); /* nothing more is heard of it */
        CHECK_INT(ends[0].outcome, CALL_OK);
        CHECK_INT(ends[2].outcome, CALL_OK);
        CHECK_INT(ends[0].times + ends[2].times, 2);
        world_free(w);
    }
}

static void all_ended_at_every_stage(void)
{
    int64_t life = life_of_slow_world();
    for (int64_t at = 0; at <= life; at += 3) {
        struct ended ends[3];
        struct world *w = slow_world(ends, 3);
        world_run_to(w, at);
        world_free(w); /* checks that no timer and no exchange is left */
    }
}

/* A done function may start the next call and withdraw another. */
struct chain {
    struct ended end; /* first member: on_end fills it */
    struct ended *other;
};

static void start_next(void *arg, const struct call_reply *reply)
{
    struct chain *c = arg;
    struct world *w = c->end.world;
    struct call_request r = request_of(w, OP_GET_TRANSACTION_STATUS);
    on_end(&c->end, reply);
    call_withdraw(c->other->call);
    c->other->call = NULL;
    if (c->end.times == 3)
        return;
    begin(c->other, w, &r, transaction_params);
    struct arena a;
    arena_init(&a);
    r.params = json_parse(&a, transaction_params, strlen(transaction_params), NULL);
    CHECK_INT(call_start(w->spapi, &r, start_next, c, &c->end.call, NULL), ERR_OK);
    arena_clear(&a);
}

static void ends_that_begin(void)
{
    for (int failing = 0; failing < 2; failing++) {
        struct world *w = world_new(scripted);
        struct ended other = {0};
        struct chain c = {.end = {.world = w}, .other = &other};
        struct call_reply nothing = {.next_token = "", .request_id = ""};
        if (failing)
            write_secret(w, "client", "x", 0644); /* ends without a token */
        start_next(&c, &nothing);
        world_run(w);
        CHECK_INT(c.end.times, 3);
        CHECK_INT(c.end.outcome, failing ? CALL_NOT_SENT : CALL_OK);
        world_free(w);
    }
}

TESTS_MAIN({"a request looks as Amazon wants it", as_amazon_wants_it},
           {"a reply without payload is read, too", without_payload},
           {"wrong parameters or bodies start nothing", wrong_use},
           {"a read is repeated four times at the most, and says how it ended", reads},
           {"a write is repeated only when it certainly was not processed", writes},
           {"a call that shall be one attempt is one attempt, whatever happens",
            once_is_once},
           {"a write whose end is unknown says: look before sending again",
            unknown_says_look},
           {"a revoked authorisation names the account and what to do",
            revoked_names_the_account},
           {"when Amazon is down, a tenth of the calls is repeated, not four times each",
            repeats_are_few},
           {"calls of one operation leave in the order in which they came, at the rate",
            first_come_first_served},
           {"a call that was admitted before uses that place only",
            admitted_takes_no_second_token},
           {"what never reached Amazon costs no quota", never_sent_costs_nothing},
           {"calls that waited for a token do not leave as one bunch",
            waiting_for_a_token_bunches_nothing},
           {"Amazon's rate header is obeyed", header_is_obeyed},
           {"raw bytes pass untouched, refusals too, repeated ones not", untouched},
           {"elements stream; a broken page is read again, a failing receiver is not",
            elements_stream},
           {"a page that became a tree tells its next page", tree_with_next_page},
           {"a call can be withdrawn at every moment, and the others go on",
            withdrawn_at_every_stage},
           {"everything can be ended at every moment", all_ended_at_every_stage},
           {"the end of a call may begin or withdraw others", ends_that_begin})
