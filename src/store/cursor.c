/* Places in lists and settings: one number by account and name. */
#include "store/store.h"

#include "store/inside.h"
#include "store/statement.h"

enum err cursor_get(struct store *s, const char *account, const char *name,
                    int64_t *value, struct fault *f)
{
    int64_t id;
    struct query q;
    enum err e = account_find(s, account, &id, f);
    if (e != ERR_OK)
        return e;
    query_read(&q, s, "SELECT value FROM cursor WHERE account = ? AND name = ?", f);
    query_int(&q, id);
    query_text(&q, name);
    bool there = query_row(&q);
    if (there)
        *value = row_int(&q, 0);
    e = query_end(&q);
    return e == ERR_OK && !there ? ERR_NOT_FOUND : e;
}

enum err cursor_set(struct store *s, const char *account, const char *name, int64_t value,
                    struct fault *f)
{
    int64_t id;
    struct query q;
    enum err e = account_intern(s, account, &id, f);
    if (e != ERR_OK)
        return e;
    query_write(&q, s,
                "INSERT INTO cursor(account, name, value) VALUES (?, ?, ?)"
                " ON CONFLICT(account, name) DO UPDATE SET value = excluded.value",
                f);
    query_int(&q, id);
    query_text(&q, name);
    query_int(&q, value);
    return query_run(&q, NULL);
}
