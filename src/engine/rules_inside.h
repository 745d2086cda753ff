/* What the files that make up the rules at work share: rules.c drives, dispatch.c reads
 * the log, turn.c decides what becomes of a job, errand.c runs it, standing.c remembers
 * each rule. */
#ifndef DRAY_ENGINE_RULES_INSIDE_H
#define DRAY_ENGINE_RULES_INSIDE_H

#include <sys/queue.h>

#include "engine/job.h"
#include "engine/rules.h"
#include "engine/timetable.h"
#include "net/loop.h"
#include "store/dispatched.h"
#include "store/hold.h"
#include "store/run.h"

enum { FAILURES_MAX = 5 }; /* in a row; then the rule pauses itself */

/* A rule by its name, over all versions of its file. */
struct standing {
    int64_t id; /* of its row */
    char *name;
    struct rule *rule; /* in the present book; NULL when no file has it */
    bool paused;
    int64_t failures;         /* in a row */
    size_t running;           /* runs that began and did not end */
    struct line_queue parked; /* lines that wait until a run of it ends */
    LIST_ENTRY(standing) link;
};

struct replay;

struct rules {
    struct host *host;
    struct replay *replay; /* what was is played again (replay.c); NULL: it is now */
    struct tasks *tasks;
    struct round_party tasks_party;
    const struct rules_words *bind; /* borrowed */
    struct rules_options options;   /* for reloading; its texts are owned */
    struct rulebook *book;
    struct lines *lines;
    LIST_HEAD(, standing) standings;
    LIST_HEAD(, job) unsaved; /* jobs that have no row, or another one, in the store */
    int64_t cursor;           /* id of the last entry that was read */
    int64_t cursor_saved;
    struct dispatched dispatched; /* the reading of the log that came to the cursor */
    int64_t hold_count;           /* rows of holds */
    int64_t hold_due_ms;          /* of the next one; INT64_MAX */
    bool holds_changed;
    bool run_failed;        /* in this step */
    bool standings_changed; /* a person paused or resumed a rule */
    struct timer hold_timer;
    struct timetable *timetable; /* of the book's schedules; NULL before it is loaded */
    struct timer fire_timer;
    struct rule_file *retired; /* their last run has ended in this step */
    struct arena scratch;      /* until the next use */
};

/* ---- standing.c ---- */

/* Gives every rule of the book its standing, and says in the log what no file has any
 * more though something is left to do for it. */
enum err standings_load(struct rules *r, struct fault *f);
/* Reads again who is paused; what was resumed gets its jobs back. */
enum err standings_refresh(struct rules *r, struct fault *f);
struct standing *standing_find(struct rules *r, const char *name);
struct standing *standing_of(struct rules *r, int64_t id);
/* A run of it came to its end (`failed`: or `when` raised); the fifth failure in a row
 * pauses it. `why` is the error's first line. */
enum err standing_ended(struct rules *r, struct standing *st, int64_t run, bool failed,
                        const char *why, struct fault *f);
void standings_free(struct rules *r);

/* ---- dispatch.c ---- */

/* Reads what is new in the log, a bounded part of it: every listener gets a job. */
enum err dispatch(struct rules *r, struct fault *f);
/* A job in its line; `event` may be NULL (read when its turn comes). The row is copied.
 */
struct job *dispatch_job(struct rules *r, struct standing *st, struct event *event,
                         const struct job_row *row, bool saved);
/* Jobs of the store of one rule (0: of all that are not paused), as after a start. */
enum err dispatch_stored(struct rules *r, int64_t rule, struct fault *f);
/* One entry: as dispatch. */
enum err dispatch_entry(struct rules *r, const struct entry *e, struct fault *f);
/* A hold is over, and becomes a job; *job (may be NULL) is it, NULL where the rule is
 * gone. */
enum err dispatch_hold(struct rules *r, const struct hold *h, struct job **job,
                       struct fault *f);
/* Holds that are over become jobs. */
enum err dispatch_holds(struct rules *r, struct fault *f);

/* ---- rules.c ---- */

/* Counts the holds again after some began or ended. */
enum err holds_refresh(struct rules *r, struct fault *f);

/* ---- fires.c ---- */

/* The schedules of the book, in place of those of the last one. */
enum err fires_load(struct rules *r, struct fault *f);
/* What is due becomes events. */
enum err fires_step(struct rules *r, struct fault *f);
/* A job is over, maybe one that a fire began. */
enum err fires_done(struct rules *r, const struct job *job, struct fault *f);
void fires_free(struct rules *r);

/* ---- turn.c ---- */

/* What becomes of a job whose turn it is. */
enum err turn(struct rules *r, struct job *job, struct fault *f);
/* It is over: its row goes, the line goes on. */
enum err turn_done(struct rules *r, struct job *job, struct fault *f);
/* It failed: another try later, or, when the rule is paused now, when it is resumed. */
enum err turn_failed(struct rules *r, struct job *job, struct fault *f);

/* ---- replay.c; with r->replay only ---- */

/* The job's moment has not come: its line waits for it. */
bool replay_later(struct replay *p, struct job *job);
/* Nothing comes of the job: *over, it is done. */
enum err replay_passes(struct replay *p, struct job *job, bool *over, struct fault *f);
/* A hold began. */
enum err replay_held(struct replay *p, const struct hold *h, struct fault *f);
/* A run of it ended. */
enum err replay_ran(struct replay *p, struct job *job, const struct run_row *run,
                    struct fault *f);
/* It failed: another try comes when there was one. The job is gone. */
enum err replay_failed(struct replay *p, struct job *job, struct fault *f);

/* ---- ask.c ---- */

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_FAILED };
/* Calls `when` of the rule for the event; *line is the one that decided. With
 * ANSWER_FAILED *error has sentence and traceback, and the caller frees it. */
enum answer ask(struct host *h, const struct rules_words *bind, const struct rule *rule,
                const struct occasion *o, int64_t *line, char **error);

/* ---- approve.c ---- */

/* host_approver's: `when` of the rule that planned the effect is asked again. `arg` is
 * the rules. */
enum err approve_ask(void *arg, const struct effect *e, char *no, size_t size,
                     struct fault *f);

/* ---- errand.c ---- */

/* Begins the run of a job whose rule applies. `line` decided. */
enum err errand_begin(struct rules *r, struct job *job, int64_t line, struct fault *f);
/* Ends it because dray is stopped; nothing happens where none runs. */
enum err errand_stop(struct rules *r, struct job *job, struct fault *f);
/* Ends it without telling anyone: its task is dropped. */
void errand_drop(struct job *job);

#endif
