/* The Lua half of dray as it stands inside the binary. */
#ifndef DRAY_ENGINE_EMBEDDED_H
#define DRAY_ENGINE_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name; /* the way below lua/, "dray/project.lua"; NULL ends the table */
    const char *text;
    size_t len;
};

extern const struct embedded_file embedded_files[];

#endif
