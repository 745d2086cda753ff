/* What Amazon said to a question about an effect that is no answer: kept in the log, with
 * the request's id, for `dray explain` and for who opens a case with Amazon. */
#ifndef DRAY_WORKFLOW_LOOKUP_NOTE_H
#define DRAY_WORKFLOW_LOOKUP_NOTE_H

#include "workflow/host.h"

/* The entry "lookup.failed" of that effect: { operation, why, requestId }. Nothing when
 * `reply` is an answer or its question never left. */
enum err lookup_note(struct host *h, int64_t effect, const struct operation *op,
                     const struct call_reply *reply, struct fault *f);

#endif
