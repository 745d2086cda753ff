/* base64: labels arrive as megabytes of it, cut anywhere by the network. */
#define ERR_STATE OPENSSL_ERR_STATE /* OpenSSL has a type of the name of our code */
#include <openssl/evp.h>
#undef ERR_STATE
#include <stdint.h>

#include "base/buf.h"
#include "base/random.h"
#include "check.h"
#include "document/base64.h"

enum { BIG = 1 << 20 };

static struct buf text, bytes;
static struct fault fault;

static void setup(size_t max)
{
    buf_clear(&text);
    buf_clear(&bytes);
    buf_init(&text, 4 * (size_t)BIG);
    buf_init(&bytes, max);
    fault = (struct fault){0};
}

static enum err decode(const char *s, size_t len)
{
    struct base64 b = {0};
    enum err e = base64_take(&b, s, len, &bytes, &fault);
    return e == ERR_OK ? base64_end(&b, &fault) : e;
}

static enum err decode_text(const char *s)
{
    buf_reset(&bytes);
    return decode(s, strlen(s));
}

static void fill(struct random *r, unsigned char *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        data[i] = (unsigned char)random_below(r, 256);
}

static void test_vectors(void)
{
    static const char *const pairs[][2] = {
        {"Zg==", "f"},           {"Zm8=", "fo"},        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"},    {"Zm9vYmE=", "fooba"}, {"Zm9vYmFy", "foobar"},
        {"+/+/", "\xfb\xff\xbf"}};
    setup(BIG);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        CHECK_INT(decode_text(pairs[i][0]), ERR_OK);
        CHECK_STR(buf_str(&bytes), pairs[i][1]);
        buf_reset(&text);
        base64_encode(pairs[i][1], strlen(pairs[i][1]), &text);
        CHECK_STR(buf_str(&text), pairs[i][0]);
    }
}

static void test_openssl_agrees(void)
{
    static unsigned char data[3000], theirs[4096];
    struct random *r = random_new_seeded(7);
    setup(BIG);
    for (size_t len = 1; len < 700; len++) {
        fill(r, data, len);
        int made = EVP_EncodeBlock(theirs, data, (int)len);
        buf_reset(&text);
        base64_encode(data, len, &text);
        CHECK_INT(text.len, made);
        CHECK(memcmp(text.data, theirs, text.len) == 0);

        buf_reset(&bytes);
        CHECK_INT(decode(text.data, text.len), ERR_OK);
        CHECK_INT(bytes.len, len);
        CHECK(EVP_DecodeBlock(theirs, (unsigned char *)text.data, made) >= (int)len);
        CHECK(memcmp(bytes.data, theirs, len) == 0);
        CHECK(memcmp(bytes.data, data, len) == 0);
    }
    random_free(r);
}

/* Line ends at random places, also inside a quantum. */
static void break_lines(struct random *r, struct buf *to, const struct buf *from)
{
    for (size_t i = 0; i < from->len; i++) {
        if (random_below(r, 30) == 0)
            buf_text(to, random_below(r, 2) == 0 ? "\n" : "\r\n");
        buf_char(to, from->data[i]);
    }
    buf_text(to, "\r\n");
}

static void test_any_cut(void)
{
    static unsigned char data[900];
    struct random *r = random_new_seeded(11);
    struct buf broken;
    buf_init(&broken, BIG);
    setup(BIG);
    for (int round = 0; round < 300; round++) {
        size_t len = (size_t)random_below(r, sizeof data) + 1;
        fill(r, data, len);
        buf_reset(&text);
        buf_reset(&broken);
        buf_reset(&bytes);
        base64_encode(data, len, &text);
        break_lines(r, &broken, &text);

        struct base64 b = {0};
        size_t piece = 0;
        for (size_t i = 0; i < broken.len; i += piece) {
            piece = (size_t)random_below(r, 1 + (uint64_t)(round % 3) * 40) + 1;
            piece = piece < broken.len - i ? piece : broken.len - i;
            CHECK_INT(base64_take(&b, broken.data + i, piece, &bytes, &fault), ERR_OK);
        }
        CHECK_INT(base64_end(&b, &fault), ERR_OK);
        CHECK_INT(b.offset, broken.len);
        CHECK_INT(b.bytes, len);
        CHECK_INT(bytes.len, len);
        CHECK(memcmp(bytes.data, data, len) == 0);
    }
    buf_clear(&broken);
    random_free(r);
}

static void check_refused_at(const char *s, size_t len, size_t offset)
{
    char want[64];
    snprintf(want, sizeof want, "base64 character %zu:", offset);
    for (size_t cut = 0; cut <= len; cut += len / 3 + 1) {
        struct base64 b = {0};
        buf_reset(&bytes);
        enum err e = base64_take(&b, s, cut, &bytes, &fault);
        if (e == ERR_OK)
            e = base64_take(&b, s + cut, len - cut, &bytes, &fault);
        CHECK_INT(e, ERR_INPUT);
        CHECK(strncmp(fault.text, want, strlen(want)) == 0);
        CHECK_INT(b.offset, offset);
    }
}

static void test_wrong_character(void)
{
    static unsigned char data[64];
    static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "0123456789+/=\r\n";
    struct random *r = random_new_seeded(13);
    setup(BIG);
    fill(r, data, sizeof data - 1);
    base64_encode(data, 63, &text);
    for (size_t at = 0; at < text.len; at++) {
        char was = text.data[at];
        for (int c = 0; c < 256; c++) {
            if (c != 0 && strchr(good, c) != NULL)
                continue;
            text.data[at] = (char)c;
            check_refused_at(text.data, text.len, at);
        }
        text.data[at] = was;
    }
    random_free(r);
}

static void test_padding(void)
{
    setup(BIG);
    check_refused_at("=AAA", 4, 0);
    check_refused_at("A===", 4, 1);
    check_refused_at("AA==A", 5, 4);
    check_refused_at("AA==AAAA", 8, 4);
    check_refused_at("AA=A", 4, 3);
    check_refused_at("AA===", 5, 4);
    check_refused_at("AAA==", 5, 4);
    check_refused_at("AAAA=", 5, 4);
    check_refused_at("AB==", 4, 2);
    check_refused_at("AAB=", 4, 3);
    check_refused_at("AAAA-_AA", 8, 4);
    check_refused_at("AAAA AAA", 8, 4);
    CHECK_INT(decode_text("AA=\r\n=\n"), ERR_OK);
    CHECK_INT(bytes.len, 1);
}

static void test_incomplete(void)
{
    static const char *const ends[] = {"",    "\r\n", "A",     "AA",
                                       "AAA", "AA=",  "AAAAA", "AAAAAA="};
    setup(BIG);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        CHECK_INT(decode_text(ends[i]), ERR_INPUT);
}

static void test_limit(void)
{
    static unsigned char data[3000];
    for (size_t len = 1; len < sizeof data; len += 37) {
        setup(len);
        base64_encode(data, len, &text);
        CHECK_INT(decode(text.data, text.len), ERR_OK);
        CHECK_INT(bytes.len, len);
        setup(len - 1);
        base64_encode(data, len, &text);
        CHECK_INT(decode(text.data, text.len), ERR_LIMIT);
        CHECK(bytes.len <= len - 1);
    }
}

static void test_encode_limit(void)
{
    struct buf small;
    buf_init(&small, 8);
    base64_encode("sixsix", 6, &small);
    CHECK(buf_ok(&small));
    CHECK_STR(buf_str(&small), "c2l4c2l4");
    base64_encode("x", 1, &small);
    CHECK(!buf_ok(&small));
    buf_clear(&small);
}

TESTS_MAIN({"the vectors of RFC 4648 decode and encode", test_vectors},
           {"OpenSSL and we agree on every length", test_openssl_agrees},
           {"a page of labels may be cut anywhere and broken into lines", test_any_cut},
           {"a wrong character is refused and its place named", test_wrong_character},
           {"padding stands only at the end and hides no bits", test_padding},
           {"a text that ends early or is empty is no document", test_incomplete},
           {"a document never grows past its limit, and one of exactly that size fits",
            test_limit},
           {"encoding keeps to the limit of its buffer", test_encode_limit})
