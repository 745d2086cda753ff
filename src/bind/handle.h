/* What scripts hold of orders, effects and documents: ids, looked up at every use (law
 * 9); and lists of them. */
#ifndef DRAY_BIND_HANDLE_H
#define DRAY_BIND_HANDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lauxlib.h>
#include <lua.h>

#include "base/arena.h"
#include "workflow/host.h"

enum handle_kind { HANDLE_ORDER, HANDLE_EFFECT, HANDLE_DOCUMENT, HANDLE_SHIPMENT };

/* A field that is read from a handle: pushes one value; the handle is at index 1. */
struct handle_field {
    const char *name;
    void (*push)(lua_State *L, int64_t id);
};

/* The host of a running script; raises when there is none. */
struct host *bind_host(lua_State *L);
/* The project's folder; raises "WHAT only while a script runs" when there is none. */
const char *bind_folder(lua_State *L, const char *what);
/* An empty arena that lasts until the next binding asks for it; freed with the state. */
struct arena *bind_scratch(lua_State *L);

/* Describes a kind: methods end with a NULL name, fields too. Methods whose function is
 * NULL are added by the caller to the table that is left on the stack. */
void handle_define(lua_State *L, enum handle_kind kind, const luaL_Reg *methods,
                   const struct handle_field *fields);
void handle_push(lua_State *L, enum handle_kind kind, int64_t id);
/* Pushes the order or shipment of that row when it is of the kind, else nil. */
void handle_push_record(lua_State *L, enum handle_kind kind, int64_t record);
/* Raises a wrong argument. */
int64_t handle_check(lua_State *L, int index, enum handle_kind kind);
/* True and *id set when the value is one. */
bool handle_is(lua_State *L, int index, enum handle_kind kind, int64_t *id);

/* The value kept with the handle at `index` since the present slice began; false when
 * none. */
bool handle_kept(lua_State *L, int index);
/* Keeps the value on top of the stack, which stays there, until the slice ends. */
void handle_keep(lua_State *L, int index);

/* A growing list of ids in an arena. Zeroed is empty. */
struct id_list {
    int64_t *ids;
    size_t count, room;
};
void id_list_add(struct arena *a, struct id_list *list, int64_t id);
/* Pushes a list object: `for x in list do`, list[i], #list, list:count(). */
void list_push(lua_State *L, enum handle_kind kind, const struct id_list *list);
/* How many members the list object at `index` has; -1 when it is none. */
lua_Integer list_count(lua_State *L, int index);
/* The id at `place`, from 1. */
int64_t list_id(lua_State *L, int index, lua_Integer place);
/* Pushes the handle at `place`, from 1. */
void list_at(lua_State *L, int index, lua_Integer place);

/* ---- tables of options: orders { state = "new" } ---- */

/* The argument at 1 is a table, or absent (then an empty one is put there), with no other
 * names than these. Raises with the nearest name. `names` ends with NULL. */
void options_check(lua_State *L, const char *word, const char *const *names);
/* A member: NULL when absent. The text is anchored by the table. */
const char *options_text(lua_State *L, const char *word, const char *name);
bool options_flag(lua_State *L, const char *word, const char *name, bool otherwise);
/* A text or a list of texts: calls `take` for each; false from it is an unknown word.
 * `choices` (ends with NULL) are for the suggestion. */
void options_choices(lua_State *L, const char *word, const char *name,
                     const char *const *choices,
                     bool (*take)(void *arg, const char *text), void *arg);
/* Raises "WORD: unknown WHAT "got" (did you mean "x"?)". */
int options_unknown(lua_State *L, const char *word, const char *what, const char *got,
                    const char *const *choices);

#endif
