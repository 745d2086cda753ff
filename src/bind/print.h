/* document:print(printer, { copy = 2 }) -> effect | nil, why not: a method of documents.
 */
#ifndef DRAY_BIND_PRINT_H
#define DRAY_BIND_PRINT_H

#include <lua.h>

/* Raises for a printer that dray.lua does not name and for a format that it does not
 * take. The same copy asked for again is the same effect. */
int bind_document_print(lua_State *L);

#endif
