/* `dray report DAY --methods`: a day's requests for labels by ship method, and how they
 * ended. */
#ifndef DRAY_CLI_REPORT_METHODS_H
#define DRAY_CLI_REPORT_METHODS_H

#include "cli/report_day.h"

/* Prints it for the requests that left on that day; gives the exit code. */
int report_methods(const struct invocation *in, struct session *s,
                   const struct report_day *day);

#endif
