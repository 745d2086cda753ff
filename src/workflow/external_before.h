/* What must come before a seller's step, and how an effect waits for it (domain.md 5.2).
 *
 * The functions that answer true have said in `out` what is waited for, or why it cannot
 * go on; false: that is in order. */
#ifndef DRAY_WORKFLOW_EXTERNAL_BEFORE_H
#define DRAY_WORKFLOW_EXTERNAL_BEFORE_H

#include "workflow/external.h"

/* ---- how it stands ---- */

void stand_say(struct stand *s, enum step step, int64_t next_ms, const char *why);
void stand_ready(struct stand *s);
/* Until something happens; the shipment itself is asked for meanwhile. */
void stand_wait(struct host *h, struct stand *s, const char *why);
/* Until that instant, told in the zone of the shipment's location. */
void stand_until(const struct shipment *s, struct stand *out, int64_t ms,
                 const char *what);

/* ---- what comes before ---- */

/* The step before is this effect (NULL: nobody asked for it): it is awaited, or what
 * became of it is told. False: Amazon took it. */
bool held_up(struct host *h, const struct effect *before, const char *what,
             struct stand *out);
/* Amazon still works on what it took last. */
bool too_soon(struct host *h, const struct shipment *s, const struct effect *me,
              struct stand *out);
bool before_confirmed(struct host *h, const struct shipment *s, struct stand *out);
/* The package is not there yet. */
bool before_package(struct host *h, const struct shipment *s, const char *id,
                    struct stand *out);
/* An effect of that kind about the package (NULL: any) is under way, older than `me`. */
bool before_settled(const struct shipment *s, enum effect_kind kind, const char *package,
                    const struct effect *me, const char *why, struct stand *out);
/* A delivery status that was told before, of whichever package, does not show yet: Amazon
 * shows the last one only, so each is proved before the next is told. */
bool before_shown(struct host *h, const struct shipment *s, const struct effect *me,
                  struct stand *out);
/* *waits: the invoice that the shipment requires is not there yet. */
enum err before_invoice(struct host *h, struct shipment *s, struct stand *out,
                        bool *waits, struct fault *f);

#endif
