/* Files of scripts, inside the project folder. */
#include "bind/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { PATH_LONGEST = 1000, READ_STEP = 64 * 1024 };

/* ---- secrets ---- */

static bool is_same_file(const struct source *s, const struct stat *file)
{
    struct stat secret;
    return s->kind == SOURCE_FILE && stat(s->name, &secret) == 0 &&
           secret.st_dev == file->st_dev && secret.st_ino == file->st_ino;
}

static bool is_secret(const struct host *h, const struct stat *file)
{
    for (size_t i = 0; i < h->account_count; i++) {
        const struct credentials *c = &h->accounts[i]->credentials;
        if (is_same_file(&c->client_secret, file) ||
            is_same_file(&c->refresh_token, file))
            return true;
    }
    return false;
}

static enum err refuse(struct fault *f, const char *path, const char *why)
{
    return fault_set(f, ERR_DENIED, "%s: %s", path, why);
}

/* ---- the way down ---- */

/* Opens the folder whose name is the first `len` bytes of `name`, below `fd`, following
 * no link; makes it when it is missing and `make` is set. Closes fd. -1 with errno. */
static int step_down(int fd, const char *name, size_t len, bool make)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    char *part = mem_copy(name, len);
    int next = openat(fd, part, flags);
    if (next < 0 && errno == ENOENT && make && mkdirat(fd, part, 0777) == 0)
        next = openat(fd, part, flags);
    int problem = errno;
    close(fd);
    free(part);
    errno = problem;
    return next;
}

/* Opens the folder that holds the last part of `rest`; *last becomes that part. -1 with
 * errno. */
static int open_parent(const char *folder, const char *rest, bool make, const char **last)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *slash = strchr(rest, '/');
    while (fd >= 0 && slash != NULL) {
        fd = step_down(fd, rest, (size_t)(slash - rest), make);
        rest = slash + 1;
        slash = strchr(rest, '/');
    }
    *last = rest;
    return fd;
}

/* ---- reading ---- */

/* The path without links, absolute; the caller frees. NULL with errno. */
static char *real_path(const char *folder, const char *path)
{
    struct buf joined;
    buf_init(&joined, 2 * PATH_LONGEST);
    if (path[0] != '/')
        buf_format(&joined, "%s/", folder);
    buf_text(&joined, path);
    errno = ENAMETOOLONG;
    char *real = buf_ok(&joined) ? realpath(buf_str(&joined), NULL) : NULL;
    buf_clear(&joined);
    return real;
}

/* The way below the folder after all links; the caller frees. */
static enum err resolve(const char *folder, const char *path, char **rest,
                        struct fault *f)
{
    const size_t len = strlen(folder);
    char *real = real_path(folder, path);
    if (real == NULL)
        return fault_errno(f, "%s", path);
    const bool inside = strncmp(real, folder, len) == 0 && real[len] == '/';
    if (inside)
        *rest = mem_text(real + len + 1);
    free(real);
    return inside ? ERR_OK : refuse(f, path, "outside of the project folder");
}

static enum err check_file(const struct host *h, int fd, const char *path,
                           struct fault *f)
{
    struct stat file;
    if (fstat(fd, &file) != 0)
        return fault_errno(f, "%s", path);
    if (!S_ISREG(file.st_mode))
        return refuse(f, path, "not a file");
    if (is_secret(h, &file))
        return refuse(f, path, "a secret of an account; scripts never see those");
    return ERR_OK;
}

static enum err read_all(int fd, const char *path, struct buf *out, struct fault *f)
{
    for (;;) {
        char *room = buf_room(out, READ_STEP);
        if (room == NULL)
            return fault_set(f, ERR_LIMIT, "%s: larger than %zu MiB", path,
                             out->max >> 20);
        ssize_t got = read(fd, room, READ_STEP);
        if (got < 0 && errno != EINTR)
            return fault_errno(f, "%s", path);
        if (got == 0)
            return ERR_OK;
        if (got > 0)
            out->len += (size_t)got;
    }
}

enum err folder_read(const struct host *h, const char *folder, const char *path,
                     struct buf *out, struct fault *f)
{
    char *rest = NULL;
    const char *last;
    enum err e = resolve(folder, path, &rest, f);
    if (e != ERR_OK)
        return e;
    int parent = open_parent(folder, rest, false, &last);
    int fd = parent < 0
                 ? -1
                 : openat(parent, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        e = fault_errno(f, "%s", path);
    if (e == ERR_OK)
        e = check_file(h, fd, path, f);
    if (e == ERR_OK)
        e = read_all(fd, path, out, f);
    if (fd >= 0)
        close(fd);
    if (parent >= 0)
        close(parent);
    free(rest);
    return e;
}

/* ---- writing ---- */

static bool is_plain_part(const char *part, size_t len)
{
    return len > 0 && part[0] != '.';
}

/* Every part of the way has a name that is neither empty nor hidden nor "..". */
static bool is_plain_path(const char *path)
{
    for (;;) {
        size_t len = strcspn(path, "/");
        if (!is_plain_part(path, len))
            return false;
        if (path[len] == '\0')
            return true;
        path += len + 1;
    }
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), tail = strlen(end);
    return len >= tail && strcmp(text + len - tail, end) == 0;
}

static bool begins_with(const char *text, const char *begin)
{
    return strncmp(text, begin, strlen(begin)) == 0;
}

static enum err check_target(const char *path, struct fault *f)
{
    if (strlen(path) > PATH_LONGEST)
        return fault_set(f, ERR_LIMIT, "the path is too long");
    if (!is_plain_path(path))
        return refuse(f, path,
                      "write a path inside the project folder, such as "
                      "\"labels/1.zpl\"");
    if (ends_with(path, ".lua"))
        return refuse(f, path, "scripts do not write Lua files");
    if (begins_with(path, "state/") || begins_with(path, "secrets/"))
        return refuse(f, path, "scripts do not write there");
    return ERR_OK;
}

/* What is there already may be replaced only when it is a plain file and no secret. */
static enum err check_present(const struct host *h, int parent, const char *last,
                              const char *path, struct fault *f)
{
    struct stat there;
    if (fstatat(parent, last, &there, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? ERR_OK : fault_errno(f, "%s", path);
    if (!S_ISREG(there.st_mode))
        return refuse(f, path, "there is something that is not a file");
    if (is_secret(h, &there))
        return refuse(f, path, "a secret of an account");
    return ERR_OK;
}

static enum err write_all(int fd, const char *data, size_t len, const char *path,
                          struct fault *f)
{
    while (len > 0) {
        ssize_t put = write(fd, data, len);
        if (put < 0 && errno != EINTR)
            return fault_errno(f, "%s", path);
        if (put > 0) {
            data += put;
            len -= (size_t)put;
        }
    }
    return ERR_OK;
}

/* A new file beside the target, then its name: nobody sees half a label. */
static enum err replace(int parent, const char *last, const void *data, size_t len,
                        const char *path, struct fault *f)
{
    char part[PATH_LONGEST + 16];
    snprintf(part, sizeof part, ".%s.part", last);
    int fd =
        openat(parent, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return fault_errno(f, "%s", path);
    enum err e = write_all(fd, data, len, path, f);
    if (close(fd) != 0 && e == ERR_OK)
        e = fault_errno(f, "%s", path);
    if (e == ERR_OK && renameat(parent, part, parent, last) != 0)
        e = fault_errno(f, "%s", path);
    if (e != ERR_OK)
        unlinkat(parent, part, 0);
    return e;
}

enum err folder_write(const struct host *h, const char *folder, const char *path,
                      const void *data, size_t len, struct fault *f)
{
    const char *last;
    enum err e = check_target(path, f);
    if (e != ERR_OK)
        return e;
    int parent = open_parent(folder, path, true, &last);
    if (parent < 0)
        return errno == ELOOP || errno == ENOTDIR
                   ? refuse(f, path, "a link or a file on the way")
                   : fault_errno(f, "%s", path);
    e = check_present(h, parent, last, path, f);
    if (e == ERR_OK)
        e = replace(parent, last, data, len, path, f);
    close(parent);
    return e;
}
