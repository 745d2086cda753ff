/* The project file read again while dray works. */
#include "workflow/renewal.h"

#include <string.h>

#include "base/buf.h"
#include "workflow/control.h"
#include "workflow/export.h"
#include "workflow/feed.h"
#include "workflow/printing.h"
#include "workflow/rhythm.h"
#include "workflow/setup.h"

enum { REASONS_MAX = 64 * 1024 };

/* ---- what needs a restart ---- */

static struct account *find(struct account *const *list, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i]->id, id) == 0)
            return list[i];
    return NULL;
}

static void check_account(const struct account *a, const struct account *with,
                          struct buf *reasons)
{
    const char *fixed = with == NULL ? NULL : account_fixed(a, with);
    if (with == NULL)
        buf_format(reasons,
                   "dray.lua: account \"%s\" is gone; that needs a restart of dray\n",
                   a->id);
    else if (fixed != NULL)
        buf_format(reasons,
                   "dray.lua: account \"%s\": %s is another one; that needs a restart of "
                   "dray\n",
                   a->id, fixed);
}

static void check_export(const struct host *h, const struct renewal *r,
                         struct buf *reasons)
{
    const char *was = export_folder(h->export), *is = r->export_folder;
    if (was == NULL || is == NULL ? was != is : strcmp(was, is) != 0)
        buf_text(reasons, "dray.lua: export is another one; that needs a restart of "
                          "dray\n");
}

enum err renewal_check(const struct host *h, const struct renewal *r, char **reasons,
                       struct fault *f)
{
    struct buf all;
    enum err e = ERR_OK;

    buf_init(&all, REASONS_MAX);
    for (size_t i = 0; i < h->account_count; i++)
        check_account(h->accounts[i],
                      find(r->accounts, r->account_count, h->accounts[i]->id), &all);
    for (size_t i = 0; i < r->account_count; i++)
        if (find(h->accounts, h->account_count, r->accounts[i]->id) == NULL)
            buf_format(&all,
                       "dray.lua: account \"%s\" is new; that needs a restart of dray\n",
                       r->accounts[i]->id);
    check_export(h, r, &all);
    *reasons = NULL;
    if (all.len > 0) {
        all.data[--all.len] = '\0';
        e = fault_set(f, ERR_STATE, "%.*s", (int)strcspn(buf_str(&all), "\n"),
                      buf_str(&all));
        *reasons = buf_take(&all, NULL);
    }
    buf_clear(&all);
    return e;
}

/* ---- what may change ---- */

enum err renewal_take(struct host *h, const struct renewal *r, struct setup *setup,
                      struct fault *f)
{
    for (size_t i = 0; i < h->account_count; i++)
        account_renew(h->accounts[i],
                      find(r->accounts, r->account_count, h->accounts[i]->id));
    setup->before = h->setup;
    h->setup = setup;
    printing_renew(h->printing);
    feeds_renew(h);
    rhythm_renew(h);
    return control_open(h, f);
}
