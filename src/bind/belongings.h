/* What belongs to an order or a shipment, as scripts see it: its documents and effects.
 */
#ifndef DRAY_BIND_BELONGINGS_H
#define DRAY_BIND_BELONGINGS_H

#include "bind/handle.h"
#include "store/paper.h"

/* The latest documents of that kind; in the scratch arena. May raise. */
struct id_list record_papers(lua_State *L, int64_t id, enum paper_kind kind);
/* Pushes them as a list of documents. May raise. */
void record_push_papers(lua_State *L, int64_t id, enum paper_kind kind);
/* Pushes all of its effects as a list. May raise. */
void record_push_effects(lua_State *L, int64_t id);

#endif
