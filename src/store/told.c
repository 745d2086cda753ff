/* What was reported already, by digests: nothing of the reports themselves. */
#include "store/told.h"

#include <string.h>

#include "base/instant.h"
#include "store/statement.h"

enum { REFRESH_MS = MS_DAY }; /* not with every repetition */

static enum err remember(struct store *s, const struct digest *key,
                         const struct digest *content, struct fault *f)
{
    struct query q;
    query_write(&q, s, "INSERT INTO told(key, content, told_ms) VALUES (?, ?, ?)", f);
    query_digest(&q, key);
    query_digest(&q, content);
    query_int(&q, store_now(s));
    return query_run(&q, NULL);
}

/* What carriers' files say again and again is not to be forgotten meanwhile. */
static enum err refresh(struct store *s, const struct digest *key, int64_t told_ms,
                        struct fault *f)
{
    struct query q;
    if (store_now(s) - told_ms < REFRESH_MS)
        return ERR_OK;
    query_write(&q, s, "UPDATE told SET told_ms = ? WHERE key = ?", f);
    query_int(&q, store_now(s));
    query_digest(&q, key);
    return query_run(&q, NULL);
}

enum err told_put(struct store *s, const struct digest *key, const struct digest *content,
                  enum told *told, struct fault *f)
{
    struct query q;
    struct digest there;
    int64_t told_ms = 0;
    *told = TOLD_NEW;
    query_read(&q, s, "SELECT content, told_ms FROM told WHERE key = ?", f);
    query_digest(&q, key);
    if (query_row(&q)) {
        row_digest(&q, 0, &there);
        told_ms = row_int(&q, 1);
        *told = memcmp(&there, content, sizeof there) == 0 ? TOLD_SAME : TOLD_OTHER;
    }
    enum err e = query_end(&q);
    if (e == ERR_OK && *told == TOLD_NEW)
        return remember(s, key, content, f);
    return e == ERR_OK ? refresh(s, key, told_ms, f) : e;
}
