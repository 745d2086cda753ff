/* A backtest: what was recorded, played again through a project's rules or others. */
#ifndef DRAY_BIND_BACKTEST_H
#define DRAY_BIND_BACKTEST_H

#include "engine/replay.h"

struct backtest_options {
    const char *folder;          /* of the project */
    const char *const *patterns; /* of the rule files, within it; NULL: the project's */
    size_t pattern_count;
    struct store *there; /* has what was recorded; only read */
    int64_t since_ms;    /* compares what was decided about events from then on */
    replay_fn *fn;       /* gets what differs */
    void *arg;
    char **mistakes; /* where mistakes of rules or project are left; the caller frees */
};

/* Plays all of it in a world of its own, in memory, that can reach nobody. */
enum err backtest_run(const struct backtest_options *o, struct replay_totals *totals,
                      struct fault *f);

#endif
