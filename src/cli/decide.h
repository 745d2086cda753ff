/* What the commands share in which a person decides: who, why, and being the owner for as
 * long as it takes. */
#ifndef DRAY_CLI_DECIDE_H
#define DRAY_CLI_DECIDE_H

#include "base/person.h"
#include "cli/session.h"
#include "workflow/control.h"

#define FLAG_WHY                                                                         \
    {                                                                                    \
        "why", 0, "TEXT", false, "the reason; required, and kept in the log"             \
    }

struct decider {
    struct session session;
    struct decision decision;
    char actor[PERSON_NAME];
};

/* Checks --why, then opens the state as the owner; complains and gives the exit code when
 * one of them is not possible. session_close(&d->session) in any case. */
int decide_open(const struct invocation *in, struct decider *d);
/* Makes what was decided durable. `exit` stays when it could be. */
int decide_commit(const struct invocation *in, struct decider *d, int exit);
/* A warehouse that the project file names; else a complaint with the nearest name. */
int decide_warehouse(const struct invocation *in, const struct decider *d,
                     const char *code);

#endif
