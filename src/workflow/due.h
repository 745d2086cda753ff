/* Whether anything is left to do now: for who works until nothing is (`dray once`). */
#ifndef DRAY_WORKFLOW_DUE_H
#define DRAY_WORKFLOW_DUE_H

#include <stdbool.h>

#include "workflow/host.h"

/* False when nothing is under way and no effect is due to be sent or looked at. */
enum err due_now(struct host *h, bool *yes, struct fault *f);

#endif
