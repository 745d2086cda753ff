/* The fires of schedules: one row per rule and nominal instant, whatever became of it;
 * and up to which instant each schedule has been looked at. */
#ifndef DRAY_STORE_FIRE_H
#define DRAY_STORE_FIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

enum fire_state {
    FIRE_BEGUN,   /* its event is in the log; the run is queued or goes on */
    FIRE_DONE,    /* the run ended well */
    FIRE_FAILED,  /* the run was given up or dropped */
    FIRE_SKIPPED, /* nothing was run; `why` says why */
    FIRE_STATE_COUNT
};
const char *fire_state_name(enum fire_state s); /* "begun" "done" "failed" "skipped" */

struct fire {
    int64_t rule;    /* the rule's row */
    int64_t at_ms;   /* the nominal instant; unique within the rule */
    int64_t seen_ms; /* when it was decided; later than at_ms by how late it was */
    int64_t event;   /* the entry of the log that the run answers; 0 when skipped */
    enum fire_state state;
    const char *why; /* borrowed for the call */
};

/* ERR_CONFLICT when this instant of the rule was decided before. */
enum err fire_add(struct store *s, const struct fire *fire, struct fault *f);
/* Whether this instant of the rule was decided. */
enum err fire_known(struct store *s, int64_t rule, int64_t at_ms, bool *known,
                    struct fault *f);
/* The begun fire of a rule ended; nothing changes when none is begun. */
enum err fire_end(struct store *s, int64_t rule, enum fire_state state, const char *why,
                  struct fault *f);
/* Whether a fire of the rule is begun. */
enum err fire_open(struct store *s, int64_t rule, bool *open, struct fault *f);

typedef bool fire_fn(void *arg, const struct fire *fire);
/* The newest `limit` (0: all) fires of a rule. The row is borrowed for the call; false
 * ends it. */
enum err fire_each(struct store *s, int64_t rule, int64_t limit, fire_fn *fn, void *arg,
                   struct fault *f);

/* Up to which instant, itself included, the schedule with these words was looked at.
 * ERR_NOT_FOUND (f untouched) when the rule had none or had another one. */
enum err fire_mark(struct store *s, int64_t rule, const char *words, int64_t *until_ms,
                   struct fault *f);
enum err fire_set_mark(struct store *s, int64_t rule, const char *words, int64_t until_ms,
                       struct fault *f);

#endif
