/* Lists of what belongs to a record, read by its id. */
#include "bind/belongings.h"

#include "engine/trouble.h"
#include "store/effect.h"

struct id_list record_papers(lua_State *L, int64_t id, enum paper_kind kind)
{
    struct arena *a = bind_scratch(L);
    struct paper_filter filter = {.record = id, .kinds = 1u << kind, .latest = true};
    struct paper *list;
    struct id_list ids = {0};
    size_t count = 0;
    struct fault f = {0};
    trouble_check(L, paper_list(bind_host(L)->store, a, &filter, &list, &count, &f), &f);
    for (size_t i = 0; i < count; i++)
        id_list_add(a, &ids, list[i].id);
    return ids;
}

void record_push_papers(lua_State *L, int64_t id, enum paper_kind kind)
{
    struct id_list ids = record_papers(L, id, kind);
    list_push(L, HANDLE_DOCUMENT, &ids);
}

void record_push_effects(lua_State *L, int64_t id)
{
    struct arena *a = bind_scratch(L);
    struct effect_filter filter = {.record = id};
    struct effect *list;
    struct id_list ids = {0};
    size_t count = 0;
    struct fault f = {0};
    trouble_check(L, effect_list(bind_host(L)->store, a, &filter, &list, &count, &f), &f);
    for (size_t i = 0; i < count; i++)
        id_list_add(a, &ids, list[i].id);
    list_push(L, HANDLE_EFFECT, &ids);
}
