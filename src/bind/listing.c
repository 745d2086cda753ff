/* Lists of orders and shipments by their state, place and date. */
#include "bind/listing.h"

#include <string.h>

#include "base/instant.h"
#include "base/zone.h"
#include "engine/trouble.h"

enum due { DUE_ANY, DUE_TODAY, DUE_LATE };
enum { STATES_MOST = 32 }; /* a bit of an unsigned each */

static const struct listing_kind *kind_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

/* ---- what is due ---- */

static enum due read_due(lua_State *L, const char *word)
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

/* Today is the day of the warehouse or location; UTC where it has no zone. */
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

static bool due_holds(const struct host *h, enum due due, int64_t now_ms,
                      const struct record *r)
{
    return due == DUE_ANY || (r->ship_by_ms != INSTANT_NONE && is_due(h, due, now_ms, r));
}

/* ---- options ---- */

/* One that the project does not have is a mistake, not an empty list. */
static const char *read_account(lua_State *L, const char *word)
{
    const char *id = options_text(L, word, "account");
    if (id != NULL && host_account(bind_host(L), id) == NULL)
        trouble_error(L, ERR_INPUT, "%s: unknown account \"%s\"", word, id);
    return id;
}

struct states {
    const struct listing_kind *kind;
    unsigned bits;
};

static bool take_state(void *arg, const char *name)
{
    struct states *s = arg;
    for (int i = 0; i < s->kind->states; i++) {
        if (strcmp(record_state_name(s->kind->record, i), name) != 0)
            continue;
        s->bits |= 1u << i;
        return true;
    }
    return false;
}

static unsigned read_states(lua_State *L, const struct listing_kind *kind)
{
    const char *names[STATES_MOST + 1] = {0};
    struct states states = {.kind = kind};
    for (int i = 0; i < kind->states; i++)
        names[i] = record_state_name(kind->record, i);
    options_choices(L, kind->word, "state", names, take_state, &states);
    return states.bits;
}

/* ---- words ---- */

struct listing {
    struct arena *arena;
    const struct host *host;
    enum due due;
    int64_t now_ms;
    struct id_list ids;
};

static bool take_record(void *arg, const struct record *r)
{
    struct listing *l = arg;
    if (due_holds(l->host, l->due, l->now_ms, r))
        id_list_add(l->arena, &l->ids, r->id);
    return true;
}

static int l_list(lua_State *L)
{
    const struct listing_kind *kind = kind_of(L);
    const char *const names[] = {"state", kind->place, "account", "due", "old", NULL};
    struct host *h = bind_host(L);
    struct fault f = {0};
    h->outside = kind->word;
    options_check(L, kind->word, names);
    struct record_filter filter = {
        .kind = kind->record,
        .account = read_account(L, kind->word),
        .warehouse = options_text(L, kind->word, kind->place),
        .with_old = options_flag(L, kind->word, "old", false),
    };
    struct listing l = {.host = h, .due = read_due(L, kind->word), .now_ms = host_now(h)};
    filter.states = read_states(L, kind);
    if (l.due != DUE_ANY && filter.states == 0)
        filter.states = kind->unshipped;
    l.arena = bind_scratch(L);
    trouble_check(L, record_each(h->store, &filter, take_record, &l, &f), &f);
    list_push(L, kind->handle, &l.ids);
    return 1;
}

static int l_find(lua_State *L)
{
    const struct listing_kind *kind = kind_of(L);
    struct host *h = bind_host(L);
    const char *name = luaL_checkstring(L, 1);
    const char *account = luaL_optstring(L, 2, NULL);
    struct record r = {0};
    struct fault f = {0};
    h->outside = kind->one;
    enum err e = record_find(h->store, bind_scratch(L), kind->record, account, name,
                             false, &r, &f);
    trouble_check(L, e, &f);
    handle_push(L, kind->handle, r.id);
    return 1;
}

static void add_word(lua_State *L, const struct listing_kind *kind, const char *name,
                     lua_CFunction word)
{
    lua_pushlightuserdata(L, (void *)(uintptr_t)kind);
    lua_pushcclosure(L, word, 1);
    lua_setfield(L, -2, name);
}

void listing_define(lua_State *L, const struct listing_kind *kind)
{
    add_word(L, kind, kind->word, l_list);
    add_word(L, kind, kind->one, l_find);
}
