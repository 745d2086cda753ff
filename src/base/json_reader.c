/* JSON as it arrives: a push reader that may be cut at any byte.
 *
 * A state per byte, except within strings: there whole lanes are skipped while they hold
 * plain ASCII only, so that megabytes of base64 pass at memory speed. No recursion: open
 * containers are a stack of their closing brackets. The first error stays. */
#include "base/json_reader.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum state {
    WANT_VALUE,
    WANT_VALUE_OR_END, /* after [ */
    WANT_KEY,
    WANT_KEY_OR_END, /* after { */
    WANT_COLON,
    WANT_COMMA_OR_END,
    WANT_NOTHING, /* the value is complete */
    IN_STRING,
    IN_ESCAPE,       /* after a backslash */
    IN_HEX,          /* after \u */
    WANT_LOW_ESCAPE, /* after a high surrogate */
    WANT_LOW_LETTER, /* after a high surrogate and a backslash */
    IN_LITERAL,      /* true, false, null */
    IN_NUMBER_MINUS, /* the states from here on are the grammar of numbers */
    IN_NUMBER_ZERO,
    IN_NUMBER_WHOLE,
    IN_NUMBER_POINT,
    IN_NUMBER_FRACTION,
    IN_NUMBER_E,
    IN_NUMBER_SIGN,
    IN_NUMBER_EXPONENT
};

/* Which bytes may follow within a character of several bytes. */
struct utf8 {
    unsigned left;           /* bytes that are still to come */
    unsigned char low, high; /* what the next one may be */
};

struct json_reader {
    json_event_fn *fn;
    void *arg;
    struct fault fault; /* the first error */
    enum state state;
    size_t offset;
    char closers[JSON_DEPTH_MAX]; /* the bracket that ends each open container */
    size_t depth;
    bool in_key;  /* the string being read is a key */
    bool escaped; /* the next byte of the string means itself */
    struct utf8 utf8;
    unsigned unit, high; /* \uXXXX so far; the high surrogate before it, or 0 */
    unsigned digits;     /* hex digits read */
    const char *literal; /* what is left of it */
    enum json_event literal_event;
    char key[JSON_KEY_MAX + 1];
    size_t key_len;
    char number[JSON_NUMBER_MAX + 1];
    size_t number_len;
};

struct json_reader *json_reader_new(json_event_fn *fn, void *arg)
{
    struct json_reader *r = mem_new(sizeof *r);
    r->fn = fn;
    r->arg = arg;
    return r;
}

void json_reader_free(struct json_reader *r)
{
    free(r);
}

size_t json_reader_offset(const struct json_reader *r)
{
    return r->offset;
}

/* ---- errors and events ---- */

/* The error is about the byte that was taken last. */
__attribute__((format(printf, 3, 4))) static enum err
fail(struct json_reader *r, enum err code, const char *format, ...)
{
    char what[200];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return fault_set(&r->fault, code, "byte %zu: %s", r->offset, what);
}

static enum err fail_expected(struct json_reader *r, const char *what, unsigned char got)
{
    if (got > 0x20 && got < 0x7F)
        return fail(r, ERR_INPUT, "expected %s, got '%c'", what, got);
    return fail(r, ERR_INPUT, "expected %s, got byte 0x%02X", what, got);
}

static enum err send(struct json_reader *r, enum json_event event, const char *text,
                     size_t len)
{
    enum err e = r->fn(r->arg, event, text, len, &r->fault);
    r->fault.code = e;
    return e;
}

/* A value is complete. */
static enum err finish_value(struct json_reader *r, enum json_event event,
                             const char *text, size_t len)
{
    r->state = r->depth == 0 ? WANT_NOTHING : WANT_COMMA_OR_END;
    return send(r, event, text, len);
}

/* ---- strings ---- */

static void start_string(struct json_reader *r, bool key)
{
    r->state = IN_STRING;
    r->in_key = key;
    r->key_len = 0;
}

static enum err add_to_string(struct json_reader *r, const char *text, size_t len)
{
    if (!r->in_key)
        return send(r, JSON_EV_PART, text, len);
    if (len > JSON_KEY_MAX - r->key_len)
        return fail(r, ERR_LIMIT, "a key is longer than %d bytes", JSON_KEY_MAX);
    memcpy(r->key + r->key_len, text, len);
    r->key_len += len;
    return ERR_OK;
}

static enum err finish_string(struct json_reader *r)
{
    if (!r->in_key)
        return finish_value(r, JSON_EV_STRING_END, "", 0);
    r->state = WANT_COLON;
    r->key[r->key_len] = '\0';
    return send(r, JSON_EV_KEY, r->key, r->key_len);
}

/* Sixteen bytes that are looked at at once. */
typedef signed char lane __attribute__((vector_size(16)));

/* The first byte in memory of a word that is not 0. */
static size_t first_set(uint64_t word)
{
    if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
        word = __builtin_bswap64(word);
    return (size_t)__builtin_ctzll(word) / 8;
}

/* How many bytes from the lane's start on are plain ASCII: no control, quote or
 * backslash. Bytes from 0x80 on are negative. */
static size_t plain_in_lane(const char *p)
{
    lane v;
    uint64_t odd[2];
    memcpy(&v, p, sizeof v);
    v = (v < 0x20) | (v == '"') | (v == '\\');
    memcpy(odd, &v, sizeof odd);
    if (odd[0] != 0)
        return first_set(odd[0]);
    return odd[1] != 0 ? 8 + first_set(odd[1]) : sizeof v;
}

/* The first byte from `p` on that is not plain, or `end`. */
static const char *skip_plain(const char *p, const char *end)
{
    while (end - p >= (ptrdiff_t)sizeof(lane)) {
        const size_t plain = plain_in_lane(p);
        p += plain;
        if (plain < sizeof(lane))
            return p;
    }
    while (p < end) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
            break;
        p++;
    }
    return p;
}

/* Takes the first byte of a character of several bytes (RFC 3629, table 3-7 of Unicode).
 */
static bool utf8_lead(struct utf8 *u, unsigned char c)
{
    if (c < 0xC2 || c > 0xF4)
        return false;
    u->left = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    u->low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    u->high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    return true;
}

/* Takes a byte of such a character; false when it does not belong there. */
static bool utf8_take(struct utf8 *u, unsigned char c)
{
    if (u->left == 0)
        return utf8_lead(u, c);
    if (c < u->low || c > u->high)
        return false;
    *u = (struct utf8){u->left - 1, 0x80, 0xBF};
    return true;
}

/* The byte that ends a run within a string was taken. */
static enum err stop_string(struct json_reader *r, unsigned char c)
{
    if (r->utf8.left > 0 || c >= 0x80)
        return fail(r, ERR_INPUT, "broken UTF-8 in a string, got byte 0x%02X", c);
    if (c == '"')
        return finish_string(r);
    if (c != '\\')
        return fail(r, ERR_INPUT, "control character 0x%02X in a string", c);
    r->state = IN_ESCAPE;
    return ERR_OK;
}

/* Takes a run of a string: up to its end, an escape, or the end of what was fed. */
static enum err take_string(struct json_reader *r, const char **at, const char *end)
{
    const char *start = *at, *p = start;
    if (r->escaped)
        p++;
    r->escaped = false;
    for (;;) {
        if (r->utf8.left == 0)
            p = skip_plain(p, end);
        if (p == end || !utf8_take(&r->utf8, (unsigned char)*p))
            break;
        p++;
    }
    size_t len = (size_t)(p - start);
    r->offset += len;
    *at = p;
    enum err e = len > 0 ? add_to_string(r, start, len) : ERR_OK;
    if (e != ERR_OK || p == end)
        return e;
    r->offset++;
    *at = p + 1;
    return stop_string(r, (unsigned char)*p);
}

static enum err take_escape(struct json_reader *r, unsigned char c)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    if (c == 'u') {
        r->state = IN_HEX;
        r->unit = r->digits = 0;
        return ERR_OK;
    }
    const char *found = c == '\0' ? NULL : strchr(letters, c);
    if (found == NULL)
        return fail_expected(r, "one of \"\\/bfnrtu after a backslash", c);
    r->state = IN_STRING;
    return add_to_string(r, &meanings[found - letters], 1);
}

static enum err add_character(struct json_reader *r, unsigned c)
{
    char out[4];
    size_t len = 0;
    if (c < 0x80) {
        out[len++] = (char)c;
    } else if (c < 0x800) {
        out[len++] = (char)(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        out[len++] = (char)(0xE0 | c >> 12);
        out[len++] = (char)(0x80 | (c >> 6 & 0x3F));
    } else {
        out[len++] = (char)(0xF0 | c >> 18);
        out[len++] = (char)(0x80 | (c >> 12 & 0x3F));
        out[len++] = (char)(0x80 | (c >> 6 & 0x3F));
    }
    if (c >= 0x80)
        out[len++] = (char)(0x80 | (c & 0x3F));
    r->state = IN_STRING;
    return add_to_string(r, out, len);
}

/* Four hex digits are there. */
static enum err finish_unit(struct json_reader *r)
{
    bool is_high = r->unit >= 0xD800 && r->unit < 0xDC00;
    bool is_low = r->unit >= 0xDC00 && r->unit < 0xE000;
    unsigned high = r->high;
    if (is_low != (high != 0))
        return fail(r, ERR_INPUT, "half of a surrogate pair");
    r->high = is_high ? r->unit : 0;
    if (is_high) {
        r->state = WANT_LOW_ESCAPE;
        return ERR_OK;
    }
    if (is_low)
        return add_character(r, 0x10000 + ((high - 0xD800) << 10) + (r->unit - 0xDC00));
    return add_character(r, r->unit);
}

static enum err take_hex(struct json_reader *r, unsigned char c)
{
    unsigned digit;
    if (c >= '0' && c <= '9')
        digit = c - (unsigned)'0';
    else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        digit = (c | 0x20u) - 'a' + 10;
    else
        return fail_expected(r, "a hex digit after \\u", c);
    r->unit = r->unit << 4 | digit;
    return ++r->digits < 4 ? ERR_OK : finish_unit(r);
}

/* After a high surrogate only \u may come. */
static enum err take_low(struct json_reader *r, unsigned char c)
{
    bool first = r->state == WANT_LOW_ESCAPE;
    if (c != (first ? '\\' : 'u'))
        return fail(r, ERR_INPUT, "half of a surrogate pair");
    r->state = first ? WANT_LOW_LETTER : IN_HEX;
    r->unit = r->digits = 0;
    return ERR_OK;
}

/* ---- numbers and literals ---- */

static enum state number_after_point_or_e(enum state s, unsigned char c)
{
    bool digit = c >= '0' && c <= '9';
    switch (s) {
    case IN_NUMBER_POINT:
    case IN_NUMBER_FRACTION:
        if (digit)
            return IN_NUMBER_FRACTION;
        return s == IN_NUMBER_FRACTION && (c | 0x20) == 'e' ? IN_NUMBER_E : WANT_NOTHING;
    case IN_NUMBER_E:
        if (c == '+' || c == '-')
            return IN_NUMBER_SIGN;
        return digit ? IN_NUMBER_EXPONENT : WANT_NOTHING;
    default: /* IN_NUMBER_SIGN, IN_NUMBER_EXPONENT */
        return digit ? IN_NUMBER_EXPONENT : WANT_NOTHING;
    }
}

/* The state of a number after one more byte; WANT_NOTHING when the byte is not part of
 * it. */
static enum state number_after(enum state s, unsigned char c)
{
    bool digit = c >= '0' && c <= '9';
    if (s > IN_NUMBER_WHOLE)
        return number_after_point_or_e(s, c);
    if (digit && s != IN_NUMBER_ZERO)
        return s == IN_NUMBER_MINUS && c == '0' ? IN_NUMBER_ZERO : IN_NUMBER_WHOLE;
    if (s == IN_NUMBER_MINUS || digit)
        return WANT_NOTHING;
    if (c == '.')
        return IN_NUMBER_POINT;
    return (c | 0x20) == 'e' ? IN_NUMBER_E : WANT_NOTHING;
}

static bool number_may_end(enum state s)
{
    return s == IN_NUMBER_ZERO || s == IN_NUMBER_WHOLE || s == IN_NUMBER_FRACTION ||
           s == IN_NUMBER_EXPONENT;
}

static enum err add_to_number(struct json_reader *r, unsigned char c)
{
    if (r->number_len == JSON_NUMBER_MAX)
        return fail(r, ERR_LIMIT, "a number is longer than %d characters",
                    JSON_NUMBER_MAX);
    r->number[r->number_len++] = (char)c;
    return ERR_OK;
}

static enum err finish_number(struct json_reader *r)
{
    r->number[r->number_len] = '\0';
    return finish_value(r, JSON_EV_NUMBER, r->number, r->number_len);
}

static enum err start_number(struct json_reader *r, unsigned char c)
{
    r->state = c == '-' ? IN_NUMBER_MINUS : c == '0' ? IN_NUMBER_ZERO : IN_NUMBER_WHOLE;
    r->number_len = 0;
    return add_to_number(r, c);
}

static enum err start_literal(struct json_reader *r, const char *rest,
                              enum json_event event)
{
    r->state = IN_LITERAL;
    r->literal = rest;
    r->literal_event = event;
    return ERR_OK;
}

static enum err take_literal(struct json_reader *r, unsigned char c)
{
    if (c != (unsigned char)*r->literal)
        return fail_expected(r, "true, false or null", c);
    r->literal++;
    return *r->literal == '\0' ? finish_value(r, r->literal_event, "", 0) : ERR_OK;
}

/* ---- structure ---- */

static enum err open_container(struct json_reader *r, unsigned char c)
{
    bool object = c == '{';
    if (r->depth == JSON_DEPTH_MAX)
        return fail(r, ERR_LIMIT, "deeper than %d levels", JSON_DEPTH_MAX);
    r->closers[r->depth++] = object ? '}' : ']';
    r->state = object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
    return send(r, object ? JSON_EV_OBJECT : JSON_EV_ARRAY, "", 0);
}

static enum err close_container(struct json_reader *r, unsigned char c)
{
    r->depth--;
    return finish_value(r, c == '}' ? JSON_EV_OBJECT_END : JSON_EV_ARRAY_END, "", 0);
}

static enum err take_value(struct json_reader *r, unsigned char c)
{
    switch (c) {
    case '{':
    case '[':
        return open_container(r, c);
    case '"':
        start_string(r, false);
        return ERR_OK;
    case 't':
        return start_literal(r, "rue", JSON_EV_TRUE);
    case 'f':
        return start_literal(r, "alse", JSON_EV_FALSE);
    case 'n':
        return start_literal(r, "ull", JSON_EV_NULL);
    default:
        if (c == '-' || (c >= '0' && c <= '9'))
            return start_number(r, c);
        return fail_expected(r, r->state == WANT_VALUE ? "a value" : "a value or ']'", c);
    }
}

static enum err take_key(struct json_reader *r, unsigned char c)
{
    if (c != '"')
        return fail_expected(r, r->state == WANT_KEY ? "a key" : "a key or '}'", c);
    start_string(r, true);
    return ERR_OK;
}

static enum err take_colon(struct json_reader *r, unsigned char c)
{
    if (c != ':')
        return fail_expected(r, "':'", c);
    r->state = WANT_VALUE;
    return ERR_OK;
}

static enum err take_comma(struct json_reader *r, unsigned char c)
{
    bool object = r->closers[r->depth - 1] == '}';
    if (c != ',')
        return fail_expected(r, object ? "',' or '}'" : "',' or ']'", c);
    r->state = object ? WANT_KEY : WANT_VALUE;
    return ERR_OK;
}

static bool may_close(const struct json_reader *r, unsigned char c)
{
    if (r->state == WANT_KEY_OR_END || r->state == WANT_VALUE_OR_END ||
        r->state == WANT_COMMA_OR_END)
        return c == (unsigned char)r->closers[r->depth - 1];
    return false;
}

/* A byte between tokens. */
static enum err take_structure(struct json_reader *r, unsigned char c)
{
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
        return ERR_OK;
    if (may_close(r, c))
        return close_container(r, c);
    switch (r->state) {
    case WANT_KEY:
    case WANT_KEY_OR_END:
        return take_key(r, c);
    case WANT_COLON:
        return take_colon(r, c);
    case WANT_COMMA_OR_END:
        return take_comma(r, c);
    case WANT_NOTHING:
        return fail_expected(r, "nothing more", c);
    default:
        return take_value(r, c);
    }
}

static enum err take_byte(struct json_reader *r, unsigned char c)
{
    r->offset++;
    switch (r->state) {
    case IN_ESCAPE:
        return take_escape(r, c);
    case IN_HEX:
        return take_hex(r, c);
    case WANT_LOW_ESCAPE:
    case WANT_LOW_LETTER:
        return take_low(r, c);
    case IN_LITERAL:
        return take_literal(r, c);
    default:
        return take_structure(r, c);
    }
}

/* A byte while a number is open. One that ends the number is left for the next step. */
static enum err take_number(struct json_reader *r, const char **at)
{
    unsigned char c = (unsigned char)**at;
    enum state after = number_after(r->state, c);
    if (after == WANT_NOTHING && number_may_end(r->state))
        return finish_number(r);
    r->offset++;
    (*at)++;
    if (after == WANT_NOTHING)
        return fail_expected(r, "a digit", c);
    r->state = after;
    return add_to_number(r, c);
}

static enum err take(struct json_reader *r, const char **at, const char *end)
{
    unsigned char c = (unsigned char)**at;
    if (r->state == IN_ESCAPE && (c == '"' || c == '\\' || c == '/')) {
        r->escaped = true; /* it means itself: the next run begins with it */
        r->state = IN_STRING;
    }
    if (r->state == IN_STRING)
        return take_string(r, at, end);
    if (r->state >= IN_NUMBER_MINUS)
        return take_number(r, at);
    (*at)++;
    return take_byte(r, c);
}

static enum err result(const struct json_reader *r, struct fault *f)
{
    if (r->fault.code != ERR_OK && f != NULL)
        *f = r->fault;
    return r->fault.code;
}

enum err json_reader_feed(struct json_reader *r, const char *data, size_t len,
                          struct fault *f)
{
    if (len == 0)
        return result(r, f);
    const char *end = data + len;
    while (data < end && r->fault.code == ERR_OK)
        take(r, &data, end);
    return result(r, f);
}

static const char *unfinished(const struct json_reader *r)
{
    if (r->state >= IN_NUMBER_MINUS)
        return "inside a number";
    if (r->state == IN_LITERAL)
        return "inside a word";
    if (r->state >= IN_STRING)
        return r->in_key ? "inside a key" : "inside a string";
    if (r->depth == 0)
        return "before a value";
    return r->closers[r->depth - 1] == '}' ? "inside an object" : "inside an array";
}

enum err json_reader_end(struct json_reader *r, struct fault *f)
{
    if (r->fault.code == ERR_OK && r->depth == 0 && number_may_end(r->state))
        finish_number(r);
    if (r->fault.code == ERR_OK && r->state != WANT_NOTHING)
        fault_set(&r->fault, ERR_INPUT, "ends after byte %zu %s", r->offset,
                  unfinished(r));
    return result(r, f);
}
