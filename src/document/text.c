/* Text: UTF-8 that a printer could print, and the texts that stand where a document
 * should: placeholders, error pages, JSON. */
#include "document/examine.h"

#include <string.h>

enum { SHORT = 20, PHRASE_MAX = 200, WORD_MAX = 64 };

size_t white_prefix(const unsigned char *data, size_t len)
{
    size_t i = len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (i < len && is_white(data[i]))
        i++;
    return i;
}

static bool is_plain(unsigned char c)
{
    return (c >= ' ' && c < 0x7f) || (c >= '\t' && c <= '\r' && c != '\v');
}

/* Begins a character of several bytes (Unicode 15, table 3-7, without U+0080 to U+009F,
 * which are controls). */
static bool begin_long(struct text *t, unsigned char c)
{
    if (c < 0xc2 || c > 0xf4)
        return false;
    t->left = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    t->least = c == 0xc2 || c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    t->most = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    return true;
}

static bool continue_long(struct text *t, unsigned char c)
{
    if (c < t->least || c > t->most)
        return false;
    t->left--;
    t->least = 0x80;
    t->most = 0xbf;
    return true;
}

static bool take_one(struct text *t, unsigned char c)
{
    if (t->left > 0)
        return continue_long(t, c);
    return is_plain(c) || begin_long(t, c);
}

bool text_take(struct text *t, const unsigned char *data, size_t len)
{
    size_t i = 0;
    bool good = true;
    while (good && i < len) {
        while (t->left == 0 && i < len && is_plain(data[i]))
            i++;
        good = i == len || take_one(t, data[i]);
        if (good && i < len)
            i++;
    }
    t->offset += i;
    return good;
}

bool text_end(const struct text *t)
{
    return t->left == 0;
}

static bool is_word_part(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* `word` stands in `text`, and not as a part of a longer word. */
static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = strstr(text, word); p != NULL; p = strstr(p + 1, word))
        if ((p == text || !is_word_part(p[-1])) && !is_word_part(p[n]))
            return true;
    return false;
}

static bool has_any(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (has_word(text, *words))
            return true;
    return false;
}

static bool starts_with_any(const char *text, const char *const *starts)
{
    for (; *starts != NULL; starts++)
        if (strncmp(text, *starts, strlen(*starts)) == 0)
            return true;
    return false;
}

static bool is_placeholder(const char *lower, size_t len)
{
    static const char *const phrases[] = {
        "not available", "unavailable",   "not found", "no label",      "placeholder",
        "goes here",     "lorem ipsum",   "base64",    "base 64",       "to be provided",
        "coming soon",   "access denied", "expired",   "not yet ready", NULL};
    static const char *const words[] = {"test",    "testing", "dummy",     "sample",
                                        "example", "todo",    "tbd",       "n/a",
                                        "null",    "none",    "undefined", NULL};
    return (len <= PHRASE_MAX && has_any(lower, phrases)) ||
           (len <= WORD_MAX && has_any(lower, words));
}

static size_t lower_case(const unsigned char *from, size_t len, char *to, size_t max)
{
    size_t n = len < max - 1 ? len : max - 1;
    for (size_t i = 0; i < n; i++)
        to[i] = (char)(from[i] >= 'A' && from[i] <= 'Z' ? from[i] | 0x20 : from[i]);
    to[n] = '\0';
    return n;
}

void text_judge(const unsigned char *head, size_t len, uint64_t total, struct flaw *flaw)
{
    static const char *const markup[] = {"<!doctype html", "<html", "<?xml", "<error",
                                         NULL};
    static const char *const json[] = {"{\"", "{\n", "{\r\n", "{ ", "[{", NULL};
    char lower[PHRASE_MAX + 1];
    size_t skip = white_prefix(head, len);
    uint64_t rest = total - skip;
    size_t n = lower_case(head + skip, len - skip, lower, sizeof lower);

    if (rest == 0)
        flaw_set(flaw, "the document holds only white space");
    else if (starts_with_any(lower, markup))
        flaw_set(flaw, "the content is a web page or an XML message, not a document");
    else if (starts_with_any(lower, json))
        flaw_set(flaw, "the content is JSON, not a document");
    else if (n == rest && is_placeholder(lower, n))
        flaw_set(flaw, "the content is placeholder text, not a label");
    else if (rest < SHORT)
        flaw_set(flaw, "the content is %llu bytes of text, too few for a document",
                 (unsigned long long)rest);
}
