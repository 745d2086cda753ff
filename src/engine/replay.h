/* What was, played again through rules: every recorded event is offered to them in the
 * world as it stood, at the time that it was, and what they decide is compared with what
 * was decided (design 9, backtest).
 *
 * The engine is the real one: the same dispatch, `when`, holds, `all` and runs. Only the
 * moments come from the past: a rule is asked when it was asked then, and sees what could
 * be seen then. What a run writes is compared and undone; what was done in its place is
 * what later events see, so one difference does not become many. */
#ifndef DRAY_ENGINE_REPLAY_H
#define DRAY_ENGINE_REPLAY_H

#include <stdint.h>

#include "engine/rules.h"
#include "store/past.h"

enum replay_kind {
    REPLAY_DIFFERENT, /* decided then and now, not the same */
    REPLAY_BEFORE,    /* only then */
    REPLAY_NOW,       /* only now */
    REPLAY_KINDS
};
const char *replay_kind_name(enum replay_kind k); /* "different" "before" "now" */

/* One decision that differs. Texts are borrowed for the call. */
struct replay_news {
    enum replay_kind kind;
    int64_t event; /* id of the log's entry */
    int64_t at_ms; /* of it */
    const char *what;
    int64_t record; /* 0: none */
    const char *account;
    const char *order; /* its number; "" */
    const char *rule;
    const char *file;   /* of the rule: as it is now, or was */
    int64_t line;       /* that decided, or the rule's; 0 unknown */
    const char *before; /* what was decided: "ran: confirm", "no" …; "" */
    const char *now;    /* what would be; "" */
};
typedef void replay_fn(void *arg, const struct replay_news *n);

/* Why some decisions could not be played, and how many. */
enum { REPLAY_REASONS = 24 };
struct replay_reason {
    char why[80];
    int64_t count;
};

struct replay_totals {
    int64_t compared; /* decisions: a rule and an event */
    int64_t same;
    int64_t kinds[REPLAY_KINDS]; /* that differ, by enum replay_kind */
    int64_t orders;              /* to which those belong */
    int64_t versions; /* compared runs that another version of the rule file decided */
    struct replay_reason reasons[REPLAY_REASONS]; /* by count; why "": no more */
    int64_t passed;                               /* not played, over all reasons */
};

/* Plays all of the past through the rules, and compares what was decided about events
 * from `since_ms` on. The rules' host has a virtual clock, which is set as needed, and
 * the store beside the past, on which `past` was opened before them; it is closed here.
 * `fn` gets what differs in order of the events. */
enum err replay_run(struct rules *r, struct past *past, int64_t since_ms, replay_fn *fn,
                    void *arg, struct replay_totals *totals, struct fault *f);

#endif
