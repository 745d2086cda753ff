/* Everything one dray process works with, and what all parts of the workflow tell each
 * other.
 *
 * The parts below (sender, prover, poller, intake) are driven by round.c; the engine and
 * the commands see them through this header and vendor.h. One host for a state folder. */
#ifndef DRAY_WORKFLOW_HOST_H
#define DRAY_WORKFLOW_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/random.h"
#include "document/archive.h"
#include "net/loop.h"
#include "net/transport.h"
#include "spapi/account.h"
#include "spapi/call.h"
#include "store/effect.h"
#include "store/record.h"
#include "store/store.h"

struct export;
struct retention;
struct rhythm;
struct feeds;
struct tell;
struct deadlines;
struct external_look;
struct label_fetch;
struct round_guest;
struct intake;
struct lookup;
struct sender;
struct prover;
struct poller;
struct printing;
struct setup;
struct bodies;

/* Who wants to hear what happened; any function may be NULL. All are called within a
 * round, before its commit; they may queue, not wait. */
struct host_watch {
    void (*effect)(void *arg, const struct effect *e); /* an effect has a new state */
    void (*record)(void *arg, const struct record *r,
                   const char *what); /* "order.new" … */
    void *arg;
};

/* Who is asked before a person's release of what a rule with `approve` planned; the rules
 * at work, NULL without them. */
struct host_approver {
    /* *no, of `size` bytes, is "" when it may be sent, else why it is withdrawn. */
    enum err (*ask)(void *arg, const struct effect *e, char *no, size_t size,
                    struct fault *f);
    void *arg;
};

/* Calls by operation, for the table at the end. */
struct host_figures {
    int64_t calls[OP_COUNT];     /* HTTP attempts */
    int64_t throttled[OP_COUNT]; /* 429 answers */
    int64_t token_calls;         /* to LWA */
};

struct host {
    struct clock *clock;
    struct loop *loop;
    struct random *random;
    struct transport *transport;
    struct store *store;
    struct archive *archive;
    struct spapi *spapi;
    struct account **accounts; /* owned */
    size_t account_count;
    struct setup *setup;   /* events, feeds, who is told, printers; owned, never NULL */
    struct bodies *bodies; /* of orders that were read lately */
    struct intake *intake;
    struct export *export; /* documents as named files for other programs */
    struct sender *sender;
    struct printing *printing;
    struct prover *prover;
    struct poller *poller;
    struct lookup *lookups;            /* questions about single effects (lookup.c) */
    struct external_look *looks;       /* about single shipments (external_look.c) */
    struct label_fetch *label_fetches; /* labels on their way (external_labels.c) */
    struct host_watch watch;
    struct host_approver approver;
    struct host_figures figures;
    struct retention *retention; /* old rows go by themselves; NULL: they stay */
    struct deadlines *deadlines; /* clocks are told; NULL: nobody does */
    struct tell *tell;           /* people are told; NULL: later */
    struct feeds *feeds;         /* files are read by themselves; NULL: nobody does */
    struct rhythm *rhythm; /* lists are asked by themselves; NULL: when somebody does */
    struct round_guest *guests; /* who takes part in every round (round.h) */
    int64_t run;                /* the run in whose name the engine acts just now; 0 */
    int64_t still_ms;           /* the time while a script runs; 0: none does */
    const char *outside;        /* the word by which a script looked beyond its event:
                                   lists, files, Amazon; NULL: none did */
    bool approve;               /* what that plans is held for a person's release */
    bool stops; /* something is frozen or only observed (control.c): sends are asked for
                   one by one */
    bool stock_moved; /* orders are still to be told of a change (floor_stock.c) */
    bool rehearsal;   /* nothing is sent: the store is a copy, or somebody only reads */
    int eager;        /* > 0: somebody waits for everything to be proved */
    struct fault
        trouble; /* the first failure inside a completion; ends the round (round.c) */
};

/* What a host is made of; everything is taken over (freed by host_close) except the
 * clock. */
struct host_parts {
    struct clock *clock; /* borrowed */
    struct loop *loop;
    struct random *random;
    struct transport *transport;
    struct store *store;
    struct archive *archive;
    struct account **accounts;
    size_t account_count;
    char *export_folder; /* absolute; NULL: none */
    bool rehearsal;      /* the store is a copy, the archive passes: nothing leaves */
    struct setup *setup; /* NULL: no events of the floor, no feeds, no printers */
};

/* Puts a host together, sweeps the archive, and turns what a crash left: `sending`
 * becomes `unknown` (law 5), running runs become crashed. */
struct host *host_open(const struct host_parts *parts, struct fault *f);
/* Withdraws what is under way, commits nothing, frees all. NULL is fine. */
void host_close(struct host *h);

struct account *host_account(const struct host *h,
                             const char *id); /* NULL when unknown */
/* UTC milliseconds. While a script runs, from one wait to the next, time stands still: so
 * what it saw can be told by one number, and it can be played again. */
int64_t host_now(const struct host *h);
void host_still(struct host *h, bool still);

/* A completion could not be applied: the round ends with this. Keeps the first one. */
void host_trouble(struct host *h, const struct fault *f);
/* Monotonic time of a UTC instant, for timers; INT64_MAX stays. */
int64_t host_mono(const struct host *h, int64_t utc_ms);

/* The earliest next_ms after `after_ms` among effects in `states` of the accounts that
 * the project file names; INT64_MAX when none. */
enum err host_next(struct host *h, unsigned states, int64_t after_ms, int64_t *next_ms,
                   struct fault *f);

/* The one way to change an effect: store, log, watchers. */
enum err host_move(struct host *h, struct effect *e, const struct effect_change *c,
                   struct fault *f);
/* An entry of the log about a record, and the watchers told. `detail` may be NULL. */
enum err host_event(struct host *h, const struct record *r, const char *what,
                    const struct json *detail, struct fault *f);
/* A record's state changes; tells it as event `what` ("order.accepted"; NULL: no event).
 */
enum err host_state(struct host *h, struct record *r, enum order_state state,
                    const char *what, struct fault *f);

#endif
