/* Whether a state folder can be used: its rights, and how much room there is. */
#include "store/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"

enum { OTHERS = S_IRWXG | S_IRWXO };

const char *store_library(void)
{
    return "SQLite " SQLITE_VERSION;
}

static enum err free_bytes(const char *folder, int64_t *bytes, struct fault *f)
{
    struct statvfs v;
    if (statvfs(folder, &v) != 0)
        return fault_errno(f, "%s", folder);
    *bytes = (int64_t)v.f_bavail * (int64_t)v.f_frsize;
    return ERR_OK;
}

/* The folder is not there yet: what it will be made in counts. */
static enum err room_above(const char *folder, int64_t *bytes, struct fault *f)
{
    char *above = mem_text(folder), *slash = strrchr(above, '/');
    const char *place = slash == NULL ? "." : above;

    if (slash == above)
        slash[1] = '\0';
    else if (slash != NULL)
        *slash = '\0';
    enum err e = access(place, W_OK | X_OK) == 0
                     ? free_bytes(place, bytes, f)
                     : fault_set(f, ERR_DENIED, "%s cannot be written", place);
    free(above);
    return e;
}

enum err store_room(const char *folder, int64_t *bytes, struct fault *f)
{
    struct stat st;

    if (stat(folder, &st) != 0)
        return errno == ENOENT ? room_above(folder, bytes, f)
                               : fault_errno(f, "%s", folder);
    if (access(folder, R_OK | W_OK | X_OK) != 0)
        return fault_set(f, ERR_DENIED, "%s cannot be written", folder);
    if ((st.st_mode & OTHERS) != 0)
        return fault_set(f, ERR_INPUT, "%s is open to other users", folder);
    return free_bytes(folder, bytes, f);
}
