/* Bytes to a TCP port and nothing else: how printers take them on port 9100 (law 1).
 *
 * Connect, write, say that it was all, wait until the other side closes. Nothing is
 * repeated here, and nothing is read. Time limits are on real time; the loop is held
 * until the end. */
#ifndef DRAY_NET_RAW_H
#define DRAY_NET_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct loop;
struct raw;

struct raw_job {
    const char *to;   /* "192.0.2.12:9100", "printer.local:9100", "[::1]:9100" */
    const char *data; /* borrowed until raw_free */
    size_t len;
    int64_t connect_ms;  /* to be connected within; 10 s when 0 */
    int64_t stall_ms;    /* without a byte taken; 60 s when 0 */
    int64_t farewell_ms; /* for the other side to close after the last byte; 5 s when 0 */
};

/* What came of it. */
struct raw_end {
    bool well; /* every byte was taken and the other side did not break off */
    size_t
        written; /* bytes that were handed over before the end; 0: none can have left */
    struct fault fault;
};

/* Begins; an address that is none ends at once. Never NULL. */
struct raw *raw_send(struct loop *l, const struct raw_job *job);
/* True when it ended; `end` says how. */
bool raw_ended(const struct raw *r, struct raw_end *end);
/* Breaks off where it has not ended. NULL is fine. */
void raw_free(struct raw *r);

#endif
