/* Whole lists: windows, pages, what breaks in between. */
#include "fake_transport.h"

#include "spapi/listing.h"

enum { NOW_S = 1795449600 };
static const int64_t now_ms = (int64_t)NOW_S * 1000;

/* A listing's end, kept for the test. */
struct listed {
    struct world *world;
    int times;
    size_t items;
    char last[40];
    struct listing_end end;
    struct listing *listing;
};

static enum err take(void *arg, const struct page_item *item, struct fault *f)
{
    struct listed *l = arg;
    (void)f;
    l->items++;
    snprintf(l->last, sizeof l->last, "%s",
             json_get_str(item->value, "purchaseOrderNumber", "?"));
    return ERR_OK;
}

static void over(void *arg, const struct listing_end *end)
{
    struct listed *l = arg;
    l->times++;
    l->end = *end;
    l->listing = NULL;
    search_secrets(l->world, end->fault.text);
}

static struct listing_request request_for(struct world *w, struct listed *l,
                                          int64_t after_ms, int64_t before_ms)
{
    l->world = w;
    return (struct listing_request){.account = w->account,
                                    .op = operation_get(OP_GET_ORDERS),
                                    .after_ms = after_ms,
                                    .before_ms = before_ms,
                                    .item = take,
                                    .arg = l};
}

static void list_days(struct world *w, struct listed *l, int64_t days)
{
    struct listing_request r =
        request_for(w, l, now_ms - days * MS_DAY, now_ms - MS_MINUTE);
    CHECK_INT(listing_start(w->spapi, &r, over, &l->listing, NULL), ERR_OK);
    CHECK_INT(l->times, 0);
}

/* The value of a query parameter, decoded as far as our tests need it. */
static const char *query(const struct seen *s, const char *name, char out[100])
{
    char key[40];
    snprintf(key, sizeof key, "%s=", name);
    const char *at = strstr(s->url, key);
    size_t n = 0;
    out[0] = '\0';
    for (at = at == NULL ? "" : at + strlen(key); *at != '\0' && *at != '&' && n < 99;
         at++) {
        bool colon = strncmp(at, "%3A", 3) == 0;
        out[n++] = colon ? ':' : *at;
        at += colon ? 2 : 0;
    }
    out[n] = '\0';
    return out;
}

static int64_t instant_of(const struct seen *s, const char *name)
{
    char text[100];
    int64_t ms = 0;
    CHECK_INT(instant_parse(query(s, name, text), &ms, NULL, NULL), ERR_OK);
    return ms;
}

/* --- windows
 * ----------------------------------------------------------------------------- */

static void one_order_each(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)r;
    say(a, 200, "{\"payload\":{\"orders\":[{\"purchaseOrderNumber\":\"PO%d\"}]}}",
        w->api_calls);
}

static void cut_into_weeks(void)
{
    struct world *w = world_new(one_order_each);
    struct listed l = {0};
    list_days(w, &l, 20);
    world_run(w);
    CHECK_INT(l.times, 1);
    CHECK_INT(l.end.outcome, CALL_OK);
    CHECK_INT(l.end.calls, 3);
    CHECK_INT(l.end.items, 3);
    CHECK_INT(l.items, 3);
    int64_t from = now_ms - 20 * (int64_t)MS_DAY, to = now_ms - MS_MINUTE;
    CHECK_INT(instant_of(&w->seen[2], "createdAfter"), from);
    CHECK_INT(instant_of(seen_last(w), "createdBefore"), to);
    for (size_t i = 2; i < w->seen_count; i++) {
        int64_t after = instant_of(&w->seen[i], "createdAfter");
        int64_t before = instant_of(&w->seen[i], "createdBefore");
        CHECK(before > after && before - after <= 7 * (int64_t)MS_DAY);
        CHECK(i == 2 || after <= instant_of(&w->seen[i - 1], "createdBefore"));
        char text[100];
        CHECK_STR(query(&w->seen[i], "limit", text), "100");
        CHECK_STR(query(&w->seen[i], "nextToken", text), "");
    }
    world_free(w);
}

static void six_months_back(void)
{
    struct world *w = world_new(one_order_each);
    struct listed l = {0};
    list_days(w, &l, 4000);
    world_run(w);
    CHECK_INT(l.end.outcome, CALL_OK);
    CHECK_INT(instant_of(&w->seen[2], "createdAfter"), now_ms - 182 * (int64_t)MS_DAY);
    CHECK(l.end.calls >= 26 && l.end.calls <= 27);
    world_free(w);
}

static void nothing_to_ask(void)
{
    struct world *w = world_new(one_order_each);
    struct listed l = {0};
    struct listing_request r = request_for(w, &l, now_ms, now_ms);
    CHECK_INT(listing_start(w->spapi, &r, over, &l.listing, NULL), ERR_OK);
    CHECK_INT(l.times, 0);
    world_run(w);
    CHECK_INT(l.times, 1);
    CHECK_INT(l.end.outcome, CALL_OK);
    CHECK_INT(w->seen_count, 0);
    world_free(w);
}

static void own_parameters(void)
{
    struct world *w = world_new(one_order_each);
    struct listed l = {0};
    struct arena a;
    char text[100];
    arena_init(&a);
    struct listing_request r = request_for(w, &l, now_ms - 10 * (int64_t)MS_DAY, now_ms);
    struct json *params = json_object(&a);
    json_set_str(&a, params, "status", "SHIPPED");
    json_set_str(&a, params, "includeDetails", "false");
    r.params = params;
    CHECK_INT(listing_start(w->spapi, &r, over, &l.listing, NULL), ERR_OK);
    arena_clear(&a); /* they were copied */
    world_run(w);
    CHECK_INT(l.end.calls, 2);
    CHECK_STR(query(seen_last(w), "status", text), "SHIPPED");
    CHECK_STR(query(seen_last(w), "includeDetails", text), "false");
    world_free(w);
}

static void wrong_parameters(void)
{
    struct world *w = world_new(one_order_each);
    struct listed l = {0};
    struct arena a;
    struct fault f = {0};
    arena_init(&a);
    struct listing_request r = request_for(w, &l, now_ms - MS_HOUR, now_ms);
    struct json *params = json_object(&a);
    json_set_str(&a, params, "state", "SHIPPED");
    r.params = params;
    CHECK_INT(listing_start(w->spapi, &r, over, &l.listing, &f), ERR_INPUT);
    CHECK(strstr(f.text, "state") != NULL);
    arena_clear(&a);
    world_run(w);
    CHECK_INT(l.times, 0);
    world_free(w);
}

/* --- pages
 * ------------------------------------------------------------------------------- */

/* Page n of five leads to "t/n+1="; pages 2 and 4 are empty. */
static void five_pages(struct world *w, const struct seen *r, struct answer_of *a)
{
    static const char *const tokens[] = {"", "t%2F2%3D", "t%2F3%3D", "t%2F4%3D",
                                         "t%2F5%3D"};
    char text[100];
    int page = 0;
    query(r, "nextToken", text);
    while (page < 5 && strcmp(tokens[page], text) != 0)
        page++;
    (void)w;
    char next[80] = "", orders[80] = "";
    if (page < 4)
        snprintf(next, sizeof next, "\"pagination\":{\"nextToken\":\"t/%d=\"},",
                 page + 2);
    if (page % 2 == 0)
        snprintf(orders, sizeof orders, "{\"purchaseOrderNumber\":\"PO%d\"}", page + 1);
    if (page == 5)
        say_refusal(a, 400, "InvalidInput", "nextToken");
    else
        say(a, 200, "{\"payload\":{%s\"orders\":[%s]}}", next, orders);
}

static void empty_pages_too(void)
{
    struct world *w = world_new(five_pages);
    struct listed l = {0};
    list_days(w, &l, 3);
    world_run(w);
    CHECK_INT(l.end.outcome, CALL_OK);
    CHECK_INT(l.end.calls, 5);
    CHECK_INT(l.items, 3);
    CHECK_STR(l.last, "PO5");
    char text[100];
    CHECK(instant_of(seen_last(w), "createdAfter") == now_ms - 3 * (int64_t)MS_DAY);
    CHECK_STR(query(seen_last(w), "limit", text), "100");
    world_free(w);
}

static void same_token(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w, (void)r;
    say(a, 200,
        "{\"payload\":{\"pagination\":{\"nextToken\":\"Atza|odd\"},\"orders\":[]}}");
}

static void circle(void)
{
    struct world *w = world_new(same_token);
    struct listed l = {0};
    list_days(w, &l, 3);
    world_run(w);
    CHECK_INT(l.times, 1);
    CHECK_INT(l.end.outcome, CALL_UNKNOWN);
    CHECK(strstr(l.end.fault.text,
                 "account acme-us: getOrders: Amazon's page token leads in "
                 "a circle") != NULL);
    CHECK_INT(l.end.calls, 2);
    world_free(w);
}

/* The page token of the first `state` windows' third page is not taken. */
static void token_expires(struct world *w, const struct seen *r, struct answer_of *a)
{
    if (strstr(r->url, "nextToken=t%2F3") != NULL && w->state-- > 0)
        say_refusal(a, 400, "InvalidInput", "the token has expired");
    else
        five_pages(w, r, a);
}

static void expired_page_token(void)
{
    struct world *w = world_new(token_expires);
    struct listed l = {0};
    w->state = 2;
    list_days(w, &l, 3);
    world_run(w);
    CHECK_INT(l.end.outcome, CALL_OK);
    CHECK_INT(l.end.calls, 3 + 3 + 5);
    CHECK_INT(l.items,
              1 + 1 + 3); /* the first page comes again: who takes it must not mind */
    world_free(w);

    w = world_new(token_expires);
    l = (struct listed){0};
    w->state = 100;
    list_days(w, &l, 3);
    world_run(w);
    CHECK_INT(l.end.outcome, CALL_REFUSED);
    CHECK_INT(l.end.calls, 9);
    world_free(w);
}

static void bad_request(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w, (void)r;
    say_refusal(a, 400, "InvalidInput", "createdAfter");
}

static void refused_first_page(void)
{
    struct world *w = world_new(bad_request);
    struct listed l = {0};
    list_days(w, &l, 20);
    world_run(w);
    CHECK_INT(l.end.outcome, CALL_REFUSED);
    CHECK_INT(l.end.calls, 1);
    CHECK(strstr(l.end.fault.text, "400 InvalidInput") != NULL);
    world_free(w);
}

/* --- trouble on the way
 * ------------------------------------------------------------------ */

static void trouble_in_the_middle(struct world *w, const struct seen *r,
                                  struct answer_of *a)
{
    five_pages(w, r, a);
    if (w->api_calls == 3)
        say_expired(a);
    if (w->api_calls == 5)
        a->cut = true;
    if (w->api_calls == 6)
        say_refusal(a, 429, "QuotaExceeded", "");
    if (w->api_calls == 8)
        a->outcome = HTTP_UNKNOWN;
}

static void repaired(void)
{
    struct world *w = world_new(trouble_in_the_middle);
    struct listed l = {0};
    list_days(w, &l, 3);
    world_run(w);
    CHECK_INT(l.end.outcome, CALL_OK);
    CHECK_INT(l.end.calls, 5);
    CHECK_INT(w->api_calls, 9);
    CHECK_INT(w->rdt_calls, 2);
    CHECK_STR(l.last, "PO5");
    CHECK(l.items >= 3);
    world_free(w);
}

static void down(struct world *w, const struct seen *r, struct answer_of *a)
{
    five_pages(w, r, a);
    if (w->api_calls > 2)
        say(a, 503, "<html><title>Down</title></html>");
}

static void given_up(void)
{
    struct world *w = world_new(down);
    struct listed l = {0};
    list_days(w, &l, 3);
    world_run(w);
    CHECK_INT(l.times, 1);
    CHECK_INT(l.end.outcome, CALL_UNKNOWN);
    CHECK_INT(l.end.calls, 3);
    CHECK(strstr(l.end.fault.text, "account acme-us: getOrders: Amazon failed (503") !=
          NULL);
    world_free(w);
}

static void withdrawn_at_every_moment(void)
{
    struct world *w = world_new(trouble_in_the_middle);
    struct listed l = {0};
    list_days(w, &l, 3);
    world_run(w);
    int64_t life = clock_mono_ms(w->clock);
    world_free(w);
    for (int64_t at = 0; at <= life + 1; at += 5) {
        w = world_new(trouble_in_the_middle);
        l = (struct listed){0};
        list_days(w, &l, 3);
        world_run_to(w, at);
        int before = l.times;
        if (at % 2 == 0) { /* else spapi_free ends it */
            listing_withdraw(l.listing);
            world_run(w);
        }
        CHECK_INT(l.times, before);
        world_free(w);
    }
}

TESTS_MAIN({"twenty days are asked in windows of a week that leave no gap",
            cut_into_weeks},
           {"what is older than six months is not asked for", six_months_back},
           {"an empty window asks nothing and ends well", nothing_to_ask},
           {"parameters of the list are in every window", own_parameters},
           {"a wrong parameter starts nothing", wrong_parameters},
           {"page tokens are followed through empty pages, encoded", empty_pages_too},
           {"a page token that leads to itself ends the list", circle},
           {"a page token that expired restarts its window, twice at the most",
            expired_page_token},
           {"a list that is refused at once is not asked again", refused_first_page},
           {"an expired token, a cut page, a 429 and a reset in the middle are repaired",
            repaired},
           {"a list that Amazon cannot give ends and says so", given_up},
           {"a list can be ended at every moment", withdrawn_at_every_moment})
