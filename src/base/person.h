/* Who sits at the keyboard: the only place that asks the system for a person (law 1).
 *
 * For the log, which names who decided what; never for permission. */
#ifndef DRAY_BASE_PERSON_H
#define DRAY_BASE_PERSON_H

enum { PERSON_NAME = 64 };

/* The login name, also under sudo; where nobody logged in (cron, a container), the name
 * of the account that dray runs as; without either "uid 1000". Always filled. */
void person_name(char out[PERSON_NAME]);

#endif
