/* `dray documents`: labels, packing slips and invoices; `dray documents get ID` writes
 * one out. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/choice.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "document/archive.h"
#include "store/paper.h"

static const struct flag flags[] = {
    FLAG_PROJECT,
    FLAG_STATE,
    {"account", 'a', "NAME", false, "only this account's"},
    {"order", 'o', "ORDER", false, "only this order's, or shipment's"},
    {"kind", 'k', "KIND", true, "only these: label, slip, invoice, gift, wrap"},
    {"all", 0, NULL, false, "also those that are replaced or void"},
    {"output", 'O', "FILE", false,
     "with get: the file to write; - (the default) is stdout"},
    FLAG_JSON,
    FLAG_END,
};

static bool print_paper(void *arg, const struct paper *p)
{
    struct rows *rows = arg;
    char sha[DIGEST_HEX + 1];

    digest_hex(&p->digest, sha);
    rows_begin(rows);
    rows_number(rows, "id", p->id);
    rows_text(rows, "purchaseOrderNumber", p->name);
    rows_text(rows, "kind", paper_kind_name(p->kind));
    rows_text(rows, "package", p->package);
    rows_text(rows, "format", p->is);
    rows_number(rows, "size", p->size);
    rows_text(rows, "path", p->path);
    rows_text(rows, "flaw", p->flaw);
    rows_extra(rows, "account", p->account);
    rows_extra(rows, "trackingNumber", p->tracking);
    rows_extra(rows, "shipMethod", p->ship_method);
    rows_extra(rows, "said", p->said);
    rows_extra_flag(rows, "latest", p->latest);
    rows_extra_flag(rows, "void", p->void_ms != 0);
    rows_extra(rows, "sha256", sha);
    rows_end(rows);
    return true;
}

static int list(const struct invocation *in, struct session *s)
{
    static const char *const headings[] = {"id",    "order", "kind", "package", "format",
                                           ">size", "path",  "flaw", NULL};
    struct paper_filter filter = {.account = flag_text(in, "account", NULL),
                                  .latest = !flag_given(in, "all")};
    const char *po = flag_text(in, "order", NULL);
    struct arena a;
    struct record r;
    struct fault f;

    int exit = choice_kinds(in, "kind", &filter.kinds);
    if (exit != EXIT_DONE)
        return exit;
    arena_init(&a);
    enum err e = po == NULL
                     ? ERR_OK
                     : record_find_any(s->store, &a, filter.account, po, false, &r, &f);
    if (e == ERR_OK && po != NULL)
        filter.record = r.id;
    if (e == ERR_OK) {
        struct rows *rows = rows_new(flag_given(in, "json") ? NULL : headings, stdout);
        e = paper_each(s->store, &filter, print_paper, rows, &f);
        rows_print(rows, "no documents");
    }
    arena_clear(&a);
    return e == ERR_OK ? EXIT_DONE : complain_fault(in, &f);
}

/* ---- get ---- */

struct found {
    bool there;
    char path[ARCHIVE_PATH];
};

static bool keep_path(void *arg, const struct paper *p)
{
    struct found *found = arg;
    found->there = true;
    snprintf(found->path, sizeof found->path, "%s", p->path);
    return false;
}

static int write_all(const struct invocation *in, const char *name, const char *data,
                     size_t len)
{
    const bool out = strcmp(name, "-") == 0;
    int fd =
        out ? STDOUT_FILENO : open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t at = 0;

    while (fd >= 0 && at < len) {
        ssize_t n = write(fd, data + at, len - at);
        if (n < 0)
            break;
        at += (size_t)n;
    }
    const int problem = errno;
    const bool whole = fd >= 0 && at == len && (out || close(fd) == 0);
    return whole ? EXIT_DONE
                 : complain(in, EXIT_FAILED, "%s: %s", name, strerror(problem));
}

static int write_document(const struct invocation *in, struct session *s,
                          const char *path)
{
    struct fault f;
    struct buf folder;
    char *data = NULL;
    size_t len;
    int exit;

    buf_init(&folder, 8192);
    buf_format(&folder, "%s/documents", s->state);
    struct archive *archive = archive_open(buf_str(&folder), &f);
    buf_clear(&folder);
    if (archive == NULL || archive_read(archive, path, &data, &len, &f) != ERR_OK)
        exit = complain_fault(in, &f);
    else
        exit = write_all(in, flag_text(in, "output", "-"), data, len);
    free(data);
    archive_free(archive);
    return exit;
}

static int get(const struct invocation *in, struct session *s)
{
    struct fault f;
    struct found found = {0};
    char *end;
    const long long id = strtoll(in->arguments[1], &end, 10);
    const struct paper_filter filter = {.id = id};

    if (*end != '\0' || id <= 0)
        return complain(in, EXIT_USAGE,
                        "get %s: expected a document's id, see `dray documents`",
                        in->arguments[1]);
    if (paper_each(s->store, &filter, keep_path, &found, &f) != ERR_OK)
        return complain_fault(in, &f);
    if (!found.there)
        return complain(in, EXIT_FAILED, "there is no document %lld", id);
    return write_document(in, s, found.path);
}

static int documents(const struct invocation *in)
{
    struct session s = {0};
    const bool wants_one = in->count == 2 && strcmp(in->arguments[0], "get") == 0;

    if (in->count > 0 && !wants_one)
        return complain(in, EXIT_USAGE, "expected nothing, or get ID");
    int exit = session_look(in, &s);
    if (exit == EXIT_DONE)
        exit = wants_one ? get(in, &s) : list(in, &s);
    session_close(&s);
    return exit;
}

const struct command command_documents = {
    .name = "documents",
    .arguments = "[get ID]",
    .summary = "labels, packing slips and invoices; `get ID` writes one out",
    .most = 2,
    .flags = flags,
    .run = documents,
};
