/* CSV: what spreadsheets, carriers and scripts write, cut anywhere. */
#include <string.h>

#include "base/csv.h"
#include "check.h"

/* All records as "line:field|field;", an error as "line!why;". Bytes come `step` at a
 * time. */
static const char *read_all(const char *text, char separator, size_t step)
{
    static struct buf out;
    static struct csv c;
    size_t from = 0, given = 0, used, len = strlen(text);
    struct fault f;

    buf_clear(&out);
    buf_init(&out, 1 << 20);
    csv_clear(&c);
    csv_init(&c, separator, 1000);
    for (;;) {
        enum csv_step s =
            csv_next(&c, text + from, given - from, given == len, &used, &f);
        from += used;
        if (s == CSV_END)
            break;
        if (s == CSV_MORE)
            given = given + step > len ? len : given + step;
        if (s == CSV_BAD)
            buf_format(&out, "%d!%s;", (int)c.line, f.text);
        for (size_t i = 0; s == CSV_RECORD && i < c.count; i++)
            if (i == 0)
                buf_format(&out, "%d:%s%s", (int)c.line, csv_field(&c, i, NULL),
                           c.count == 1 ? ";" : "");
            else
                buf_format(&out, "|%s%s", csv_field(&c, i, NULL),
                           i + 1 == c.count ? ";" : "");
    }
    return buf_str(&out);
}

/* The same however the bytes are cut. */
static void same(const char *text, char separator, const char *expected)
{
    for (size_t step = 1; step <= strlen(text) + 1; step++)
        CHECK_STR(read_all(text, separator, step), expected);
}

static void test_records(void)
{
    same("a,b\n1,2\n", ',', "1:a|b;2:1|2;");
    same("a;b\r\n1;2\r\n", ';', "1:a|b;2:1|2;");
    same("a,b\n1,2", ',', "1:a|b;2:1|2;");
    same("\n\r\na,b\n\n1,2\n\n", ',', "3:a|b;5:1|2;");
    same("a,\n,b\n,\n", ',', "1:a|;2:|b;3:|;");
    same("", ',', "");
    same("\n", ',', "");
    same("a", ',', "1:a;");
    same("a,", ',', "1:a|;");
}

static void test_quotes(void)
{
    same("\"a,b\",\"c\"\"d\"\n", ',', "1:a,b|c\"d;");
    same("\"two\nlines\",x\ny,z\n", ',', "1:two\nlines|x;3:y|z;");
    same("\"\",\"\"\n", ',', "1:|;");
    same("a \"b\" c,d\n", ',', "1:a \"b\" c|d;");
    same("\"end\"", ',', "1:end;");
}

static void test_bad_lines_do_not_take_the_next(void)
{
    same("a,b\n\"x\"y,1\nc,d\n", ',', "1:a|b;2!text behind a closing quote;3:c|d;");
    same("a,b\n\"x,1\nc,d\n", ',', "1:a|b;2!a quote is not closed;3:c|d;");
}

static void test_limits(void)
{
    static char text[8000];
    memset(text, 'x', 3000);
    memcpy(text + 3000, "\na,b\n", 6);
    CHECK_STR(read_all(text, ',', 8000), "1!it is too long;2:a|b;");
    memset(text, ',', 1500);
    memcpy(text + 1500, "\na,b\n", 6);
    CHECK_STR(read_all(text, ',', 8000), "1!it has more than 1000 columns;2:a|b;");
}

static void test_bytes_are_kept(void)
{
    struct csv c;
    struct fault f;
    size_t used, len;
    csv_init(&c, ',', 100);
    CHECK_INT(csv_next(&c, "a\0b,\xe4\n", 6, true, &used, &f), CSV_RECORD);
    CHECK_INT(used, 6);
    CHECK(memcmp(csv_field(&c, 0, &len), "a\0b", 3) == 0 && len == 3);
    CHECK_STR(csv_field(&c, 1, &len), "\xe4");
    CHECK_INT(len, 1);
    csv_clear(&c);
}

TESTS_MAIN({"records are read, whatever ends a line", test_records},
           {"quotes hold separators, line ends and quotes", test_quotes},
           {"a line that is wrong does not take the next one with it",
            test_bad_lines_do_not_take_the_next},
           {"a record that is too long or too wide is one bad line", test_limits},
           {"every byte of a field is kept", test_bytes_are_kept})
