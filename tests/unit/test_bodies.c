/* The bodies of orders that were read lately. */
#include "workflow/bodies.h"

#include <string.h>

#include "check.h"

static struct fault fault;

static struct digest digest_of_text(const char *text)
{
    struct digest d;
    digest_of(text, strlen(text), &d);
    return d;
}

static struct body *read_text(struct bodies *b, int64_t record, const char *text)
{
    const struct digest d = digest_of_text(text);
    return bodies_read(b, record, &d, text, strlen(text), &fault);
}

static struct body *find_text(struct bodies *b, int64_t record, const char *text)
{
    const struct digest d = digest_of_text(text);
    return bodies_find(b, record, &d);
}

static const char *po_of(const struct body *body)
{
    return json_get_str(body->root, "po", "");
}

static void test_found_again(void)
{
    struct bodies *b = bodies_new();
    CHECK(find_text(b, 7, "{\"po\":\"A\"}") == NULL);
    struct body *first = read_text(b, 7, "{\"po\":\"A\"}");
    CHECK_STR(po_of(first), "A");
    struct body *again = find_text(b, 7, "{\"po\":\"A\"}");
    CHECK(again == first);
    CHECK(find_text(b, 8, "{\"po\":\"A\"}") == NULL);
    body_release(first);
    body_release(again);
    body_release(NULL);
    bodies_free(b);
}

static void test_changed(void)
{
    struct bodies *b = bodies_new();
    body_release(read_text(b, 7, "{\"po\":\"A\"}"));
    CHECK(find_text(b, 7, "{\"po\":\"B\"}") == NULL);
    body_release(read_text(b, 7, "{\"po\":\"B\"}"));
    CHECK(find_text(b, 7, "{\"po\":\"A\"}") == NULL);
    bodies_free(b);
}

/* Many others come meanwhile, and the place is taken. */
static void test_in_use(void)
{
    struct bodies *b = bodies_new();
    struct body *mine = read_text(b, 1, "{\"po\":\"MINE\"}");
    for (int64_t record = 2; record < 1000; record++)
        body_release(read_text(b, record, "{\"po\":\"OTHER\"}"));
    CHECK(find_text(b, 1, "{\"po\":\"MINE\"}") == NULL);
    CHECK_STR(po_of(mine), "MINE");
    body_release(mine);
    bodies_free(b);
}

static void test_no_json(void)
{
    struct bodies *b = bodies_new();
    CHECK(read_text(b, 7, "{\"po\":") == NULL);
    CHECK_INT(fault.code, ERR_INPUT);
    CHECK(find_text(b, 7, "{\"po\":") == NULL);
    bodies_free(b);
}

TESTS_MAIN({"a body that was read is found again, by its record", test_found_again},
           {"a body that was changed since is not", test_changed},
           {"a body in use stays while others take its place", test_in_use},
           {"a text that is no JSON is not kept", test_no_json})
