/* The documents' folder: new files, unfinished files, and reading them back.
 *
 * Everything is opened relative to the folder's descriptor, never through a symbolic link
 * and never over a file that is there. */
#include "document/archive_inside.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/mem.h"

enum { PART_NAME = 32, PART_TRIES = 10000, PASSING_MAX = 1024 };

struct archive_writer {
    struct archive *archive;
    int fd;
    char part[PART_NAME]; /* its name until it is finished */
};

/* --- names
 * -------------------------------------------------------------------------------- */

static size_t digits(const char *s)
{
    return strspn(s, "0123456789");
}

bool archive_is_day(const char *name)
{
    return strlen(name) == ARCHIVE_DAY - 1 && digits(name) == 4 && name[4] == '-' &&
           digits(name + 5) == 2 && name[7] == '-' && digits(name + 8) == 2;
}

bool archive_is_file(const char *name)
{
    size_t n = digits(name);
    if (n == 0 || n > 19 || (name[0] == '0' && n > 1) || name[n] != '.')
        return false;
    for (int f = FORMAT_UNKNOWN; f <= FORMAT_TEXT; f++)
        if (strcmp(name + n + 1, format_extension((enum format)f)) == 0)
            return true;
    return false;
}

bool archive_is_part(const char *name)
{
    size_t n = strncmp(name, "part.", 5) == 0 ? digits(name + 5) : 0;
    return n > 0 && name[5 + n] == '\0';
}

static bool is_path(const char *path)
{
    char day[ARCHIVE_DAY] = "";
    if (strnlen(path, ARCHIVE_PATH) >= ARCHIVE_PATH || strlen(path) < ARCHIVE_DAY ||
        path[ARCHIVE_DAY - 1] != '/')
        return false;
    memcpy(day, path, ARCHIVE_DAY - 1);
    return archive_is_day(day) && archive_is_file(path + ARCHIVE_DAY);
}

static void make_path(char path[ARCHIVE_PATH], int64_t id, enum format format,
                      int64_t now_ms)
{
    struct civil c;
    civil_from_ms(now_ms, &c);
    memset(path, 0, ARCHIVE_PATH);
    snprintf(path, ARCHIVE_PATH, "%04d-%02d-%02d/%" PRId64 ".%s", c.year, c.month, c.day,
             id, format_extension(format));
    assert(is_path(path)); /* ids and times are our own */
}

/* --- the system
 * --------------------------------------------------------------------------- */

enum err archive_io(struct fault *f, const char *folder, const char *path)
{
    fault_errno(f, "%s%s%s", folder, path[0] != '\0' ? "/" : "", path);
    if (f != NULL)
        f->code = ERR_IO;
    return ERR_IO;
}

int archive_open_folder(int root, const char *name)
{
    return openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int create_file(int folder, const char *name)
{
    return openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  0600);
}

/* False and errno when not all of it could be written. */
static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    return true;
}

static bool read_all(int fd, char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = read(fd, data, len);
        if (n == 0)
            errno = EIO; /* shorter than its own size */
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    return true;
}

/* --- the folder
 * --------------------------------------------------------------------------- */

/* The folder that holds `folder` learns durably of its new entry. */
static enum err flush_parent(int root, const char *folder, struct fault *f)
{
    enum err e = ERR_OK;
    int parent = archive_open_folder(root, "..");
    if (parent < 0 || fsync(parent) != 0)
        e = archive_io(f, folder, "..");
    if (parent >= 0)
        close(parent);
    return e;
}

struct archive *archive_open(const char *folder, struct fault *f)
{
    bool made = mkdir(folder, 0700) == 0;
    if (!made && errno != EEXIST) {
        archive_io(f, folder, "");
        return NULL;
    }
    int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        archive_io(f, folder, "");
        return NULL;
    }
    if (made && flush_parent(root, folder, f) != ERR_OK) {
        close(root);
        return NULL;
    }
    struct archive *a = mem_new(sizeof *a);
    *a = (struct archive){.folder = mem_text(folder), .root = root, .day_fd = -1};
    return a;
}

struct archive *archive_open_passing(struct fault *f)
{
    const char *parent = getenv("TMPDIR");
    char folder[PASSING_MAX];

    if (snprintf(folder, sizeof folder, "%s/dray-XXXXXX",
                 parent != NULL ? parent : "/tmp") >= (int)sizeof folder ||
        mkdtemp(folder) == NULL) {
        archive_io(f, parent != NULL ? parent : "/tmp", "");
        return NULL;
    }
    struct archive *a = archive_open(folder, f);
    if (a != NULL)
        a->passing = true;
    return a;
}

void archive_leave_day(struct archive *a)
{
    if (a->day_fd >= 0)
        close(a->day_fd);
    a->day_fd = -1;
    a->day[0] = '\0';
}

static bool names_nothing(void *arg, const char *path)
{
    (void)arg, (void)path;
    return false;
}

void archive_free(struct archive *a)
{
    if (a == NULL)
        return;
    archive_batch_free(a->open);
    a->open = NULL;
    archive_leave_day(a);
    if (a->passing) {
        archive_sweep(a, names_nothing, NULL);
        rmdir(a->folder);
    }
    close(a->root);
    free(a->folder);
    free(a);
}

/* Opens the folder of the day that `path` names, and makes it when it is missing. */
static enum err enter_day(struct archive *a, const char *path, struct fault *f)
{
    if (strncmp(a->day, path, ARCHIVE_DAY - 1) == 0)
        return ERR_OK;
    archive_leave_day(a);
    char day[ARCHIVE_DAY] = "";
    memcpy(day, path, ARCHIVE_DAY - 1);
    if (mkdirat(a->root, day, 0700) != 0 && errno != EEXIST)
        return archive_io(f, a->folder, day);
    a->day_fd = archive_open_folder(a->root, day);
    if (a->day_fd < 0)
        return archive_io(f, a->folder, day);
    memcpy(a->day, day, sizeof day);
    return ERR_OK;
}

/* The file is complete and has its name: it joins the batch, or goes. */
static enum err join_batch(struct archive *a, int fd, const char path[ARCHIVE_PATH],
                           struct fault *f)
{
    if (a->open == NULL)
        a->open = archive_batch_new(a, f);
    if (a->open == NULL) {
        close(fd);
        unlinkat(a->root, path, 0);
        return ERR_IO;
    }
    enum err e = archive_batch_add(a->open, fd, path, f);
    if (e != ERR_OK)
        unlinkat(a->root, path, 0);
    return e;
}

static enum err taken(const struct archive *a, const char *path, struct fault *f)
{
    return fault_set(f, ERR_CONFLICT, "%s/%s is there already", a->folder, path);
}

enum err archive_put(struct archive *a, int64_t id, enum format format, int64_t now_ms,
                     const void *data, size_t len, char path[ARCHIVE_PATH],
                     struct fault *f)
{
    make_path(path, id, format, now_ms);
    enum err e = enter_day(a, path, f);
    if (e != ERR_OK)
        return e;
    int fd = create_file(a->day_fd, path + ARCHIVE_DAY);
    if (fd < 0)
        return errno == EEXIST ? taken(a, path, f) : archive_io(f, a->folder, path);
    if (!write_all(fd, data, len)) {
        e = archive_io(f, a->folder, path);
        close(fd);
        unlinkat(a->day_fd, path + ARCHIVE_DAY, 0);
        return e;
    }
    return join_batch(a, fd, path, f);
}

/* --- documents in pieces
 * ------------------------------------------------------------------ */

struct archive_writer *archive_begin(struct archive *a, struct fault *f)
{
    struct archive_writer *w = mem_new(sizeof *w);
    w->archive = a;
    w->fd = -1;
    for (int i = 0; i < PART_TRIES && w->fd < 0; i++) { /* a crash may have left some */
        snprintf(w->part, sizeof w->part, "part.%" PRIu64, a->next_part++);
        w->fd = create_file(a->root, w->part);
        if (w->fd < 0 && errno != EEXIST)
            break;
    }
    if (w->fd >= 0)
        return w;
    archive_io(f, a->folder, w->part);
    free(w);
    return NULL;
}

enum err archive_add(struct archive_writer *w, const void *data, size_t len,
                     struct fault *f)
{
    return write_all(w->fd, data, len) ? ERR_OK
                                       : archive_io(f, w->archive->folder, w->part);
}

void archive_give_up(struct archive_writer *w)
{
    if (w == NULL)
        return;
    close(w->fd);
    unlinkat(w->archive->root, w->part, 0); /* if it stays, the next sweep removes it */
    free(w);
}

/* From the unfinished name to the real one. rename would replace a file that is there;
 * nobody else writes in this folder, so it is enough to look. */
static enum err name_part(const struct archive_writer *w, const char *path,
                          struct fault *f)
{
    const struct archive *a = w->archive;
    struct stat there;
    const char *name = path + ARCHIVE_DAY;
    if (fstatat(a->day_fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0)
        return taken(a, path, f);
    if (errno != ENOENT || renameat(a->root, w->part, a->day_fd, name) != 0)
        return archive_io(f, a->folder, path);
    return ERR_OK;
}

enum err archive_finish(struct archive_writer *w, int64_t id, enum format format,
                        int64_t now_ms, char path[ARCHIVE_PATH], struct fault *f)
{
    struct archive *a = w->archive;
    make_path(path, id, format, now_ms);
    enum err e = enter_day(a, path, f);
    if (e == ERR_OK)
        e = name_part(w, path, f);
    if (e != ERR_OK) {
        archive_give_up(w);
        return e;
    }
    e = join_batch(a, w->fd, path, f);
    free(w);
    return e;
}

/* --- reading
 * ------------------------------------------------------------------------------ */

/* A descriptor of the file, or -1 and errno. */
static int open_path(const struct archive *a, const char *path)
{
    char day[ARCHIVE_DAY] = "";
    memcpy(day, path, ARCHIVE_DAY - 1);
    int folder = archive_open_folder(a->root, day);
    if (folder < 0)
        return -1;
    int fd = openat(folder, path + ARCHIVE_DAY,
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int why = errno;
    close(folder);
    errno = why;
    return fd;
}

/* Everything in an open file; NULL and errno. */
static char *read_open(int fd, size_t *len)
{
    struct stat s;
    if (fstat(fd, &s) != 0)
        return NULL;
    if (!S_ISREG(s.st_mode)) {
        errno = EINVAL;
        return NULL;
    }
    char *data = mem_new((size_t)s.st_size + 1);
    if (!read_all(fd, data, (size_t)s.st_size)) {
        free(data);
        return NULL;
    }
    *len = (size_t)s.st_size;
    return data;
}

enum err archive_read(const struct archive *a, const char *path, char **data, size_t *len,
                      struct fault *f)
{
    *data = NULL;
    *len = 0;
    if (!is_path(path))
        return fault_set(f, ERR_INPUT, "this is not the path of a document: \"%.64s\"",
                         path);
    int fd = open_path(a, path);
    if (fd < 0 && errno == ENOENT)
        return fault_set(f, ERR_NOT_FOUND, "%s/%s is not there", a->folder, path);
    if (fd < 0)
        return archive_io(f, a->folder, path);
    enum err e = ERR_OK;
    *data = read_open(fd, len);
    if (*data == NULL)
        e = archive_io(f, a->folder, path);
    close(fd);
    return e;
}
