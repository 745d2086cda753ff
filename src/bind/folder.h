/* Files of scripts: inside the project folder, and nowhere else.
 *
 * Reading follows links as long as they end inside; writing follows none. A file that an
 * account's credentials come from is never read or written (law 9); neither are dray's
 * own. */
#ifndef DRAY_BIND_FOLDER_H
#define DRAY_BIND_FOLDER_H

#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "workflow/host.h"

/* Reads a whole file into `out`. `path` is relative to the folder, or absolute but
 * inside. ERR_DENIED: outside, or a secret. ERR_LIMIT: longer than out->max. */
enum err folder_read(const struct host *h, const char *folder, const char *path,
                     struct buf *out, struct fault *f);
/* Writes a whole file, in place of an earlier one at once; makes missing folders.
 * ERR_DENIED: absolute, "..", a link on the way, hidden, Lua, dray's state, a secret. */
enum err folder_write(const struct host *h, const char *folder, const char *path,
                      const void *data, size_t len, struct fault *f);

#endif
