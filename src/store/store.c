/* Opening and closing the file of dray's state, its settings, and the check of the whole.
 *
 * An owner takes the lock first and looks at the file's first bytes before SQLite does;
 * who only looks opens read-only and leaves checkpoints alone (durability.md F2). */
#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/inside.h"
#include "store/past.h"
#include "store/statement.h"

enum { SCRATCH_MAX = 1 << 20 };

/* Before SQLite's first use: without statistics its allocator needs no lock. */
static void configure_once(void)
{
    static bool done;
    if (!done && sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK)
        done = true;
}

static struct store *store_new(const char *folder, enum store_mode mode,
                               const struct clock *clock)
{
    configure_once();
    struct store *s = mem_new(sizeof *s);
    s->mode = mode;
    s->clock = clock;
    s->folder = mem_text(folder);
    s->path =
        folder == NULL ? mem_text("the store in memory") : store_file(folder, "dray.db");
    s->lock = -1;
    s->digester = digester_new();
    buf_init(&s->scratch, SCRATCH_MAX);
    return s;
}

static void forget_statements(struct kept *kept, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sqlite3_finalize(kept[i].stmt);
}

static void free_texts(struct kept *kept, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)kept[i].sql);
}

/* A file that was not opened well, or whose disk failed, is not touched again. */
static void close_database(struct store *s, bool untouched)
{
    forget_statements(s->fixed, KEPT_FIXED);
    forget_statements(s->built, KEPT_BUILT);
    free_texts(s->built, KEPT_BUILT);
    if (untouched)
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(s->db); /* rolls back; the file is as the last commit left it */
}

static void store_free(struct store *s, bool untouched)
{
    if (s->db != NULL)
        close_database(s, untouched);
    lock_release(s->lock);
    account_forget(s);
    digester_free(s->digester);
    buf_clear(&s->scratch);
    free(s->folder);
    free(s->path);
    free(s);
}

void store_close(struct store *s)
{
    if (s != NULL)
        store_free(s, s->mode == STORE_LOOK || store_broken(s));
}

/* The folder and, when it is new, its name in the folder above survive a power cut. */
static enum err make_folder(const char *folder, struct fault *f)
{
    if (mkdir(folder, 0700) != 0)
        return errno == EEXIST ? ERR_OK
                               : fault_errno(f, "cannot make the folder %s", folder);
    char *above = store_file(folder, "..");
    int fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum err e = ERR_OK;
    if (fd < 0 || fsync(fd) != 0)
        e = fault_errno(f, "cannot flush %s", above);
    if (fd >= 0)
        close(fd);
    free(above);
    return e;
}

static enum err connect(struct store *s, const char *path, int flags, struct fault *f)
{
    int rc = sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK)
        return store_sqlite_fault(s, rc, f);
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, STORE_PATIENCE_MS);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1,
                      NULL); /* no statement is
prepared anew for other values: a partial index is asked by name */
    return ERR_OK;
}

/* The folder's file for its owner, made when it is not there. */
static enum err find_file(struct store *s, struct fault *f)
{
    if (access(s->path, F_OK) == 0)
        return schema_check_header(s->path, f);
    if (errno != ENOENT)
        return fault_errno(f, "cannot open %s", s->path);
    return schema_create(s->folder, s->path, f);
}

static enum err refuse_read_only(struct store *s, struct fault *f)
{
    if (sqlite3_db_readonly(s->db, "main") == 0)
        return ERR_OK;
    return fault_set(
        f, ERR_DENIED,
        "%s is read-only: give this user the right to write it, or use another "
        "--state folder",
        s->path);
}

static const char owner_settings[] = "PRAGMA journal_mode=WAL;"
                                     "PRAGMA synchronous=FULL;"
                                     "PRAGMA secure_delete=ON;"
                                     "PRAGMA cache_size=-8192;"
                                     "PRAGMA temp_store=MEMORY;";

static enum err prepare_owner(struct store *s, struct fault *f)
{
    enum err e = store_execute(s, owner_settings, f);
    store_watch_wal(s);
    if (e == ERR_OK)
        e = schema_apply(s, f);
    if (e == ERR_OK)
        e = journal_open(s, f);
    if (e == ERR_OK)
        e = paper_open(s, f);
    return e;
}

static enum err open_owner(struct store *s, struct fault *f)
{
    enum err e = make_folder(s->folder, f);
    if (e != ERR_OK)
        return e;
    struct fault why = {0};
    s->lock = lock_take(s->folder, &why);
    if (s->lock < 0)
        return fault_set(f, why.code, "%s", why.text);
    e = find_file(s, f);
    if (e == ERR_OK)
        e = connect(s, s->path, SQLITE_OPEN_READWRITE, f);
    if (e == ERR_OK)
        e = refuse_read_only(s, f);
    return e == ERR_OK ? prepare_owner(s, f) : e;
}

/* SQLite itself reads the first bytes here: to open and close the file beside it would
 * drop the locks that an owner in the same process holds. */
static enum err open_looker(struct store *s, struct fault *f)
{
    if (access(s->path, F_OK) != 0)
        return errno == ENOENT
                   ? fault_set(f, ERR_NOT_FOUND,
                               "there is no %s yet: dray has not run here", s->path)
                   : fault_errno(f, "cannot open %s", s->path);
    enum err e = connect(s, s->path, SQLITE_OPEN_READONLY, f);
    if (e == ERR_OK)
        e = store_execute(s, "PRAGMA wal_autocheckpoint=0; PRAGMA temp_store=MEMORY;", f);
    if (e == ERR_OK)
        e = schema_apply(s, f);
    return e;
}

struct store *store_open(const char *folder, enum store_mode mode,
                         const struct clock *clock, struct fault *f)
{
    struct store *s = store_new(folder, mode, clock);
    enum err e = mode == STORE_OWN ? open_owner(s, f) : open_looker(s, f);
    s->opened = e == ERR_OK;
    if (s->opened)
        return s;
    store_free(s, true);
    return NULL;
}

static enum err copy_from(struct store *s, const char *name, struct store *looker,
                          struct fault *f)
{
    sqlite3_backup *b = sqlite3_backup_init(s->db, name, looker->db, "main");
    const int step = b == NULL ? SQLITE_NOMEM : sqlite3_backup_step(b, -1);
    const int rc = b == NULL ? SQLITE_NOMEM : sqlite3_backup_finish(b);
    if (step == SQLITE_DONE && rc == SQLITE_OK)
        return ERR_OK;
    return store_sqlite_fault(looker, rc != SQLITE_OK ? rc : step, f);
}

static enum err copy_there(struct store *s, const char *folder, struct fault *f)
{
    struct fault why = {0};
    struct store *looker = store_open(folder, STORE_LOOK, s->clock, &why);
    if (looker == NULL)
        return why.code == ERR_NOT_FOUND ? ERR_OK
                                         : fault_set(f, why.code, "%s", why.text);
    enum err e = copy_from(s, "main", looker, f);
    store_close(looker);
    return e;
}

struct store *store_open_copy(const char *folder, const struct clock *clock,
                              struct fault *f)
{
    struct store *s = store_new(NULL, STORE_OWN, clock);
    enum err e = connect(s, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, f);
    if (e == ERR_OK)
        e = copy_there(s, folder, f);
    if (e == ERR_OK)
        e = prepare_owner(s, f);
    s->opened = e == ERR_OK;
    if (s->opened)
        return s;
    store_free(s, true);
    return NULL;
}

/* Nothing outside can fail here; what does is our mistake or a lack of memory. */
struct store *store_open_memory(const struct clock *clock)
{
    struct fault f = {0};
    struct store *s = store_new(NULL, STORE_OWN, clock);
    enum err e = connect(s, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &f);
    if (e == ERR_OK)
        e = prepare_owner(s, &f);
    s->opened = e == ERR_OK;
    if (s->opened)
        return s;
    fprintf(stderr, "dray: %s\n", f.text);
    abort();
}

/* SQLite's name of a file for who only reads it; the caller frees. */
static char *read_only_name(const char *path)
{
    struct buf b;
    buf_init(&b, 3 * 8192);
    buf_text(&b, "file:");
    for (; *path != '\0'; path++) {
        if (strchr("%?#", *path) == NULL)
            buf_char(&b, *path);
        else
            buf_format(&b, "%%%02X", (unsigned)(unsigned char)*path);
    }
    buf_text(&b, "?mode=ro");
    return buf_take(&b, NULL);
}

static enum err attach(struct store *s, const char *name, struct fault *f)
{
    struct query q;
    query_read(&q, s, "ATTACH ? AS old", f);
    query_text(&q, name);
    query_row(&q);
    return query_end(&q);
}

/* A file is read where it is; what is in memory is copied. */
static enum err attach_past(struct store *s, struct store *there, struct fault *f)
{
    if (there->folder == NULL) {
        enum err e = attach(s, ":memory:", f);
        return e == ERR_OK ? copy_from(s, "old", there, f) : e;
    }
    char *name = read_only_name(there->path);
    enum err e = attach(s, name, f);
    free(name);
    return e;
}

struct store *store_open_beside(struct store *there, const struct clock *clock,
                                struct fault *f)
{
    struct store *s = store_new(NULL, STORE_OWN, clock);
    enum err e = connect(
        s, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI, f);
    if (e == ERR_OK)
        e = prepare_owner(s, f);
    if (e == ERR_OK)
        e = attach_past(s, there, f);
    s->opened = e == ERR_OK;
    if (s->opened)
        return s;
    store_free(s, true);
    return NULL;
}

static enum err check_pages(struct store *s, struct fault *f)
{
    struct query q;
    struct fault damage = {0};
    query_read(&q, s, "PRAGMA integrity_check(1)", f);
    if (query_row(&q) && strcmp(row_text(&q, 0), "ok") != 0)
        fault_set(&damage, ERR_INPUT, "%s is damaged: %s", s->path, row_text(&q, 0));
    enum err e = query_end(&q);
    if (e == ERR_OK && damage.code != ERR_OK)
        return fault_set(f, ERR_INPUT, "%s", damage.text);
    return e;
}

enum err store_verify(struct store *s, struct fault *f)
{
    enum err e = check_pages(s, f);
    return e == ERR_OK ? journal_verify(s, f) : e;
}
