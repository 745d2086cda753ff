/* `dray report DAY --observed`: what dray would have done while it only observed, beside
 * what people did. */
#ifndef DRAY_CLI_REPORT_OBSERVED_H
#define DRAY_CLI_REPORT_OBSERVED_H

#include "cli/report_day.h"

/* Prints it for the orders to which something happened on that day; gives the exit code.
 */
int report_observed(const struct invocation *in, struct session *s,
                    const struct report_day *day);

#endif
