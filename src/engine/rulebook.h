/* The rule files of a project, loaded and checked: what listens to what.
 *
 * Each file has a state of its own. Loading runs its first level, which may neither wait
 * nor act; every mistake in every head is collected. */
#ifndef DRAY_ENGINE_RULEBOOK_H
#define DRAY_ENGINE_RULEBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/json.h"
#include "engine/event.h"
#include "engine/sandbox.h"
#include "spapi/account.h"

struct standing;

/* What a rule is asked or run about. */
struct occasion {
    const struct event *event;
    const char *rule;    /* its name */
    int64_t rule_id;     /* its row */
    const char *initial; /* its data before it kept any, a JSON object; NULL: it has none
                          */
};

/* What the engine needs of the words (bind/event.c). */
struct rules_words {
    /* Pushes `e`. May raise. */
    void (*push_event)(lua_State *L, const struct occasion *o);
    /* The table e.data of the `e` at `index`; NULL when it was not looked at. */
    enum err (*take_data)(lua_State *L, int index, struct arena *a, struct json **data,
                          struct fault *f);
    /* Whether a `when` changed e.data of the `e` at `index`. */
    bool (*data_changed)(lua_State *L, int index);
    /* Like value_push and value_read. */
    void (*push_value)(lua_State *L, const struct json *value);
    enum err (*read_value)(lua_State *L, int index, const char *root, struct arena *a,
                           struct json **value, struct fault *f);
};

/* To which orders a rule applies; each a list of texts that ends with NULL, or NULL. */
struct rule_where {
    char **account, **warehouse, **labels, **program;
};

struct rule {
    struct rule_file *file;
    char *name;
    int line;      /* of its head */
    int when_line; /* of its `when` */
    int when, run; /* references in the file's state; LUA_NOREF: none */
    bool active;
    bool approve;
    bool all;      /* the events must all have happened, for every box */
    char **events; /* that it listens to; ends with NULL; NULL: it has a schedule */
    struct rule_where where;
    int64_t hold_ms;           /* 0: none */
    int64_t timeout_ms;        /* of a run */
    char *initial;             /* `data` as JSON; NULL: none */
    char *schedule;            /* `every` or `cron` and `zone` as a JSON object; NULL */
    char *head;                /* trigger and `where`, as a JSON object */
    struct standing *standing; /* set by who loaded the book; NULL */
};

/* A file's text while its texts are still to be checked. */
struct rule_text {
    char *path, *text;
};

struct rule_file {
    char *path;                   /* as people write it: "rules/floor.lua" */
    struct digest source;         /* of it and of the files that it uses */
    char version[DIGEST_HEX + 1]; /* the same as text */
    bool crashed;                 /* it did, in this version, since it last went well */
    struct sandbox *box;
    lua_State *asker; /* the thread in which `when` is called */
    struct rule *rules;
    size_t rule_count;
    int used;                /* files that it uses */
    struct rule_text *texts; /* its own and theirs, until its heads are checked */
    size_t text_count, text_room;
    int users;              /* the book, and each run of one of its rules */
    struct rule_file *next; /* among those that are to be released */
};
/* One user less; the last one frees it. NULL is fine. */
void rule_file_release(struct rule_file *file);

/* A rule and one of its events. */
struct listener {
    const char *event;
    struct rule *rule;
};

struct rulebook {
    struct rule_file **files;
    size_t file_count;
    struct listener *listeners; /* of active rules, by event, then as they stand */
    size_t listener_count;
    bool holds; /* some rule has `hold` */
};

struct rulebook_options {
    const char *folder;          /* absolute */
    const char *const *patterns; /* as dray.lua names them */
    size_t pattern_count;
    const char *const *events; /* declared by the project */
    size_t event_count;
    struct account *const *accounts; /* for the check of `where` */
    size_t account_count;
    const struct setup *setup; /* for the names of printers and people; NULL: unchecked */
    struct host *host;         /* of the words; NULL: only checked */
    lua_CFunction words;
    const struct rules_words *bind;
    struct sandbox_limits limits; /* zeroed: 32 MiB a file, 50 million instructions from
                                     wait to wait, 500 million a run */
};

/* NULL for mistakes: *mistakes (may be NULL) has every one with file:line, one a line,
 * and the caller frees it; *f has the first. */
struct rulebook *rulebook_load(const struct rulebook_options *o, char **mistakes,
                               struct fault *f);
void rulebook_free(struct rulebook *b);

/* How many rules there are. */
size_t rulebook_count(const struct rulebook *b);
/* By name, also an inactive one; NULL when no file has it. */
struct rule *rulebook_find(const struct rulebook *b, const char *name);
/* The listeners of an event: the first, and how many stand one after the other. */
const struct listener *rulebook_listeners(const struct rulebook *b, const char *event,
                                          size_t *count);

#endif
