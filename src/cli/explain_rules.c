/* What the rules said to an event. */
#include "cli/explain_rules.h"

#include <stdlib.h>
#include <string.h>

#include "store/rule.h"
#include "store/run.h"
#include "store/verdict.h"

enum { RULES_MAX = 2000 };

struct rule_story {
    struct store *store;
    struct arena *arena;
    const struct record *record;
    struct rule_row rules[RULES_MAX];
    const struct json *heads[RULES_MAX]; /* NULL where there is none */
    size_t count;
    struct json *said;     /* the list that is being filled */
    bool spoke[RULES_MAX]; /* rules with a verdict on the present event */
};

static bool take_rule(void *arg, const struct rule_row *r)
{
    struct rule_story *s = arg;
    struct rule_row *row = &s->rules[s->count];
    *row = *r;
    row->name = arena_text(s->arena, r->name);
    row->file = arena_text(s->arena, r->file);
    s->heads[s->count] =
        r->head[0] == '\0' ? NULL : json_parse(s->arena, r->head, strlen(r->head), NULL);
    return ++s->count < RULES_MAX;
}

struct rule_story *rule_story_new(struct store *store, struct arena *a,
                                  const struct record *r)
{
    struct rule_story *s = arena_new(a, sizeof *s);
    s->store = store;
    s->arena = a;
    s->record = r;
    rule_each(store, take_rule, s, NULL);
    return s;
}

static size_t place_of(const struct rule_story *s, int64_t rule)
{
    size_t i = 0;
    while (i < s->count && s->rules[i].id != rule)
        i++;
    return i;
}

static struct json *add(struct rule_story *s, const char *rule, const char *said)
{
    struct json *o = json_object(s->arena);
    json_set_str(s->arena, o, "rule", rule);
    json_set_str(s->arena, o, "said", said);
    return json_push(s->said, o);
}

/* ---- verdicts ---- */

static const char *words_of(enum verdict v)
{
    static const char *const words[VERDICT_COUNT] = {
        [VERDICT_RAN] = "applies",
        [VERDICT_NO] = "does not apply: `when` was false",
        [VERDICT_HOLDS] = "applies; it must stay so until its hold is over",
        [VERDICT_FORGOT] = "no longer applies: `when` was false, the hold is forgotten",
        [VERDICT_INCOMPLETE] = "waits for the rest of its events, for every box",
        [VERDICT_ONCE] = "has fired for this order before",
        [VERDICT_OLD] = "leaves this order alone",
        [VERDICT_DROPPED] = "was dropped by a person",
        [VERDICT_FAILED] = "`when` failed",
    };
    return words[v];
}

static void add_run(struct rule_story *s, struct json *o, int64_t run)
{
    struct run_row r;
    if (run_get(s->store, s->arena, run, &r, NULL) != ERR_OK)
        return;
    json_set(s->arena, o, "run", json_integer(s->arena, run));
    json_set_str(s->arena, o, "state", run_state_name(r.state));
    if (r.error[0] != '\0')
        json_set_str(s->arena, o, "error", r.error);
}

static bool take_verdict(void *arg, const struct verdict_row *v)
{
    struct rule_story *s = arg;
    const size_t at = place_of(s, v->rule);
    if (at == s->count)
        return true;
    s->spoke[at] = true;
    struct json *o = add(s, s->rules[at].name, words_of(v->outcome));
    json_set_str(s->arena, o, "outcome", verdict_name(v->outcome));
    if (v->line > 0)
        json_set_str(
            s->arena, o, "where",
            arena_format(s->arena, "%s:%lld", s->rules[at].file, (long long)v->line));
    if (v->run != 0)
        add_run(s, o, v->run);
    return true;
}

/* ---- rules that listened and were not asked ---- */

static bool lists(const struct json *list, const char *text)
{
    for (const struct json *item = list == NULL ? NULL : list->first; item != NULL;
         item = item->next)
        if (json_str(item) != NULL && strcmp(json_str(item), text) == 0)
            return true;
    return false;
}

/* One key of `where`: a text, or a list of texts. */
static bool fits(const struct json *where, const char *key, const char *text)
{
    const struct json *value = json_get(where, key);
    if (value == NULL || value->type == JSON_ARRAY)
        return value == NULL || lists(value, text);
    return json_str(value) != NULL && strcmp(json_str(value), text) == 0;
}

/* The first key of `where` that this order does not fit; NULL when it fits. */
static const char *misfit(const struct rule_story *s, const struct json *where)
{
    const struct record *r = s->record;
    if (!fits(where, "account", r->account))
        return "account";
    if (!fits(where, "warehouse", r->warehouse))
        return "warehouse";
    if (!fits(where, "labels", (r->flags & RECORD_OWN_LABEL) != 0 ? "own" : "amazon"))
        return "labels";
    if (!fits(where, "program", r->kind == RECORD_ORDER ? "vendor" : "external"))
        return "program";
    return NULL;
}

static void add_misfits(struct rule_story *s, const char *what)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct json *head = s->heads[i];
        if (s->spoke[i] ||
            (!lists(json_get(head, "on"), what) && !lists(json_get(head, "all"), what)))
            continue;
        const char *key = misfit(s, json_get(head, "where"));
        if (key == NULL)
            continue;
        struct json *o =
            add(s, s->rules[i].name,
                arena_format(s->arena, "does not apply: where.%s is another", key));
        json_set_str(s->arena, o, "outcome", "where");
        json_set_str(s->arena, o, "where", s->rules[i].file);
    }
}

struct json *rule_story_of(struct rule_story *s, const struct entry *event)
{
    s->said = json_array(s->arena);
    memset(s->spoke, 0, sizeof s->spoke);
    verdict_each(s->store, event->id, take_verdict, s, NULL);
    add_misfits(s, event->what);
    return s->said;
}

void rule_story_print(FILE *out, const struct json *said)
{
    for (const struct json *o = said->first; o != NULL; o = o->next) {
        int64_t run;
        const char *where = json_get_str(o, "where", ""),
                   *error = json_get_str(o, "error", "");
        fprintf(out, "%21s rule \"%s\" %s", "", json_get_str(o, "rule", ""),
                json_get_str(o, "said", ""));
        if (where[0] != '\0')
            fprintf(out, " (%s)", where);
        if (json_int(json_get(o, "run"), &run))
            fprintf(out, "; run %lld: %s%s%s", (long long)run,
                    json_get_str(o, "state", ""), error[0] == '\0' ? "" : ": ", error);
        fputc('\n', out);
    }
}
