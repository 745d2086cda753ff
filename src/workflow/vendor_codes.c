/* Amazon's code lists of Direct Fulfillment. */
#include "workflow/vendor_codes.h"

#include <stddef.h>
#include <string.h>

#include "base/suggest.h"

static const struct {
    const char *code, *text;
} acknowledgements[] = {
    {"00", "Shipping 100 percent of ordered product"},
    {"02", "Canceled due to missing/invalid SKU"},
    {"03", "Canceled out of stock"},
    {"04", "Canceled due to duplicate Amazon Ship ID"},
    {"05", "Canceled due to missing/invalid Bill To Location Code"},
    {"06", "Canceled due to missing/invalid Ship From Location Code"},
    {"07", "Canceled due to missing/invalid Customer Ship to Name"},
    {"08", "Canceled due to missing/invalid Customer Ship to Address Line 1"},
    {"09", "Canceled due to missing/invalid Customer Ship to City"},
    {"10", "Canceled due to missing/invalid Customer Ship to State"},
    {"11", "Canceled due to missing/invalid Customer Ship to Postal Code"},
    {"12", "Canceled due to missing/invalid Customer Ship to Country Code"},
    {"13", "Canceled due to missing/invalid Shipping Carrier/Shipping Method"},
    {"20", "Canceled due to missing/invalid Unit Price"},
    {"21", "Canceled due to missing/invalid Ship to Address Line 2"},
    {"22", "Canceled due to missing/invalid Ship to Address Line 3"},
    {"50", "Canceled due to Tax Nexus Issue"},
    {"51", "Canceled due to Restricted SKU/Qty"},
    {"53", "Canceled due to USPS >$400"},
    {"54", "Canceled due to Missing AmazonShipID"},
    {"55", "Canceled due to Missing AmazonOrderID"},
    {"56", "Canceled due to Missing LineItemId"},
    {"71", "Canceled due to discontinued item"},
};

static const struct scan_pair pairs[] = {
    {"DELAYED", {"DE", "404"}, {"AF", "117"}, false},
    {"DELIVERED", {"D1", "301"}, {"NS", "000"}, true},
    {"DEPARTED_FROM_FC", {"XB", "101"}, {"NS", "000"}, false},
    {"IN_TRANSIT", {"O1", "201"}, {"NS", "000"}, false},
    {"LOST", {"CA", "409"}, {"PL", "000"}, true},
    {"OUT_FOR_DELIVERY", {"OD", "302"}, {"NS", "000"}, false},
    {"REJECTED", {"A7", "407"}, {"AM", "000"}, true},
    {"UNDELIVERABLE", {"AP", "416"}, {"BG", "000"}, true},
};
enum { PAIRS = sizeof pairs / sizeof pairs[0] };

const char *acknowledgement_text(const char *code)
{
    for (size_t i = 0; i < sizeof acknowledgements / sizeof acknowledgements[0]; i++)
        if (strcmp(acknowledgements[i].code, code) == 0)
            return acknowledgements[i].text;
    return NULL;
}

enum err scan_by_meaning(const char *meaning, const struct scan_pair **pair,
                         struct fault *f)
{
    const char *names[PAIRS];
    for (size_t i = 0; i < PAIRS; i++) {
        names[i] = pairs[i].meaning;
        if (strcmp(names[i], meaning) == 0) {
            *pair = &pairs[i];
            return ERR_OK;
        }
    }
    const char *near = suggest(meaning, names, PAIRS);
    return fault_set(f, ERR_INPUT, "meaning: Amazon knows no scan \"%.40s\"%s%s%s",
                     meaning, near == NULL ? "" : " (did you mean \"",
                     near == NULL ? "" : near, near == NULL ? "" : "\"?)");
}

static const struct scan_pair *find_pair(enum codes codes, const char *status,
                                         const char *reason)
{
    for (size_t i = 0; i < PAIRS; i++)
        if (strcmp(pairs[i].status[codes], status) == 0 &&
            strcmp(pairs[i].reason[codes], reason) == 0)
            return &pairs[i];
    return NULL;
}

enum err scan_by_codes(enum codes codes, const char *status, const char *reason,
                       const struct scan_pair **pair, struct fault *f)
{
    const enum codes other = codes == CODES_X12 ? CODES_EDIFACT : CODES_X12;

    *pair = find_pair(codes, status, reason);
    if (*pair != NULL)
        return ERR_OK;
    if (find_pair(other, status, reason) != NULL)
        return fault_set(
            f, ERR_INPUT,
            "statusCode: %.8s/%.8s is %s, this warehouse's codes are %s; the "
            "standards must not be mixed",
            status, reason, other == CODES_X12 ? "X12" : "EDIFACT",
            codes == CODES_X12 ? "X12" : "EDIFACT");
    return fault_set(
        f, ERR_INPUT,
        "statusCode: Amazon does not support the pair %.8s/%.8s (status/reason)", status,
        reason);
}

bool scan_is_last(const char *status, const char *reason)
{
    const struct scan_pair *pair = find_pair(CODES_X12, status, reason);
    if (pair == NULL)
        pair = find_pair(CODES_EDIFACT, status, reason);
    return pair != NULL && pair->last;
}
