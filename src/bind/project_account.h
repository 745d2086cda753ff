/* One account of the project file, from the table that the Lua half has checked. */
#ifndef DRAY_BIND_PROJECT_ACCOUNT_H
#define DRAY_BIND_PROJECT_ACCOUNT_H

#include <lua.h>

#include "base/fault.h"
#include "spapi/account.h"

/* Fills the account from its table, which is on top of the stack; paths are below
 * `folder`. ERR_INPUT: a value that only C can judge, with its line. No secret is read.
 */
enum err project_account(lua_State *L, struct account *a, const char *folder,
                         struct fault *f);

#endif
