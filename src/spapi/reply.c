/* Amazon's answers: what an error says, whatever form it has, and what it means for the
 * caller.
 *
 * Nothing about the form is taken for granted: gateways answer in HTML or text, the
 * sandbox with a bare list, LWA in OAuth's own form. What is kept may be shown to people:
 * secrets are masked before anything is cut, and no control character stays. */
#include "spapi/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/secret.h"

enum {
    TREE_MAX = 1024 * 1024, /* an error answer above this is not read as JSON */
    PIECE_MAX = 4096        /* bytes looked at of one text */
};

/* ---- text that people may see ---- */

/* The length of the UTF-8 character at `s`, 0 when there is none. `s` ends with a NUL. */
static size_t character_len(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    unsigned char low = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;
    size_t len = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

static bool is_control(const unsigned char *s, size_t len)
{
    if (len == 1)
        return s[0] < 0x20 || s[0] == 0x7F;
    return len == 2 && s[0] == 0xC2 && s[1] < 0xA0; /* C1: terminals obey these, too */
}

/* Copies whole characters; a control becomes a space, a broken byte '?'; runs of spaces
 * are one. */
static void copy_printable(char *out, size_t size, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t at = 0;
    while (*s != '\0') {
        size_t len = character_len(s);
        const char *from = len == 0 ? "?" : is_control(s, len) ? " " : (const char *)s;
        size_t count = from == (const char *)s ? len : 1;
        if (at + count >= size)
            break;
        s += len == 0 ? 1 : len;
        if (*from == ' ' && (at == 0 || out[at - 1] == ' '))
            continue;
        memcpy(out + at, from, count);
        at += count;
    }
    while (at > 0 && out[at - 1] == ' ')
        at--;
    out[at] = '\0';
}

/* Amazon's text, fit to be shown. */
static void set_text(char *out, size_t size, const char *text, size_t len)
{
    char *piece = mem_copy(text, len < PIECE_MAX ? len : PIECE_MAX);
    for (size_t i = 0; i < len && i < PIECE_MAX; i++)
        if (piece[i] == '\0')
            piece[i] = ' ';
    copy_printable(out, size, secret_redact(piece));
    free(piece);
}

static void set_member(char *out, size_t size, const struct json *object, const char *key)
{
    const struct json *value = json_get(object, key);
    if (json_str(value) != NULL)
        set_text(out, size, value->text, value->len);
}

/* ---- bodies that are no JSON ---- */

static const char *find_any_case(const char *text, size_t len, const char *word)
{
    size_t word_len = strlen(word);
    for (size_t i = 0; i + word_len <= len; i++)
        if (strncasecmp(text + i, word, word_len) == 0)
            return text + i;
    return NULL;
}

static void read_html(struct refusal *r, const char *body, size_t len)
{
    const char *end = body + len;
    const char *title = find_any_case(body, len, "<title");
    if (title != NULL)
        title = memchr(title, '>', (size_t)(end - title));
    const char *stop =
        title == NULL ? NULL : find_any_case(title, (size_t)(end - title), "</title");
    if (stop != NULL)
        set_text(r->message, sizeof r->message, title + 1, (size_t)(stop - title - 1));
    if (r->message[0] == '\0')
        snprintf(r->message, sizeof r->message, "an HTML page without a title");
}

/* The first line that says something; an HTML page's title. */
static void read_text(struct refusal *r, const char *body, size_t len)
{
    while (len > 0 && strchr(" \t\r\n", *body) != NULL && *body != '\0') {
        body++;
        len--;
    }
    if (len > 0 && *body == '<') {
        read_html(r, body, len);
        return;
    }
    size_t line = 0;
    while (line < len && body[line] != '\n' && body[line] != '\r')
        line++;
    set_text(r->message, sizeof r->message, body, line);
}

/* ---- bodies that are JSON ---- */

/* The list of errors, or the one error, wherever this form keeps it. */
static const struct json *find_errors(const struct json *root)
{
    const struct json *inner = json_get(root, "errors");
    if (inner == NULL)
        return root;
    const struct json *deeper = json_get(inner, "errors");
    return deeper == NULL ? inner : deeper;
}

/* Says how many errors there are beside the first; a long message gives way. */
static void add_count(struct refusal *r, size_t more)
{
    char shorter[sizeof r->message - 32];
    copy_printable(shorter, sizeof shorter, r->message);
    snprintf(r->message, sizeof r->message, "%s (and %zu more)", shorter, more);
}

static void read_error(struct refusal *r, const struct json *error)
{
    if (json_str(error) != NULL)
        set_text(r->message, sizeof r->message, error->text, error->len);
    set_member(r->code, sizeof r->code, error, "code");
    set_member(r->message, sizeof r->message, error, "Message");
    set_member(r->message, sizeof r->message, error, "message");
    set_member(r->details, sizeof r->details, error, "details");
}

static void read_errors(struct refusal *r, const struct json *errors)
{
    if (errors->type != JSON_ARRAY) {
        read_error(r, errors);
        return;
    }
    if (errors->count == 0)
        return;
    read_error(r, errors->first);
    if (errors->count > 1)
        add_count(r, errors->count - 1);
}

/* LWA's form: {error, error_description}. */
static bool read_lwa(struct refusal *r, const struct json *root)
{
    if (json_str(json_get(root, "error")) == NULL)
        return false;
    set_member(r->code, sizeof r->code, root, "error");
    set_member(r->message, sizeof r->message, root, "error_description");
    return true;
}

/* ---- meaning ---- */

static bool one_of(const char *word, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static bool says(const struct refusal *r, const char *words)
{
    return find_any_case(r->details, strlen(r->details), words) != NULL ||
           find_any_case(r->message, strlen(r->message), words) != NULL;
}

/* OAuth's words decide; its 400 and 401 do not. */
static enum refusal_kind lwa_kind(const struct refusal *r)
{
    static const char *const person[] = {"invalid_grant", "invalid_client",
                                         "unauthorized_client", "access_denied", NULL};
    static const char *const later[] = {"server_error", "temporarily_unavailable", NULL};
    if (one_of(r->code, person))
        return REFUSAL_CREDENTIALS;
    if (one_of(r->code, later) || r->status >= 500)
        return REFUSAL_SERVER;
    return r->status == 429 ? REFUSAL_THROTTLED : REFUSAL_REQUEST;
}

/* What Amazon says with a 403 (domain.md 2.3). An expired client secret is a person's
 * matter, an expired token is not. */
static enum refusal_kind forbidden_kind(const struct refusal *r)
{
    if (says(r, "expired"))
        return says(r, "secret") ? REFUSAL_CREDENTIALS : REFUSAL_EXPIRED_TOKEN;
    if (says(r, "does not have access"))
        return REFUSAL_ROLE;
    if (says(r, "revoked") || says(r, "malformed") || says(r, "invalid"))
        return REFUSAL_CREDENTIALS;
    if (says(r, "missing in the request header") ||
        says(r, "Missing Authentication Token") ||
        strstr(r->code, "MissingAuthenticationToken") != NULL)
        return REFUSAL_CREDENTIALS;
    return REFUSAL_ROLE;
}

/* An error inside an answer whose status says success: only its code tells. */
static enum refusal_kind kind_by_code(const struct refusal *r)
{
    static const char *const server[] = {"InternalFailure", "InternalServerError",
                                         "ServiceUnavailable", NULL};
    static const char *const throttled[] = {"QuotaExceeded", "RateLimited", NULL};
    if (one_of(r->code, server))
        return REFUSAL_SERVER;
    return one_of(r->code, throttled) ? REFUSAL_THROTTLED : REFUSAL_REQUEST;
}

static enum refusal_kind kind_of(const struct refusal *r)
{
    switch (r->status) {
    case 401:
        return REFUSAL_EXPIRED_TOKEN;
    case 403:
        return forbidden_kind(r);
    case 404:
        return REFUSAL_NOT_FOUND;
    case 409:
        return REFUSAL_CONFLICT;
    case 429:
        return REFUSAL_THROTTLED;
    default:
        if (r->status >= 500)
            return REFUSAL_SERVER;
        return r->status < 300 ? kind_by_code(r) : REFUSAL_REQUEST;
    }
}

/* Reads the body; true when it has LWA's form. */
static bool read_body(struct refusal *r, const char *body, size_t len)
{
    struct arena arena;
    arena_init(&arena);
    const struct json *root = NULL;
    if (len > 0 && len <= TREE_MAX)
        root = json_parse(&arena, body, len, NULL);
    bool lwa = root != NULL && read_lwa(r, root);
    if (root != NULL && !lwa)
        read_errors(r, find_errors(root));
    else if (root == NULL && len > 0)
        read_text(r, body, len);
    arena_clear(&arena);
    return lwa;
}

void refusal_read(struct refusal *r, int status, const char *body, size_t len)
{
    *r = (struct refusal){.status = status};
    bool lwa = read_body(r, body, len);
    r->kind = lwa ? lwa_kind(r) : kind_of(r);
    if (r->message[0] == '\0' && r->code[0] == '\0')
        snprintf(r->message, sizeof r->message, "no error text");
}

void refusal_format(const struct refusal *r, char *out, size_t size)
{
    struct buf text;
    buf_init(&text, sizeof *r + 64);
    buf_format(&text, "%d", r->status);
    if (r->code[0] != '\0')
        buf_format(&text, " %s", r->code);
    if (r->message[0] != '\0')
        buf_format(&text, ": %s", r->message);
    if (r->details[0] != '\0')
        buf_format(&text, " (%s)", r->details);
    copy_printable(out, size, buf_str(&text));
    buf_clear(&text);
}

const struct json *reply_payload(const struct json *reply)
{
    const struct json *payload = json_get(reply, "payload");
    return payload == NULL || payload->type == JSON_NULL ? reply : payload;
}
