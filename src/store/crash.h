/* A run that never came out of Lua: what the watchdog wrote down before it ended the
 * process, and how often that happened to a file in a row.
 *
 * The file `crash` in the state folder is written in one piece by a second thread while
 * the first one hangs; so nothing of the store is touched then. The next owner puts it
 * into the log and removes it. */
#ifndef DRAY_STORE_CRASH_H
#define DRAY_STORE_CRASH_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

enum { CRASHES_MAX = 2 }; /* in a row, after which a rule file is not run any more */

struct crash {
    char file[200];   /* of the script or rule; "" when it is not known */
    char version[65]; /* digest of that file as text; "" */
    char what[200];   /* the rule's name; "" */
    char place[100];  /* "rules/floor.lua:12"; "" */
    int64_t run;      /* in the journal; 0 */
    int64_t at_ms;    /* UTC */
    int64_t used_ms;  /* processor time */
};

/* Writes the file, and puts each text of *c on one line; for the watchdog. False when
 * that was not possible: there is nobody to tell why. */
bool crash_write(const char *folder, struct crash *c);

/* For a new owner, within its first transaction: the crash file becomes an entry
 * "run.crashed" of the log, the run's error, and one more crash of its file. `found`:
 * there was one, in *c; after the commit, crash_done removes the file. A file that cannot
 * be understood is reported as a crash of which nothing is known. */
enum err crash_recover(struct store *s, struct crash *c, bool *found, struct fault *f);
void crash_done(struct store *s);

/* How often in a row this version of a file crashed; *last (may be NULL) is the latest.
 */
enum err crash_count(struct store *s, const char *file, const char *version,
                     int64_t *count, struct crash *last, struct fault *f);
/* A run of the file went well, or a person wants it to be tried again. */
enum err crash_forget(struct store *s, const char *file, struct fault *f);

#endif
