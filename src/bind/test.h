/* `dray test`: busted inside the binary, with hosts on a virtual clock for specs.
 *
 * A spec says require("dray.test"); lua/dray/test.lua shows what it can do. */
#ifndef DRAY_BIND_TEST_H
#define DRAY_BIND_TEST_H

#include <lua.h>

/* Runs busted with these arguments (argv[0] is the program's name; folders, files and
 * busted's own options follow). Gives the exit code: 0 when every spec passed, 1
 * otherwise, 70 when busted itself could not run; then stderr says why. */
int test_run(int argc, char *const *argv);

/* require("dray.test.core"), below lua/dray/test.lua. */
int luaopen_dray_test_core(lua_State *L);

struct host;
/* The open host of the core object at index 1; raises when it is closed. */
struct host *test_host_of(lua_State *L);
/* Leaves a userdata with an arena on the stack, which goes with it. */
struct arena;
struct arena *test_push_arena(lua_State *L);
/* A member of the table on top of the stack; may raise (memory). */
void test_set_text(lua_State *L, const char *name, const char *text);
void test_set_integer(lua_State *L, const char *name, lua_Integer value);
/* Adds what the floor reports (test_floor.c) to the methods on top of the stack. */
void test_floor_open(lua_State *L);
struct rules;
/* Its rules; NULL when it has none. */
struct rules *test_rules_of(lua_State *L);
struct project;
struct project *test_project_of(lua_State *L);
/* Adds what there is of rules (test_rules.c) to the methods on top of the stack. */
void test_rules_open(lua_State *L);
/* Adds backtests (test_backtest.c) to the methods on top of the stack. */
void test_backtest_open(lua_State *L);
/* Adds what a person decides (test_control.c) to the methods on top of the stack. */
void test_control_open(lua_State *L);
/* Adds the import of the past (test_import.c) to the methods on top of the stack. */
void test_import_open(lua_State *L);
/* Adds what was only observed (test_observed.c) to the methods on top of the stack. */
void test_observed_open(lua_State *L);

#endif
