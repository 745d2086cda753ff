/* What a run did, in the order of time: verbs with their effects, waits with their times,
 * the error it ended with. Words, ids and lines only, nothing from an order's body. */
#ifndef DRAY_ENGINE_TRACE_H
#define DRAY_ENGINE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "base/clock.h"

struct trace;

struct trace *trace_new(const struct clock *clock); /* the clock is borrowed */
/* NULL is fine. */
void trace_free(struct trace *t);

/* A verb at the running line: its effect (0: none) and a word on it ("there already", why
 * it is no longer possible; NULL). A NULL trace takes nothing here and below. */
void trace_verb(struct trace *t, lua_State *L, const char *verb, int64_t effect,
                const char *note);
/* The running word begins to wait; it goes on. */
void trace_wait(struct trace *t, lua_State *L);
void trace_waited(struct trace *t);
/* The sentence and traceback with which it ends. */
void trace_error(struct trace *t, const char *text);

/* All of it as a JSON array; borrowed until the next change. */
const char *trace_text(struct trace *t, size_t *len);

#endif
