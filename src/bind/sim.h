/* The simulator of Amazon (lua/sim) behind the transport door, and what it needs from C.
 *
 * One Amazon is one Lua object with a method `handle`. It lives in a Lua state of its
 * own, or of a test; whoever gives the state keeps it alive. */
#ifndef DRAY_BIND_SIM_H
#define DRAY_BIND_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/secret.h"
#include "net/loop.h"
#include "net/transport.h"

/* require("dray.sim"): zpl, png, pdf (documents as base64) and zone_offset. May raise. */
int luaopen_dray_sim(lua_State *L);

/* Lets the state require "cjson", "dray.sim" and the embedded files. Needs the package
 * library. May raise. */
void sim_install(lua_State *L);

/* Makes an Amazon from the table of options on top of the stack (sim.Options of
 * lua/sim/settings.lua) and pops it; clock, cjson, documents and zone_offset are filled
 * in. The clock is borrowed and must outlive the state. *ref is a registry reference.
 * Never raises; ERR_INPUT with the message of a wrong option. */
enum err sim_open(lua_State *L, const struct clock *clock, int *ref, struct fault *f);

/* A request to an Amazon; everything is borrowed for the call. */
struct sim_request {
    const char *method;
    const char *path;                  /* decoded, without the query */
    const char *query;                 /* as sent, "" when none */
    const struct http_header *headers; /* names in any case */
    size_t header_count;
    const struct secret *token; /* x-amz-access-token; NULL: none, or among the headers */
    const char *body;           /* NULL: none */
    size_t body_len;
};

enum sim_trouble {
    SIM_FINE,
    SIM_HANG_UP,  /* no byte comes back, whether the request was handled or not */
    SIM_CUT_SHORT /* half of the answer comes back */
};

enum { SIM_HEADERS = 8 };

/* What Amazon answers. Zero it first; sim_response_clear frees what it holds. */
struct sim_response {
    int status; /* 0 with SIM_HANG_UP, perhaps */
    struct http_header headers[SIM_HEADERS];
    size_t header_count;
    struct buf body;
    enum sim_trouble trouble;
    int64_t delay_ms; /* the answer comes so late */
};
void sim_response_clear(struct sim_response *r);

/* Asks the Amazon at `ref`. Never raises; ERR_BUG with message and traceback is a mistake
 * of the simulator's own. */
enum err sim_ask(lua_State *L, int ref, const struct sim_request *request,
                 struct sim_response *response, struct fault *f);

/* A transport whose every request is answered by the Amazon at `ref`. Time is the loop's
 * clock; hosts do not matter. The state must outlive the transport. */
struct transport *sim_transport_new(struct loop *l, lua_State *L, int ref);
/* How long a request is under way before it is handled; 20 ms until set. */
void sim_transport_latency(struct transport *t, int64_t latency_ms);
/* Requests that were handed over to be sent so far, withdrawn ones too. */
uint64_t sim_transport_count(const struct transport *t);

#endif
