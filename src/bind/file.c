/* read_json and read_csv: what the warehouse wrote down, from inside the project folder.
 */
#include <string.h>

#include "base/buf.h"
#include "base/csv.h"
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
    bind_host(L)->outside = "read_json";
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

/* ---- CSV ---- */

/* Freed with the state, also when a word below raises. */
static int l_csv_gc(lua_State *L)
{
    csv_clear(lua_touserdata(L, 1));
    return 0;
}

/* ... -> ..., userdata */
static struct csv *push_reader(lua_State *L, char separator)
{
    struct csv *c = lua_newuserdatauv(L, sizeof *c, 0);
    csv_init(c, separator, CSV_MAX);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, l_csv_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    return c;
}

/* Pushes the record as a list of texts. */
static void push_record(lua_State *L, const struct csv *c)
{
    lua_createtable(L, (int)c->count, 0);
    for (size_t i = 0; i < c->count; i++) {
        size_t len;
        const char *text = csv_field(c, i, &len);
        lua_pushlstring(L, text, len);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
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

/* A whole text, and where its reader stands. */
struct sheet {
    const char *path;
    const char *text, *end;
    struct csv *csv;
};

/* False at the end; what is wrong raises. */
static bool next_record(lua_State *L, struct sheet *s)
{
    size_t used;
    struct fault f = {0};
    enum csv_step step =
        csv_next(s->csv, s->text, (size_t)(s->end - s->text), true, &used, &f);
    s->text += used;
    if (step == CSV_BAD)
        trouble_error(L, ERR_INPUT, "%s:%d: %s", s->path, (int)s->csv->line, f.text);
    return step == CSV_RECORD;
}

/* ... -> ..., rows; with a header its names make each row a table of names */
static void push_rows(lua_State *L, struct sheet *s, bool header)
{
    lua_Integer columns = -1, rows = 0;
    lua_newtable(L);
    value_mark_list(L);
    lua_newtable(L); /* rows, names */
    while (next_record(L, s)) {
        const lua_Integer count = (lua_Integer)s->csv->count;
        if (columns >= 0 && count != columns)
            trouble_error(L, ERR_INPUT, "%s:%d: %d columns, expected %d", s->path,
                          (int)s->csv->line, (int)count, (int)columns);
        push_record(L, s->csv);
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

static void skip_mark(struct sheet *s)
{
    if (s->end - s->text >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0)
        s->text += 3;
}

/* read_csv(path, { separator = ",", header = true }) -> rows; every column is a text */
static int l_file_csv(lua_State *L)
{
    const char *path = check_path(L);
    bind_host(L)->outside = "read_csv";
    if (lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        lua_newtable(L);
    }
    const char separator = check_separator(L);
    const bool header = check_header(L);
    struct sheet sheet = {.path = path, .csv = push_reader(L, separator)};
    size_t len;
    sheet.text = read_file(L, bind_scratch(L), path, CSV_MAX, &len);
    sheet.end = sheet.text + len;
    skip_mark(&sheet);
    push_rows(L, &sheet, header);
    return 1;
}

void bind_file_open(lua_State *L)
{
    static const luaL_Reg words[] = {
        {"read_json", l_file_json}, {"read_csv", l_file_csv}, {NULL, NULL}};
    luaL_setfuncs(L, words, 0);
}
