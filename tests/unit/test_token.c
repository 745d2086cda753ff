/* Tokens: one refresh however many wait, one restricted token for all reads, and what
 * happens when Amazon or the network does not give one. */
#include "fake_transport.h"

#include "spapi/token.h"

static void fine(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w, (void)r;
    say(a, 200, "{\"payload\":{\"transactionStatus\":{\"status\":\"Success\"}}}");
}

static void list_fine(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w;
    const char *list = strstr(r->url, "purchaseOrders")   ? "orders"
                       : strstr(r->url, "shippingLabels") ? "shippingLabels"
                       : strstr(r->url, "packingSlips")   ? "packingSlips"
                                                          : "customerInvoices";
    say(a, 200, "{\"payload\":{\"%s\":[{\"purchaseOrderNumber\":\"PO1\"}]}}", list);
}

static struct ended status_call(struct world *w)
{
    return one_call(w, request_of(w, OP_GET_TRANSACTION_STATUS), transaction_params);
}

static struct ended orders_call(struct world *w)
{
    return one_call(w, request_of(w, OP_GET_ORDERS), orders_params);
}

/* --- LWA
 * --------------------------------------------------------------------------------- */

static void one_refresh_for_all(void)
{
    struct world *w = world_new(fine);
    struct ended ends[20] = {0};
    for (size_t i = 0; i < 20; i++) {
        struct call_request r = request_of(w, OP_GET_TRANSACTION_STATUS);
        begin(&ends[i], w, &r, transaction_params);
    }
    world_run(w);
    for (size_t i = 0; i < 20; i++)
        CHECK_INT(ends[i].outcome, CALL_OK);
    CHECK_INT(w->lwa_calls, 1);
    CHECK_INT(w->api_calls, 20);
    CHECK_STR(w->noted[0], "lwaToken");
    CHECK_INT(w->notes, 21);
    world_free(w);
}

static void late_comers_share(void)
{
    struct world *w = world_new(fine);
    struct ended ends[8] = {0};
    for (size_t i = 0; i < 8; i++) { /* LWA takes 20 ms */
        struct call_request r = request_of(w, OP_GET_TRANSACTION_STATUS);
        begin(&ends[i], w, &r, transaction_params);
        world_run_to(w, 2 * (int64_t)(i + 1));
    }
    CHECK_INT(w->seen_count, 1);
    world_run(w);
    for (size_t i = 0; i < 8; i++)
        CHECK_INT(ends[i].outcome, CALL_OK);
    CHECK_INT(w->lwa_calls, 1);
    world_free(w);
}

static void form_is_encoded(void)
{
    struct world *w = world_new(fine);
    CHECK_INT(status_call(w).outcome, CALL_OK);
    const struct seen *s = &w->seen[0];
    CHECK_STR(s->url, "https://api.amazon.com/auth/o2/token");
    CHECK_STR(s->method, "POST");
    CHECK_STR(s->content_type, "application/x-www-form-urlencoded;charset=UTF-8");
    CHECK_STR(s->body, "grant_type=refresh_token"
                       "&refresh_token=Atzr%7Crefresh%2Btoken%2F%3D%26"
                       "&client_id=amzn1.application-oa2-client.example"
                       "&client_secret=amzn1.oa2-cs.v1.top%2Bsecret%2F%3D%26");
    CHECK_STR(s->token, "");
    CHECK_STR(w->seen[1].token, "Atza|access-1");
    world_free(w);
}

static void last_minute_is_not_used(void)
{
    struct world *w = world_new(fine);
    status_call(w);
    world_run_to(w, (3600 - 61) * MS_SECOND);
    CHECK_INT(status_call(w).outcome, CALL_OK);
    CHECK_INT(w->lwa_calls, 1);
    world_run_to(w, (3600 - 59) * MS_SECOND);
    CHECK_INT(status_call(w).outcome, CALL_OK);
    CHECK_INT(w->lwa_calls, 2);
    CHECK_STR(seen_last(w)->token, "Atza|access-2");
    world_free(w);
}

static void lives_for_a_second(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)r;
    say(a, 200, "{\"access_token\":\"Atza|s-%d\",\"expires_in\":1}", w->lwa_calls);
}

static void short_lives(void)
{
    struct world *w = world_new(fine);
    w->lwa = lives_for_a_second;
    CHECK_INT(status_call(w).outcome, CALL_OK);
    CHECK(w->lwa_calls <= 2);
    world_run_to(w, 10 * MS_SECOND);
    CHECK_INT(status_call(w).outcome, CALL_OK);
    world_free(w);
}

static void read_at_first_use(void)
{
    struct world *w = world_new(fine);
    write_secret(w, "client", "another", 0600); /* after the account was added */
    CHECK_INT(status_call(w).outcome, CALL_OK);
    CHECK(strstr(w->seen[0].body, "client_secret=another") != NULL);
    world_free(w);
}

static void readable_by_others(void)
{
    struct world *w = world_new(fine);
    write_secret(w, "refresh", SECRET_REFRESH, 0644);
    struct ended e = status_call(w);
    CHECK_INT(e.outcome, CALL_NOT_SENT);
    CHECK_INT(e.fault.code, ERR_DENIED);
    CHECK_INT(e.refusal.kind, REFUSAL_CREDENTIALS);
    CHECK(strstr(e.fault.text, "account acme-us") != NULL);
    CHECK_INT(w->seen_count, 0);
    world_free(w);
}

static void revoked(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)r;
    if (w->state == 0)
        say(a, 400,
            "{\"error\":\"invalid_grant\",\"error_description\":\"The request has an "
            "invalid grant parameter : refresh_token %s %s\"}",
            SECRET_REFRESH, SECRET_CLIENT);
}

static void revoked_consent(void)
{
    struct world *w = world_new(fine);
    w->lwa = revoked;
    struct ended e = status_call(w);
    CHECK_INT(e.outcome, CALL_NOT_SENT);
    CHECK_INT(e.fault.code, ERR_DENIED);
    CHECK_INT(e.refusal.kind, REFUSAL_CREDENTIALS);
    CHECK(strstr(e.fault.text, "account acme-us") != NULL);
    CHECK(strstr(e.fault.text, "Authorise the application again in Vendor Central") !=
          NULL);
    CHECK(strstr(e.fault.text, "invalid_grant") != NULL);
    CHECK_INT(w->lwa_calls, 1);
    /* Nobody hammers LWA: the same answer for a minute … */
    CHECK_INT(status_call(w).outcome, CALL_NOT_SENT);
    CHECK_INT(w->lwa_calls, 1);
    /* … and when the new token is in place, work goes on without a restart. */
    w->state = 1;
    write_secret(w, "refresh", "Atzr|new", 0600);
    world_run_to(w, clock_mono_ms(w->clock) + MS_MINUTE);
    CHECK_INT(status_call(w).outcome, CALL_OK);
    CHECK(strstr(w->seen[1].body, "Atzr%7Cnew") != NULL);
    CHECK_INT(w->api_calls, 1);
    world_free(w);
}

static void only_the_new_secret(struct world *w, const struct seen *r,
                                struct answer_of *a)
{
    if (w->state == 1 && strstr(r->body, "client_secret=rotated") == NULL)
        say(a, 401,
            "{\"error\":\"invalid_client\",\"error_description\":\"Client "
            "authentication failed\"}");
}

static void rotated_secret(void)
{
    struct world *w = world_new(fine);
    w->lwa = only_the_new_secret;
    status_call(w);
    w->state = 1;
    write_secret(w, "client", "rotated", 0600);
    world_run_to(w, 2 * MS_HOUR);
    CHECK_INT(status_call(w).outcome, CALL_OK);
    CHECK_INT(w->lwa_calls,
              3); /* the first, the refused one, the one with the new secret */
    write_secret(w, "client", "wrong", 0600);
    world_run_to(w, 4 * MS_HOUR);
    w->state = 1;
    CHECK_INT(status_call(w).outcome, CALL_OK); /* the kept one is still good */
    world_free(w);
}

static void wrong_secret(void)
{
    struct world *w = world_new(fine);
    w->lwa = only_the_new_secret;
    w->state = 1;
    struct ended e = status_call(w);
    CHECK_INT(e.outcome, CALL_NOT_SENT);
    CHECK(strstr(e.fault.text, "does not accept clientId and clientSecret") != NULL);
    CHECK(strstr(e.fault.text, "account acme-us") != NULL);
    CHECK_INT(w->lwa_calls, 1);
    world_free(w);
}

static void quotes_the_form(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w, (void)r;
    say(a, 400,
        "{\"error\":\"invalid_request\",\"error_description\":\"do not understand "
        "top+secret of odd shape and refresh+token of odd shape\"}");
}

static void quoted_secrets(void)
{
    struct world *w = world_new(fine);
    w->lwa = quotes_the_form;
    write_secret(w, "client", "top+secret of odd shape", 0600);
    write_secret(w, "refresh", "refresh+token of odd shape", 0600);
    struct ended e = status_call(w);
    CHECK_INT(e.outcome, CALL_NOT_SENT);
    CHECK(strstr(e.fault.text, "do not understand ****") != NULL);
    world_free(w); /* says whether a secret was seen in a sentence */
}

static void busy_twice(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)r;
    if (w->lwa_calls == 1)
        say(a, 400, "{\"error\":\"server_error\",\"error_description\":\"later\"}");
    if (w->lwa_calls == 2)
        say(a, 503, "<html><head><title>503 Service Unavailable</title></head></html>");
    if (w->lwa_calls == 3)
        a->outcome = HTTP_UNKNOWN;
}

static void trouble_passes(void)
{
    struct world *w = world_new(fine);
    w->lwa = busy_twice;
    CHECK_INT(status_call(w).outcome, CALL_OK);
    CHECK_INT(w->lwa_calls, 4);
    CHECK_INT(w->notes, 5);
    world_free(w);
}

static void web_page(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)r;
    say(a, w->state, "<html><head><title>Sign in to the hotel</title></head></html>");
    a->content_type = "text/html";
}

static void pages_instead_of_tokens(void)
{
    static const struct {
        int status, calls;
        bool person;
    } cases[] = {{200, 4, true}, {403, 1, true}, {503, 4, false}};
    for (size_t i = 0; i < 3; i++) {
        struct world *w = world_new(fine);
        w->lwa = web_page;
        w->state = cases[i].status;
        struct ended e = status_call(w);
        CHECK_INT(e.outcome, CALL_NOT_SENT);
        CHECK_INT(w->lwa_calls, cases[i].calls);
        CHECK_INT(w->api_calls, 0);
        CHECK(strstr(e.fault.text,
                     "account acme-us: the token endpoint answered with a web "
                     "page") != NULL);
        CHECK(strstr(e.fault.text, "Sign in to the hotel") != NULL);
        CHECK_INT(e.refusal.kind == REFUSAL_CREDENTIALS, cases[i].person);
        world_free(w);
    }
}

static void not_there(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w, (void)r;
    a->outcome = HTTP_NOT_SENT;
}

static void network_down(void)
{
    struct world *w = world_new(fine);
    w->lwa = not_there;
    struct ended e = status_call(w);
    CHECK_INT(e.outcome, CALL_NOT_SENT);
    CHECK_INT(e.fault.code, ERR_NETWORK);
    CHECK_INT(w->lwa_calls, 4);
    w->lwa = NULL; /* the next call asks again at once */
    CHECK_INT(status_call(w).outcome, CALL_OK);
    world_free(w);
}

static void no_token_inside(struct world *w, const struct seen *r, struct answer_of *a)
{
    static const char *const bodies[] = {"{}", "[]", "{\"access_token\":\"\"}",
                                         "{\"access_token\":\"a b\"}",
                                         "{\"access_token\":"};
    (void)r;
    say(a, 200, "%s", bodies[w->state]);
}

static void unusable_tokens(void)
{
    for (int i = 0; i < 5; i++) {
        struct world *w = world_new(fine);
        w->lwa = no_token_inside;
        w->state = i;
        struct ended e = status_call(w);
        CHECK_INT(e.outcome, CALL_NOT_SENT);
        CHECK(strstr(e.fault.text, "no token in it") != NULL);
        world_free(w);
    }
}

/* --- restricted data tokens
 * -------------------------------------------------------------- */

static const char *const restricted_paths[] = {
    "/vendor/directFulfillment/orders/v1/purchaseOrders",
    "/vendor/directFulfillment/orders/v1/purchaseOrders/{purchaseOrderNumber}",
    "/vendor/directFulfillment/shipping/v1/shippingLabels",
    "/vendor/directFulfillment/shipping/v1/shippingLabels/{purchaseOrderNumber}",
    "/vendor/directFulfillment/shipping/v1/packingSlips",
    "/vendor/directFulfillment/shipping/v1/packingSlips/{purchaseOrderNumber}",
    "/vendor/directFulfillment/shipping/v1/customerInvoices",
    "/vendor/directFulfillment/shipping/v1/customerInvoices/{purchaseOrderNumber}"};

static void one_restricted_token(void)
{
    static const enum operation_id ops[] = {OP_GET_ORDERS, OP_GET_SHIPPING_LABELS,
                                            OP_GET_PACKING_SLIPS,
                                            OP_GET_CUSTOMER_INVOICES};
    struct world *w = world_new(list_fine);
    struct ended ends[12] = {0};
    for (size_t i = 0; i < 12; i++) {
        struct call_request r = request_of(w, ops[i % 4]);
        begin(&ends[i], w, &r, orders_params);
    }
    world_run(w);
    for (size_t i = 0; i < 12; i++)
        CHECK_INT(ends[i].outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 1);
    CHECK_INT(w->lwa_calls, 1);
    const struct seen *s = &w->seen[1];
    CHECK_STR(s->token, "Atza|access-1");
    CHECK(!s->write);
    for (size_t i = 0; i < sizeof restricted_paths / sizeof restricted_paths[0]; i++) {
        char resource[200];
        snprintf(resource, sizeof resource, "{\"method\":\"GET\",\"path\":\"%s\"}",
                 restricted_paths[i]);
        CHECK(strstr(s->body, resource) != NULL);
    }
    CHECK(strstr(s->body, "dataElements") == NULL);
    CHECK(strstr(s->body, "targetApplication") == NULL);
    for (size_t i = 2; i < w->seen_count; i++)
        CHECK_STR(w->seen[i].token, "Atz.sprdt|rdt-1");
    CHECK_STR(w->noted[1], "createRestrictedDataToken");
    world_free(w);
}

static void one_an_hour(void)
{
    struct world *w = world_new(list_fine);
    for (int minute = 0; minute < 12 * 60; minute += 5) {
        world_run_to(w, (int64_t)minute * MS_MINUTE);
        CHECK_INT(orders_call(w).outcome, CALL_OK);
    }
    CHECK(w->rdt_calls >= 12 && w->rdt_calls <= 13);
    world_free(w);
}

static void wrapped(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w, (void)r;
    say(a, 200,
        "{\"payload\":{\"expiresIn\":3600,\"restrictedDataToken\":"
        "\"Atz.sprdt|wrapped\"}}");
}

static void delegated_and_wrapped(void)
{
    struct world *w = world_new(list_fine);
    w->rdt = wrapped;
    w->account->target_application = mem_text("amzn1.sp.solution.example");
    CHECK_INT(orders_call(w).outcome, CALL_OK);
    CHECK_STR(seen_last(w)->token, "Atz.sprdt|wrapped");
    CHECK(strstr(w->seen[1].body,
                 "{\"targetApplication\":\"amzn1.sp.solution.example\",") ==
          w->seen[1].body);
    world_free(w);
}

/* The application has the role for orders only. */
static void orders_only(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w;
    if (strstr(r->body, "shipping") == NULL)
        return;
    if (w->rdt_calls % 2 == 1)
        say_role(a);
    else
        say(a, 400,
            "{\"errors\":[{\"code\":\"InvalidInput\",\"message\":\"Application does "
            "not have access\"}]}");
}

static void missing_role(void)
{
    struct world *w = world_new(list_fine);
    w->rdt = orders_only;
    CHECK_INT(orders_call(w).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 2); /* all paths, then its own */
    CHECK_STR(seen_last(w)->token, "Atz.sprdt|rdt-2");
    CHECK(strstr(w->seen[3].body, "shippingLabels") == NULL);

    struct call_request labels = request_of(w, OP_GET_SHIPPING_LABELS);
    CHECK_INT(one_call(w, labels, orders_params).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 3); /* its own path is refused, too */
    CHECK_STR(seen_last(w)->token, "Atza|access-1");

    CHECK_INT(orders_call(w).outcome, CALL_OK);
    CHECK_INT(one_call(w, labels, orders_params).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 3); /* what worked is remembered */
    CHECK_INT(w->lwa_calls, 1);
    world_free(w);
}

static void many_wait_for_a_missing_role(void)
{
    struct world *w = world_new(list_fine);
    w->rdt = orders_only;
    struct ended ends[10] = {0};
    for (size_t i = 0; i < 10; i++) {
        struct call_request r =
            request_of(w, i % 2 == 0 ? OP_GET_ORDERS : OP_GET_SHIPPING_LABELS);
        begin(&ends[i], w, &r, orders_params);
    }
    world_run(w);
    for (size_t i = 0; i < 10; i++)
        CHECK_INT(ends[i].outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 3);
    CHECK_INT(w->api_calls, 10);
    world_free(w);
}

static void forgets_after_a_day(void)
{
    struct world *w = world_new(list_fine);
    w->rdt = orders_only;
    orders_call(w);
    w->rdt = NULL; /* the role was granted */
    world_run_to(w, 25 * (int64_t)MS_HOUR);
    int before = w->rdt_calls;
    CHECK_INT(orders_call(w).outcome, CALL_OK);
    struct call_request labels = request_of(w, OP_GET_SHIPPING_LABELS);
    CHECK_INT(one_call(w, labels, orders_params).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, before + 1); /* one token for both again */
    world_free(w);
}

static void plain_only(struct world *w, const struct seen *r, struct answer_of *a)
{
    if (strstr(r->token, "Atza|") == NULL)
        say_role(a);
    else
        list_fine(w, r, a);
}

static void works_with_the_plain_token(void)
{
    struct world *w = world_new(plain_only);
    CHECK_INT(orders_call(w).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 2);
    CHECK_INT(w->api_calls, 3);
    CHECK_INT(orders_call(w).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 2);
    CHECK_INT(w->api_calls, 4);
    world_free(w);
}

/* What outlives a process: one number by name. */
struct notebook {
    char names[OP_COUNT][64];
    int64_t numbers[OP_COUNT];
    size_t count;
};

static int64_t notebook_recall(void *arg, const char *account, const char *name)
{
    const struct notebook *n = arg;
    CHECK_STR(account, "acme-us");
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->names[i], name) == 0)
            return n->numbers[i];
    return 0;
}

static void notebook_keep(void *arg, const char *account, const char *name,
                          int64_t number)
{
    struct notebook *n = arg;
    size_t i = 0;
    CHECK_STR(account, "acme-us");
    while (i < n->count && strcmp(n->names[i], name) != 0)
        i++;
    n->count = i == n->count ? i + 1 : n->count;
    snprintf(n->names[i], sizeof n->names[i], "%s", name);
    n->numbers[i] = number;
}

/* A process that begins `after_ms` and has what an earlier one wrote down. */
static struct world *restarted(script_fn *api, struct notebook *n, int64_t after_ms)
{
    struct world *w = world_new(api);
    clock_advance_to(w->clock, after_ms);
    spapi_free(w->spapi);
    w->spapi = spapi_new(w->loop, &w->transport, w->random);
    spapi_on_note(w->spapi, world_note, w);
    spapi_on_memory(w->spapi, &(struct spapi_memory){notebook_recall, notebook_keep, n});
    spapi_add_account(w->spapi, w->account);
    return w;
}

static void remembers_over_a_restart(void)
{
    struct notebook book = {0};
    struct world *w = restarted(plain_only, &book, 0);
    CHECK_INT(orders_call(w).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 2);
    world_free(w);

    w = restarted(plain_only, &book, 23 * MS_HOUR);
    CHECK_INT(orders_call(w).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 0);
    CHECK_INT(w->api_calls, 1);
    struct call_request labels = request_of(w, OP_GET_SHIPPING_LABELS);
    CHECK_INT(one_call(w, labels, orders_params).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 2); /* of another operation nothing was known */
    world_free(w);

    w = restarted(plain_only, &book, 25 * MS_HOUR);
    CHECK_INT(orders_call(w).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 2); /* after a day it is tried anew */
    world_free(w);
}

static void no_role_at_all(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w, (void)r;
    say_role(a);
}

static void refused_with_every_token(void)
{
    struct world *w = world_new(no_role_at_all);
    struct ended e = orders_call(w);
    CHECK_INT(e.outcome, CALL_REFUSED);
    CHECK_INT(e.refusal.kind, REFUSAL_ROLE);
    CHECK(strstr(e.fault.text,
                 "account acme-us: getOrders: the application lacks a role") != NULL);
    CHECK_INT(w->api_calls, 3);
    world_free(w);
}

/* Who grants a role and starts dray again does not wait for a day. */
static void forgets_what_did_not_work(void)
{
    struct notebook book = {0};
    struct world *w = restarted(no_role_at_all, &book, 0);
    CHECK_INT(orders_call(w).outcome, CALL_REFUSED);
    world_free(w);

    w = restarted(list_fine, &book, MS_MINUTE);
    CHECK_INT(orders_call(w).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 1);
    world_free(w);
}

static void tokens_api_down(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)r;
    if (w->rdt_calls <= w->state)
        say(a, 500, "{\"errors\":[{\"code\":\"InternalFailure\",\"message\":\"x\"}]}");
}

static void tokens_api_fails(void)
{
    struct world *w = world_new(list_fine);
    w->rdt = tokens_api_down;
    w->state = 2;
    CHECK_INT(orders_call(w).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 3);
    world_free(w);

    w = world_new(list_fine);
    w->rdt = tokens_api_down;
    w->state = 100;
    struct ended e = orders_call(w);
    CHECK_INT(e.outcome, CALL_NOT_SENT);
    CHECK_INT(w->api_calls, 0);
    CHECK(strstr(e.fault.text, "account acme-us: createRestrictedDataToken") != NULL);
    world_free(w);
}

/* --- expired tokens
 * ---------------------------------------------------------------------- */

static void first_tokens_expired(struct world *w, const struct seen *r,
                                 struct answer_of *a)
{
    if (strstr(r->token, w->state == 0 ? "access-1" : "rdt-1") != NULL)
        say_expired(a);
    else if (w->state == 0)
        fine(w, r, a);
    else
        list_fine(w, r, a);
}

static void expired_is_renewed_once(void)
{
    struct world *w = world_new(first_tokens_expired);
    struct ended ends[6] = {0};
    for (size_t i = 0; i < 6; i++) {
        struct call_request r = request_of(w, OP_GET_TRANSACTION_STATUS);
        begin(&ends[i], w, &r, transaction_params);
    }
    world_run(w);
    for (size_t i = 0; i < 6; i++)
        CHECK_INT(ends[i].outcome, CALL_OK);
    CHECK_INT(w->lwa_calls, 2); /* one renewal for all six */
    world_free(w);
}

static void some_expired_late(struct world *w, const struct seen *r, struct answer_of *a)
{
    first_tokens_expired(w, r, a);
    if (w->api_calls > 1)
        a->delay_ms = 300; /* these hear of it when the new token is in use */
}

static void late_news_drop_nothing(void)
{
    struct world *w = world_new(some_expired_late);
    struct ended ends[3] = {0};
    for (size_t i = 0; i < 3; i++) {
        static const enum operation_id ops[] = {OP_GET_TRANSACTION_STATUS,
                                                OP_SUBMIT_ACKNOWLEDGEMENT,
                                                OP_SUBMIT_SHIPMENT_CONFIRMATIONS};
        struct call_request r = request_of(w, ops[i]);
        r.body = i == 0 ? NULL : "{}";
        r.body_len = i == 0 ? 0 : 2;
        begin(&ends[i], w, &r, i == 0 ? transaction_params : NULL);
    }
    world_run(w);
    for (size_t i = 0; i < 3; i++)
        CHECK_INT(ends[i].outcome, CALL_OK);
    CHECK_INT(w->api_calls, 6);
    CHECK_INT(w->lwa_calls, 2);
    world_free(w);
}

static void expired_restricted_token(void)
{
    struct world *w = world_new(first_tokens_expired);
    w->state = 1;
    CHECK_INT(orders_call(w).outcome, CALL_OK);
    CHECK_INT(w->rdt_calls, 2);
    CHECK_INT(w->lwa_calls, 1); /* that one is still good */
    world_free(w);
}

static void always_expired(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w, (void)r;
    say_expired(a);
}

static void expired_twice(void)
{
    struct world *w = world_new(always_expired);
    struct ended e = status_call(w);
    CHECK_INT(e.outcome, CALL_REFUSED);
    CHECK_INT(e.refusal.kind, REFUSAL_EXPIRED_TOKEN);
    CHECK(strstr(e.fault.text, "clock") != NULL);
    CHECK_INT(w->api_calls, 2);
    CHECK_INT(w->lwa_calls, 2);
    world_free(w);
}

TESTS_MAIN(
    {"twenty calls that start together cost one token", one_refresh_for_all},
    {"calls that start during a refresh wait for that one", late_comers_share},
    {"a secret with odd characters reaches LWA as it is", form_is_encoded},
    {"a token is not used in its last minute", last_minute_is_not_used},
    {"a token that lives for a second does not lead to a circle", short_lives},
    {"credentials are read at the first use, not at the start", read_at_first_use},
    {"a refresh token that others can read is refused before anything is sent",
     readable_by_others},
    {"revoked consent stops the account, says what to do, and heals with the new token",
     revoked_consent},
    {"a client secret that was rotated is picked up without a restart", rotated_secret},
    {"a wrong client secret is told apart from revoked consent", wrong_secret},
    {"an endpoint that quotes secrets gets none of them into a sentence", quoted_secrets},
    {"trouble at LWA that passes is waited out", trouble_passes},
    {"a web page instead of a token is called that", pages_instead_of_tokens},
    {"without a network nothing is sent, and the next call tries again", network_down},
    {"an answer without a usable token is said to be one", unusable_tokens},
    {"mixed restricted reads share one restricted token", one_restricted_token},
    {"a day's reads cost one restricted token an hour", one_an_hour},
    {"a delegated application is named, and a wrapped answer is read",
     delegated_and_wrapped},
    {"where a role is missing each path gets its own token, or the plain one",
     missing_role},
    {"calls that wait for a token survive its refusal", many_wait_for_a_missing_role},
    {"a role that was granted later is found within a day", forgets_after_a_day},
    {"a read that works with the plain token only is found and remembered",
     works_with_the_plain_token},
    {"what worked for an operation is remembered over a restart, for a day",
     remembers_over_a_restart},
    {"what worked with no token is tried anew after a restart",
     forgets_what_did_not_work},
    {"refused with every token, the sentence says that a role is missing",
     refused_with_every_token},
    {"when the Tokens API fails it is tried again, then nothing is sent",
     tokens_api_fails},
    {"calls with an expired token are repeated after one renewal",
     expired_is_renewed_once},
    {"late news of an expired token do not drop the new one", late_news_drop_nothing},
    {"an expired restricted token alone is renewed", expired_restricted_token},
    {"a token that is always expired ends the call", expired_twice})
