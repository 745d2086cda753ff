/* Which token a restricted operation uses, and since when that is known. */
#include "spapi/token_mode.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "spapi/context.h"

enum {
    REMEMBER_MS = MS_DAY, /* how long a missing role is taken for granted */
    MODES = 4             /* room for a mode in the number that is kept */
};

/* The name of the number that is kept: "token.getOrders". */
struct name {
    char text[64];
};

static struct name name_of(enum operation_id op)
{
    struct name n;
    snprintf(n.text, sizeof n.text, "token.%s", operation_get(op)->name);
    return n;
}

static bool is_over(const struct token_modes *m)
{
    return spapi_now(m->spapi) >= m->since_ms + REMEMBER_MS;
}

/* How long ago that was by the wall, which survives a restart. */
static int64_t age_of(const struct token_modes *m, int64_t wall_ms)
{
    const int64_t age = clock_wall_ms(loop_clock(m->spapi->loop)) - wall_ms;
    return age < 0 ? 0 : age; /* the clock was set back */
}

static void recall(struct token_modes *m, enum operation_id op)
{
    const struct spapi_memory *memory = &m->spapi->memory;
    const int64_t kept = memory->recall(memory->arg, m->account->id, name_of(op).text);
    const int64_t age = age_of(m, kept / MODES);

    if (kept <= 0 || age >= REMEMBER_MS || kept % MODES > MODE_PLAIN)
        return;
    m->of[op] = (enum token_mode)(kept % MODES);
    m->since_ms = spapi_now(m->spapi) - age;
}

static void keep_number(const struct token_modes *m, enum operation_id op, int64_t number)
{
    const struct spapi_memory *memory = &m->spapi->memory;
    if (memory->keep != NULL)
        memory->keep(memory->arg, m->account->id, name_of(op).text, number);
}

static void keep(const struct token_modes *m, enum operation_id op)
{
    const int64_t age = spapi_now(m->spapi) - m->since_ms,
                  wall = clock_wall_ms(loop_clock(m->spapi->loop)) - age;
    keep_number(m, op, wall * MODES + (int64_t)m->of[op]);
}

void token_modes_init(struct token_modes *m, struct spapi *s, const struct account *a)
{
    *m = (struct token_modes){.spapi = s, .account = a, .since_ms = -REMEMBER_MS};
    for (enum operation_id op = 0; op < OP_COUNT; op++)
        if (s->memory.recall != NULL && operation_get(op)->token == TOKEN_RESTRICTED)
            recall(m, op);
}

enum token_mode token_mode_of(const struct token_modes *m, const struct operation *op)
{
    if (op->token != TOKEN_RESTRICTED)
        return MODE_PLAIN;
    return is_over(m) ? MODE_SHARED : m->of[op->id];
}

void token_mode_step_back(struct token_modes *m, const struct operation *op,
                          enum token_mode mode)
{
    if (is_over(m)) {
        memset(m->of, 0, sizeof m->of);
        m->since_ms = spapi_now(m->spapi);
    }
    if (m->of[op->id] >= mode)
        return;
    m->of[op->id] = mode;
    keep(m, op->id);
}

void token_mode_forget(const struct token_modes *m, const struct operation *op)
{
    if (op->token == TOKEN_RESTRICTED)
        keep_number(m, op->id, 0);
}
