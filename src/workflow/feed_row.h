/* A row of a feed as the fields of a report: mapped, put together, brought into the types
 * that the event declares. */
#ifndef DRAY_WORKFLOW_FEED_ROW_H
#define DRAY_WORKFLOW_FEED_ROW_H

#include "base/json.h"
#include "workflow/setup.h"

/* *fields and *id (NULL without one) live in the arena. Values that cannot be brought
 * into their type stay as they are: the report's check says it better. ERR_INPUT: a row
 * without what the feed finds its order by, or with a time of another form. */
enum err feed_row(const struct setup *setup, const struct feed *feed, struct arena *a,
                  const struct json *row, struct json **fields, const char **id,
                  struct fault *f);
/* A row as an element of the feed's list (`each`): `line` and `quantity` are whole
 * numbers, all else is text or, from JSON, as it stands. ERR_INPUT, *element NULL: it is
 * wrong. */
enum err feed_element(const struct feed *feed, struct arena *a, const struct json *row,
                      struct json **element, struct fault *f);

#endif
