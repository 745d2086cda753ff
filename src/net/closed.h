/* A network door that stays shut: for who plays what was, and may reach nobody. */
#ifndef DRAY_NET_CLOSED_H
#define DRAY_NET_CLOSED_H

#include "net/transport.h"

/* A transport of which every exchange waits for ever: nothing leaves, nothing comes. */
struct transport *transport_new_closed(void);

#endif
