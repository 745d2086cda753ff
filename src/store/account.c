/* Accounts by number: a name is stored once, rows carry its id.
 *
 * Names are kept in memory as they are met; what was undone is forgotten with everything
 * else, since reading a few names again costs nothing. */
#include "store/inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/statement.h"

static bool known(const struct accounts *a, int64_t id)
{
    return id > 0 && id < a->count && a->names[id] != NULL;
}

static void remember(struct accounts *a, int64_t id, const char *name)
{
    if (id >= a->count) {
        size_t count = (size_t)id + 1, old = (size_t)a->count;
        a->names = mem_resize(a->names, count * sizeof *a->names);
        memset(a->names + old, 0, (count - old) * sizeof *a->names);
        a->count = id + 1;
    }
    if (a->names[id] == NULL)
        a->names[id] = mem_text(name);
    a->latest = id;
}

void account_forget(struct store *s)
{
    for (int64_t i = 0; i < s->accounts.count; i++)
        free(s->accounts.names[i]);
    free(s->accounts.names);
    s->accounts = (struct accounts){0};
}

static int64_t find_in_memory(struct accounts *a, const char *name)
{
    if (known(a, a->latest) && strcmp(a->names[a->latest], name) == 0)
        return a->latest;
    for (int64_t i = 1; i < a->count; i++) {
        if (known(a, i) && strcmp(a->names[i], name) == 0) {
            a->latest = i;
            return i;
        }
    }
    return -1;
}

enum err account_find(struct store *s, const char *name, int64_t *id, struct fault *f)
{
    *id = 0;
    if (text_or_empty(name)[0] == '\0')
        return ERR_OK;
    *id = find_in_memory(&s->accounts, name);
    if (*id > 0)
        return ERR_OK;
    struct query q;
    query_read(&q, s, "SELECT id FROM account WHERE name = ?", f);
    query_text(&q, name);
    enum err e = query_number(&q, -1, id);
    if (e == ERR_OK && *id > 0)
        remember(&s->accounts, *id, name);
    return e;
}

enum err account_intern(struct store *s, const char *name, int64_t *id, struct fault *f)
{
    enum err e = account_find(s, name, id, f);
    if (e != ERR_OK || *id >= 0)
        return e;
    struct query q;
    query_write(&q, s, "INSERT INTO account(name) VALUES (?)", f);
    query_text(&q, name);
    e = query_run(&q, NULL);
    if (e == ERR_OK) {
        *id = sqlite3_last_insert_rowid(s->db);
        remember(&s->accounts, *id, name);
    }
    return e;
}

const char *account_name(struct store *s, int64_t id, struct fault *f)
{
    if (id == 0)
        return "";
    if (known(&s->accounts, id))
        return s->accounts.names[id];
    struct query q;
    query_read(&q, s, "SELECT name FROM account WHERE id = ?", f);
    query_int(&q, id);
    if (query_row(&q))
        remember(&s->accounts, id, row_text(&q, 0));
    enum err e = query_end(&q);
    if (e == ERR_OK && !known(&s->accounts, id))
        fault_set(f, ERR_INPUT,
                  "%s is damaged: a row belongs to account number %lld, "
                  "which is not there",
                  s->path, (long long)id);
    return known(&s->accounts, id) ? s->accounts.names[id] : NULL;
}
