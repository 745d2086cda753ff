/* What a person must know before a run: whose effects will not be sent, and why. */
#ifndef DRAY_CLI_NOTICE_H
#define DRAY_CLI_NOTICE_H

#include "cli/session.h"

/* One line on stderr for each: warehouses with writes = "observe", what is frozen, and
 * effects that were planned while nothing was sent and that only `dray release` lets go.
 */
void notice_stops(const struct invocation *in, const struct session *s);
/* The line at the start of who works for long: accounts, rules, and which warehouses are
 * sent for. */
void notice_start(const struct invocation *in, const struct session *s);

#endif
