/* `dray explain ORDER --case`: a text for a case with Amazon's support. */
#ifndef DRAY_CLI_EXPLAIN_CASE_H
#define DRAY_CLI_EXPLAIN_CASE_H

#include <stdio.h>

#include "cli/session.h"
#include "store/record.h"

/* Writes it: which order, and for each request when it left, what Amazon said, and the
 * ids of Amazon's requests and transactions. No address, no token, no document, nobody's
 * name, and none of what people wrote. The session has its project; `r` has its body. */
enum err case_print(FILE *out, const struct session *s, const struct record *r,
                    struct fault *f);

#endif
