/* Documents as plain files below one folder: documents/2026-11-21/17.zpl, mode 0600.
 *
 * Names are our own ids; nothing from the network ever names a file. Files before names
 * (law 14): archive_put writes, archive_flush makes a round's files and their folder
 * durable, only then a row may name them; archive_sweep removes what no row names. No
 * rows are known here. archive_flush may run on a pool thread while the owner waits for
 * it. */
#ifndef DRAY_DOCUMENT_ARCHIVE_H
#define DRAY_DOCUMENT_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "document/format.h"

struct archive;

/* Creates the folder (0700) when it is missing. ERR_IO names the path. */
struct archive *archive_open(const char *folder, struct fault *f);
/* A folder of its own for as long as it is open, removed at the end: for who tries
 * something out. */
struct archive *archive_open_passing(struct fault *f);
void archive_free(struct archive *a);

enum { ARCHIVE_PATH = 64 };

/* Writes a new file for document `id` received at `now_ms` (its UTC day is the folder);
 * `path` becomes the way below the archive's folder, "2026-11-21/17.zpl". The bytes are
 * not durable yet. ERR_IO also for a full disk: then no file is left.
 * ERR_CONFLICT when there is a file of that name. */
enum err archive_put(struct archive *a, int64_t id, enum format format, int64_t now_ms,
                     const void *data, size_t len, char path[ARCHIVE_PATH],
                     struct fault *f);

/* The same for a document that is too large to stay in memory: pieces, then an end. One
 * at a time for each writer; archive_give_up removes what was written and ends the
 * writer. After a failed archive_add only that is left to do; archive_finish ends the
 * writer in any case, and leaves no file when it fails. Writers end before archive_free.
 */
struct archive_writer;
struct archive_writer *archive_begin(struct archive *a, struct fault *f);
enum err archive_add(struct archive_writer *w, const void *data, size_t len,
                     struct fault *f);
enum err archive_finish(struct archive_writer *w, int64_t id, enum format format,
                        int64_t now_ms, char path[ARCHIVE_PATH], struct fault *f);
void archive_give_up(struct archive_writer *w);

/* Something was written since the last archive_seal. */
bool archive_dirty(const struct archive *a);
/* Closes the present batch of files: what is put later belongs to the next one. NULL when
 * there is nothing to flush. */
struct archive_batch *archive_seal(struct archive *a);
/* fdatasync of the batch's files, then of their folders; callable from a pool thread;
 * touches nothing but the batch. */
void archive_batch_flush(struct archive_batch *b);
/* What became of it; frees the batch. ERR_IO is fatal for the caller (law 2). */
enum err archive_batch_end(struct archive_batch *b, struct fault *f);

/* A file's bytes; the caller frees. `path` is refused unless it has the form archive_put
 * gives. */
enum err archive_read(const struct archive *a, const char *path, char **data, size_t *len,
                      struct fault *f);

/* Removes a document whose row is gone for good. What cannot be removed is logged, and
 * the next sweep removes it. */
void archive_remove(struct archive *a, const char *path);

/* Removes every file that `named` does not know, and folders that are empty then; gives
 * the number removed. Called once at start by the owner. */
size_t archive_sweep(struct archive *a, bool (*named)(void *arg, const char *path),
                     void *arg);

#endif
