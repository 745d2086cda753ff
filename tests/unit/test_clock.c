/* The doors to time and chance, digests, and suggestions. */
#include "check.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/random.h"
#include "base/suggest.h"

static void virtual_time(void)
{
    struct clock *c = clock_new_virtual(1000000);
    CHECK(clock_is_virtual(c));
    CHECK_INT(clock_wall_ms(c), 1000000);
    CHECK_INT(clock_mono_ms(c), 0);
    clock_advance_to(c, 2500);
    CHECK_INT(clock_wall_ms(c), 1002500);
    CHECK_INT(clock_mono_ms(c), 2500);
    CHECK_INT(clock_mono_us(c), 2500000);
    clock_advance_to(c, 2000); /* never back */
    CHECK_INT(clock_mono_ms(c), 2500);
    clock_jump(c, -3600000);
    CHECK_INT(clock_wall_ms(c), 1002500 - 3600000);
    CHECK_INT(clock_mono_ms(c), 2500);
    clock_free(c);
}

static void real_time(void)
{
    struct clock *c = clock_new_real();
    CHECK(!clock_is_virtual(c));
    CHECK(clock_wall_ms(c) > 1700000000000);
    int64_t before = clock_mono_us(c), before_ms = clock_mono_ms(c);
    CHECK(clock_mono_us(c) >= before);
    CHECK(before_ms >= before / 1000 && before_ms - before / 1000 < 10000);
    clock_free(c);
}

/* The first numbers of xoshiro256** after splitmix64(0), by the authors' own C code. */
static void seeded_chance(void)
{
    struct random *r = random_new_seeded(0), *same = random_new_seeded(42);
    struct random *other = random_new_seeded(42);
    CHECK(random_next(r) == 0x99EC5F36CB75F2B4u);
    CHECK(random_next(r) == 0xBF6E1F784956452Au);
    CHECK(random_next(r) == 0x1A5F849D4933E6E0u);
    for (int i = 0; i < 100; i++)
        CHECK(random_next(same) == random_next(other));
    random_free(r);
    random_free(same);
    random_free(other);
}

static void chance_is_even(void)
{
    struct random *r = random_new_seeded(5);
    int counts[7] = {0};
    for (int i = 0; i < 70000; i++)
        counts[random_below(r, 7)]++;
    for (int i = 0; i < 7; i++)
        CHECK(counts[i] > 9500 && counts[i] < 10500);
    int low = 0; /* of three quarters of all numbers one third is in the lowest quarter */
    for (int i = 0; i < 30000; i++)
        low += random_below(r, 3ull << 62) < 1ull << 62;
    CHECK(low > 9500 && low < 10500);
    CHECK_INT(random_below(r, 1), 0);
    for (int i = 0; i < 1000; i++)
        CHECK(random_below(r, (1ull << 63) + 1) <= 1ull << 63);
    random_free(r);
}

static void system_chance(void)
{
    struct random *r = random_new_system();
    char one[34], two[34];
    random_hex(r, one, 33);
    random_hex(r, two, 33);
    CHECK_INT(strlen(one), 33);
    CHECK_INT(strspn(one, "0123456789abcdef"), 33);
    CHECK(strcmp(one, two) != 0);
    for (int i = 0; i < 1000; i++)
        CHECK(random_below(r, 10) < 10);
    random_free(r);
}

static void digests(void)
{
    struct digest whole, parts;
    char hex[DIGEST_HEX + 1];
    digest_of("abc", 3, &whole);
    digest_hex(&whole, hex);
    CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    struct digester *d = digester_new();
    digester_add(d, "ab", 2);
    digester_add(d, "", 0);
    digester_add(d, "c", 1);
    digester_end(d, &parts);
    CHECK(memcmp(&whole, &parts, sizeof whole) == 0);
    digester_start(d);
    digester_end(d, &parts);
    digest_hex(&parts, hex);
    CHECK_STR(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    digester_free(d);
}

static void suggestions(void)
{
    static const char *const words[] = {
        "order.new", "order.accepted", "order.shipped", "label.ready", "run", "rules",
        "on"};
    const size_t count = sizeof words / sizeof words[0];
    CHECK_STR(suggest("order.acepted", words, count), "order.accepted");
    CHECK_STR(suggest("order.shiped", words, count), "order.shipped");
    CHECK_STR(suggest("label.raedy", words, count), "label.ready");
    CHECK_STR(suggest("rnu", words, count), "run");
    CHECK_STR(suggest("rule", words, count), "rules");
    CHECK_STR(suggest("run", words, count), "run");
    CHECK(suggest("warehouse", words, count) == NULL);
    CHECK(suggest("", words, count) == NULL);
    CHECK(suggest("run", words, 0) == NULL);
    char huge[5000];
    memset(huge, 'r', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    CHECK(suggest(huge, words, count) == NULL);
}

TESTS_MAIN({"a virtual clock moves when told, and only forward", virtual_time},
           {"the real clock gives both times", real_time},
           {"the same seed gives the same numbers everywhere", seeded_chance},
           {"numbers below a bound come evenly", chance_is_even},
           {"the system's chance differs each time", system_chance},
           {"SHA-256, whole and in parts", digests},
           {"a mistyped word finds the one that was meant", suggestions})
