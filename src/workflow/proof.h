/* Proves effects that Amazon took: by a list or by their transactions, whichever is
 * cheaper (design 8). The prover calls it with what is due. */
#ifndef DRAY_WORKFLOW_PROOF_H
#define DRAY_WORKFLOW_PROOF_H

#include <stddef.h>

#include "workflow/host.h"

/* The kinds (a bit each) of which accepted effects of the account are looked at now. The
 * others are left as they are, and the prover is woken for them. */
enum err proof_ripe(struct host *h, struct account *a, unsigned *kinds, struct fault *f);
/* Asks about accepted effects of one account that are due; each is given its next look,
 * or left as it is while more of its kind are being sent. */
enum err proof_seek(struct host *h, struct account *a, struct arena *memory,
                    struct effect *list, size_t count, struct fault *f);

#endif
