/* What a run did, as the table at its end. */
#ifndef DRAY_CLI_SUMMARY_H
#define DRAY_CLI_SUMMARY_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/session.h"

/* Orders by state, documents by kind and format, effects by state, API calls by operation
 * and per order with 429s, and the folder of the documents. */
enum err summary_print(struct session *s, FILE *out, bool json, struct fault *f);

/* How the effects stand, for a progress line and the exit code. */
struct tally {
    int64_t total, open, succeeded, failed, held, unknown, waiting;
};
enum err summary_tally(struct host *h, struct tally *t, struct fault *f);

#endif
