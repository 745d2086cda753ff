/* A command that fetches credentials: its output, its failures, its time limit. */
#include "check.h"

#include "base/buf.h"
#include "base/clock.h"
#include "net/process.h"

static enum err capture(const char *const *argv, const char *input, size_t max,
                        int64_t timeout_ms, struct buf *out, struct fault *f)
{
    *f = (struct fault){0};
    buf_init(out, max);
    return process_capture(argv, input, input == NULL ? 0 : strlen(input), out,
                           timeout_ms, f);
}

/* Runs `script` in a shell of the test's own. */
static enum err sh(const char *script, const char *input, int64_t timeout_ms,
                   struct buf *out, struct fault *f)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    return capture(argv, input, 65536, timeout_ms, out, f);
}

static void test_output(void)
{
    struct buf out;
    struct fault f;
    const char *const argv[] = {"printf", "%s|", "a b", "$HOME;", NULL};
    CHECK_INT(capture(argv, NULL, 100, 5000, &out, &f), ERR_OK);
    CHECK_STR(buf_str(&out), "a b|$HOME;|"); /* no shell has touched it */
    buf_clear(&out);
}

static void test_input(void)
{
    struct buf out;
    struct fault f;
    const char *const argv[] = {"tr", "a-z", "A-Z", NULL};
    CHECK_INT(capture(argv, "refresh", 100, 5000, &out, &f), ERR_OK);
    CHECK_STR(buf_str(&out), "REFRESH");
    buf_clear(&out);
    CHECK_INT(capture(argv, "", 100, 5000, &out, &f), ERR_OK);
    CHECK_STR(buf_str(&out), "");
    buf_clear(&out);
    CHECK_INT(capture(argv, NULL, 100, 5000, &out, &f), ERR_OK); /* stdin is at its end */
    buf_clear(&out);
}

/* More than a pipe holds, to a program that does not read it. */
static void test_unread_input(void)
{
    struct buf out;
    struct fault f;
    char *input = malloc(300001);
    memset(input, 'x', 300000);
    input[300000] = '\0';
    enum err e = sh("exec 0<&-; echo there", input, 5000, &out, &f);
    free(input);
    CHECK_INT(e, ERR_OK);
    CHECK_STR(buf_str(&out), "there\n");
    buf_clear(&out);
}

static void test_failures(void)
{
    struct buf out;
    struct fault f;
    const char *const missing[] = {"dray-no-such-program", "secret-argument", NULL};
    CHECK_INT(capture(missing, "x", 100, 5000, &out, &f), ERR_NOT_FOUND);
    CHECK_STR(f.text, "there is no program dray-no-such-program");
    buf_clear(&out);
    const char *const folder[] = {"/", NULL};
    CHECK_INT(capture(folder, NULL, 100, 5000, &out, &f), ERR_IO);
    buf_clear(&out);
    CHECK_INT(sh("echo partly; exit 7", NULL, 5000, &out, &f), ERR_IO);
    CHECK_STR(f.text, "sh failed with exit code 7");
    buf_clear(&out);
    CHECK_INT(sh("kill -TERM $$", NULL, 5000, &out, &f), ERR_IO);
    CHECK_STR(f.text, "sh was ended by signal 15");
    buf_clear(&out);
}

static void test_limits(void)
{
    struct buf out;
    struct fault f;
    struct clock *clock = clock_new_real();
    int64_t start = clock_mono_ms(clock);
    enum err slow = sh("exec sleep 30", NULL, 100, &out, &f);
    buf_clear(&out);
    int64_t took = clock_mono_ms(clock) - start;
    clock_free(clock);
    CHECK_INT(slow, ERR_IO);
    CHECK_STR(f.text, "sh did not end in time and was killed");
    CHECK(took >= 100 && took < 5000);
    const char *const endless[] = {"yes", NULL};
    CHECK_INT(capture(endless, NULL, 1000, 5000, &out, &f), ERR_LIMIT);
    CHECK_STR(f.text, "yes printed more than 1000 bytes");
    buf_clear(&out);
}

/* A program that leaves a helper behind, as key agents do: the helper keeps the pipe
 * open. */
static void test_helper_left_behind(void)
{
    struct buf out;
    struct fault f;
    struct clock *clock = clock_new_real();
    int64_t start = clock_mono_ms(clock);
    enum err e = sh("sleep 3 & echo token", NULL, 20000, &out, &f);
    int64_t took = clock_mono_ms(clock) - start;
    clock_free(clock);
    CHECK_INT(e, ERR_OK);
    CHECK_STR(buf_str(&out), "token\n");
    CHECK(took < 2000);
    buf_clear(&out);
}

TESTS_MAIN({"a command's output is gathered, its arguments are not a shell's",
            test_output},
           {"a command can be given its input", test_input},
           {"a command that does not read its input does no harm", test_unread_input},
           {"a missing or failing command is told by name, without its arguments",
            test_failures},
           {"a command that hangs or floods is killed", test_limits},
           {"a helper that a command leaves behind does not hold us",
            test_helper_left_behind})
