/* The only source of chance: getrandom(2), or xoshiro256** seeded by splitmix64 for
 * tests. */
#include "base/random.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"

enum { POOL = 256, EXIT_BUG = 70 };

struct random {
    bool seeded;
    uint64_t state[4];        /* seeded */
    unsigned char pool[POOL]; /* system: bytes not yet handed out */
    size_t left;              /* of pool */
};

struct random *random_new_system(void)
{
    return mem_new(sizeof(struct random));
}

static uint64_t splitmix64(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

struct random *random_new_seeded(uint64_t seed)
{
    struct random *r = random_new_system();
    r->seeded = true;
    for (size_t i = 0; i < 4; i++)
        r->state[i] = splitmix64(&seed);
    return r;
}

void random_free(struct random *r)
{
    free(r);
}

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static uint64_t xoshiro(uint64_t s[4])
{
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

static void fill_pool(struct random *r)
{
    ssize_t n;
    do
        n = getrandom(r->pool, POOL, 0); /* up to 256 bytes come whole */
    while (n < 0 && errno == EINTR);
    if (n != POOL) {
        fputs("dray: the system gives no random numbers\n", stderr);
        _Exit(EXIT_BUG);
    }
    r->left = POOL;
}

static uint64_t from_system(struct random *r)
{
    uint64_t n;
    if (r->left < sizeof n)
        fill_pool(r);
    r->left -= sizeof n;
    memcpy(&n, r->pool + r->left, sizeof n);
    return n;
}

uint64_t random_next(struct random *r)
{
    return r->seeded ? xoshiro(r->state) : from_system(r);
}

uint64_t random_below(struct random *r, uint64_t bound)
{
    assert(bound > 0);
    uint64_t uneven = (0 - bound) % bound; /* so many numbers would come too often */
    uint64_t n;
    do
        n = random_next(r);
    while (n < uneven);
    return n % bound;
}

void random_hex(struct random *r, char *out, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        bits = i % 16 == 0 ? random_next(r) : bits >> 4;
        out[i] = digits[bits & 15];
    }
    out[len] = '\0';
}
