/* What is asked of a seller's lists: which statuses, of which locations and channels,
 * since when (domain.md 5.5). */
#ifndef DRAY_WORKFLOW_EXTERNAL_LISTS_H
#define DRAY_WORKFLOW_EXTERNAL_LISTS_H

#include "base/json.h"
#include "workflow/host.h"
#include "workflow/poller.h"

/* The statuses of a poll (bits of enum shipment_state), one list each. */
struct external_lists {
    unsigned statuses; /* 0: nothing to ask for */
    int64_t after_ms;  /* lastUpdatedAfter; 0: all there are */
    int64_t before_ms; /* lastUpdatedBefore; 0: until now */
};

/* `last_ms`: the cursor of POLL_PROGRESS, INSTANT_NONE when there is none yet. */
enum err external_lists_plan(struct host *h, struct account *a, enum poll_kind kind,
                             int64_t now_ms, int64_t last_ms, struct external_lists *out,
                             struct fault *f);
/* The parameters of the nth list, from 0; NULL: there is none. */
struct json *external_lists_nth(const struct external_lists *l, const struct account *a,
                                size_t nth, struct arena *memory);

#endif
