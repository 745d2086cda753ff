/* Short words for the tables of shapes, for the files that write some. */
#ifndef DRAY_SPAPI_SHAPE_TABLE_H
#define DRAY_SPAPI_SHAPE_TABLE_H

#include "spapi/shape.h"

#define OBJECT(type, table)                                                              \
    {                                                                                    \
        .name = (type), .kind = SHAPE_OBJECT, .fields = (table)                          \
    }
#define LIST_OF(shape)                                                                   \
    {                                                                                    \
        .kind = SHAPE_LIST, .item = &(shape)                                             \
    }
#define ONE_OF(words)                                                                    \
    {                                                                                    \
        .kind = SHAPE_ENUM, .choices = (words)                                           \
    }
#define END                                                                              \
    {                                                                                    \
        NULL, NULL, false                                                                \
    }

#endif
