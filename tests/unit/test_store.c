/* The file of dray's state: who may open it, what survives, and what a failing disk
 * means. */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store_help.h"

static void write_file(const char *name, const void *data, size_t len)
{
    int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, data, len) == (ssize_t)len);
    close(fd);
}

static void read_whole(const char *name, char *data, size_t size, size_t *len)
{
    int fd = open(in_folder(name), O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, data, size);
    CHECK(n >= 0);
    *len = (size_t)n;
    close(fd);
}

/* Runs `fn` in a child, which exits with what it returns. */
static int in_child(int (*fn)(void))
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(fn());
    int status = 0;
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void refused(enum err code, const char *words)
{
    struct store *s = store_open(folder, STORE_OWN, a_clock, &fault);
    CHECK(s == NULL);
    CHECK_INT(fault.code, code);
    if (strstr(fault.text, words) == NULL)
        CHECK_STR(fault.text, words);
}

static void test_new(void)
{
    struct stat st;
    fresh_folder();
    struct store *s = own();
    note(s, "order.new");
    OK(store_commit(s, &fault));
    store_close(s);
    CHECK(stat(folder, &st) == 0 && (st.st_mode & 0777) == 0700);
    CHECK(stat(in_folder("dray.db"), &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK_INT(size_of("dray.db.new"), -1);
    CHECK_INT(size_of("dray.db-wal"), -1);
    s = own();
    CHECK_INT(entries(s), 1);
    verified(s);
    store_close(s);
}

static void test_cut_off_making(void)
{
    fresh_folder();
    CHECK(mkdir(folder, 0700) == 0);
    write_file("dray.db.new", "half of a file", 14);
    store_close(own());
    CHECK_INT(size_of("dray.db.new"), -1);
}

static void test_no_folder_above(void)
{
    struct fault f;
    need_clock();
    CHECK(store_open("/tmp/dray-is-not-here/state", STORE_OWN, a_clock, &f) == NULL);
    CHECK(strstr(f.text, "/tmp/dray-is-not-here/state") != NULL);
}

static int open_busy(void)
{
    return store_open(folder, STORE_OWN, a_clock, &fault) == NULL ? (int)fault.code : -1;
}

static void test_one_owner(void)
{
    char words[160];
    fresh_folder();
    struct store *s = own();
    snprintf(words, sizeof words, "another dray (process %ld) owns %s", (long)getpid(),
             folder);
    refused(ERR_BUSY, words);
    CHECK(strstr(fault.text, "--state") != NULL);
    CHECK_INT(in_child(open_busy), ERR_BUSY);
    note(s, "still.mine");
    OK(store_commit(s, &fault));
    store_close(s);
    store_close(own());
}

static int own_and_die(void)
{
    if (store_open(folder, STORE_OWN, a_clock, &fault) == NULL)
        return 1;
    raise(SIGKILL);
    return 2;
}

static void test_lock_ends(void)
{
    fresh_folder();
    CHECK_INT(in_child(own_and_die), -SIGKILL);
    store_close(own());
}

/* The file is refused with these words and not a byte of it changes. */
static void left_alone(enum err code, const char *words)
{
    static char before[1 << 20], after[1 << 20];
    size_t before_len, after_len;
    read_whole("dray.db", before, sizeof before, &before_len);
    refused(code, words);
    read_whole("dray.db", after, sizeof after, &after_len);
    CHECK(before_len == after_len && memcmp(before, after, after_len) == 0);
    CHECK(size_of("dray.db-wal") <= 0);
    CHECK_INT(size_of("dray.db-journal"), -1);
}

static void test_foreign(void)
{
    char text[4096];
    fresh_folder();
    CHECK(mkdir(folder, 0700) == 0);
    memset(text, 'x', sizeof text);
    write_file("dray.db", text, sizeof text);
    left_alone(ERR_INPUT, "is not a dray file");
    CHECK(store_open(folder, STORE_LOOK, a_clock, &fault) == NULL);
    CHECK_INT(fault.code, ERR_INPUT);
    unlink(in_folder("dray.db"));
    meddle("CREATE TABLE recipes(name TEXT)");
    left_alone(ERR_INPUT, "is not a dray file");
    CHECK(store_open(folder, STORE_LOOK, a_clock, &fault) == NULL);
    CHECK(strstr(fault.text, "is not a dray file") != NULL);
}

static void test_newer(void)
{
    fresh_folder();
    store_close(own());
    meddle("PRAGMA user_version=99");
    left_alone(ERR_INPUT, "made by a newer dray");
    CHECK(store_open(folder, STORE_LOOK, a_clock, &fault) == NULL);
    CHECK(strstr(fault.text, "made by a newer dray") != NULL);
}

static void test_older(void)
{
    fresh_folder();
    CHECK(mkdir(folder, 0700) == 0);
    meddle("PRAGMA application_id=1685217657; PRAGMA journal_mode=WAL");
    CHECK(store_open(folder, STORE_LOOK, a_clock, &fault) == NULL);
    CHECK(strstr(fault.text, "made by an older dray") != NULL);
    struct store *s = own();
    note(s, "order.new");
    OK(store_commit(s, &fault));
    store_close(s);
    s = store_open(folder, STORE_LOOK, a_clock, &fault);
    CHECK(s != NULL);
    CHECK_INT(entries(s), 1);
    store_close(s);
}

static void test_truncated(void)
{
    fresh_folder();
    store_close(own());
    CHECK(truncate(in_folder("dray.db"), 50) == 0);
    left_alone(ERR_INPUT, "is damaged");
    CHECK(truncate(in_folder("dray.db"), 0) == 0);
    left_alone(ERR_INPUT, "is damaged");
}

/* Writes over `count` pages of 4096 bytes, beginning with page `first` (counted from 0).
 */
static void spoil(int first, int count)
{
    static char garbage[4096];
    memset(garbage, 0x5a, sizeof garbage);
    int fd = open(in_folder("dray.db"), O_WRONLY);
    CHECK(fd >= 0);
    for (int i = 0; i < count; i++)
        CHECK(pwrite(fd, garbage, sizeof garbage, 4096L * (first + i)) == 4096);
    close(fd);
}

static void test_damaged(void)
{
    fresh_folder();
    store_close(own());
    spoil(1, (int)(size_of("dray.db") / 4096) - 1);
    left_alone(ERR_INPUT, "is damaged");
}

static void test_damaged_inside(void)
{
    char body[3000];
    fresh_folder();
    struct store *s = own();
    memset(body, 'b', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    for (int i = 0; i < 200; i++) {
        char name[16];
        snprintf(name, sizeof name, "PO%d", i);
        put_order(s, "acme-us", name, body, NULL);
    }
    OK(store_commit(s, &fault));
    store_close(s);
    spoil(70, 1);
    s = own();
    CHECK_INT(store_verify(s, &fault), ERR_INPUT);
    CHECK(strstr(fault.text, "is damaged") != NULL);
    store_close(s);
}

static int open_as_nobody(void)
{
    if (geteuid() == 0 && setuid(65534) != 0)
        return -2;
    return store_open(folder, STORE_OWN, a_clock, &fault) == NULL ? (int)fault.code : -1;
}

static void test_read_only(void)
{
    fresh_folder();
    store_close(own());
    unlink(in_folder("lock"));
    CHECK(chmod(folder, 0777) == 0 && chmod(in_folder("dray.db"), 0444) == 0);
    CHECK_INT(in_child(open_as_nobody), ERR_DENIED);
    CHECK(chmod(folder, 0555) == 0);
    CHECK_INT(in_child(open_as_nobody), ERR_DENIED);
    CHECK(chmod(folder, 0700) == 0 && chmod(in_folder("dray.db"), 0600) == 0);
    unlink(in_folder("lock"));
    store_close(own());
}

static void test_nothing_to_look_at(void)
{
    fresh_folder();
    CHECK(store_open(folder, STORE_LOOK, a_clock, &fault) == NULL);
    CHECK_INT(fault.code, ERR_NOT_FOUND);
    struct stat st;
    CHECK(stat(folder, &st) != 0);
}

static void test_orphan(void)
{
    fresh_folder();
    CHECK(mkdir(folder, 0700) == 0);
    write_file("dray.db-wal", "frames of a lost file", 21);
    refused(ERR_INPUT, "is missing");
    CHECK_INT(size_of("dray.db"), -1);
    CHECK_INT(size_of("dray.db-wal"), 21);
}

static void test_reader(void)
{
    fresh_folder();
    struct store *s = own();
    note(s, "order.new");
    OK(store_commit(s, &fault));
    struct store *look = store_open(folder, STORE_LOOK, a_clock, &fault);
    CHECK(look != NULL);
    CHECK_INT(entries(look), 1);
    note(s, "order.accepted");
    CHECK_INT(entries(look), 1);
    OK(store_commit(s, &fault));
    CHECK_INT(entries(look), 2);
    CHECK_INT(cursor_set(look, "", "place", 1, &fault), ERR_STATE);
    CHECK(!store_broken(look));
    verified(look);
    store_tidy(look, true);
    int64_t wal = size_of("dray.db-wal");
    store_close(look);
    CHECK(wal > 0);
    CHECK_INT(size_of("dray.db-wal"), wal);
    store_close(s);
}

static int look_many_times(void)
{
    int seen = 0;
    for (int i = 0; i < 200; i++) {
        struct store *look = store_open(folder, STORE_LOOK, a_clock, &fault);
        if (look == NULL)
            return 1;
        int n = 0;
        if (journal_each(look, &(struct entry_filter){0}, count_entry, &n, &fault) !=
            ERR_OK)
            return 2;
        if (n < seen || n % 3 != 0)
            return 3;
        seen = n;
        store_close(look);
    }
    return 0;
}

static void test_readers_beside(void)
{
    fresh_folder();
    struct store *s = own();
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(look_many_times());
    int status = 0;
    pid_t ended = 0;
    for (int round = 0; ended == 0 && round < 1000000; round++) {
        for (int i = 0; i < 3; i++)
            note(s, "order.new");
        OK(store_commit(s, &fault));
        store_tidy(s, round % 16 == 0);
        ended = waitpid(pid, &status, WNOHANG);
    }
    CHECK(ended == pid && WIFEXITED(status));
    CHECK_INT(WEXITSTATUS(status), 0);
    verified(s);
    store_close(s);
}

static void test_reader_after_crash(void)
{
    fresh_folder();
    struct store *s = own();
    note(s, "order.new");
    OK(store_commit(s, &fault));
    fflush(stdout);
    pid_t pid = fork(); /* the child's copy of the store is never used */
    if (pid == 0) {
        struct store *look = store_open(folder, STORE_LOOK, a_clock, &fault);
        int n = 0;
        enum err e = look == NULL ? ERR_BUG
                                  : journal_each(look, &(struct entry_filter){0},
                                                 count_entry, &n, &fault);
        _exit(e == ERR_OK ? n : 100);
    }
    int status = 0;
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK_INT(WEXITSTATUS(status), 1);
    store_close(s);
}

static void test_lazy(void)
{
    struct store *s = in_memory();
    int64_t value = 7;
    CHECK(!store_dirty(s));
    OK(store_slice_begin(s, &fault));
    CHECK_INT(cursor_get(s, "acme-us", "orders", &value, &fault), ERR_NOT_FOUND);
    CHECK_INT(value, 7);
    OK(store_slice_keep(s, &fault));
    CHECK(!store_dirty(s));
    OK(store_slice_begin(s, &fault));
    OK(store_slice_undo(s, &fault));
    CHECK(!store_dirty(s));
    OK(store_commit(s, &fault));
    OK(cursor_set(s, "acme-us", "orders", 12, &fault));
    CHECK(store_dirty(s));
    OK(store_commit(s, &fault));
    CHECK(!store_dirty(s));
    store_close(s);
}

/* A round that has only read holds nobody up, itself included. */
static void test_rounds(void)
{
    int64_t value;
    fresh_folder();
    struct store *s = own();
    OK(store_begin(s, &fault));
    CHECK_INT(cursor_get(s, "acme-us", "orders", &value, &fault), ERR_NOT_FOUND);
    meddle("INSERT INTO account(name) VALUES ('written-beside')");
    OK(cursor_set(s, "acme-us", "orders", 12, &fault));
    OK(store_begin(s, &fault));
    CHECK(store_dirty(s));
    OK(store_commit(s, &fault));
    OK(store_begin(s, &fault));
    OK(cursor_get(s, "acme-us", "orders", &value, &fault));
    CHECK(!store_dirty(s));
    OK(store_commit(s, &fault));
    store_tidy(s, true);
    CHECK_INT(size_of("dray.db-wal"), 0);
    OK(store_begin(s, &fault));
    OK(store_undo(s, &fault));
    OK(cursor_set(s, "acme-us", "orders", 13, &fault));
    OK(store_commit(s, &fault));
    store_close(s);
}

static void test_slices(void)
{
    int64_t value;
    struct store *s = in_memory();
    note(s, "one");
    OK(store_slice_begin(s, &fault));
    OK(cursor_set(s, "new-account", "place", 1, &fault));
    CHECK_INT(note(s, "two"), 2);
    OK(store_slice_undo(s, &fault));
    CHECK_INT(cursor_get(s, "new-account", "place", &value, &fault), ERR_NOT_FOUND);
    CHECK_INT(entries(s), 1);
    OK(store_slice_begin(s, &fault));
    OK(cursor_set(s, "another", "place", 2, &fault));
    OK(cursor_set(s, "new-account", "place", 3, &fault));
    CHECK_INT(note(s, "two again"), 2);
    OK(store_slice_keep(s, &fault));
    CHECK_INT(note(s, "three"), 3);
    OK(store_commit(s, &fault));
    OK(cursor_get(s, "another", "place", &value, &fault));
    CHECK_INT(value, 2);
    OK(cursor_get(s, "new-account", "place", &value, &fault));
    CHECK_INT(value, 3);
    verified(s);
    store_close(s);
}

static void test_slice_misuse(void)
{
    struct store *s = in_memory();
    OK(store_slice_begin(s, &fault));
    note(s, "one");
    CHECK_INT(store_slice_begin(s, &fault), ERR_BUG);
    CHECK_INT(store_commit(s, &fault), ERR_BUG);
    OK(store_slice_keep(s, &fault));
    OK(store_commit(s, &fault));
    CHECK_INT(entries(s), 1);
    store_close(s);
}

/* What the log must hold, as numbers in the entries' effect column. */
struct model {
    int64_t log[20000], kept, slice, now;
};

static void model_note(struct store *s, struct model *m, int64_t number)
{
    struct entry e = {
        .what = "step", .account = number % 3 == 0 ? "a" : "b", .effect = number};
    OK(journal_add(s, &e, &fault));
    m->log[m->now++] = number;
    CHECK_INT(e.id, m->now);
}

struct comparison {
    const struct model *model;
    int64_t at;
    bool equal;
};

static bool compare_entry(void *arg, const struct entry *e)
{
    struct comparison *c = arg;
    if (c->at >= c->model->now || e->effect != c->model->log[c->at] ||
        strcmp(e->account, e->effect % 3 == 0 ? "a" : "b") != 0)
        c->equal = false;
    c->at++;
    return c->equal;
}

static void compare(struct store *s, const struct model *m)
{
    struct comparison c = {m, 0, true};
    OK(journal_each(s, &(struct entry_filter){0}, compare_entry, &c, &fault));
    CHECK(c.equal);
    CHECK_INT(c.at, m->now);
    verified(s);
}

static struct store *model_step(struct store *s, struct model *m, struct random *r)
{
    switch (random_below(r, 24)) {
    case 0:
        OK(store_commit(s, &fault));
        m->kept = m->now;
        store_tidy(s, random_below(r, 2) == 0);
        return s;
    case 1:
        store_close(s);
        m->now = m->kept;
        return own();
    default:
        break;
    }
    OK(store_slice_begin(s, &fault));
    m->slice = m->now;
    for (uint64_t n = random_below(r, 5); n > 0; n--)
        model_note(s, m, (int64_t)random_below(r, 1000000) + 1);
    if (random_below(r, 2) == 0) {
        OK(store_slice_undo(s, &fault));
        m->now = m->slice;
    } else {
        OK(store_slice_keep(s, &fault));
    }
    return s;
}

static void test_chain_property(void)
{
    static struct model m;
    struct random *r = random_new_seeded(20251124);
    fresh_folder();
    struct store *s = own();
    for (int step = 0; step < 2000; step++) {
        s = model_step(s, &m, r);
        if (step % 50 == 0)
            compare(s, &m);
    }
    compare(s, &m);
    CHECK(m.now > 500);
    store_close(s);
    random_free(r);
}

enum { CHILD_OK = 42 };

#define EXPECT(condition)                                                                \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            fprintf(stderr, "  %d: %s (%s)\n", __LINE__, #condition, fault.text);        \
            return 1;                                                                    \
        }                                                                                \
    } while (0)

static enum err big_write(struct store *s)
{
    static char detail[200000];
    memset(detail, 'd', sizeof detail);
    struct entry e = {.what = "big", .detail = detail, .detail_len = sizeof detail};
    return journal_add(s, &e, &fault);
}

static int fill_disk(void)
{
    struct store *s = store_open(folder, STORE_OWN, a_clock, &fault);
    EXPECT(s != NULL);
    struct entry first = {.what = "committed"};
    EXPECT(journal_add(s, &first, &fault) == ERR_OK);
    EXPECT(store_commit(s, &fault) == ERR_OK);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {(rlim_t)size_of("dray.db-wal") + 50000,
                           (rlim_t)size_of("dray.db-wal") + 50000};
    EXPECT(setrlimit(RLIMIT_FSIZE, &small) == 0);
    EXPECT(store_slice_begin(s, &fault) == ERR_OK);
    EXPECT(big_write(s) == ERR_OK);
    EXPECT(store_slice_keep(s, &fault) == ERR_OK);
    EXPECT(!store_broken(s));
    EXPECT(store_commit(s, &fault) == ERR_IO);
    EXPECT(store_broken(s));
    EXPECT(strstr(fault.text, folder) != NULL &&
           strstr(fault.text, "start dray again") != NULL);
    struct fault again = {0};
    struct entry e = {.what = "small"};
    EXPECT(journal_add(s, &e, &again) == ERR_IO && strcmp(again.text, fault.text) == 0);
    EXPECT(cursor_set(s, "", "a", 1, &again) == ERR_IO);
    EXPECT(store_slice_begin(s, &again) == ERR_IO);
    EXPECT(store_slice_undo(s, &again) == ERR_IO);
    EXPECT(store_commit(s, &again) == ERR_IO && strcmp(again.text, fault.text) == 0);
    EXPECT(!store_dirty(s));
    store_tidy(s, true);
    store_close(s);
    return CHILD_OK;
}

static void test_disk_failure(void)
{
    fresh_folder();
    CHECK_INT(in_child(fill_disk), CHILD_OK);
    struct store *s = own();
    CHECK_INT(entries(s), 1);
    verified(s);
    note(s, "goes on");
    OK(store_commit(s, &fault));
    store_close(s);
}

/* A round that outgrows the cache meets the end of the disk before its commit. */
static int fill_disk_midway(void)
{
    struct store *s = store_open(folder, STORE_OWN, a_clock, &fault);
    EXPECT(s != NULL);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {1 << 20, 1 << 20};
    EXPECT(setrlimit(RLIMIT_FSIZE, &small) == 0);
    enum err e = ERR_OK;
    for (int i = 0; e == ERR_OK && i < 2000; i++)
        e = big_write(s);
    EXPECT(e == ERR_IO && store_broken(s) && !store_dirty(s));
    EXPECT(store_commit(s, &fault) == ERR_IO);
    store_close(s);
    return CHILD_OK;
}

static void test_disk_failure_midway(void)
{
    fresh_folder();
    store_close(own());
    CHECK_INT(in_child(fill_disk_midway), CHILD_OK);
    struct store *s = own();
    CHECK_INT(entries(s), 0);
    store_close(s);
}

static int fail_checkpoint(void)
{
    struct store *s = store_open(folder, STORE_OWN, a_clock, &fault);
    EXPECT(s != NULL && big_write(s) == ERR_OK && store_commit(s, &fault) == ERR_OK);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {(rlim_t)size_of("dray.db") + 8192,
                           (rlim_t)size_of("dray.db") + 8192};
    EXPECT(setrlimit(RLIMIT_FSIZE, &small) == 0);
    store_tidy(s, true);
    EXPECT(store_broken(s));
    EXPECT(store_commit(s, &fault) == ERR_IO);
    store_close(s);
    return CHILD_OK;
}

static void test_checkpoint_failure(void)
{
    fresh_folder();
    CHECK_INT(in_child(fail_checkpoint), CHILD_OK);
    struct store *s = own();
    CHECK_INT(entries(s), 1);
    verified(s);
    store_close(s);
}

static void grow_wal(struct store *s, int commits)
{
    for (int i = 0; i < commits; i++) {
        OK(big_write(s));
        OK(store_commit(s, &fault));
        store_tidy(s, false);
    }
}

static void test_tidy(void)
{
    fresh_folder();
    struct store *s = own();
    grow_wal(s, 10);
    CHECK(size_of("dray.db-wal") > 10 * 200000);
    store_tidy(s, true);
    CHECK_INT(size_of("dray.db-wal"), 0);
    grow_wal(s, 300); /* 60 MB pass through a log that stays small */
    CHECK(size_of("dray.db-wal") < 20 << 20);
    CHECK_INT(entries(s), 310);
    store_close(s);
}

static bool tidy_within(void *arg, const struct entry *e)
{
    struct store *s = arg;
    (void)e;
    grow_wal(s, 100);
    store_tidy(s, true);
    return false;
}

static void test_tidy_beside_reader(void)
{
    fresh_folder();
    struct store *s = own();
    grow_wal(s, 3);
    struct store *look = store_open(folder, STORE_LOOK, a_clock, &fault);
    CHECK(look != NULL);
    OK(journal_each(look, &(struct entry_filter){0}, tidy_within, s, &fault));
    CHECK(!store_broken(s));
    CHECK(size_of("dray.db-wal") > 0);
    store_close(look);
    store_tidy(s, true);
    CHECK_INT(size_of("dray.db-wal"), 0);
    CHECK_INT(entries(s), 103);
    verified(s);
    store_close(s);
}

static void ten_entries(void)
{
    fresh_folder();
    struct store *s = own();
    for (int i = 0; i < 10; i++)
        note(s, "order.new");
    OK(store_commit(s, &fault));
    store_close(s);
}

static void tampered(const char *sql, const char *words)
{
    ten_entries();
    meddle(sql);
    struct store *s = own();
    CHECK_INT(store_verify(s, &fault), ERR_INPUT);
    if (strstr(fault.text, words) == NULL)
        CHECK_STR(fault.text, words);
    store_close(s);
}

static void test_tampered(void)
{
    tampered("UPDATE log SET what = 'order.nev' WHERE id = 7", "broken at entry 7:");
    tampered("UPDATE log SET at_ms = at_ms + 1 WHERE id = 1", "broken at entry 1:");
    tampered("UPDATE log SET detail = NULL WHERE id = 3", "broken at entry 3:");
    tampered("UPDATE log SET record = 5 WHERE id = 3", "broken at entry 3:");
    tampered("UPDATE log SET hash = zeroblob(32) WHERE id = 10", "broken at entry 10:");
    tampered("DELETE FROM log WHERE id = 4", "broken at entry 5:");
    tampered("UPDATE account SET name = 'other'", "broken at entry 1:");
}

static void test_cursors(void)
{
    int64_t value = 0;
    struct store *s = in_memory();
    OK(cursor_set(s, "", "orders", INT64_MAX, &fault));
    OK(cursor_set(s, "a", "orders", INT64_MIN, &fault));
    OK(cursor_set(s, "b", "orders", 1, &fault));
    OK(cursor_set(s, "b", "orders", 2, &fault));
    OK(cursor_get(s, "", "orders", &value, &fault));
    CHECK(value == INT64_MAX);
    OK(cursor_get(s, "a", "orders", &value, &fault));
    CHECK(value == INT64_MIN);
    OK(cursor_get(s, "b", "orders", &value, &fault));
    CHECK_INT(value, 2);
    CHECK_INT(cursor_get(s, "b", "labels", &value, &fault), ERR_NOT_FOUND);
    CHECK_INT(cursor_get(s, "c", "orders", &value, &fault), ERR_NOT_FOUND);
    store_close(s);
}

static void test_clean_up(void)
{
    fresh_folder(); /* removes it */
    clock_free(a_clock);
}

TESTS_MAIN(
    {"a new project gets a file that is whole and that only its user can read", test_new},
    {"a file whose making was cut off is made anew", test_cut_off_making},
    {"a state folder in a folder that is missing is named", test_no_folder_above},
    {"two drays never own one folder, and the second learns whom to stop",
     test_one_owner},
    {"a killed owner leaves no lock behind", test_lock_ends},
    {"a file of another program is not touched", test_foreign},
    {"a file of a newer dray is not touched", test_newer},
    {"a file of an older dray is brought forward by its owner only", test_older},
    {"a file that was cut off is refused", test_truncated},
    {"a file of garbage is refused", test_damaged},
    {"damage inside is found by verify", test_damaged_inside},
    {"a file without the right to write is refused with that reason", test_read_only},
    {"looking where dray never ran makes nothing", test_nothing_to_look_at},
    {"a write-ahead log without its file is never played into a new one", test_orphan},
    {"who looks sees what is committed and never checkpoints", test_reader},
    {"many look while the owner works", test_readers_beside},
    {"another process can look at once", test_reader_after_crash},
    {"a round that writes nothing costs nothing", test_lazy},
    {"a round that has only read holds nobody up", test_rounds},
    {"what a failed slice wrote is gone, what a kept one wrote stays", test_slices},
    {"slices do not nest and commits do not cut them", test_slice_misuse},
    {"undo, commit and restart in any order keep the log's chain", test_chain_property},
    {"a full disk at the commit is fatal and stays fatal", test_disk_failure},
    {"a full disk in the middle of a round is fatal too", test_disk_failure_midway},
    {"a checkpoint that fails is fatal", test_checkpoint_failure},
    {"the write-ahead log stays small", test_tidy},
    {"a reader in the way only delays the tidying", test_tidy_beside_reader},
    {"a changed log says where", test_tampered},
    {"cursors keep their numbers per account", test_cursors},
    {"nothing is left behind", test_clean_up})
