/* What is known of each rule while dray runs, and remembered in its row. */
#include "engine/rules_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/crash.h"
#include "store/hold.h"
#include "store/rule.h"
#include "workflow/rule_control.h"

struct standing *standing_find(struct rules *r, const char *name)
{
    struct standing *st;
    LIST_FOREACH(st, &r->standings, link)
    {
        if (strcmp(st->name, name) == 0)
            return st;
    }
    return NULL;
}

struct standing *standing_of(struct rules *r, int64_t id)
{
    struct standing *st;
    LIST_FOREACH(st, &r->standings, link)
    {
        if (st->id == id)
            return st;
    }
    return NULL;
}

static void add_standing(struct rules *r, const struct rule_row *row)
{
    struct standing *st = mem_new(sizeof *st);
    st->id = row->id;
    st->name = mem_text(row->name);
    st->paused = row->paused_ms != 0;
    st->failures = row->failures;
    TAILQ_INIT(&st->parked);
    LIST_INSERT_HEAD(&r->standings, st, link);
}

/* Its row and standing, made when it is new; what it is now is written down. */
static enum err place(struct rules *r, struct rule *rule, struct fault *f)
{
    struct rule_row row;
    int64_t id;
    enum err e = rule_intern(r->host->store, rule->name, &id, f);
    if (e == ERR_OK)
        e = rule_loaded(r->host->store, id, rule->file->path, rule->head, f);
    if (e == ERR_OK && standing_of(r, id) == NULL) {
        arena_reset(&r->scratch);
        e = rule_get(r->host->store, &r->scratch, id, &row, f);
        if (e == ERR_OK)
            add_standing(r, &row);
    }
    if (e == ERR_OK) {
        rule->standing = standing_of(r, id);
        rule->standing->rule = rule;
    }
    return e;
}

/* ---- rules that no file has any more ---- */

struct gone {
    struct rules *rules;
    struct standing *known; /* NULL: the row is to be known */
    enum err err;
    struct fault *fault;
};

/* A rule whose file or name is gone keeps what is to be done for it until it is back. */
static enum err tell_gone(struct rules *r, const struct standing *st, struct fault *f)
{
    const struct hold_filter filter = {.rule = st->id};
    struct hold *holds;
    size_t held;
    int64_t jobs;
    arena_reset(&r->scratch);
    enum err e = hold_list(r->host->store, &r->scratch, &filter, &holds, &held, f);
    if (e == ERR_OK)
        e = job_count(r->host->store, st->id, &jobs, f);
    if (e == ERR_OK && (held > 0 || jobs > 0))
        log_write(
            LOG_WARN,
            "a rule is gone, renamed or inactive, and something is left to do for "
            "it: bring it back, or drop that with `dray resume RULE --backlog drop`",
            log_safe("rule", st->name), log_number("holds", (int64_t)held),
            log_number("events", jobs), LOG_END);
    return e;
}

/* ---- files that ended dray ---- */

static enum err pause_crashed(struct rules *r, const struct rule_file *file,
                              const struct crash *last, struct fault *f)
{
    char why[400];
    enum err e = ERR_OK;
    snprintf(why, sizeof why, "%s ended dray %d times in a row, the last time at %s",
             file->path, (int)CRASHES_MAX, last->place);
    const struct decision d = {.actor = "dray", .why = why};
    log_write(LOG_ERROR,
              "a rule file never came back from Lua and ended dray, again: its rules are "
              "paused; mend it, then `dray resume RULE --backlog run`",
              log_safe("file", file->path), log_safe("place", last->place), LOG_END);
    for (size_t i = 0; e == ERR_OK && i < file->rule_count; i++) {
        struct standing *st = file->rules[i].standing;
        if (!st->paused)
            e = control_pause_rule(r->host, st->name, &d, f);
        st->paused = true;
    }
    return e;
}

static enum err look_for_crash(struct rules *r, struct rule_file *file, struct fault *f)
{
    struct crash last;
    int64_t count = 0;
    enum err e = crash_count(r->host->store, file->path, file->version, &count, &last, f);
    file->crashed = count > 0;
    return e == ERR_OK && count >= CRASHES_MAX ? pause_crashed(r, file, &last, f) : e;
}

static bool add_unknown(void *arg, const struct rule_row *row)
{
    struct rules *r = arg;
    if (standing_of(r, row->id) == NULL)
        add_standing(r, row);
    return true;
}

static enum err place_all(struct rules *r, struct fault *f)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < r->book->file_count; i++) {
        struct rule_file *file = r->book->files[i];
        for (size_t k = 0; e == ERR_OK && k < file->rule_count; k++)
            e = place(r, &file->rules[k], f);
        if (e == ERR_OK)
            e = look_for_crash(r, file, f);
    }
    return e;
}

enum err standings_load(struct rules *r, struct fault *f)
{
    struct standing *st;
    LIST_FOREACH(st, &r->standings, link)
    st->rule = NULL;
    enum err e = place_all(r, f);
    if (e == ERR_OK)
        e = rule_each(r->host->store, add_unknown, r, f);
    LIST_FOREACH(st, &r->standings, link)
    {
        if (e == ERR_OK && (st->rule == NULL || !st->rule->active))
            e = tell_gone(r, st, f);
    }
    return e;
}

/* ---- pauses ---- */

/* It has a row, from which it is made again. */
static bool is_stored(void *arg, const struct job *job)
{
    return job->standing == arg && job->saved;
}

static enum err refresh_one(struct rules *r, struct standing *st, struct fault *f)
{
    struct rule_row row;
    bool was = st->paused;
    arena_reset(&r->scratch);
    enum err e = rule_get(r->host->store, &r->scratch, st->id, &row, f);
    if (e != ERR_OK)
        return e;
    st->paused = row.paused_ms != 0;
    st->failures = row.failures;
    if (!was || st->paused)
        return ERR_OK;
    lines_drop(r->lines, is_stored, st);
    return dispatch_stored(r, st->id, f);
}

enum err standings_refresh(struct rules *r, struct fault *f)
{
    enum err e = ERR_OK;
    struct standing *st;
    LIST_FOREACH(st, &r->standings, link)
    {
        if (e == ERR_OK)
            e = refresh_one(r, st, f);
    }
    return e;
}

static enum err pause_itself(struct rules *r, struct standing *st, const char *why,
                             struct fault *f)
{
    char text[300];
    snprintf(text, sizeof text, "failed %d times in a row: %.200s", (int)FAILURES_MAX,
             why);
    const struct decision d = {.actor = "dray", .why = text};
    st->paused = true;
    log_write(LOG_ERROR,
              "a rule failed too often and is paused: see `dray rules`, mend it, then "
              "`dray resume RULE --backlog run`",
              log_safe("rule", st->name), LOG_END);
    return control_pause_rule(r->host, st->name, &d, f);
}

enum err standing_ended(struct rules *r, struct standing *st, int64_t run, bool failed,
                        const char *why, struct fault *f)
{
    if (r->replay != NULL)
        return ERR_OK; /* nobody is paused by what is only played */
    st->failures = failed ? st->failures + 1 : 0;
    enum err e = rule_ended(r->host->store, st->id, run, failed ? RUN_FAILED : RUN_DONE,
                            st->failures, f);
    if (e == ERR_OK && st->failures >= FAILURES_MAX && !st->paused)
        e = pause_itself(r, st, why, f);
    return e;
}

void standings_free(struct rules *r)
{
    while (!LIST_EMPTY(&r->standings)) {
        struct standing *st = LIST_FIRST(&r->standings);
        LIST_REMOVE(st, link);
        free(st->name);
        free(st);
    }
}
