/* --since WHEN: a duration back from now, or an instant. */
#ifndef DRAY_CLI_SINCE_H
#define DRAY_CLI_SINCE_H

#include <stdint.h>

#include "cli/command.h"

/* The flag's value in UTC milliseconds; *since_ms stays when it was not given. Complains
 * and gives EXIT_USAGE for what is neither, has no zone, or is not in the past. */
int since_read(const struct invocation *in, const char *flag, int64_t now_ms,
               int64_t *since_ms);

#endif
