/* A zone file's table of changes (TZif version 2 and later, RFC 9636), read from memory.
 *
 * Times are UTC seconds since 1970, offsets seconds east of UTC. For zone.c only. */
#ifndef DRAY_BASE_TZIF_H
#define DRAY_BASE_TZIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tz_rule.h"

struct tzif {
    size_t count;
    int64_t *at;   /* when the offset changes, growing; owned */
    int *offset;   /* what it is from then on; owned */
    int first;     /* the offset before the first change */
    bool has_rule; /* from rule_from on the rule says it */
    int64_t rule_from;
    struct tz_rule rule;
};

/* NULL when it was read, else what is wrong with the file; `z` is then empty. */
const char *tzif_read(struct tzif *z, const unsigned char *data, size_t len);
void tzif_clear(struct tzif *z);

int tzif_offset(const struct tzif *z, int64_t t);
/* The first change after `t`, or INT64_MAX; the offset may stay the same there. */
int64_t tzif_next(const struct tzif *z, int64_t t);

#endif
