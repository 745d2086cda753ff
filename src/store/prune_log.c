/* The oldest entries of the log are cut off, and an entry says where. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "store/inside.h"
#include "store/journal.h"
#include "store/prune.h"
#include "store/statement.h"

/* The place of the newest "log.cut" among the cursors. */
static const char cursor_name[] = "log.cut";

/* The whole story of the oldest order that has an effect under way. */
static const char first_of_open[] =
    "SELECT min(id) FROM log WHERE record > 0 AND record = (SELECT min(record) FROM "
    "effect WHERE state < 7 AND state > 0 AND record > 0)";

/* The ids that something still needs; the smallest of each. */
static const char *const needed[] = {
    first_of_open,
    "SELECT min(event) FROM job",
    "SELECT min(event) FROM hold",
    "SELECT min(event) FROM fire WHERE state = 0",
    "SELECT min(event) FROM run WHERE state = 0 AND event > 0",
    "SELECT value + 1 FROM cursor WHERE account = 0 AND name = 'rules'",
    "SELECT max(id) FROM log",
};
enum { NEEDED = sizeof needed / sizeof needed[0] };

/* The first entry that must stay. */
static enum err first_needed(struct store *s, int64_t *first, struct fault *f)
{
    enum err e = ERR_OK;
    *first = INT64_MAX;
    for (size_t i = 0; e == ERR_OK && i < NEEDED; i++) {
        struct query q;
        int64_t id;
        query_read(&q, s, needed[i], f);
        e = query_number(&q, INT64_MAX, &id);
        *first = id < *first ? id : *first;
    }
    return e;
}

/* The last entry that may go, with its hash; id 0: none. */
static enum err find_cut(struct store *s, struct portion *p, int64_t first,
                         struct chain *cut, struct fault *f)
{
    struct query q;
    int64_t seen = 0;
    bool old = true;

    *cut = (struct chain){0};
    query_read(&q, s, "SELECT id, at_ms, hash FROM log WHERE id < ? ORDER BY id LIMIT ?",
               f);
    query_int(&q, first);
    query_int(&q, p->limit);
    while (old && query_row(&q)) {
        old = row_int(&q, 1) < p->before_ms;
        if (old) {
            cut->id = row_int(&q, 0);
            row_digest(&q, 2, &cut->hash);
        }
        seen++;
    }
    p->more = old && seen == p->limit;
    return query_end(&q);
}

/* The entry that the chain begins with from now on. */
static enum err state_cut(struct store *s, const struct chain *cut, struct fault *f)
{
    char hash[DIGEST_HEX + 1], detail[DIGEST_HEX + 64];
    digest_hex(&cut->hash, hash);
    const int len = snprintf(detail, sizeof detail, "{\"upto\":%lld,\"hash\":\"%s\"}",
                             (long long)cut->id, hash);
    struct entry e = {.what = "log.cut", .detail = detail, .detail_len = (size_t)len};
    const enum err err = journal_add(s, &e, f);
    return err == ERR_OK ? cursor_set(s, "", cursor_name, e.id, f) : err;
}

enum err prune_log(struct store *s, struct portion *p, struct fault *f)
{
    struct query q;
    struct chain cut = {0};
    int64_t first;

    enum err e = first_needed(s, &first, f);
    if (e == ERR_OK)
        e = find_cut(s, p, first, &cut, f);
    if (e != ERR_OK || cut.id == 0)
        return e;
    e = state_cut(s, &cut, f);
    if (e != ERR_OK)
        return e;
    int64_t changes = 0;
    query_write(&q, s, "DELETE FROM log WHERE id <= ?", f);
    query_int(&q, cut.id);
    e = query_run(&q, &changes);
    p->gone += changes;
    if (e != ERR_OK)
        return e;
    query_write(&q, s, "DELETE FROM dispatched WHERE upto <= ?", f);
    query_int(&q, cut.id);
    return query_run(&q, NULL);
}

/* ---- where the chain begins ---- */

static enum err bad_cut(const struct store *s, int64_t id, struct fault *f)
{
    return fault_set(f, ERR_INPUT,
                     "the log in %s does not say where it begins: its entry %lld is no "
                     "\"log.cut\"",
                     s->path, (long long)id);
}

static enum err read_cut(struct store *s, struct arena *a, int64_t id, struct chain *cut,
                         struct fault *f)
{
    struct entry e;
    enum err err = journal_get(s, a, id, &e, f);
    if (err == ERR_NOT_FOUND || (err == ERR_OK && strcmp(e.what, cursor_name) != 0))
        return bad_cut(s, id, f);
    if (err != ERR_OK)
        return err;
    const struct json *detail =
        e.detail == NULL ? NULL : json_parse(a, e.detail, e.detail_len, NULL);
    if (!json_int(json_get(detail, "upto"), &cut->id) ||
        !digest_from_hex(json_get_str(detail, "hash", ""), &cut->hash))
        return bad_cut(s, id, f);
    return ERR_OK;
}

enum err journal_cut(struct store *s, struct chain *cut, struct fault *f)
{
    struct arena a;
    int64_t id;

    *cut = (struct chain){0};
    enum err e = cursor_get(s, "", cursor_name, &id, f);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    arena_init(&a);
    e = read_cut(s, &a, id, cut, f);
    arena_clear(&a);
    return e;
}
