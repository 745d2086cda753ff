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

/* What the owner knows of a command that it runs; everything is borrowed. */
struct errand {
    const struct session *session; /* the owner's own */
    const char *actor;             /* who asked */
    struct files *files;           /* brought along */
    bool *kept;                    /* set when what was written is to be committed */
};

/* Asks the owner of the state to run this command, prints what it said, and gives its
 * exit code; EXIT_OWNED when nobody was there to be asked, and nothing was done. */
int errand_send(const struct invocation *in);
/* A moment, before an owner that comes or goes is tried again. */
void errand_pause(void);

/* The owner's side: runs the command of a message and writes its answer. Gives the HTTP
 * status; *keep: what it wrote is to be committed. */
int errand_run(struct session *s, const char *body, size_t len, struct buf *answer,
               bool *keep);

/* Who gave the command. */
void errand_actor(const struct invocation *in, char out[PERSON_NAME]);

#endif
