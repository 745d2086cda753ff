/* What the files that play the past share: replay.c drives, replay_world.c knows what
 * entries mean, replay_place.c finds the moments, replay_run.c runs, replay_judge.c
 * compares. */
#ifndef DRAY_ENGINE_REPLAY_INSIDE_H
#define DRAY_ENGINE_REPLAY_INSIDE_H

#include "engine/replay.h"
#include "engine/rules_inside.h"

/* A moment and what time it is then: at one moment, later comes after. */
struct when {
    int64_t at, at_ms;
};

/* An entry that is still to be given to the rules. */
struct reading {
    int64_t event;
    struct when when;
};

/* A job that will be there at a moment (at), or else when that time comes: a hold that is
 * over, another try. */
struct appointment {
    struct job_row row;
    struct when when; /* at INT64_MAX: at a time only */
    bool asks;        /* a job as it was; else a hold that ends, if it is there still */
};

/* An effect that a run planned, before it is undone. */
struct wish_made {
    struct effect effect; /* id, kind, verb, key, digest */
    struct wish_made *next;
};

/* What playing brought about one event and rule. */
struct played {
    int64_t event, rule;
    size_t place;         /* a later one stands for the earlier ones */
    const char *passed;   /* why it could not be played; NULL */
    const char *did;      /* what its run did, for people; NULL: no run */
    struct digest plan;   /* the same, exactly */
    struct digest source; /* of the rule file */
};

struct replay {
    struct rules *rules;
    struct host *host;
    struct store *store;
    struct past *past;
    struct arena memory; /* for as long as it takes */
    struct line_queue later;
    struct when later_when;   /* the earliest of those lines */
    struct when now;          /* of what is decided just now */
    int64_t entry_ms;         /* of the entry that was played last */
    struct reading *readings; /* a queue */
    size_t reading_count, reading_room, reading_first;
    struct appointment *dates;
    size_t date_count, date_room;
    struct played *played;
    size_t played_count, played_room;
    struct job *job;     /* under way */
    struct arena wishes; /* what its run planned, until it is undone */
    struct wish_made *wished;
    const char *data; /* e.data after it; NULL */
    size_t data_len;
    int64_t since_ms;
    struct reading *imported; /* entries of Amazon's record of the past */
    size_t imported_count, imported_room;
    bool importing;       /* they are played: nothing was recorded of them */
    int64_t *rescheduled; /* rules that have another schedule now, or a new one */
    size_t rescheduled_count;
    int64_t *lost; /* rules of which nobody knows the data any more */
    size_t lost_count;
};

/* ---- replay.c ---- */

/* Something is to be done later. */
void replay_date(struct replay *p, const struct appointment *d);
/* What failed inside a task; ERR_OK when nothing did. */
enum err replay_trouble(const struct replay *p, struct fault *f);
/* What stands in line takes its turn at the present moment. */
enum err replay_turns(struct replay *p, struct fault *f);
/* What is due before that time is done. */
enum err replay_until(struct replay *p, int64_t time_ms, struct fault *f);

/* ---- replay_run.c ---- */

/* What this job would decide cannot be played, and why. */
void replay_pass(struct replay *p, const struct job_row *row, const char *why);
/* tasks_look's: what the run of the present job wrote. */
void replay_look(void *arg);
/* Finds the rules that have another schedule than they had, or data that is forgotten. */
enum err replay_rules(struct replay *p, struct fault *f);
/* The run that the present job began, if it did. */
enum err replay_run_job(struct replay *p, struct fault *f);

/* ---- replay_imported.c ---- */

/* When it happened at Amazon. */
int64_t imported_at(const struct entry *e, struct arena *a);
/* An entry of an import, to be played later. */
void imported_keep(struct replay *p, const struct entry *e, struct arena *a);
/* All of them. */
enum err imported_play(struct replay *p, struct fault *f);

/* ---- replay_world.c ---- */

/* A record has another text: what it wants of the stock. */
enum err world_lines(struct replay *p, int64_t record, struct fault *f);
/* An entry of the log was played: what follows from it. */
enum err world_hear(struct replay *p, const struct entry *e, struct arena *a,
                    struct fault *f);

/* ---- replay_place.c ---- */

/* Finds the job's moment: of being asked, or of its run. */
enum err place_job(struct replay *p, struct job *job, struct fault *f);
/* When the rules read an entry. */
enum err place_entry(struct replay *p, const struct entry *e, struct reading *r,
                     struct fault *f);
/* When a hold that began now is looked at. */
enum err place_hold(struct replay *p, const struct hold *h, struct appointment *d,
                    struct fault *f);
/* How often the rule has been asked about the event so far. */
enum err place_asked(struct replay *p, int64_t event, int64_t rule, int64_t *count,
                     struct fault *f);

/* ---- replay_judge.c ---- */

/* A place for what is known of an event and rule. */
struct played *judge_note(struct replay *p, int64_t event, int64_t rule);
/* What a run did, from its trace; `then`: it is of the past. */
enum err judge_did(struct replay *p, const struct run_row *run, bool then,
                   struct played *out, struct fault *f);
/* Compares all. */
enum err judge_all(struct replay *p, int64_t since_ms, replay_fn *fn, void *arg,
                   struct replay_totals *totals, struct fault *f);

#endif
