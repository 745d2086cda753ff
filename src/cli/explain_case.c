/* A text for a case with Amazon's support, made from the log of one order. */
#include "cli/explain_case.h"

#include <string.h>

#include "base/json.h"
#include "store/journal.h"
#include "store/paper.h"
#include "workflow/flow.h"

/* One effect's part of the text. */
struct request {
    FILE *out;
    struct arena *memory;
    int64_t effect;
    bool sent;    /* what was before is nobody's business but ours */
    bool decided; /* the next change is a person's */
};

static const struct account *account_of(const struct session *s, const char *name)
{
    for (size_t i = 0; i < s->project->account_count; i++)
        if (strcmp(s->project->accounts[i]->id, name) == 0)
            return s->project->accounts[i];
    return NULL;
}

/* ", NAME text" when there is one. */
static void add(FILE *out, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        fprintf(out, ", %s %s", name, text);
}

static void add_time(FILE *out, const char *name, int64_t ms)
{
    char text[INSTANT_TEXT];
    if (ms <= 0)
        return;
    instant_format(ms, text);
    add(out, name, text);
}

static void print_partner(FILE *out, const struct account *a, const char *name)
{
    if (a == NULL) {
        fprintf(out, "Account %s\n", name);
        return;
    }
    fprintf(out, "%s at %s",
            a->program == PROGRAM_VENDOR ? "Direct Fulfillment" : "External Fulfillment",
            a->endpoint);
    add(out, "vendor code", a->selling_party);
    add(out, "marketplace", a->marketplace);
    add(out, "application", a->credentials.client_id);
    fputc('\n', out);
}

/* The ship method that the order came with, and that of its latest label. */
static enum err print_method(FILE *out, const struct session *s, const struct record *r,
                             struct arena *a, struct fault *f)
{
    struct paper *labels;
    size_t count;
    const struct json *body = json_parse(a, r->body, r->body_len, NULL);
    const struct paper_filter filter = {
        .record = r->id, .kinds = 1u << PAPER_LABEL, .latest = true, .limit = 1};

    add(out, "ship method",
        json_str(json_path(body, "orderDetails.shipmentDetails.shipMethod")));
    enum err e = paper_list(s->store, a, &filter, &labels, &count, f);
    if (e == ERR_OK && count > 0)
        add(out, "on the label", labels[0].ship_method);
    return e;
}

static enum err print_order(FILE *out, const struct session *s, const struct record *r,
                            struct arena *a, struct fault *f)
{
    const bool shipment = r->kind == RECORD_SHIPMENT;
    fprintf(out, "%s %s", shipment ? "Shipment" : "Purchase order", r->name);
    add(out, shipment ? "location" : "warehouse", r->warehouse);
    add_time(out, "created", r->ordered_ms);
    add_time(out, "ship by", r->ship_by_ms);
    add(out, "status", r->status);
    enum err e = print_method(out, s, r, a, f);
    fputc('\n', out);
    return e;
}

static void print_entry(FILE *out, const struct entry *e, const struct json *detail)
{
    char at[INSTANT_TEXT];
    instant_format(e->at_ms, at);
    fprintf(out, "  %s  %s", at,
            strncmp(e->what, "effect.", 7) == 0 ? e->what + 7 : "asked");
    add(out, "operation", json_get_str(detail, "operation", ""));
    add(out, "request id", json_get_str(detail, "requestId", ""));
    add(out, "transaction id", json_get_str(detail, "transactionId", ""));
    const char *why = json_get_str(detail, "why", ""),
               *proof = json_get_str(detail, "evidence", "");
    fprintf(out, "%s%s\n", why[0] != '\0' || proof[0] != '\0' ? ": " : "",
            proof[0] != '\0' ? proof : why);
}

/* What people decided stays here, with their names and reasons: the decision, and the
 * change that follows it. */
static bool is_ours(struct request *r, const struct entry *e)
{
    if (strncmp(e->what, "decision.", 9) == 0) {
        r->decided = true;
        return true;
    }
    const bool change = strncmp(e->what, "effect.", 7) == 0;
    const bool ours = change && r->decided;
    r->sent = r->sent || strcmp(e->what, "effect.sending") == 0;
    r->decided = r->decided && !change;
    return ours || !r->sent || (!change && strcmp(e->what, "lookup.failed") != 0);
}

static bool tell(void *arg, const struct entry *e)
{
    struct request *r = arg;
    if (e->effect != r->effect || e->detail == NULL || is_ours(r, e))
        return true;
    print_entry(r->out, e, json_parse(r->memory, e->detail, e->detail_len, NULL));
    return true;
}

static enum err print_request(FILE *out, const struct session *s, const struct effect *e,
                              struct arena *a, struct fault *f)
{
    const struct flow *flow = flow_of(e->kind);
    const struct entry_filter filter = {.record = e->record};
    struct request r = {.out = out, .memory = a, .effect = e->id};

    if (e->sends == 0 || flow->operation == NULL)
        return ERR_OK;
    fprintf(out, "\n%s, %s: sent %lld time%s, %s\n", flow->operation(e->kind)->name,
            e->verb, (long long)e->sends, e->sends == 1 ? "" : "s",
            effect_shown(e, clock_wall_ms(s->clock)));
    return journal_each(s->store, &filter, tell, &r, f);
}

enum err case_print(FILE *out, const struct session *s, const struct record *r,
                    struct fault *f)
{
    struct arena a;
    struct effect *list;
    size_t count;
    const struct effect_filter filter = {.record = r->id};

    arena_init(&a);
    print_partner(out, account_of(s, r->account), r->account);
    enum err e = print_order(out, s, r, &a, f);
    if (e == ERR_OK)
        e = effect_list(s->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = print_request(out, s, &list[i], &a, f);
    if (e == ERR_OK)
        fputs("\nTimes are UTC. The ids are those of Amazon's own answers.\n", out);
    arena_clear(&a);
    return e;
}
