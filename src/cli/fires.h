/* When the schedules of a project's rules are due: for `dray rules`. */
#ifndef DRAY_CLI_FIRES_H
#define DRAY_CLI_FIRES_H

#include <stdint.h>

#include "cli/session.h"
#include "engine/rulebook.h"

/* The next instant of a rule from now on; 0 for a rule without a schedule. */
int64_t fires_next(const struct session *s, const struct rule *rule);
/* --next N [--from TIME]: a row for each of the next fires of each schedule; the exit
 * code. */
int fires_list(const struct invocation *in, const struct session *s,
               const struct rulebook *book);

#endif
