/* What is remembered of each rule by its name: whether it is paused, how it went, its
 * data. */
#ifndef DRAY_STORE_RULE_H
#define DRAY_STORE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/journal.h"
#include "store/store.h"

/* A row. Texts live in the arena it was read into, or are borrowed for a call. */
struct rule_row {
    int64_t id;
    const char *name;  /* unique in a project */
    const char *file;  /* where it stood when it was last loaded: "rules/floor.lua" */
    const char *head;  /* its trigger and `where`, as JSON; "" before it was loaded */
    int64_t paused_ms; /* since when; 0: it is not */
    const char *why;   /* of the pause; "" */
    int64_t failures;  /* in a row */
    int64_t last_run;  /* 0: none yet */
    int64_t last_ms;   /* when that ended */
    enum run_state outcome; /* of that */
};

/* The row of that name, made when there is none. */
enum err rule_intern(struct store *s, const char *name, int64_t *id, struct fault *f);
/* ERR_NOT_FOUND with a sentence when there is none. */
enum err rule_get(struct store *s, struct arena *a, int64_t id, struct rule_row *r,
                  struct fault *f);
enum err rule_find(struct store *s, struct arena *a, const char *name, struct rule_row *r,
                   struct fault *f);
typedef bool rule_fn(void *arg, const struct rule_row *r);
/* In order of their names. False ends it. */
enum err rule_each(struct store *s, rule_fn *fn, void *arg, struct fault *f);

/* It was loaded from this file with this head. */
enum err rule_loaded(struct store *s, int64_t id, const char *file, const char *head,
                     struct fault *f);
/* A run of it ended; so many failures in a row by now. */
enum err rule_ended(struct store *s, int64_t id, int64_t run, enum run_state outcome,
                    int64_t failures, struct fault *f);
/* Paused since then (0: goes on, its failures are forgotten). */
enum err rule_set_pause(struct store *s, int64_t id, int64_t since_ms, const char *why,
                        struct fault *f);

/* The JSON object that it keeps; NULL when it never kept one. */
enum err rule_data(struct store *s, struct arena *a, int64_t id, const char **text,
                   size_t *len, struct fault *f);
enum err rule_set_data(struct store *s, int64_t id, const char *text, size_t len,
                       struct fault *f);

/* A rule with `all` has begun its run for this record: it does not fire again. */
enum err rule_fire_once(struct store *s, int64_t id, int64_t record, struct fault *f);
enum err rule_fired(struct store *s, int64_t id, int64_t record, bool *fired,
                    struct fault *f);

#endif
