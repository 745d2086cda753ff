/* What all calls share: accounts with their quota, queues and tokens, and who wants to be
 * told. */
#include <assert.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/mem.h"
#include "spapi/context.h"
#include "spapi/quota.h"
#include "spapi/token.h"

enum { BACKOFF_MS = MS_SECOND, BACKOFF_MAX_MS = 30 * MS_SECOND };

struct spapi *spapi_new(struct loop *l, struct transport *t, struct random *r)
{
    struct spapi *s = mem_new(sizeof *s);
    *s = (struct spapi){.loop = l, .transport = t, .random = r};
    return s;
}

int64_t spapi_now(const struct spapi *s)
{
    return clock_mono_ms(loop_clock(s->loop));
}

int64_t spapi_backoff(struct spapi *s, int repeat)
{
    int64_t most = BACKOFF_MS;
    for (int i = 1; i < repeat && most < BACKOFF_MAX_MS; i++)
        most *= 2;
    if (most > BACKOFF_MAX_MS)
        most = BACKOFF_MAX_MS;
    return (int64_t)random_below(s->random, (uint64_t)most + 1);
}

void spapi_on_note(struct spapi *s, call_note_fn *fn, void *arg)
{
    s->note = fn;
    s->note_arg = arg;
}

void spapi_on_memory(struct spapi *s, const struct spapi_memory *memory)
{
    s->memory = *memory;
}

void spapi_tell(struct spapi *s, const struct call_note *note)
{
    if (s->note != NULL)
        s->note(s->note_arg, note);
}

/* --- accounts
 * ---------------------------------------------------------------------------- */

static struct lane *lane_new(struct spapi *s, struct account *a)
{
    struct lane *lane = mem_new(sizeof *lane);
    lane->account = a;
    for (enum operation_id op = 0; op < OP_COUNT; op++)
        line_init(&lane->lines[op], s->loop, a->quota, op);
    return lane;
}

static void lane_free(struct lane *lane)
{
    for (size_t op = 0; op < OP_COUNT; op++)
        line_clear(&lane->lines[op]);
    free(lane);
}

void spapi_add_account(struct spapi *s, struct account *a)
{
    assert(a->quota == NULL && a->tokens == NULL);
    size_t n = s->account_count++;
    s->accounts = mem_resize(s->accounts, (n + 1) * sizeof *s->accounts);
    s->lanes = mem_resize(s->lanes, (n + 1) * sizeof *s->lanes);
    a->quota = quota_new(a, spapi_now(s));
    a->tokens = tokens_new(s, a);
    s->accounts[n] = a;
    s->lanes[n] = lane_new(s, a);
}

struct line *spapi_line(struct spapi *s, const struct account *a, enum operation_id op)
{
    for (size_t i = 0; i < s->account_count; i++)
        if (s->lanes[i]->account == a)
            return &s->lanes[i]->lines[op];
    assert(false && "the account was not added");
    abort();
}

static void drop_account(struct account *a, struct lane *lane)
{
    tokens_free(a->tokens);
    lane_free(lane);
    quota_free(a->quota);
    a->tokens = NULL;
    a->quota = NULL;
}

void spapi_free(struct spapi *s)
{
    if (s == NULL)
        return;
    listings_withdraw(s);
    for (size_t i = 0; i < s->account_count; i++)
        tokens_stop(s->accounts[i]->tokens);
    while (s->calls != NULL)
        call_withdraw(s->calls);
    for (size_t i = 0; i < s->account_count; i++)
        drop_account(s->accounts[i], s->lanes[i]);
    free(s->accounts);
    free(s->lanes);
    free(s);
}
