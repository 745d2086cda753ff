/* A Lua state of its own for each script (design 6, lua-hosts.md 3.5).
 *
 * Scripts are given words; nothing is taken away. An allow-listed environment in which
 * unknown words and assignments to globals raise with file:line, text chunks only, a
 * memory limit and an instruction budget that hold only while a script runs. Words wait
 * with task.h. */
#ifndef DRAY_ENGINE_SANDBOX_H
#define DRAY_ENGINE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <lua.h>

#include "base/fault.h"

struct host;
struct script;
struct task;

enum {
    SANDBOX_TEXT_MAX = 256 * 1024, /* bytes of a script's source */
    SANDBOX_LIST_MAX = 1000000     /* members that one list operation goes through */
};

struct sandbox_limits {
    size_t memory;     /* bytes; 0: 256 MiB */
    int64_t steps;     /* instructions from one wait to the next; 0: a thousand million */
    int64_t run_steps; /* of a whole run, with all its waits and parallel calls; 0: no
                          limit */
};

/* One run as the sandbox sees it: the tasks of a run share it. Zeroed, and named, at
 * first. */
struct sandbox_run {
    const char *file;    /* of the script or rule; borrowed, like the next two; NULL */
    const char *version; /* digest of that file as text; NULL */
    const char *what;    /* the rule's name; NULL */
    int64_t id;          /* in the journal; 0: none */
    int64_t used;        /* instructions */
    bool spent;          /* its budget is used up: no pcall may go on */
};

struct sandbox {
    lua_State *L; /* the main state: only the host works on it, scripts run in threads */
    struct host *host;     /* borrowed; NULL until a script is opened with it */
    struct script *script; /* whose state this is; NULL */
    const char
        *folder; /* the project's, for files of rules; borrowed; NULL: a script's */
    const char *refuse; /* why no word may act just now ("`when` only decides …"); NULL:
                           words may */
    int returned; /* the line where the function came back that sandbox_call called last;
                     0: unknown */
    const char *returned_in; /* its chunk, "@rules/floor.lua" */
    FILE *out;               /* where print goes; NULL: stdout */
    struct task *current;    /* whose slice is running; NULL outside of slices */
    uint64_t slice; /* grows with every slice: what was read before may have changed */
    size_t used, memory;     /* bytes */
    bool enforced;           /* the limits hold now */
    struct sandbox_run *run; /* whose slice is running; between slices `own` */
    struct sandbox_run own;  /* of who enters without a task; whoever does may name it */
    int64_t steps;           /* left in this slice */
    int64_t granted;         /* at its beginning */
    int64_t steps_max, run_steps_max;
};

/* With the words of plain Lua. NULL limits: the defaults. Never NULL. */
struct sandbox *sandbox_new(const struct sandbox_limits *limits);
/* No task of it may be left. NULL is fine. */
void sandbox_free(struct sandbox *b);
/* Whose state L is. */
struct sandbox *sandbox_of(lua_State *L);

/* Installs more words: `words` is called protected with the table of words at index 1. */
enum err sandbox_words(struct sandbox *b, lua_CFunction words, struct fault *f);
/* Pushes the table of words. */
void sandbox_push_words(lua_State *L);
/* Pops a table and pushes what scripts see of it: readable, not writable. */
void sandbox_protect(lua_State *L, const char *name);

/* Leaves the chunk of a file or of a text on b->L. `name` is what people see: "day.lua".
 * ERR_INPUT: a syntax error with file:line, a binary chunk; ERR_LIMIT: too long. */
enum err sandbox_load_text(struct sandbox *b, const char *name, const char *text,
                           size_t len, struct fault *f);
enum err sandbox_read_file(const char *path, char **text, size_t *len, struct fault *f);

/* Calls the function with `nargs` arguments on a thread of the box under its limits, with
 * one result; it can neither wait nor, while box->refuse says so, act. False: the error's
 * text with its traceback is on top instead. Notes box->returned. */
bool sandbox_call(struct sandbox *b, lua_State *thread, int nargs);

/* A slice begins and ends: limits hold in between, and the watchdog looks on. `t` may be
 * NULL for work of the host's own (asking a rule's `when`): then b->own is its run, with
 * a new budget each time. */
void sandbox_enter(struct sandbox *b, struct task *t);
void sandbox_leave(struct sandbox *b);
/* After a run was ended for its budget or its memory, and its thread was let go: collects
 * what it left. False when the state is still over its limit: close it and load the file
 * anew. Not within a slice. */
bool sandbox_collect(struct sandbox *b);

/* Pushes "day.lua:12: " of the innermost Lua function that is called, "" when there is
 * none. */
void sandbox_where(lua_State *L);
/* The present run must end (budget, cancelling): an error is not to be caught. */
bool sandbox_doomed(lua_State *L);

#endif
