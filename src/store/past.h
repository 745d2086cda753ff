/* What was, played forward into an empty store: the log entry by entry, and between its
 * entries each change of a record or document at its moment.
 *
 * Rows of records and documents carry a trail in their column `past`: one line for each
 * change, "41984 s2", the moment (store/journal.h), a letter for the column, and what
 * stood there before; "n" is the row's beginning. Effects follow from the log; facts and
 * stock are left to the caller. What is played has the ids that it has where it was
 * recorded. */
#ifndef DRAY_STORE_PAST_H
#define DRAY_STORE_PAST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/dispatched.h"
#include "store/effect.h"
#include "store/journal.h"
#include "store/run.h"
#include "store/store.h"
#include "store/verdict.h"

/* An empty store in memory beside the one that has the past, which is only read and stays
 * as it is, also while its owner works. The clock is borrowed, `there` until it is
 * closed. */
struct store *store_open_beside(struct store *there, const struct clock *clock,
                                struct fault *f);

struct past;

/* Begins before the first entry. Accounts and the names of rules are there from the
 * start. `s` is from store_open_beside and has not been written to. */
struct past *past_open(struct store *s, struct fault *f);
void past_close(struct past *p);

enum past_kind {
    PAST_ENTRY,  /* an entry of the log */
    PAST_RECORD, /* a change of an order or shipment */
    PAST_PAPER   /* of a document */
};
struct past_step {
    enum past_kind kind;
    int64_t moment;
    int64_t row;   /* of the record or document; the entry's id */
    int64_t at_ms; /* an entry's time; else of the entry before */
    bool body;     /* a record's text is another one, or its first */
};
/* What comes next; false when the past is over. */
bool past_next(const struct past *p, struct past_step *step);
/* Makes it so. An entry's texts live in `a`; other steps leave *e alone. */
enum err past_play(struct past *p, struct arena *a, struct entry *e, struct fault *f);
/* An event of which all is there that is needed to play it: what its rules said, and its
 * order from the beginning. What is older may have been forgotten (store/prune.h). */
enum err past_whole(struct past *p, int64_t event, int64_t record, bool *whole,
                    struct fault *f);
/* Runs were forgotten: nobody knows what rules kept in e.data before. */
bool past_cut(const struct past *p);
/* Between steps: the store's moment is this one. */
void past_reach(struct past *p, int64_t moment);

/* ---- what was decided; each stands with its table's own functions ---- */

/* The n-th time (from 0) that a rule was asked about an event; false when it was not. */
enum err past_verdict(struct store *s, int64_t event, int64_t rule, int64_t n,
                      struct verdict_row *v, bool *there, struct fault *f);
/* The n-th run of a rule for an event, with its trace, in the arena. */
enum err past_run(struct store *s, struct arena *a, int64_t event, int64_t rule,
                  int64_t n, struct run_row *r, bool *there, struct fault *f);
/* The run with that id; ERR_NOT_FOUND with a sentence: it was forgotten. */
enum err past_run_get(struct store *s, struct arena *a, int64_t id, struct run_row *r,
                      struct fault *f);
/* The effect with that id, as it was planned; ERR_NOT_FOUND with a sentence. */
enum err past_effect(struct store *s, struct arena *a, int64_t id, struct effect *e,
                     struct fault *f);
/* When the rules read this entry, and what they could see then. False: they never did. */
enum err past_dispatched(struct store *s, int64_t event, struct dispatched *d,
                         bool *there, struct fault *f);
/* Something is still to be done for this event by this rule. */
enum err past_pending(struct store *s, int64_t event, int64_t rule, bool *pending,
                      struct fault *f);
/* The rule had a schedule of these words (store/fire.h). */
enum err past_scheduled(struct store *s, int64_t rule, const char *words, bool *same,
                        struct fault *f);
/* As verdict_since. */
enum err past_verdicts(struct store *s, int64_t since_ms, verdict_fn *fn, void *arg,
                       struct fault *f);

#endif
