/* The files that a command names, each read once: by who gave the command, with his
 * rights, also when the owner of the state runs it (cli/errand.h). */
#ifndef DRAY_CLI_FILES_H
#define DRAY_CLI_FILES_H

#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "cli/command.h"
#include "base/wire.h"

enum { FILES_EACH_MAX = 16 << 20, FILES_MAX = 16 };

struct files;

struct files *files_new(void);
void files_free(struct files *files); /* NULL is fine */

/* The text of the file that a flag (whose value is called FILE) names; "-" is stdin. The
 * caller frees. */
enum err files_read(const struct invocation *in, const char *path, char **text,
                    size_t *len, struct fault *f);

/* Reads what the flags name and was not read yet, and writes all of it to a message. */
void files_pack(const struct invocation *in, struct buf *message);
/* The files of a message; only these can be read. NULL: the message is not of its form.
 */
struct files *files_unpack(struct wire *w);

#endif
