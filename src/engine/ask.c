/* Asks a rule whether it applies. */
#include "engine/rules_inside.h"

#include <string.h>

#include <lauxlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/sandbox.h"

/* The line in the rule's file that decided: where `when` came back, or else where it
 * begins. */
static int64_t deciding_line(const struct rule *rule)
{
    const struct sandbox *b = rule->file->box;
    if (b->returned > 0 && b->returned_in != NULL && b->returned_in[0] == '@' &&
        strcmp(b->returned_in + 1, rule->file->path) == 0)
        return b->returned;
    return rule->when_line;
}

static char *changed_data(const struct rule *rule, int64_t line)
{
    struct buf text;
    buf_init(&text, 8192);
    buf_format(
        &text,
        "%s:%lld: e.data: `when` only decides: it may not change it; move this into "
        "run",
        rule->file->path, (long long)line);
    return buf_take(&text, NULL);
}

enum answer ask(struct host *h, const struct rules_words *bind, const struct rule *rule,
                const struct occasion *o, int64_t *line, char **error)
{
    struct sandbox *box = rule->file->box;
    lua_State *L = rule->file->asker;
    *line = rule->when_line;
    *error = NULL;
    if (rule->when == LUA_NOREF)
        return ANSWER_YES;
    bind->push_event(L, o); /* stays below: it is looked at afterwards */
    lua_rawgeti(L, LUA_REGISTRYINDEX, rule->when);
    lua_pushvalue(L, 1);
    box->refuse = "`when` only decides: it may neither wait nor act; move this into run";
    box->own = (struct sandbox_run){
        .file = rule->file->path, .version = rule->file->version, .what = rule->name};
    host_still(h, true);
    bool ok = sandbox_call(box, L, 1);
    host_still(h, false);
    box->refuse = NULL;
    enum answer answer = lua_toboolean(L, -1) ? ANSWER_YES : ANSWER_NO;
    if (ok)
        *line = deciding_line(rule);
    if (ok && bind->data_changed(L, 1)) {
        *error = changed_data(rule, *line);
        answer = ANSWER_FAILED;
    } else if (!ok) {
        *error = mem_text(lua_tostring(L, -1));
        answer = ANSWER_FAILED;
    }
    lua_settop(L, 0);
    return answer;
}
