/* Printing a document: which copy on which printer, what it waits for, and what proves it
 * (design 8).
 *
 * A copy of a document on a printer is printed once, whatever rules, restarts or people
 * say. That a printer took the bytes is no paper: such a print is assumed until the floor
 * reports `label.printed`, `slip.printed` or `invoice.printed`. */
#ifndef DRAY_WORKFLOW_PRINT_H
#define DRAY_WORKFLOW_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "store/paper.h"
#include "workflow/flow.h"
#include "workflow/plan.h"
#include "workflow/setup.h"

/* A printer by name; ERR_NOT_FOUND with a suggestion. */
enum err print_find(const struct host *h, const char *name,
                    const struct printer **printer, struct fault *f);
/* Whether a printer takes documents of that format ("ZPL", "PNG", "PDF", "TEXT"). */
bool print_takes(const struct printer *printer, const char *format);

/* Plans one copy. ERR_INPUT: the printer does not take the document's format;
 * ERR_NOT_FOUND: no such document; ERR_STATE: an order that is left alone. */
enum err print_plan(struct host *h, int64_t document, const struct printer *printer,
                    int64_t copy, struct plan *out, struct fault *f);
/* The highest copy of a document on a printer that was planned; 0 when none was. */
enum err print_last_copy(struct host *h, const struct paper *p,
                         const struct printer *printer, int64_t *copy, struct fault *f);

/* The printer that a document was printed on last, or the only one that takes its format;
 * NULL and *f (ERR_NOT_FOUND, ERR_INPUT) when there is none or there are several. */
const struct printer *print_usual(struct host *h, const struct paper *p, struct fault *f);

/* An event of the floor about a record: the prints that it proves have succeeded. */
enum err print_heard(struct host *h, const struct record *r, const char *what,
                     const struct json *detail, struct fault *f);

/* What is asked for: the members of a print's body; texts live in the arena. */
struct print_wish {
    int64_t document;
    int64_t copy;
    const char *printer;
    const char *kind;    /* "label" … */
    const char *package; /* "" */
};
/* Reads it from an effect that has its body. */
void print_wish_read(struct arena *a, const struct effect *e, struct print_wish *w);

extern const struct flow print_flow;

#endif
