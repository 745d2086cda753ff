/* Each stored document also as a named file for other programs. */
#include "workflow/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "document/outbox.h"
#include "store/paper.h"

enum { BATCH = 200, FILE_NAME = 3 * OUTBOX_PART + 48 };

/* One document that is to be written. */
struct item {
    int64_t id;
    char path[ARCHIVE_PATH];   /* in the archive */
    char account[OUTBOX_PART]; /* its folder; "" when there is one account */
    char name[FILE_NAME];
    bool unreadable; /* `fault` says why; it is passed over */
    bool failed;     /* could not be written */
    struct fault fault;
};

struct export
{
    struct host *host;
    char *folder; /* NULL: nothing is exported */
    int64_t done; /* documents up to this id are exported */
    bool awake;   /* there may be more */
    bool stopped; /* the folder cannot be written; the next start tries again */
    bool written; /* the pool is done with the batch */
    struct item *items;
    size_t count; /* > 0: a batch is under way */
};

const char *export_folder(const struct export *x)
{
    return x->folder;
}

struct export *export_new(struct host *h, char *folder)
{
    struct export *x = mem_new(sizeof *x);
    x->host = h;
    x->folder = folder;
    return x;
}

void export_free(struct export *x)
{
    if (x == NULL)
        return;
    while (x->count > 0 && !x->written)
        loop_turn(x->host->loop, clock_mono_ms(x->host->clock) + MS_SECOND);
    free(x->items);
    free(x->folder);
    free(x);
}

enum err export_open(struct export *x, struct fault *f)
{
    if (x->folder == NULL)
        return ERR_OK;
    x->awake = true;
    enum err e = cursor_get(x->host->store, "", "export", &x->done, f);
    if (e != ERR_NOT_FOUND)
        return e;
    x->done = paper_last_id(x->host->store);
    if (x->done > 0)
        log_write(LOG_WARN,
                  "export is new: documents that are here already are not exported; "
                  "`dray documents get` writes them",
                  LOG_END);
    return cursor_set(x->host->store, "", "export", x->done, f);
}

void export_wake(struct export *x)
{
    x->awake = x->folder != NULL;
}

bool export_idle(const struct export *x)
{
    return x->count == 0 && (!x->awake || x->stopped);
}

/* ---- names ---- */

static const char *extension(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot == NULL ? "" : dot;
}

/* "-slip" and so on, where it is not a label. */
static const char *kind_part(enum paper_kind kind)
{
    static const char *const parts[PAPER_KIND_COUNT] = {"", "-slip", "-invoice", "-gift",
                                                        "-wrap"};
    return parts[kind];
}

/* A name that had to be changed is made unique by the document's id. */
static void name_item(const struct export *x, const struct paper *p, struct item *item)
{
    char order[OUTBOX_PART], package[OUTBOX_PART], unique[24] = "";
    bool same = outbox_part(p->name, order);

    same = outbox_part(p->package, package) && same;
    if (x->host->account_count > 1)
        same = outbox_part(p->account, item->account) && same;
    if (!same)
        snprintf(unique, sizeof unique, "-%lld", (long long)p->id);
    snprintf(item->name, sizeof item->name, "%s%s%s%s%s%s", order,
             package[0] == '\0' ? "" : "-", package, kind_part(p->kind), unique,
             extension(p->path));
}

/* ---- on the pool ---- */

static int by_account(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    const int order = strcmp(x->account, y->account);
    return order != 0 ? order : (x->id > y->id) - (x->id < y->id);
}

static void fail(struct item *item, const struct fault *why)
{
    item->failed = true;
    item->fault = *why;
}

static void write_item(const struct export *x, struct outbox *box, struct item *item)
{
    char *data;
    size_t len;

    item->unreadable =
        archive_read(x->host->archive, item->path, &data, &len, &item->fault) != ERR_OK;
    if (!item->unreadable)
        item->failed = outbox_put(box, item->name, data, len, &item->fault) != ERR_OK;
    free(data);
}

/* The items of one account, which begin at `items`; gives how many. */
static size_t write_account(const struct export *x, struct item *items, size_t count)
{
    size_t n = 0;
    struct fault f;
    struct buf path;

    buf_init(&path, 8192);
    buf_format(&path, "%s/%s", x->folder, items[0].account);
    struct outbox *box = outbox_open(buf_str(&path), &f);
    for (; n < count && strcmp(items[n].account, items[0].account) == 0; n++)
        if (box != NULL)
            write_item(x, box, &items[n]);
        else
            fail(&items[n], &f);
    if (box != NULL && outbox_flush(box, &f) != ERR_OK)
        fail(&items[0], &f);
    outbox_free(box);
    buf_clear(&path);
    return n;
}

static void write_batch(void *arg)
{
    struct export *x = arg;
    for (size_t at = 0; at < x->count;)
        at += write_account(x, x->items + at, x->count - at);
}

static void batch_done(void *arg)
{
    struct export *x = arg;
    x->written = true;
}

/* ---- in the round ---- */

static void warn(const struct item *item)
{
    log_write(LOG_WARN,
              item->failed
                  ? "documents are not exported; they are kept, and exported after the "
                    "next start"
                  : "a document cannot be read and is not exported",
              log_safe("file", item->name), log_safe("why", item->fault.text), LOG_END);
}

/* How far everything is exported; stops at the first file that could not be written. */
static int64_t reached(struct export *x)
{
    int64_t last = x->done, first_failed = INT64_MAX;
    const struct item *failed = NULL;

    for (size_t i = 0; i < x->count; i++) {
        if (x->items[i].failed && x->items[i].id < first_failed) {
            failed = &x->items[i];
            first_failed = failed->id;
        }
        if (x->items[i].unreadable)
            warn(&x->items[i]);
    }
    for (size_t i = 0; i < x->count; i++)
        if (x->items[i].id < first_failed && x->items[i].id > last)
            last = x->items[i].id;
    if (failed != NULL)
        warn(failed);
    x->stopped = failed != NULL;
    return last;
}

enum err export_step(struct export *x, struct fault *f)
{
    if (x->count == 0 || !x->written)
        return ERR_OK;
    const int64_t done = reached(x);
    const bool moved = done != x->done;

    x->done = done;
    x->count = 0;
    x->written = false;
    return moved ? cursor_set(x->host->store, "", "export", done, f) : ERR_OK;
}

static bool take_paper(void *arg, const struct paper *p)
{
    struct export *x = arg;
    struct item *item = &x->items[x->count++];

    *item = (struct item){.id = p->id};
    snprintf(item->path, sizeof item->path, "%s", p->path);
    name_item(x, p, item);
    return true;
}

enum err export_durable(struct export *x, struct fault *f)
{
    const struct paper_filter more = {
        .latest = true, .after_id = x->done, .by_id = true, .limit = BATCH};

    if (x->count > 0 || !x->awake || x->stopped)
        return ERR_OK;
    if (x->items == NULL)
        x->items = mem_array(BATCH, sizeof *x->items);
    enum err e = paper_each(x->host->store, &more, take_paper, x, f);
    if (e != ERR_OK || x->count == 0) {
        x->awake = false;
        x->count = 0;
        return e;
    }
    qsort(x->items, x->count, sizeof *x->items, by_account);
    loop_work(x->host->loop, write_batch, batch_done, x);
    return ERR_OK;
}
