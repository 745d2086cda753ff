/* Named copies of documents in a folder that other programs watch. */
#include "document/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { NAME_LONGEST = 250 };

struct outbox {
    char *folder;
    int fd;
};

/* Makes every folder on the way that is missing. */
static enum err make_way(const char *folder, struct fault *f)
{
    char *path = mem_text(folder);
    enum err e = ERR_OK;

    for (size_t i = 1; e == ERR_OK && i <= strlen(folder); i++) {
        if (folder[i] != '/' && folder[i] != '\0')
            continue;
        path[i] = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            e = fault_errno(f, "cannot make the folder %s", path);
        path[i] = folder[i];
    }
    free(path);
    return e;
}

struct outbox *outbox_open(const char *folder, struct fault *f)
{
    if (make_way(folder, f) != ERR_OK)
        return NULL;
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        fault_errno(f, "cannot open the folder %s", folder);
        return NULL;
    }
    struct outbox *o = mem_new(sizeof *o);
    o->folder = mem_text(folder);
    o->fd = fd;
    return o;
}

void outbox_free(struct outbox *o)
{
    if (o == NULL)
        return;
    close(o->fd);
    free(o->folder);
    free(o);
}

static bool write_whole(int fd, const char *data, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(fd, data, len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    return fdatasync(fd) == 0;
}

/* What an earlier attempt left under the temporary name is in nobody's use. */
static int open_part(const struct outbox *o, const char *part)
{
    if (unlinkat(o->fd, part, 0) != 0 && errno != ENOENT)
        return -1;
    return openat(o->fd, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  0600);
}

enum err outbox_put(struct outbox *o, const char *name, const void *data, size_t len,
                    struct fault *f)
{
    char part[NAME_LONGEST + 8];

    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL ||
        strlen(name) > NAME_LONGEST)
        return fault_set(f, ERR_BUG, "\"%.80s\" is no name of a file", name);
    snprintf(part, sizeof part, ".%s.part", name);
    const int fd = open_part(o, part);
    if (fd < 0)
        return fault_errno(f, "cannot write %s/%s", o->folder, name);
    bool good = write_whole(fd, data, len);
    int problem = errno;
    if (close(fd) != 0 && good) {
        good = false;
        problem = errno;
    }
    if (good && renameat(o->fd, part, o->fd, name) == 0)
        return ERR_OK;
    problem = good ? errno : problem;
    unlinkat(o->fd, part, 0);
    errno = problem;
    return fault_errno(f, "cannot write %s/%s", o->folder, name);
}

enum err outbox_flush(struct outbox *o, struct fault *f)
{
    return fsync(o->fd) == 0 ? ERR_OK : fault_errno(f, "cannot flush %s", o->folder);
}

bool outbox_part(const char *text, char out[OUTBOX_PART])
{
    static const char fine[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    const size_t len = strlen(text);
    size_t n = 0;
    bool same = len < OUTBOX_PART;

    for (; n < len && n < OUTBOX_PART - 1; n++) {
        out[n] = strchr(fine, text[n]) != NULL ? text[n] : '_';
        same = same && out[n] == text[n];
    }
    out[n] = '\0';
    return same;
}
