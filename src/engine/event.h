/* An event as rules see it: an entry of the log with a name that rules can listen to
 * (design 9). */
#ifndef DRAY_ENGINE_EVENT_H
#define DRAY_ENGINE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/journal.h"

/* Shared by all that still have to answer it. */
struct event {
    int refs;
    int64_t id; /* of the entry */
    int64_t at_ms;
    int64_t record; /* 0: of no order */
    int64_t effect; /* 0: of no effect */
    char *what;     /* "order.new" */
    char *account;  /* "" */
    char *detail;   /* its payload, a JSON object; NULL */
    size_t detail_len;
};

/* A copy of an entry, with one reference. */
struct event *event_new(const struct entry *e);
/* The same of an entry in the store; NULL with *f when it is not there. */
struct event *event_read(struct store *s, int64_t id, struct fault *f);
struct event *event_ref(struct event *e);
/* NULL is fine. */
void event_unref(struct event *e);

/* An entry of that name may change what a rule thinks of an order: all but the steps of
 * effects, and decisions of people. */
bool event_matters(const char *what);
/* The fire of a schedule; its rule is in the payload. */
#define EVENT_DUE "rule.due"

#endif
