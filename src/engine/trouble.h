/* Errors as scripts see them: a code for the program, a sentence for people, file:line.
 *
 * `tostring` gives "day.lua:12: the sentence"; `try` hands out code and message. */
#ifndef DRAY_ENGINE_TROUBLE_H
#define DRAY_ENGINE_TROUBLE_H

#include <lua.h>

#include "base/fault.h"

/* Raises; both never return. The int is for `return trouble_raise(...)`. */
int trouble_raise(lua_State *L, const struct fault *f) __attribute__((noreturn));
int trouble_error(lua_State *L, enum err code, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));
/* Raises unless e is ERR_OK. */
void trouble_check(lua_State *L, enum err e, const struct fault *f);

/* Pushes a table {code, message, where} for any error value at `index`; raw access only.
 */
void trouble_push(lua_State *L, int index);
/* Pushes the text for people of any error value at `index`; raw access only. */
void trouble_push_text(lua_State *L, int index);
/* The same for journals, logs and terminals: no secret, no control characters, not long.
 */
void trouble_push_clean(lua_State *L, int index);

#endif
