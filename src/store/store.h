/* The one file that holds dray's state, and its one owner (laws 1 to 3).
 *
 * SQLite in WAL mode with synchronous=FULL behind functions; no SQLite type shows here.
 * Writes gather in one open transaction until store_commit: one flush a round. A failed
 * flush is fatal: every later write then fails with the same fault, and nothing more may
 * be sent. */
#ifndef DRAY_STORE_STORE_H
#define DRAY_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"

struct store;

enum store_mode {
    STORE_OWN, /* the owner: takes the lock, creates and migrates, writes and checkpoints
                */
    STORE_LOOK /* only looks: read-only, never checkpoints */
};

/* Opens `folder`/dray.db. STORE_OWN creates the folder (0700) and the file (0600) when
 * missing. What a crash left `sending` is the workflow's matter. ERR_BUSY: another dray
 * owns the folder (the sentence names its process id). ERR_NOT_FOUND: nothing to look at.
 * ERR_INPUT: not a dray file, damaged, or made by a newer dray; it is left untouched.
 * ERR_DENIED: read-only. The clock is borrowed. */
struct store *store_open(const char *folder, enum store_mode mode,
                         const struct clock *clock, struct fault *f);
/* A copy in memory of what is there, empty when nothing is: who tries something out
 * writes to it, and the folder stays as it is, also beside its owner. */
struct store *store_open_copy(const char *folder, const struct clock *clock,
                              struct fault *f);
/* An in-memory store for tests. */
struct store *store_open_memory(const struct clock *clock);
/* Rolls back what was not committed. NULL is fine. */
void store_close(struct store *s);

/* Something waits for a commit. */
bool store_dirty(const struct store *s);
/* A write, flush or checkpoint failed for good: nothing more may be sent. */
bool store_broken(const struct store *s);
/* A round begins: until its store_commit or store_undo, reads take no lock each. */
enum err store_begin(struct store *s, struct fault *f);
/* Makes everything durable. ERR_IO is fatal (law 2). */
enum err store_commit(struct store *s, struct fault *f);
/* Forgets everything that was written since the last commit. Not within a slice. */
enum err store_undo(struct store *s, struct fault *f);
/* Housekeeping between rounds: a checkpoint when the WAL has grown, everything when
 * `idle`. */
void store_tidy(struct store *s, bool idle);

/* A slice of a task: what it wrote is kept or undone as one (law 8). Not nested. */
enum err store_slice_begin(struct store *s, struct fault *f);
enum err store_slice_keep(struct store *s, struct fault *f);
enum err store_slice_undo(struct store *s, struct fault *f);

/* The whole file checked: SQLite's own check and the chain of the log. */
enum err store_verify(struct store *s, struct fault *f);

/* Bytes that are free for a state folder, which need not be there yet. ERR_DENIED: it
 * cannot be written; ERR_INPUT: others may read it. */
enum err store_room(const char *folder, int64_t *bytes, struct fault *f);
/* "SQLite 3.40.1" */
const char *store_library(void);

/* A persisted place in a list or a setting, by account ("" for none) and name. */
enum err cursor_get(struct store *s, const char *account, const char *name,
                    int64_t *value,
                    struct fault *f); /* ERR_NOT_FOUND when never set; f untouched then */
enum err cursor_set(struct store *s, const char *account, const char *name, int64_t value,
                    struct fault *f);

#endif
