/* Documents on disk: nothing half-written is ever named, nothing named is ever lost. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/log.h"
#include "check.h"
#include "document/archive.h"

static char base[64], folder[96];
static struct archive *archive;
static struct fault fault;
static char path[ARCHIVE_PATH];

enum { NOON = 43200 * MS_SECOND };
static int64_t day_ms(int day)
{
    return civil_days(2026, 11, day) * MS_DAY + NOON;
}

static void setup(void)
{
    archive_free(archive);
    memcpy(base, "/tmp/dray-archive-XXXXXX", sizeof "/tmp/dray-archive-XXXXXX");
    CHECK(mkdtemp(base) != NULL);
    snprintf(folder, sizeof folder, "%s/documents", base);
    archive = archive_open(folder, &fault);
    CHECK(archive != NULL);
}

static void teardown(void)
{
    char command[128];
    archive_free(archive);
    archive = NULL;
    snprintf(command, sizeof command, "rm -rf '%s'", base);
    CHECK_INT(system(command), 0);
}

static enum err put(int64_t id, int day, const char *text)
{
    return archive_put(archive, id, FORMAT_ZPL, day_ms(day), text, strlen(text), path,
                       &fault);
}

static void flush(void)
{
    struct archive_batch *b = archive_seal(archive);
    CHECK(b != NULL);
    archive_batch_flush(b);
    CHECK_INT(archive_batch_end(b, &fault), ERR_OK);
}

/* What stands below the archive's folder; `type` as find(1) names it. */
static int count(const char *type)
{
    char command[200];
    int n = -1;
    snprintf(command, sizeof command, "find '%s' -mindepth 1 -type %s | wc -l", folder,
             type);
    FILE *p = popen(command, "r");
    CHECK(p != NULL);
    CHECK_INT(fscanf(p, "%d", &n), 1);
    pclose(p);
    return n;
}

static mode_t mode_of(const char *below)
{
    char name[200];
    struct stat s;
    snprintf(name, sizeof name, "%s/%s", folder, below);
    CHECK_INT(stat(name, &s), 0);
    return s.st_mode & 07777;
}

static void check_read(const char *from, const char *want)
{
    char *data;
    size_t len;
    CHECK_INT(archive_read(archive, from, &data, &len, &fault), ERR_OK);
    CHECK_INT(len, strlen(want));
    CHECK(memcmp(data, want, len) == 0);
    free(data);
}

static void test_round(void)
{
    setup();
    CHECK(!archive_dirty(archive));
    CHECK(archive_seal(archive) == NULL);
    CHECK_INT(put(17, 21, "^XA^XZ"), ERR_OK);
    CHECK_STR(path, "2026-11-21/17.zpl");
    CHECK(archive_dirty(archive));
    struct archive_batch *b = archive_seal(archive);
    CHECK(!archive_dirty(archive));
    CHECK_INT(put(18, 22, "next round"), ERR_OK); /* while the first is being flushed */
    archive_batch_flush(b);
    CHECK_INT(archive_batch_end(b, &fault), ERR_OK);
    CHECK(archive_dirty(archive));
    flush();
    check_read("2026-11-21/17.zpl", "^XA^XZ");
    check_read("2026-11-22/18.zpl", "next round");
    teardown();
}

static void test_modes(void)
{
    mode_t was = umask(0);
    setup();
    CHECK_INT(put(1, 21, "x"), ERR_OK);
    struct archive_writer *w = archive_begin(archive, &fault);
    CHECK(w != NULL);
    CHECK_INT(mode_of("part.0"), 0600);
    CHECK_INT(archive_finish(w, 2, FORMAT_PNG, day_ms(21), path, &fault), ERR_OK);
    umask(was);
    CHECK_INT(mode_of("."), 0700);
    CHECK_INT(mode_of("2026-11-21"), 0700);
    CHECK_INT(mode_of("2026-11-21/1.zpl"), 0600);
    CHECK_INT(mode_of("2026-11-21/2.png"), 0600);
    teardown();
}

static void test_formats(void)
{
    setup();
    for (int f = FORMAT_UNKNOWN; f <= FORMAT_TEXT; f++) {
        CHECK_INT(archive_put(archive, INT64_MAX - f, (enum format)f, day_ms(1), "abc", 3,
                              path, &fault),
                  ERR_OK);
        check_read(path, "abc");
    }
    CHECK_INT(put(0, 1, ""), ERR_OK);
    check_read(path, "");
    teardown();
}

static void test_never_over(void)
{
    setup();
    CHECK_INT(put(5, 21, "the first"), ERR_OK);
    CHECK_INT(put(5, 21, "the second"), ERR_CONFLICT);
    struct archive_writer *w = archive_begin(archive, &fault);
    CHECK_INT(archive_add(w, "third", 5, &fault), ERR_OK);
    CHECK_INT(archive_finish(w, 5, FORMAT_ZPL, day_ms(21), path, &fault), ERR_CONFLICT);
    check_read("2026-11-21/5.zpl", "the first");
    CHECK_INT(count("f"), 1);
    teardown();
}

static void test_pieces(void)
{
    setup();
    struct archive_writer *one = archive_begin(archive, &fault);
    struct archive_writer *two = archive_begin(archive, &fault);
    CHECK(one != NULL && two != NULL);
    CHECK(!archive_dirty(archive));
    for (int i = 0; i < 3; i++) {
        CHECK_INT(archive_add(one, "one ", 4, &fault), ERR_OK);
        CHECK_INT(archive_add(two, "two", 3, &fault), ERR_OK);
    }
    CHECK_INT(count("f"), 2);
    archive_give_up(two);
    CHECK_INT(archive_finish(one, 9, FORMAT_PDF, day_ms(3), path, &fault), ERR_OK);
    CHECK_STR(path, "2026-11-03/9.pdf");
    CHECK(archive_dirty(archive));
    flush();
    check_read(path, "one one one ");
    CHECK_INT(count("f"), 1);
    archive_give_up(NULL);
    teardown();
}

/* Puts `files` documents over three days, flushes them, and reads each one back. */
static void put_many(int files)
{
    char text[16];
    for (int i = 0; i < files; i++) {
        snprintf(text, sizeof text, "%d", i);
        CHECK_INT(put(i, 1 + i % 3, text), ERR_OK);
    }
    flush();
    for (int i = 0; i < files; i++) {
        snprintf(text, sizeof text, "%d", i);
        snprintf(path, sizeof path, "2026-11-%02d/%d.zpl", 1 + i % 3, i);
        check_read(path, text);
    }
}

static int open_descriptors(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    CHECK(d != NULL);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

static void test_many(void)
{
    setup();
    int before = open_descriptors();
    for (int i = 0; i < 600; i++)
        CHECK_INT(put(1000 + i, 9, "x"), ERR_OK);
    CHECK(open_descriptors() <= before + 260);
    flush();
    CHECK(open_descriptors() <= before + 1);
    put_many(600);
    teardown();
}

static bool name_odd(void *arg, const char *name)
{
    int *asked = arg;
    (*asked)++;
    return strcmp(name, "2026-11-21/1.zpl") == 0 || strcmp(name, "2026-11-22/3.zpl") == 0;
}

static bool name_none(void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return false;
}

static void reopen(void)
{
    archive_free(archive);
    archive = archive_open(folder, &fault);
    CHECK(archive != NULL);
}

/* A process that is killed with a document in every stage. */
static void die_in_the_middle(void)
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        if (put(4, 23, "written, not flushed") != ERR_OK)
            _exit(1);
        struct archive_writer *w = archive_begin(archive, &fault);
        if (w == NULL || archive_add(w, "half", 4, &fault) != ERR_OK)
            _exit(1);
        raise(SIGKILL);
    }
    int status;
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void test_crash(void)
{
    int asked = 0;
    setup();
    CHECK_INT(put(1, 21, "named"), ERR_OK);
    CHECK_INT(put(2, 21, "not named"), ERR_OK);
    CHECK_INT(put(3, 22, "named"), ERR_OK);
    flush();
    die_in_the_middle();
    CHECK_INT(count("f"), 5);

    reopen();
    CHECK_INT(archive_sweep(archive, name_odd, &asked), 3);
    CHECK_INT(asked, 4);
    CHECK_INT(count("f"), 2);
    CHECK_INT(count("d"), 2); /* the day of the unnamed one is gone */
    check_read("2026-11-21/1.zpl", "named");
    check_read("2026-11-22/3.zpl", "named");
    CHECK_INT(archive_sweep(archive, name_odd, &asked), 0);
    CHECK_INT(put(4, 23, "again"), ERR_OK); /* the id is free again */
    teardown();
}

static void make_file(const char *below)
{
    char name[200];
    snprintf(name, sizeof name, "%s/%s", folder, below);
    FILE *f = fopen(name, "w");
    CHECK(f != NULL);
    fclose(f);
}

static void test_sweep_strangers(void)
{
    setup();
    CHECK_INT(put(1, 21, "x"), ERR_OK);
    flush();
    make_file("notes.txt");
    make_file("part.one");
    make_file("2026-11-21/photo.jpeg");
    make_file("2026-11-21/01.zpl");
    CHECK_INT(archive_sweep(archive, name_none, NULL), 1);
    CHECK_INT(count("f"), 4);
    CHECK_INT(count("d"), 1);
    CHECK_INT(put(1, 21, "x"), ERR_OK);
    teardown();
}

static void test_sweep_then_put(void)
{
    setup();
    CHECK_INT(put(1, 21, "x"), ERR_OK);
    flush();
    CHECK_INT(archive_sweep(archive, name_none, NULL), 1);
    CHECK_INT(count("d"), 0);
    CHECK_INT(put(1, 21, "x"), ERR_OK); /* the day's folder is made anew */
    flush();
    check_read("2026-11-21/1.zpl", "x");
    teardown();
}

static void test_leftover_part(void)
{
    setup();
    make_file("part.0");
    make_file("part.1");
    struct archive_writer *w = archive_begin(archive, &fault);
    CHECK(w != NULL);
    CHECK_INT(archive_finish(w, 1, FORMAT_ZPL, day_ms(1), path, &fault), ERR_OK);
    CHECK_INT(count("f"), 3);
    teardown();
}

/* No file may grow past `bytes` from here on: a full disk, as far as write(2) can tell.
 */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_full_disk(void)
{
    static char big[10000];
    setup();
    signal(SIGXFSZ, SIG_IGN);
    struct archive_writer *w = archive_begin(archive, &fault);
    limit_files(6000);
    enum err e =
        archive_put(archive, 1, FORMAT_PNG, day_ms(21), big, sizeof big, path, &fault);
    enum err first = archive_add(w, big, 5000, NULL);
    enum err second = archive_add(w, big, 5000, &fault);
    limit_files(0);
    CHECK_INT(e, ERR_IO);
    CHECK_INT(first, ERR_OK);
    CHECK_INT(second, ERR_IO);
    CHECK_INT(fault.code, ERR_IO);
    CHECK(strstr(fault.text, "part.0") != NULL);
    archive_give_up(w);
    CHECK_INT(count("f"), 0);
    CHECK(!archive_dirty(archive));
    CHECK_INT(put(1, 21, "room again"), ERR_OK);
    teardown();
}

static void test_failed_flush(void)
{
    setup();
    for (int i = 0; i < 300; i++) /* the last ones are closed, to be opened again */
        CHECK_INT(put(i, 21, "x"), ERR_OK);
    char name[200];
    snprintf(name, sizeof name, "%s/%s", folder, path);
    CHECK_INT(unlink(name), 0);
    struct archive_batch *b = archive_seal(archive);
    archive_batch_flush(b);
    CHECK_INT(archive_batch_end(b, &fault), ERR_IO);
    CHECK(strstr(fault.text, "2026-11-21/299.zpl") != NULL);

    CHECK_INT(put(400, 21, "x"), ERR_OK);
    CHECK_INT(archive_batch_end(archive_seal(archive), &fault),
              ERR_BUG); /* never flushed */
    teardown();
}

static void test_paths(void)
{
    static const char *const wrong[] = {
        "",
        "17.zpl",
        "/etc/passwd",
        "../secrets/1.zpl",
        "2026-11-21/../../x",
        "2026-11-21/",
        "2026-11-21",
        "2026-11-21/1.zpl/",
        "2026-11-21/1.zpl\n",
        "2026-11-21//1.zpl",
        "./2026-11-21/1.zpl",
        "2026-11-21/-1.zpl",
        "2026-11-21/+1.zpl",
        "2026-11-21/01.zpl",
        "2026-11-21/1.exe",
        "2026-11-21/1.ZPL",
        "2026-11-21/1",
        "2026-11-21/.zpl",
        "2026-1-21/1.zpl",
        "26-11-21/1.zpl",
        "2026/11/21/1.zpl",
        "part.0",
        "2026-11-21/12345678901234567890.zpl",
        "2026-11-21/1111111111111111111111111111111111111111111111111.zpl"};
    char *data;
    size_t len;
    setup();
    CHECK_INT(put(1, 21, "x"), ERR_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK_INT(archive_read(archive, wrong[i], &data, &len, &fault), ERR_INPUT);
    CHECK_INT(archive_read(archive, "2026-11-21/2.zpl", &data, &len, &fault),
              ERR_NOT_FOUND);
    CHECK_INT(archive_read(archive, "2026-12-21/1.zpl", &data, &len, &fault),
              ERR_NOT_FOUND);
    CHECK(data == NULL);
    teardown();
}

static void link_to(const char *target, const char *below)
{
    char name[200];
    snprintf(name, sizeof name, "%s/%s", folder, below);
    CHECK_INT(symlink(target, name), 0);
}

static void test_links(void)
{
    char *data;
    size_t len;
    setup();
    CHECK_INT(put(1, 21, "x"), ERR_OK);
    link_to("/etc/passwd", "2026-11-21/2.zpl");
    link_to("/tmp", "2026-11-22");
    CHECK_INT(archive_read(archive, "2026-11-21/2.zpl", &data, &len, &fault), ERR_IO);
    CHECK_INT(archive_read(archive, "2026-11-22/1.zpl", &data, &len, &fault), ERR_IO);
    CHECK_INT(put(2, 21, "never through a link"), ERR_CONFLICT);
    CHECK_INT(put(3, 22, "never through a link"), ERR_IO);
    log_stream_set(NULL);
    flush();
    archive_sweep(archive, name_none, NULL); /* a link to a folder is not followed */
    log_stream_set(stderr);
    CHECK_INT(access("/etc/passwd", F_OK), 0);
    teardown();
}

static void test_bad_folder(void)
{
    setup();
    make_file("file");
    char name[200];
    snprintf(name, sizeof name, "%s/file", folder);
    CHECK(archive_open(name, &fault) == NULL);
    CHECK_INT(fault.code, ERR_IO);
    CHECK(strstr(fault.text, name) != NULL);
    snprintf(name, sizeof name, "%s/no/such/way", folder);
    CHECK(archive_open(name, &fault) == NULL);
    CHECK_INT(fault.code, ERR_IO);
    teardown();
}

TESTS_MAIN(
    {"a round's documents become durable while the next round goes on", test_round},
    {"nobody else can read a document, whatever the umask", test_modes},
    {"every format has its extension, and any bytes come back", test_formats},
    {"a document is never written over another", test_never_over},
    {"a large document is written in pieces and named when it is whole", test_pieces},
    {"a round of many documents does not use up the descriptors", test_many},
    {"after a crash only what a row names is left", test_crash},
    {"the sweep leaves alone what dray did not write", test_sweep_strangers},
    {"a day's folder that was swept away is made again", test_sweep_then_put},
    {"what a crash left does not stop the next large document", test_leftover_part},
    {"a full disk leaves no half document", test_full_disk},
    {"a document that cannot be made durable is said", test_failed_flush},
    {"no path leads out of the archive", test_paths},
    {"no link leads out of the archive", test_links},
    {"a folder that cannot be used is named", test_bad_folder})
