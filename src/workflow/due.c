/* Whether anything is left to do now. */
#include "workflow/due.h"

#include "workflow/prover.h"
#include "workflow/sender.h"

enum {
    STATES_LOOKED_AT = 1u << EFFECT_READY | 1u << EFFECT_WAITING | 1u << EFFECT_ACCEPTED |
                       1u << EFFECT_UNKNOWN
};

enum err due_now(struct host *h, bool *yes, struct fault *f)
{
    int64_t next = INT64_MAX;

    *yes = true;
    if (loop_held(h->loop) || h->lookups != NULL || h->looks != NULL ||
        h->label_fetches != NULL || sender_under_way(h->sender) > 0 ||
        sender_busy(h->sender) || prover_busy(h->prover))
        return ERR_OK;
    if (h->rehearsal) { /* what is due to be sent stays so */
        *yes = false;
        return ERR_OK;
    }
    enum err e = host_next(h, STATES_LOOKED_AT, -1, &next, f);
    *yes = e == ERR_OK && next <= host_now(h);
    return e;
}
