/* What the rules said to an event, for `dray explain`: which ran, which did not apply,
 * and why. */
#ifndef DRAY_CLI_EXPLAIN_RULES_H
#define DRAY_CLI_EXPLAIN_RULES_H

#include <stdio.h>

#include "base/json.h"
#include "store/journal.h"
#include "store/record.h"

struct rule_story;

/* For the story of one order; everything is in the arena. Store, record and arena are
 * borrowed. */
struct rule_story *rule_story_new(struct store *s, struct arena *a,
                                  const struct record *r);
/* What was said to this event: { rule, said, where, run } in order, or an empty list. */
struct json *rule_story_of(struct rule_story *s, const struct entry *event);
/* The same in lines for people. */
void rule_story_print(FILE *out, const struct json *said);

#endif
