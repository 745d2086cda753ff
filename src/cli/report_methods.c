/* A day's requests for labels by ship method: when one method fails and the others do
 * not, it is Amazon's, and the figures say so. */
#include "cli/report_methods.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/report_find.h"
#include "store/effect.h"
#include "store/paper.h"

/* One ship method. */
struct method {
    const char *name;
    int64_t requests, labels, failed, open;
    int64_t *took_ms; /* from request to label, one for each label */
    size_t took_room;
    const char *why; /* of the last failure; "" */
    int64_t why_ms;
};

struct methods {
    const struct invocation *in;
    struct session *session;
    const struct report_day *day;
    struct method *list;
    size_t count, room;
    struct arena memory;
};

static struct method *method_of(struct methods *m, const char *name)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->list[i].name, name) == 0)
            return &m->list[i];
    m->list = arena_grow(&m->memory, m->list, m->count, &m->room, sizeof *m->list);
    m->list[m->count] = (struct method){.name = name, .why = ""};
    return &m->list[m->count++];
}

/* As Amazon ordered it; of a shipment, as its label says. */
static enum err name_of(struct methods *m, const struct record *r, const char **name,
                        struct fault *f)
{
    struct paper *labels;
    size_t count;
    const struct paper_filter filter = {
        .record = r->id, .kinds = 1u << PAPER_LABEL, .latest = true, .limit = 1};
    const struct json *body = json_parse(&m->memory, r->body, r->body_len, NULL);

    *name = json_str(json_path(body, "orderDetails.shipmentDetails.shipMethod"));
    if (*name != NULL)
        return ERR_OK;
    enum err e = paper_list(m->session->store, &m->memory, &filter, &labels, &count, f);
    *name = e == ERR_OK && count > 0 ? labels[0].ship_method : "-";
    return e;
}

static void take_label(struct methods *m, struct method *to, const struct effect *e)
{
    to->took_ms = arena_grow(&m->memory, to->took_ms, (size_t)to->labels, &to->took_room,
                             sizeof *to->took_ms);
    to->took_ms[to->labels++] = e->changed_ms - e->sent_ms;
}

static void take_failure(struct method *to, const struct effect *e)
{
    to->failed++;
    if (e->changed_ms < to->why_ms)
        return;
    to->why = e->why;
    to->why_ms = e->changed_ms;
}

static void take(struct methods *m, struct method *to, const struct effect *e)
{
    to->requests++;
    if (e->state == EFFECT_SUCCEEDED)
        take_label(m, to, e);
    else if (e->state == EFFECT_FAILED || e->state == EFFECT_REJECTED)
        take_failure(to, e);
    else
        to->open++;
}

static enum err take_requests(struct methods *m, const struct record *r,
                              const struct span *day, struct fault *f)
{
    const struct effect_filter filter = {
        .record = r->id, .kinds = 1u << EFFECT_LABEL | 1u << EFFECT_SHIP_LABELS};
    struct effect *list;
    size_t count;
    const char *name = NULL;

    enum err e = effect_list(m->session->store, &m->memory, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        if (!span_has(day, list[i].sent_ms))
            continue;
        if (name == NULL)
            e = name_of(m, r, &name, f);
        if (e == ERR_OK)
            take(m, method_of(m, name), &list[i]);
    }
    return e;
}

static enum err take_record(struct methods *m, int64_t record, struct fault *f)
{
    struct record r;
    struct span day;

    enum err e = record_get(m->session->store, &m->memory, record, true, &r, f);
    if (e != ERR_OK || !report_wants(m->in, &r))
        return e;
    report_day_in(m->day, session_zone(m->session, r.account, r.warehouse), &day);
    return take_requests(m, &r, &day, f);
}

static enum err take_all(struct methods *m, struct fault *f)
{
    struct span all;
    int64_t *ids = NULL;
    size_t found = 0;

    report_day_widest(m->day, m->session, &all);
    enum err e = report_find(m->session->store, &all, &ids, &found, f);
    for (size_t i = 0; e == ERR_OK && i < found; i++)
        e = take_record(m, ids[i], f);
    free(ids);
    return e;
}

/* ---- printing ---- */

static int by_time(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct method *)a)->name, ((const struct method *)b)->name);
}

static void show_times(struct rows *rows, const struct method *m)
{
    if (m->labels == 0) {
        rows_cell(rows, "-");
        rows_cell(rows, "-");
        return;
    }
    qsort(m->took_ms, (size_t)m->labels, sizeof *m->took_ms, by_time);
    rows_number(rows, "medianSeconds", m->took_ms[m->labels / 2] / MS_SECOND);
    rows_number(rows, "longestSeconds", m->took_ms[m->labels - 1] / MS_SECOND);
}

static void show(struct rows *rows, const struct method *m)
{
    rows_begin(rows);
    rows_text(rows, "shipMethod", m->name);
    rows_number(rows, "requests", m->requests);
    rows_number(rows, "labels", m->labels);
    rows_number(rows, "failed", m->failed);
    rows_number(rows, "open", m->open);
    show_times(rows, m);
    rows_text(rows, "lastFailure", m->why);
    rows_end(rows);
}

int report_methods(const struct invocation *in, struct session *s,
                   const struct report_day *day)
{
    static const char *const headings[] = {"ship method", "requests",     "labels",
                                           "failed",      "open",         "median s",
                                           "longest s",   "last failure", NULL};
    struct methods m = {.in = in, .session = s, .day = day};
    struct rows *rows = rows_new(flag_given(in, "json") ? NULL : headings, stdout);
    struct fault f;

    arena_init(&m.memory);
    const enum err e = take_all(&m, &f);
    if (m.count > 0)
        qsort(m.list, m.count, sizeof *m.list, by_name);
    for (size_t i = 0; e == ERR_OK && i < m.count; i++)
        show(rows, &m.list[i]);
    arena_clear(&m.memory);
    rows_print(rows, "no label was asked for on that day");
    return e == ERR_OK ? EXIT_DONE : complain_fault(in, &f);
}
