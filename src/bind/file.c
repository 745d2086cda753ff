/* read_json and read_csv: what the warehouse wrote down, from inside the project folder.
 */
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "bind/bind.h"
#include "bind/folder.h"
#include "bind/handle.h"
#include "bind/value.h"
#include "engine/trouble.h"

enum { MIB = 1024 * 1024, JSON_MAX = 16 * MIB, CSV_MAX = 64 * MIB };

/* The text of a file in the scratch arena. */
static char *read_file(lua_State *L, struct arena *a, const char *path, size_t max,
                       size_t *len)
{
    const char *folder = bind_folder(L, "files are read");
    struct host *h = bind_host(L);
    struct fault f = {0};
    struct buf text;
    buf_init(&text, max);
    enum err e = folder_read(h, folder, path, &text, &f);
    char *copy = e == ERR_OK ? arena_copy(a, buf_str(&text), text.len) : NULL;
    *len = text.len;
    buf_clear(&text);
    trouble_check(L, e, &f);
    return copy;
}

static const char *check_path(lua_State *L)
{
    size_t len;
    const char *path = luaL_checklstring(L, 1, &len);
    luaL_argcheck(L, len > 0 && strlen(path) == len, 1, "no path");
    return path;
}

/* read_json(path) -> value */
static int l_file_json(lua_State *L)
{
    const char *path = check_path(L);
    struct arena *a = bind_scratch(L);
    struct fault f = {0};
    size_t len;
    const char *text = read_file(L, a, path, JSON_MAX, &len);
    struct json *value = json_parse(a, text, len, &f);
    if (value == NULL) {
        fault_prefix(&f, "%s", path);
        return trouble_raise(L, &f);
    }
    value_push(L, value);
    return 1;
}

/* ---- CSV (RFC 4180; the separator may be another) ---- */

struct csv {
    const char *path;
    char *text; /* what is still to be read; quotes are undone in place */
    const char *end;
    char separator;
    lua_Integer line;  /* of the record that begins now */
    lua_Integer lines; /* gone through so far */
};

/* A field in quotes; text stands behind the first one. */
static const char *quoted_field(lua_State *L, struct csv *c, size_t *len)
{
    char *out = c->text;
    *len = 0;
    while (c->text < c->end) {
        char next = *c->text++;
        if (next == '"' && (c->text == c->end || *c->text != '"'))
            return out;
        if (next == '"')
            c->text++; /* two for one */
        if (next == '\n')
            c->lines++;
        out[(*len)++] = next;
    }
    trouble_error(L, ERR_INPUT, "%s:%d: a quote is not closed", c->path, (int)c->line);
    return NULL;
}

static const char *bare_field(struct csv *c, size_t *len)
{
    const char *begin = c->text;
    while (c->text < c->end && *c->text != c->separator && *c->text != '\n' &&
           *c->text != '\r')
        c->text++;
    *len = (size_t)(c->text - begin);
    return begin;
}

/* Behind a field: true when another one follows in this record. */
static bool field_follows(lua_State *L, struct csv *c)
{
    if (c->text < c->end && *c->text == c->separator) {
        c->text++;
        return true;
    }
    if (c->text < c->end && *c->text == '\r')
        c->text++;
    if (c->text < c->end && *c->text != '\n')
        trouble_error(L, ERR_INPUT, "%s:%d: text behind a closing quote", c->path,
                      (int)c->line);
    if (c->text < c->end)
        c->text++;
    c->lines++;
    return false;
}

/* Pushes one record as a list of texts; gives their number. */
static lua_Integer push_record(lua_State *L, struct csv *c)
{
    lua_Integer count = 0;
    bool more = true;
    c->line = c->lines + 1;
    lua_newtable(L);
    while (more) {
        size_t len;
        const char *text;
        if (c->text < c->end && *c->text == '"') {
            c->text++;
            text = quoted_field(L, c, &len);
        } else {
            text = bare_field(c, &len);
        }
        lua_pushlstring(L, text, len);
        lua_rawseti(L, -2, ++count);
        more = field_follows(L, c);
    }
    return count;
}

/* names, record -> names, row with those names */
static void name_columns(lua_State *L, lua_Integer count)
{
    lua_createtable(L, 0, (int)count);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, -3, i);
        lua_rawgeti(L, -3, i); /* names, record, row, name, text */
        lua_rawset(L, -3);
    }
    lua_remove(L, -2);
}

static bool is_blank_line(const struct csv *c)
{
    return *c->text == '\n' ||
           (*c->text == '\r' && c->text + 1 < c->end && c->text[1] == '\n');
}

static void skip_blank_line(struct csv *c)
{
    c->text += *c->text == '\r' ? 2 : 1;
    c->lines++;
}

/* ... -> ..., rows; with a header its names make each row a table of names */
static void push_rows(lua_State *L, struct csv *c, bool header)
{
    lua_Integer columns = -1, rows = 0;
    lua_newtable(L);
    value_mark_list(L);
    lua_newtable(L); /* rows, names */
    while (c->text < c->end) {
        if (is_blank_line(c)) {
            skip_blank_line(c);
            continue;
        }
        lua_Integer count = push_record(L, c);
        if (columns >= 0 && count != columns)
            trouble_error(L, ERR_INPUT, "%s:%d: %d columns, expected %d", c->path,
                          (int)c->line, (int)count, (int)columns);
        if (columns < 0 && header) {
            lua_replace(L, -2);
        } else {
            if (header)
                name_columns(L, count);
            lua_rawseti(L, -3, ++rows);
        }
        columns = count;
    }
    lua_pop(L, 1);
}

static char check_separator(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_getfield(L, 2, "separator");
    size_t len;
    const char *text = luaL_optlstring(L, -1, ",", &len);
    if (len != 1 || strchr("\"\r\n", text[0]) != NULL)
        trouble_error(L, ERR_INPUT, "read_csv: separator: expected one character");
    char separator = text[0];
    lua_pop(L, 1);
    return separator;
}

static bool check_header(lua_State *L)
{
    int type = lua_getfield(L, 2, "header");
    if (type != LUA_TNIL && type != LUA_TBOOLEAN)
        trouble_error(L, ERR_INPUT, "read_csv: header: expected true or false");
    bool header = type == LUA_TNIL || lua_toboolean(L, -1);
    lua_pop(L, 1);
    return header;
}

static void skip_mark(struct csv *c)
{
    if (c->end - c->text >= 3 && memcmp(c->text, "\xef\xbb\xbf", 3) == 0)
        c->text += 3;
}

/* read_csv(path, { separator = ",", header = true }) -> rows; every column is a text */
static int l_file_csv(lua_State *L)
{
    const char *path = check_path(L);
    if (lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        lua_newtable(L);
    }
    struct csv c = {.path = path, .separator = check_separator(L)};
    bool header = check_header(L);
    size_t len;
    c.text = read_file(L, bind_scratch(L), path, CSV_MAX, &len);
    c.end = c.text + len;
    skip_mark(&c);
    push_rows(L, &c, header);
    return 1;
}

void bind_file_open(lua_State *L)
{
    static const luaL_Reg words[] = {
        {"read_json", l_file_json}, {"read_csv", l_file_csv}, {NULL, NULL}};
    luaL_setfuncs(L, words, 0);
}
