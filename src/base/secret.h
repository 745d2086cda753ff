/* Text that nobody may read by accident: tokens, client secrets, presigned URLs.
 *
 * No function prints one, none gives one to Lua, and its memory is cleansed when it goes
 * (law 9). secret_reveal is for the two places that must write one to the wire. */
#ifndef DRAY_BASE_SECRET_H
#define DRAY_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

struct secret {
    char *text; /* NULL: there is none. Do not read; secret_reveal. */
    size_t len;
};

void secret_set(struct secret *s, const char *text, size_t len); /* copies; replaces */
void secret_copy(struct secret *to, const struct secret *from);
void secret_clear(struct secret *s);
bool secret_there(const struct secret *s);
/* The text, borrowed until the secret changes. Never into a message, a log or a table. */
const char *secret_reveal(const struct secret *s);

/* Whether the text is the secret; how long that takes tells nothing about it. */
bool secret_is(const struct secret *s, const char *text);

/* Reads a secret from a file: its first line, without the line end. Refuses (ERR_DENIED)
 * a file that group or others can read. */
enum err secret_from_file(struct secret *s, const char *path, struct fault *f);
/* Reads a secret from the environment; ERR_NOT_FOUND when unset or empty. */
enum err secret_from_env(struct secret *s, const char *name, struct fault *f);

/* Replaces every known shape of a secret in `text` by "[secret]", in place: Atza|, Atzr|,
 * Atz.sprdt|, and the query of any URL with a signature. For text that came from outside
 * and may go to a person (Amazon's error details). Returns text. */
char *secret_redact(char *text);

#endif
