/* What was reported already, by digests: nothing of the reports themselves. */
#include "store/told.h"

#include <string.h>

#include "store/statement.h"

static enum err remember(struct store *s, const struct digest *key,
                         const struct digest *content, struct fault *f)
{
    struct query q;
    query_write(&q, s, "INSERT INTO told(key, content) VALUES (?, ?)", f);
    query_digest(&q, key);
    query_digest(&q, content);
    return query_run(&q, NULL);
}

enum err told_put(struct store *s, const struct digest *key, const struct digest *content,
                  enum told *told, struct fault *f)
{
    struct query q;
    struct digest there;
    *told = TOLD_NEW;
    query_read(&q, s, "SELECT content FROM told WHERE key = ?", f);
    query_digest(&q, key);
    if (query_row(&q)) {
        row_digest(&q, 0, &there);
        *told = memcmp(&there, content, sizeof there) == 0 ? TOLD_SAME : TOLD_OTHER;
    }
    enum err e = query_end(&q);
    return e == ERR_OK && *told == TOLD_NEW ? remember(s, key, content, f) : e;
}
