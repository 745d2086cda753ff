/* The words of dray in a script's state: one file per Lua module, listed here and nowhere
 * else. */
#ifndef DRAY_BIND_BIND_H
#define DRAY_BIND_BIND_H

#include <lua.h>

#include "bind/project.h"
#include "engine/rules.h"
#include "engine/script.h"

/* Installs all words into the table at index 1; for script_options.words. */
int bind_open(lua_State *L);

/* A script with these words, its first line not yet run. `args` ends with NULL and may be
 * NULL. */
struct script *bind_script(struct host *h, struct tasks *t, const char *path,
                           const char *project_folder, char *const *args,
                           struct fault *f);

/* What the rules of a project need of the words (occasion.c). */
extern const struct rules_words bind_rules_words;
/* The project's rules at work for this host. As rules_open; *mistakes (may be NULL) is
 * the caller's to free. */
struct rules *bind_rules(struct host *h, struct tasks *t, const struct project *p,
                         bool dry_run, char **mistakes, struct fault *f);
/* Reads the rules again, and dray.lua when it is another one than that of `p`: all or
 * nothing, as rules_reload. ERR_STATE: dray.lua has a change that needs a restart.
 * *renewed: it was another one, and counts from now on. */
enum err bind_reload(struct host *h, struct rules *r, struct project *p, bool *renewed,
                     char **mistakes, struct fault *f);
/* The same only loaded and checked, before the accounts are taken out of the project. */
struct rulebook *bind_rulebook(const struct project *p, char **mistakes, struct fault *f);

/* Each adds its words to the table on top of the stack. */
void bind_occasion_open(lua_State *L);
void bind_order_open(lua_State *L);
void bind_shipment_open(lua_State *L);
void bind_effect_open(lua_State *L);
void bind_document_open(lua_State *L);
void bind_poll_open(lua_State *L);
void bind_call_open(lua_State *L);
void bind_tasks_open(lua_State *L);
void bind_time_open(lua_State *L);
void bind_floor_open(lua_State *L);
void bind_notify_open(lua_State *L);
void bind_file_open(lua_State *L);
void bind_log_open(lua_State *L);

#endif
