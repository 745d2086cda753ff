/* The simulator's documents: other programs than ours must read them as what they are. */
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "base/buf.h"
#include "check.h"
#include "document/format.h"
#include "document/sample.h"

static struct buf doc;
static char output[16 * 1024];

static void fresh(void)
{
    buf_clear(&doc);
    buf_init(&doc, 1 << 20);
}

static void check_whole(enum format format)
{
    struct finding found;
    CHECK(buf_ok(&doc));
    format_examine(doc.data, doc.len, &found);
    CHECK_STR(found.flaw, "");
    CHECK_INT(found.format, format);
}

/* Whether the shell finds a program of that name. */
static bool installed(const char *program)
{
    char command[64];
    snprintf(command, sizeof command, "command -v %s >/dev/null", program);
    bool found = system(command) == 0;
    if (!found)
        printf("SKIPPED: %s is not installed\n", program);
    return found;
}

/* Gives `doc` to a program as a file; returns its exit status, what it said is in
 * `output`. */
static int run_on_doc(const char *program, const char *after)
{
    char path[] = "/tmp/dray-sample-XXXXXX", command[128];
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    CHECK_INT(write(fd, doc.data, doc.len), doc.len);
    close(fd);
    snprintf(command, sizeof command, "%s %s %s 2>&1", program, path, after);
    FILE *pipe = popen(command, "r");
    CHECK(pipe != NULL);
    size_t len = fread(output, 1, sizeof output - 1, pipe);
    output[len] = '\0';
    int status = pclose(pipe);
    unlink(path);
    return status;
}

/* `word` stands somewhere in the document, which may hold NULs. */
static bool doc_has(const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= doc.len; i++)
        if (memcmp(doc.data + i, word, n) == 0)
            return true;
    return false;
}

static void test_png(void)
{
    fresh();
    sample_png(&doc, "D9K2PX7Q1", "1Z999AA10123456784");
    check_whole(FORMAT_PNG);
    CHECK(memcmp(doc.data + 37, "tEXtComment\0D9K2PX7Q1", 21) == 0);
    if (!installed("pngcheck"))
        return;
    CHECK_INT(run_on_doc("pngcheck -t", ""), 0);
    CHECK(strstr(output, "OK") != NULL);
    CHECK(strstr(output, "D9K2PX7Q1") != NULL);
}

static void test_png_differs(void)
{
    static struct buf other;
    buf_clear(&other);
    buf_init(&other, 1 << 20);
    fresh();
    sample_png(&doc, "D9K2PX7Q1", "T");
    sample_png(&other, "D9K2PX7Q2", "T");
    size_t pixels = 33 + 12 + 8 + 9; /* after IHDR and the comment */
    CHECK(doc.len != other.len ||
          memcmp(doc.data + pixels, other.data + pixels, doc.len - pixels) != 0);
    buf_clear(&other);
}

static void test_pdf(void)
{
    static const char *const lines[] = {"Order D9K2PX7Q1", "2 x (B07) \\ \"boxes\"",
                                        "Zoë Größe"};
    fresh();
    sample_pdf(&doc, "Packing slip", lines, 3);
    check_whole(FORMAT_PDF);
    if (!installed("pdftotext"))
        return;
    CHECK_INT(run_on_doc("pdftotext -enc UTF-8", "-"), 0);
    CHECK(strstr(output, "Error") ==
          NULL); /* poppler repairs a wrong table, and says so */
    CHECK(strstr(output, "Packing slip") != NULL);
    for (size_t i = 0; i < 3; i++)
        CHECK(strstr(output, lines[i]) != NULL);
}

static void test_pdf_table(void)
{
    static const char *const lines[] = {"x"};
    fresh();
    buf_text(&doc, "before it, ");
    size_t base = doc.len;
    sample_pdf(&doc, "t", lines, 1);
    const char *pdf = doc.data + base, *entry = strstr(pdf, "0000000000 65535 f \n");
    CHECK(entry != NULL);
    for (int i = 1; i <= 5; i++) {
        char want[16];
        snprintf(want, sizeof want, "%d 0 obj\n", i);
        entry += 20;
        CHECK(strncmp(pdf + strtol(entry, NULL, 10), want, strlen(want)) == 0);
    }
}

static void test_pdf_long(void)
{
    static const char *lines[300];
    for (size_t i = 0; i < 300; i++)
        lines[i] = i == 299 ? "the last line" : "one of many lines";
    fresh();
    sample_pdf(&doc, "Many", lines, 300);
    check_whole(FORMAT_PDF);
    if (!installed("pdftotext"))
        return;
    CHECK_INT(run_on_doc("pdftotext", "-"), 0);
    CHECK(strstr(output, "the last line") != NULL);
}

static void test_zpl(void)
{
    fresh();
    sample_zpl(&doc, "D9K2PX7Q1", "1Z999AA10123456784", "UPS_GR_RES");
    check_whole(FORMAT_ZPL);
    CHECK(doc_has("^BCN,140,Y,N,N^FH^FDD9K2PX7Q1^FS"));
    CHECK(doc_has("^BCN,200,Y,N,N^FH^FD1Z999AA10123456784^FS"));
    CHECK(doc_has("^FDUPS_5FGR_5FRES^FS")); /* '_' begins a hexadecimal byte under ^FH */
}

static void test_zpl_escapes(void)
{
    fresh();
    sample_zpl(&doc, "A^XZ~JA>1_", "\n\x7f\xc3\xab", "a\\b");
    check_whole(FORMAT_ZPL);
    CHECK(doc_has("^BCN,140,Y,N,N^FH^FDA_5EXZ_7EJA>01_5F^FS"));
    CHECK(doc_has("^BCN,200,Y,N,N^FH^FD????^FS"));
    CHECK(doc_has("^FDTRACKING: _0A_7F\xc3\xab^FS"));
    CHECK(!doc_has("~JA"));
}

static void test_hostile_words(void)
{
    static const char *const lines[] = {"\xff\xc3", "(((", ")\\", "\x01\n"};
    static const char endless[] =
        "ORDER-ORDER-ORDER-ORDER-ORDER-ORDER-ORDER-ORDER-ORDER-ORDER-"
        "ORDER-ORDER-ORDER-ORDER-ORDER-ORDER-ORDER-ORDER-ORDER-ORDER";
    fresh();
    sample_pdf(&doc, "", lines, 4);
    check_whole(FORMAT_PDF);
    fresh();
    sample_png(&doc, endless, "\xff unknown \x01");
    check_whole(FORMAT_PNG);
    fresh();
    sample_png(&doc, "", "");
    check_whole(FORMAT_PNG);
}

static void test_full_buffer(void)
{
    static const char *const lines[] = {"line"};
    for (size_t max = 0; max < 1200; max += 7) {
        struct buf small;
        buf_init(&small, max);
        sample_pdf(&small, "title", lines, 1);
        CHECK(!buf_ok(&small) || small.len <= max);
        buf_reset(&small);
        sample_zpl(&small, "o", "t", "m");
        CHECK(!buf_ok(&small) || small.len <= max);
        buf_reset(&small);
        sample_png(&small, "o", "t");
        CHECK(!buf_ok(&small));
        buf_clear(&small);
    }
}

TESTS_MAIN({"a PNG label is one for pngcheck too, and names its order", test_png},
           {"the order's number is drawn, not only noted", test_png_differs},
           {"pdftotext reads a PDF's words back", test_pdf},
           {"the table of a PDF points at its objects", test_pdf_table},
           {"a long packing slip still is one page", test_pdf_long},
           {"a ZPL label has the order's and the parcel's barcodes", test_zpl},
           {"no word can smuggle a command into a label", test_zpl_escapes},
           {"words that no document holds do no harm", test_hostile_words},
           {"a full buffer is said, not overrun", test_full_buffer})
