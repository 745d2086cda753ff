/* Lua's patterns, matched within the budget of a run.
 *
 * The library's own matcher is one function in C that may take exponential time and that
 * no hook looks into. This one means the same (a test compares them) and counts each
 * character that it looks at. Matching recurses at most PATTERN_DEPTH deep, like the
 * library. */
#ifndef DRAY_ENGINE_PATTERN_H
#define DRAY_ENGINE_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#include <lua.h>

enum { PATTERN_CAPTURES = 32, PATTERN_DEPTH = 200 };

/* What was matched between two parentheses. */
struct capture {
    const char *at;
    ptrdiff_t len; /* or one of the two below */
};
enum { CAPTURE_OPEN = -1, CAPTURE_PLACE = -2 };

struct pattern {
    lua_State *L; /* for errors and for the budget */
    const char *subject, *subject_end;
    const char *pattern, *pattern_end;
    int depth;      /* calls that are still possible */
    int level;      /* captures so far, open ones too */
    unsigned steps; /* since the budget was charged */
    struct capture captures[PATTERN_CAPTURES];
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
