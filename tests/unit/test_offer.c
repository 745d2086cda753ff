/* Shipping options: the last ones of a package, until they are void. */
#include "store/offer.h"

#include "store_help.h"

static struct arena arena;

static void put(struct store *s, int64_t record, const char *package, const char *body)
{
    OK(offer_put(s, record, package, body, strlen(body), &fault));
}

static void test_kept(void)
{
    struct offer o;
    struct store *s = in_memory();
    CHECK(offer_get(s, &arena, 1, "P1", &o, &fault) == ERR_NOT_FOUND);
    put(s, 1, "P1", "{\"a\":1}");
    put(s, 1, "P1", "{\"a\":2}");
    put(s, 2, "P1", "{}");
    OK(offer_get(s, &arena, 1, "P1", &o, &fault));
    CHECK_STR(o.body, "{\"a\":2}");
    CHECK_INT(o.body_len, 7);
    store_close(s);
}

static void test_dropped(void)
{
    struct offer o;
    int64_t count = 0;
    struct store *s = in_memory();
    put(s, 1, "P1", "{}");
    put(s, 1, "P2", "{}");
    put(s, 2, "P1", "{}");
    OK(offer_drop(s, 1, "P2", &count, &fault));
    CHECK_INT(count, 1);
    OK(offer_get(s, &arena, 1, "P1", &o, &fault));
    OK(offer_drop(s, 1, NULL, &count, &fault));
    CHECK_INT(count, 1);
    CHECK(offer_get(s, &arena, 1, "P1", &o, &fault) == ERR_NOT_FOUND);
    OK(offer_get(s, &arena, 2, "P1", &o, &fault));
    store_close(s);
}

static void test_clean_up(void)
{
    arena_clear(&arena);
}

TESTS_MAIN({"the last options of a package are kept", test_kept},
           {"void ones are gone, of one package or of a shipment", test_dropped},
           {"the arena is given back", test_clean_up})
