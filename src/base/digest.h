/* SHA-256, by OpenSSL: what was stored, whether it changed, and the chain of the log. */
#ifndef DRAY_BASE_DIGEST_H
#define DRAY_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

enum { DIGEST_SIZE = 32, DIGEST_HEX = 64 };

struct digest {
    unsigned char bytes[DIGEST_SIZE];
};

/* A digest that grows with its input. */
struct digester;
struct digester *digester_new(void);
void digester_free(struct digester *d);
void digester_start(struct digester *d); /* begins anew */
void digester_add(struct digester *d, const void *data, size_t len);
void digester_end(struct digester *d, struct digest *out);

void digest_of(const void *data, size_t len, struct digest *out);
/* Lower-case hex with a NUL. */
void digest_hex(const struct digest *d, char out[DIGEST_HEX + 1]);
/* Back again; false when it is not such a text. */
bool digest_from_hex(const char *text, struct digest *out);

#endif
