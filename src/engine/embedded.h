/* The Lua half of dray as it stands inside the binary, and how a state finds it.
 *
 * DRAY_LUA_DIR names a folder that is read instead, for people who change the Lua half;
 * what is not there is taken from the binary. */
#ifndef DRAY_ENGINE_EMBEDDED_H
#define DRAY_ENGINE_EMBEDDED_H

#include <stddef.h>

struct lua_State; /* not lua.h: the table itself is compiled without Lua */

struct embedded_file {
    const char *name; /* the way below lua/, "dray/project.lua"; NULL ends the table */
    const char *text;
    size_t len;
};

extern const struct embedded_file embedded_files[];

/* The file of that name, or NULL. */
const struct embedded_file *embedded_find(const char *name);

/* Lets require() find "sim.amazon" as sim/amazon.lua, right after package.preload. Needs
 * the package library. May raise. */
void embedded_install(struct lua_State *L);

/* Pushes the chunk of the module "sim.amazon" and the chunk name, "@lua/sim/amazon.lua";
 * or pushes one string, why there is none, and returns 1. A file that does not compile
 * raises. */
int embedded_load(struct lua_State *L, const char *module);

#endif
