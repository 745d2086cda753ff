/* One line a matter on stderr, with typed fields:
 *
 *     2026-11-21T22:00:00Z warn a label is not what Amazon said purchaseOrderNumber=DF1
 * is=PNG
 *
 * Text from a body is masked here unless its field is on the list; whatever still looks
 * like a secret is masked too. A line is written at once and never breaks. */
#include "base/log.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/mem.h"
#include "base/secret.h"

enum { LINE_MAX_BYTES = 16 * 1024, VALUE_MAX = 1000 };

static struct {
    enum log_level least;
    FILE *stream;
    bool stream_is_set; /* else stderr */
    bool colour;
    const struct clock *clock;
} settings = {.least = LOG_INFO};

/* Fields of Amazon's bodies that name no person and no place where one lives. */
static const char *const SAFE_FIELDS[] = {
    "purchaseOrderNumber",
    "purchaseOrderStatus",
    "transactionId",
    "transactionStatus",
    "status",
    "code",
    "errorCode",
    "labelFormat",
    "packageIdentifier",
    "containerIdentifier",
    "containerSequenceNumber",
    "containerType",
    "itemSequenceNumber",
    "acknowledgementCode",
    "shipmentId",
    "shipmentStatus",
    "shipMethod",
    "scacCode",
    "statusCode",
    "reasonCode",
    "packageId",
    "packageStatus",
    "documentType",
    "pageSize",
};

void log_level_set(enum log_level least)
{
    settings.least = least;
}

void log_stream_set(FILE *stream)
{
    settings.stream = stream;
    settings.stream_is_set = true;
}

void log_colour_set(bool on)
{
    settings.colour = on;
}

void log_clock_set(const struct clock *c)
{
    settings.clock = c;
}

/* ---- fields ---- */

struct log_field log_safe(const char *name, const char *text)
{
    return (struct log_field){
        .name = name, .kind = 't', .text = text == NULL ? "-" : text};
}

struct log_field log_number(const char *name, int64_t number)
{
    return (struct log_field){.name = name, .kind = 'n', .number = number};
}

static bool is_safe(const char *name)
{
    for (size_t i = 0; i < sizeof SAFE_FIELDS / sizeof SAFE_FIELDS[0]; i++)
        if (strcmp(SAFE_FIELDS[i], name) == 0)
            return true;
    return false;
}

static int64_t count_characters(const char *text)
{
    int64_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

struct log_field log_body(const char *name, const char *text)
{
    if (text == NULL || is_safe(name))
        return log_safe(name, text);
    return (struct log_field){
        .name = name, .kind = 'm', .number = count_characters(text)};
}

/* ---- the line ---- */

static bool needs_quotes(const char *text)
{
    if (text[0] == '\0')
        return true;
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || *text == 0x7F ||
            strchr("\"\\=", *text) != NULL)
            return true;
    return false;
}

static void add_quoted(struct buf *line, const char *text)
{
    buf_char(line, '"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            buf_char(line, '\\');
        if (c < 0x20 || c == 0x7F)
            buf_format(line, "\\x%02x", c); /* a value never ends the line */
        else
            buf_char(line, (char)c);
    }
    buf_char(line, '"');
}

static void add_text(struct buf *line, const char *text)
{
    char *copy = secret_redact(mem_text(text));
    size_t len = strlen(copy);
    bool cut = len > VALUE_MAX;
    for (len = cut ? VALUE_MAX : len; cut && ((unsigned char)copy[len] & 0xC0) == 0x80;)
        len--;
    copy[len] = '\0';
    if (needs_quotes(copy))
        add_quoted(line, copy);
    else
        buf_text(line, copy);
    if (cut)
        buf_text(line, "...");
    free(copy);
}

static void add_field(struct buf *line, const struct log_field *field)
{
    buf_format(line, " %s=", field->name);
    if (field->kind == 'n')
        buf_format(line, "%lld", (long long)field->number);
    else if (field->kind == 'm')
        buf_format(line, "\"<%lld characters>\"", (long long)field->number);
    else
        add_text(line, field->text);
}

static void add_head(struct buf *line, enum log_level level, const char *message)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    static const char *const colours[] = {"\033[2m", "\033[32m", "\033[33m", "\033[31m"};
    if (settings.clock != NULL) {
        char now[INSTANT_TEXT];
        instant_format(clock_wall_ms(settings.clock), now);
        buf_format(line, "%s ", now);
    }
    if (settings.colour)
        buf_format(line, "%s%s\033[0m %s", colours[level], names[level], message);
    else
        buf_format(line, "%s %s", names[level], message);
}

/* Room for the mark that says that not all fitted. */
static struct buf cut_line(struct buf line)
{
    line.over = false;
    line.max += 8;
    buf_text(&line, " ...");
    return line;
}

void log_write(enum log_level level, const char *message, ...)
{
    FILE *stream = settings.stream_is_set ? settings.stream : stderr;
    if (stream == NULL || level < settings.least)
        return;
    struct buf line;
    buf_init(&line, LINE_MAX_BYTES);
    add_head(&line, level, message);
    va_list args;
    va_start(args, message);
    struct log_field field = va_arg(args, struct log_field);
    for (; field.kind != 0; field = va_arg(args, struct log_field))
        add_field(&line, &field);
    va_end(args);
    if (!buf_ok(&line))
        line = cut_line(line);
    buf_char(&line, '\n');
    fwrite(buf_str(&line), 1, line.len, stream);
    fflush(stream);
    buf_clear(&line);
}
