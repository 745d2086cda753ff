/* A schedule as a rule's head has it. */
#ifndef DRAY_ENGINE_SCHEDULE_HEAD_H
#define DRAY_ENGINE_SCHEDULE_HEAD_H

#include "base/json.h"
#include "engine/rulebook.h"
#include "engine/schedule.h"

/* From the plain form that lua/dray/rule.lua makes: { every, at, from, to, days, except,
 * zone } or { cron, zone }. Reads the list of dates, which is in the project's folder.
 * NULL for mistakes, as schedule_new. */
struct schedule *schedule_of_head(const struct json *head, const char *folder,
                                  schedule_wrong wrong, void *context);

/* That of a rule that was loaded and has one. NULL and *f when it is no longer right: its
 * list of dates may have changed since. */
struct schedule *schedule_of_rule(const struct rule *rule, const char *folder,
                                  struct fault *f);

#endif
