/* The one list of modules. */
#include "bind/bind.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bind/value.h"
#include "workflow/renewal.h"
#include "workflow/setup.h"

int bind_open(lua_State *L)
{
    static void (*const modules[])(lua_State *) = {
        value_open,         bind_order_open,    bind_effect_open, bind_document_open,
        bind_poll_open,     bind_call_open,     bind_tasks_open,  bind_time_open,
        bind_file_open,     bind_floor_open,    bind_notify_open, bind_log_open,
        bind_occasion_open, bind_shipment_open,
    };
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        lua_settop(L, 1);
        modules[i](L);
    }
    return 0;
}

struct script *bind_script(struct host *h, struct tasks *t, const char *path,
                           const char *project_folder, char *const *args, struct fault *f)
{
    struct script_options o = {
        .host = h,
        .tasks = t,
        .path = path,
        .folder = project_folder,
        .args = args,
        .words = bind_open,
    };
    return script_open(&o, f);
}

/* The names of the floor's events; the caller frees the list. */
static const char **event_names(const struct setup *setup, size_t *count)
{
    *count = setup == NULL ? 0 : setup->kind_count;
    const char **names = mem_array(*count, sizeof *names);
    for (size_t i = 0; i < *count; i++)
        names[i] = setup->kinds[i].name;
    return names;
}

struct rules *bind_rules(struct host *h, struct tasks *t, const struct project *p,
                         bool dry_run, char **mistakes, struct fault *f)
{
    struct rules_options o = {
        .host = h,
        .tasks = t,
        .folder = p->folder,
        .patterns = (const char *const *)p->rules,
        .pattern_count = p->rule_count,
        .words = bind_open,
        .bind = &bind_rules_words,
        .dry_run = dry_run,
        .mistakes = mistakes,
    };
    const char **names = event_names(h->setup, &o.event_count);
    o.events = names;
    struct rules *r = rules_open(&o, f);
    free(names);
    return r;
}

struct rulebook *bind_rulebook(const struct project *p, char **mistakes, struct fault *f)
{
    struct rulebook_options o = {
        .folder = p->folder,
        .patterns = (const char *const *)p->rules,
        .pattern_count = p->rule_count,
        .accounts = p->accounts,
        .account_count = p->account_count,
        .setup = p->setup,
        .words = bind_open,
        .bind = &bind_rules_words,
    };
    const char **names = event_names(p->setup, &o.event_count);
    o.events = names;
    struct rulebook *b = rulebook_load(&o, mistakes, f);
    free(names);
    return b;
}

/* The rules as the other project file says, then the rest of it. */
static enum err renew(struct host *h, struct rules *r, struct project *to,
                      char **mistakes, struct fault *f)
{
    const struct renewal renewal = {.accounts = to->accounts,
                                    .account_count = to->account_count,
                                    .export_folder = to->export_folder};
    struct rules_source source = {.patterns = (const char *const *)to->rules,
                                  .pattern_count = to->rule_count,
                                  .accounts = to->accounts,
                                  .account_count = to->account_count,
                                  .setup = to->setup};
    enum err e = renewal_check(h, &renewal, mistakes, f);
    if (e != ERR_OK)
        return e;
    const char **names = event_names(to->setup, &source.event_count);
    source.events = names;
    e = rules_renew(r, &source, mistakes, f);
    free(names);
    return e == ERR_OK ? renewal_take(h, &renewal, project_take_setup(to), f) : e;
}

enum err bind_reload(struct host *h, struct rules *r, struct project *p, bool *renewed,
                     char **mistakes, struct fault *f)
{
    struct project *to = project_load(p->folder, mistakes, f);
    enum err e = ERR_OK;

    *renewed = false;
    if (to == NULL)
        return f->code;
    if (memcmp(&to->digest, &p->digest, sizeof p->digest) == 0) {
        e = rules_reload(r, mistakes, f);
    } else {
        e = renew(h, r, to, mistakes, f);
        *renewed = e == ERR_OK;
    }
    if (*renewed)
        project_renew(p, to);
    project_free(to);
    return e;
}
