/* The log: one line a matter, nothing personal, nothing that breaks a line. */
#include <unistd.h>

#include "check.h"

#include "base/clock.h"
#include "base/log.h"

static char text[40000];

/* What was logged since the last call. */
static const char *logged(FILE *stream)
{
    fflush(stream);
    rewind(stream);
    size_t len = fread(text, 1, sizeof text - 1, stream);
    text[len] = '\0';
    rewind(stream);
    CHECK(ftruncate(fileno(stream), 0) == 0);
    return text;
}

static FILE *start(void)
{
    FILE *stream = tmpfile();
    CHECK(stream != NULL);
    log_stream_set(stream);
    log_level_set(LOG_INFO);
    log_colour_set(false);
    log_clock_set(NULL);
    return stream;
}

static void a_line(void)
{
    FILE *stream = start();
    struct clock *c = clock_new_virtual(1795298400000);
    log_clock_set(c);
    log_write(LOG_WARN, "a label is not what Amazon said",
              log_body("purchaseOrderNumber", "DF1"), log_safe("is", "PNG"), LOG_END);
    CHECK_STR(logged(stream), "2026-11-21T22:00:00Z warn a label is not what Amazon said "
                              "purchaseOrderNumber=DF1 is=PNG\n");
    log_clock_set(NULL);
    log_write(LOG_ERROR, "no fields", LOG_END);
    CHECK_STR(logged(stream), "error no fields\n");
    clock_free(c);
    fclose(stream);
}

static void people_are_masked(void)
{
    FILE *stream = start();
    log_write(LOG_INFO, "order", log_body("name", "J\xC3\xB6rg"),
              log_body("addressLine1", "x"), log_body("status", "Success"),
              log_body("code", NULL), LOG_END);
    CHECK_STR(logged(stream),
              "info order name=\"<4 characters>\" addressLine1=\"<1 characters>\" "
              "status=Success code=-\n");
    log_write(LOG_INFO, "reply", log_safe("message", "token Atza|0123456789 expired"),
              LOG_END);
    CHECK_STR(logged(stream), "info reply message=\"token [secret] expired\"\n");
    fclose(stream);
}

static void lines_never_break(void)
{
    FILE *stream = start();
    log_write(LOG_INFO, "values", log_safe("a", "two words"),
              log_safe("b", "x\n\x1b[0m\x7f"), log_safe("c", "say \"hi\" \\"),
              log_safe("d", ""), log_safe("e", "a=b"), log_number("n", INT64_MIN),
              LOG_END);
    CHECK_STR(logged(stream), "info values a=\"two words\" b=\"x\\x0a\\x1b[0m\\x7f\" "
                              "c=\"say \\\"hi\\\" \\\\\" d=\"\" e=\"a=b\" "
                              "n=-9223372036854775808\n");
    fclose(stream);
}

static void long_values_are_cut(void)
{
    static char value[5001];
    FILE *stream = start();
    for (size_t i = 0; i < 5000; i++)
        value[i] = i % 2 == 0 ? '\xC3' : '\xA9';
    log_write(LOG_INFO, "long", log_safe("v", value), LOG_END);
    CHECK_INT(strlen(logged(stream)), strlen("info long v=...\n") + 1000);
    log_write(LOG_INFO, "long", log_safe("v", value + 1),
              LOG_END); /* begins in a character */
    CHECK_INT(strlen(logged(stream)), strlen("info long v=...\n") + 999);
#define FOUR                                                                             \
    log_safe("v", value), log_safe("v", value), log_safe("v", value), log_safe("v", value)
    log_write(LOG_INFO, "longer", FOUR, FOUR, FOUR, FOUR, FOUR, LOG_END);
    size_t len = strlen(logged(stream));
    CHECK(len > 15000 && len < 16500);
    CHECK_STR(text + len - 5, " ...\n");
    fclose(stream);
}

static void levels_streams_and_colours(void)
{
    FILE *stream = start();
    log_write(LOG_DEBUG, "quiet", LOG_END);
    CHECK_STR(logged(stream), "");
    log_level_set(LOG_DEBUG);
    log_write(LOG_DEBUG, "loud", LOG_END);
    CHECK_STR(logged(stream), "debug loud\n");
    log_colour_set(true);
    log_write(LOG_ERROR, "red", LOG_END);
    CHECK_STR(logged(stream), "\033[31merror\033[0m red\n");
    log_stream_set(NULL);
    log_write(LOG_ERROR, "nobody hears this", LOG_END);
    CHECK_STR(logged(stream), "");
    fclose(stream);
}

TESTS_MAIN({"a matter is one line with its fields", a_line},
           {"what came from a body is masked unless it is known to be safe",
            people_are_masked},
           {"no value ends a line or colours a terminal", lines_never_break},
           {"long values and lines are cut, and say so", long_values_are_cut},
           {"levels, streams and colours are as set", levels_streams_and_colours})
