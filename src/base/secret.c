/* Text that nobody may read by accident: kept apart, cleansed when it goes, redacted when
 * it comes back in somebody else's sentence. */
#include "base/secret.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { SECRET_MAX = 16 * 1024 };

void secret_clear(struct secret *s)
{
    if (s->text != NULL)
        mem_cleanse(s->text, s->len);
    free(s->text);
    *s = (struct secret){0};
}

void secret_set(struct secret *s, const char *text, size_t len)
{
    char *copy = text == NULL ? NULL : mem_copy(text, len); /* text may be our own */
    secret_clear(s);
    *s = (struct secret){copy, copy == NULL ? 0 : len};
}

void secret_copy(struct secret *to, const struct secret *from)
{
    secret_set(to, from->text, from->len);
}

bool secret_is(const struct secret *s, const char *text)
{
    unsigned char differs = 0;
    if (s->text == NULL || strlen(text) != s->len)
        return false;
    for (size_t i = 0; i < s->len; i++) /* to the end, wherever they differ */
        differs |= (unsigned char)(s->text[i] ^ text[i]);
    return differs == 0;
}

bool secret_there(const struct secret *s)
{
    return s->text != NULL && s->len > 0;
}

const char *secret_reveal(const struct secret *s)
{
    return s->text == NULL ? "" : s->text;
}

/* ---- where secrets come from ---- */

/* Opens a file that only its owner can read; -1 and *e otherwise. */
static int open_private(const char *path, enum err *e, struct fault *f)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a fifo must not stop us */
    *e = ERR_OK;
    if (fd < 0 || fstat(fd, &st) != 0)
        *e = fault_errno(f, "%s", path);
    else if (!S_ISREG(st.st_mode))
        *e = fault_set(f, ERR_INPUT, "%s is not a file", path);
    else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        *e = fault_set(f, ERR_DENIED, "%s can be read by others; try: chmod 600 %s", path,
                       path);
    if (*e != ERR_OK && fd >= 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Reads up to `size` bytes; -1 and errno on failure. */
static ssize_t read_all(int fd, char *out, size_t size)
{
    size_t len = 0;
    while (len < size) {
        ssize_t n = read(fd, out + len, size - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

/* Takes the first line of what was read. */
static enum err take_line(struct secret *s, const char *text, size_t len,
                          const char *path, struct fault *f)
{
    const char *end = memchr(text, '\n', len);
    size_t line = end == NULL ? len : (size_t)(end - text);
    if (end == NULL && len == SECRET_MAX)
        return fault_set(f, ERR_LIMIT, "%s: the first line is too long for a secret",
                         path);
    if (line > 0 && text[line - 1] == '\r')
        line--;
    if (line == 0)
        return fault_set(f, ERR_INPUT, "%s: the first line is empty", path);
    if (memchr(text, '\0', line) != NULL)
        return fault_set(f, ERR_INPUT, "%s holds a zero byte", path);
    secret_set(s, text, line);
    return ERR_OK;
}

enum err secret_from_file(struct secret *s, const char *path, struct fault *f)
{
    enum err e;
    int fd = open_private(path, &e, f);
    if (fd < 0)
        return e;
    char *text = mem_new(SECRET_MAX);
    ssize_t len = read_all(fd, text, SECRET_MAX);
    e = len < 0 ? fault_errno(f, "%s", path) : take_line(s, text, (size_t)len, path, f);
    mem_cleanse(text, SECRET_MAX);
    free(text);
    close(fd);
    return e;
}

enum err secret_from_env(struct secret *s, const char *name, struct fault *f)
{
    const char *text = getenv(name);
    if (text == NULL || text[0] == '\0')
        return fault_set(f, ERR_NOT_FOUND, "the environment variable %s is not set",
                         name);
    secret_set(s, text, strlen(text));
    return ERR_OK;
}

/* ---- redacting ---- */

static const char MASK[] = "[secret]";

/* What secrets begin with, or what stands before one. */
static const struct shape {
    const char *prefix;
    bool shown; /* the prefix itself tells nothing and stays */
} SHAPES[] = {
    {"Atza|", false},
    {"Atza%7C", false},
    {"Atzr|", false},
    {"Atzr%7C", false},
    {"Atz.sprdt|", false},
    {"Atz.sprdt%7C", false},
    {"amzn1.oa2-cs.", false},
    {"X-Amz-Signature=", true},
    {"X-Amz-Security-Token=", true},
    {"X-Amz-Credential=", true},
    {"Signature=", true},
};

static size_t prefix_len(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);
    return strncasecmp(text, prefix, len) == 0 ? len : 0;
}

/* How long the token is that begins at `text`. */
static size_t token_len(const char *text)
{
    size_t len = 0;
    while (text[len] != '\0' &&
           (isalnum((unsigned char)text[len]) || strchr("._~+/=|%-", text[len]) != NULL))
        len++;
    return len;
}

/* Writes the mask over `len` bytes; shorter secrets become stars. */
static char *write_mask(char *to, size_t len)
{
    size_t mask = sizeof MASK - 1;
    if (len >= mask) {
        memcpy(to, MASK, mask);
        return to + mask;
    }
    memset(to, '*', len);
    return to + len;
}

/* Moves a secret that begins at *from, masked, to *to; false when there is none. */
static bool redact_token(char **to, char **from)
{
    for (size_t i = 0; i < sizeof SHAPES / sizeof SHAPES[0]; i++) {
        size_t prefix = prefix_len(*from, SHAPES[i].prefix);
        size_t token = prefix == 0 ? 0 : token_len(*from + prefix);
        if (token == 0)
            continue;
        size_t shown = SHAPES[i].shown ? prefix : 0;
        memmove(*to, *from, shown);
        *to = write_mask(*to + shown, prefix + token - shown);
        *from += prefix + token;
        return true;
    }
    return false;
}

static bool holds_signature(const char *text, size_t len)
{
    static const char *const marks[] = {
        "X-Amz-Signature", "Signature=", "X-Amz-Security-Token", "X-Amz-Credential"};
    for (size_t at = 0; at < len; at++)
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
            if (strlen(marks[i]) <= len - at && prefix_len(text + at, marks[i]) > 0)
                return true;
    return false;
}

/* The same for a whole URL. *plain_until: where a URL ends that is known to hold none. */
static bool redact_url(char **to, char **from, char **plain_until)
{
    size_t scheme = prefix_len(*from, "https://");
    if (scheme == 0)
        scheme = prefix_len(*from, "http://");
    if (scheme == 0 || *from < *plain_until)
        return false;
    size_t len = strcspn(*from, " \t\r\n\"'<>`");
    size_t host = scheme + strcspn(*from + scheme, "/?#");
    if (host >= len || !holds_signature(*from + host, len - host)) {
        *plain_until = *from + len;
        return false;
    }
    memmove(*to, *from, host);
    (*to)[host] = '/';
    *to = write_mask(*to + host + 1, len - host - 1);
    *from += len;
    return true;
}

char *secret_redact(char *text)
{
    char *to = text, *from = text, *plain_until = text;
    while (*from != '\0')
        if (!redact_url(&to, &from, &plain_until) && !redact_token(&to, &from))
            *to++ = *from++;
    *to = '\0';
    return text;
}
