/* The owner's socket (law 3): a dray that owns the state for long takes the commands of
 * others there, and runs them within its rounds.
 *
 * Only the user that the owner runs as may ask. A command is answered when what it wrote
 * is durable; one that fails leaves nothing. */
#ifndef DRAY_CLI_OWNER_H
#define DRAY_CLI_OWNER_H

#include <stdbool.h>

#include "cli/session.h"

struct owner;

/* Listens at state/socket, in place of one that a killed dray left, and takes part in the
 * host's rounds. The session is borrowed until owner_close, which comes before
 * session_close. */
struct owner *owner_open(struct session *s, struct fault *f);
/* Who still waits is sent away and tries elsewhere. NULL is fine. */
void owner_close(struct owner *o);

#endif
