/* Amazon's record of the past, read in windows of at most 7 days, so that there is
 * something to play rules against on the first day (design 9).
 *
 * What is imported is a record with RECORD_OLD and RECORD_IMPORTED: it is never acted
 * upon and stands in no list of work. Its entries of the log ("order.new" …) have
 * "imported": true and "at", when it happened at Amazon (ISO 8601), in their detail, and
 * no rule runs for them. Orders that dray knows already, and open ones that the ordinary
 * lists bring, are left to those. How far each account's past has been read is kept with
 * each window, so that who asks again goes on. */
#ifndef DRAY_WORKFLOW_IMPORT_H
#define DRAY_WORKFLOW_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "store/journal.h"
#include "workflow/host.h"

/* Amazon keeps six months (domain.md 1). */
#define IMPORT_REACH_MS ((int64_t)182 * MS_DAY)

/* Of one window, or of several. */
struct import_counts {
    int64_t listed;   /* that Amazon listed */
    int64_t imported; /* for the first time */
    int64_t changed;  /* imported before, and changed at Amazon since */
    int64_t known;    /* to dray, or imported before */
    int64_t open;     /* left to the ordinary lists */
};

/* One window that was read, or could not be. */
struct import_window {
    const struct account *account;
    int64_t from_ms, to_ms;
    struct import_counts counts;
    struct fault fault; /* ERR_OK: it was read to its end */
};

struct import_options {
    int64_t since_ms;     /* UTC; at most IMPORT_REACH_MS ago */
    struct account *only; /* NULL: all accounts */
    bool again;           /* also windows that were read before */
    void (*tell)(void *arg, const struct import_window *w); /* of each; may be NULL */
    void *arg;
};

/* Begins; goes on in the host's rounds. An account whose list cannot be had is told of
 * and given up, the others go on. */
struct import *import_begin(struct host *h, const struct import_options *o);
bool import_ended(const struct import *i);
/* Nothing more is asked for; it has ended then. */
void import_stop(struct import *i);
void import_free(struct import *i); /* stops first; NULL is fine */
/* All windows so far, and how many of them could not be read. */
const struct import_counts *import_counts(const struct import *i);
size_t import_failures(const struct import *i);

/* This entry of the log was written by an import. */
bool import_wrote(const struct entry *e);

#endif
