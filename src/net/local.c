/* Sockets of this machine. */
#define _GNU_SOURCE /* struct ucred */
#include "net/local.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 64 };

enum err local_path(struct local_path *p, const char *folder, const char *name,
                    struct fault *f)
{
    p->folder = -1;
    if (snprintf(p->text, sizeof p->text, "%s/%s", folder, name) < (int)sizeof p->text)
        return ERR_OK;
    p->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->folder < 0)
        return fault_errno(f, "cannot open %s", folder);
    snprintf(p->text, sizeof p->text, "/proc/self/fd/%d/%s", p->folder, name);
    return ERR_OK;
}

void local_path_clear(struct local_path *p)
{
    if (p->folder >= 0)
        close(p->folder);
    p->folder = -1;
}

/* Between bind and listen nobody can connect, so the mode is set in time. */
static enum err bind_there(int descriptor, const struct local_path *p, struct fault *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof address.sun_path, "%s", p->text);
    unlink(p->text); /* of a dray that was killed: the folder's owner is the caller */
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(p->text, S_IRUSR | S_IWUSR) != 0 || listen(descriptor, BACKLOG) != 0)
        return fault_errno(f, "cannot listen at %s", p->text);
    return ERR_OK;
}

int local_listen(const char *folder, const char *name, struct fault *f)
{
    struct local_path p;

    if (local_path(&p, folder, name, f) != ERR_OK)
        return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        fault_errno(f, "cannot make a socket");
    } else if (bind_there(descriptor, &p, f) != ERR_OK) {
        close(descriptor);
        descriptor = -1;
    }
    local_path_clear(&p);
    return descriptor;
}

void local_remove(const char *folder, const char *name)
{
    struct local_path p;

    if (local_path(&p, folder, name, NULL) != ERR_OK)
        return;
    unlink(p.text); /* a name that stays is replaced by the next owner */
    local_path_clear(&p);
}

bool local_peer_is_owner(int descriptor)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           peer.uid == geteuid();
}
