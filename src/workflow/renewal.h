/* The project file read again while dray works: what may change then, and what needs a
 * restart.
 *
 * Who an account is (its credentials, its endpoint) and where documents are exported stay
 * for the life of the process. All else changes between two rounds, or, when something of
 * it may not, nothing does. */
#ifndef DRAY_WORKFLOW_RENEWAL_H
#define DRAY_WORKFLOW_RENEWAL_H

#include "workflow/host.h"

/* What the project file says now; borrowed. */
struct renewal {
    struct account **accounts;
    size_t account_count;
    const char *export_folder; /* NULL: none */
};

/* ERR_STATE when it needs a restart: *f has the first reason, *reasons all of them, one a
 * line, which the caller frees; else NULL. */
enum err renewal_check(const struct host *h, const struct renewal *r, char **reasons,
                       struct fault *f);
/* After renewal_check: takes over what may change. `setup` is the host's afterwards; the
 * accounts must be freed. */
enum err renewal_take(struct host *h, const struct renewal *r, struct setup *setup,
                      struct fault *f);

#endif
