/* What the files of floor_*.c share about one report while it is taken. */
#ifndef DRAY_WORKFLOW_FLOOR_INSIDE_H
#define DRAY_WORKFLOW_FLOOR_INSIDE_H

#include <stdbool.h>

#include "workflow/floor.h"
#include "workflow/setup.h"

/* Zeroed but for host, report and kind; memory is initialised. */
struct sighting {
    struct host *host;
    const struct report *report;
    const struct event_kind *kind;
    struct arena memory;  /* holds all that is below */
    const char *account;  /* that the report names; NULL */
    const char *order;    /* that the report names; NULL */
    const char *tracking; /* NULL */
    const char *box;      /* "": the order as a whole */
    bool known;           /* row is the order's */
    struct record row;    /* without body */
    struct json *payload; /* of the event: at, box, trackingNumber, its own fields */
    int64_t at_ms;        /* when it happened */
    bool timed;           /* the report says when */
};

/* Which order and which box: fills account, order, tracking, box, known and row. */
enum err floor_find(struct sighting *s, struct fault *f);
/* The event's fields: fills payload, at_ms and timed. After floor_find. */
enum err floor_check(struct sighting *s, struct fault *f);

/* An instant among a report's fields. A time without a zone is one on the clock of the
 * wall in `zone`; ERR_INPUT when that is NULL. */
enum err floor_time(const struct zone *zone, const char *name, const struct json *value,
                    int64_t *ms, struct fault *f);
/* When it happened: `at`, or now. What lies in the future is a wrong zone or clock. */
enum err floor_at(const struct host *h, const struct zone *zone,
                  const struct json *fields, int64_t *ms, struct fault *f);

/* A report about stock (floor_stock.c). */
enum err floor_stock_report(struct host *h, const struct report *r,
                            struct report_result *out, struct fault *f);
#endif
