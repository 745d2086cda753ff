/* Files that other programs drop: whole ones only, moved away without losing any. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "document/inbox.h"

static struct fault fault;
static char folder[64];

#define OK(call) CHECK_INT((call), ERR_OK)

static const char *at(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(at(name), "w");
    CHECK(file != NULL);
    CHECK(fputs(text, file) >= 0);
    CHECK_INT(fclose(file), 0);
}

static bool there(const char *name)
{
    struct stat st;
    return lstat(at(name), &st) == 0;
}

static struct inbox *begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/dray-inbox-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    return inbox_new(folder, "*.csv");
}

static void end(struct inbox *in)
{
    char command[100];
    inbox_free(in);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    CHECK_INT(system(command), 0);
}

static const char *looked(struct inbox *in)
{
    OK(inbox_look(in, &fault));
    return inbox_next(in);
}

static void test_whole_files_only(void)
{
    struct inbox *in = begin();
    put("b.csv", "1");
    CHECK(looked(in) == NULL);
    CHECK_INT(inbox_count(in), 1);
    put("b.csv", "12");
    CHECK(looked(in) == NULL); /* it grew */
    put("a.csv", "1");
    CHECK_STR(looked(in), "b.csv");
    CHECK_STR(looked(in), "a.csv"); /* by name */
    CHECK_INT(unlink(at("a.csv")), 0);
    CHECK_STR(looked(in), "b.csv");
    CHECK_INT(inbox_count(in), 1);
    end(in);
}

static void test_what_is_left_alone(void)
{
    struct inbox *in = begin();
    put(".a.csv", "1");
    put("a.txt", "1");
    CHECK_INT(mkdir(at("d.csv"), 0700), 0);
    CHECK_INT(symlink("a.txt", at("l.csv")), 0);
    CHECK(looked(in) == NULL);
    CHECK(looked(in) == NULL);
    CHECK_INT(inbox_count(in), 0);
    end(in);
}

static void test_reading(void)
{
    int fd;
    size_t len;
    char piece[4];
    struct inbox *in = begin();
    put("a.csv", "123456");
    OK(inbox_open(in, "a.csv", &fd, &fault));
    OK(inbox_read(fd, piece, 4, &len, &fault));
    CHECK(len == 4 && memcmp(piece, "1234", 4) == 0);
    OK(inbox_read(fd, piece, 4, &len, &fault));
    CHECK_INT(len, 2);
    OK(inbox_read(fd, piece, 4, &len, &fault));
    CHECK_INT(len, 0);
    inbox_close(fd);
    CHECK_INT(inbox_open(in, "b.csv", &fd, &fault), ERR_NOT_FOUND);
    end(in);
}

static void test_moving(void)
{
    struct inbox *in = begin();
    for (int i = 0; i < 3; i++) {
        put("a.csv", "1");
        CHECK(looked(in) == NULL);
        CHECK_STR(looked(in), "a.csv");
        OK(inbox_move(in, "a.csv", "failed", "line 1: x\n", 10, &fault));
        CHECK_INT(inbox_count(in), 0);
    }
    CHECK(there("failed/a.csv") && there("failed/a.csv.2") && there("failed/a.csv.3"));
    CHECK(there("failed/a.csv.reason.txt") && there("failed/a.csv.3.reason.txt"));
    CHECK(!there("a.csv"));
    put("b.csv", "1");
    OK(inbox_move(in, "b.csv", "done", NULL, 0, &fault));
    CHECK(there("done/b.csv") && !there("done/b.csv.reason.txt"));
    CHECK_INT(inbox_move(in, "c.csv", "done", NULL, 0, &fault), ERR_NOT_FOUND);
    end(in);
}

static void test_a_folder_that_is_not_there(void)
{
    struct inbox *in = inbox_new("/nowhere/at/all", "*");
    OK(inbox_look(in, &fault));
    CHECK_INT(inbox_count(in), 0);
    inbox_free(in);
}

TESTS_MAIN({"a file is taken when it did not change between two looks",
            test_whole_files_only},
           {"links, folders, hidden files and other names are left alone",
            test_what_is_left_alone},
           {"a file is read piece by piece", test_reading},
           {"a file is moved away beside its twins, with its reasons", test_moving},
           {"a folder that is not there yet is empty", test_a_folder_that_is_not_there})
