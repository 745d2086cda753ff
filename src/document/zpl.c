/* ZPL II: formats from ^XA to ^XZ, one after the other, nothing but white space around
 * them except ~ commands and changes of the prefixes before a ^XA.
 *
 * Only prefixes are looked at, found in bulk by memchr. Binary data (^GFB, ^GFC, ~DY with
 * B or C) may hold any byte and are passed over by their own count. */
#include "document/examine.h"

#include <string.h>

static const uint64_t binary_max = UINT64_C(1) << 40; /* a count beyond is nonsense */

/* A piece of the document and where the next prefixes stand in it; NULL: not looked for
 * yet. */
struct piece {
    const unsigned char *p, *end;
    const unsigned char *caret, *tilde;
};

bool zpl_begins(const unsigned char *head, size_t len, size_t *skip)
{
    size_t i = white_prefix(head, len);
    /* ZebraDesigner begins with <DLE>CT~, which makes ~ a prefix whatever it was before.
     */
    size_t dle = i < len && head[i] == 0x10;
    if (len - i >= dle + 3 && memcmp(head + i + dle, "CT~", 3) == 0)
        i += dle + 3;
    *skip = i;
    return i < len && (head[i] == '^' || head[i] == '~');
}

void zpl_init(struct zpl *z, size_t skip)
{
    *z = (struct zpl){.caret = '^', .tilde = '~', .comma = ',', .offset = skip};
}

/* A command's two letters as one number. */
#define NAME(a, b) ((unsigned)(a) << 8 | (unsigned)(b))

static bool is_prefix(const struct zpl *z, unsigned char c)
{
    return c == z->caret || c == z->tilde;
}

static bool leaves_ink(unsigned name)
{
    switch (name) {
    case NAME('F', 'D'):
    case NAME('F', 'V'):
    case NAME('G', 'B'):
    case NAME('G', 'C'):
    case NAME('G', 'D'):
    case NAME('G', 'E'):
    case NAME('G', 'F'):
    case NAME('I', 'L'):
    case NAME('I', 'M'):
    case NAME('S', 'N'):
    case NAME('X', 'F'):
    case NAME('X', 'G'):
        return true;
    default:
        return false;
    }
}

static void begin_format(struct zpl *z, struct flaw *flaw)
{
    if (z->open)
        flaw_set(flaw,
                 "the ZPL has a second ^XA at byte %llu before the ^XZ of the first",
                 (unsigned long long)z->at);
    z->open = true;
    z->opened = z->at;
    z->formats = true;
    z->trailing = false;
}

static void outside_flaw(const struct zpl *z, uint64_t at, struct flaw *flaw)
{
    flaw_set(flaw, "the ZPL has something outside ^XA and ^XZ at byte %llu%s",
             (unsigned long long)at, z->formats ? ", after a ^XZ" : "");
}

static void begin_params(struct zpl *z)
{
    z->state = ZPL_PARAMS;
    z->commas = 0;
    z->binary = false;
    z->left = 0;
}

/* A command with ^ whose name is complete. */
static void caret_command(struct zpl *z, struct flaw *flaw)
{
    if (z->name == NAME('X', 'A'))
        begin_format(z, flaw);
    else if (!z->open)
        outside_flaw(z, z->at, flaw);
    else if (z->name == NAME('X', 'Z'))
        z->open = false;
    if (z->name == NAME('G', 'F'))
        begin_params(z);
    z->prints = z->prints || leaves_ink(z->name);
}

/* A command with ~: allowed anywhere, but none may be the last thing. */
static void tilde_command(struct zpl *z)
{
    z->control = !z->open;
    if (!z->open && z->formats && !z->trailing) {
        z->trailing = true;
        z->trailing_at = z->at;
    }
    if (z->name == NAME('D', 'Y'))
        begin_params(z);
}

static void run_command(struct zpl *z, struct flaw *flaw)
{
    z->state = ZPL_SCAN;
    z->control = false;
    if (z->name == NAME('C', 'C') || z->name == NAME('C', 'D') ||
        z->name == NAME('C', 'T'))
        z->state = ZPL_CHANGE;
    else if (z->lead == z->caret)
        caret_command(z, flaw);
    else
        tilde_command(z);
}

static void begin_command(struct zpl *z, const struct piece *x)
{
    z->lead = *x->p;
    z->at = z->offset;
    z->have = 0;
    z->name = 0;
    z->state = ZPL_NAME;
}

/* Where `c` stands next at or after x->p; keeps what an earlier look found. */
static const unsigned char *next_of(const struct piece *x, const unsigned char *known,
                                    unsigned char c)
{
    if (known != NULL && known >= x->p)
        return known;
    const unsigned char *found = memchr(x->p, c, (size_t)(x->end - x->p));
    return found != NULL ? found : x->end;
}

static void step(struct zpl *z, struct piece *x, size_t len)
{
    x->p += len;
    z->offset += len;
}

#define LETTER(c) (UINT32_C(1) << ((c) - 'A'))

/* A command within a format that changes no state of the machine, whatever follows it. */
static inline bool is_ordinary(unsigned char a, unsigned char b)
{
    static const uint32_t others =
        LETTER('C') | LETTER('G') | LETTER('I') | LETTER('S') |
        LETTER('X'); /* one of them changes something or prints */
    if (a == 'G')
        return b == 'B';
    return a >= 'A' && a <= 'Z' && (others >> (a - 'A') & 1) == 0 && b != '^';
}

/* Nearly all commands of a label are ordinary; they are passed without the machine, as
 * long as the prefixes are the usual ones. */
static void pass_ordinary(struct zpl *z, struct piece *x)
{
    const unsigned char *p = x->caret, *end = x->tilde;
    bool ink = false;
    while (end - p >= 3 && is_ordinary(p[1], p[2])) {
        ink |= p[1] == 'G' ||
               (p[1] == 'F' && ((p[2] | 0x20) == 'd' || (p[2] | 0x20) == 'v'));
        p = memchr(p + 3, '^', (size_t)(end - p - 3));
        if (p == NULL)
            p = end;
    }
    z->prints = z->prints || ink;
    if (p > x->caret) {
        step(z, x, (size_t)(p - x->p));
        x->caret = NULL;
    }
}

static void find_prefixes(const struct zpl *z, struct piece *x)
{
    x->caret = next_of(x, x->caret, z->caret);
    x->tilde = next_of(x, x->tilde, z->tilde);
}

/* On to the next prefix; outside of formats and ~ commands only white space is passed. */
static void scan(struct zpl *z, struct piece *x, struct flaw *flaw)
{
    find_prefixes(z, x);
    if (z->open && z->caret == '^' && z->tilde == '~' && x->caret < x->tilde) {
        pass_ordinary(z, x);
        find_prefixes(z, x);
    }
    const unsigned char *next = x->caret < x->tilde ? x->caret : x->tilde;
    for (const unsigned char *p = x->p; !z->open && !z->control && p < next; p++)
        if (!is_white(*p)) {
            outside_flaw(z, z->offset + (uint64_t)(p - x->p), flaw);
            return;
        }
    step(z, x, (size_t)(next - x->p));
    if (x->p < x->end) {
        begin_command(z, x);
        step(z, x, 1);
    }
}

static unsigned upper(unsigned char c)
{
    return c >= 'a' && c <= 'z' ? c - 0x20u : c;
}

static void take_name(struct zpl *z, struct piece *x, struct flaw *flaw)
{
    unsigned char c = *x->p;
    if (is_prefix(z, c)) { /* the one before was none */
        begin_command(z, x);
    } else {
        z->name = z->name << 8 | upper(c);
        z->have++;
        if (z->have == 2)
            run_command(z, flaw);
    }
    step(z, x, 1);
}

/* Only what was found for the changed prefix is forgotten: a document that is nothing but
 * changes still takes time in proportion to its length. */
static void take_change(struct zpl *z, struct piece *x)
{
    unsigned char c = *x->p;
    z->state = ZPL_SCAN;
    if (z->name == NAME('C', 'C')) {
        z->caret = c;
        x->caret = NULL;
    } else if (z->name == NAME('C', 'T')) {
        z->tilde = c;
        x->tilde = NULL;
    } else {
        z->comma = c;
    }
    step(z, x, 1);
}

/* What a character between the commas says: in ^GFa,b,c,d,data `a` is the kind and b the
 * count, in ~DYd:f,b,x,t,w,data `b` is the kind and t the count. */
static void take_param_character(struct zpl *z, unsigned char c, unsigned kind,
                                 unsigned count)
{
    if (z->commas == kind)
        z->binary = z->binary || c == 'B' || c == 'C' || c == 'b' || c == 'c';
    else if (z->commas == count && c >= '0' && c <= '9' && z->left < binary_max)
        z->left = z->left * 10 + (uint64_t)(c - '0');
}

static void take_params(struct zpl *z, struct piece *x)
{
    bool graphic = z->lead == z->caret;
    unsigned kind = graphic ? 0 : 1, count = graphic ? 1 : 3, last = graphic ? 4 : 5;
    unsigned char c = *x->p;
    if (is_prefix(z, c)) { /* no data at all */
        z->state = ZPL_SCAN;
        return;
    }
    step(z, x, 1);
    if (c != z->comma) {
        take_param_character(z, c, kind, count);
        return;
    }
    z->commas++;
    if (z->commas > kind && !z->binary)
        z->state = ZPL_SCAN; /* text, without prefixes in it */
    else if (z->commas == last)
        z->state = z->left > 0 ? ZPL_BINARY : ZPL_SCAN;
}

static void take_binary(struct zpl *z, struct piece *x)
{
    size_t here = (size_t)(x->end - x->p);
    size_t n = here < z->left ? here : (size_t)z->left;
    z->left -= n;
    if (z->left == 0)
        z->state = ZPL_SCAN;
    step(z, x, n);
}

void zpl_take(struct zpl *z, const unsigned char *data, size_t len, struct flaw *flaw)
{
    struct piece x = {.p = data, .end = data + len};
    while (x.p < x.end && !flaw_there(flaw)) {
        switch (z->state) {
        case ZPL_SCAN:
            scan(z, &x, flaw);
            break;
        case ZPL_NAME:
            take_name(z, &x, flaw);
            break;
        case ZPL_CHANGE:
            take_change(z, &x);
            break;
        case ZPL_PARAMS:
            take_params(z, &x);
            break;
        case ZPL_BINARY:
            take_binary(z, &x);
            break;
        }
    }
}

void zpl_end(const struct zpl *z, struct flaw *flaw)
{
    if (z->state == ZPL_BINARY)
        flaw_set(flaw,
                 "the ZPL ends inside the graphic at byte %llu: %llu bytes are missing",
                 (unsigned long long)z->at, (unsigned long long)z->left);
    else if (z->open)
        flaw_set(flaw, "the ZPL format that begins at byte %llu has no ^XZ",
                 (unsigned long long)z->opened);
    else if (z->state != ZPL_SCAN)
        flaw_set(flaw, "the ZPL ends inside the command at byte %llu",
                 (unsigned long long)z->at);
    else if (!z->formats)
        flaw_set(flaw, "the ZPL has no ^XA");
    else if (z->trailing)
        outside_flaw(z, z->trailing_at, flaw);
    else if (!z->prints)
        flaw_set(flaw, "the ZPL has nothing in it that prints");
}
