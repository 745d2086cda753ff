/* `dray init`: a project that works at once against the simulator. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/command.h"
#include "engine/embedded.h"

enum { PATH_MAX_BYTES = 4000 };

static const struct flag flags[] = {FLAG_END};

/* A folder or file of the new project. */
struct piece {
    const char *path;     /* below the project; a folder ends with '/' */
    const char *embedded; /* its text in the binary; NULL: `text` */
    const char *text;
    mode_t mode;
};

static const struct piece pieces[] = {
    {"rules/", NULL, NULL, 0777},
    {"tests/", NULL, NULL, 0777},
    {"secrets/", NULL, NULL, 0700},
    {".dray/", NULL, NULL, 0777},
    {".dray/types/", NULL, NULL, 0777},
    {"dray.lua", "init/dray.lua", NULL, 0666},
    {"rules/orders.lua", "init/rules/orders.lua", NULL, 0666},
    {"rules/desk.lua", "init/rules/desk.lua", NULL, 0666},
    {"tests/orders_spec.lua", "init/tests/orders_spec.lua", NULL, 0666},
    {"secrets/client-secret", NULL, "sim\n", 0600},
    {"secrets/refresh-token", NULL, "Atzr|sim\n", 0600},
    {".luarc.json", "init/luarc.json", NULL, 0666},
    {".luacheckrc", "init/luacheckrc", NULL, 0666},
    {".gitignore", "init/gitignore", NULL, 0666},
    {".dray/types/dray.d.lua", "dray/types/dray.d.lua", NULL, 0666},
};

static enum err make_folder(const char *path, mode_t mode, struct fault *f)
{
    if (mkdir(path, mode) == 0 || errno == EEXIST)
        return ERR_OK;
    return fault_errno(f, "cannot make the folder %s", path);
}

static enum err write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno != EINTR)
            return ERR_IO;
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return ERR_OK;
}

/* What is there stays as it is; *kept says so. */
static enum err make_file(const char *path, const char *text, size_t len, mode_t mode,
                          bool *kept, struct fault *f)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    *kept = fd < 0 && errno == EEXIST;
    if (*kept)
        return ERR_OK;
    if (fd < 0)
        return fault_errno(f, "cannot make %s", path);
    enum err e = write_all(fd, text, len);
    if (e != ERR_OK)
        fault_errno(f, "cannot write %s", path);
    if (close(fd) != 0 && e == ERR_OK)
        e = fault_errno(f, "cannot write %s", path);
    if (e != ERR_OK)
        unlink(path); /* half of it would be kept the next time */
    return e;
}

static enum err make_piece(const struct invocation *in, const char *folder,
                           const struct piece *p, struct fault *f)
{
    char path[PATH_MAX_BYTES];
    const struct embedded_file *file =
        p->embedded != NULL ? embedded_find(p->embedded) : NULL;
    const char *text = file != NULL ? file->text : p->text;
    bool kept;

    snprintf(path, sizeof path, "%s/%s", folder, p->path);
    if (p->path[strlen(p->path) - 1] == '/')
        return make_folder(path, p->mode, f);
    if (text == NULL)
        return fault_set(f, ERR_BUG, "%s is missing in this dray", p->embedded);
    const size_t len = file != NULL ? file->len : strlen(text);
    enum err e = make_file(path, text, len, p->mode, &kept, f);
    if (e == ERR_OK)
        fprintf(in->out, "%s%s\n", path, kept ? ": was there, left as it is" : "");
    return e;
}

static void say_next(const struct invocation *in, const char *folder)
{
    fprintf(
        in->err,
        "\nNext, in %s:\n"
        "  dray check         looks at everything, runs nothing\n"
        "  dray test          the specs in tests/, on a clock of their own\n"
        "  dray sim           Amazon on this machine; leave it running, go on beside "
        "it\n"
        "  dray serve         the rules, until it is stopped\n"
        "  dray orders        what is there; dray explain PO tells one order's story\n"
        "For Amazon itself: your account in dray.lua, your secrets in secrets/.\n",
        folder);
}

static int init(const struct invocation *in)
{
    struct fault f;
    const char *folder = in->count > 0 ? in->arguments[0] : ".";
    enum err e = strlen(folder) < PATH_MAX_BYTES - 100
                     ? make_folder(folder, 0777, &f)
                     : fault_set(&f, ERR_LIMIT, "the folder's name is too long");

    for (size_t i = 0; e == ERR_OK && i < sizeof pieces / sizeof pieces[0]; i++)
        e = make_piece(in, folder, &pieces[i], &f);
    if (e != ERR_OK)
        return complain_fault(in, &f);
    say_next(in, folder);
    return EXIT_DONE;
}

const struct command command_init = {
    .name = "init",
    .arguments = "[DIR]",
    .summary = "begin a project that works at once against the simulator",
    .details =
        "Writes dray.lua, rules with a spec for them, what editors and luacheck need to "
        "know dray's words,\nand the simulator's secrets, into DIR (made when it is not "
        "there; default: the present folder).\nNothing that is there is changed.",
    .most = 1,
    .flags = flags,
    .run = init,
};
