/* The matcher: items of a pattern against a subject, each way tried in order. */
#include "engine/pattern.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include <lauxlib.h>

#include "engine/budget.h"

enum { ESCAPE = '%', CHARGE_EACH = 256 };

/* How far the items were followed. */
struct way {
    const char *s; /* NULL: no match */
    const char *item;
};

static void count(struct pattern *p)
{
    if (++p->steps < CHARGE_EACH)
        return;
    p->steps = 0;
    budget_charge(p->L, CHARGE_EACH);
}

void pattern_init(struct pattern *p, lua_State *L, const char *subject, size_t len,
                  const char *pattern, size_t pattern_len)
{
    p->L = L;
    p->subject = subject;
    p->subject_end = subject + len;
    p->pattern = pattern;
    p->pattern_end = pattern + pattern_len;
    p->steps = 0;
    p->level = 0;
    p->choice_count = 0;
}

/* ---- one character ---- */

static const char *set_end(struct pattern *p, const char *at)
{
    if (*at == '^')
        at++;
    do { /* the first ] is a character of the set */
        if (at == p->pattern_end)
            luaL_error(p->L, "malformed pattern (missing ']')");
        if (*at++ == ESCAPE && at < p->pattern_end)
            at++;
    } while (at == p->pattern_end || *at != ']');
    return at + 1;
}

/* Where the character, class or set ends that begins at `item`. */
static const char *item_end(struct pattern *p, const char *item)
{
    if (*item == ESCAPE) {
        if (item + 1 == p->pattern_end)
            luaL_error(p->L, "malformed pattern (ends with '%%')");
        return item + 2;
    }
    return *item == '[' ? set_end(p, item + 1) : item + 1;
}

static bool in_class(int c, int name)
{
    bool in;
    switch (tolower(name)) {
    case 'a':
        in = isalpha(c) != 0;
        break;
    case 'c':
        in = iscntrl(c) != 0;
        break;
    case 'd':
        in = isdigit(c) != 0;
        break;
    case 'g':
        in = isgraph(c) != 0;
        break;
    case 'l':
        in = islower(c) != 0;
        break;
    case 'p':
        in = ispunct(c) != 0;
        break;
    case 's':
        in = isspace(c) != 0;
        break;
    case 'u':
        in = isupper(c) != 0;
        break;
    case 'w':
        in = isalnum(c) != 0;
        break;
    case 'x':
        in = isxdigit(c) != 0;
        break;
    case 'z': /* as Lua still has it */
        in = c == 0;
        break;
    default:
        return name == c;
    }
    return isupper(name) ? !in : in;
}

/* A set from its [ to its last character before the ]. */
static bool in_set(int c, const char *set, const char *last)
{
    bool yes = true;
    if (set[1] == '^') {
        yes = false;
        set++;
    }
    while (++set < last) {
        if (*set == ESCAPE) {
            set++;
            if (in_class(c, (unsigned char)*set))
                return yes;
        } else if (set[1] == '-' && set + 2 < last) {
            set += 2;
            if ((unsigned char)set[-2] <= c && c <= (unsigned char)*set)
                return yes;
        } else if ((unsigned char)*set == c) {
            return yes;
        }
    }
    return !yes;
}

/* The character at `s` is one of the item. */
static bool fits(struct pattern *p, const char *s, const char *item, const char *end)
{
    count(p);
    if (s >= p->subject_end)
        return false;
    const int c = (unsigned char)*s;
    switch (*item) {
    case '.':
        return true;
    case ESCAPE:
        return in_class(c, (unsigned char)item[1]);
    case '[':
        return in_set(c, item, end - 1);
    default:
        return (unsigned char)*item == c;
    }
}

/* ---- items that look further ---- */

/* %bxy */
static const char *match_balance(struct pattern *p, const char *s, const char *item)
{
    if (item + 1 >= p->pattern_end)
        luaL_error(p->L, "malformed pattern (missing arguments to '%%b')");
    if (s >= p->subject_end || *s != *item)
        return NULL;
    const char opens = item[0], closes = item[1];
    int depth = 1;
    while (++s < p->subject_end) {
        count(p);
        if (*s == closes) {
            if (--depth == 0)
                return s + 1;
        } else if (*s == opens) {
            depth++;
        }
    }
    return NULL;
}

/* %f[set]: gives where the pattern goes on, or NULL */
static const char *match_frontier(struct pattern *p, const char *s, const char *item)
{
    if (item == p->pattern_end || *item != '[')
        luaL_error(p->L, "missing '[' after '%%f' in pattern");
    const char *end = item_end(p, item);
    const int before = s == p->subject ? '\0' : (unsigned char)s[-1];
    const int here = s == p->subject_end ? '\0' : (unsigned char)*s;
    count(p);
    return !in_set(before, item, end - 1) && in_set(here, item, end - 1) ? end : NULL;
}

/* %1 */
static const char *match_back(struct pattern *p, const char *s, int name)
{
    const int at = name - '1';
    if (at < 0 || at >= p->level || p->captures[at].len == CAPTURE_OPEN)
        luaL_error(p->L, "invalid capture index %%%d", at + 1);
    const ptrdiff_t len = p->captures[at].len;
    if (len < 0) /* of a place the library takes the length as huge */
        return NULL;
    budget_charge_bytes(p->L, (size_t)len);
    count(p);
    if (p->subject_end - s < len || memcmp(p->captures[at].at, s, (size_t)len) != 0)
        return NULL;
    return s + len;
}

/* ---- choices ---- */

/* No item of a pattern is passed twice on the way to one match, so this is enough. */
static struct choice *choose(struct pattern *p, enum choice_kind kind)
{
    if (p->choice_count == PATTERN_CHOICES)
        luaL_error(p->L, "pattern too complex");
    struct choice *c = &p->choices[p->choice_count++];
    c->kind = kind;
    return c;
}

/* One more for an item that takes as few as possible; false when there is none. */
static bool take_one_more(struct pattern *p, struct choice *c, struct way *way)
{
    if (!fits(p, c->s, c->item, c->next - 1))
        return false;
    c->s++;
    *way = (struct way){c->s, c->next};
    return true;
}

/* Undoes what was done last, or goes on from there in another way. */
static bool undo(struct pattern *p, struct choice *c, struct way *way)
{
    switch (c->kind) {
    case CHOICE_OPENED:
        p->level--;
        break;
    case CHOICE_CLOSED:
        p->captures[c->count].len = CAPTURE_OPEN;
        break;
    case CHOICE_WITHOUT:
        p->choice_count--;
        *way = (struct way){c->s, c->next};
        return true;
    case CHOICE_FEWER:
        if (c->count == 0)
            break;
        c->count--;
        *way = (struct way){c->s + c->count, c->next};
        return true;
    case CHOICE_MORE:
        if (take_one_more(p, c, way))
            return true;
        break;
    }
    p->choice_count--;
    return false;
}

/* Back to the last place where there was another way; s is NULL when there is none. */
static struct way retreat(struct pattern *p)
{
    struct way way = {NULL, NULL};
    while (p->choice_count > 0) {
        count(p);
        if (undo(p, &p->choices[p->choice_count - 1], &way))
            return way;
    }
    return way;
}

/* ---- captures ---- */

static struct way begin_capture(struct pattern *p, const char *s, const char *next,
                                ptrdiff_t what)
{
    if (p->level >= PATTERN_CAPTURES)
        luaL_error(p->L, "too many captures");
    p->captures[p->level++] = (struct capture){.at = s, .len = what};
    choose(p, CHOICE_OPENED);
    return (struct way){s, next};
}

static struct way end_capture(struct pattern *p, const char *s, const char *next)
{
    int at = p->level - 1;
    while (at >= 0 && p->captures[at].len != CAPTURE_OPEN)
        at--;
    if (at < 0)
        luaL_error(p->L, "invalid pattern capture");
    p->captures[at].len = s - p->captures[at].at;
    choose(p, CHOICE_CLOSED)->count = at;
    return (struct way){s, next};
}

/* ---- all items ---- */

/* As many as there are, then fewer. */
static struct way take_most(struct pattern *p, const char *s, const char *item,
                            const char *end)
{
    ptrdiff_t most = 0;
    while (fits(p, s + most, item, end))
        most++;
    struct choice *c = choose(p, CHOICE_FEWER);
    c->s = s;
    c->count = most;
    c->next = end + 1;
    return (struct way){s + most, end + 1};
}

/* None, then more; or, of one that may be there, it and then none. */
static struct way leave_choice(struct pattern *p, enum choice_kind kind, struct way first,
                               const char *s, const char *item)
{
    struct choice *c = choose(p, kind);
    c->s = s;
    c->item = item;
    c->next = first.item;
    return first;
}

static struct way follow_character(struct pattern *p, const char *s, const char *item)
{
    const struct way none = {NULL, NULL};
    const char *end = item_end(p, item);
    const char suffix = end < p->pattern_end ? *end : '\0';
    if (suffix == '*')
        return take_most(p, s, item, end);
    if (suffix == '-')
        return leave_choice(p, CHOICE_MORE, (struct way){s, end + 1}, s, item);
    const bool fit = fits(p, s, item, end);
    if (suffix == '+')
        return fit ? take_most(p, s + 1, item, end) : none;
    if (suffix != '?')
        return fit ? (struct way){s + 1, end} : none;
    if (!fit)
        return (struct way){s, end + 1};
    return leave_choice(p, CHOICE_WITHOUT, (struct way){s + 1, end + 1}, s, item);
}

static struct way follow_escape(struct pattern *p, const char *s, const char *item)
{
    const int name = item + 1 < p->pattern_end ? (unsigned char)item[1] : '\0';
    if (name == 'b')
        return (struct way){match_balance(p, s, item + 2), item + 4};
    if (name == 'f') {
        const char *next = match_frontier(p, s, item + 2);
        return (struct way){next == NULL ? NULL : s, next};
    }
    if (isdigit(name))
        return (struct way){match_back(p, s, name), item + 2};
    return follow_character(p, s, item);
}

static struct way follow(struct pattern *p, const char *s, const char *item)
{
    switch (*item) {
    case '(':
        if (item + 1 < p->pattern_end && item[1] == ')')
            return begin_capture(p, s, item + 2, CAPTURE_PLACE);
        return begin_capture(p, s, item + 1, CAPTURE_OPEN);
    case ')':
        return end_capture(p, s, item + 1);
    case '$':
        if (item + 1 == p->pattern_end)
            return (struct way){s == p->subject_end ? s : NULL, item + 1};
        return follow_character(p, s, item);
    case ESCAPE:
        return follow_escape(p, s, item);
    default:
        return follow_character(p, s, item);
    }
}

const char *pattern_match(struct pattern *p, const char *s)
{
    struct way way = {s, p->pattern};
    p->level = 0;
    p->choice_count = 0;
    count(p);
    while (way.s != NULL && way.item != p->pattern_end) {
        way = follow(p, way.s, way.item);
        if (way.s == NULL)
            way = retreat(p);
    }
    return way.s;
}
