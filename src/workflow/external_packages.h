/* Packages of a shipment: filled up, and checked against its lines. */
#ifndef DRAY_WORKFLOW_EXTERNAL_PACKAGES_H
#define DRAY_WORKFLOW_EXTERNAL_PACKAGES_H

#include "workflow/shipment.h"

/* What a package to be created leaves out and the shipment knows: its id; for a single
 * one all lines; size and weight as Amazon recommends them; serial numbers, country of
 * origin, value and hazmat labels where a line requires them and has them already. */
void packages_fill(struct shipment *s, struct json *packages);
/* Ids twice, quantities above what is to be shipped, weight and size, and what the lines
 * demand or forbid: serial numbers, hazmat labels, country of origin, item value.
 * `others`: packages beside them, whose contents count, too; NULL: none. */
enum err packages_check(const struct shipment *s, const struct json *packages,
                        const struct json *others, struct fault *f);
/* Every field of `asked` is shown by `shown`, decimals by their value; a package's status
 * is no matter. */
bool package_shows(const struct json *shown, const struct json *asked);
/* The units of a line that are still to be shipped: cancelled ones do not count. */
int64_t line_units(const struct json *line);

#endif
