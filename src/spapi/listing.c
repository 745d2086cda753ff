/* Reads a list from its oldest window to its newest, page by page. */
#include "spapi/listing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/mem.h"
#include "spapi/context.h"

enum {
    RESTARTS = 2,          /* of one window whose page token was not taken any more */
    PAGES_MAX = 100000,    /* of one window: then something goes round in circles */
    OVERLAP_MS = MS_SECOND /* between windows: nothing falls between them */
};

static const int64_t window_ms = (int64_t)7 * MS_DAY;
static const int64_t reach_ms = (int64_t)182 * MS_DAY; /* six months, less a day */

struct listing {
    struct spapi *spapi;
    struct listing *next, *prev;
    struct listing_request request;
    listing_done_fn *done;
    struct arena params_arena, page_arena;
    const struct json *params;
    int64_t from_ms, to_ms; /* the present window */
    char *token;            /* of the next page; NULL: the first */
    size_t pages;           /* of this window */
    int restarts;           /* of this window */
    struct call *call;
    struct timer timer; /* for a list that has no window at all */
    bool ended;
    struct listing_end end;
};

static void listing_done(void *arg, const struct call_reply *reply);

static void listing_unlink(struct listing *l)
{
    *(l->prev == NULL ? &l->spapi->listings : &l->prev->next) = l->next;
    if (l->next != NULL)
        l->next->prev = l->prev;
}

static void listing_free(struct listing *l)
{
    arena_clear(&l->params_arena);
    arena_clear(&l->page_arena);
    free(l->token);
    free(l);
}

void listing_withdraw(struct listing *l)
{
    if (l == NULL || l->ended)
        return;
    call_withdraw(l->call);
    timer_stop(l->spapi->loop, &l->timer);
    listing_unlink(l);
    listing_free(l);
}

void listings_withdraw(struct spapi *s)
{
    while (s->listings != NULL) /* each takes itself off the list before it is freed */
        listing_withdraw(s->listings); /* NOLINT(clang-analyzer-unix.Malloc) */
}

static void listing_finish(struct listing *l, enum call_outcome outcome)
{
    l->ended = true;
    l->end.outcome = outcome;
    listing_unlink(l);
    l->done(l->request.arg, &l->end);
    listing_free(l);
}

static void listing_nothing(void *arg)
{
    listing_finish(arg, CALL_OK);
}

static void set_token(struct listing *l, const char *token)
{
    char *copy = mem_text(token);
    free(l->token);
    l->token = copy;
}

static enum err listing_item(void *arg, const struct page_item *item, struct fault *f)
{
    struct listing *l = arg;
    l->end.items++;
    return l->request.item(l->request.arg, item, f);
}

/* --- pages
 * ------------------------------------------------------------------------------- */

static void set_instant(struct arena *a, struct json *params, const char *name,
                        int64_t ms)
{
    char text[INSTANT_TEXT];
    instant_format(ms, text);
    json_set_str(a, params, name, text);
}

static const struct json *page_params(struct listing *l)
{
    const struct operation *op = l->request.op;
    struct arena *a = &l->page_arena;
    arena_reset(a);
    struct json *params = l->params == NULL ? json_object(a) : json_copy(a, l->params);
    if (op->page_limit != NULL && json_get(params, op->page_limit) == NULL)
        json_set(a, params, op->page_limit, json_integer(a, op->page_size));
    if (op->windowed) {
        set_instant(a, params, "createdAfter", l->from_ms);
        set_instant(a, params, "createdBefore", l->to_ms);
    }
    if (op->page_token != NULL)
        json_set_str(a, params, op->page_token, l->token);
    return params;
}

static enum err listing_ask(struct listing *l)
{
    const struct call_request request = {.account = l->request.account,
                                         .op = l->request.op,
                                         .params = page_params(l),
                                         .item = listing_item,
                                         .item_arg = l,
                                         .keep_text = l->request.keep_text,
                                         .archive = l->request.archive};
    enum err e = call_start(l->spapi, &request, listing_done, l, &l->call, &l->end.fault);
    if (e == ERR_OK) {
        l->end.calls++;
        l->pages++;
    }
    return e;
}

static void listing_go_on(struct listing *l)
{
    if (listing_ask(l) != ERR_OK)
        listing_finish(l, CALL_NOT_SENT);
}

/* --- windows
 * ----------------------------------------------------------------------------- */

static void listing_window(struct listing *l, int64_t from_ms)
{
    int64_t end_ms = l->request.before_ms;
    l->from_ms = from_ms;
    l->to_ms = end_ms - from_ms > window_ms ? from_ms + window_ms : end_ms;
    l->pages = 0;
    l->restarts = 0;
    set_token(l, NULL);
}

static void listing_next_window(struct listing *l)
{
    if (!l->request.op->windowed || l->to_ms >= l->request.before_ms) {
        listing_finish(l, CALL_OK);
        return;
    }
    listing_window(l, l->to_ms - OVERLAP_MS);
    listing_go_on(l);
}

static void listing_circle(struct listing *l)
{
    fault_set(
        &l->end.fault, ERR_AMAZON,
        "account %s: %s: Amazon's page token leads in a circle; the list was not read "
        "to its end",
        l->request.account->id, l->request.op->name);
    listing_finish(l, CALL_UNKNOWN);
}

static void listing_next_page(struct listing *l, const char *token)
{
    bool circle = l->token != NULL && strcmp(l->token, token) == 0;
    if (circle || l->pages >= PAGES_MAX) {
        listing_circle(l);
        return;
    }
    set_token(l, token);
    listing_go_on(l);
}

/* A page token that is refused has expired, by all that is known: the window starts
 * again. */
static bool listing_restarts(struct listing *l, const struct call_reply *reply)
{
    if (l->token == NULL || reply->outcome != CALL_REFUSED || reply->status != 400 ||
        l->restarts >= RESTARTS)
        return false;
    l->restarts++;
    l->pages = 0;
    set_token(l, NULL);
    return true;
}

static void listing_done(void *arg, const struct call_reply *reply)
{
    struct listing *l = arg;
    l->call = NULL;
    if (reply->outcome != CALL_OK && listing_restarts(l, reply)) {
        listing_go_on(l);
    } else if (reply->outcome != CALL_OK) {
        l->end.fault = reply->fault;
        listing_finish(l, reply->outcome);
    } else if (reply->next_token[0] != '\0' && l->request.op->page_token != NULL) {
        listing_next_page(l, reply->next_token);
    } else {
        listing_next_window(l);
    }
}

/* --- starting
 * ---------------------------------------------------------------------------- */

static struct listing *listing_new(struct spapi *s, const struct listing_request *request,
                                   listing_done_fn *done)
{
    struct listing *l = mem_new(sizeof *l);
    *l = (struct listing){.spapi = s, .request = *request, .done = done};
    arena_init(&l->params_arena);
    arena_init(&l->page_arena);
    if (request->params != NULL)
        l->params = json_copy(&l->params_arena, request->params);
    l->request.params = NULL;
    l->next = s->listings;
    if (l->next != NULL)
        l->next->prev = l;
    s->listings = l;
    return l;
}

/* Amazon keeps six months. */
static int64_t earliest(const struct listing *l)
{
    int64_t reach = clock_wall_ms(loop_clock(l->spapi->loop)) - reach_ms;
    return l->request.after_ms < reach ? reach : l->request.after_ms;
}

enum err listing_start(struct spapi *s, const struct listing_request *request,
                       listing_done_fn *done, struct listing **listing, struct fault *f)
{
    assert(request->op->list != NULL);
    struct listing *l = listing_new(s, request, done);
    listing_window(l, earliest(l));
    enum err e = ERR_OK;
    if (request->op->windowed && l->from_ms >= l->to_ms)
        timer_set(s->loop, &l->timer, spapi_now(s), listing_nothing, l);
    else
        e = listing_ask(l);
    if (e == ERR_OK) {
        *listing = l;
        return ERR_OK;
    }
    if (f != NULL)
        *f = l->end.fault;
    listing_withdraw(l);
    return e;
}
