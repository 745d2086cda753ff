/* Files that other programs drop into a folder. */
#include "document/inbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { NAME_LONGEST = 255, FILES_MAX = 10000, TWINS_MAX = 10000 };

/* A file as the last look saw it. */
struct seen {
    char *name;
    off_t size;
    struct timespec changed;
    bool whole; /* the look before saw the same */
    bool there; /* in the present look */
};

struct inbox {
    char *folder;
    char *pattern;
    struct seen *files; /* by name */
    size_t count, room;
    size_t known; /* of them at the beginning of the look */
};

struct inbox *inbox_new(const char *folder, const char *pattern)
{
    struct inbox *in = mem_new(sizeof *in);
    in->folder = mem_text(folder);
    in->pattern = mem_text(pattern);
    return in;
}

void inbox_free(struct inbox *in)
{
    if (in == NULL)
        return;
    for (size_t i = 0; i < in->count; i++)
        free(in->files[i].name);
    free(in->files);
    free(in->folder);
    free(in->pattern);
    free(in);
}

/* ---- looking ---- */

static int by_name(const void *a, const void *b)
{
    const struct seen *one = a, *two = b;
    return strcmp(one->name, two->name);
}

static struct seen *find(const struct inbox *in, const char *name)
{
    const struct seen key = {.name = (char *)(uintptr_t)name};
    if (in->known == 0)
        return NULL;
    return bsearch(&key, in->files, in->known, sizeof *in->files, by_name);
}

static void add(struct inbox *in, const char *name, const struct stat *st)
{
    in->files = mem_grow(in->files, in->count, &in->room, sizeof *in->files);
    in->files[in->count++] = (struct seen){.name = mem_text(name),
                                           .size = st->st_size,
                                           .changed = st->st_mtim,
                                           .there = true};
}

static bool is_same(const struct seen *file, const struct stat *st)
{
    return file->size == st->st_size && file->changed.tv_sec == st->st_mtim.tv_sec &&
           file->changed.tv_nsec == st->st_mtim.tv_nsec;
}

static void see(struct inbox *in, int folder, const char *name)
{
    struct stat st;
    if (name[0] == '.' || fnmatch(in->pattern, name, FNM_PERIOD) != 0 ||
        fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
        return;
    struct seen *file = find(in, name);
    if (file == NULL) {
        if (in->count < FILES_MAX)
            add(in, name, &st);
        return;
    }
    file->there = true;
    file->whole = is_same(file, &st);
    file->size = st.st_size;
    file->changed = st.st_mtim;
}

static void forget(struct inbox *in, size_t at)
{
    free(in->files[at].name);
    in->count--;
    memmove(&in->files[at], &in->files[at + 1], (in->count - at) * sizeof *in->files);
}

static void settle(struct inbox *in)
{
    for (size_t i = in->count; i-- > 0;)
        if (!in->files[i].there)
            forget(in, i);
    if (in->count > 1)
        qsort(in->files, in->count, sizeof *in->files, by_name);
}

enum err inbox_look(struct inbox *in, struct fault *f)
{
    const struct dirent *entry;
    DIR *folder = opendir(in->folder);

    in->known = in->count;
    for (size_t i = 0; i < in->count; i++)
        in->files[i].there = false;
    if (folder == NULL && errno != ENOENT)
        return fault_errno(f, "cannot read the folder %s", in->folder);
    for (;;) {
        entry = folder == NULL ? NULL : readdir(folder);
        if (entry == NULL)
            break;
        see(in, dirfd(folder), entry->d_name);
    }
    if (folder != NULL)
        closedir(folder);
    settle(in);
    return ERR_OK;
}

const char *inbox_next(const struct inbox *in)
{
    for (size_t i = 0; i < in->count; i++)
        if (in->files[i].whole)
            return in->files[i].name;
    return NULL;
}

size_t inbox_count(const struct inbox *in)
{
    return in->count;
}

/* ---- reading ---- */

enum err inbox_open(const struct inbox *in, const char *name, int *fd, struct fault *f)
{
    const int folder = open(in->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return fault_errno(f, "cannot open the folder %s", in->folder);
    *fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const int error = errno;
    close(folder);
    errno = error;
    return *fd < 0 ? fault_errno(f, "cannot open %s/%s", in->folder, name) : ERR_OK;
}

enum err inbox_read(int fd, char *data, size_t room, size_t *len, struct fault *f)
{
    ssize_t n;
    do {
        n = read(fd, data, room);
    } while (n < 0 && errno == EINTR);
    *len = n < 0 ? 0 : (size_t)n;
    return n < 0 ? fault_errno(f, "cannot read it") : ERR_OK;
}

void inbox_close(int fd)
{
    close(fd);
}

/* ---- moving ---- */

/* A name in the folder `to` that nobody has: NAME, NAME.2, NAME.3 … */
static enum err free_name(int to, const char *name, char out[NAME_LONGEST + 1],
                          struct fault *f)
{
    struct stat st;
    for (int twin = 1; twin < TWINS_MAX; twin++) {
        const int len = twin == 1 ? snprintf(out, NAME_LONGEST + 1, "%s", name)
                                  : snprintf(out, NAME_LONGEST + 1, "%s.%d", name, twin);
        if (len > NAME_LONGEST)
            return fault_set(f, ERR_LIMIT, "the name %.80s… is too long", name);
        if (fstatat(to, out, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
            return ERR_OK;
    }
    return fault_set(f, ERR_LIMIT, "there are too many files called %s", name);
}

static enum err write_all(int fd, const char *data, size_t len, struct fault *f)
{
    while (len > 0) {
        const ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_errno(f, "cannot write why it failed");
        data += n;
        len -= (size_t)n;
    }
    return ERR_OK;
}

static enum err write_reason(int to, const char *name, const char *reason, size_t len,
                             struct fault *f)
{
    char path[NAME_LONGEST + 32];
    snprintf(path, sizeof path, "%s.reason.txt", name);
    const int fd =
        openat(to, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_errno(f, "cannot write %s", path);
    enum err e = write_all(fd, reason, len, f);
    close(fd);
    return e;
}

static enum err move_between(const struct inbox *in, int from, int to, const char *name,
                             const char *reason, size_t len, struct fault *f)
{
    char there[NAME_LONGEST + 1];
    enum err e = free_name(to, name, there, f);
    if (e == ERR_OK && reason != NULL)
        e = write_reason(to, there, reason, len, f);
    if (e == ERR_OK && renameat(from, name, to, there) != 0)
        e = fault_errno(f, "cannot move %s/%s", in->folder, name);
    return e;
}

enum err inbox_move(struct inbox *in, const char *name, const char *to,
                    const char *reason, size_t reason_len, struct fault *f)
{
    const int from = open(in->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0)
        return fault_errno(f, "cannot open the folder %s", in->folder);
    enum err e = ERR_OK;
    if (mkdirat(from, to, 0700) != 0 && errno != EEXIST)
        e = fault_errno(f, "cannot make the folder %s/%s", in->folder, to);
    const int target =
        e != ERR_OK ? -1 : openat(from, to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (e == ERR_OK && target < 0)
        e = fault_errno(f, "cannot open the folder %s/%s", in->folder, to);
    if (e == ERR_OK)
        e = move_between(in, from, target, name, reason, reason_len, f);
    if (target >= 0)
        close(target);
    close(from);
    for (size_t i = 0; e == ERR_OK && i < in->count; i++)
        if (in->files[i].name == name || strcmp(in->files[i].name, name) == 0) {
            forget(in, i);
            break;
        }
    return e;
}
