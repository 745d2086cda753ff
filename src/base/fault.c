/* What went wrong, in a code for the program and a sentence for people.
 *
 * Sentences are formatted into the caller's struct; text that does not fit is cut between
 * characters, so that every sentence stays UTF-8. */
#include "base/fault.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = sizeof((struct fault *)0)->text };

/* Drops a character that was cut in half at the end of `text`. */
static void cut_at_character(char *text)
{
    size_t len = strlen(text);
    size_t back = 0; /* continuation bytes at the end */
    while (back < 3 && back < len && ((unsigned char)text[len - 1 - back] & 0xC0) == 0x80)
        back++;
    if (back == len)
        return;
    unsigned char lead = (unsigned char)text[len - 1 - back];
    size_t want = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (want > back)
        text[len - 1 - back] = '\0';
}

/* Formats into `out` of TEXT_SIZE bytes. */
__attribute__((format(printf, 2, 0))) static void
format_cut(char *out, const char *format, va_list args)
{
    int n = vsnprintf(out, TEXT_SIZE, format, args);
    if (n < 0)
        out[0] = '\0';
    else if (n >= TEXT_SIZE)
        cut_at_character(out);
}

/* Makes the sentence "<what>: <rest>"; neither may be f->text. */
__attribute__((format(printf, 2, 3))) static void compose(struct fault *f,
                                                          const char *format, ...)
{
    va_list args;
    va_start(args, format);
    format_cut(f->text, format, args);
    va_end(args);
}

enum err fault_set(struct fault *f, enum err code, const char *format, ...)
{
    if (f == NULL)
        return code;
    char text[TEXT_SIZE]; /* the arguments may point into f */
    va_list args;
    va_start(args, format);
    format_cut(text, format, args);
    va_end(args);
    memcpy(f->text, text, sizeof text);
    f->code = code;
    return code;
}

enum err fault_prefix(struct fault *f, const char *format, ...)
{
    if (f == NULL)
        return ERR_BUG;
    char what[TEXT_SIZE], rest[TEXT_SIZE];
    va_list args;
    va_start(args, format);
    format_cut(what, format, args);
    va_end(args);
    memcpy(rest, f->text, sizeof rest);
    compose(f, "%s: %s", what, rest);
    return f->code;
}

static enum err code_of_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_DENIED;
    case EAGAIN:
    case EBUSY:
    case ETXTBSY:
        return ERR_BUSY;
    case ENAMETOOLONG:
    case EFBIG:
        return ERR_LIMIT;
    default:
        return ERR_IO;
    }
}

enum err fault_errno(struct fault *f, const char *format, ...)
{
    int number = errno;
    enum err code = code_of_errno(number);
    if (f == NULL)
        return code;
    char what[TEXT_SIZE], why[128];
    va_list args;
    va_start(args, format);
    format_cut(what, format, args);
    va_end(args);
    if (strerror_r(number, why, sizeof why) != 0)
        snprintf(why, sizeof why, "error %d", number);
    compose(f, "%s: %s", what, why);
    f->code = code;
    errno = number;
    return code;
}

const char *err_name(enum err code)
{
    static const char *const names[] = {
        [ERR_OK] = "ok",
        [ERR_INPUT] = "input",
        [ERR_LIMIT] = "limit",
        [ERR_NOT_FOUND] = "not_found",
        [ERR_CONFLICT] = "conflict",
        [ERR_STATE] = "state",
        [ERR_DENIED] = "denied",
        [ERR_BUSY] = "busy",
        [ERR_NETWORK] = "network",
        [ERR_AMAZON] = "amazon",
        [ERR_IO] = "io",
        [ERR_CANCELLED] = "cancelled",
        [ERR_BUG] = "bug",
    };
    size_t i = (size_t)code;
    return i < sizeof names / sizeof names[0] ? names[i] : "bug";
}
