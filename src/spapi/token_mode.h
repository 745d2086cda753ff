/* Which token a restricted operation uses: the one of all paths, one of its own path, or
 * the plain one. Where Amazon refuses one, the step back is remembered for a day, also
 * over restarts when somebody keeps it (spapi_on_memory). */
#ifndef DRAY_SPAPI_TOKEN_MODE_H
#define DRAY_SPAPI_TOKEN_MODE_H

#include <stdint.h>

#include "spapi/call.h"

enum token_mode { MODE_SHARED, MODE_OWN, MODE_PLAIN };

/* Of one account; spapi and account are borrowed. */
struct token_modes {
    struct spapi *spapi;
    const struct account *account;
    enum token_mode of[OP_COUNT];
    int64_t since_ms; /* monotonic; of the first step back: all end a day later */
};

/* As they were kept, if that is not over. */
void token_modes_init(struct token_modes *m, struct spapi *s, const struct account *a);
/* The one that `op` uses now. */
enum token_mode token_mode_of(const struct token_modes *m, const struct operation *op);
/* `op` needs `mode`, or a further step back that is known already. */
void token_mode_step_back(struct token_modes *m, const struct operation *op,
                          enum token_mode mode);
/* `op` is refused with every token: a restart, which may follow on a role that was
 * granted, begins anew. */
void token_mode_forget(const struct token_modes *m, const struct operation *op);

#endif
