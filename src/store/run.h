/* Runs: one execution of a script, or of one rule for one event. */
#ifndef DRAY_STORE_RUN_H
#define DRAY_STORE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "store/store.h"

enum run_state {
    RUN_RUNNING,
    RUN_DONE,
    RUN_FAILED,
    RUN_CRASHED, /* dray ended in the middle of it */
    RUN_STOPPED  /* dray was stopped; a rule's begins again from its event */
};
const char *run_state_name(enum run_state s);

/* A row. Texts live in the arena it was read into, or are borrowed for a call. */
struct run_row {
    int64_t id;
    enum run_state state;
    int64_t begun_ms;
    int64_t ended_ms;     /* 0: it goes on */
    const char *script;   /* the script's path, or the rule's name */
    const char *error;    /* one line; "" */
    struct digest source; /* of the text that it ran */
    int64_t rule;         /* 0: a script's */
    int64_t event;        /* the entry of the log that it answers; 0: a script's */
    int64_t record;       /* the order's row; 0: none */
    int64_t tries;        /* that failed before */
    int64_t seen;      /* the moment of its first line (store/journal.h); 0: none ran */
    int64_t seen_ms;   /* what time it was then */
    const char *trace; /* what it did, a JSON array; "" when not asked for or none */
    size_t trace_len;
};

/* A run of a script: begun before its first line. */
enum err run_begin(struct store *s, const char *script, const struct digest *source,
                   int64_t *id, struct fault *f);
/* A run of a rule: script, source, rule, event, record, tries are taken. */
enum err run_begin_rule(struct store *s, const struct run_row *r, int64_t *id,
                        struct fault *f);
enum err run_end(struct store *s, int64_t id, enum run_state state, const char *error,
                 struct fault *f);
/* The same, and what it did: id, state, error, seen, seen_ms, trace are taken. */
enum err run_end_traced(struct store *s, const struct run_row *r, struct fault *f);
/* At start of the owner: what is still marked running crashed. */
enum err run_recover(struct store *s, int64_t *crashed, struct fault *f);

/* ERR_NOT_FOUND with a sentence when there is none. */
enum err run_get(struct store *s, struct arena *a, int64_t id, struct run_row *r,
                 struct fault *f);

struct run_filter {
    int64_t rule;    /* 0: any */
    int64_t record;  /* 0: any */
    int64_t event;   /* 0: any */
    unsigned states; /* bit per state; 0: all */
    int64_t limit;   /* 0: all */
};
typedef bool run_fn(void *arg, const struct run_row *r);
/* The newest first, without traces. The row is borrowed for the call. False ends it. */
enum err run_each(struct store *s, const struct run_filter *filter, run_fn *fn, void *arg,
                  struct fault *f);

#endif
