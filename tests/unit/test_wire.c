/* Messages between two dray processes: what is packed is read, and nothing else. */
#include "check.h"

#include "base/wire.h"

static void test_round(void)
{
    struct buf b;
    size_t len;
    buf_init(&b, 1000);
    wire_text(&b, "hold");
    wire_add(&b, "a\0b:", 4);
    wire_number(&b, -12);
    wire_text(&b, "");
    struct wire w = wire_read(buf_str(&b), b.len);
    CHECK_STR(wire_next_text(&w), "hold");
    CHECK(memcmp(wire_next(&w, &len), "a\0b:", 4) == 0);
    CHECK_INT(len, 4);
    CHECK_INT(wire_next_number(&w, -20, 20), -12);
    CHECK(!wire_ended(&w));
    CHECK_STR(wire_next_text(&w), "");
    CHECK(wire_ended(&w));
    buf_clear(&b);
}

/* A text in memory of exactly its size, so that a sanitizer sees what is read past it. */
static void refuse(const char *text, size_t len)
{
    size_t got;
    char *copy = malloc(len);
    CHECK(copy != NULL);
    memcpy(copy, text, len);
    struct wire w = wire_read(copy, len);
    CHECK_STR(wire_next(&w, &got), "");
    CHECK_INT(got, 0);
    CHECK(w.broken && !wire_ended(&w));
    free(copy);
}

static void test_broken(void)
{
    static const struct {
        const char *text;
        size_t len;
    } messages[] = {{":", 1},
                    {"4", 1},
                    {"4:abc", 5},
                    {"3:abc", 5},
                    {"2:abc\0", 6},
                    {"999999999:a", 11},
                    {"-1:a\0", 5},
                    {"1234567890:", 11},
                    {"18446744073709551615:a", 22},
                    {" 1:a\0", 5}};
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
        refuse(messages[i].text, messages[i].len);
    struct wire empty = wire_read("", 0);
    CHECK_STR(wire_next_text(&empty), "");
    CHECK(empty.broken);
}

static void test_kinds(void)
{
    struct wire w = wire_read("3:a\0b\0", 6);
    CHECK_STR(wire_next_text(&w), "");
    CHECK(w.broken);
    w = wire_read("2:12\0", 5);
    CHECK_INT(wire_next_number(&w, 0, 11), 0);
    CHECK(w.broken);
    w = wire_read("2:1x\0", 5);
    CHECK_INT(wire_next_number(&w, 0, 11), 0);
    CHECK(w.broken);
    w = wire_read("0:\0", 3);
    CHECK_INT(wire_next_number(&w, 3, 11), 3);
    CHECK(w.broken);
}

TESTS_MAIN({"what is packed is read, any bytes", test_round},
           {"a length that lies is refused without reading past the end", test_broken},
           {"a text holds no NUL, a number is one and in its range", test_kinds})
