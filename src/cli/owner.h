/* The owner's doors (law 3): a dray that owns the state for long does for others what
 * only the owner can, within its rounds.
 *
 * state/socket takes the commands of the user that the owner runs as; on loopback, when
 * it is asked for, who knows the token may report events. A request is answered when what
 * it wrote is durable; one that fails leaves nothing. */
#ifndef DRAY_CLI_OWNER_H
#define DRAY_CLI_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/session.h"

struct owner;

/* Listens at state/socket, in place of one that a killed dray left, and takes part in the
 * host's rounds. The session is borrowed until owner_close, which comes before
 * session_close. */
struct owner *owner_open(struct session *s, struct fault *f);
/* Listens on 127.0.0.1 too, for events; port 0 picks a free one. The token is in the
 * state folder's file `token`, which is made when it is not there. */
enum err owner_listen(struct owner *o, uint16_t port, uint16_t *got, struct fault *f);
/* Who still waits is sent away and tries elsewhere. NULL is fine. */
void owner_close(struct owner *o);

#endif
