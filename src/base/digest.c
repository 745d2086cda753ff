/* SHA-256, by OpenSSL. A library without SHA-256 is no library for dray: the process
 * ends. */
#include "base/digest.h"

#include <string.h>

#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include "base/mem.h"

struct digester {
    EVP_MD_CTX *context;
};

enum { EXIT_BUG = 70 };

static void must(int ok)
{
    if (ok == 1)
        return;
    fputs("dray: OpenSSL cannot compute SHA-256\n", stderr);
    _Exit(EXIT_BUG);
}

struct digester *digester_new(void)
{
    struct digester *d = mem_new(sizeof *d);
    d->context = EVP_MD_CTX_new();
    must(d->context != NULL);
    must(EVP_DigestInit_ex(d->context, EVP_sha256(), NULL));
    return d;
}

void digester_free(struct digester *d)
{
    if (d != NULL)
        EVP_MD_CTX_free(d->context);
    free(d);
}

/* Without a name it is the algorithm that was looked for once. */
void digester_start(struct digester *d)
{
    must(EVP_DigestInit_ex(d->context, NULL, NULL));
}

void digester_add(struct digester *d, const void *data, size_t len)
{
    must(EVP_DigestUpdate(d->context, data, len));
}

void digester_end(struct digester *d, struct digest *out)
{
    must(EVP_DigestFinal_ex(d->context, out->bytes, NULL));
}

void digest_of(const void *data, size_t len, struct digest *out)
{
    must(EVP_Digest(data, len, out->bytes, NULL, EVP_sha256(), NULL));
}

void digest_hex(const struct digest *d, char out[DIGEST_HEX + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        out[2 * i] = digits[d->bytes[i] >> 4];
        out[2 * i + 1] = digits[d->bytes[i] & 15];
    }
    out[DIGEST_HEX] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool digest_from_hex(const char *text, struct digest *out)
{
    if (strlen(text) != DIGEST_HEX)
        return false;
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        const int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out->bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}
