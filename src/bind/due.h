/* What is due today, or late: a choice in the options of lists of orders and shipments.
 */
#ifndef DRAY_BIND_DUE_H
#define DRAY_BIND_DUE_H

#include <stdbool.h>
#include <stdint.h>

#include <lua.h>

#include "workflow/host.h"

enum due { DUE_ANY, DUE_TODAY, DUE_LATE };

/* The option `due` of the word's table; raises for another choice. */
enum due due_read(lua_State *L, const char *word);
/* The record's date holds it: for today by the day of its warehouse or location. */
bool due_holds(const struct host *h, enum due due, int64_t now_ms,
               const struct record *r);
/* The option `account`: one that the project does not have is a mistake, not an empty
 * list. NULL when absent. */
const char *due_account(lua_State *L, const char *word);

#endif
