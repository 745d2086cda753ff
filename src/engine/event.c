/* Events as rules see them. */
#include "engine/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct event *event_new(const struct entry *e)
{
    struct event *event = mem_new(sizeof *event);
    event->refs = 1;
    event->id = e->id;
    event->at_ms = e->at_ms;
    event->record = e->record;
    event->effect = e->effect;
    event->what = mem_text(e->what);
    event->account = mem_text(e->account != NULL ? e->account : "");
    if (e->detail != NULL) {
        event->detail = mem_copy(e->detail, e->detail_len);
        event->detail_len = e->detail_len;
    }
    return event;
}

struct event *event_read(struct store *s, int64_t id, struct fault *f)
{
    struct arena a;
    struct entry entry;
    struct event *event = NULL;
    arena_init(&a);
    if (journal_get(s, &a, id, &entry, f) == ERR_OK)
        event = event_new(&entry);
    arena_clear(&a);
    return event;
}

struct event *event_ref(struct event *e)
{
    e->refs++;
    return e;
}

void event_unref(struct event *e)
{
    if (e == NULL || --e->refs > 0)
        return;
    free(e->what);
    free(e->account);
    free(e->detail);
    free(e);
}

bool event_matters(const char *what)
{
    static const char *const passed[] = {"effect.", "decision.", "rule.", "document."};
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) {
        if (strncmp(what, passed[i], strlen(passed[i])) == 0)
            return false;
    }
    return true;
}
