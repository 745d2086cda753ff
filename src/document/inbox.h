/* Files that other programs drop into a folder: taken when they are whole, read piece by
 * piece, moved to done/ or failed/ beside them.
 *
 * A file counts as whole when two looks saw the same size and time of change. Only plain
 * files whose names fit the pattern are seen; links, hidden files and what is below are
 * left alone. */
#ifndef DRAY_DOCUMENT_INBOX_H
#define DRAY_DOCUMENT_INBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

struct inbox;

/* Of the files of `folder` whose names fit the pattern (as the shell's, with ? and *).
 * The folder need not be there yet. */
struct inbox *inbox_new(const char *folder, const char *pattern);
void inbox_free(struct inbox *in); /* NULL is fine */

/* Looks into the folder. ERR_IO, ERR_DENIED: it cannot be read. */
enum err inbox_look(struct inbox *in, struct fault *f);
/* The first whole file by name, or NULL; borrowed until the next look. */
const char *inbox_next(const struct inbox *in);
/* Files that are there, whole or not. */
size_t inbox_count(const struct inbox *in);

/* Opens a file of the folder for reading. ERR_NOT_FOUND: it is gone; ERR_DENIED: it may
 * not be read. */
enum err inbox_open(const struct inbox *in, const char *name, int *fd, struct fault *f);
/* Up to `room` bytes; *len 0 at the end. */
enum err inbox_read(int fd, char *data, size_t room, size_t *len, struct fault *f);
void inbox_close(int fd);

/* Moves a file to the folder `to` ("done", "failed") beside it, which is made when it is
 * missing; beside one of the same name there it becomes NAME.2, NAME.3 … `reason` (may be
 * NULL) is written beside it as NAME.reason.txt. The file is not looked at again. */
enum err inbox_move(struct inbox *in, const char *name, const char *to,
                    const char *reason, size_t reason_len, struct fault *f);

#endif
