/* A second thread that looks whether the first one comes out of Lua again.
 *
 * The hook of a run sees nothing while a function in C works. Only processor time within
 * slices counts, so a slow disk, a suspended machine or a stopped process harms nobody.
 * After the first limit the run is ended at its next instruction (budget.c asks
 * watchdog_late); after the second the process writes what it was doing to the crash file
 * and ends with code 70: the next start says so (store/crash.h). There is one for the
 * process, as there is one thread that runs Lua (law 2); without it, all of this does
 * nothing. */
#ifndef DRAY_ENGINE_WATCHDOG_H
#define DRAY_ENGINE_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

struct sandbox_run;

struct watchdog_options {
    const char *folder;       /* the state folder, for the crash file; copied */
    int64_t late_ms, kill_ms; /* processor time of one slice; 0: 5 and 10 seconds */
};

/* Watches the calling thread from now on. Does nothing when one watches already. */
enum err watchdog_start(const struct watchdog_options *o, struct fault *f);
/* Ends the thread and waits for it. */
void watchdog_stop(void);

/* A slice of this run begins; borrowed until it ends. */
void watchdog_begin(const struct sandbox_run *run);
void watchdog_end(void);
/* The line of Lua that was seen last: "rules/floor.lua", 12. */
void watchdog_note(const char *source, int line);
/* This slice is over its first limit. */
bool watchdog_late(void);

#endif
