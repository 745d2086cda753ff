/* `dray explain`: the whole story of one order, in order of time. */
#include <string.h>

#include "base/json.h"
#include "cli/command.h"
#include "cli/explain_case.h"
#include "cli/explain_rules.h"
#include "cli/session.h"
#include "store/journal.h"
#include "store/paper.h"
#include "workflow/import.h"

static const struct flag flags[] = {
    FLAG_PROJECT,
    FLAG_STATE,
    {"account", 'a', "NAME", false,
     "which account's, when several have one of that number"},
    {"case", 0, NULL, false,
     "a text for Amazon's support: requests, answers and their ids, nothing personal"},
    FLAG_JSON,
    FLAG_END,
};

struct story {
    struct session *session;
    struct arena memory;
    struct rule_story *rules;
    bool json;
};

static void print_time(int64_t ms)
{
    char text[INSTANT_TEXT];
    instant_format(ms, text);
    printf("%.10s %.8s  ", text, text + 11);
}

static const char *verb_of(struct story *s, int64_t effect)
{
    struct effect e;
    if (effect_get(s->session->store, &s->memory, effect, false, &e, NULL) != ERR_OK)
        return "effect";
    return e.verb;
}

/* "confirm (effect 12): waiting: waits for Amazon's label" */
static void tell_effect(struct story *s, const struct entry *e, const struct json *detail)
{
    const char *why = json_get_str(detail, "why", ""),
               *proof = json_get_str(detail, "evidence", "");
    const char *request = json_get_str(detail, "requestId", ""),
               *actor = json_get_str(detail, "actor", "");

    printf("%s (effect %lld): %s", verb_of(s, e->effect), (long long)e->effect,
           e->what + strlen("effect."));
    if (why[0] != '\0')
        printf(": %s", why);
    if (proof[0] != '\0')
        printf(": %s", proof);
    if (actor[0] != '\0' && strstr(why, actor) == NULL)
        printf(", by %s", actor);
    if (request[0] != '\0')
        printf(" [request %s]", request);
    putchar('\n');
}

/* ": accepted -> confirmed, PENDING_PICKUP" of a shipment. */
static void tell_move(const struct json *detail)
{
    const char *was = json_get_str(detail, "was", ""),
               *state = json_get_str(detail, "state", ""),
               *sub = json_get_str(detail, "subStatus", "");
    if (state[0] != '\0')
        printf(": %s%s%s%s%s", was, was[0] == '\0' ? "" : " -> ", state,
               sub[0] == '\0' ? "" : ", ", sub);
}

/* "decision.hold (effect 12): stock is missing, by ann" */
static void tell_other(const struct entry *e, const struct json *detail)
{
    const char *why = json_get_str(detail, "why", ""),
               *actor = json_get_str(detail, "actor", "");
    fputs(e->what, stdout);
    if (e->effect != 0)
        printf(" (effect %lld)", (long long)e->effect);
    if (strncmp(e->what, "shipment.", 9) == 0)
        tell_move(detail);
    if (import_wrote(e)) /* it happened before dray was told */
        printf(", at Amazon %s", json_get_str(detail, "at", ""));
    printf("%s%s%s%s\n", why[0] == '\0' ? "" : ": ", why, actor[0] == '\0' ? "" : ", by ",
           actor);
}

static void tell_json(const struct entry *e, struct json *detail, struct json *rules,
                      struct arena *a)
{
    struct buf text;
    char at[INSTANT_TEXT];
    struct json *o = json_object(a);

    instant_format(e->at_ms, at);
    json_set_str(a, o, "at", at);
    json_set_str(a, o, "what", e->what);
    if (e->effect != 0)
        json_set(a, o, "effect", json_integer(a, e->effect));
    if (e->run != 0)
        json_set(a, o, "run", json_integer(a, e->run));
    if (detail != NULL)
        json_set(a, o, "detail", detail);
    if (rules->count > 0)
        json_set(a, o, "rules", rules);
    buf_init(&text, 1 << 20);
    json_write(&text, o);
    puts(buf_str(&text));
    buf_clear(&text);
}

static bool tell(void *arg, const struct entry *e)
{
    struct story *s = arg;
    struct json *detail =
        e->detail == NULL ? NULL : json_parse(&s->memory, e->detail, e->detail_len, NULL);

    struct json *rules = rule_story_of(s->rules, e);

    if (s->json) {
        tell_json(e, detail, rules, &s->memory);
        return true;
    }
    print_time(e->at_ms);
    if (e->effect != 0 && strncmp(e->what, "effect.", 7) == 0)
        tell_effect(s, e, detail);
    else
        tell_other(e, detail);
    rule_story_print(stdout, rules);
    return true;
}

static bool tell_paper(void *arg, const struct paper *p)
{
    (void)arg;
    printf("  %s%s%s: %s, %lld bytes, documents/%s%s%s%s\n", paper_kind_name(p->kind),
           p->package[0] == '\0' ? "" : " ", p->package, p->is, (long long)p->size,
           p->path,
           p->latest         ? ""
           : p->void_ms != 0 ? " (void)"
                             : " (replaced)",
           p->flaw[0] == '\0' ? "" : ": ", p->flaw);
    return true;
}

static void head_flag(const struct record *r, unsigned flag, const char *text)
{
    if ((r->flags & flag) != 0)
        printf(", %s", text);
}

static void head_age(const struct record *r)
{
    if ((r->flags & RECORD_IMPORTED) != 0)
        head_flag(r, RECORD_IMPORTED, "imported from Amazon's record of the past");
    else
        head_flag(r, RECORD_OLD, "older than `since`: left alone");
}

/* Amazon masks customers for vendors who use its labels; it is no fault of anybody's. */
static bool is_masked(struct arena *a, const struct record *r)
{
    const struct json *body = json_parse(a, r->body, r->body_len, NULL);
    const char *name = json_str(json_path(body, "orderDetails.shipToParty.name"));
    return name != NULL && strlen(name) > 2 && name[strspn(name, "xX")] == '\0';
}

static void tell_head(struct arena *a, const struct record *r)
{
    const bool shipment = r->kind == RECORD_SHIPMENT;
    char ordered[INSTANT_TEXT], due[INSTANT_TEXT];
    instant_format(r->ordered_ms, ordered);
    instant_format(r->ship_by_ms, due);
    printf("%s %s of account %s, %s %s\n", shipment ? "shipment" : "order", r->name,
           r->account, shipment ? "location" : "warehouse", r->warehouse);
    printf("state %s (Amazon: %s), %s %s, ship by %s",
           record_state_name(r->kind, r->state), r->status[0] == '\0' ? "-" : r->status,
           shipment ? "created" : "ordered", ordered, due);
    head_flag(r, RECORD_GIFT, "gift");
    head_flag(r, RECORD_SLIP, "packing slip required");
    head_flag(r, RECORD_SCHEDULED, "scheduled delivery");
    head_flag(r, RECORD_INVOICED, "invoice required");
    head_flag(r, RECORD_OWN_LABEL, "own carrier");
    if (is_masked(a, r))
        fputs(", address masked by Amazon, whose label is used", stdout);
    head_age(r);
    printf("\n\n");
}

static enum err tell_all(struct story *s, const char *po, const char *account,
                         struct fault *f)
{
    struct store *store = s->session->store;
    struct record r;

    enum err e = record_find_any(store, &s->memory, account, po, true, &r, f);
    if (e != ERR_OK)
        return e;
    const struct entry_filter events = {.record = r.id};
    const struct paper_filter papers = {.record = r.id};
    s->rules = rule_story_new(store, &s->memory, &r);
    if (!s->json)
        tell_head(&s->memory, &r);
    e = journal_each(store, &events, tell, s, f);
    if (e == ERR_OK && !s->json) {
        printf("\ndocuments:\n");
        e = paper_each(store, &papers, tell_paper, s, f);
    }
    return e;
}

/* The same in Amazon's words, for its support. */
static int explain_case(const struct invocation *in)
{
    struct session s = {0};
    struct arena a;
    struct record r;
    struct fault f;

    if (flag_given(in, "json"))
        return complain(in, EXIT_USAGE, "--case is a text for people, --json is not");
    int exit = session_survey(in, &s);
    arena_init(&a);
    if (exit == EXIT_DONE && (record_find_any(s.store, &a, flag_text(in, "account", NULL),
                                              in->arguments[0], true, &r, &f) != ERR_OK ||
                              case_print(in->out, &s, &r, &f) != ERR_OK))
        exit = complain_fault(in, &f);
    arena_clear(&a);
    session_close(&s);
    return exit;
}

static int explain(const struct invocation *in)
{
    struct session session = {0};
    struct story s = {.session = &session, .json = flag_given(in, "json")};
    struct fault f;

    if (flag_given(in, "case"))
        return explain_case(in);
    int exit = session_look(in, &session);
    arena_init(&s.memory);
    if (exit == EXIT_DONE &&
        tell_all(&s, in->arguments[0], flag_text(in, "account", NULL), &f) != ERR_OK)
        exit = complain_fault(in, &f);
    arena_clear(&s.memory);
    session_close(&session);
    return exit;
}

const struct command command_explain = {
    .name = "explain",
    .arguments = "ORDER",
    .summary = "the whole story of one order or shipment: events, rules, effects, "
               "evidence, documents",
    .least = 1,
    .most = 1,
    .flags = flags,
    .run = explain,
};
