/* Amazon's code lists of Direct Fulfillment: acknowledgements (domain.md 4.3) and scans
 * (4.6). */
#ifndef DRAY_WORKFLOW_VENDOR_CODES_H
#define DRAY_WORKFLOW_VENDOR_CODES_H

#include <stdbool.h>

#include "base/fault.h"
#include "spapi/account.h"

/* What an acknowledgement code says, in words for its description; NULL: no such code. */
const char *acknowledgement_text(const char *code);

/* One supported pair of status and reason. */
struct scan_pair {
    const char *meaning;   /* "DELIVERED" */
    const char *status[2]; /* by enum codes: X12, EDIFACT */
    const char *reason[2];
    bool last; /* no scan is expected after it (design 9) */
};

/* By meaning; ERR_INPUT with a suggestion. */
enum err scan_by_meaning(const char *meaning, const struct scan_pair **pair,
                         struct fault *f);
/* By code pair in one standard; ERR_INPUT also for a pair that mixes the two or is of the
 * other one. */
enum err scan_by_codes(enum codes codes, const char *status, const char *reason,
                       const struct scan_pair **pair, struct fault *f);

/* No scan is expected after this pair, in whichever standard. */
bool scan_is_last(const char *status, const char *reason);

#endif
