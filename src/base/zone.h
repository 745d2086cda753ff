/* IANA time zones, read from the system's zoneinfo files (TZif v2+ with its footer, RFC
 * 9636).
 *
 * glibc knows one zone per process; dray needs one per warehouse. Zones are loaded once
 * and kept. */
#ifndef DRAY_BASE_ZONE_H
#define DRAY_BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/instant.h"

struct zone;

/* The zone by IANA name; owned by this room, kept until the process ends, the same
 * pointer for the same name. ERR_NOT_FOUND with a suggestion for an unknown name;
 * ERR_INPUT for a damaged file. Names with "..", a leading "/" or odd characters are
 * refused. */
enum err zone_find(const char *name, const struct zone **zone, struct fault *f);
const char *zone_name(const struct zone *z);

/* Seconds east of UTC at that instant. */
int zone_offset(const struct zone *z, int64_t utc_ms);
/* The first instant after that one from which the offset may be another, INT64_MAX for
 * none. */
int64_t zone_next_change(const struct zone *z, int64_t utc_ms);
/* Local calendar time at that instant. */
void zone_local(const struct zone *z, int64_t utc_ms, struct civil *local);

enum zone_kind { ZONE_UNIQUE, ZONE_GAP, ZONE_REPEATED };
/* The instant of a local time. GAP: *utc_ms is the first instant after the gap.
 * REPEATED: *utc_ms is the first of the two; *second_ms (may be NULL) the other. */
enum zone_kind zone_instant(const struct zone *z, const struct civil *local,
                            int64_t *utc_ms, int64_t *second_ms);
/* Midnight that begins the local day holding `utc_ms`, and the one that begins the next.
 */
void zone_day(const struct zone *z, int64_t utc_ms, int64_t *begin_ms, int64_t *end_ms);
/* Local time with offset: "2026-11-23T06:00:00-06:00". */
void zone_format(const struct zone *z, int64_t utc_ms, char out[INSTANT_TEXT]);

#endif
