/* Feeds: files of the warehouse and of carriers whose rows are reports (design 9).
 *
 * A file is taken when it is whole, read in portions, one a round, and moved to done/, or
 * to failed/ with the reasons beside it, row by row. Right rows of a wrong file are
 * taken; what was reported before changes nothing, so a file that is read twice, after a
 * crash or by mistake, does no harm. */
#ifndef DRAY_WORKFLOW_FEED_H
#define DRAY_WORKFLOW_FEED_H

#include <stdbool.h>

#include "workflow/host.h"

struct feeds;

/* From now on, in the host's rounds, until host_close; h->feeds is set. */
void feeds_begin(struct host *h);
/* h->setup names other feeds now. A file that was half read is read again: its rows are
 * known. Nothing before feeds_begin. */
void feeds_renew(struct host *h);
void feeds_free(struct feeds *f); /* host_close does; NULL is fine */

/* Every file that is there was read and moved away. */
bool feeds_settled(const struct feeds *f);
/* How many files of this run went to failed/. */
size_t feeds_failures(const struct feeds *f);

#endif
