/* Feeds: looks for files, reads them in portions, moves them away. */
#include "workflow/feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "document/inbox.h"
#include "workflow/feed_group.h"
#include "workflow/feed_row.h"
#include "workflow/feed_source.h"
#include "workflow/floor.h"
#include "workflow/round.h"
#include "workflow/setup.h"

enum {
    LOOK_MS = MS_SECOND,      /* between two looks while files are there */
    REST_MS = 5 * MS_SECOND,  /* and while none are */
    PIECE = 64 * 1024,        /* bytes read at once */
    ROWS_AT_ONCE = 1000,      /* of one file, in one round */
    REASONS_MAX = 1024 * 1024 /* bytes about one file */
};

/* The file that a feed reads just now. */
struct reading {
    char *name; /* NULL: none */
    int fd;
    struct feed_source *source;
    struct feed_groups *groups; /* of a feed with a list; NULL */
    bool gathered;              /* all of them are complete */
    struct buf reasons;
    int64_t rows, taken, same, waiting, failed;
    bool over; /* all is read, and written down with the round's commit */
};

struct watched {
    const struct feed *feed;
    struct inbox *inbox;
    struct reading reading;
};

struct feeds {
    struct host *host;
    struct round_guest guest;
    struct watched *list;
    size_t count;
    struct timer timer;
    bool due;        /* look again */
    bool looked;     /* at least once */
    size_t failures; /* files */
};

/* ---- one file ---- */

static void add_reason(struct reading *r, const char *unit, int64_t line, const char *why)
{
    r->failed++;
    if (r->reasons.len < REASONS_MAX - 1024)
        buf_format(&r->reasons, "%s %lld: %s\n", unit, (long long)line, why);
}

static const char *unit_of(const struct feed *feed)
{
    return feed->format == FEED_JSON ? "element" : "line";
}

static void count_outcome(struct reading *r, enum report_outcome o)
{
    r->taken += o == REPORT_TAKEN;
    r->same += o == REPORT_SAME;
    r->waiting += o == REPORT_KEPT;
}

/* Nothing is left of a report that cannot be taken. */
static enum err report_whole(struct host *h, const struct report *r,
                             struct report_result *result, struct fault *f)
{
    struct fault undo;
    enum err e = store_slice_begin(h->store, f);
    if (e != ERR_OK)
        return e;
    e = floor_report(h, r, result, f);
    if (e == ERR_OK)
        return store_slice_keep(h->store, f);
    if (store_slice_undo(h->store, &undo) != ERR_OK)
        *f = undo;
    return f->code;
}

/* What is wrong is written down; only what the store cannot do ends the round. */
static enum err take_fields(struct host *h, struct watched *w, struct arena *a,
                            const struct feed_group *row, enum err e, struct fault *f)
{
    struct report_result result;
    const struct report report = {.event = w->feed->event,
                                  .zone = w->feed->zone,
                                  .source = arena_format(a, "feed %s", w->feed->name),
                                  .fields = row->fields,
                                  .id = row->id};
    if (e == ERR_OK)
        e = report_whole(h, &report, &result, f);
    if (e == ERR_IO || e == ERR_BUG)
        return e;
    if (e == ERR_OK)
        count_outcome(&w->reading, result.outcome);
    else
        add_reason(&w->reading, unit_of(w->feed), row->line, f->text);
    return ERR_OK;
}

static enum err take_row(struct host *h, struct watched *w, struct arena *a,
                         const struct json *row, int64_t line, struct fault *f)
{
    struct feed_group alone = {.line = line};
    struct json *fields;

    if (w->reading.groups != NULL) {
        const enum err e = groups_add(w->reading.groups, row, line, f);
        if (e != ERR_OK)
            add_reason(&w->reading, unit_of(w->feed), line, f->text);
        w->reading.over = e == ERR_LIMIT;
        return ERR_OK;
    }
    const enum err e = feed_row(h->setup, w->feed, a, row, &fields, &alone.id, f);
    alone.fields = fields;
    return take_fields(h, w, a, &alone, e, f);
}

static enum err take_group(struct host *h, struct watched *w, struct arena *a,
                           struct fault *f)
{
    struct feed_group group;
    bool more;

    const enum err e = groups_next(w->reading.groups, &group, &more, f);
    w->reading.over = !more;
    if (!more && e != ERR_OK)
        add_reason(&w->reading, "file", 1, f->text);
    return more ? take_fields(h, w, a, &group, e, f) : ERR_OK;
}

/* A row that nobody can read may belong to any report. */
static void note_unreadable(struct watched *w, int64_t line, const char *why)
{
    add_reason(&w->reading, unit_of(w->feed), line, why);
    if (w->reading.groups != NULL)
        groups_spoil(w->reading.groups);
}

/* All rows are there: of a feed with a list its reports follow. */
static void end_rows(struct reading *r)
{
    r->over = r->groups == NULL;
    r->gathered = true;
}

static enum err read_piece(struct watched *w)
{
    char piece[PIECE];
    size_t len;
    struct fault f;

    if (inbox_read(w->reading.fd, piece, sizeof piece, &len, &f) != ERR_OK) {
        add_reason(&w->reading, "file", 1, f.text);
        return f.code;
    }
    source_give(w->reading.source, piece, len);
    return ERR_OK;
}

/* One row, or more bytes. */
static enum err read_some(struct host *h, struct watched *w, struct arena *a,
                          struct fault *f)
{
    struct reading *r = &w->reading;
    struct json *row;
    struct fault why;
    int64_t line;

    switch (source_next(r->source, a, &row, &line, &why)) {
    case SOURCE_ROW:
        r->rows++;
        return take_row(h, w, a, row, line, f);
    case SOURCE_BAD:
        r->rows++;
        note_unreadable(w, line, why.text);
        break;
    case SOURCE_BROKEN:
        note_unreadable(w, line, why.text);
        r->over = true;
        break;
    case SOURCE_MORE:
        r->over = read_piece(w) != ERR_OK;
        break;
    case SOURCE_END:
        end_rows(r);
        break;
    }
    return ERR_OK;
}

static enum err read_portion(struct host *h, struct watched *w, struct fault *f)
{
    struct arena a;
    enum err e = ERR_OK;

    arena_init(&a);
    for (int i = 0; e == ERR_OK && !w->reading.over && i < ROWS_AT_ONCE; i++) {
        arena_reset(&a);
        e = w->reading.gathered ? take_group(h, w, &a, f) : read_some(h, w, &a, f);
    }
    arena_clear(&a);
    return e;
}

static void reading_clear(struct reading *r)
{
    if (r->name == NULL)
        return;
    inbox_close(r->fd);
    source_free(r->source);
    groups_free(r->groups);
    buf_clear(&r->reasons);
    free(r->name);
    *r = (struct reading){.name = NULL};
}

static void say_read(const struct watched *w)
{
    const struct reading *r = &w->reading;
    log_write(r->failed == 0 ? LOG_INFO : LOG_WARN,
              r->failed == 0 ? "a file was read"
                             : "a file has wrong rows; see its .reason.txt in failed/",
              log_safe("feed", w->feed->name), log_safe("file", r->name),
              log_number("rows", r->rows), log_number("taken", r->taken),
              log_number("same", r->same), log_number("waiting", r->waiting),
              log_number("wrong", r->failed), LOG_END);
}

/* What is in the file is durable: now it may go. */
static void move_away(struct feeds *all, struct watched *w)
{
    struct reading *r = &w->reading;
    struct fault f;
    const bool failed = r->failed > 0;

    if (failed && r->reasons.len >= REASONS_MAX - 1024)
        buf_text(&r->reasons, "… and more\n");
    say_read(w);
    all->failures += failed;
    if (inbox_move(w->inbox, r->name, failed ? "failed" : "done",
                   failed ? buf_str(&r->reasons) : NULL, r->reasons.len, &f) != ERR_OK)
        log_write(LOG_ERROR,
                  "a file was read and cannot be moved away; it will be read again",
                  log_safe("feed", w->feed->name), log_safe("why", f.text), LOG_END);
    reading_clear(r);
}

/* ---- all feeds ---- */

static void begin_file(const struct setup *setup, struct watched *w, const char *name)
{
    struct reading *r = &w->reading;
    struct fault f;

    *r = (struct reading){.name = mem_text(name), .fd = -1};
    buf_init(&r->reasons, REASONS_MAX);
    r->source = source_new(w->feed);
    r->groups = w->feed->list == NULL ? NULL : groups_new(setup, w->feed);
    if (inbox_open(w->inbox, name, &r->fd, &f) != ERR_OK) {
        add_reason(r, "file", 1, f.text);
        r->over = true;
    }
}

/* A file at a time and feed. */
static enum err step_one(struct feeds *all, struct watched *w, struct fault *f)
{
    if (w->reading.name != NULL && w->reading.over)
        move_away(all, w);
    const char *next = inbox_next(w->inbox);
    if (w->reading.name == NULL && next != NULL)
        begin_file(all->host->setup, w, next);
    return w->reading.name == NULL ? ERR_OK : read_portion(all->host, w, f);
}

static void on_timer(void *arg)
{
    struct feeds *all = arg;
    all->due = true;
}

static size_t look(struct feeds *all)
{
    size_t there = 0;
    for (size_t i = 0; i < all->count; i++) {
        struct fault f;
        if (inbox_look(all->list[i].inbox, &f) != ERR_OK)
            log_write(LOG_ERROR, "a feed's folder cannot be read",
                      log_safe("feed", all->list[i].feed->name), log_safe("why", f.text),
                      LOG_END);
        there += inbox_count(all->list[i].inbox);
    }
    return there;
}

static bool reads(const struct feeds *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].reading.name != NULL)
            return true;
    return false;
}

static void step(void *arg)
{
    struct feeds *all = arg;
    struct fault f;

    if (all->due && !reads(all)) {
        const size_t there = look(all);
        const int64_t now = clock_mono_ms(all->host->clock);
        all->due = false;
        all->looked = true;
        if (all->count > 0)
            timer_set(all->host->loop, &all->timer, now + (there > 0 ? LOOK_MS : REST_MS),
                      on_timer, all);
    }
    for (size_t i = 0; i < all->count; i++)
        if (step_one(all, &all->list[i], &f) != ERR_OK)
            host_trouble(all->host, &f);
}

static void durable(void *arg)
{
    (void)arg;
}

static bool busy(void *arg)
{
    const struct feeds *all = arg;
    return all->due || reads(all);
}

/* The folder and the pattern of one text; the folder is below the project. */
static struct inbox *inbox_of(const struct setup *setup, const struct feed *feed)
{
    struct buf folder;
    const char *name = strrchr(feed->files, '/') + 1;

    buf_init(&folder, 8192);
    buf_format(&folder, "%s/%.*s", setup->folder, (int)(name - feed->files - 1),
               feed->files);
    struct inbox *inbox = inbox_new(buf_str(&folder), name);
    buf_clear(&folder);
    return inbox;
}

static void watch_all(struct feeds *all)
{
    const struct setup *setup = all->host->setup;
    all->due = true;
    all->list = mem_array(setup->feed_count, sizeof *all->list);
    for (; all->count < setup->feed_count; all->count++) {
        const struct feed *feed = &setup->feeds[all->count];
        all->list[all->count] =
            (struct watched){.feed = feed, .inbox = inbox_of(setup, feed)};
    }
}

static void unwatch_all(struct feeds *all)
{
    for (size_t i = 0; i < all->count; i++) {
        reading_clear(&all->list[i].reading);
        inbox_free(all->list[i].inbox);
    }
    free(all->list);
    all->list = NULL;
    all->count = 0;
}

void feeds_begin(struct host *h)
{
    if (h->feeds != NULL)
        return;
    struct feeds *all = mem_new(sizeof *all);
    all->host = h;
    watch_all(all);
    all->guest.party = (struct round_party){step, durable, busy, all};
    round_join(h, &all->guest);
    h->feeds = all;
}

void feeds_renew(struct host *h)
{
    if (h->feeds == NULL)
        return;
    unwatch_all(h->feeds);
    watch_all(h->feeds);
}

void feeds_free(struct feeds *all)
{
    if (all == NULL)
        return;
    round_leave(all->host, &all->guest);
    timer_stop(all->host->loop, &all->timer);
    unwatch_all(all);
    free(all);
}

bool feeds_settled(const struct feeds *all)
{
    if (all == NULL)
        return true;
    for (size_t i = 0; i < all->count; i++)
        if (inbox_count(all->list[i].inbox) > 0)
            return false;
    return all->looked && !reads(all);
}

size_t feeds_failures(const struct feeds *all)
{
    return all == NULL ? 0 : all->failures;
}
