/* What a run did. */
#include "engine/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

/* Steps are left out when the list is long; the error at its end has room of its own. */
enum { STEPS_MAX = 32 * 1024, ERROR_MAX = 8 * 1024, WORD_MAX = 40, PLACE_MAX = 160 };

struct trace {
    const struct clock *clock;
    int64_t began_ms; /* monotonic */
    struct buf text;  /* "[{...},{...}" until it is asked for */
    bool cut;
    bool waiting;
    int64_t since_ms; /* of the wait, monotonic */
    char word[WORD_MAX];
    char place[PLACE_MAX]; /* "rules/floor.lua:7" */
};

struct trace *trace_new(const struct clock *clock)
{
    struct trace *t = mem_new(sizeof *t);
    t->clock = clock;
    t->began_ms = clock_mono_ms(clock);
    buf_init(&t->text, STEPS_MAX + 8 * ERROR_MAX);
    return t;
}

void trace_free(struct trace *t)
{
    if (t == NULL)
        return;
    buf_clear(&t->text);
    free(t);
}

/* The innermost line of Lua. */
static void find_place(lua_State *L, char place[PLACE_MAX])
{
    lua_Debug ar;
    place[0] = '\0';
    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline > 0) {
            snprintf(place, PLACE_MAX, "%s:%d", ar.short_src, ar.currentline);
            return;
        }
    }
}

static void add_text(struct buf *b, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    buf_format(b, ",\"%s\":", name);
    json_write_string(b, text, strlen(text));
}

/* Begins a step: its time since the beginning. False: the list is full. */
static bool begin_step(struct trace *t, int64_t at_ms)
{
    if (t->text.len > STEPS_MAX && !t->cut) {
        buf_text(&t->text, ",{\"more\":true}");
        t->cut = true;
    }
    if (t->cut)
        return false;
    buf_char(&t->text, t->text.len == 0 ? '[' : ',');
    buf_format(&t->text, "{\"ms\":%lld", (long long)(at_ms - t->began_ms));
    return true;
}

void trace_verb(struct trace *t, lua_State *L, const char *verb, int64_t effect,
                const char *note)
{
    char place[PLACE_MAX];
    if (t == NULL || !begin_step(t, clock_mono_ms(t->clock)))
        return;
    find_place(L, place);
    add_text(&t->text, "did", verb);
    if (effect != 0)
        buf_format(&t->text, ",\"effect\":%lld", (long long)effect);
    add_text(&t->text, "note", note);
    add_text(&t->text, "line", place);
    buf_char(&t->text, '}');
}

void trace_wait(struct trace *t, lua_State *L)
{
    lua_Debug ar;
    if (t == NULL || t->waiting)
        return; /* a word that looks again and waits on is one wait */
    t->waiting = true;
    t->since_ms = clock_mono_ms(t->clock);
    find_place(L, t->place);
    bool named = lua_getstack(L, 0, &ar) && lua_getinfo(L, "n", &ar) && ar.name != NULL;
    snprintf(t->word, sizeof t->word, "%s", named ? ar.name : "");
}

void trace_waited(struct trace *t)
{
    if (t == NULL || !t->waiting)
        return;
    t->waiting = false;
    if (!begin_step(t, t->since_ms))
        return;
    add_text(&t->text, "waited", t->word[0] == '\0' ? "?" : t->word);
    buf_format(&t->text, ",\"for_ms\":%lld",
               (long long)(clock_mono_ms(t->clock) - t->since_ms));
    add_text(&t->text, "line", t->place);
    buf_char(&t->text, '}');
}

void trace_error(struct trace *t, const char *text)
{
    if (t == NULL)
        return;
    trace_waited(t);
    size_t len = strlen(text) < ERROR_MAX ? strlen(text) : ERROR_MAX;
    buf_char(&t->text, t->text.len == 0 ? '[' : ',');
    buf_text(&t->text, "{\"error\":");
    json_write_string(&t->text, text, len);
    buf_char(&t->text, '}');
}

const char *trace_text(struct trace *t, size_t *len)
{
    trace_waited(t);
    if (t->text.len == 0)
        buf_char(&t->text, '[');
    buf_char(&t->text, ']');
    *len = t->text.len;
    return buf_str(&t->text);
}
