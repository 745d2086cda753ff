/* Lists of orders and shipments, and one by its name: the same words for both kinds. */
#ifndef DRAY_BIND_LISTING_H
#define DRAY_BIND_LISTING_H

#include <lua.h>

#include "bind/handle.h"
#include "store/record.h"

/* What differs between the kinds. Borrowed for the life of the state. */
struct listing_kind {
    enum record_kind record;
    enum handle_kind handle;
    const char *word;   /* "orders": gives the list */
    const char *one;    /* "order": gives one by its number */
    const char *place;  /* the option with the warehouse's or location's name */
    int states;         /* how many there are */
    unsigned unshipped; /* bit per state: what still has to be shipped */
};

/* Adds to the table on top of the stack
 *   WORD { state =, PLACE =, account =, due = "today"|"late", old = true } -> list
 *   ONE(name, account?) -> the handle; raises when there is none. */
void listing_define(lua_State *L, const struct listing_kind *kind);

#endif
