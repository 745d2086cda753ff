/* Named copies of documents: whole files under harmless names. */
#include "document/outbox.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static struct fault fault;
static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/dray-outbox-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void end(struct outbox *o)
{
    outbox_free(o);
    CHECK(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

static void put(struct outbox *o, const char *name, const char *text)
{
    CHECK_INT(outbox_put(o, name, text, strlen(text), &fault), ERR_OK);
}

static const char *content(const char *name)
{
    static char text[100];
    FILE *file = fopen(in_folder(name), "r");
    CHECK(file != NULL);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static int mode_of(const char *name)
{
    struct stat st;
    CHECK(lstat(in_folder(name), &st) == 0);
    return (int)(st.st_mode & 0777);
}

static void test_files(void)
{
    begin();
    struct outbox *o = outbox_open(in_folder("a/b//c/"), &fault);
    CHECK(o != NULL);
    put(o, "PO1-001.zpl", "^XA^XZ");
    CHECK_STR(content("a/b/c/PO1-001.zpl"), "^XA^XZ");
    put(o, "PO1-001.zpl", "^XA^FO^XZ");
    CHECK_STR(content("a/b/c/PO1-001.zpl"), "^XA^FO^XZ");
    CHECK_INT(outbox_flush(o, &fault), ERR_OK);
    CHECK_INT(mode_of("a/b/c/PO1-001.zpl"), 0600);
    CHECK_INT(mode_of("a/b"), 0700);
    CHECK(access(in_folder("a/b/c/.PO1-001.zpl.part"), F_OK) != 0);
    end(o);
    outbox_free(NULL);
}

static void test_links(void)
{
    begin();
    struct outbox *o = outbox_open(folder, &fault);
    CHECK(o != NULL);
    char target[300];
    snprintf(target, sizeof target, "%s", in_folder("elsewhere"));
    close(open(target, O_WRONLY | O_CREAT, 0600));
    CHECK(symlink(target, in_folder("PO1.zpl")) == 0);
    CHECK(symlink(target, in_folder(".PO1.zpl.part")) == 0);
    put(o, "PO1.zpl", "label");
    CHECK_STR(content("PO1.zpl"), "label");
    CHECK_STR(content("elsewhere"), "");
    end(o);
}

static void test_refusals(void)
{
    begin();
    struct outbox *o = outbox_open(folder, &fault);
    CHECK(o != NULL);
    static const char *const bad[] = {"", ".hidden", "../up", "a/b", "."};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_INT(outbox_put(o, bad[i], "x", 1, &fault), ERR_BUG);
    CHECK(mkdir(in_folder("PO1.zpl"), 0700) == 0);
    CHECK_INT(outbox_put(o, "PO1.zpl", "x", 1, &fault), ERR_IO);
    CHECK(strstr(fault.text, "PO1.zpl") != NULL);
    CHECK(access(in_folder(".PO1.zpl.part"), F_OK) != 0);
    close(open(in_folder("file"), O_WRONLY | O_CREAT, 0600));
    CHECK(outbox_open(in_folder("file/below"), &fault) == NULL);
    CHECK(strstr(fault.text, "file") != NULL);
    end(o);
}

static void test_parts(void)
{
    char out[OUTBOX_PART], text[200];
    CHECK(outbox_part("PO-1_a", out));
    CHECK_STR(out, "PO-1_a");
    CHECK(outbox_part("", out));
    CHECK(!outbox_part("../../etc/passwd", out));
    CHECK_STR(out, "______etc_passwd");
    CHECK(!outbox_part("a\nb\x80.zpl", out));
    CHECK_STR(out, "a_b__zpl");
    memset(text, 'A', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    CHECK(!outbox_part(text, out));
    CHECK_INT(strlen(out), OUTBOX_PART - 1);
    text[OUTBOX_PART - 1] = '\0';
    CHECK(outbox_part(text, out));
}

TESTS_MAIN({"a copy is whole, private, and takes the place of an earlier one",
            test_files},
           {"a link in the folder never leads a copy elsewhere", test_links},
           {"what cannot be written says where, and leaves nothing behind",
            test_refusals},
           {"whatever Amazon calls an order or package, the name stays in the folder",
            test_parts})
