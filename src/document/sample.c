/* Documents made from a few words: what the simulator hands out as Amazon's, so that
 * people can print them, tests can read them back, and the examiner finds them whole. */
#include "document/sample.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

/* --- ZPL: 4 x 6 inches at 203 dots an inch
 * ------------------------------------------------ */

/* Field data under ^FH: what a printer would take for a command, and every control
 * character, as _hex. */
static void zpl_text(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < ' ' || c == 0x7f || strchr("^~_\\", c) != NULL)
            buf_format(out, "_%02X", c);
        else
            buf_char(out, (char)c);
    }
}

/* The same within a Code 128 symbol, where '>' calls for another subset and ">0" is the
 * character itself; bytes that subset B does not have become '?'. */
static void zpl_code128(struct buf *out, const char *text)
{
    char one[2] = {0};
    for (; *text != '\0'; text++) {
        one[0] = *text >= ' ' && *text < 0x7f ? *text : '?';
        if (one[0] == '>')
            buf_text(out, ">0");
        else
            zpl_text(out, one);
    }
}

static void zpl_line(struct buf *out, int y, int size, const char *name, const char *text)
{
    buf_format(out, "^FO40,%d^A0N,%d,%d^FH^FD%s", y, size, size, name);
    zpl_text(out, text);
    buf_text(out, "^FS\n");
}

static void zpl_barcode(struct buf *out, int y, int height, const char *text)
{
    buf_format(out, "^FO60,%d^BY2,3,%d^BCN,%d,Y,N,N^FH^FD", y, height, height);
    zpl_code128(out, text);
    buf_text(out, "^FS\n");
}

void sample_zpl(struct buf *out, const char *order, const char *tracking,
                const char *method)
{
    buf_text(out, "^XA\n^CI28\n^PW812\n^LL1218\n^LH0,0\n^FO20,20^GB772,1178,3^FS\n");
    zpl_line(out, 60, 60, "", method);
    buf_text(out, "^FO20,150^GB772,3,3^FS\n");
    zpl_line(out, 190, 30, "SHIP TO:", "");
    zpl_line(out, 230, 36, "", "SAMPLE RECIPIENT");
    zpl_line(out, 270, 36, "", "1 EXAMPLE STREET");
    zpl_line(out, 310, 36, "", "ANYTOWN WA 98000");
    buf_text(out, "^FO20,380^GB772,3,3^FS\n");
    zpl_line(out, 410, 30, "TRACKING: ", tracking);
    zpl_barcode(out, 470, 200, tracking);
    buf_text(out, "^FO20,760^GB772,3,3^FS\n");
    zpl_line(out, 790, 30, "ORDER: ", order);
    zpl_barcode(out, 850, 140, order);
    buf_text(out, "^PQ1\n^XZ\n");
}

/* --- PNG: 8-bit grey
 * ---------------------------------------------------------------------- */

enum { WIDTH = 400, HEIGHT = 600, MARGIN = 20, GLYPH_WIDTH = 5, GLYPH_HEIGHT = 7 };
enum { WHITE = 0xff, BLACK = 0x00 };

/* Columns from left to right; bit 0 is the top row. */
struct glyph {
    char c;
    unsigned char columns[GLYPH_WIDTH];
};
static const struct glyph glyphs[] = {
    {'0', {0x3e, 0x51, 0x49, 0x45, 0x3e}}, {'1', {0x00, 0x42, 0x7f, 0x40, 0x00}},
    {'2', {0x42, 0x61, 0x51, 0x49, 0x46}}, {'3', {0x21, 0x41, 0x45, 0x4b, 0x31}},
    {'4', {0x18, 0x14, 0x12, 0x7f, 0x10}}, {'5', {0x27, 0x45, 0x45, 0x45, 0x39}},
    {'6', {0x3c, 0x4a, 0x49, 0x49, 0x30}}, {'7', {0x01, 0x71, 0x09, 0x05, 0x03}},
    {'8', {0x36, 0x49, 0x49, 0x49, 0x36}}, {'9', {0x06, 0x49, 0x49, 0x29, 0x1e}},
    {'A', {0x7e, 0x11, 0x11, 0x11, 0x7e}}, {'B', {0x7f, 0x49, 0x49, 0x49, 0x36}},
    {'C', {0x3e, 0x41, 0x41, 0x41, 0x22}}, {'D', {0x7f, 0x41, 0x41, 0x22, 0x1c}},
    {'E', {0x7f, 0x49, 0x49, 0x49, 0x41}}, {'F', {0x7f, 0x09, 0x09, 0x09, 0x01}},
    {'G', {0x3e, 0x41, 0x49, 0x49, 0x7a}}, {'H', {0x7f, 0x08, 0x08, 0x08, 0x7f}},
    {'I', {0x00, 0x41, 0x7f, 0x41, 0x00}}, {'J', {0x20, 0x40, 0x41, 0x3f, 0x01}},
    {'K', {0x7f, 0x08, 0x14, 0x22, 0x41}}, {'L', {0x7f, 0x40, 0x40, 0x40, 0x40}},
    {'M', {0x7f, 0x02, 0x0c, 0x02, 0x7f}}, {'N', {0x7f, 0x04, 0x08, 0x10, 0x7f}},
    {'O', {0x3e, 0x41, 0x41, 0x41, 0x3e}}, {'P', {0x7f, 0x09, 0x09, 0x09, 0x06}},
    {'Q', {0x3e, 0x41, 0x51, 0x21, 0x5e}}, {'R', {0x7f, 0x09, 0x19, 0x29, 0x46}},
    {'S', {0x46, 0x49, 0x49, 0x49, 0x31}}, {'T', {0x01, 0x01, 0x7f, 0x01, 0x01}},
    {'U', {0x3f, 0x40, 0x40, 0x40, 0x3f}}, {'V', {0x1f, 0x20, 0x40, 0x20, 0x1f}},
    {'W', {0x3f, 0x40, 0x38, 0x40, 0x3f}}, {'X', {0x63, 0x14, 0x08, 0x14, 0x63}},
    {'Y', {0x07, 0x08, 0x70, 0x08, 0x07}}, {'Z', {0x61, 0x51, 0x49, 0x45, 0x43}},
    {'-', {0x08, 0x08, 0x08, 0x08, 0x08}},
};

/* A picture as PNG wants it: each row begins with its filter byte, 0. */
struct picture {
    unsigned char rows[HEIGHT][WIDTH + 1];
};

static void draw_box(struct picture *p, int x, int y, int width, int height)
{
    for (int row = y; row < y + height && row < HEIGHT; row++)
        for (int column = x; column < x + width && column < WIDTH; column++)
            p->rows[row][column + 1] = BLACK;
}

static void draw_glyph(struct picture *p, int x, int y, int dot, const struct glyph *g)
{
    for (int column = 0; column < GLYPH_WIDTH; column++)
        for (int row = 0; row < GLYPH_HEIGHT; row++)
            if ((g->columns[column] >> row & 1) != 0)
                draw_box(p, x + column * dot, y + row * dot, dot, dot);
}

static const struct glyph *find_glyph(char c)
{
    char upper = (char)toupper((unsigned char)c);
    for (size_t i = 0; i < sizeof glyphs / sizeof glyphs[0]; i++)
        if (glyphs[i].c == upper)
            return &glyphs[i];
    return NULL; /* left blank */
}

/* As large as fits in the width, at most `dot` dots a point; what does not fit is cut. */
static void draw_text(struct picture *p, int y, int dot, const char *text)
{
    size_t step = GLYPH_WIDTH + 1, len = strlen(text);
    while (dot > 1 && len * step * (size_t)dot > WIDTH - 2 * MARGIN)
        dot--;
    int x = MARGIN;
    for (; *text != '\0' && x + GLYPH_WIDTH * dot <= WIDTH - MARGIN; text++) {
        const struct glyph *g = find_glyph(*text);
        if (g != NULL)
            draw_glyph(p, x, y, dot, g);
        x += (int)step * dot;
    }
}

static struct picture *draw_label(const char *order, const char *tracking)
{
    struct picture *p = mem_new(sizeof *p);
    for (int row = 0; row < HEIGHT; row++)
        memset(p->rows[row] + 1, WHITE, WIDTH);
    draw_text(p, 30, 4, "SAMPLE LABEL");
    draw_box(p, MARGIN, 80, WIDTH - 2 * MARGIN, 3);
    draw_text(p, 110, 3, "TRACKING");
    draw_text(p, 150, 5, tracking);
    draw_box(p, MARGIN, 220, WIDTH - 2 * MARGIN, 3);
    draw_text(p, 250, 3, "ORDER");
    draw_text(p, 290, 6, order);
    draw_box(p, MARGIN, 360, WIDTH - 2 * MARGIN, 3);
    return p;
}

static void add4(struct buf *out, size_t n)
{
    char bytes[4] = {(char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n};
    buf_add(out, bytes, sizeof bytes);
}

/* `len` is small: a picture's rows, a comment. */
static void png_chunk(struct buf *out, const char *type, const void *data, size_t len)
{
    uLong crc = crc32(crc32(0, NULL, 0), (const Bytef *)type, 4);
    if (len > 0)
        crc = crc32(crc, data, (uInt)len);
    add4(out, len);
    buf_text(out, type);
    buf_add(out, data, len);
    add4(out, crc);
}

static void png_header(struct buf *out)
{
    char ihdr[13] = {0, 0, (char)(WIDTH >> 8),  (char)WIDTH,
                     0, 0, (char)(HEIGHT >> 8), (char)HEIGHT,
                     8 /* bits, grey */};
    buf_add(out, "\x89PNG\r\n\x1a\n", 8);
    png_chunk(out, "IHDR", ihdr, sizeof ihdr);
}

static void png_comment(struct buf *out, const char *text)
{
    struct buf comment;
    buf_init(&comment, 1024);
    buf_add(&comment, "Comment", 8); /* with its NUL */
    for (; *text != '\0' && comment.len < comment.max; text++)
        buf_char(&comment, *text >= ' ' && *text < 0x7f ? *text : '?');
    png_chunk(out, "tEXt", comment.data, comment.len);
    buf_clear(&comment);
}

static void png_picture(struct buf *out, const struct picture *p)
{
    uLongf len = compressBound(sizeof p->rows);
    unsigned char *packed = mem_new(len);
    int result = compress2(packed, &len, &p->rows[0][0], sizeof p->rows, Z_BEST_SPEED);
    if (result == Z_OK)
        png_chunk(out, "IDAT", packed, len);
    else
        out->over =
            true; /* no memory: the caller's buf_ok says that the picture is not whole */
    free(packed);
}

void sample_png(struct buf *out, const char *order, const char *tracking)
{
    struct picture *p = draw_label(order, tracking);
    png_header(out);
    png_comment(out, order);
    png_picture(out, p);
    png_chunk(out, "IEND", NULL, 0);
    free(p);
}

/* --- PDF: one page
 * ------------------------------------------------------------------------ */

enum { PAGE_TOP = 740, PAGE_LEADING = 16, PAGE_LINES = 43, PDF_OBJECTS = 5 };

/* The character that begins at *text as Latin-1, which WinAnsiEncoding holds; '?' for
 * others. */
static unsigned char latin1(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    if (s[0] < 0x80) {
        *text += 1;
        return s[0] >= ' ' && s[0] < 0x7f ? s[0] : '?';
    }
    size_t len = 1;
    while ((s[len] & 0xc0) == 0x80)
        len++;
    *text += len;
    bool held =
        len == 2 && (s[0] == 0xc2 || s[0] == 0xc3) && (s[0] == 0xc3 || s[1] >= 0xa0);
    return held ? (unsigned char)((s[0] & 3) << 6 | (s[1] & 0x3f)) : '?';
}

static void pdf_string(struct buf *out, const char *text)
{
    buf_char(out, '(');
    while (*text != '\0') {
        unsigned char c = latin1(&text);
        if (c >= 0x80)
            buf_format(out, "\\%03o", c);
        else if (c == '(' || c == ')' || c == '\\')
            buf_format(out, "\\%c", c);
        else
            buf_char(out, (char)c);
    }
    buf_char(out, ')');
}

/* What draws the page; more lines than fit at the normal size are set smaller. */
static void pdf_content(struct buf *out, const char *title, const char *const *lines,
                        size_t count)
{
    double scale = count > PAGE_LINES ? (double)PAGE_LINES / (double)count : 1;
    buf_format(out, "BT\n/F1 18 Tf\n50 %d Td\n", PAGE_TOP);
    pdf_string(out, title);
    buf_format(out, " Tj\n/F1 %.3f Tf\n0 -14 Td\n%.3f TL\nT*\n", 11 * scale,
               PAGE_LEADING * scale);
    for (size_t i = 0; i < count; i++) {
        pdf_string(out, lines[i]);
        buf_text(out, " Tj\nT*\n");
    }
    buf_text(out, "ET\n");
}

/* The table of where each object begins, in lines of exactly 20 bytes. */
static void pdf_table(struct buf *out, size_t base, const size_t at[PDF_OBJECTS])
{
    size_t table = out->len - base;
    buf_format(out, "xref\n0 %d\n0000000000 65535 f \n", PDF_OBJECTS + 1);
    for (int i = 0; i < PDF_OBJECTS; i++)
        buf_format(out, "%010zu 00000 n \n", at[i]);
    buf_format(out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n",
               PDF_OBJECTS + 1, table);
}

void sample_pdf(struct buf *out, const char *title, const char *const *lines,
                size_t count)
{
    static const char *const fixed[PDF_OBJECTS - 1] = {
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R\n"
        "/Resources << /Font << /F1 4 0 R >> >> >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding "
        ">>"};
    size_t base = out->len, at[PDF_OBJECTS];
    struct buf content;
    buf_init(&content, out->max);
    pdf_content(&content, title, lines, count);

    buf_text(
        out,
        "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"); /* four high bytes: not to be sent as text */
    for (int i = 0; i < PDF_OBJECTS - 1; i++) {
        at[i] = out->len - base;
        buf_format(out, "%d 0 obj\n%s\nendobj\n", i + 1, fixed[i]);
    }
    at[PDF_OBJECTS - 1] = out->len - base;
    buf_format(out, "%d 0 obj\n<< /Length %zu >>\nstream\n", PDF_OBJECTS, content.len);
    buf_add(out, content.data, content.len);
    buf_text(out, "endstream\nendobj\n");
    pdf_table(out, base, at);
    out->over = out->over || content.over;
    buf_clear(&content);
}
