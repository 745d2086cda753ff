/* The reader, the tree and the writer of JSON. */
#include <stdlib.h>

#include "check.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"

/* A document with its length, since some hold zero bytes. */
struct doc {
    const char *text;
    size_t len;
};
#define DOC(literal)                                                                     \
    {                                                                                    \
        literal, sizeof(literal) - 1                                                     \
    }

static const struct doc VALID[] = {
    DOC("[[]   ]"),
    DOC("[\"\"]"),
    DOC("[]"),
    DOC("[\"a\"]"),
    DOC("[false]"),
    DOC("[null, 1, \"1\", {}]"),
    DOC("[null]"),
    DOC("[1\n]"),
    DOC(" [1]"),
    DOC("[1,null,null,null,2]"),
    DOC("[2] "),
    DOC("[123e65]"),
    DOC("[0e+1]"),
    DOC("[0e1]"),
    DOC("[ 4]"),
    DOC("[-0.000000000000000000000000000000000000000000000000000001]"),
    DOC("[20e1]"),
    DOC("[-0]"),
    DOC("[-123]"),
    DOC("[-1]"),
    DOC("[1E22]"),
    DOC("[1E-2]"),
    DOC("[1E+2]"),
    DOC("[123e45]"),
    DOC("[123.456e78]"),
    DOC("[1e-2]"),
    DOC("[123.456789]"),
    DOC("{\"asd\":\"sdf\", \"dfg\":\"fgh\"}"),
    DOC("{\"asd\":\"sdf\"}"),
    DOC("{}"),
    DOC("{\"\":0}"),
    DOC("{ \"min\": -1.0e+28, \"max\": 1.0e+28 }"),
    DOC("{\"x\":[{\"id\": \"xxxx\"}], \"id\": \"xxxx\"}"),
    DOC("{\"a\":[]}"),
    DOC("{\"title\":\"\\u041f\\u043e\\u043b\\u0442\\u043e\\u0440\\u0430\" }"),
    DOC("{\n\"a\": \"b\"\n}"),
    DOC("[\"\\u0060\\u012a\\u12AB\"]"),
    DOC("[\"\\uD801\\udc37\"]"),
    DOC("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
    DOC("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
    DOC("[\"\\\\u0000\"]"),
    DOC("[\"\\\"\"]"),
    DOC("[\"a/*b*/c/*d//e\"]"),
    DOC("[\"\\\\a\"]"),
    DOC("[\"\\\\n\"]"),
    DOC("[\"\\u0012\"]"),
    DOC("[\"\\uFFFF\"]"),
    DOC("[ \"asd\"]"),
    DOC("[\"\xF4\x8F\xBF\xBF\"]"),
    DOC("[\"\xEF\xBF\xBF\"]"),
    DOC("[\"\\u0000\"]"),
    DOC("[\"\xE2\x80\xA8\xE2\x80\xA9\"]"),
    DOC("\" \""),
    DOC("[\"\\uD834\\uDd1e\"]"),
    DOC("[\"\\u0821\"]"),
    DOC("[\"\xE2\x8D\x82\xE3\x88\xB4\xE2\x8D\x82\"]"),
    DOC("[\"\x7f\"]"),
    DOC("[\"\\u00A9\xC2\xA9\xED\x9F\xBF\xEE\x80\x80\"]"),
    DOC("false"),
    DOC("42"),
    DOC("-0.1"),
    DOC("null"),
    DOC("\"asd\""),
    DOC("true"),
    DOC("\"\""),
    DOC("[\"a\"]\n"),
    DOC("\t\r\n [] \t\r\n"),
    DOC("[0,-0,0.0,0.5,9223372036854775807,-9223372036854775808,9223372036854775808]"),
};

static const struct doc INVALID[] = {
    DOC(""),
    DOC(" "),
    DOC("[1 true]"),
    DOC("[a\xe5]"),
    DOC("[\"\": 1]"),
    DOC("[\"\"],"),
    DOC("[,1]"),
    DOC("[1,,2]"),
    DOC("[\"x\",,]"),
    DOC("[\"x\"]]"),
    DOC("[\"\",]"),
    DOC("[\"x\""),
    DOC("[x"),
    DOC("[3[4]]"),
    DOC("[\xff]"),
    DOC("[1:2]"),
    DOC("[,]"),
    DOC("[-]"),
    DOC("[   , \"\"]"),
    DOC("[\"a\",\n4\n,1,"),
    DOC("[1,]"),
    DOC("[\"\va\"\\f]"),
    DOC("[*]"),
    DOC("[\"\""),
    DOC("[1,"),
    DOC("[{}"),
    DOC("[fals]"),
    DOC("[nul]"),
    DOC("[tru]"),
    DOC("[truee]"),
    DOC("[++1234]"),
    DOC("[+1]"),
    DOC("[+Inf]"),
    DOC("[-01]"),
    DOC("[-1.0.]"),
    DOC("[-2.]"),
    DOC("[-NaN]"),
    DOC("[.-1]"),
    DOC("[.2e-3]"),
    DOC("[0.1.2]"),
    DOC("[0.3e+]"),
    DOC("[0.3e]"),
    DOC("[0.e1]"),
    DOC("[0E+]"),
    DOC("[0E]"),
    DOC("[1.0e+]"),
    DOC("[1.0e-]"),
    DOC("[1.0e]"),
    DOC("[1 000.0]"),
    DOC("[1eE2]"),
    DOC("[2.e+3]"),
    DOC("[2.e3]"),
    DOC("[9.e+]"),
    DOC("[Inf]"),
    DOC("[NaN]"),
    DOC("[1+2]"),
    DOC("[0x1]"),
    DOC("[0x42]"),
    DOC("[Infinity]"),
    DOC("[1e1\xe5]"),
    DOC("[- 1]"),
    DOC("[-012]"),
    DOC("[-.123]"),
    DOC("[1ea]"),
    DOC("[1.]"),
    DOC("[.123]"),
    DOC("[1.2a-3]"),
    DOC("[1.8011670033376514H-308]"),
    DOC("[012]"),
    DOC("[\"x\", truth]"),
    DOC("{[: \"x\"}\n"),
    DOC("{\"x\", null}"),
    DOC("{\"x\"::\"b\"}"),
    DOC("{\"a\":\"a\" 123}"),
    DOC("{key: 'value'}"),
    DOC("{\"\xb9\":\"0\",}"),
    DOC("{\"a\" b}"),
    DOC("{:\"b\"}"),
    DOC("{\"a\" \"b\"}"),
    DOC("{\"a\":"),
    DOC("{\"a\""),
    DOC("{1:1}"),
    DOC("{9999E9999:1}"),
    DOC("{null:null,null:null}"),
    DOC("{\"id\":0,,,,,}"),
    DOC("{'a':0}"),
    DOC("{\"id\":0,}"),
    DOC("{\"a\":\"b\"}/**/"),
    DOC("{\"a\":\"b\"}#"),
    DOC("{\"a\":\"b\",,\"c\":\"d\"}"),
    DOC("{a: \"b\"}"),
    DOC("{\"a\":\"a"),
    DOC("{ \"foo\" : \"bar\", \"a\" }"),
    DOC("{\"a\":\"b\"}#{}"),
    DOC("{\"a\":1,\"a\":2}"),
    DOC("{\"a\":1,\"\\u0061\":2}"),
    DOC("[\"\\uD800\\\"]"),
    DOC("[\"\\uD800\\u\"]"),
    DOC("[\"\\uD800\\u1\"]"),
    DOC("[\"\\uD800\\u1x\"]"),
    DOC("[\"\\uD800\"]"),
    DOC("[\"\\uD800\\uD800\"]"),
    DOC("[\"\\uDC00\"]"),
    DOC("[\"\\uD800\\u0041\"]"),
    DOC("[\"\\uD800abc\"]"),
    DOC("[\xc3\xa9]"),
    DOC("[\"\\x00\"]"),
    DOC("[\"\\\\\\\"]"),
    DOC("[\"\\\t\"]"),
    DOC("[\"\\\xF0\x9F\x8C\x80\"]"),
    DOC("[\"\\\"]"),
    DOC("[\"\\u00A\"]"),
    DOC("[\"\\uD834\\uDd\"]"),
    DOC("[\"\\uD800\\uD800\\x\"]"),
    DOC("[\"\\a\"]"),
    DOC("[\"\\uqqqq\"]"),
    DOC("[\"\\\xe5\"]"),
    DOC("[\\u0020\"asd\"]"),
    DOC("[\\n]"),
    DOC("\""),
    DOC("['single quote']"),
    DOC("abc"),
    DOC("[\"\\"),
    DOC("[\"a\0a\"]"),
    DOC("[\"new\nline\"]"),
    DOC("[\"\t\"]"),
    DOC("[\"\x1f\"]"),
    DOC("\"\\UA66D\""),
    DOC("\"\"x"),
    DOC("[\xe2\x81\xa0]"),
    DOC("\xef\xbb\xbf{}"),
    DOC("<.>"),
    DOC("[<null>]"),
    DOC("[1]x"),
    DOC("[1]]"),
    DOC("[\"asd]"),
    DOC("[True]"),
    DOC("1]"),
    DOC("{\"x\": true,"),
    DOC("[][]"),
    DOC("]"),
    DOC("{]"),
    DOC("[}"),
    DOC("{}}"),
    DOC("\xe5"),
    DOC("["),
    DOC("{"),
    DOC("[\0]"),
    DOC("1 2"),
    DOC("[\xc2\xa0]"),
    DOC("[\f]"),
    DOC("\xC3\xA5"),
    DOC("[\"\xC0\xAF\"]"),
    DOC("[\"\xC1\xBF\"]"),
    DOC("[\"\xE0\x80\xAF\"]"),
    DOC("[\"\xED\xA0\x80\"]"),
    DOC("[\"\xF0\x80\x80\xAF\"]"),
    DOC("[\"\xF4\x90\x80\x80\"]"),
    DOC("[\"\xF8\x88\x80\x80\x80\"]"),
    DOC("[\"\x80\"]"),
    DOC("[\"\xE2\x82\"]"),
    DOC("[\"\xE2\x82\x41\"]"),
    DOC("[\"\xC3\""),
    DOC("-"),
    DOC("1e"),
};

enum { VALID_COUNT = sizeof VALID / sizeof VALID[0] };
enum { INVALID_COUNT = sizeof INVALID / sizeof INVALID[0] };

static struct json *parse(struct arena *a, const char *text)
{
    struct fault f = {0};
    struct json *value = json_parse(a, text, strlen(text), &f);
    if (value == NULL)
        printf("  %s: %s\n", text, f.text);
    CHECK(value != NULL);
    return value;
}

/* ---- the reader, by a transcript of its events ---- */

/* Notes events as text; parts of one string run together, however they were cut. */
static enum err note(void *arg, enum json_event event, const char *text, size_t len,
                     struct fault *f)
{
    struct buf *out = arg;
    (void)f;
    if (event != JSON_EV_PART)
        buf_char(out, "{}[]k_snTFN"[event]);
    buf_add(out, text, len);
    return ERR_OK;
}

/* Feeds a document in pieces that end at the bytes `cut` and `cut_2`. */
static enum err transcript(const char *text, size_t len, size_t cut, size_t cut_2,
                           struct buf *out, struct fault *f)
{
    struct json_reader *r = json_reader_new(note, out);
    enum err e = json_reader_feed(r, text, cut, f);
    if (e == ERR_OK)
        e = json_reader_feed(r, text + cut, cut_2 - cut, f);
    if (e == ERR_OK)
        e = json_reader_feed(r, text + cut_2, len - cut_2, f);
    if (e == ERR_OK)
        e = json_reader_end(r, f);
    if (e == ERR_OK)
        CHECK_INT(json_reader_offset(r), len);
    json_reader_free(r);
    return e;
}

/* Checks that every way to cut a document in three gives the same events and the same
 * error. */
static void check_cuts(const char *text, size_t len)
{
    struct buf whole, cut;
    buf_init(&whole, 1 << 20);
    buf_init(&cut, 1 << 20);
    struct fault want = {0}, got = {0};
    enum err e = transcript(text, len, len, len, &whole, &want);
    for (size_t i = 0; i <= len; i++) {
        for (size_t j = i; j <= len && (j <= i + 2 || len < 24); j++) {
            buf_reset(&cut);
            CHECK_INT(transcript(text, len, i, j, &cut, &got), e);
            CHECK_STR(got.text, want.text);
            if (e == ERR_OK) {
                CHECK_INT(cut.len, whole.len);
                CHECK(memcmp(buf_str(&cut), buf_str(&whole), whole.len) == 0);
            }
        }
    }
    buf_clear(&whole);
    buf_clear(&cut);
}

static void valid_documents(void)
{
    struct arena a;
    struct fault f = {0};
    arena_init(&a);
    for (size_t i = 0; i < VALID_COUNT; i++) {
        if (json_parse(&a, VALID[i].text, VALID[i].len, &f) == NULL)
            printf("  %s: %s\n", VALID[i].text, f.text);
        CHECK(json_parse(&a, VALID[i].text, VALID[i].len, &f) != NULL);
        arena_reset(&a);
    }
    arena_clear(&a);
}

static void invalid_documents(void)
{
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < INVALID_COUNT; i++) {
        struct fault f = {0};
        if (json_parse(&a, INVALID[i].text, INVALID[i].len, &f) != NULL)
            printf("  %s was taken\n", INVALID[i].text);
        CHECK(json_parse(&a, INVALID[i].text, INVALID[i].len, &f) == NULL);
        CHECK_INT(f.code, ERR_INPUT);
        CHECK(f.text[0] != '\0');
        arena_reset(&a);
    }
    arena_clear(&a);
}

static void cuts_do_not_matter(void)
{
    for (size_t i = 0; i < VALID_COUNT; i++)
        check_cuts(VALID[i].text, VALID[i].len);
    for (size_t i = 0; i < INVALID_COUNT; i++)
        check_cuts(INVALID[i].text, INVALID[i].len);
}

static const char *error_of(const char *text)
{
    static struct fault f;
    struct arena a;
    arena_init(&a);
    f = (struct fault){0};
    json_parse(&a, text, strlen(text), &f);
    arena_clear(&a);
    return f.text;
}

static void errors_say_where(void)
{
    CHECK_STR(error_of("<html>"), "byte 1: expected a value, got '<'");
    CHECK_STR(error_of("{\"a\":1,}"), "byte 8: expected a key, got '}'");
    CHECK_STR(error_of("[1 2]"), "byte 4: expected ',' or ']', got '2'");
    CHECK_STR(error_of("{\"a\":1} {"), "byte 9: expected nothing more, got '{'");
    CHECK_STR(error_of("[\"\n"), "byte 3: control character 0x0A in a string");
    CHECK_STR(error_of("[\"\xff\"]"), "byte 3: broken UTF-8 in a string, got byte 0xFF");
    CHECK_STR(error_of("[\"abc"), "ends after byte 5 inside a string");
    CHECK_STR(error_of("{\"ab"), "ends after byte 4 inside a key");
    CHECK_STR(error_of("[tr"), "ends after byte 3 inside a word");
    CHECK_STR(error_of("{\"a\":1"), "ends after byte 6 inside a number");
    CHECK_STR(error_of("{\"a\":[]"), "ends after byte 7 inside an object");
    CHECK_STR(error_of(""), "ends after byte 0 before a value");
}

static void limits_hold(void)
{
    char text[JSON_KEY_MAX + 100];
    struct buf out;
    struct fault f = {0};
    buf_init(&out, 1 << 20);
    memset(text, '[', sizeof text);
    CHECK_INT(transcript(text, JSON_DEPTH_MAX + 1, 7, 7, &out, &f), ERR_LIMIT);
    CHECK_STR(f.text, "byte 65: deeper than 64 levels");
    memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    CHECK_INT(transcript(text, 2 * JSON_DEPTH_MAX, 7, 7, &out, &f), ERR_OK);

    memset(text, 'k', sizeof text);
    memcpy(text, "{\"", 2);
    memcpy(text + 2 + JSON_KEY_MAX, "\":1}", 4);
    CHECK_INT(transcript(text, JSON_KEY_MAX + 6, 50, 60, &out, &f), ERR_OK);
    memcpy(text + 2 + JSON_KEY_MAX, "k\":1}", 5);
    CHECK_INT(transcript(text, JSON_KEY_MAX + 7, 50, 60, &out, &f), ERR_LIMIT);

    memset(text, '1', sizeof text);
    CHECK_INT(transcript(text, JSON_NUMBER_MAX, 5, 5, &out, &f), ERR_OK);
    CHECK_INT(transcript(text, JSON_NUMBER_MAX + 1, 5, 5, &out, &f), ERR_LIMIT);
    buf_clear(&out);
}

/* Refuses every number, and remembers where. */
struct refusal {
    struct json_reader *reader;
    size_t offset;
};

static enum err refuse_numbers(void *arg, enum json_event event, const char *text,
                               size_t len, struct fault *f)
{
    struct refusal *refusal = arg;
    (void)len;
    if (event != JSON_EV_NUMBER)
        return ERR_OK;
    refusal->offset = json_reader_offset(refusal->reader);
    return fault_set(f, ERR_CONFLICT, "no %s here", text);
}

static void listener_can_stop(void)
{
    struct refusal refusal = {0};
    struct fault f = {0};
    refusal.reader = json_reader_new(refuse_numbers, &refusal);
    CHECK_INT(json_reader_feed(refusal.reader, "[ 12 , ", 7, &f), ERR_CONFLICT);
    CHECK_STR(f.text, "no 12 here");
    CHECK_INT(refusal.offset, 4);
    CHECK_INT(json_reader_feed(refusal.reader, "]", 1, NULL), ERR_CONFLICT);
    CHECK_INT(json_reader_end(refusal.reader, NULL), ERR_CONFLICT);
    json_reader_free(refusal.reader);
}

static enum err count_bytes(void *arg, enum json_event event, const char *text,
                            size_t len, struct fault *f)
{
    size_t *sum = arg;
    (void)text;
    (void)f;
    if (event == JSON_EV_PART)
        *sum += len;
    return ERR_OK;
}

static void long_strings_stream(void)
{
    enum { PIECE = 1000, PIECES = 5000 };
    char piece[PIECE];
    size_t sum = 0;
    struct json_reader *r = json_reader_new(count_bytes, &sum);
    memset(piece, 'Q', sizeof piece);
    CHECK_INT(json_reader_feed(r, "{\"label\":\"", 10, NULL), ERR_OK);
    for (size_t i = 0; i < PIECES; i++)
        CHECK_INT(json_reader_feed(r, piece, PIECE, NULL), ERR_OK);
    CHECK_INT(json_reader_feed(r, "\"}", 2, NULL), ERR_OK);
    CHECK_INT(json_reader_end(r, NULL), ERR_OK);
    CHECK_INT(sum, (size_t)PIECE * PIECES);
    json_reader_free(r);
}

/* Each byte value at each place of a word must be seen by the scan that reads whole
 * words. */
static void fast_path_sees_every_byte(void)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        for (size_t at = 0; at < 40; at++) {
            char text[42];
            memset(text, byte % 2 == 0 ? ' ' : '\x7f', sizeof text);
            text[0] = text[41] = '"';
            text[1 + at] = (char)byte;
            struct buf out;
            buf_init(&out, 1000);
            enum err e = transcript(text, sizeof text, 0, 0, &out, NULL);
            CHECK((e == ERR_OK) ==
                  (byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\'));
            buf_clear(&out);
        }
    }
}

/* ---- the tree ---- */

static void numbers_keep_their_kind(void)
{
    struct arena a;
    int64_t n;
    arena_init(&a);
    CHECK(json_int(parse(&a, "9223372036854775807"), &n) && n == INT64_MAX);
    CHECK(json_int(parse(&a, "-9223372036854775808"), &n) && n == INT64_MIN);
    CHECK(json_int(parse(&a, "0"), &n) && n == 0);
    CHECK(json_int(parse(&a, "-10"), &n) && n == -10);
    const char *const decimals[] = {"9223372036854775808",
                                    "-9223372036854775809",
                                    "-0",
                                    "1.0",
                                    "1e3",
                                    "1.50",
                                    "1e400"};
    for (size_t i = 0; i < sizeof decimals / sizeof decimals[0]; i++) {
        struct json *value = parse(&a, decimals[i]);
        CHECK_INT(value->type, JSON_DECIMAL);
        CHECK_STR(value->text, decimals[i]);
    }
    arena_clear(&a);
}

static void reading_a_tree(void)
{
    struct arena a;
    arena_init(&a);
    struct json *order =
        parse(&a, "{\"purchaseOrderNumber\":\"DF1\",\"isGift\":true,\"lines\":[1,2],"
                  "\"shipTo\":{\"address\":{\"city\":\"Ulm\"}},\"zero\":\"a\\u0000b\"}");
    CHECK_STR(json_get_str(order, "purchaseOrderNumber", "?"), "DF1");
    CHECK_STR(json_get_str(order, "isGift", "?"), "?");
    CHECK_STR(json_str(json_path(order, "shipTo.address.city")), "Ulm");
    CHECK(json_path(order, "shipTo.address.street") == NULL);
    CHECK(json_path(order, "purchaseOrderNumber.x") == NULL);
    CHECK(json_get(order, "ship") == NULL);
    CHECK(json_get_bool(order, "isGift", false));
    CHECK(json_get_bool(order, "absent", true));
    CHECK(json_get(NULL, "a") == NULL && json_path(NULL, "a.b") == NULL);
    CHECK(json_str(NULL) == NULL && !json_int(NULL, NULL));
    CHECK_INT(json_get(order, "lines")->count, 2);
    const struct json *zero = json_get(order, "zero");
    CHECK_INT(zero->len, 3);
    CHECK(memcmp(zero->text, "a\0b", 4) == 0);
    CHECK_STR(error_of("{\"a\\u0000b\":1}"), "a key holds a zero byte");
    arena_clear(&a);
}

static const char *written(const struct json *value)
{
    static struct buf out = {.max = 1 << 20};
    buf_reset(&out);
    json_write(&out, value);
    CHECK(buf_ok(&out));
    return buf_str(&out);
}

static void building_and_writing(void)
{
    struct arena a;
    arena_init(&a);
    struct json *o = json_object(&a);
    json_set_str(&a, o, "b", "x");
    json_set(&a, o, "a", json_integer(&a, INT64_MIN));
    json_set(&a, o, "d", json_decimal(&a, "1.50"));
    json_set_str(&a, o, "none", NULL);
    struct json *list = json_set(&a, o, "list", json_array(&a));
    json_push(list, json_null(&a));
    json_push(list, json_boolean(&a, false));
    json_push(list, json_string_n(&a, "q\"\\\n\x01\0/", 7));
    CHECK_STR(written(o), "{\"b\":\"x\",\"a\":-9223372036854775808,\"d\":1.50,"
                          "\"list\":[null,false,\"q\\\"\\\\\\n\\u0001\\u0000/\"]}");
    json_set_str(&a, o, "b", "y");
    json_set(&a, o, "list", NULL);
    CHECK_STR(written(o), "{\"b\":\"y\",\"a\":-9223372036854775808,\"d\":1.50}");
    json_set(&a, o, "b", NULL);
    json_set(&a, o, "absent", NULL);
    json_set_str(&a, o, "e", "\xC3\xA9");
    CHECK_STR(written(o), "{\"a\":-9223372036854775808,\"d\":1.50,\"e\":\"\xC3\xA9\"}");
    CHECK_INT(o->count, 3);
    CHECK_STR(written(NULL), "null");
    arena_clear(&a);
}

static void merging(void)
{
    struct arena a;
    arena_init(&a);
    struct json *base =
        parse(&a, "{\"a\":{\"x\":1,\"y\":{\"p\":1}},\"b\":[1,2],\"c\":3}");
    struct json *over =
        parse(&a, "{\"a\":{\"y\":{\"q\":2},\"z\":[{}]},\"b\":[3],\"d\":{\"e\":null}}");
    json_merge(&a, base, over);
    CHECK_STR(written(base),
              "{\"a\":{\"x\":1,\"y\":{\"p\":1,\"q\":2},\"z\":[{}]},\"b\":[3],\"c\":3,"
              "\"d\":{\"e\":null}}");
    CHECK_STR(written(over),
              "{\"a\":{\"y\":{\"q\":2},\"z\":[{}]},\"b\":[3],\"d\":{\"e\":null}}");
    json_merge(&a, base, NULL);
    arena_clear(&a);
}

static void equal_content_equal_text(void)
{
    struct arena a;
    struct buf one, two;
    arena_init(&a);
    buf_init(&one, 1000);
    buf_init(&two, 1000);
    json_write_sorted(
        &one, parse(&a, "{\"b\":[{\"z\":1,\"y\":2},3],\"a\":{\"d\":{},\"c\":0}}"));
    json_write_sorted(
        &two, parse(&a, "{\"a\": {\"c\":0,\"d\":{}}, \"b\": [{\"y\":2,\"z\":1},3]}"));
    CHECK_STR(buf_str(&one), "{\"a\":{\"c\":0,\"d\":{}},\"b\":[{\"y\":2,\"z\":1},3]}");
    CHECK_STR(buf_str(&two), buf_str(&one));
    buf_clear(&one);
    buf_clear(&two);
    arena_clear(&a);
}

static void many_members(void)
{
    struct arena a;
    struct buf text;
    arena_init(&a);
    buf_init(&text, 1 << 20);
    buf_char(&text, '{');
    for (int i = 0; i < 3000; i++)
        buf_format(&text, "\"k%d\":%d,", i, i);
    buf_text(&text, "\"k3000\":0}");
    CHECK_INT(parse(&a, buf_str(&text))->count, 3001);
    text.len -= strlen("k3000\":0}");
    buf_text(&text, "k0\":0}");
    CHECK_STR(error_of(buf_str(&text)), "the key \"k0\" stands twice in one object");
    buf_clear(&text);
    arena_clear(&a);
}

/* Feeds one event; for who streams. */
static enum err take(struct json_builder *b, enum json_event event, const char *text,
                     struct fault *f)
{
    return json_builder_take(b, event, text, strlen(text), f);
}

static void builder_limits_strings(void)
{
    struct arena a;
    struct json_builder b;
    struct fault f = {0};
    arena_init(&a);
    json_builder_init(&b, &a, 4);
    CHECK_INT(take(&b, JSON_EV_PART, "ab", &f), ERR_OK);
    CHECK_INT(take(&b, JSON_EV_PART, "cd", &f), ERR_OK);
    CHECK(b.root == NULL);
    CHECK_INT(take(&b, JSON_EV_STRING_END, "", &f), ERR_OK);
    CHECK_STR(json_str(b.root), "abcd");
    CHECK_INT(take(&b, JSON_EV_PART, "abcd", &f), ERR_OK);
    CHECK_INT(take(&b, JSON_EV_PART, "e", &f), ERR_LIMIT);
    CHECK_STR(f.text, "a string is longer than 4 bytes");
    json_builder_clear(&b);
    arena_clear(&a);
}

/* ---- seeded random documents ---- */

static struct json *random_leaf(struct arena *a, struct random *r)
{
    char text[40];
    size_t len = random_below(r, sizeof text);
    switch (random_below(r, 5)) {
    case 0:
        return json_null(a);
    case 1:
        return json_boolean(a, random_below(r, 2) == 1);
    case 2:
        return json_integer(a, (int64_t)random_next(r) >> random_below(r, 64));
    case 3:
        return json_decimal(a, arena_format(a, "%d.%03de%d", (int)random_below(r, 100),
                                            (int)random_below(r, 1000),
                                            (int)random_below(r, 20) - 10));
    default:
        for (size_t i = 0; i < len; i++)
            text[i] = (char)random_below(r, 128);
        return json_string_n(a, text, len);
    }
}

/* Grows a tree by hanging values into containers made before. */
static struct json *random_tree(struct arena *a, struct random *r)
{
    struct json *open[20] = {json_object(a)};
    size_t count = 1, size = random_below(r, 60);
    for (size_t i = 0; i < size; i++) {
        struct json *parent = open[random_below(r, count)], *value;
        size_t kind = random_below(r, 6);
        value = kind == 0   ? json_object(a)
                : kind == 1 ? json_array(a)
                            : random_leaf(a, r);
        if (parent->type == JSON_ARRAY)
            json_push(parent, value);
        else
            json_set(a, parent, arena_format(a, "key %zu\t\xC3\xA9", i), value);
        if (kind < 2 && count < 20)
            open[count++] = value;
    }
    return open[0];
}

static void random_round_trips(void)
{
    struct arena a;
    struct random *r = random_new_seeded(20261121);
    arena_init(&a);
    for (int i = 0; i < 500; i++) {
        struct json *tree = random_tree(&a, r);
        char *text = arena_text(&a, written(tree));
        CHECK_STR(written(parse(&a, text)), text);
        CHECK_STR(written(json_copy(&a, tree)), text);
        if (i < 15)
            check_cuts(text, strlen(text));
        arena_reset(&a);
    }
    random_free(r);
    arena_clear(&a);
}

/* Damaged documents: whatever it says, it says the same for every cut and never reads
 * beyond. */
static void random_damage(void)
{
    struct arena a;
    struct random *r = random_new_seeded(7);
    arena_init(&a);
    for (int i = 0; i < 2000; i++) {
        char *text = arena_text(&a, written(random_tree(&a, r)));
        size_t len = strlen(text);
        text[random_below(r, len)] = (char)random_below(r, 256);
        char *exact = mem_copy(text, len); /* so that reading beyond is seen */
        struct fault f = {0};
        if (json_parse(&a, exact, len, &f) == NULL)
            CHECK(f.code != ERR_OK && f.text[0] != '\0');
        if (i < 20)
            check_cuts(exact, len);
        free(exact);
        arena_reset(&a);
    }
    random_free(r);
    arena_clear(&a);
}

TESTS_MAIN(
    {"valid JSON is taken", valid_documents},
    {"what is not JSON is refused, with a sentence", invalid_documents},
    {"a reply may be cut at any byte without changing what is read", cuts_do_not_matter},
    {"an error says at which byte and what was expected", errors_say_where},
    {"depth, keys and numbers have limits", limits_hold},
    {"who listens can stop the reader, and it stays stopped", listener_can_stop},
    {"a label of megabytes passes in parts", long_strings_stream},
    {"reading whole words misses no byte that matters", fast_path_sees_every_byte},
    {"whole numbers are integers, decimals keep their text", numbers_keep_their_kind},
    {"an order is read by keys and paths; what is absent is absent", reading_a_tree},
    {"a body is built, changed and written", building_and_writing},
    {"what is given beats what would be filled in, object by object", merging},
    {"equal content gives equal text", equal_content_equal_text},
    {"a repeated key is found among thousands", many_members},
    {"a string in a small tree has a limit", builder_limits_strings},
    {"what is written reads back as it was", random_round_trips},
    {"damage never reads beyond the text or goes unexplained", random_damage})
