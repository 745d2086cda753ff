/* `dray run` where a dray serves: the script is one more task of that dray. */
#ifndef DRAY_CLI_RUN_THERE_H
#define DRAY_CLI_RUN_THERE_H

#include "cli/session.h"

/* The exit code of a script that ended, and its table. */
typedef int script_finish_fn(const struct invocation *in, struct session *s, bool ok);

/* Begins the script within the owner's session; EXIT_LATER, or why it did not begin.
 * `seconds` 0: it may take as long as it likes. */
int run_there(const struct invocation *in, long seconds, script_finish_fn *finish);

#endif
