/* Sockets of this machine: a file in a folder that only its owner may enter. */
#ifndef DRAY_NET_LOCAL_H
#define DRAY_NET_LOCAL_H

#include <stdbool.h>

#include "base/fault.h"

enum { LOCAL_PATH = 108 };

/* A socket's name that the system takes: names are short there, folders may be deep. */
struct local_path {
    char text[LOCAL_PATH];
    int folder; /* a descriptor that `text` goes through; -1: none */
};
/* ERR_NOT_FOUND when the folder is not there. */
enum err local_path(struct local_path *p, const char *folder, const char *name,
                    struct fault *f);
void local_path_clear(struct local_path *p);

/* Listens at folder/name, mode 0600, in place of what is there: the caller owns the
 * folder. The descriptor, which does not block; -1 with a fault. */
int local_listen(const char *folder, const char *name, struct fault *f);
/* Takes the name away. */
void local_remove(const char *folder, const char *name);

/* Whether who connected is the user that this process runs as. */
bool local_peer_is_owner(int descriptor);

#endif
