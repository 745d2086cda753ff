/* The lock of a state folder: who holds it owns the folder (law 3).
 *
 * It is flock(2) on the file `lock`, so it ends with its process however that ends. The
 * process id in the file is for sentences only. */
#include "store/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"

enum { PID_TEXT = 24 };

char *store_file(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = mem_new(size);
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

/* The digits at the start of the file; "" when there are none. */
static void read_pid(int lock, char text[PID_TEXT])
{
    ssize_t n = pread(lock, text, PID_TEXT - 1, 0);
    text[n < 0 ? 0 : n] = '\0';
    text[strspn(text, "0123456789")] = '\0';
}

static enum err refuse(int lock, const char *folder, struct fault *f)
{
    char pid[PID_TEXT];
    read_pid(lock, pid);
    return fault_set(
        f, ERR_BUSY,
        "another dray%s%s%s owns %s: stop it first, or use another --state folder",
        pid[0] == '\0' ? "" : " (process ", pid, pid[0] == '\0' ? "" : ")", folder);
}

static enum err write_pid(int lock, const char *path, struct fault *f)
{
    char text[PID_TEXT];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(lock, 0) != 0 || pwrite(lock, text, (size_t)len, 0) != len)
        return fault_errno(f, "cannot write %s", path);
    return ERR_OK;
}

static enum err hold(int lock, const char *folder, const char *path, struct fault *f)
{
    if (flock(lock, LOCK_EX | LOCK_NB) == 0)
        return write_pid(lock, path, f);
    if (errno == EWOULDBLOCK)
        return refuse(lock, folder, f);
    return fault_errno(f, "cannot lock %s", path);
}

int lock_take(const char *folder, struct fault *f)
{
    char *path = store_file(folder, "lock");
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) {
        fault_errno(f, "cannot open %s", path);
    } else if (hold(lock, folder, path, f) != ERR_OK) {
        close(lock);
        lock = -1;
    }
    free(path);
    return lock;
}

void lock_release(int lock)
{
    if (lock >= 0)
        close(lock);
}
