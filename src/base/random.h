/* The only source of chance (law 1): the system's, or a seeded one for tests. */
#ifndef DRAY_BASE_RANDOM_H
#define DRAY_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random;

struct random *random_new_system(void);          /* getrandom(2) */
struct random *random_new_seeded(uint64_t seed); /* same seed, same numbers, everywhere */
void random_free(struct random *r);

uint64_t random_next(struct random *r);
/* 0 <= result < bound, without bias; bound > 0. */
uint64_t random_below(struct random *r, uint64_t bound);
/* `len` lower-case hex digits and a NUL. */
void random_hex(struct random *r, char *out, size_t len);

#endif
