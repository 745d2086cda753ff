/* What the tests of the store share: a folder that goes away again, and short ways to
 * write. */
#ifndef DRAY_TESTS_STORE_HELP_H
#define DRAY_TESTS_STORE_HELP_H

#include <errno.h>
#include <sqlite3.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "check.h"
#include "store/effect.h"
#include "store/journal.h"
#include "store/paper.h"
#include "store/record.h"
#include "store/store.h"

enum { NOON = 1763985600 }; /* 2025-11-24T12:00:00Z in seconds */

static struct fault fault;
static struct clock *a_clock;
static char folder[64];

#define OK(call) CHECK_INT((call), ERR_OK)

static inline const char *in_folder(const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline void need_clock(void)
{
    fault = (struct fault){0};
    if (a_clock == NULL)
        a_clock = clock_new_virtual((int64_t)NOON * 1000);
}

/* The name of a folder that is not there yet. */
static inline void fresh_folder(void)
{
    static const char *const files[] = {"dray.db",     "dray.db-wal", "dray.db-shm",
                                        "dray.db.new", "lock",        "dray.db-journal"};
    need_clock();
    if (folder[0] == '\0') {
        snprintf(folder, sizeof folder, "/tmp/dray-store-XXXXXX");
        CHECK(mkdtemp(folder) != NULL);
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        unlink(in_folder(files[i]));
    CHECK(rmdir(folder) == 0 || errno == ENOENT);
}

static inline struct store *own(void)
{
    struct store *s = store_open(folder, STORE_OWN, a_clock, &fault);
    if (s == NULL)
        printf("  %s\n", fault.text);
    CHECK(s != NULL);
    return s;
}

static inline struct store *in_memory(void)
{
    need_clock();
    return store_open_memory(a_clock);
}

/* Does what another program could do to the file. */
static inline void meddle(const char *sql)
{
    sqlite3 *db;
    CHECK_INT(sqlite3_open(in_folder("dray.db"), &db), SQLITE_OK);
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        printf("  %s\n", sqlite3_errmsg(db));
    sqlite3_close(db);
    CHECK_INT(rc, SQLITE_OK);
}

static inline int64_t size_of(const char *name)
{
    struct stat st;
    return stat(in_folder(name), &st) == 0 ? (int64_t)st.st_size : -1;
}

static inline int64_t note(struct store *s, const char *what)
{
    struct entry e = {
        .what = what, .account = "acme-us", .detail = "{\"n\":1}", .detail_len = 7};
    OK(journal_add(s, &e, &fault));
    return e.id;
}

static inline bool count_entry(void *arg, const struct entry *e)
{
    (void)e;
    ++*(int *)arg;
    return true;
}

static inline int entries(struct store *s)
{
    int n = 0;
    OK(journal_each(s, &(struct entry_filter){0}, count_entry, &n, &fault));
    return n;
}

static inline void verified(struct store *s)
{
    if (store_verify(s, &fault) != ERR_OK) {
        printf("  %s\n", fault.text);
        CHECK(!"the store verifies");
    }
}

/* An order as a poll brings it, put with a digest of its body. */
static inline enum record_change put_order(struct store *s, const char *account,
                                           const char *name, const char *body,
                                           int64_t *id)
{
    struct record r = {.kind = RECORD_ORDER,
                       .account = account,
                       .name = name,
                       .warehouse = "ABCD",
                       .status = "NEW",
                       .ordered_ms = 1000,
                       .ship_by_ms = 5000,
                       .seen_ms = 2000,
                       .body = body,
                       .body_len = strlen(body)};
    struct digest d;
    enum record_change change;
    digest_of(body, strlen(body), &d);
    OK(record_put(s, &r, &d, &change, &fault));
    if (id != NULL)
        *id = r.id;
    return change;
}

static inline struct effect an_effect(int64_t record, const char *key)
{
    return (struct effect){.kind = EFFECT_SHIP,
                           .state = EFFECT_PLANNED,
                           .verb = "confirm",
                           .record = record,
                           .account = "acme-us",
                           .name = key,
                           .key = key,
                           .next_ms = 100,
                           .body = "{\"a\":1}",
                           .body_len = 7};
}

#endif
