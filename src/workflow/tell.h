/* notify "desk": tells people, by a command of the project file that gets the text on its
 * stdin (design 13).
 *
 * Nobody waits for it. A text leaves when what wrote it is durable, so a run that fails
 * told nobody; after a crash it may leave twice. A command that fails is logged. */
#ifndef DRAY_WORKFLOW_TELL_H
#define DRAY_WORKFLOW_TELL_H

#include <stdbool.h>
#include <stddef.h>

#include "workflow/host.h"

struct tell;

enum { TELL_MAX = 64 * 1024 };

/* ERR_INPUT: the project file names nobody so (with a suggestion), or the text is longer
 * than TELL_MAX or empty. */
enum err tell(struct host *h, const char *who, const char *text, size_t len,
              struct fault *f);

/* From now on texts leave, in the host's rounds, until host_close; h->tell is set. Those
 * that an earlier dray left behind, too. */
void tell_begin(struct host *h);
void tell_free(struct tell *t); /* host_close does; NULL is fine */
/* Nothing is to leave and no command runs. */
bool tell_idle(const struct tell *t);

#endif
