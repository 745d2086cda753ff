/* What the archive's own files share: names, and the batch. Nobody else includes this. */
#ifndef DRAY_DOCUMENT_ARCHIVE_INSIDE_H
#define DRAY_DOCUMENT_ARCHIVE_INSIDE_H

#include "document/archive.h"

enum { ARCHIVE_DAY = sizeof "2026-11-21" };

struct archive {
    char *folder;               /* for messages */
    int root;                   /* the folder */
    char day[ARCHIVE_DAY];      /* the day folder that is open, "" for none */
    int day_fd;                 /* its descriptor, else -1 */
    struct archive_batch *open; /* what was written since the last seal; NULL: nothing */
    uint64_t next_part;         /* for the names of unfinished files */
    bool passing;               /* everything is removed at the end */
};

/* Whether the name has the form of a day's folder, of a file in it, of an unfinished
 * file. Only what has one of these forms is ever read or removed. */
bool archive_is_day(const char *name);
bool archive_is_file(const char *name);
bool archive_is_part(const char *name);

/* ERR_IO with "<what>: <errno's words>", whatever errno is. */
enum err archive_io(struct fault *f, const char *folder, const char *path);

/* Opens a day's folder, or another below `root`; never through a symbolic link. -1 and
 * errno. */
int archive_open_folder(int root, const char *name);

/* Closes the day's folder that is open. */
void archive_leave_day(struct archive *a);

/* A new, empty batch; it has its own descriptor of the archive's folder. NULL: *f says
 * why. */
struct archive_batch *archive_batch_new(const struct archive *a, struct fault *f);
/* Takes over `fd`, also on failure. */
enum err archive_batch_add(struct archive_batch *b, int fd, const char path[ARCHIVE_PATH],
                           struct fault *f);
/* Frees it, flushed or not. */
void archive_batch_free(struct archive_batch *b);

#endif
