/* Which printer: by name, by format, and where a document was printed last. */
#include "workflow/print.h"

#include "base/suggest.h"
#include "document/format.h"

enum { PRINTERS_MAX = 256 };

enum err print_find(const struct host *h, const char *name,
                    const struct printer **printer, struct fault *f)
{
    const char *names[PRINTERS_MAX];
    size_t count = 0;

    *printer = setup_printer(h->setup, name);
    if (*printer != NULL)
        return ERR_OK;
    for (size_t i = 0; i < h->setup->printer_count && count < PRINTERS_MAX; i++)
        names[count++] = h->setup->printers[i].name;
    const char *near = suggest(name, names, count);
    return fault_set(f, ERR_NOT_FOUND, "dray.lua names no printer \"%.60s\"%s%s%s", name,
                     near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                     near == NULL ? "" : "\"?");
}

bool print_takes(const struct printer *printer, const char *format)
{
    return (printer->formats & 1u << format_from_name(format)) != 0;
}

/* The printer of the latest print of a document. */
struct latest {
    struct host *host;
    struct arena *arena;
    int64_t document;
    const struct printer *printer; /* NULL: none, or the project names it no more */
};

static bool take_latest(void *arg, const struct effect *e)
{
    struct latest *l = arg;
    struct print_wish w;
    print_wish_read(l->arena, e, &w);
    if (w.document == l->document)
        l->printer = setup_printer(l->host->setup, w.printer);
    return true;
}

static const struct printer *only_one(const struct setup *s, const struct paper *p,
                                      struct fault *f)
{
    const struct printer *only = NULL;
    size_t count = 0;
    for (size_t i = 0; i < s->printer_count; i++)
        if (print_takes(&s->printers[i], p->is)) {
            only = &s->printers[i];
            count++;
        }
    if (count == 1)
        return only;
    fault_set(f, count == 0 ? ERR_NOT_FOUND : ERR_INPUT,
              count == 0
                  ? "no printer in dray.lua takes %s, which the %s of order %s is"
                  : "several printers in dray.lua take %s, which the %s of order %s "
                    "is: say which one with --printer",
              p->is, paper_kind_name(p->kind), p->name);
    return NULL;
}

const struct printer *print_usual(struct host *h, const struct paper *p, struct fault *f)
{
    const struct effect_filter filter = {
        .record = p->record, .kinds = 1u << EFFECT_PRINT, .with_body = true};
    struct arena a;
    arena_init(&a);
    struct latest l = {.host = h, .arena = &a, .document = p->id};
    enum err e = effect_each(h->store, &filter, take_latest, &l, f);
    arena_clear(&a);
    if (e != ERR_OK || l.printer != NULL)
        return l.printer;
    return only_one(h->setup, p, f);
}
