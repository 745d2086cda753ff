/* Rows of a file that belong together, gathered into one report each: a line of a box, a
 * row; a box, a report (`each` of a feed).
 *
 * The whole file is read before the first report, since its rows may stand in any order,
 * and a report with a row missing would say something else. */
#ifndef DRAY_WORKFLOW_FEED_GROUP_H
#define DRAY_WORKFLOW_FEED_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "workflow/setup.h"

struct feed_groups;

/* Both borrowed while it lives. */
struct feed_groups *groups_new(const struct setup *setup, const struct feed *feed);
void groups_free(struct feed_groups *g); /* NULL is fine */

/* One row. ERR_INPUT: it is wrong, and so is what it belongs to; ERR_LIMIT: there is no
 * room for it: no group can be reported. */
enum err groups_add(struct feed_groups *g, const struct json *row, int64_t line,
                    struct fault *f);
/* A row could not be read: nobody knows what it belongs to, so nothing is whole. */
void groups_spoil(struct feed_groups *g);

/* What the rows of a group say together. */
struct feed_group {
    const struct json *fields; /* lives with the groups */
    const char *id;            /* NULL: none */
    int64_t line;              /* of its first row */
};
/* After the last row: the next group, *more false when there is none, or with ERR_INPUT
 * when there cannot be any. ERR_INPUT: this one is not to be reported, *f says why. */
enum err groups_next(struct feed_groups *g, struct feed_group *group, bool *more,
                     struct fault *f);

#endif
