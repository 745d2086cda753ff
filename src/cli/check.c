/* `dray check`: loads everything, runs nothing. With --records it reads all that is
 * recorded: the pages of the state file, the chain of its log, every document. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/mem.h"
#include "bind/bind.h"
#include "cli/command.h"
#include "cli/session.h"
#include "document/archive.h"
#include "engine/sandbox.h"
#include "store/paper.h"

enum { FOLDER_MAX = 8192 };

static const struct flag flags[] = {
    FLAG_PROJECT,
    FLAG_STATE,
    {"records", 0, NULL, false,
     "verify the state too: the file, the chain of its log, every document"},
    FLAG_END,
};

/* ---- what is recorded ---- */

struct papers {
    const struct invocation *in;
    struct archive *archive;
    long long count, bad;
};

/* The file is there and has the bytes that its row remembers. */
static bool check_paper(void *arg, const struct paper *p)
{
    struct papers *papers = arg;
    struct digest digest;
    struct fault f;
    char *data = NULL;
    size_t len;

    papers->count++;
    if (archive_read(papers->archive, p->path, &data, &len, &f) != ERR_OK) {
        papers->bad++;
        complain(papers->in, 0, "document %lld of order %s: %s", (long long)p->id,
                 p->name, f.text);
        return true;
    }
    digest_of(data, len, &digest);
    if (memcmp(&digest, &p->digest, sizeof digest) != 0) {
        papers->bad++;
        complain(papers->in, 0,
                 "document %lld of order %s: documents/%s is not what was stored; "
                 "bring it back from a backup",
                 (long long)p->id, p->name, p->path);
    }
    free(data);
    return true;
}

static int check_papers(struct session *s, struct papers *papers)
{
    struct fault f;
    struct buf folder;
    const struct paper_filter every = {0};

    buf_init(&folder, FOLDER_MAX);
    buf_format(&folder, "%s/documents", s->state);
    papers->archive = archive_open(buf_str(&folder), &f);
    buf_clear(&folder);
    if (papers->archive == NULL ||
        paper_each(s->store, &every, check_paper, papers, &f) != ERR_OK)
        papers->bad += complain_fault(papers->in, &f);
    archive_free(papers->archive);
    return papers->bad == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int check_records(const struct invocation *in)
{
    struct session s = {0};
    struct fault f;
    struct papers papers = {.in = in};

    int exit = session_look(in, &s);
    if (exit == EXIT_DONE && store_verify(s.store, &f) != ERR_OK)
        exit = complain_fault(in, &f);
    if (exit == EXIT_DONE)
        exit = check_papers(&s, &papers);
    if (exit == EXIT_DONE)
        printf("%s: whole, with %lld document%s\n", s.state, papers.count,
               papers.count == 1 ? "" : "s");
    session_close(&s);
    return exit;
}

/* ---- what is to run ---- */

/* A script's syntax; its words are known when it runs. */
static int check_script(const struct invocation *in, const char *path)
{
    struct fault f;
    char *text = NULL;
    size_t len;
    struct sandbox *box;

    enum err e = sandbox_read_file(path, &text, &len, &f);
    if (e != ERR_OK)
        return complain_fault(in, &f);
    box = sandbox_new(NULL);
    e = sandbox_load_text(box, path, text, len, &f);
    sandbox_free(box);
    free(text);
    if (e == ERR_OK)
        return EXIT_DONE;
    fprintf(stderr, "%s\n", f.text);
    return EXIT_FAILED;
}

/* Every rule file, all mistakes at once. */
static int check_rules(const struct invocation *in, const struct project *p)
{
    char *mistakes = NULL;
    struct fault f;
    struct rulebook *book = bind_rulebook(p, &mistakes, &f);

    if (book == NULL)
        fprintf(in->err, "%s\n", mistakes != NULL ? mistakes : f.text);
    for (size_t i = 0; book != NULL && i < book->file_count; i++)
        printf("%s: %zu rule%s\n", book->files[i]->path, book->files[i]->rule_count,
               book->files[i]->rule_count == 1 ? "" : "s");
    free(mistakes);
    const int exit = book == NULL ? EXIT_FAILED : EXIT_DONE;
    rulebook_free(book);
    return exit;
}

static int check(const struct invocation *in)
{
    struct session s;
    int exit = session_project(in, &s);

    if (exit == EXIT_DONE)
        printf("%s/dray.lua: %zu account%s\n", s.project->folder,
               s.project->account_count, s.project->account_count == 1 ? "" : "s");
    if (exit == EXIT_DONE)
        exit = check_rules(in, s.project);
    session_close(&s);
    for (int i = 0; i < in->count; i++) {
        int one = check_script(in, in->arguments[i]);
        if (one == EXIT_DONE)
            printf("%s: syntax ok\n", in->arguments[i]);
        else
            exit = one;
    }
    if (flag_given(in, "records") && check_records(in) != EXIT_DONE)
        exit = EXIT_FAILED;
    return exit;
}

const struct command command_check = {
    .name = "check",
    .arguments = "[SCRIPT...]",
    .summary =
        "load the project file, its rules and the given scripts, show every mistake",
    .details = "Each mistake is one line with file:line on stderr. No secret is read and "
               "nothing is sent.\n"
               "With --records the state is read as well, also while another dray works "
               "on it.",
    .most = -1,
    .flags = flags,
    .run = check,
};
