/* A shipment opened for reading: its row, its body as a tree, its account and location,
 * and what dray did about it. */
#ifndef DRAY_WORKFLOW_SHIPMENT_H
#define DRAY_WORKFLOW_SHIPMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "store/paper.h"
#include "workflow/host.h"

struct shipment {
    struct arena memory;         /* holds all that is below */
    struct record row;           /* with its body */
    const struct json *body;     /* as Amazon sent it */
    const struct json *items;    /* lineItems */
    const struct json *shown;    /* packages that Amazon shows; NULL: none */
    const struct json *packages; /* the same, or those that dray asked to create */
    struct account *account;
    const struct warehouse *house; /* its location; NULL: the project file does not name
                                      it */
    int64_t news_ms; /* when what now shows a change was asked for; 0: it shows none */
    struct effect *effects; /* all of them, by id, without bodies */
    size_t effect_count;
};

/* Reads a shipment by its row's id; shipment_close frees, also after a failure. */
enum err shipment_open(struct host *h, int64_t record, struct shipment *s,
                       struct fault *f);
void shipment_close(struct shipment *s);

/* Where Amazon says that it stands. */
enum shipment_state shipment_state(const struct shipment *s);
/* It has come that far or further; false for one that is cancelled or unknown. */
bool shipment_reached(const struct shipment *s, enum shipment_state state);
/* The line, or the package (also one that is only asked for), with this id; NULL: none.
 */
const struct json *shipment_line(const struct shipment *s, const char *id);
const struct json *shipment_package(const struct shipment *s, const char *id);
/* Where one package stands: its own status, else the shipment's. */
enum shipment_state shipment_package_state(const struct shipment *s,
                                           const struct json *package);
/* The seller's own courier takes it (shippingType SELF). */
bool shipment_is_self(const struct json *body);
/* shipmentRequirements.invoice.requirement or pSlip.requirement is REQUIRED. */
bool shipment_requires(const struct json *body, const char *what);
/* An instant of the body; 0 when it is not there or cannot be read. */
int64_t shipment_instant(const struct json *body, const char *path);

/* The documents of that kind that may be used, of one package (NULL: of all). */
enum err shipment_papers(struct host *h, struct shipment *s, enum paper_kind kind,
                         struct paper **list, size_t *count, struct fault *f);
/* There is a label that may be used for every package of the list of ids. */
enum err shipment_labelled(struct host *h, struct shipment *s, const struct json *ids,
                           bool *all, struct fault *f);

/* The newest effect of a kind whose key is of this package ("" or NULL: any), in one of
 * these states (bits; 0: all); NULL: none. */
const struct effect *shipment_effect(const struct shipment *s, enum effect_kind kind,
                                     const char *package, unsigned states);

#endif
