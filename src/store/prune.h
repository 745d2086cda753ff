/* Old rows go, a small portion at a time, so that the file does not grow for ever.
 *
 * Rows are gone through by their keys from the oldest on, never all of a table at once.
 * What something open still needs stays, however old: an open order, an effect under way
 * with its run and its order's whole log, what waits for a hold or a job.
 * The newest row of each table stays, too: its number is never given again. */
#ifndef DRAY_STORE_PRUNE_H
#define DRAY_STORE_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

/* One portion: what is older than before_ms, at most `limit` rows looked at after the key
 * `after`, which moves on. */
struct portion {
    int64_t before_ms;
    int64_t limit;
    int64_t after; /* 0 at the beginning */
    int64_t gone;  /* rows that went; added to */
    bool more;     /* there may be another portion */
};

/* Up to where the oldest went: cursors of no account. A backtest needs to know. */
#define PRUNED_RUNS "pruned.runs"         /* id of a run */
#define PRUNED_VERDICTS "pruned.verdicts" /* id of an event */

/* Runs that ended, with their traces. */
enum err prune_runs(struct store *s, struct portion *p, struct fault *f);
/* What rules said to events. */
enum err prune_verdicts(struct store *s, struct portion *p, struct fault *f);
/* What was reported, and not again since. */
enum err prune_told(struct store *s, struct portion *p, struct fault *f);
/* Fires that ended. `after` is the last rule's row. */
enum err prune_fires(struct store *s, struct portion *p, struct fault *f);

/* Orders and shipments that are over, or left alone, and unchanged since, with all that
 * belongs to them.
 * `path` is told of each document whose file is to be removed when that is durable. */
typedef void prune_path_fn(void *arg, const char *path);
enum err prune_records(struct store *s, struct portion *p, prune_path_fn *path, void *arg,
                       struct fault *f);

/* The oldest entries of the log. What was cut off is stated in an entry "log.cut" with
 * the id and hash of the last one that went, where store_verify begins then. */
enum err prune_log(struct store *s, struct portion *p, struct fault *f);

#endif
