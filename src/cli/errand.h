/* A command that the owner of the state runs for somebody else (law 3): its words and
 * files go over the owner's socket, what it said and its exit code come back. */
#ifndef DRAY_CLI_ERRAND_H
#define DRAY_CLI_ERRAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/person.h"
#include "cli/command.h"
#include "cli/session.h"

enum {
    ERRAND_MAX = 64 << 20, /* bytes of a request, and of an answer */
    ERRAND_WORDS = 4000
};
#define ERRAND_PATH "/v1/command"
#define ERRAND_STOP_PATH "/v1/stop"

/* A command that ends after its function has returned EXIT_LATER: what the owner asks of
 * it then, within its rounds. */
struct later {
    bool (*ended)(void *arg);
    int (*end)(void *arg);   /* its exit code; frees everything */
    void (*stop)(void *arg); /* who asked does not want it any more; it ends soon */
    void (*drop)(void *arg); /* the owner ends first: frees everything */
    void *arg;
};

/* What the owner knows of a command that it runs; everything is borrowed. */
struct errand {
    const struct session *session; /* the owner's own */
    const char *actor;             /* who asked */
    const char *folder;            /* where; absolute */
    struct files *files;           /* brought along */
    bool *kept;                    /* set when what was written is to be committed */
    struct later *later;           /* filled by a command that gives EXIT_LATER */
};

/* Asks the owner of the state to run this command, prints what it said, and gives its
 * exit code; EXIT_OWNED when nobody was there to be asked, and nothing was done. */
int errand_send(const struct invocation *in);
/* A moment, before an owner that comes or goes is tried again. */
void errand_pause(void);

/* Who gave the command. */
void errand_actor(const struct invocation *in, char out[PERSON_NAME]);
/* A path that the command names, as seen from where it was given; the caller frees. */
char *errand_path(const struct invocation *in, const char *path);

/* ---- the owner's side ---- */

/* What becomes of a request. */
struct deed {
    struct buf *answer;  /* to be written */
    bool keep;           /* what it wrote is to be committed; else it is undone */
    struct visit *visit; /* it ends later, and answers then; NULL */
};

/* Runs the command of a message. Gives the HTTP status, or 0: it ends later. */
int errand_run(struct session *s, const char *body, size_t len, struct deed *d);

/* A command that has not ended. */
const char *visit_id(const struct visit *v); /* by which who asked may stop it */
bool visit_ended(const struct visit *v);
/* Writes the answer, gives the status, frees it. */
int visit_end(struct visit *v, struct buf *answer);
void visit_stop(struct visit *v);
void visit_drop(struct visit *v);

#endif
