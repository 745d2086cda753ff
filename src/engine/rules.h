/* A project's rules at work: events of the log become runs (design 9).
 *
 * An event is an entry of the log whose name rules can listen to. After each round's
 * writes the rules read what is new: who listens is asked (`when`), and what is true runs
 * as a task. Jobs of one order stand in one line; the place in the log, what is still to
 * do, and every verdict are in the store with the round's commit. */
#ifndef DRAY_ENGINE_RULES_H
#define DRAY_ENGINE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "base/fault.h"
#include "engine/rulebook.h"
#include "engine/task.h"
#include "workflow/host.h"
#include "workflow/round.h"

struct rules;

struct rules_options {
    struct host *host;
    struct tasks *tasks;
    const char *folder;          /* the project's */
    const char *const *patterns; /* of its rule files, as dray.lua names them */
    size_t pattern_count;
    const char *const *events; /* kinds that the project declares, beside dray's own */
    size_t event_count;
    lua_CFunction words; /* bind_open */
    const struct rules_words *bind;
    struct sandbox_limits limits; /* zeroed: the usual ones (rulebook.h) */
    bool dry_run;                 /* nothing is kept: the caller never commits */
    char **mistakes; /* NULL, or where a failure leaves every mistake, one a line; the
                        caller frees */
};

/* Loads every file and what the store remembers. NULL with *f when a file has a mistake
 * or the store fails. Takes h->approver. bind_rules (bind/bind.h) fills the options. */
struct rules *rules_open(const struct rules_options *o, struct fault *f);
/* Before the last round: ends what runs as stopped; it begins again from its event at the
 * next start. */
enum err rules_stop(struct rules *r, struct fault *f);
/* Drops what runs; what is unfinished stays in the store. NULL is fine. */
void rules_close(struct rules *r);

/* For round_run; takes the place of tasks_party, which it contains. */
struct round_party rules_party(struct rules *r);
/* Nothing is running, queued or due now. Another try after a failure is due later. */
bool rules_idle(const struct rules *r);
/* UTC instant of the next hold, try or fire; INT64_MAX: none. */
int64_t rules_next_ms(const struct rules *r);

/* What a project file that was read again says of rules; all borrowed for the call. */
struct rules_source {
    const char *const *patterns;
    size_t pattern_count;
    const char *const *events;
    size_t event_count;
    struct account *const *accounts; /* for the check of `where` */
    size_t account_count;
    const struct setup *setup; /* for the names of printers and people */
};

/* Reads all files again, all or nothing: with a mistake (*f, and the whole list in
 * *mistakes, which may be NULL) the old ones go on. Runs end on the version they began
 * with. */
enum err rules_reload(struct rules *r, char **mistakes, struct fault *f);
/* The same with the patterns, events and accounts of another project file. */
enum err rules_renew(struct rules *r, const struct rules_source *source, char **mistakes,
                     struct fault *f);
/* The rules as they are loaded; borrowed until the next reload. */
const struct rulebook *rules_book(const struct rules *r);

#endif
