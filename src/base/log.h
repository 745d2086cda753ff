/* One line a matter on stderr, with typed fields (law 10).
 *
 * A field from a body can only be given by a function that masks it; there is no "%s" for
 * a whole message. Levels: debug info warn error. */
#ifndef DRAY_BASE_LOG_H
#define DRAY_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* A typed field. Make them with the functions below. */
struct log_field {
    const char *name;
    char kind; /* 't' text, 'n' number, 'm' masked text, 0 end */
    const char *text;
    int64_t number; /* 'm': how many characters it has */
};
struct log_field log_safe(const char *name, const char *text); /* our words, ids, codes */
struct log_field log_number(const char *name, int64_t number);
/* Text from a body: shown as "<12 characters>" unless `name` is on the list of safe
 * fields (purchaseOrderNumber, transactionId, status, code, labelFormat,
 * packageIdentifier …). */
struct log_field log_body(const char *name, const char *text);
#define LOG_END ((struct log_field){0})

/* `message` is a constant sentence. Example:
 * log_write(LOG_WARN, "a label is not what Amazon said", log_body("purchaseOrderNumber",
 * po), log_safe("is", "PNG"), LOG_END); */
void log_write(enum log_level level, const char *message, ...);

void log_level_set(enum log_level least);
void log_stream_set(FILE *stream); /* NULL: silent. stderr at start */
void log_colour_set(bool on);
/* Where the time in front of each line comes from; NULL (at start): no time. Borrowed. */
struct clock;
void log_clock_set(const struct clock *c);

#endif
