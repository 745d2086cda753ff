/* What a person, or dray after too many failures, decides about a rule: the row changes
 * and the log says so; rules that run take notice by the log. */
#ifndef DRAY_WORKFLOW_RULE_CONTROL_H
#define DRAY_WORKFLOW_RULE_CONTROL_H

#include "workflow/control.h"
#include "workflow/host.h"

/* From now on its events wait. ERR_STATE when it is paused already. */
enum err control_pause_rule(struct host *h, const char *rule, const struct decision *d,
                            struct fault *f);
/* It goes on; with `drop` the events that waited are forgotten, and its holds where no
 * file has it. *waited is how many there were. ERR_STATE when it is not paused and
 * nothing waits. */
enum err control_resume_rule(struct host *h, const char *rule, bool drop,
                             const struct decision *d, int64_t *waited, struct fault *f);

/* How many events wait for it. */
enum err control_rule_backlog(struct host *h, const char *rule, int64_t *waiting,
                              struct fault *f);

#endif
