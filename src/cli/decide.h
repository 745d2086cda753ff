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
    struct tasks *tasks; /* of decide_rules; NULL */
    struct rules *rules; /* the same; NULL: none, or a running owner's */
};

/* Checks --why, then opens the state as the owner; complains and gives the exit code when
 * one of them is not possible. decide_close in any case. */
int decide_open(const struct invocation *in, struct decider *d);
/* Loads the rules, unless a running owner has them. Complains when they have mistakes. */
int decide_rules(const struct invocation *in, struct decider *d);
void decide_close(struct decider *d);
/* Makes what was decided durable. `exit` stays when it could be. */
int decide_commit(const struct invocation *in, struct decider *d, int exit);
/* A warehouse that the project file names; else a complaint with the nearest name. */
int decide_warehouse(const struct invocation *in, const struct decider *d,
                     const char *code);

#endif
