/* The rows that name documents: ids that never come twice, and which label is the latest.
 */
#include "store_help.h"

static struct arena arena;

static struct store *begin(void)
{
    arena_clear(&arena);
    return in_memory();
}

static struct paper a_label(struct store *s, int64_t record, const char *package,
                            int content)
{
    struct paper p = {.id = paper_next_id(s),
                      .kind = PAPER_LABEL,
                      .record = record,
                      .account = "acme-us",
                      .name = "PO1",
                      .package = package,
                      .tracking = "1Z1",
                      .ship_method = "UPS_GR ",
                      .said = "ZPL",
                      .is = "PNG",
                      .flaw = "is not what Amazon said",
                      .size = 1234,
                      .received_ms = 77};
    p.path = arena_format(&arena, "2025-11-24/%lld.png", (long long)p.id);
    p.digest.bytes[0] = (unsigned char)content;
    return p;
}

static struct paper only(struct store *s, struct paper_filter filter)
{
    struct paper *list;
    size_t count;
    OK(paper_list(s, &arena, &filter, &list, &count, &fault));
    CHECK_INT(count, 1);
    return list[0];
}

static void test_kept(void)
{
    int64_t replaced = -1;
    struct store *s = begin();
    struct paper p = a_label(s, 3, "BOX1", 1);
    OK(paper_add(s, &p, &replaced, &fault));
    CHECK_INT(replaced, 0);
    struct paper got = only(s, (struct paper_filter){.id = p.id});
    CHECK(got.id == p.id && got.kind == PAPER_LABEL && got.record == 3 && got.latest);
    CHECK(got.size == 1234 && got.received_ms == 77);
    CHECK(memcmp(&got.digest, &p.digest, sizeof got.digest) == 0);
    CHECK_STR(got.account, "acme-us");
    CHECK_STR(got.name, "PO1");
    CHECK_STR(got.package, "BOX1");
    CHECK_STR(got.tracking, "1Z1");
    CHECK_STR(got.ship_method, "UPS_GR ");
    CHECK_STR(got.said, "ZPL");
    CHECK_STR(got.is, "PNG");
    CHECK_STR(got.flaw, "is not what Amazon said");
    CHECK_STR(got.path, p.path);
    store_close(s);
}

static void test_known(void)
{
    bool known = true;
    int64_t replaced;
    struct store *s = begin();
    struct paper p = a_label(s, 3, "BOX1", 1);
    OK(paper_known(s, 3, PAPER_LABEL, "BOX1", &p.digest, &known, &fault));
    CHECK(!known);
    OK(paper_add(s, &p, &replaced, &fault));
    OK(paper_known(s, 3, PAPER_LABEL, "BOX1", &p.digest, &known, &fault));
    CHECK(known);
    OK(paper_known(s, 3, PAPER_LABEL, "BOX2", &p.digest, &known, &fault));
    CHECK(!known);
    OK(paper_known(s, 3, PAPER_SLIP, "BOX1", &p.digest, &known, &fault));
    CHECK(!known);
    OK(paper_known(s, 4, PAPER_LABEL, "BOX1", &p.digest, &known, &fault));
    CHECK(!known);
    struct paper same = a_label(s, 3, "BOX1", 1);
    CHECK_INT(paper_add(s, &same, &replaced, &fault), ERR_CONFLICT);
    CHECK(only(s, (struct paper_filter){0}).latest);
    store_close(s);
}

static void test_replaced(void)
{
    int64_t replaced;
    struct store *s = begin();
    struct paper first = a_label(s, 3, "BOX1", 1), other = a_label(s, 3, "BOX2", 2);
    struct paper second = a_label(s, 3, "BOX1", 3), third = a_label(s, 3, "BOX1", 4);
    OK(paper_add(s, &first, &replaced, &fault));
    OK(paper_add(s, &other, &replaced, &fault));
    CHECK_INT(replaced, 0);
    OK(paper_add(s, &second, &replaced, &fault));
    CHECK_INT(replaced, first.id);
    OK(paper_add(s, &third, &replaced, &fault));
    CHECK_INT(replaced, second.id);
    struct paper *list;
    size_t count;
    OK(paper_list(s, &arena, &(struct paper_filter){.latest = true}, &list, &count,
                  &fault));
    CHECK_INT(count, 2);
    CHECK(list[0].id == third.id && list[1].id == other.id);
    store_close(s);
}

static void test_details(void)
{
    bool changed = true;
    int64_t replaced;
    struct store *s = begin();
    struct paper p = a_label(s, 3, "BOX1", 1);
    OK(paper_add(s, &p, &replaced, &fault));
    OK(paper_set_details(s, 3, PAPER_LABEL, "BOX1", "1Z1", "UPS_GR ", &changed, &fault));
    CHECK(!changed);
    OK(paper_set_details(s, 3, PAPER_LABEL, "BOX1", "1Z2", NULL, &changed, &fault));
    CHECK(changed);
    OK(paper_set_details(s, 3, PAPER_LABEL, "BOX1", NULL, "UPS_2ND", &changed, &fault));
    CHECK(changed);
    OK(paper_set_details(s, 3, PAPER_LABEL, "BOX9", "1Z3", "UPS", &changed, &fault));
    CHECK(!changed);
    struct paper got = only(s, (struct paper_filter){0});
    CHECK_STR(got.tracking, "1Z2");
    CHECK_STR(got.ship_method, "UPS_2ND");
    store_close(s);
}

static void test_ids(void)
{
    int64_t replaced;
    fresh_folder();
    struct store *s = own();
    CHECK_INT(paper_next_id(s), 1);
    struct paper p = a_label(s, 3, "BOX1", 1);
    CHECK_INT(p.id, 2);
    OK(paper_add(s, &p, &replaced, &fault));
    OK(store_commit(s, &fault));
    OK(store_slice_begin(s, &fault));
    struct paper gone = a_label(s, 3, "BOX1", 2);
    OK(paper_add(s, &gone, &replaced, &fault));
    OK(store_slice_undo(s, &fault));
    CHECK(paper_next_id(s) > gone.id);
    store_close(s);
    s = own();
    CHECK_INT(paper_next_id(s), p.id + 1);
    store_close(s);
    fresh_folder();
}

static void test_named(void)
{
    int64_t replaced;
    struct store *s = begin();
    struct paper p = a_label(s, 3, "BOX1", 1);
    CHECK(!paper_named(s, p.path));
    OK(paper_add(s, &p, &replaced, &fault));
    CHECK(paper_named(s, p.path));
    CHECK(!paper_named(s, "2025-11-24/77.png"));
    store_close(s);
}

static void add(struct store *s, enum paper_kind kind, int64_t record,
                const char *account, int64_t received_ms)
{
    int64_t replaced;
    struct paper p = a_label(s, record, "BOX", (int)received_ms);
    p.kind = kind;
    p.account = account;
    p.received_ms = received_ms;
    OK(paper_add(s, &p, &replaced, &fault));
}

static size_t listed(struct store *s, struct paper_filter filter)
{
    struct paper *list;
    size_t count;
    OK(paper_list(s, &arena, &filter, &list, &count, &fault));
    for (size_t i = 1; i < count; i++)
        CHECK(list[i - 1].record < list[i].record ||
              (list[i - 1].record == list[i].record && list[i - 1].kind <= list[i].kind));
    return count;
}

static void test_filters(void)
{
    struct store *s = begin();
    add(s, PAPER_SLIP, 2, "a", 10);
    add(s, PAPER_LABEL, 2, "a", 20);
    add(s, PAPER_LABEL, 1, "b", 30);
    add(s, PAPER_INVOICE, 1, "b", 40);
    for (int i = 0; i < 30; i++)
        add(s, PAPER_LABEL, 9, "c", 50 + i);
    CHECK_INT(listed(s, (struct paper_filter){0}), 34);
    CHECK_INT(listed(s, (struct paper_filter){.limit = 5}), 5);
    CHECK_INT(listed(s, (struct paper_filter){.account = "a"}), 2);
    CHECK_INT(listed(s, (struct paper_filter){.account = "nobody"}), 0);
    CHECK_INT(listed(s, (struct paper_filter){.record = 1}), 2);
    CHECK_INT(listed(s, (struct paper_filter){.record = 1, .kinds = 1 << PAPER_LABEL}),
              1);
    CHECK_INT(
        listed(s, (struct paper_filter){.kinds = 1 << PAPER_SLIP | 1 << PAPER_INVOICE}),
        2);
    CHECK_INT(listed(s, (struct paper_filter){.after_ms = 40}), 31);
    CHECK_INT(listed(s, (struct paper_filter){.latest = true}), 5);
    store_close(s);
}

static void test_void(void)
{
    int64_t replaced, count = 0, id = 0;
    struct store *s = begin();
    struct paper one = a_label(s, 3, "BOX1", 1), two = a_label(s, 3, "BOX2", 2),
                 other = a_label(s, 4, "BOX1", 1);
    OK(paper_add(s, &one, &replaced, &fault));
    OK(paper_add(s, &two, &replaced, &fault));
    OK(paper_add(s, &other, &replaced, &fault));
    OK(paper_void(s, 3, 1u << PAPER_INVOICE, NULL, &count, &fault));
    CHECK_INT(count, 0);
    OK(paper_void(s, 3, 1u << PAPER_LABEL, "BOX1", &count, &fault));
    CHECK_INT(count, 1);
    struct paper got = only(s, (struct paper_filter){.id = one.id});
    CHECK(!got.latest && got.void_ms != 0);
    CHECK(only(s, (struct paper_filter){.record = 3, .latest = true}).id == two.id);
    CHECK(only(s, (struct paper_filter){.record = 4, .latest = true}).id == other.id);
    OK(paper_latest(s, 3, PAPER_LABEL, &id, &fault));
    CHECK_INT(id, two.id);
    OK(paper_void(s, 3, 1u << PAPER_LABEL, NULL, &count, &fault));
    OK(paper_latest(s, 3, PAPER_LABEL, &id, &fault));
    CHECK_INT(id, 0);
    store_close(s);
}

static void test_revived(void)
{
    int64_t replaced, count = 0, id = 0;
    struct store *s = begin();
    struct paper first = a_label(s, 3, "BOX1", 1), second = a_label(s, 3, "BOX1", 2);
    OK(paper_add(s, &first, &replaced, &fault));
    OK(paper_revive(s, &first, &id, &fault));
    CHECK_INT(id, 0); /* it is the latest */
    OK(paper_add(s, &second, &replaced, &fault));
    OK(paper_void(s, 3, 1u << PAPER_LABEL, NULL, &count, &fault));
    first.received_ms = 99;
    OK(paper_revive(s, &first, &id, &fault));
    CHECK_INT(id, first.id);
    struct paper got = only(s, (struct paper_filter){.record = 3, .latest = true});
    CHECK(got.id == first.id && got.void_ms == 0 && got.received_ms == 99);
    OK(paper_revive(s, &second, &id, &fault));
    CHECK(only(s, (struct paper_filter){.record = 3, .latest = true}).id == second.id);
    store_close(s);
}

static void test_names(void)
{
    CHECK_STR(paper_kind_name(PAPER_LABEL), "label");
    CHECK_STR(paper_kind_name(PAPER_SLIP), "slip");
    CHECK_STR(paper_kind_name(PAPER_INVOICE), "invoice");
}

static void test_clean_up(void)
{
    arena_clear(&arena);
    clock_free(a_clock);
}

TESTS_MAIN({"what is void is no longer the latest, of one package or of all", test_void},
           {"the same document once more is valid again", test_revived},
           {"a document's row is kept as it is given, ship methods byte for byte",
            test_kept},
           {"the same bytes for the same box are stored once", test_known},
           {"a label that Amazon replaced is no longer the latest of its box",
            test_replaced},
           {"a corrected tracking number changes the row once", test_details},
           {"no document's id is given twice, also after undo and restart", test_ids},
           {"a file that a row names is not swept", test_named},
           {"documents are listed by order, kind and box", test_filters},
           {"kinds have names", test_names}, {"nothing is left behind", test_clean_up})
