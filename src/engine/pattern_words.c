/* string.find, match, gmatch and gsub over the matcher. */
#include "engine/pattern.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include <lauxlib.h>

#include "engine/budget.h"

enum { TEXT_MAX = 1024 * 1024, PATTERN_MAX = 256, ESCAPE = '%' };

/* The subject in argument 1 and the pattern in argument 2. */
static void check(lua_State *L, struct pattern *p)
{
    size_t len, pattern_len;
    const char *subject = luaL_checklstring(L, 1, &len),
               *pattern = luaL_checklstring(L, 2, &pattern_len);
    if (pattern_len > PATTERN_MAX)
        luaL_argerror(L, 2, "a pattern longer than 256 bytes");
    if (len > TEXT_MAX)
        luaL_argerror(L, 1, "longer than 1 MiB");
    budget_note(L);
    budget_charge_bytes(L, len);
    pattern_init(p, L, subject, len, pattern, pattern_len);
}

/* A pattern that begins with ^ matches at the beginning only. */
static bool take_anchor(struct pattern *p)
{
    const bool anchored = p->pattern < p->pattern_end && *p->pattern == '^';
    p->pattern += anchored ? 1 : 0;
    return anchored;
}

/* ---- captures ---- */

/* Pushes capture `at`; the whole match, from `s` to `end`, when there are none. */
static void push_capture(struct pattern *p, int at, const char *s, const char *end)
{
    lua_State *L = p->L;
    if (at >= p->level) {
        if (at != 0)
            luaL_error(L, "invalid capture index %%%d", at + 1);
        lua_pushlstring(L, s, (size_t)(end - s));
        return;
    }
    const struct capture *c = &p->captures[at];
    if (c->len == CAPTURE_PLACE) {
        lua_pushinteger(L, c->at - p->subject + 1);
        return;
    }
    if (c->len == CAPTURE_OPEN)
        luaL_error(L, "unfinished capture");
    lua_pushlstring(L, c->at, (size_t)c->len);
}

/* All captures; without any the whole match, if there is a beginning. */
static int push_captures(struct pattern *p, const char *s, const char *end)
{
    const int count = p->level == 0 && s != NULL ? 1 : p->level;
    luaL_checkstack(p->L, count, "too many captures");
    for (int i = 0; i < count; i++)
        push_capture(p, i, s, end);
    return count;
}

/* ---- find and match ---- */

/* Where the search begins; NULL behind the end. */
static const char *check_init(lua_State *L, const struct pattern *p)
{
    const lua_Integer len = p->subject_end - p->subject;
    lua_Integer init = luaL_optinteger(L, 3, 1);
    if (init < 0)
        init = init < -len ? 1 : len + init + 1;
    else if (init == 0)
        init = 1;
    return init > len + 1 ? NULL : p->subject + init - 1;
}

static bool is_plain(const struct pattern *p)
{
    for (const char *c = p->pattern; c < p->pattern_end; c++) {
        if (*c != '\0' && strchr("^$*+?.([%-", *c) != NULL)
            return false;
    }
    return true;
}

/* The pattern as it is written, from `s` on; NULL when it is not there. */
static const char *find_text(const struct pattern *p, const char *s)
{
    const size_t len = (size_t)(p->pattern_end - p->pattern);
    while (len > 0 && (size_t)(p->subject_end - s) >= len) {
        const size_t places = (size_t)(p->subject_end - s) - len + 1;
        s = memchr(s, *p->pattern, places);
        if (s == NULL || memcmp(s, p->pattern, len) == 0)
            return s;
        s++;
        budget_charge(p->L, 1 + len / 64);
    }
    return len == 0 ? s : NULL;
}

static int push_found(struct pattern *p, const char *s, const char *end)
{
    lua_pushinteger(p->L, s - p->subject + 1);
    lua_pushinteger(p->L, end - p->subject);
    return 2;
}

/* Tries each beginning from *s on; the end of the first match, and *s is its beginning.
 */
static const char *search(struct pattern *p, const char **s, bool anchored)
{
    for (; *s <= p->subject_end; (*s)++) {
        const char *end = pattern_match(p, *s);
        if (end != NULL || anchored)
            return end;
    }
    return NULL;
}

/* string.find(s, pattern, init, plain) */
int l_pattern_find(lua_State *L)
{
    struct pattern p;
    check(L, &p);
    const char *s = check_init(L, &p), *end = NULL;
    if (s != NULL && (lua_toboolean(L, 4) || is_plain(&p))) {
        s = find_text(&p, s);
        if (s != NULL)
            return push_found(&p, s, s + (p.pattern_end - p.pattern));
    } else if (s != NULL) {
        const bool anchored = take_anchor(&p);
        end = search(&p, &s, anchored);
    }
    if (end == NULL) {
        luaL_pushfail(L);
        return 1;
    }
    push_found(&p, s, end);
    return 2 + push_captures(&p, NULL, NULL);
}

/* string.match(s, pattern, init) */
int l_pattern_match(lua_State *L)
{
    struct pattern p;
    check(L, &p);
    const char *s = check_init(L, &p), *end = NULL;
    if (s != NULL) {
        const bool anchored = take_anchor(&p);
        end = search(&p, &s, anchored);
    }
    if (end != NULL)
        return push_captures(&p, s, end);
    luaL_pushfail(L);
    return 1;
}

/* ---- gmatch ---- */

enum { UP_SUBJECT = 1, UP_PATTERN, UP_PLACE, UP_LAST };

/* The iterator: goes on at UP_PLACE; a match may not end where the last one did. */
static int l_next_match(lua_State *L)
{
    size_t len, pattern_len;
    struct pattern p;
    const char *subject = lua_tolstring(L, lua_upvalueindex(UP_SUBJECT), &len),
               *pattern = lua_tolstring(L, lua_upvalueindex(UP_PATTERN), &pattern_len);
    const char *last = subject + lua_tointeger(L, lua_upvalueindex(UP_LAST));
    pattern_init(&p, L, subject, len, pattern, pattern_len);
    budget_note(L);
    for (const char *s = subject + lua_tointeger(L, lua_upvalueindex(UP_PLACE));
         s <= p.subject_end; s++) {
        const char *end = pattern_match(&p, s);
        if (end == NULL || end == last)
            continue;
        lua_pushinteger(L, end - subject);
        lua_copy(L, -1, lua_upvalueindex(UP_PLACE));
        lua_replace(L, lua_upvalueindex(UP_LAST));
        return push_captures(&p, s, end);
    }
    return 0;
}

/* string.gmatch(s, pattern, init) */
int l_pattern_gmatch(lua_State *L)
{
    struct pattern p;
    check(L, &p);
    const char *s = check_init(L, &p);
    lua_settop(L, 2);
    lua_pushinteger(L, s == NULL ? p.subject_end - p.subject + 1 : s - p.subject);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, l_next_match, 4);
    return 1;
}

/* ---- gsub ---- */

/* Adds the replacement text with its %0 to %9. */
static void add_text(struct pattern *p, luaL_Buffer *out, const char *s, const char *end)
{
    size_t len;
    const char *text = lua_tolstring(p->L, 3, &len), *text_end = text + len;
    while (text < text_end) {
        const char *escape = memchr(text, ESCAPE, (size_t)(text_end - text));
        if (escape == NULL)
            escape = text_end;
        luaL_addlstring(out, text, (size_t)(escape - text));
        if (escape == text_end)
            return;
        const int name = escape + 1 < text_end ? (unsigned char)escape[1] : '\0';
        if (name == ESCAPE) {
            luaL_addchar(out, ESCAPE);
        } else if (name == '0') {
            luaL_addlstring(out, s, (size_t)(end - s));
        } else if (isdigit(name)) {
            push_capture(p, name - '1', s, end);
            luaL_tolstring(p->L, -1, NULL); /* a place is a number */
            lua_remove(p->L, -2);
            luaL_addvalue(out);
        } else {
            luaL_error(p->L, "invalid use of '%c' in replacement string", ESCAPE);
        }
        text = escape + 2;
    }
}

/* Pushes what the function or the table says about this match. */
static void push_answer(struct pattern *p, int type, const char *s, const char *end)
{
    lua_State *L = p->L;
    if (type == LUA_TTABLE) {
        push_capture(p, 0, s, end);
        lua_gettable(L, 3);
        return;
    }
    lua_pushvalue(L, 3);
    int count = push_captures(p, s, end);
    lua_call(L, count, 1);
}

/* Adds what stands for the match; false: it stays. */
static bool add_value(struct pattern *p, luaL_Buffer *out, int type, const char *s,
                      const char *end)
{
    lua_State *L = p->L;
    if (type == LUA_TSTRING || type == LUA_TNUMBER) {
        add_text(p, out, s, end);
        return true;
    }
    push_answer(p, type, s, end);
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(out, s, (size_t)(end - s));
        return false;
    }
    if (!lua_isstring(L, -1))
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    luaL_addvalue(out);
    return true;
}

/* One place of the subject: a match is replaced, else a character is copied. Gives where
 * it goes on, NULL at the end. */
static const char *replace_one(struct pattern *p, luaL_Buffer *out, int type,
                               const char *s, const char **last, bool *changed,
                               lua_Integer *count)
{
    const char *end = pattern_match(p, s);
    if (end != NULL && end != *last) {
        (*count)++;
        *changed |= add_value(p, out, type, s, end);
        *last = end;
        return end;
    }
    if (s >= p->subject_end)
        return NULL;
    luaL_addchar(out, *s);
    return s + 1;
}

/* string.gsub(s, pattern, replacement, n) */
int l_pattern_gsub(lua_State *L)
{
    struct pattern p;
    luaL_Buffer out;
    check(L, &p);
    const int type = lua_type(L, 3);
    const lua_Integer most = luaL_optinteger(L, 4, p.subject_end - p.subject + 1);
    luaL_argexpected(L,
                     type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TTABLE ||
                         type == LUA_TFUNCTION,
                     3, "string/function/table");
    const bool anchored = take_anchor(&p);
    const char *s = p.subject, *last = NULL;
    bool changed = false;
    lua_Integer count = 0;
    lua_settop(L, 3);
    luaL_buffinit(L, &out);
    while (count < most) {
        const char *next = replace_one(&p, &out, type, s, &last, &changed, &count);
        s = next != NULL ? next : s;
        if (next == NULL || anchored)
            break;
    }
    luaL_addlstring(&out, s, (size_t)(p.subject_end - s));
    luaL_pushresult(&out);
    if (!changed)
        lua_pushvalue(L, 1);
    lua_pushinteger(L, count);
    return 2;
}
