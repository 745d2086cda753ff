/* What a run did. */
#include "cli/summary.h"

#include <string.h>

#include "base/json.h"
#include "cli/table.h"
#include "store/paper.h"

/* Everything that is counted, once. */
struct counts {
    int64_t orders[ORDER_STATE_COUNT];
    int64_t effects[EFFECT_STATE_COUNT];
    int64_t documents[PAPER_KIND_COUNT][5]; /* by format, below */
    int64_t order_count;
};

static const char *const formats[5] = {"ZPL", "PNG", "PDF", "TEXT", "unknown"};

static bool count_paper(void *arg, const struct paper *p)
{
    struct counts *c = arg;
    size_t i = 0;
    while (i < 4 && strcmp(formats[i], p->is) != 0)
        i++;
    c->documents[p->kind][i]++;
    return true;
}

static enum err count_all(struct store *s, struct counts *c, struct fault *f)
{
    enum err e = ERR_OK;
    for (int i = 0; i < ORDER_STATE_COUNT && e == ERR_OK; i++) {
        const struct record_filter filter = {
            .kind = RECORD_ORDER, .states = 1u << i, .with_old = true};
        e = record_count(s, &filter, &c->orders[i], f);
        c->order_count += c->orders[i];
    }
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

static void print_orders(const struct counts *c, FILE *out)
{
    struct table *t = table_new((const char *[]){"orders", ">", NULL});
    for (int i = 0; i < ORDER_STATE_COUNT; i++)
        if (c->orders[i] > 0)
            row2(t, order_state_name((enum order_state)i), c->orders[i]);
    table_print(t, out);
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
        for (int i = 0; i < 5; i++) {
            char text[24];
            if (c->documents[k][i] == 0)
                continue;
            snprintf(text, sizeof text, "%lld", (long long)c->documents[k][i]);
            table_row(t, (const char *[]){paper_kind_name((enum paper_kind)k), formats[i],
                                          text});
        }
    table_print(t, out);
}

static void call_row(struct table *t, const char *name, int64_t calls, int64_t orders,
                     int64_t throttled)
{
    char n[24], per[24], refused[24];
    snprintf(n, sizeof n, "%lld", (long long)calls);
    snprintf(per, sizeof per, "%.2f", orders > 0 ? (double)calls / (double)orders : 0.0);
    snprintf(refused, sizeof refused, "%lld", (long long)throttled);
    table_row(t, (const char *[]){name, n, per, refused});
}

static void print_calls(const struct host_figures *figures, int64_t orders, FILE *out)
{
    struct table *t =
        table_new((const char *[]){"API calls", ">", ">per order", ">429", NULL});
    int64_t calls = 0, throttled = 0;

    for (int op = 0; op < OP_COUNT; op++) {
        calls += figures->calls[op];
        throttled += figures->throttled[op];
        if (figures->calls[op] > 0)
            call_row(t, operation_get((enum operation_id)op)->name, figures->calls[op],
                     orders, figures->throttled[op]);
    }
    call_row(t, "all", calls, orders, throttled);
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

static const char *state_name(int i)
{
    return order_state_name((enum order_state)i);
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
    json_counts(&a, root, "orders", c->orders, ORDER_STATE_COUNT, state_name);
    json_counts(&a, root, "effects", c->effects, EFFECT_STATE_COUNT, effect_name);
    struct json *documents = json_set(&a, root, "documents", json_object(&a));
    for (int k = 0; k < PAPER_KIND_COUNT; k++)
        json_counts(&a, documents, paper_kind_name((enum paper_kind)k), c->documents[k],
                    5, format_word);
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
    print_orders(&c, out);
    fputc('\n', out);
    print_documents(&c, out);
    fputc('\n', out);
    print_effects(&c, out);
    fputc('\n', out);
    print_calls(&s->host->figures, c.order_count, out);
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
