/* What is due today, or late. */
#include "bind/due.h"

#include <string.h>

#include "base/instant.h"
#include "base/zone.h"
#include "bind/handle.h"
#include "engine/trouble.h"

enum due due_read(lua_State *L, const char *word)
{
    static const char *const choices[] = {"today", "late", NULL};
    const char *due = options_text(L, word, "due");
    if (due == NULL)
        return DUE_ANY;
    if (strcmp(due, "today") == 0)
        return DUE_TODAY;
    if (strcmp(due, "late") == 0)
        return DUE_LATE;
    options_unknown(L, word, "due", due, choices);
    return DUE_ANY;
}

static bool is_due(const struct host *h, enum due due, int64_t now_ms,
                   const struct record *r)
{
    if (due == DUE_LATE)
        return r->ship_by_ms < now_ms;
    const struct account *a = host_account(h, r->account);
    const struct warehouse *w = a == NULL ? NULL : account_warehouse(a, r->warehouse);
    int64_t begin = now_ms - now_ms % MS_DAY, end = begin + MS_DAY;
    if (w != NULL && w->zone != NULL)
        zone_day(w->zone, now_ms, &begin, &end);
    return r->ship_by_ms >= begin && r->ship_by_ms < end;
}

bool due_holds(const struct host *h, enum due due, int64_t now_ms, const struct record *r)
{
    return due == DUE_ANY || (r->ship_by_ms != INSTANT_NONE && is_due(h, due, now_ms, r));
}

const char *due_account(lua_State *L, const char *word)
{
    const char *id = options_text(L, word, "account");
    if (id != NULL && host_account(bind_host(L), id) == NULL)
        trouble_error(L, ERR_INPUT, "%s: unknown account \"%s\"", word, id);
    return id;
}
