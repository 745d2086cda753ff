/* What `dray once --dry-run` found that it would do. */
#ifndef DRAY_CLI_REHEARSAL_H
#define DRAY_CLI_REHEARSAL_H

#include "cli/session.h"

/* The newest effect there is, before it begins; 0: none. */
enum err rehearsal_newest(struct host *h, int64_t *effect, struct fault *f);
/* Prints the effects that came after it. Gives the exit code. */
int rehearsal_print(const struct invocation *in, struct host *h, int64_t after);

#endif
