/* The crash file and the table of crashes in a row. */
#include "store/crash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "store/inside.h"
#include "store/journal.h"
#include "store/statement.h"

enum { FILE_MAX = 1024 };

/* ---- the file ---- */

/* A value stands on one line. */
static void one_line(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ')
            *text = ' ';
    }
}

bool crash_write(const char *folder, struct crash *c)
{
    char path[4096], text[FILE_MAX];
    one_line(c->file);
    one_line(c->what);
    one_line(c->place);
    int size = snprintf(path, sizeof path, "%s/crash", folder);
    if (size < 0 || (size_t)size >= sizeof path)
        return false;
    size = snprintf(
        text, sizeof text,
        "file=%s\nversion=%s\nwhat=%s\nplace=%s\nrun=%lld\nat_ms=%lld\nused_ms=%lld\n",
        c->file, c->version, c->what, c->place, (long long)c->run, (long long)c->at_ms,
        (long long)c->used_ms);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool whole = write(fd, text, (size_t)size) == size;
    return close(fd) == 0 && whole;
}

static void take_text(char *to, size_t size, const char *value)
{
    snprintf(to, size, "%s", value);
}

static void take_line(struct crash *c, char *line)
{
    char *value = strchr(line, '=');
    if (value == NULL)
        return;
    *value++ = '\0';
    if (strcmp(line, "file") == 0)
        take_text(c->file, sizeof c->file, value);
    else if (strcmp(line, "version") == 0)
        take_text(c->version, sizeof c->version, value);
    else if (strcmp(line, "what") == 0)
        take_text(c->what, sizeof c->what, value);
    else if (strcmp(line, "place") == 0)
        take_text(c->place, sizeof c->place, value);
    else if (strcmp(line, "run") == 0)
        c->run = strtoll(value, NULL, 10);
    else if (strcmp(line, "at_ms") == 0)
        c->at_ms = strtoll(value, NULL, 10);
    else if (strcmp(line, "used_ms") == 0)
        c->used_ms = strtoll(value, NULL, 10);
}

static void parse(struct crash *c, char *text)
{
    *c = (struct crash){.file = ""};
    for (char *line = text; line != NULL && *line != '\0';) {
        char *next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        take_line(c, line);
        line = next;
    }
}

static enum err read_file(struct store *s, struct crash *c, bool *found, struct fault *f)
{
    char text[FILE_MAX + 1], *path = store_file(s->folder, "crash");
    enum err e = ERR_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *found = fd >= 0;
    if (fd >= 0) {
        ssize_t n = read(fd, text, FILE_MAX);
        close(fd);
        if (n < 0)
            e = fault_errno(f, "cannot read %s", path);
        text[n < 0 ? 0 : n] = '\0';
        parse(c, text);
    } else if (errno != ENOENT) {
        e = fault_errno(f, "cannot open %s", path);
    }
    free(path);
    return e;
}

/* ---- the next start ---- */

static enum err add_entry(struct store *s, const struct crash *c, struct fault *f)
{
    struct arena a;
    struct buf text;
    arena_init(&a);
    buf_init(&text, 8 * FILE_MAX);
    struct json *detail = json_object(&a);
    json_set(&a, detail, "file", json_string(&a, c->file));
    json_set(&a, detail, "rule", json_string(&a, c->what));
    json_set(&a, detail, "place", json_string(&a, c->place));
    json_write(&text, detail);
    struct entry e = {.what = "run.crashed",
                      .account = "",
                      .run = c->run,
                      .detail = buf_str(&text),
                      .detail_len = text.len};
    enum err err = journal_add(s, &e, f);
    buf_clear(&text);
    arena_clear(&a);
    return err;
}

/* The run's row, where the crash did not undo it; else another run will have its number.
 */
static enum err end_run(struct store *s, struct crash *c, struct fault *f)
{
    struct query q;
    int64_t changes;
    char error[200];
    snprintf(error, sizeof error, "%s: did not come to an end within %lld s", c->place,
             (long long)c->used_ms / 1000);
    query_write(&q, s, "UPDATE run SET state = ?, ended_ms = ?, error = ? WHERE id = ?",
                f);
    query_int(&q, RUN_CRASHED);
    query_int(&q, c->at_ms);
    query_text(&q, error);
    query_int(&q, c->run);
    enum err e = query_run(&q, &changes);
    if (changes == 0)
        c->run = 0;
    return e;
}

/* It was read by an owner that did not come to remove the file. */
static enum err is_known(struct store *s, const struct crash *c, bool *known,
                         struct fault *f)
{
    struct query q;
    int64_t at_ms;
    query_read(&q, s, "SELECT at_ms FROM crash WHERE file = ?", f);
    query_text(&q, c->file);
    enum err e = query_number(&q, -1, &at_ms);
    *known = at_ms == c->at_ms;
    return e;
}

static enum err count_one(struct store *s, const struct crash *c, struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "INSERT INTO crash(file, version, count, at_ms, what, place)"
                " VALUES (?1, ?2, 1, ?3, ?4, ?5)"
                " ON CONFLICT(file) DO UPDATE SET"
                " count = CASE WHEN version = excluded.version THEN count + 1 ELSE 1 END,"
                " version = excluded.version, at_ms = excluded.at_ms,"
                " what = excluded.what, place = excluded.place",
                f);
    query_text(&q, c->file);
    query_text(&q, c->version);
    query_int(&q, c->at_ms);
    query_text(&q, c->what);
    query_text(&q, c->place);
    return query_run(&q, NULL);
}

enum err crash_recover(struct store *s, struct crash *c, bool *found, struct fault *f)
{
    bool known = false;
    *found = false;
    if (s->folder == NULL)
        return ERR_OK; /* in memory */
    enum err e = read_file(s, c, found, f);
    if (e == ERR_OK && *found)
        e = is_known(s, c, &known, f);
    if (e != ERR_OK || !*found || known)
        return e;
    e = end_run(s, c, f);
    if (e == ERR_OK)
        e = add_entry(s, c, f);
    if (e == ERR_OK)
        e = count_one(s, c, f);
    return e;
}

void crash_done(struct store *s)
{
    char *path = store_file(s->folder, "crash");
    unlink(path); /* left there, it is the same crash once more */
    free(path);
}

/* ---- in a row ---- */

enum err crash_count(struct store *s, const char *file, const char *version,
                     int64_t *count, struct crash *last, struct fault *f)
{
    struct query q;
    *count = 0;
    query_read(&q, s,
               "SELECT count, at_ms, what, place FROM crash"
               " WHERE file = ? AND version = ?",
               f);
    query_text(&q, file);
    query_text(&q, version);
    if (query_row(&q)) {
        *count = row_int(&q, 0);
        if (last != NULL) {
            *last = (struct crash){.at_ms = row_int(&q, 1)};
            take_text(last->file, sizeof last->file, file);
            take_text(last->version, sizeof last->version, version);
            take_text(last->what, sizeof last->what, row_text(&q, 2));
            take_text(last->place, sizeof last->place, row_text(&q, 3));
        }
    }
    return query_end(&q);
}

enum err crash_forget(struct store *s, const char *file, struct fault *f)
{
    struct query q;
    query_write(&q, s, "DELETE FROM crash WHERE file = ?", f);
    query_text(&q, file);
    return query_run(&q, NULL);
}
