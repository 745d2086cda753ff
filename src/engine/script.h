/* One script file as one task: `dray run day.lua`.
 *
 * The run is in the journal before the script's first line, and its end joins the commit
 * of its last slice. */
#ifndef DRAY_ENGINE_SCRIPT_H
#define DRAY_ENGINE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <lua.h>

#include "engine/sandbox.h"
#include "engine/task.h"

struct script;

struct script_options {
    struct host *host;
    struct tasks *tasks;
    const char *path;    /* as people wrote it: file to read, and name in messages */
    const char *text;    /* source instead of the file's; NULL: read it */
    const char *folder;  /* the project's; files of the script lie below it */
    char *const *args;   /* after the script's name, ends with NULL; NULL: none */
    FILE *out;           /* where print goes; NULL: stdout */
    lua_CFunction words; /* installs the words of dray (bind/bind.h) */
    struct sandbox_limits limits; /* zeroed: the defaults */
};

/* Loads it and begins the run; its first line runs in the next step. NULL with *f for a
 * file that cannot be read or has a syntax error: then there is no run. */
struct script *script_open(const struct script_options *o, struct fault *f);
/* Drops what is left of it. NULL is fine. */
void script_close(struct script *s);

/* Goes through rounds until it ended, a signal came, or the monotonic deadline passed
 * (INT64_MAX: none); in the last two cases it ends with an error at the point where it
 * waits, and what it had sent is given 15 seconds to be answered. ERR_OK when the script
 * came to its successful end; else *f has the sentence, and script_error the traceback.
 */
enum err script_run(struct script *s, int64_t deadline_ms, struct fault *f);

/* For who drives the rounds himself: fits `done` of round_run. */
bool script_ended(void *script);
bool script_ok(const struct script *s);           /* it ended, successfully */
const char *script_error(const struct script *s); /* "" or sentence and traceback */
void script_cancel(struct script *s, const char *why);

int64_t script_run_id(const struct script *s);
const char *script_folder(const struct script *s); /* absolute, without links */
/* An effect of an earlier run that this one asked for again: settle() waits for it too.
 */
void script_meet(struct script *s, int64_t effect);
const int64_t *script_met(const struct script *s, size_t *count);

#endif
