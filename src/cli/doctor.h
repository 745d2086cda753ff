/* What `dray doctor` looks at, in pieces: what was found is a row each. */
#ifndef DRAY_CLI_DOCTOR_H
#define DRAY_CLI_DOCTOR_H

#include "cli/rows.h"
#include "cli/session.h"

enum health { HEALTH_OK, HEALTH_LOOK, HEALTH_WRONG };

struct doctor {
    const struct invocation *in;
    struct session *session;
    struct rows *rows;
    int wrong;
};

/* A row: what was looked at, what was seen, and what to do about it ("" when nothing is).
 */
void doctor_say(struct doctor *d, const char *what, enum health health, const char *seen,
                const char *advice);
/* Credentials, network, roles and clock of every account, by harmless reads. */
void doctor_amazon(struct doctor *d);

#endif
