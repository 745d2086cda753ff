/* Child processes (law 1): a command with its arguments, no shell. */
#ifndef DRAY_NET_PROCESS_H
#define DRAY_NET_PROCESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

/* Runs argv (NULL-terminated, argv[0] looked up in PATH) with `input` on stdin (may be
 * NULL), gathers stdout up to out->max, waits at most timeout_ms, then kills. Blocks the
 * caller: for start-up only (credentials). ERR_NOT_FOUND: no such program; ERR_IO: it
 * failed, with its exit code in the sentence; its stderr is passed through. */
enum err process_capture(const char *const *argv, const char *input, size_t input_len,
                         struct buf *out, int64_t timeout_ms, struct fault *f);

#endif
