/* POST /v1/events: reports of the floor over HTTP.
 *
 * The body is one report or a list of them: {"event": "packed", "order": "PO", …}, with
 * an "id" where the reporter has one; the other members are those of `dray event`. All
 * are taken or none. */
#ifndef DRAY_CLI_EVENTS_POST_H
#define DRAY_CLI_EVENTS_POST_H

#include <stddef.h>

#include "cli/errand.h"

/* The status, and the JSON of the answer: {"results": [{"event", "outcome", "id"}]} or
 * {"error": "[2]: box: …"}. */
int events_post(struct session *s, const char *body, size_t len, struct deed *d);

#endif
