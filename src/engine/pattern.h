/* Lua's patterns, matched within the budget of a run.
 *
 * The library's own matcher is one function in C that may take exponential time and that
 * no hook looks into. This one means the same (a test compares them), counts each
 * character that it looks at, and keeps the ways that are still to be tried on a stack of
 * its own: no item of a pattern is passed twice on one way, so that stack is short. */
#ifndef DRAY_ENGINE_PATTERN_H
#define DRAY_ENGINE_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#include <lua.h>

enum { PATTERN_CAPTURES = 32, PATTERN_CHOICES = 260 };

/* What was matched between two parentheses. */
struct capture {
    const char *at;
    ptrdiff_t len; /* or one of the two below */
};
enum { CAPTURE_OPEN = -1, CAPTURE_PLACE = -2 };

/* Something that was done, or another way that can be gone, on the way back. */
enum choice_kind {
    CHOICE_OPENED,  /* a capture was begun */
    CHOICE_CLOSED,  /* capture `count` was ended */
    CHOICE_WITHOUT, /* x?: without it */
    CHOICE_FEWER,   /* x*: with `count` of them */
    CHOICE_MORE     /* x-: with one more at `s` */
};
struct choice {
    enum choice_kind kind;
    const char *s, *item; /* where it is, and of which item */
    const char *next;     /* the item after it */
    ptrdiff_t count;
};

struct pattern {
    lua_State *L; /* for errors and for the budget */
    const char *subject, *subject_end;
    const char *pattern, *pattern_end;
    int level;      /* captures so far, open ones too */
    unsigned steps; /* since the budget was charged */
    int choice_count;
    struct capture captures[PATTERN_CAPTURES];
    struct choice choices[PATTERN_CHOICES];
};

/* Both texts are borrowed; strings on the stack of L. */
void pattern_init(struct pattern *p, lua_State *L, const char *subject, size_t len,
                  const char *pattern, size_t pattern_len);
/* The end of what matches from exactly `s`, or NULL. May raise: a pattern that is none,
 * the budget. */
const char *pattern_match(struct pattern *p, const char *s);

/* string.find, match, gmatch, gsub. */
int l_pattern_find(lua_State *L);
int l_pattern_match(lua_State *L);
int l_pattern_gmatch(lua_State *L);
int l_pattern_gsub(lua_State *L);

#endif
