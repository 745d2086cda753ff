/* A project at work by itself: its lists asked in their rhythm, its sends and proofs, and
 * the commands of others; what `dray once` and `dray serve` share. */
#ifndef DRAY_CLI_WORK_H
#define DRAY_CLI_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/session.h"

struct work;

/* The session is an owner's, and borrowed until work_close. Complains and gives NULL when
 * it cannot begin. */
struct work *work_open(const struct invocation *in, struct session *s);
void work_close(struct work *w); /* NULL is fine */
/* Takes events over HTTP on 127.0.0.1 as well; port 0 picks a free one. */
enum err work_listen(struct work *w, uint16_t port, uint16_t *got, struct fault *f);

/* Works until nothing is left to do now (`once`) or a signal comes; then waits for the
 * answers to what was sent. ERR_CANCELLED: a signal ended it; ERR_BUSY: the time was
 * over (`deadline_ms` is monotonic). */
enum err work_run(struct work *w, bool once, int64_t deadline_ms, struct fault *f);
/* How many lists could not be had. */
size_t work_failures(const struct work *w);

#endif
