/* Child processes (law 1): a command with its arguments, no shell. */
#ifndef DRAY_NET_PROCESS_H
#define DRAY_NET_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

struct loop;
struct process;

struct process_job {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
    const char *input;       /* on stdin; NULL: stdin is at its end */
    size_t input_len;
    struct buf
        *out; /* stdout up to out->max; NULL: nobody reads it. Outlives the child */
    int64_t timeout_ms; /* of real time; then it is killed */
};

/* Starts a child beside everything else; texts are copied, its stderr is ours. The loop
 * is held until it ended. ERR_NOT_FOUND: no such program; ERR_IO: it cannot be started.
 */
enum err process_start(struct loop *l, const struct process_job *job, struct process **p,
                       struct fault *f);
/* It is gone, and what it printed is read. */
bool process_ended(const struct process *p);
/* How it ended: ERR_OK, ERR_LIMIT: it printed too much; ERR_IO: it failed, with its exit
 * code in the sentence, or did not end in time. */
enum err process_verdict(const struct process *p, struct fault *f);
/* Kills it where it has not ended. NULL is fine. */
void process_free(struct process *p);

/* Runs argv with `input` on stdin (may be NULL), gathers stdout up to out->max, waits at
 * most timeout_ms, then kills. Blocks the caller: for start-up only (credentials). Fails
 * as the functions above do. */
enum err process_capture(const char *const *argv, const char *input, size_t input_len,
                         struct buf *out, int64_t timeout_ms, struct fault *f);

#endif
