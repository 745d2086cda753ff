/* Printing a document: planning a copy, and what the floor says of it. */
#include "workflow/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workflow/control.h"
#include "workflow/order.h"
#include "workflow/printing.h"

enum { BODY_MAX = 8 * 1024 };

/* ---- what is asked for ---- */

static void list_formats(const struct printer *printer, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (int i = FORMAT_ZPL; i <= FORMAT_TEXT && len < size; i++)
        if ((printer->formats & 1u << i) != 0)
            len += (size_t)snprintf(out + len, size - len, " %s",
                                    format_name((enum format)i));
}

static enum err check_format(const struct paper *p, const struct printer *printer,
                             struct fault *f)
{
    char formats[24];
    if (print_takes(printer, p->is))
        return ERR_OK;
    list_formats(printer, formats, sizeof formats);
    return fault_set(f, ERR_INPUT,
                     "printer \"%s\" takes%s; the %s of order %s (document %lld) is %s",
                     printer->name, formats, paper_kind_name(p->kind), p->name,
                     (long long)p->id, p->is);
}

void print_wish_read(struct arena *a, const struct effect *e, struct print_wish *w)
{
    const struct json *body = json_parse(a, e->body, e->body_len, NULL);
    *w = (struct print_wish){0};
    json_int(json_get(body, "document"), &w->document);
    json_int(json_get(body, "copy"), &w->copy);
    w->printer = json_get_str(body, "printer", "");
    w->kind = json_get_str(body, "kind", "");
    w->package = json_get_str(body, "package", "");
}

static const char *write_wish(struct arena *a, const struct paper *p,
                              const struct printer *printer, int64_t copy, size_t *len)
{
    struct buf text;
    struct json *body = json_object(a);

    json_set(a, body, "document", json_integer(a, p->id));
    json_set_str(a, body, "printer", printer->name);
    json_set(a, body, "copy", json_integer(a, copy));
    json_set_str(a, body, "kind", paper_kind_name(p->kind));
    json_set_str(a, body, "package", p->package);
    buf_init(&text, BODY_MAX);
    json_write(&text, body);
    *len = text.len;
    const char *copied = arena_copy(a, buf_str(&text), text.len);
    buf_clear(&text);
    return copied;
}

/* The business key of all copies, to which the number of one is added. */
static const char *key_of_copies(struct arena *a, const struct paper *p,
                                 const struct printer *printer)
{
    return arena_format(a, "%s|%lld|%s|", p->name, (long long)p->id, printer->name);
}

static void digest_wish(const struct effect *e, struct digest *out)
{
    digest_of(e->body, e->body_len, out);
}

/* ---- planning ---- */

static enum err find_paper(struct host *h, struct arena *a, int64_t id, struct paper *p,
                           struct fault *f)
{
    const struct paper_filter filter = {.id = id};
    struct paper *list;
    size_t count = 0;

    enum err e = paper_list(h->store, a, &filter, &list, &count, f);
    if (e == ERR_OK && count == 0)
        e = fault_set(f, ERR_NOT_FOUND, "there is no document %lld", (long long)id);
    if (e == ERR_OK)
        *p = list[0];
    return e;
}

static void stand_of(struct host *h, const struct order *o, const struct paper *p,
                     const struct printer *printer, struct stand *out)
{
    memset(out, 0, sizeof *out);
    out->next_ms = INT64_MAX;
    out->need = POLL_KIND_COUNT;
    if (p != NULL && p->flaw[0] != '\0') {
        out->step = STEP_HOLD;
        snprintf(
            out->why, sizeof out->why,
            "document %lld is damaged: %.160s; `dray release` prints it all the same",
            (long long)p->id, p->flaw);
    } else if (printer == NULL) {
        out->step = STEP_HOLD;
        snprintf(out->why, sizeof out->why,
                 "dray.lua names no such printer any more; name it again, then `dray "
                 "retry`");
    } else if (control_frozen(h, o->row.warehouse) != 0) {
        out->step = STEP_WAIT;
        snprintf(out->why, sizeof out->why, "frozen: nothing is sent until `dray thaw`");
    }
}

static enum err plan_in(struct host *h, struct order *o, const struct paper *p,
                        const struct printer *printer, int64_t copy, struct plan *out,
                        struct fault *f)
{
    struct stand stand;
    struct effect wanted = {
        .kind = EFFECT_PRINT,
        .verb = "print",
        .record = o->row.id,
        .account = o->row.account,
        .name = o->row.name,
        .why = "",
        .evidence = "",
        .transaction = "",
        .run = h->run,
        .planned_ms = host_now(h),
    };
    const struct wish wish = {
        .effect = &wanted, .what = "order", .writes = o->house->writes};

    wanted.key = arena_format(&o->memory, "%s%lld", key_of_copies(&o->memory, p, printer),
                              (long long)copy);
    wanted.body = write_wish(&o->memory, p, printer, copy, &wanted.body_len);
    digest_wish(&wanted, &wanted.digest);
    enum err e = plan_settle(h, &o->memory, &wish, out, f);
    if (e != ERR_OK || out->outcome != PLAN_NEW)
        return e;
    stand_of(h, o, p, printer, &stand);
    return plan_add(h, &wish, &stand, out, f);
}

enum err print_plan(struct host *h, int64_t document, const struct printer *printer,
                    int64_t copy, struct plan *out, struct fault *f)
{
    struct order o = {0};
    struct paper p = {0};
    struct arena a;

    arena_init(&a);
    memset(out, 0, sizeof *out);
    enum err e = find_paper(h, &a, document, &p, f);
    if (e == ERR_OK)
        e = check_format(&p, printer, f);
    if (e == ERR_OK) {
        e = order_open_row(h, p.record, &o, f);
        if (e == ERR_OK)
            e = plan_allowed(&o.row, o.house, f);
        if (e == ERR_OK)
            e = plan_in(h, &o, &p, printer, copy, out, f);
        order_close(&o);
    }
    arena_clear(&a);
    return e;
}

/* ---- copies ---- */

struct copies {
    const char *key; /* of all of them */
    int64_t last;
};

static bool take_copy(void *arg, const struct effect *e)
{
    struct copies *c = arg;
    const size_t len = strlen(c->key);
    const int64_t copy =
        strncmp(e->key, c->key, len) == 0 ? strtoll(e->key + len, NULL, 10) : 0;
    if (copy > c->last)
        c->last = copy;
    return true;
}

enum err print_last_copy(struct host *h, const struct paper *p,
                         const struct printer *printer, int64_t *copy, struct fault *f)
{
    struct arena a;
    arena_init(&a);
    struct copies c = {.key = key_of_copies(&a, p, printer)};
    const struct effect_filter filter = {.record = p->record,
                                         .kinds = 1u << EFFECT_PRINT};
    enum err e = effect_each(h->store, &filter, take_copy, &c, f);
    *copy = c.last;
    arena_clear(&a);
    return e;
}

/* ---- what the floor says ---- */

/* The kind of document that "slip.printed" is about; false for another event. */
static bool printed_kind(const char *what, char kind[16])
{
    const char *dot = strchr(what, '.');
    if (dot == NULL || strcmp(dot, ".printed") != 0)
        return false;
    snprintf(kind, 16, "%.*s", (int)(dot - what), what);
    return true;
}

/* A report without a box or printer is about all of them. */
static bool is_meant(const char *said, const char *is)
{
    return said[0] == '\0' || strcmp(said, is) == 0;
}

static enum err prove_one(struct host *h, struct arena *a, struct effect *e,
                          const char *what, const char *kind, const struct json *detail,
                          struct fault *f)
{
    struct print_wish w;
    char evidence[80];

    print_wish_read(a, e, &w);
    if (strcmp(w.kind, kind) != 0 ||
        !is_meant(json_get_str(detail, "box", ""), w.package) ||
        !is_meant(json_get_str(detail, "printer", ""), w.printer))
        return ERR_OK;
    snprintf(evidence, sizeof evidence, "the floor reported %.40s", what);
    return print_flow.succeeded(h, e, evidence, f);
}

enum err print_heard(struct host *h, const struct record *r, const char *what,
                     const struct json *detail, struct fault *f)
{
    const struct effect_filter filter = {
        .record = r->id,
        .kinds = 1u << EFFECT_PRINT,
        .states = 1u << EFFECT_ACCEPTED | 1u << EFFECT_UNKNOWN | 1u << EFFECT_HELD,
        .with_body = true};
    struct arena a;
    struct effect *list;
    size_t count;
    char kind[16];

    if (!printed_kind(what, kind))
        return ERR_OK;
    arena_init(&a);
    enum err e = effect_list(h->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (list[i].sends > 0)
            e = prove_one(h, &a, &list[i], what, kind, detail, f);
    arena_clear(&a);
    return e;
}

/* ---- the flow ---- */

static enum err stand(struct host *h, const struct effect *e, struct stand *out,
                      struct fault *f)
{
    struct effect whole;
    struct print_wish w;
    struct order o;

    enum err err = order_open_row(h, e->record, &o, f);
    if (err == ERR_OK)
        err = effect_get(h->store, &o.memory, e->id, true, &whole, f);
    if (err == ERR_OK) {
        print_wish_read(&o.memory, &whole, &w);
        stand_of(h, &o, NULL, setup_printer(h->setup, w.printer), out);
    }
    order_close(&o);
    return err;
}

static enum err ready(struct host *h, const struct effect *e, struct fault *f)
{
    (void)f;
    printing_queue(h->printing, e->id);
    return ERR_OK;
}

static enum err succeeded(struct host *h, struct effect *e, const char *evidence,
                          struct fault *f)
{
    const struct effect_change change = {
        .to = EFFECT_SUCCEEDED, .why = "", .evidence = evidence, .next_ms = INT64_MAX};
    return host_move(h, e, &change, f);
}

static enum err failed(struct host *h, struct effect *e, enum effect_state state,
                       const char *why, struct fault *f)
{
    const struct effect_change change = {.to = state, .why = why, .next_ms = INT64_MAX};
    return host_move(h, e, &change, f);
}

static int64_t quiet(enum effect_kind kind, int64_t sent_ms)
{
    (void)kind;
    return sent_ms; /* nobody can be asked, so nothing is waited for */
}

/* Paper cannot be looked up (law 7). */
static void look_up(struct host *h, const struct effect *e)
{
    struct effect now = *e;
    struct fault f;
    const enum err err =
        failed(h, &now, EFFECT_HELD,
               "dray stopped while this was printed; look at the printer, then `dray "
               "retry` prints it again, or `dray settle` says that it came out",
               &f);
    if (err != ERR_OK)
        host_trouble(h, &f);
}

/* Only the floor can prove it. */
static enum err prove(struct host *h, struct account *a, struct effect **due,
                      size_t count, struct fault *f)
{
    const struct effect_change change = {.to = EFFECT_ACCEPTED, .next_ms = INT64_MAX};
    enum err e = ERR_OK;
    (void)a;
    for (size_t i = 0; i < count && e == ERR_OK; i++)
        e = host_move(h, due[i], &change, f);
    return e;
}

static enum err amend(struct host *h, struct effect *e, const struct json *fields,
                      struct buf *body, struct fault *f)
{
    (void)h;
    (void)fields;
    (void)body;
    return fault_set(f, ERR_STATE,
                     "effect %lld of order %s is a print, it has no fields to answer",
                     (long long)e->id, e->name);
}

const struct flow print_flow = {
    .stand = stand,
    .ready = ready,
    .succeeded = succeeded,
    .failed = failed,
    .quiet = quiet,
    .look_up = look_up,
    .prove = prove,
    .amend = amend,
};
