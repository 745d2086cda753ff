/* What a document really is: a damaged label found here is not found by the parcel's
 * driver. */
#include <stdint.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/random.h"
#include "check.h"
#include "document/format.h"
#include "document/sample.h"

enum { MAX = 8 << 20 };

static struct buf doc;
static struct finding found;

static void fresh(void)
{
    buf_clear(&doc);
    buf_init(&doc, MAX);
}

static void examine_text(const char *text)
{
    format_examine(text, strlen(text), &found);
}

static void make_png(void)
{
    fresh();
    sample_png(&doc, "D9K2PX7Q1", "1Z999AA10123456784");
}

static void make_pdf(void)
{
    static const char *const lines[] = {"Ship to: A (person)", "2 x B07DFVDRAB"};
    fresh();
    sample_pdf(&doc, "Packing slip D9K2PX7Q1", lines, 2);
}

static void make_zpl(void)
{
    fresh();
    sample_zpl(&doc, "D9K2PX7Q1", "1Z999AA10123456784", "UPS_GR_RES");
}

static void test_whole(void)
{
    make_png();
    format_examine(doc.data, doc.len, &found);
    CHECK_INT(found.format, FORMAT_PNG);
    CHECK_STR(found.flaw, "");
    make_pdf();
    format_examine(doc.data, doc.len, &found);
    CHECK_INT(found.format, FORMAT_PDF);
    CHECK_STR(found.flaw, "");
    make_zpl();
    format_examine(doc.data, doc.len, &found);
    CHECK_INT(found.format, FORMAT_ZPL);
    CHECK_STR(found.flaw, "");
    examine_text("Happy birthday, dear Zoë! From all of us.\r\n");
    CHECK_INT(found.format, FORMAT_TEXT);
    CHECK_STR(found.flaw, "");
}

/* Every beginning of the document up to `len` bytes has a flaw. */
static void check_truncations(size_t len)
{
    for (size_t i = 0; i < len; i++) {
        format_examine(doc.data, i, &found);
        CHECK(found.flaw[0] != '\0');
    }
}

static void test_truncated(void)
{
    make_png();
    check_truncations(doc.len);
    make_pdf();
    check_truncations(doc.len - 1); /* without its last line end it is whole */
    make_zpl();
    check_truncations(doc.len - 1);
}

static void test_flipped_png(void)
{
    make_png();
    for (size_t i = 0; i < doc.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            doc.data[i] = (char)(doc.data[i] ^ 1 << bit);
            format_examine(doc.data, doc.len, &found);
            CHECK(found.flaw[0] != '\0');
            doc.data[i] = (char)(doc.data[i] ^ 1 << bit);
        }
    }
}

static void check_any_cut(struct random *r, const char *data, size_t len)
{
    struct finding whole, cut;
    struct examiner *x = examiner_new();
    format_examine(data, len, &whole);
    for (uint64_t most = 1; most < 3000; most = most * 7 + 1) {
        examiner_start(x);
        for (size_t i = 0, n; i < len; i += n) {
            n = (size_t)random_below(r, most) + 1;
            n = n < len - i ? n : len - i;
            examiner_take(x, data + i, n);
        }
        examiner_end(x, &cut);
        CHECK_INT(cut.format, whole.format);
        CHECK_STR(cut.flaw, whole.flaw);
        examiner_end(x, &cut); /* asking twice changes nothing */
        CHECK_STR(cut.flaw, whole.flaw);
    }
    examiner_free(x);
}

/* The document whole, shortened and damaged in many places. */
static void check_damaged_cuts(struct random *r)
{
    check_any_cut(r, doc.data, doc.len);
    for (int i = 0; i < 200; i++) {
        size_t at = (size_t)random_below(r, doc.len);
        char was = doc.data[at];
        check_any_cut(r, doc.data, at);
        doc.data[at] = (char)random_below(r, 256);
        check_any_cut(r, doc.data, doc.len);
        doc.data[at] = was;
    }
}

static void test_any_cut(void)
{
    struct random *r = random_new_seeded(3);
    make_png();
    check_damaged_cuts(r);
    make_pdf();
    check_damaged_cuts(r);
    make_zpl();
    check_damaged_cuts(r);
    fresh();
    for (int i = 0; i < 100; i++)
        buf_text(&doc, "Grüße aus Köln – 東京 \xf0\x9f\x93\xa6\n");
    check_damaged_cuts(r);
    random_free(r);
}

static void add_chunk(const char *type, const char *data, size_t len)
{
    unsigned long crc = crc32(crc32(0, NULL, 0), (const Bytef *)type, 4);
    if (len > 0)
        crc = crc32(crc, (const Bytef *)data, (uInt)len);
    char size[4] = {0, 0, (char)(len >> 8), (char)len};
    char sum[4] = {(char)(crc >> 24), (char)(crc >> 16), (char)(crc >> 8), (char)crc};
    buf_add(&doc, size, 4);
    buf_add(&doc, type, 4);
    buf_add(&doc, data, len);
    buf_add(&doc, sum, 4);
}

static const char good_ihdr[14] = {0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0};
static const char palette_ihdr[14] = {0, 0, 0, 1, 0, 0, 0, 1, 8, 3, 0, 0, 0};

/* A PNG of the named chunks with right checksums: H header, h header with palette, D
 * data, d empty data, P palette, E end, t text, X unknown and critical, Z header of no
 * size. */
static const char *png_flaw(const char *chunks)
{
    static const char no_size[14] = {0, 0, 0, 0, 0, 0, 0, 1, 8, 0, 0, 0, 0};
    fresh();
    buf_add(&doc, "\x89PNG\r\n\x1a\n", 8);
    for (; *chunks != '\0'; chunks++) {
        switch (*chunks) {
        case 'H':
            add_chunk("IHDR", good_ihdr, 13);
            break;
        case 'h':
            add_chunk("IHDR", palette_ihdr, 13);
            break;
        case 'Z':
            add_chunk("IHDR", no_size, 13);
            break;
        case 'D':
            add_chunk("IDAT", "some", 4);
            break;
        case 'd':
            add_chunk("IDAT", NULL, 0);
            break;
        case 'P':
            add_chunk("PLTE", "rgb", 3);
            break;
        case 't':
            add_chunk("tEXt", "a\0b", 3);
            break;
        case 'X':
            add_chunk("XXXX", "?", 1);
            break;
        default:
            add_chunk("IEND", NULL, 0);
        }
    }
    format_examine(doc.data, doc.len, &found);
    CHECK_INT(found.format, FORMAT_PNG);
    return found.flaw;
}

static void test_png_order(void)
{
    CHECK_STR(png_flaw("HDE"), "");
    CHECK_STR(png_flaw("HtDDdtE"), "");
    CHECK_STR(png_flaw("hPDE"), "");
    CHECK_STR(png_flaw("tHDE"), "the PNG chunk tEXt at byte 8 stands before IHDR");
    CHECK_STR(png_flaw("HHDE"), "the PNG chunk IHDR at byte 33 is there twice");
    CHECK_STR(png_flaw("HE"), "the PNG chunk IEND at byte 33 comes before any picture");
    CHECK_STR(png_flaw("HdE"), "the PNG chunk IEND at byte 45 comes before any picture");
    CHECK_STR(png_flaw("HDtDE"),
              "the PNG chunk IDAT at byte 64 comes after the end of the picture");
    CHECK_STR(png_flaw("hDE"), "the PNG chunk IDAT at byte 33 needs a palette before it");
    CHECK_STR(png_flaw("HXDE"), "the PNG chunk XXXX at byte 33 is critical and unknown");
    CHECK_STR(png_flaw("ZDE"), "the PNG chunk IHDR at byte 8 names an impossible size");
    CHECK_STR(png_flaw("HDED"), "there are bytes after the end of the PNG at byte 61");
    CHECK_STR(png_flaw("HD"), "the PNG ends after 49 bytes without its IEND");
}

static void test_png_checksum(void)
{
    png_flaw("HDE");
    doc.data[42] ^= 1; /* in the data of IDAT */
    format_examine(doc.data, doc.len, &found);
    CHECK_STR(found.flaw, "the PNG chunk IDAT at byte 33 has a wrong checksum");
}

static const char *zpl_flaw(const char *text, size_t len)
{
    format_examine(text, len, &found);
    CHECK_INT(found.format, FORMAT_ZPL);
    return found.flaw;
}
#define ZPL_FLAW(text) zpl_flaw("" text, sizeof text - 1)

static void test_zpl_formats(void)
{
    CHECK_STR(ZPL_FLAW("^XA^FO9,9^FDx^FS^XZ"), "");
    CHECK_STR(ZPL_FLAW("\xef\xbb\xbf \r\n^xa^fdx^fs^xz\r\n^XA^FDy^FS^XZ\n"), "");
    CHECK_STR(ZPL_FLAW("^XA^Fdx^FS^XZ"), "");
    CHECK_STR(ZPL_FLAW("~SD25~TA000\n^XA^FDx^FS^XZ"), "");
    CHECK_STR(ZPL_FLAW("CT~~CD,~CC^~CT~\r\n^XA~TA000~JSN^LT0^XZ^XA^FDx^FS^XZ"), "");
    CHECK_STR(ZPL_FLAW("\020CT~~CD,~CC^~CT~\r\n^XA^FDx^FS^XZ"), "");
    CHECK_STR(ZPL_FLAW("~DGR:A.GRF,2,1,FFFF\n^XA^XGR:A.GRF^FS^XZ"), "");
    CHECK_STR(ZPL_FLAW("^XA^CC/ /FDprice ^ or not/FS/XZ"), "");
    CHECK_STR(ZPL_FLAW("^XA^FDx^FS"), "the ZPL format that begins at byte 0 has no ^XZ");
    CHECK_STR(ZPL_FLAW("^XA^FDx^FS^X"),
              "the ZPL format that begins at byte 0 has no ^XZ");
    CHECK_STR(ZPL_FLAW("^XA^FDx^FS^XA^XZ"),
              "the ZPL has a second ^XA at byte 10 before the ^XZ of the first");
    CHECK_STR(ZPL_FLAW("^XA^FDx^FS^XZ^XZ"),
              "the ZPL has something outside ^XA and ^XZ at byte 13, after a ^XZ");
    CHECK_STR(ZPL_FLAW("^XA^FDx^FS^XZ\nbye"),
              "the ZPL has something outside ^XA and ^XZ at byte 14, after a ^XZ");
    CHECK_STR(ZPL_FLAW("^XA^FDx^FS^XZ~JA"),
              "the ZPL has something outside ^XA and ^XZ at byte 13, after a ^XZ");
    CHECK_STR(ZPL_FLAW("^FDx^FS^XA^XZ"),
              "the ZPL has something outside ^XA and ^XZ at byte 0");
    CHECK_STR(ZPL_FLAW("~SD25"), "the ZPL has no ^XA");
    CHECK_STR(ZPL_FLAW("^XA^PW812^XZ"), "the ZPL has nothing in it that prints");
}

static void test_zpl_binary(void)
{
    CHECK_STR(ZPL_FLAW("^XA^GFB,6,6,2,^XZ^XA^FS^XZ"), "");
    CHECK_STR(ZPL_FLAW("^XA^GFC,6,40,2,\0~^XA\xff^FS^XZ"), "");
    CHECK_STR(ZPL_FLAW("^XA^CD;^GFB;3;3;1;^XA^FS^XZ"), "");
    CHECK_STR(ZPL_FLAW("^XA^GFA,6,6,2,00FF00FF00FF^FS^XZ"), "");
    CHECK_STR(ZPL_FLAW("~DYR:A,B,P,4,,^XZ^^XA^XGR:A.PNG^FS^XZ"), "");
    CHECK_STR(ZPL_FLAW("~DYR:A,A,G,4,1,FF00FF00^XA^XGR:A.GRF^FS^XZ"), "");
    CHECK_STR(ZPL_FLAW("^XA^GFB,9,9,2,^XZ"),
              "the ZPL ends inside the graphic at byte 3: 6 bytes are missing");
    CHECK_STR(
        ZPL_FLAW("^XA^GFB,99999999999999999999999,9,2,^FS^XZ"),
        "the ZPL ends inside the graphic at byte 3: 9999999999993 bytes are missing");
}

/* A document of prefix changes only must not cost more than its length. */
static void test_zpl_hostile(void)
{
    fresh();
    buf_text(&doc, "^XA");
    for (int i = 0; i < 1 << 19; i++)
        buf_text(&doc, "^CC^~CT~");
    buf_text(&doc, "^FDx^FS^XZ");
    CHECK_STR(zpl_flaw(doc.data, doc.len), "");
    fresh();
    for (int i = 0; i < 1 << 22; i++)
        buf_char(&doc, '~');
    CHECK_STR(zpl_flaw(doc.data, doc.len),
              "the ZPL ends inside the command at byte 4194303");
}

static void test_pdf(void)
{
    make_pdf();
    buf_text(&doc, "some bytes of a careless producer");
    format_examine(doc.data, doc.len, &found);
    CHECK_STR(found.flaw, "");
    for (int i = 0; i < 1024; i++)
        buf_char(&doc, ' ');
    format_examine(doc.data, doc.len, &found);
    CHECK_STR(found.flaw,
              "the PDF has no end marker (%%EOF) in its last 1024 bytes: it is cut");
    examine_text("%PDF-1.7\nstartxref\n0\n%%EOF\n");
    CHECK_STR(found.flaw, "the PDF's startxref points outside the document");
    examine_text("%PDF-1.7\nstartxref\n5000\n%%EOF\n");
    CHECK_STR(found.flaw, "the PDF's startxref points outside the document");
    examine_text("%PDF-1.7\nstartxref\nx\n%%EOF\n");
    CHECK_STR(found.flaw, "the PDF has no startxref before its end marker");
    examine_text("%PDF-1.7\nxref startxref\n9\n%%EOF\n7 0 obj\n<<");
    CHECK_STR(found.flaw, "the PDF goes on after its end marker and is cut there");
    examine_text("\r\n%PDF-1.7\nxref startxref\n9\n%%EOF");
    CHECK_STR(found.flaw, "");
}

static void test_placeholder(void)
{
    static const char *const texts[] = {"Label not available",
                                        "LABEL NOT AVAILABLE. Please try again later.",
                                        "test",
                                        "this is a dummy label",
                                        "Base 64 encoded string goes here",
                                        "null",
                                        "Sample label content for this order"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        examine_text(texts[i]);
        CHECK_INT(found.format, FORMAT_TEXT);
        CHECK_STR(found.flaw, "the content is placeholder text, not a label");
    }
    examine_text("The contestants of the greatest race send their regards to you.");
    CHECK_STR(found.flaw, "");
}

static void test_not_a_document(void)
{
    examine_text("");
    CHECK_INT(found.format, FORMAT_UNKNOWN);
    CHECK_STR(found.flaw, "the document is empty");
    examine_text(" \r\n");
    CHECK_STR(found.flaw, "the document holds only white space");
    examine_text("ok");
    CHECK_STR(found.flaw, "the content is 2 bytes of text, too few for a document");
    examine_text("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>");
    CHECK_STR(found.flaw, "the content is a web page or an XML message, not a document");
    examine_text("{\"errors\":[{\"code\":\"NotFound\"}]}");
    CHECK_STR(found.flaw, "the content is JSON, not a document");
    format_examine("GIF89a\1\0\1\0", 10, &found);
    CHECK_INT(found.format, FORMAT_UNKNOWN);
    CHECK_STR(found.flaw,
              "the content is neither ZPL, PNG, PDF nor printable text (byte 6)");
    examine_text("a text that ends too soon \xe2\x82");
    CHECK_STR(found.flaw, "the text ends inside a character");
    CHECK_INT(found.format, FORMAT_UNKNOWN);
}

static bool is_text(const char *bytes)
{
    char text[64];
    snprintf(text, sizeof text, "forty bytes of text and then this: %s.", bytes);
    examine_text(text);
    return found.format == FORMAT_TEXT && found.flaw[0] == '\0';
}

static void test_utf8(void)
{
    CHECK(
        is_text("\xc2\xa0\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80"));
    CHECK(is_text("\xf4\x8f\xbf\xbf\t\f\r\n"));
    static const char *const wrong[] = {
        "\x80",
        "\xc0\xaf",
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xc2\x85",
        "\xc3(",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xe2\x82",
        "\x1b[0m",
        "\x7f",
        "\xff",
        "\x01",
        "\xe2\x82\xc0",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK(!is_text(wrong[i]));
}

static void test_names(void)
{
    CHECK_INT(format_from_name("ZPL"), FORMAT_ZPL);
    CHECK_INT(format_from_name("png"), FORMAT_PNG);
    CHECK_INT(format_from_name("Plain_Text"), FORMAT_TEXT);
    CHECK_INT(format_from_name("x.application/zpl"), FORMAT_ZPL);
    CHECK_INT(format_from_name("Application/PDF;charset=binary"), FORMAT_PDF);
    CHECK_INT(format_from_name("text/plain; charset=utf-8"), FORMAT_TEXT);
    CHECK_INT(format_from_name("text/html"), FORMAT_UNKNOWN);
    CHECK_INT(format_from_name("zplx"), FORMAT_UNKNOWN);
    CHECK_INT(format_from_name(""), FORMAT_UNKNOWN);
    CHECK_INT(format_from_name(NULL), FORMAT_UNKNOWN);
    for (int f = FORMAT_ZPL; f <= FORMAT_TEXT; f++)
        CHECK_INT(format_from_name(format_name((enum format)f)), f);
    CHECK_STR(format_name(FORMAT_UNKNOWN), "unknown");
    CHECK_STR(format_extension(FORMAT_UNKNOWN), "bin");
    CHECK_STR(format_extension(FORMAT_ZPL), "zpl");
}

TESTS_MAIN({"a whole document is known and has no flaw", test_whole},
           {"a label that was cut short anywhere is noticed before it is printed",
            test_truncated},
           {"a picture with one wrong bit anywhere is noticed", test_flipped_png},
           {"how the network cuts a document changes nothing in what is found",
            test_any_cut},
           {"a PNG's chunks stand in their order", test_png_order},
           {"a damaged PNG chunk is named with its place", test_png_checksum},
           {"ZPL formats are balanced and nothing stands outside them", test_zpl_formats},
           {"binary graphics in ZPL may hold what looks like commands", test_zpl_binary},
           {"hostile ZPL costs no more than its length", test_zpl_hostile},
           {"a PDF has both of its ends", test_pdf},
           {"placeholder text in the place of a label is called that", test_placeholder},
           {"an empty document, an error page and an unknown format are no documents",
            test_not_a_document},
           {"text is printable UTF-8, strictly", test_utf8},
           {"Amazon's names and MIME types mean our formats", test_names})
