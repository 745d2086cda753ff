/* What a run did. */
#include "cli/summary.h"

#include <string.h>

#include "base/json.h"
#include "cli/table.h"
#include "store/paper.h"

static const char *const formats[] = {"ZPL", "PNG", "PDF", "TEXT", "unknown"};
enum { FORMATS = sizeof formats / sizeof formats[0], RECORD_KINDS = 2 };

_Static_assert((int)SHIPMENT_STATE_COUNT <= (int)ORDER_STATE_COUNT,
               "the room for states below");

/* Everything that is counted, once. */
struct counts {
    int64_t records[RECORD_KINDS][ORDER_STATE_COUNT];
    int64_t record_count[RECORD_KINDS];
    int64_t effects[EFFECT_STATE_COUNT];
    int64_t documents[PAPER_KIND_COUNT][FORMATS];
};

/* Of each kind of records: its name, for many and for one, and how many states it has. */
static const struct {
    const char *many, *one;
    int states;
} kinds[RECORD_KINDS] = {
    [RECORD_ORDER] = {"orders", "order", ORDER_STATE_COUNT},
    [RECORD_SHIPMENT] = {"shipments", "shipment", SHIPMENT_STATE_COUNT},
};

static bool count_paper(void *arg, const struct paper *p)
{
    struct counts *c = arg;
    size_t i = 0;
    while (i < FORMATS - 1 && strcmp(formats[i], p->is) != 0)
        i++;
    c->documents[p->kind][i]++;
    return true;
}

static enum err count_records(struct store *s, enum record_kind kind, struct counts *c,
                              struct fault *f)
{
    enum err e = ERR_OK;
    for (int i = 0; i < kinds[kind].states && e == ERR_OK; i++) {
        const struct record_filter filter = {
            .kind = kind, .states = 1u << i, .with_old = true};
        e = record_count(s, &filter, &c->records[kind][i], f);
        c->record_count[kind] += c->records[kind][i];
    }
    return e;
}

static enum err count_all(struct store *s, struct counts *c, struct fault *f)
{
    enum err e = count_records(s, RECORD_ORDER, c, f);
    if (e == ERR_OK)
        e = count_records(s, RECORD_SHIPMENT, c, f);
    for (int i = 0; i < EFFECT_STATE_COUNT && e == ERR_OK; i++) {
        const struct effect_filter filter = {.states = 1u << i};
        e = effect_count(s, &filter, &c->effects[i], f);
    }
    const struct paper_filter all = {0};
    return e == ERR_OK ? paper_each(s, &all, count_paper, c, f) : e;
}

static void row2(struct table *t, const char *name, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)number);
    table_row(t, (const char *[]){name, text});
}

static void print_records(const struct counts *c, enum record_kind kind, FILE *out)
{
    struct table *t = table_new((const char *[]){kinds[kind].many, ">", NULL});
    for (int i = 0; i < kinds[kind].states; i++)
        if (c->records[kind][i] > 0)
            row2(t, record_state_name(kind, i), c->records[kind][i]);
    table_print(t, out);
    fputc('\n', out);
}

/* What there is most of: calls are shared out among those. */
static enum record_kind main_kind(const struct counts *c)
{
    return c->record_count[RECORD_SHIPMENT] > c->record_count[RECORD_ORDER]
               ? RECORD_SHIPMENT
               : RECORD_ORDER;
}

static void print_effects(const struct counts *c, FILE *out)
{
    struct table *t = table_new((const char *[]){"effects", ">", NULL});
    for (int i = 0; i < EFFECT_STATE_COUNT; i++)
        if (c->effects[i] > 0)
            row2(t, effect_state_name((enum effect_state)i), c->effects[i]);
    table_print(t, out);
}

static void print_documents(const struct counts *c, FILE *out)
{
    struct table *t = table_new((const char *[]){"documents", "format", ">", NULL});
    for (int k = 0; k < PAPER_KIND_COUNT; k++)
        for (int i = 0; i < FORMATS; i++) {
            char text[24];
            if (c->documents[k][i] == 0)
                continue;
            snprintf(text, sizeof text, "%lld", (long long)c->documents[k][i]);
            table_row(t, (const char *[]){paper_kind_name((enum paper_kind)k), formats[i],
                                          text});
        }
    table_print(t, out);
}

static void call_row(struct table *t, const char *name, int64_t calls, int64_t records,
                     int64_t throttled)
{
    char n[24], per[24], refused[24];
    snprintf(n, sizeof n, "%lld", (long long)calls);
    snprintf(per, sizeof per, "%.2f",
             records > 0 ? (double)calls / (double)records : 0.0);
    snprintf(refused, sizeof refused, "%lld", (long long)throttled);
    table_row(t, (const char *[]){name, n, per, refused});
}

static void print_calls(const struct host_figures *figures, const struct counts *c,
                        FILE *out)
{
    const enum record_kind kind = main_kind(c);
    const int64_t records = c->record_count[kind];
    char per[24];
    snprintf(per, sizeof per, ">per %s", kinds[kind].one);
    struct table *t = table_new((const char *[]){"API calls", ">", per, ">429", NULL});
    int64_t calls = 0, throttled = 0;

    for (int op = 0; op < OP_COUNT; op++) {
        calls += figures->calls[op];
        throttled += figures->throttled[op];
        if (figures->calls[op] > 0)
            call_row(t, operation_get((enum operation_id)op)->name, figures->calls[op],
                     records, figures->throttled[op]);
    }
    call_row(t, "all", calls, records, throttled);
    table_print(t, out);
}

static void json_counts(struct arena *a, struct json *root, const char *key,
                        const int64_t *counts, int count, const char *(*name)(int))
{
    struct json *object = json_set(a, root, key, json_object(a));
    for (int i = 0; i < count; i++)
        if (counts[i] > 0)
            json_set(a, object, name(i), json_integer(a, counts[i]));
}

static const char *order_name(int i)
{
    return record_state_name(RECORD_ORDER, i);
}

static const char *shipment_name(int i)
{
    return record_state_name(RECORD_SHIPMENT, i);
}

static const char *effect_name(int i)
{
    return effect_state_name((enum effect_state)i);
}

static const char *operation_name(int i)
{
    return operation_get((enum operation_id)i)->name;
}

static const char *format_word(int i)
{
    return formats[i];
}

static void print_json(const struct session *s, const struct counts *c, FILE *out)
{
    struct arena a;
    struct buf text;

    arena_init(&a);
    buf_init(&text, 1 << 20);
    struct json *root = json_object(&a);
    json_counts(&a, root, "orders", c->records[RECORD_ORDER], ORDER_STATE_COUNT,
                order_name);
    json_counts(&a, root, "shipments", c->records[RECORD_SHIPMENT], SHIPMENT_STATE_COUNT,
                shipment_name);
    json_counts(&a, root, "effects", c->effects, EFFECT_STATE_COUNT, effect_name);
    struct json *documents = json_set(&a, root, "documents", json_object(&a));
    for (int k = 0; k < PAPER_KIND_COUNT; k++)
        json_counts(&a, documents, paper_kind_name((enum paper_kind)k), c->documents[k],
                    FORMATS, format_word);
    json_counts(&a, root, "calls", s->host->figures.calls, OP_COUNT, operation_name);
    json_counts(&a, root, "throttled", s->host->figures.throttled, OP_COUNT,
                operation_name);
    json_set(&a, root, "tokenCalls", json_integer(&a, s->host->figures.token_calls));
    json_set_str(&a, root, "state", s->state);
    json_write(&text, root);
    fprintf(out, "%s\n", buf_str(&text));
    buf_clear(&text);
    arena_clear(&a);
}

enum err summary_print(struct session *s, FILE *out, bool json, struct fault *f)
{
    struct counts c = {0};
    enum err e = count_all(s->host->store, &c, f);

    if (e != ERR_OK)
        return e;
    if (json) {
        print_json(s, &c, out);
        return ERR_OK;
    }
    for (int kind = 0; kind < RECORD_KINDS; kind++)
        if (c.record_count[kind] > 0)
            print_records(&c, (enum record_kind)kind, out);
    print_documents(&c, out);
    fputc('\n', out);
    print_effects(&c, out);
    fputc('\n', out);
    print_calls(&s->host->figures, &c, out);
    fprintf(out, "\ndocuments are in %s/documents\n", s->state);
    return ERR_OK;
}

enum err summary_tally(struct host *h, struct tally *t, struct fault *f)
{
    enum err e = ERR_OK;
    memset(t, 0, sizeof *t);
    for (int i = 0; i < EFFECT_STATE_COUNT && e == ERR_OK; i++) {
        const struct effect_filter filter = {.states = 1u << i};
        int64_t n = 0;
        e = effect_count(h->store, &filter, &n, f);
        t->total += n;
        if (i == EFFECT_SUCCEEDED)
            t->succeeded += n;
        else if (i == EFFECT_FAILED || i == EFFECT_REJECTED)
            t->failed += n;
        else if (i == EFFECT_HELD)
            t->held += n;
        else if (i == EFFECT_UNKNOWN)
            t->unknown += n;
        else if (i == EFFECT_WAITING)
            t->waiting += n;
        else if (i != EFFECT_CANCELLED)
            t->open += n;
    }
    return e;
}
