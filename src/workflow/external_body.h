/* What a seller's verbs send: parameters and bodies, complete by default, and what was
 * asked beats the default. */
#ifndef DRAY_WORKFLOW_EXTERNAL_BODY_H
#define DRAY_WORKFLOW_EXTERNAL_BODY_H

#include "workflow/external.h"

/* The fields of a verb sorted into {params, body, dray}, filled up from the shipment and
 * checked against the operation's row and shape, and against what the shipment demands.
 * In the shipment's memory. ERR_INPUT names the field. */
enum err external_build(struct host *h, struct shipment *s, enum external_verb verb,
                        const struct json *given, struct json **asked, struct fault *f);
/* Fields of a person's answer over what was asked, built and checked anew. */
enum err external_amend(struct host *h, struct shipment *s, enum external_verb verb,
                        const struct json *asked, const struct json *fields,
                        struct json **built, struct fault *f);
/* Labels are about to be asked for: where no option was given, the one that Amazon
 * recommends by now. ERR_INPUT: it recommends none of those that it offers. */
enum err external_choose(struct host *h, struct shipment *s, struct json *params,
                         struct json *body, struct fault *f);
/* The operation that carries a verb's effects. */
const struct operation *external_operation(enum effect_kind kind);

#endif
