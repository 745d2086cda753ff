/* Effects: intended changes outside, each with its business key and its state (design 8).
 *
 * Every change of state is compare-and-set on the version and adds one entry to the log
 * in the same transaction. */
#ifndef DRAY_STORE_EFFECT_H
#define DRAY_STORE_EFFECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "store/store.h"

/* The last four are final: nothing more happens by itself. */
enum effect_state {
    EFFECT_PLANNED,  /* decided, observed only (`writes = "observe"`) or not yet looked at
                      */
    EFFECT_WAITING,  /* too early; `why` says for what */
    EFFECT_READY,    /* may be sent */
    EFFECT_SENDING,  /* committed before the first byte */
    EFFECT_ACCEPTED, /* Amazon took it; not proved */
    EFFECT_UNKNOWN,  /* may have happened; to be looked up */
    EFFECT_HELD,     /* a person decides */
    EFFECT_SUCCEEDED, /* proved; `evidence` says by what */
    EFFECT_FAILED,    /* Amazon says that it failed */
    EFFECT_REJECTED,  /* refused at the door */
    EFFECT_CANCELLED, /* withdrawn before it was sent */
    EFFECT_STATE_COUNT
};
const char *effect_state_name(enum effect_state s);
enum effect_state
effect_state_find(const char *name); /* EFFECT_STATE_COUNT when unknown */
/* succeeded, failed, rejected, cancelled. */
bool effect_state_final(enum effect_state s);
struct effect;
/* The state for people: accepted 30 minutes ago and not proved is "assumed" (design 8); a
 * print that was handed over is so at once. */
const char *effect_shown(const struct effect *e, int64_t now_ms);

/* What kind of change; the key is unique within a kind (durability.md 1.3). */
enum effect_kind {
    EFFECT_ACKNOWLEDGE, /* accept or reject: one key per order */
    EFFECT_LABEL,       /* a label request; again = next revision */
    EFFECT_SHIP,        /* confirm or floor_deny: one key per order */
    EFFECT_SCAN,        /* one status of one package */
    EFFECT_PROCESS,     /* a seller's confirm or reject: one key per shipment */
    EFFECT_PACKAGES,    /* packages created together */
    EFFECT_PACKAGE,     /* a package updated; every update is the next revision */
    EFFECT_OPTIONS,     /* shipping options of a package */
    EFFECT_INVOICE,     /* the invoice of a shipment */
    EFFECT_SHIP_LABELS, /* labels of packages, asked for together */
    EFFECT_STATUS,      /* one status of one package, by the seller */
    EFFECT_PRINT,       /* one copy of a document on one printer */
    EFFECT_KIND_COUNT
};
/* "acknowledge" "label" "ship" "scan", "process" "packages" "package" "options" "invoice"
 * "ship_labels" "status" "print" */
const char *effect_kind_name(enum effect_kind k);

struct effect {
    int64_t id; /* 0: not stored yet */
    enum effect_kind kind;
    enum effect_state state;
    const char
        *verb; /* what was asked: "accept", "reject", "request_label", "confirm" … */
    int64_t version;
    int64_t record; /* the order's row */
    const char *account;
    const char *name; /* the order's number, for people */
    const char *key;  /* within account and kind */
    int64_t revision;
    struct digest digest; /* of what was asked, canonical */
    const char *body;     /* the element of the request, JSON; NULL when not asked for */
    size_t body_len;
    const char *why;      /* of the present state, for people; "" when nothing to say */
    const char *evidence; /* what proved it; "" */
    const char *transaction; /* Amazon's transactionId; "" */
    int64_t sends;           /* how often it was handed to the network */
    int64_t checks;          /* how often its outcome was asked for since it was sent */
    int64_t next_ms;         /* when to look at it again; INT64_MAX: never by itself */
    int64_t planned_ms;
    int64_t sent_ms; /* of the last send; 0 */
    int64_t changed_ms;
    int64_t run;   /* that planned it; 0 */
    bool released; /* a person released it: limits do not hold it again */
};

/* Inserts a new effect in state e->state and logs it; e->id and e->version are set.
 * ERR_CONFLICT when account, kind, key and revision exist. */
enum err effect_add(struct store *s, struct effect *e, struct fault *f);

/* A change; NULL texts keep what is there. */
struct effect_change {
    enum effect_state to;
    const char *why;
    const char *evidence;
    const char *transaction;
    const char *request_id; /* for the log only */
    const char *actor;      /* who decided: NULL dray itself, else a person's name */
    const char *body; /* a new body, for a waiting effect that is completed; NULL keeps */
    size_t body_len;
    int64_t next_ms; /* always set */
    bool sent;       /* counts a send and sets sent_ms */
    bool checked;    /* counts a check */
    bool anew;       /* checks are counted from zero: somebody waits from now on */
    bool released;   /* a person took it past the limits */
};
/* Changes e (as read before) and the row, and logs it when the state or reason changes;
 * ERR_CONFLICT when the row has another version by now. e's members are updated; its
 * texts then point into `c`. */
enum err effect_move(struct store *s, struct effect *e, const struct effect_change *c,
                     struct fault *f);

/* What was sent is written down in full; nothing else about the effect changes. */
enum err effect_keep_body(struct store *s, int64_t id, const char *body, size_t len,
                          struct fault *f);

enum err effect_get(struct store *s, struct arena *a, int64_t id, bool with_body,
                    struct effect *e, struct fault *f);
/* The newest revision of a key; ERR_NOT_FOUND (f untouched) when there is none. */
enum err effect_by_key(struct store *s, struct arena *a, const char *account,
                       enum effect_kind kind, const char *key, bool with_body,
                       struct effect *e, struct fault *f);

struct effect_filter {
    const char *account;
    const char *warehouse;
    int64_t record; /* 0: any */
    const char *transaction;
    unsigned states;    /* bit per state; 0: all */
    unsigned kinds;     /* bit per kind; 0: all */
    int64_t due_ms;     /* next_ms <= due_ms; 0: any */
    int64_t run;        /* 0: any */
    const char *script; /* planned by runs of this script or rule, by its name or path */
    bool with_body;
    bool due_order; /* by next_ms (ready ones by their rank), then id; else by id */
    bool by_change; /* by changed_ms, then id */
    int64_t limit;  /* 0: all */
};
typedef bool effect_fn(void *arg, const struct effect *e);
/* The row is borrowed for the call; the function must not write to the store. False ends
 * it. */
enum err effect_each(struct store *s, const struct effect_filter *filter, effect_fn *fn,
                     void *arg, struct fault *f);
/* The same gathered in an arena: for who writes while going through. */
enum err effect_list(struct store *s, struct arena *a, const struct effect_filter *filter,
                     struct effect **list, size_t *count, struct fault *f);
enum err effect_count(struct store *s, const struct effect_filter *filter, int64_t *count,
                      struct fault *f);
/* Whether there is one at all. */
enum err effect_any(struct store *s, const struct effect_filter *filter, bool *any,
                    struct fault *f);
/* The earliest next_ms after `after_ms` among effects of an account in `states`, of which
 * final ones have none; INT64_MAX when none. */
enum err effect_next(struct store *s, const char *account, unsigned states,
                     int64_t after_ms, int64_t *next_ms, struct fault *f);
/* What is ready and due by now is put in the order in which it has to ship, before
 * everything that only becomes due; next_ms of such an effect is its rank, far in the
 * past. Effects of one order keep theirs. */
enum err effect_rank(struct store *s, const char *account, enum effect_kind kind,
                     int64_t now_ms, struct fault *f);
/* How many effects of a verb an account's warehouse (NULL: whole account) sent since. For
 * limits. */
enum err effect_sent_since(struct store *s, const char *account, const char *warehouse,
                           const char *verb, int64_t since_ms, int64_t *count,
                           struct fault *f);

#endif
