/* Amazon's record of the past: which windows are asked for, one after the other. */
#include "workflow/import.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/mem.h"
#include "spapi/listing.h"
#include "workflow/external_lists.h"
#include "workflow/import_take.h"

enum {
    OVERLAP_MS = 10 * MS_MINUTE, /* a window reaches this far into the one before it */
    /* What the ordinary lists always bring, CREATED and ACCEPTED, is not asked for. */
    STATUSES = 1u << SHIPMENT_CONFIRMED | 1u << SHIPMENT_PACKAGE_CREATED |
               1u << SHIPMENT_PICKUP_SLOT_RETRIEVED | 1u << SHIPMENT_INVOICE_GENERATED |
               1u << SHIPMENT_SHIPLABEL_GENERATED | 1u << SHIPMENT_SHIPPED |
               1u << SHIPMENT_DELIVERED | 1u << SHIPMENT_CANCELLED
};

static const int64_t window_ms = (int64_t)7 * MS_DAY;

/* What lies between these two cursors has been read. */
static const char cursor_from[] = "import.from", cursor_to[] = "import.to";

struct import {
    struct host *host;
    struct import_options options;
    int64_t now_ms;          /* UTC, when it began */
    size_t nth;              /* account, from 1; 0: none yet */
    struct import_take take; /* for that account */
    bool read;               /* something of its past has been read: from … to … */
    int64_t read_from_ms, read_to_ms;
    bool asking; /* a window is under way */
    struct import_window window;
    struct external_lists lists; /* of a seller's window */
    size_t list;                 /* the next list of the window */
    struct listing *listing;     /* under way; NULL */
    bool ended;
    struct import_counts counts;
    size_t failures;
};

static struct account *present(const struct import *i)
{
    return i->host->accounts[i->nth - 1];
}

static bool is_external(const struct import *i)
{
    return present(i)->program == PROGRAM_EXTERNAL;
}

/* ---- the lists of one window ---- */

static enum err take_item(void *arg, const struct page_item *item, struct fault *f)
{
    struct import *i = arg;
    return import_take(&i->take, item, f);
}

static void go_on(struct import *i);

static void listed(void *arg, const struct listing_end *end)
{
    struct import *i = arg;

    i->listing = NULL;
    if (end->outcome != CALL_OK) {
        i->window.fault = end->fault;
        if (end->fault.code == ERR_OK)
            fault_set(&i->window.fault, ERR_NETWORK, "the list was not read to its end");
    }
    go_on(i);
}

/* A vendor has one list for a window, a seller one for each status and location. */
static struct json *params_of(struct import *i, struct arena *a)
{
    const size_t nth = i->list++;
    if (is_external(i))
        return external_lists_nth(&i->lists, present(i), nth, a);
    return nth == 0 ? json_object(a) : NULL;
}

/* Asks for the next list of the window that is under way; i->listing stays NULL when
 * there is none, or a failure. */
static void ask(struct import *i)
{
    struct arena a;

    if (!i->asking || i->window.fault.code != ERR_OK)
        return;
    arena_init(&a);
    const struct listing_request request = {
        .account = present(i),
        .op = operation_get(is_external(i) ? OP_GET_SHIPMENTS : OP_GET_ORDERS),
        .params = params_of(i, &a),
        .after_ms = i->window.from_ms,
        .before_ms = i->window.to_ms,
        .item = take_item,
        .arg = i,
        .keep_text = true,
        .archive = i->host->archive,
    };
    if (request.params != NULL)
        listing_start(i->host->spapi, &request, listed, &i->listing, &i->window.fault);
    arena_clear(&a);
}

/* ---- windows ---- */

static void note_read(struct import *i)
{
    const struct import_window *w = &i->window;
    if (!i->read || w->from_ms < i->read_from_ms)
        i->read_from_ms = w->from_ms;
    if (!i->read || w->to_ms > i->read_to_ms)
        i->read_to_ms = w->to_ms;
    i->read = true;
}

static enum err keep_read(struct import *i, struct fault *f)
{
    struct store *s = i->host->store;
    const char *account = present(i)->id;
    enum err e = cursor_set(s, account, cursor_from, i->read_from_ms, f);
    return e == ERR_OK ? cursor_set(s, account, cursor_to, i->read_to_ms, f) : e;
}

static void end_window(struct import *i)
{
    struct import_window *w = &i->window;

    i->asking = false;
    w->counts = i->take.counts;
    import_count(&i->counts, &w->counts);
    if (w->fault.code == ERR_OK) {
        note_read(i);
        keep_read(i, &w->fault);
    }
    i->failures += w->fault.code != ERR_OK;
    if (i->options.tell != NULL)
        i->options.tell(i->options.arg, w);
}

static void begin_window(struct import *i, int64_t from_ms, int64_t to_ms)
{
    const int64_t since = i->options.since_ms;

    i->asking = true;
    i->list = 0;
    i->take.counts = (struct import_counts){0};
    i->window = (struct import_window){.account = present(i),
                                       .from_ms = from_ms > since ? from_ms : since,
                                       .to_ms = to_ms};
    i->lists = (struct external_lists){.statuses = STATUSES,
                                       .after_ms = i->window.from_ms,
                                       .before_ms = i->window.to_ms};
}

/* Up to now first, then back. False: the account has been read as far as is asked for. */
static bool find_window(struct import *i)
{
    const int64_t read_to = i->read_to_ms, now = i->now_ms;

    if (!i->read)
        begin_window(i, now - window_ms, now);
    else if (read_to < now)
        begin_window(i, read_to - OVERLAP_MS,
                     now - read_to < window_ms - OVERLAP_MS
                         ? now
                         : read_to - OVERLAP_MS + window_ms);
    else if (i->read_from_ms > i->options.since_ms)
        begin_window(i, i->read_from_ms + OVERLAP_MS - window_ms,
                     i->read_from_ms + OVERLAP_MS);
    else
        return false;
    return true;
}

/* ---- accounts ---- */

static enum err read_cursors(struct import *i, struct fault *f)
{
    struct store *s = i->host->store;
    const char *account = present(i)->id;

    i->read = false;
    if (i->options.again)
        return ERR_OK;
    enum err e = cursor_get(s, account, cursor_from, &i->read_from_ms, f);
    if (e == ERR_OK)
        e = cursor_get(s, account, cursor_to, &i->read_to_ms, f);
    i->read = e == ERR_OK;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool is_wanted(const struct import *i)
{
    return i->options.only == NULL || i->options.only == present(i);
}

/* The next account that is asked for; false after the last. */
static bool next_account(struct import *i)
{
    struct fault f;

    do {
        if (i->nth++ == i->host->account_count)
            return false;
    } while (!is_wanted(i));
    enum err e = read_cursors(i, &f);
    if (e == ERR_OK)
        e = import_take_begin(&i->take, i->host, present(i), &f);
    if (e != ERR_OK)
        host_trouble(i->host, &f);
    return e == ERR_OK;
}

/* An account whose list could not be had is given up. */
static bool next_window(struct import *i)
{
    bool found = i->nth > 0 && i->window.fault.code == ERR_OK && find_window(i);
    while (!found) {
        if (!next_account(i))
            return false;
        found = find_window(i);
    }
    return true;
}

/* Until a list is under way, or nothing is left. */
static void go_on(struct import *i)
{
    while (!i->ended && i->listing == NULL) {
        ask(i);
        if (i->listing != NULL)
            return;
        if (i->asking)
            end_window(i);
        i->ended = !next_window(i);
    }
}

struct import *import_begin(struct host *h, const struct import_options *o)
{
    struct import *i = mem_new(sizeof *i);

    i->host = h;
    i->options = *o;
    i->now_ms = host_now(h);
    go_on(i);
    return i;
}

bool import_ended(const struct import *i)
{
    return i->ended;
}

void import_stop(struct import *i)
{
    if (i->listing != NULL)
        listing_withdraw(i->listing);
    i->listing = NULL;
    i->ended = true;
}

void import_free(struct import *i)
{
    if (i == NULL)
        return;
    import_stop(i);
    free(i);
}

const struct import_counts *import_counts(const struct import *i)
{
    return &i->counts;
}

size_t import_failures(const struct import *i)
{
    return i->failures;
}
