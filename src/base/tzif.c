/* A zone file's table of changes (TZif version 2 and later, RFC 9636), read from memory.
 *
 * Every count in the file is checked against its length before anything is read. Changes
 * that leave the offset as it is (names, flags) are dropped. */
#include "base/tzif.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { HEADER = 44, TYPE_SIZE = 6, FOOTER_MAX = 128, OFFSET_MAX = 26 * 3600 };

/* The counts of a header, in their order. */
struct counts {
    size_t isut, isstd, leap, time, type, chars;
};

static uint32_t big32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t big64(const unsigned char *p)
{
    return (int64_t)((uint64_t)big32(p) << 32 | big32(p + 4));
}

/* Bytes that follow a header whose times have `width` bytes. */
static size_t body_size(const struct counts *n, size_t width)
{
    return n->time * (width + 1) + n->type * TYPE_SIZE + n->chars +
           n->leap * (width + 4) + n->isstd + n->isut;
}

/* Reads the header at data + at and checks that its body is there. */
static bool read_header(const unsigned char *data, size_t len, size_t at, size_t width,
                        struct counts *n)
{
    if (len < at || len - at < HEADER || memcmp(data + at, "TZif", 4) != 0)
        return false;
    const unsigned char *p = data + at + 20;
    *n = (struct counts){big32(p),      big32(p + 4),  big32(p + 8),
                         big32(p + 12), big32(p + 16), big32(p + 20)};
    return body_size(n, width) <= len - at - HEADER;
}

void tzif_clear(struct tzif *z)
{
    free(z->at);
    free(z->offset);
    *z = (struct tzif){0};
}

/* The offset of a local time type; false when it is none. */
static bool type_offset(const unsigned char *types, const struct counts *n, size_t type,
                        int *out)
{
    if (type >= n->type)
        return false;
    int64_t offset = (int32_t)big32(types + type * TYPE_SIZE);
    *out = (int)offset;
    return offset > -OFFSET_MAX && offset < OFFSET_MAX;
}

static const char *read_changes(struct tzif *z, const unsigned char *body,
                                const struct counts *n)
{
    const unsigned char *indexes = body + n->time * 8, *types = indexes + n->time;
    if (!type_offset(types, n, 0, &z->first))
        return "its first local time is damaged";
    z->at = mem_array(n->time, sizeof *z->at);
    z->offset = mem_array(n->time, sizeof *z->offset);
    z->rule_from = INT64_MIN;
    int current = z->first;
    for (size_t i = 0; i < n->time; i++) {
        int64_t at = big64(body + i * 8);
        int offset;
        if (i > 0 && at <= z->rule_from)
            return "its changes are not in order";
        if (!type_offset(types, n, indexes[i], &offset))
            return "a change has no local time";
        z->rule_from = at;
        if (offset == current)
            continue;
        z->at[z->count] = at;
        z->offset[z->count++] = current = offset;
    }
    return NULL;
}

/* "\nCST6CDT,M3.2.0,M11.1.0\n", or two line ends when there is no rule. */
static const char *read_footer(struct tzif *z, const unsigned char *data, size_t len)
{
    char text[FOOTER_MAX];
    const unsigned char *end = len < 2 ? NULL : memchr(data + 1, '\n', len - 1);
    if (end == NULL || data[0] != '\n')
        return "its last line is missing";
    size_t size = (size_t)(end - data - 1);
    if (size >= sizeof text)
        return "its last line is too long";
    memcpy(text, data + 1, size);
    text[size] = '\0';
    z->has_rule = size > 0;
    return size == 0 || tz_rule_parse(text, &z->rule) ? NULL : "its last line is no rule";
}

const char *tzif_read(struct tzif *z, const unsigned char *data, size_t len)
{
    struct counts n;
    *z = (struct tzif){0};
    if (!read_header(data, len, 0, 4, &n))
        return "it is no time zone file";
    if (data[4] < '2')
        return "it is a time zone file of version 1";
    size_t second = HEADER + body_size(&n, 4);
    if (!read_header(data, len, second, 8, &n))
        return "it is cut short";
    if (n.leap > 0)
        return "it counts leap seconds";
    const char *wrong = read_changes(z, data + second + HEADER, &n);
    size_t footer = second + HEADER + body_size(&n, 8);
    if (wrong == NULL)
        wrong = read_footer(z, data + footer, len - footer);
    if (wrong != NULL)
        tzif_clear(z);
    return wrong;
}

/* How many changes are at or before `t`. */
static size_t changes_until(const struct tzif *z, int64_t t)
{
    size_t low = 0, high = z->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->at[middle] <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int tzif_offset(const struct tzif *z, int64_t t)
{
    if (z->has_rule && t >= z->rule_from)
        return tz_rule_offset(&z->rule, t);
    size_t past = changes_until(z, t);
    return past == 0 ? z->first : z->offset[past - 1];
}

int64_t tzif_next(const struct tzif *z, int64_t t)
{
    size_t past = changes_until(z, t);
    if (past < z->count)
        return z->at[past];
    if (!z->has_rule)
        return INT64_MAX;
    return t < z->rule_from ? z->rule_from : tz_rule_next(&z->rule, t);
}
