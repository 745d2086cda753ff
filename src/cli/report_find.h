/* Which orders something happened to in a span of time: read off the log. */
#ifndef DRAY_CLI_REPORT_FIND_H
#define DRAY_CLI_REPORT_FIND_H

#include <stddef.h>
#include <stdint.h>

#include "cli/report_day.h"
#include "store/store.h"

/* The rows of orders with an entry in that span, each once, in the order in which dray
 * first saw them; the caller frees. */
enum err report_find(struct store *s, const struct span *span, int64_t **records,
                     size_t *count, struct fault *f);

#endif
