/* A row of fields, each "LEN:bytes" and a NUL. */
#include "base/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_DIGITS = 9 };

void wire_add(struct buf *b, const char *data, size_t len)
{
    buf_format(b, "%zu:", len);
    buf_add(b, data, len);
    buf_char(b, '\0');
}

void wire_text(struct buf *b, const char *text)
{
    wire_add(b, text, strlen(text));
}

void wire_number(struct buf *b, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)number);
    wire_text(b, text);
}

struct wire wire_read(const char *data, size_t len)
{
    return (struct wire){.at = data, .end = data + len};
}

/* The digits and the colon; false when they are not there. */
static bool read_length(struct wire *w, size_t *len)
{
    int digits = 0;
    *len = 0;
    while (w->at < w->end && *w->at >= '0' && *w->at <= '9' && digits < LENGTH_DIGITS) {
        *len = *len * 10 + (size_t)(*w->at - '0');
        w->at++;
        digits++;
    }
    if (digits == 0 || w->at == w->end || *w->at != ':')
        return false;
    w->at++;
    return true;
}

const char *wire_next(struct wire *w, size_t *len)
{
    if (!w->broken && read_length(w, len) && *len < (size_t)(w->end - w->at) &&
        w->at[*len] == '\0') {
        const char *data = w->at;
        w->at += *len + 1;
        return data;
    }
    w->broken = true;
    *len = 0;
    return "";
}

const char *wire_next_text(struct wire *w)
{
    size_t len;
    const char *text = wire_next(w, &len);
    if (strlen(text) == len)
        return text;
    w->broken = true;
    return "";
}

int64_t wire_next_number(struct wire *w, int64_t least, int64_t most)
{
    const char *text = wire_next_text(w);
    char *end;
    const long long number = strtoll(text, &end, 10);
    if (!w->broken && *text != '\0' && *end == '\0' && number >= least && number <= most)
        return number;
    w->broken = true;
    return least;
}

bool wire_ended(const struct wire *w)
{
    return !w->broken && w->at == w->end;
}
