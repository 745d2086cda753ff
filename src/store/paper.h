/* The rows that name documents; their bytes are in document/archive. */
#ifndef DRAY_STORE_PAPER_H
#define DRAY_STORE_PAPER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "store/store.h"

enum paper_kind {
    PAPER_LABEL,
    PAPER_SLIP,
    PAPER_INVOICE,
    PAPER_GIFT, /* a gift message */
    PAPER_WRAP, /* what is to stand on a gift's wrapping */
    PAPER_KIND_COUNT
};
/* "label" "slip" "invoice" "gift" "wrap" */
const char *paper_kind_name(enum paper_kind k);

struct paper {
    int64_t id; /* given by paper_next_id before the file is written */
    enum paper_kind kind;
    int64_t record;
    const char *account;
    const char *name;        /* the order's number */
    const char *package;     /* packageIdentifier; "" */
    const char *tracking;    /* trackingNumber; "" */
    const char *ship_method; /* byte for byte; "" */
    const char *said;        /* the format Amazon named: "ZPL"; "" */
    const char *is;   /* what the bytes are: "ZPL", "PNG", "PDF", "TEXT", "unknown" */
    const char *flaw; /* what is wrong with it; "" */
    int64_t size;
    struct digest digest;
    const char *path; /* below documents/ */
    int64_t received_ms;
    bool latest;     /* not replaced by a later one of the same package, and not void */
    int64_t void_ms; /* since when it must not be used any more; 0: it may */
};

/* The id of the next document; never given twice. */
int64_t paper_next_id(struct store *s);
/* The highest id that was given; 0 when none was. */
int64_t paper_last_id(const struct store *s);
/* A document of this record, kind, package and digest is there already. */
enum err paper_known(struct store *s, int64_t record, enum paper_kind kind,
                     const char *package, const struct digest *digest, bool *known,
                     struct fault *f);
/* Adds the row. An earlier latest one of the same record, kind and package stops being
 * the latest; *replaced is its id, or 0. */
enum err paper_add(struct store *s, const struct paper *p, int64_t *replaced,
                   struct fault *f);
/* The tracking number or ship method of a stored label was corrected without new bytes.
 */
enum err paper_set_details(struct store *s, int64_t record, enum paper_kind kind,
                           const char *package, const char *tracking,
                           const char *ship_method, bool *changed, struct fault *f);

/* What came before the document `first` is no longer the latest of its record and kind;
 * *count of them were. */
enum err paper_outdate(struct store *s, int64_t record, enum paper_kind kind,
                       int64_t first, int64_t *count, struct fault *f);

/* The id of a latest one of that record and kind; 0: none. */
enum err paper_latest(struct store *s, int64_t record, enum paper_kind kind, int64_t *id,
                      struct fault *f);
/* The latest ones of these kinds (bits) of a record, or of one package of it, must not be
 * used any more. *count of them were. */
enum err paper_void(struct store *s, int64_t record, unsigned kinds, const char *package,
                    int64_t *count, struct fault *f);
/* A document that was void or replaced came again: it is the latest once more. *id is 0
 * when it is the latest already. */
enum err paper_revive(struct store *s, const struct paper *p, int64_t *id,
                      struct fault *f);

struct paper_filter {
    const char *account;
    int64_t record;   /* 0: any */
    unsigned kinds;   /* bit per kind; 0: all */
    int64_t id;       /* 0: any */
    bool latest;      /* only those */
    int64_t after_ms; /* received_ms >= */
    int64_t after_id; /* id > */
    bool by_id;       /* in the order of ids, which is that of arrival */
    int64_t limit;
};
typedef bool paper_fn(void *arg, const struct paper *p);
/* By record, kind, package, id, unless by_id. The row is borrowed for the call. */
enum err paper_each(struct store *s, const struct paper_filter *filter, paper_fn *fn,
                    void *arg, struct fault *f);
enum err paper_list(struct store *s, struct arena *a, const struct paper_filter *filter,
                    struct paper **list, size_t *count, struct fault *f);
/* For archive_sweep: some row names this path. */
bool paper_named(struct store *s, const char *path);

#endif
