/* The token of a state folder. */
#include "store/token.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/inside.h"

enum { TOKEN_DIGITS = 48 };

static enum err write_token(int file, const char *path, struct random *r, struct fault *f)
{
    char text[TOKEN_DIGITS + 2];
    random_hex(r, text, TOKEN_DIGITS);
    text[TOKEN_DIGITS] = '\n';
    const ssize_t written = write(file, text, TOKEN_DIGITS + 1);
    mem_cleanse(text, sizeof text);
    if (written == TOKEN_DIGITS + 1 && fsync(file) == 0)
        return ERR_OK;
    unlink(path); /* half a token is none */
    return fault_errno(f, "cannot write %s", path);
}

static enum err make_token(const char *path, struct random *r, struct fault *f)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return errno == EEXIST ? ERR_OK : fault_errno(f, "cannot make %s", path);
    enum err e = write_token(file, path, r, f);
    close(file);
    return e;
}

enum err store_token(const char *folder, struct random *r, struct secret *token,
                     struct fault *f)
{
    char *path = store_file(folder, "token");
    enum err e = make_token(path, r, f);
    if (e == ERR_OK)
        e = secret_from_file(token, path, f);
    free(path);
    return e;
}
