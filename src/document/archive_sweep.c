/* After a crash: away with files that no row names and with files that were never
 * finished.
 *
 * Only what has the form of the archive's own names is looked at, so a folder given by
 * mistake loses nothing. What cannot be removed is logged and stays for the next sweep.
 */
#include "document/archive_inside.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* One sweep under way. */
struct sweep {
    const struct archive *archive;
    bool (*named)(void *arg, const char *path);
    void *arg;
    size_t removed;
};

static void complain(const char *message, const char *name)
{
    log_write(LOG_WARN, message, log_safe("path", name),
              log_safe("error", strerror(errno)), LOG_END);
}

static void remove_file(struct sweep *s, int folder, const char *name)
{
    if (unlinkat(folder, name, 0) == 0)
        s->removed++;
    else if (errno != ENOENT)
        complain("a file that no document names could not be removed", name);
}

/* Opens `name` below `root` for reading its entries; NULL and errno. */
static DIR *open_entries(int root, const char *name)
{
    int fd = archive_open_folder(root, name);
    DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;
    if (entries == NULL && fd >= 0)
        close(fd);
    return entries;
}

static void sweep_entry(struct sweep *s, int folder, const char *day, const char *name)
{
    char path[ARCHIVE_PATH];
    if (!archive_is_file(name))
        return;
    snprintf(path, sizeof path, "%.10s/%.40s", day, name);
    if (!s->named(s->arg, path))
        remove_file(s, folder, name);
}

static void sweep_day(struct sweep *s, const char *day)
{
    DIR *entries = open_entries(s->archive->root, day);
    if (entries == NULL) {
        complain("a folder of documents could not be read", day);
        return;
    }
    for (struct dirent *e = readdir(entries); e != NULL; e = readdir(entries))
        sweep_entry(s, dirfd(entries), day, e->d_name);
    closedir(entries);
    if (unlinkat(s->archive->root, day, AT_REMOVEDIR) != 0 && errno != ENOTEMPTY &&
        errno != EEXIST)
        complain("an empty folder of documents could not be removed", day);
}

size_t archive_sweep(struct archive *a, bool (*named)(void *arg, const char *path),
                     void *arg)
{
    assert(a->open == NULL); /* at start, before anything is put */
    archive_leave_day(a);    /* its folder may go */
    struct sweep s = {.archive = a, .named = named, .arg = arg};
    DIR *entries = open_entries(a->root, ".");
    if (entries == NULL) {
        complain("the folder of documents could not be read", a->folder);
        return 0;
    }
    for (struct dirent *e = readdir(entries); e != NULL; e = readdir(entries)) {
        if (archive_is_day(e->d_name))
            sweep_day(&s, e->d_name);
        else if (archive_is_part(e->d_name))
            remove_file(&s, a->root, e->d_name);
    }
    closedir(entries);
    return s.removed;
}

void archive_remove(struct archive *a, const char *path)
{
    char day[ARCHIVE_DAY];
    struct sweep s = {.archive = a};

    snprintf(day, sizeof day, "%.*s", ARCHIVE_DAY - 1, path);
    if (!archive_is_day(day) || strlen(path) <= ARCHIVE_DAY ||
        !archive_is_file(path + ARCHIVE_DAY))
        return; /* no name that the archive gives */
    const int folder = archive_open_folder(a->root, day);
    if (folder < 0) {
        if (errno != ENOENT)
            complain("a folder of documents could not be read", day);
        return;
    }
    remove_file(&s, folder, path + ARCHIVE_DAY);
    close(folder);
}
