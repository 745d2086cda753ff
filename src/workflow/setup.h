/* What the project file says beside its accounts: which events the floor reports, which
 * files are read as such, who is told, and where is printed (design 9, 13).
 *
 * Made from the plain values that lua/dray/words.lua has checked; everything lives in one
 * arena. When the project file is read again while dray works, the new one keeps the one
 * before it, since a print or a command may still be on its way. */
#ifndef DRAY_WORKFLOW_SETUP_H
#define DRAY_WORKFLOW_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/json.h"
#include "base/zone.h"

enum field_type {
    FIELD_TEXT,
    FIELD_INTEGER,
    FIELD_DECIMAL, /* a text, as Amazon's decimals */
    FIELD_FLAG,
    FIELD_TIME, /* an instant; kept as text in UTC */
    FIELD_TABLE,
    FIELD_LIST,
    FIELD_TYPE_COUNT
};
const char *field_type_name(enum field_type t); /* "text" … */

/* A field of an event's payload. */
struct event_field {
    const char *name;
    enum field_type type;
    bool required;
    const char **choices; /* of a text; NULL: any */
    size_t choice_count;
};

/* An event that the floor reports: built in or declared. */
struct event_kind {
    const char *name;
    bool per_box; /* else per order */
    bool by_time; /* the fact is the one that happened last, not the one told last */
    struct event_field *fields; /* in order of their names; without `at` and `box` */
    size_t field_count;
};

enum feed_format { FEED_CSV, FEED_JSON, FEED_JSON_LINES };

/* A field of the event and the columns that it is put together from. */
struct feed_column {
    const char *field;
    const char **columns;
    size_t count;
};

/* Files whose rows are reports. */
struct feed {
    const char *name;
    const char *files;     /* a pattern in one folder below the project's, as given */
    const char *event;     /* a kind's name, or "stock" */
    const char *account;   /* of its orders; NULL: any */
    const char *warehouse; /* of stock whose rows do not say; NULL: none */
    enum feed_format format;
    char separator;          /* of CSV */
    char decimal;            /* '.' or ',' */
    bool latin1;             /* else UTF-8 */
    bool by_tracking;        /* rows name a tracking number instead of an order */
    const struct zone *zone; /* of times that carry none; NULL: the warehouse's */
    const char *time;        /* "DD.MM.YYYY hh:mm"; NULL: ISO 8601 */
    const char **id;         /* fields that make a row itself; NULL: all of it */
    size_t id_count;
    struct feed_column
        *map; /* in order of the fields; NULL: columns are named as fields */
    size_t map_count;
    const char *list; /* rows are its elements, those of one order and box a report;
                         NULL: a row is a report */
    struct feed_column *each; /* what an element is made of, in order of the fields */
    size_t each_count;
    struct feed_column *set; /* fields that every row has alike; columns[0] is the text */
    size_t set_count;
};

/* Somebody who is told: a command that gets the text on stdin. */
struct notifier {
    const char *name;
    const char **argv; /* ends with NULL */
};

struct printer {
    const char *name;
    const char *raw;   /* "HOST:PORT"; NULL: by command */
    const char **argv; /* ends with NULL; NULL: raw */
    unsigned formats;  /* bits, 1u << FORMAT_ZPL … */
};

/* How long what is over is kept, in milliseconds (workflow/retention.h). */
struct keep {
    int64_t runs_ms;    /* runs, verdicts, fires */
    int64_t reports_ms; /* what was reported, and reports whose order never came */
    int64_t orders_ms;  /* orders with all that belongs to them, and the log */
};

struct setup {
    struct arena memory;
    struct setup *before; /* what was in force earlier; NULL; owned */
    const char *folder;   /* the project's, absolute */
    struct event_kind *kinds;
    size_t kind_count;
    struct feed *feeds;
    size_t feed_count;
    struct notifier *notifiers;
    size_t notifier_count;
    struct printer *printers;
    size_t printer_count;
    struct keep keep;
};

/* From { event = {…}, feed = {…}, notify = {…}, printer = {…} }, each by name, and keep =
 * {…}; `words` NULL: nothing. NULL and *f (with the line in dray.lua) for a zone or a
 * form of times that is none. */
struct setup *setup_new(const char *folder, const struct json *words, struct fault *f);
void setup_free(struct setup *s);

/* NULL when there is none of that name. */
const struct event_kind *setup_kind(const struct setup *s, const char *name);
const struct notifier *setup_notifier(const struct setup *s, const char *name);
const struct printer *setup_printer(const struct setup *s, const char *name);
/* " (did you mean "picked_up"?)" for a name that is no kind; "" when none is near. In the
 * arena. */
const char *setup_kind_hint(const struct setup *s, struct arena *a, const char *name);

#endif
