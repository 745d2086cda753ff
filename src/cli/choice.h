/* Flags that take one of some words, and may be given more than once. */
#ifndef DRAY_CLI_CHOICE_H
#define DRAY_CLI_CHOICE_H

#include "cli/command.h"
#include "store/record.h"

/* Sets in *bits the place in `names` (NULL ends them) of each word that the flag was
 * given with. Gives the exit code: a word that is none of them is complained about with
 * all. */
int choice_read(const struct invocation *in, const char *flag, const char *const *names,
                unsigned *bits);
/* The same for the names of enums: kinds of documents, states of effects and records. */
int choice_kinds(const struct invocation *in, const char *flag, unsigned *kinds);
int choice_effect_states(const struct invocation *in, const char *flag, unsigned *states);
int choice_record_states(const struct invocation *in, const char *flag,
                         enum record_kind kind, unsigned *states);

#endif
