/* What a command works with: the project, and its state opened as owner or only to look.
 */
#ifndef DRAY_CLI_SESSION_H
#define DRAY_CLI_SESSION_H

#include "bind/project.h"
#include "cli/command.h"
#include "store/store.h"
#include "workflow/host.h"

struct rules;
struct tasks;

/* The owner's socket in the state folder. */
#define SESSION_SOCKET "socket"

struct session {
    char *folder;            /* the project's */
    struct project *project; /* NULL when only looking */
    struct clock *clock;
    struct store *store; /* of a look; the owner's is in host */
    struct host *host;   /* of an owner; NULL when only looking */
    char *state;         /* the state folder */
    struct tasks *tasks; /* of an owner that runs for long; NULL */
    struct rules *rules; /* the rules that it runs; NULL */
    bool borrowed;       /* all of it is the running owner's (cli/errand.h) */
};

/* The project of the command line: --project, else upward from here. Complains and
 * returns an exit code other than EXIT_DONE when there is none or it has mistakes. */
int session_project(const struct invocation *in, struct session *s);
/* The project and its state as the owner: everything is there for sending. Within a
 * running owner this is the owner's own session. EXIT_OWNED: another process owns it, and
 * may be asked; return it. */
int session_own(const struct invocation *in, struct session *s);
/* The same on a copy of the state, for a look at what would be done: nothing is sent,
 * nothing is kept, and an owner is not in the way. */
int session_rehearse(const struct invocation *in, struct session *s);
/* The state, read-only; the project file is not read, so nothing that it needs has to be
 * there. */
int session_look(const struct invocation *in, struct session *s);
/* Both: the state, read-only, and the project, for its zones and warehouses. */
int session_survey(const struct invocation *in, struct session *s);
/* The zone of a warehouse, after session_survey; NULL when the project does not name it.
 */
const struct zone *session_zone(const struct session *s, const char *account,
                                const char *warehouse);
/* Makes what an owner wrote durable; within a running owner the round does that before
 * the answer leaves. Complains and gives the exit code when it could not. */
int session_commit(const struct invocation *in, struct session *s);
void session_close(struct session *s);

/* The state folder of the command line, or NULL without a project. The caller frees. */
char *session_state(const struct invocation *in);

#endif
