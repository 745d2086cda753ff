/* The token of a state folder: who can read it may report events over HTTP. */
#ifndef DRAY_STORE_TOKEN_H
#define DRAY_STORE_TOKEN_H

#include "base/random.h"
#include "base/secret.h"

/* Reads `folder`/token, and makes it (mode 0600, of chance) when it is not there.
 * ERR_DENIED: others can read it. */
enum err store_token(const char *folder, struct random *r, struct secret *token,
                     struct fault *f);

#endif
