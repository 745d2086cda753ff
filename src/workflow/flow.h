/* What differs between the programs: how a vendor's effects, and a seller's, are judged,
 * sent, answered and proved. The sender, the prover and the commands ask through this
 * table, by the effect's kind. */
#ifndef DRAY_WORKFLOW_FLOW_H
#define DRAY_WORKFLOW_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "spapi/call.h"
#include "store/paper.h"
#include "workflow/host.h"
#include "workflow/poller.h"

/* Why an effect cannot leave yet, or that it can. */
enum step { STEP_READY, STEP_WAIT, STEP_HOLD, STEP_IMPOSSIBLE, STEP_DONE };
struct stand {
    enum step step;
    int64_t
        next_ms; /* STEP_WAIT: when to look again; INT64_MAX: when something happens */
    enum poll_kind need; /* STEP_WAIT: the list that may end it; POLL_KIND_COUNT: none */
    bool need_order;     /* STEP_WAIT: the order's own state may end it */
    char why[300];       /* for people; with STEP_DONE the evidence */
};

/* A request as a flow builds it. */
struct outgoing {
    struct json *params; /* of the operation; NULL: none */
    struct json *body;   /* NULL: none; with a `list` the effect's element of it */
};

/* The functions of one program. */
struct flow {
    /* Where an effect stands. */
    enum err (*stand)(struct host *h, const struct effect *e, struct stand *out,
                      struct fault *f);
    /* It became ready: the sender is told, and its record shows it. */
    enum err (*ready)(struct host *h, const struct effect *e, struct fault *f);
    /* Evidence came in; it ended badly, or a person must look (EFFECT_HELD). */
    enum err (*succeeded)(struct host *h, struct effect *e, const char *evidence,
                          struct fault *f);
    enum err (*failed)(struct host *h, struct effect *e, enum effect_state state,
                       const char *why, struct fault *f);

    /* The operation that carries effects of this kind; NULL: the sender has nothing to do
     * with them, nor with what follows up to `refused`. */
    const struct operation *(*operation)(enum effect_kind kind);
    /* The member of the body that lists them; NULL: one effect is one request. */
    const char *(*list)(enum effect_kind kind);
    /* How many may travel together with this one. */
    int (*batch)(const struct account *a, const struct effect *e);
    /* What is sent for it, in the arena; a fault: a person must look. */
    enum err (*request)(struct host *h, struct arena *a, const struct effect *e,
                        struct outgoing *out, struct fault *f);
    /* Takes the documents of an answer as it arrives, for the effect; NULL: the answer
     * becomes a tree. */
    enum err (*item)(struct host *h, int64_t effect, const struct page_item *item,
                     struct fault *f);
    /* Whether answers to effects of this kind are taken by `item`. */
    bool (*streams)(enum effect_kind kind);
    /* Amazon said yes. */
    enum err (*answered)(struct host *h, struct effect *e, const struct call_reply *r,
                         struct fault *f);
    /* Amazon said no, for good, to this effect alone. */
    enum err (*refused)(struct host *h, struct effect *e, const struct call_reply *r,
                        const char *why, struct fault *f);

    /* When an unknown effect may be looked up: Amazon may still be working on it. */
    int64_t (*quiet)(enum effect_kind kind, int64_t sent_ms);
    /* Looks whether an unknown effect is there. */
    void (*look_up)(struct host *h, const struct effect *e);
    /* Asks for the own state of the effect's order or shipment. */
    void (*look_at)(struct host *h, const struct effect *e);
    /* Proves accepted effects that are due, all of one account; each is given a next
     * look, or moved. NULL: by lists and transactions (prover.c). */
    enum err (*prove)(struct host *h, struct account *a, struct effect **due,
                      size_t count, struct fault *f);

    /* The held effect's fields with an answer merged in, checked as at planning. */
    enum err (*amend)(struct host *h, struct effect *e, const struct json *fields,
                      struct buf *body, struct fault *f);
    /* Documents from `first` on came for a record: older ones give way; *replaced grows
     * by how many. */
    enum err (*papers_answer)(struct host *h, int64_t record, int64_t first,
                              int64_t *replaced, struct fault *f);
    /* A document of a record has its row. */
    enum err (*paper_ready)(struct host *h, const struct paper *p, int64_t replaced,
                            struct fault *f);
};

const struct flow *flow_of(enum effect_kind kind);
const struct flow *flow_of_account(const struct host *h, const char *account);

/* Moves a waiting effect to where it stands. */
enum err flow_follow(struct host *h, struct effect *e, const struct stand *s,
                     struct fault *f);
/* Looks again at every effect of a record that waits; moves those that may go on. */
enum err flow_reconsider(struct host *h, int64_t record, struct fault *f);
/* The end of an effect: proved, or another one, which people are told of. What it means
 * for its record is the program's business. */
enum err flow_proved(struct host *h, struct effect *e, const char *evidence,
                     struct fault *f);
enum err flow_end(struct host *h, struct effect *e, enum effect_state state,
                  const char *why, struct fault *f);
/* A document of a record has its row: rules hear of it, and reports that have waited for
 * a label's tracking number are taken. */
enum err flow_tell_paper(struct host *h, const struct paper *p, int64_t replaced,
                         struct fault *f);
/* The row of a new effect, its watchers told, in the state that it has, or in the one
 * that `s` gives it: then its why and evidence point into `s`. */
enum err flow_insert(struct host *h, struct effect *e, struct fault *f);
enum err flow_add(struct host *h, struct effect *e, const struct stand *s,
                  struct fault *f);

#endif
