/* The files of one round, made durable together, away from the owner's thread.
 *
 * Up to 256 files stay open from the write to the flush, since only a descriptor that was
 * open at the write is sure to be told of a failed write-back; those beyond are closed at
 * once and opened again for the flush (Linux tells the next opener of an error that
 * nobody was told of). Measured on ext4, 200 files of 40 kB: to open again costs nothing
 * that can be seen; but to begin the write-back of all files before waiting for the first
 * one halves the flush, from 180 to 85 us a file, because their blocks then share one
 * commit of the file system. */
#include "document/archive_inside.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

enum { OPEN_MAX_FILES = 256 };

struct batch_file {
    char path[ARCHIVE_PATH];
    int fd; /* -1: closed, to be opened again */
};

struct archive_batch {
    int root; /* of its own: the archive may go on meanwhile */
    char *folder;
    struct batch_file *files;
    size_t count, cap;
    size_t open;               /* how many of them are */
    char (*days)[ARCHIVE_DAY]; /* the folders they are in, each once */
    size_t day_count;
    bool flushed;
    struct fault fault; /* of the flush; its code is ERR_OK when all is durable */
};

struct archive_batch *archive_batch_new(const struct archive *a, struct fault *f)
{
    int root = fcntl(a->root, F_DUPFD_CLOEXEC, 0);
    if (root < 0) {
        archive_io(f, a->folder, "");
        return NULL;
    }
    struct archive_batch *b = mem_new(sizeof *b);
    b->root = root;
    b->folder = mem_text(a->folder);
    return b;
}

void archive_batch_free(struct archive_batch *b)
{
    if (b == NULL)
        return;
    for (size_t i = 0; i < b->count; i++)
        if (b->files[i].fd >= 0)
            close(b->files[i].fd);
    close(b->root);
    free(b->files);
    free(b->days);
    free(b->folder);
    free(b);
}

/* Notes the folder that `path` is in. Nearly always it is the one noted last. */
static void note_day(struct archive_batch *b, const char *path)
{
    for (size_t i = b->day_count; i > 0; i--)
        if (strncmp(b->days[i - 1], path, ARCHIVE_DAY - 1) == 0)
            return;
    b->days = mem_resize(b->days, (b->day_count + 1) * sizeof *b->days);
    memcpy(b->days[b->day_count], path, ARCHIVE_DAY - 1);
    b->days[b->day_count][ARCHIVE_DAY - 1] = '\0';
    b->day_count++;
}

/* Advice, which may be refused without harm: fdatasync is what counts. */
static void begin_write_back(int fd)
{
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

enum err archive_batch_add(struct archive_batch *b, int fd, const char path[ARCHIVE_PATH],
                           struct fault *f)
{
    if (b->open >= OPEN_MAX_FILES) {
        begin_write_back(fd);
        int closed = close(fd);
        fd = -1;
        if (closed != 0)
            return archive_io(f, b->folder, path);
    }
    b->files = mem_grow(b->files, b->count, &b->cap, sizeof *b->files);
    memcpy(b->files[b->count].path, path, ARCHIVE_PATH);
    b->files[b->count].fd = fd;
    b->count++;
    b->open += fd >= 0;
    note_day(b, path);
    return ERR_OK;
}

bool archive_dirty(const struct archive *a)
{
    return a->open != NULL;
}

struct archive_batch *archive_seal(struct archive *a)
{
    struct archive_batch *b = a->open;
    a->open = NULL;
    return b;
}

/* Makes durable and closes; the descriptor is gone in any case. */
static enum err flush_descriptor(struct archive_batch *b, int fd, const char *name)
{
    if (fd < 0)
        return archive_io(&b->fault, b->folder, name);
    enum err e = ERR_OK;
    if (fdatasync(fd) != 0)
        e = archive_io(&b->fault, b->folder, name);
    if (close(fd) != 0 && e == ERR_OK)
        e = archive_io(&b->fault, b->folder, name);
    return e;
}

static enum err flush_file(struct archive_batch *b, struct batch_file *file)
{
    int fd = file->fd;
    file->fd = -1;
    if (fd < 0)
        fd = openat(b->root, file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return flush_descriptor(b, fd, file->path);
}

void archive_batch_flush(struct archive_batch *b)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < b->count; i++)
        if (b->files[i].fd >= 0)
            begin_write_back(b->files[i].fd);
    for (size_t i = 0; e == ERR_OK && i < b->count; i++)
        e = flush_file(b, &b->files[i]);
    for (size_t i = 0; e == ERR_OK && i < b->day_count; i++)
        e = flush_descriptor(b, archive_open_folder(b->root, b->days[i]), b->days[i]);
    if (e == ERR_OK) /* the day's folder may be new */
        flush_descriptor(b, archive_open_folder(b->root, "."), "");
    b->flushed = true;
}

enum err archive_batch_end(struct archive_batch *b, struct fault *f)
{
    enum err e = b->fault.code;
    if (!b->flushed)
        e = fault_set(f, ERR_BUG, "a batch of documents was ended before its flush");
    else if (e != ERR_OK && f != NULL)
        *f = b->fault;
    archive_batch_free(b);
    return e;
}
