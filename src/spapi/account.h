/* An account: one authorised selling partner in one region, its warehouses and
 * credentials.
 *
 * Filled from the project file (bind/project.c). Who it is stays the same for the life of
 * the process; the rest may be renewed between rounds. Strings are owned by the account.
 */
#ifndef DRAY_SPAPI_ACCOUNT_H
#define DRAY_SPAPI_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/secret.h"
#include "base/zone.h"
#include "spapi/operation.h"

enum program { PROGRAM_VENDOR, PROGRAM_EXTERNAL };
enum writes { WRITES_LIVE, WRITES_OBSERVE };
enum codes { CODES_X12, CODES_EDIFACT };

/* At most `count` of a verb per `per_ms`; above, effects are held. count 0: no limit. */
struct limit {
    int64_t count;
    int64_t per_ms;
};
/* Verbs that can be limited; index into the limits arrays. */
enum limited {
    LIMIT_ACCEPT,
    LIMIT_REJECT,
    LIMIT_LABEL,
    LIMIT_CONFIRM,
    LIMIT_FLOOR_DENY,
    LIMIT_SCAN,
    LIMIT_CREATE_PACKAGES, /* from here on a seller's, who has confirm and reject, too */
    LIMIT_UPDATE_PACKAGE,
    LIMIT_SHIPPING_OPTIONS,
    LIMIT_GENERATE_INVOICE,
    LIMIT_GENERATE_LABELS,
    LIMIT_MARK_SHIPPED,
    LIMIT_DELIVERY,
    LIMIT_COUNT
};
/* The verb as scripts write it: "accept", "floor_deny", "generate_labels" … */
const char *limit_name(enum limited l);

/* The clocks of domain.md 4.2. */
enum deadline {
    DEADLINE_ACKNOWLEDGE, /* from the order's creation */
    DEADLINE_LABEL,       /* from the request */
    DEADLINE_SHIP,        /* requiredShipDate */
    DEADLINE_CONFIRM,     /* from the parcel's departure */
    DEADLINE_SCAN,        /* from the confirmation, then from the last scan */
    DEADLINE_COUNT
};
const char *deadline_name(enum deadline d); /* "acknowledge" … "scan" */

struct warehouse {
    char *code; /* shipFromParty.partyId; locationId; "": all that are not named */
    const struct zone *zone; /* of its clocks and ship days */
    bool amazon_labels;      /* labels = "amazon"; else the vendor's own carrier */
    bool slips_elsewhere; /* slips = "elsewhere": another program fetches and prints them
                           */
    enum codes codes;     /* of scans */
    enum writes writes;
    char *selling_party; /* NULL: the account's */
    char *scac;          /* scacCode, NULL when none */
    char *carrier;       /* carrier (EU), NULL when none */
    char *ship_method;   /* own carrier's shipMethod, NULL when none */
    char *weight_value;  /* default weight of a box, NULL when none */
    char *weight_unit;   /* KG or LB */
    char *address;       /* shipFromParty.address as JSON text, NULL when none */
    struct limit limits[LIMIT_COUNT];
    char **channels;      /* a seller's location: channelName of its lists, one by one */
    size_t channel_count; /* 0: all channels in one list */
};

/* Where a secret comes from; read when the account is first used. */
enum source_kind { SOURCE_NONE, SOURCE_ENV, SOURCE_FILE, SOURCE_COMMAND };
struct source {
    enum source_kind kind;
    char *name;  /* environment variable or path */
    char **argv; /* command; ends with NULL */
};

struct credentials {
    char *client_id; /* not secret */
    struct source client_secret;
    struct source refresh_token;
};

/* How often a list is asked by itself (`poll` of the project file). */
struct cadence {
    char *list; /* its name in workflow/poller.h */
    int64_t every_ms;
};
enum { POLL_LEAST_MS = 1000, POLL_MOST_MS = 3600000 };

struct tokens;
struct quota;

struct account {
    char *id;
    enum program program;
    char *region;   /* "na" "eu" "fe"; NULL with an endpoint */
    char *endpoint; /* "https://sellingpartnerapi-na.amazon.com", no slash at the end */
    char *lwa_url;  /* the token endpoint, complete */
    char *selling_party;      /* the vendor code */
    char *target_application; /* NULL: none */
    char *version;            /* "v1" */
    char *marketplace;        /* marketplaceId of a seller's lists; NULL: all */
    int64_t pause_ms;         /* learned: how long Amazon works on a seller's write */
    int64_t since_ms;         /* older orders are left alone; INSTANT_NONE: all */
    struct warehouse *warehouses;
    size_t warehouse_count;
    struct limit limits[LIMIT_COUNT];
    int batch_acknowledgements; /* elements a POST; 10 */
    int batch_labels;           /* 10 */
    int batch_confirmations;    /* 1 */
    int batch_scans;            /* 1 */
    /* When a person is warned: after the clock's start, but before requiredShipDate. */
    int64_t near_ms[DEADLINE_COUNT];
    double rate[OP_COUNT];    /* from `rates`; 0: the model's */
    int burst[OP_COUNT];      /* 0: the model's */
    struct cadence *cadences; /* lists that the project file names */
    size_t cadence_count;
    struct credentials credentials;
    struct tokens *tokens; /* made by spapi_add_account */
    struct quota *quota;
};

struct account *account_new(const char *id);
void account_free(struct account *a);
/* What differs that an account keeps for the life of the process ("endpoint",
 * "credentials" …), by the project file's word; NULL: nothing does. */
const char *account_fixed(const struct account *a, const struct account *with);
/* Takes over everything else of `from`, which must be freed afterwards. Pointers to
 * warehouses become invalid. */
void account_renew(struct account *a, struct account *from);
/* Sets endpoint and lwa_url from region: ERR_INPUT for a region nobody knows. */
enum err account_set_region(struct account *a, const char *region, struct fault *f);
/* Sets endpoint (and LWA on the same host); https, or http to loopback. */
enum err account_set_endpoint(struct account *a, const char *url, struct fault *f);
/* A new warehouse with defaults, owned by the account; pointers to older ones become
 * invalid. */
struct warehouse *account_add_warehouse(struct account *a, const char *code);
/* ERR_LIMIT outside of POLL_LEAST_MS to POLL_MOST_MS. */
enum err account_set_poll(struct account *a, const char *list, int64_t every_ms,
                          struct fault *f);
/* What the project file says of that list, or `otherwise`. */
int64_t account_poll_ms(const struct account *a, const char *list, int64_t otherwise);
/* Its next channel; none at all. */
void warehouse_add_channel(struct warehouse *w, const char *channel);
void warehouse_clear_channels(struct warehouse *w);
/* NULL when the account does not name it. */
const struct warehouse *account_warehouse(const struct account *a, const char *code);
/* Reads a source into a secret: env, file (refused if others can read it) or command. */
enum err source_read(const struct source *s, const char *what, struct secret *out,
                     struct fault *f);

#endif
