/* Secrets: where they come from, and that they do not come back in sentences. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

#include "base/mem.h"
#include "base/secret.h"

static char path[] = "/tmp/dray-secret-XXXXXX";

/* Writes the test's file; made once. */
static void write_file(const char *text, size_t len, mode_t mode)
{
    static bool made;
    int fd = made ? open(path, O_WRONLY | O_TRUNC) : mkstemp(path);
    CHECK(fd >= 0);
    made = true;
    CHECK(write(fd, text, len) == (ssize_t)len);
    CHECK(fchmod(fd, mode) == 0);
    close(fd);
}

static void lives_and_goes(void)
{
    struct secret s = {0}, copy = {0};
    CHECK(!secret_there(&s));
    CHECK_STR(secret_reveal(&s), "");
    secret_set(&s, "Atzr|abc", 8);
    secret_copy(&copy, &s);
    secret_copy(&copy, &copy); /* itself */
    secret_clear(&s);
    CHECK(!secret_there(&s) && s.text == NULL);
    CHECK(secret_there(&copy));
    CHECK_STR(secret_reveal(&copy), "Atzr|abc");
    CHECK_INT(copy.len, 8);
    secret_copy(&copy, &s);
    CHECK(!secret_there(&copy));
}

static void comes_from_a_private_file(void)
{
    struct secret s = {0};
    struct fault f = {0};
    write_file("Atzr|first\r\nsecond\n", 19, 0600);
    CHECK_INT(secret_from_file(&s, path, &f), ERR_OK);
    CHECK_STR(secret_reveal(&s), "Atzr|first");
    write_file("no line end", 11, 0400);
    chmod(path, 0600);
    CHECK_INT(secret_from_file(&s, path, &f), ERR_OK);
    CHECK_STR(secret_reveal(&s), "no line end");
    secret_clear(&s);
}

static void careless_files_are_refused(void)
{
    struct secret s = {0};
    struct fault f = {0};
    char *large = mem_new(20000);
    memset(large, 'x', 20000);
    const mode_t open_modes[] = {0640, 0604, 0620, 0601};
    for (size_t i = 0; i < 4; i++) {
        write_file("Atzr|x\n", 7, open_modes[i]);
        CHECK_INT(secret_from_file(&s, path, &f), ERR_DENIED);
        CHECK(strstr(f.text, "chmod 600") != NULL);
    }
    write_file("\nsecond", 7, 0600);
    CHECK_INT(secret_from_file(&s, path, &f), ERR_INPUT);
    write_file("a\0b\n", 4, 0600);
    CHECK_INT(secret_from_file(&s, path, &f), ERR_INPUT);
    write_file(large, 20000, 0600);
    CHECK_INT(secret_from_file(&s, path, &f), ERR_LIMIT);
    CHECK_INT(secret_from_file(&s, "/nowhere/secret", &f), ERR_NOT_FOUND);
    CHECK_INT(secret_from_file(&s, "/tmp", &f), ERR_INPUT);
    CHECK(!secret_there(&s));
    unlink(path);
    free(large);
}

static void comes_from_the_environment(void)
{
    struct secret s = {0};
    struct fault f = {0};
    setenv("DRAY_TEST_SECRET", "hush", 1);
    CHECK_INT(secret_from_env(&s, "DRAY_TEST_SECRET", &f), ERR_OK);
    CHECK_STR(secret_reveal(&s), "hush");
    setenv("DRAY_TEST_SECRET", "", 1);
    CHECK_INT(secret_from_env(&s, "DRAY_TEST_SECRET", &f), ERR_NOT_FOUND);
    CHECK_STR(f.text, "the environment variable DRAY_TEST_SECRET is not set");
    secret_clear(&s);
}

static void check_redacted(const char *text, const char *want)
{
    char *copy = mem_text(text);
    CHECK(secret_redact(copy) == copy);
    CHECK_STR(copy, want);
    free(copy);
}

static void tokens_are_redacted(void)
{
    check_redacted("plain words, 100% of them", "plain words, 100% of them");
    check_redacted("", "");
    check_redacted("the token Atza|IwEBIA-x_y.z~+/= is bad", "the token [secret] is bad");
    check_redacted("Atzr|IwEBIAxyz", "[secret]");
    check_redacted("{\"token\":\"Atz.sprdt|AYABeE\",\"a\":1}",
                   "{\"token\":\"[secret]\",\"a\":1}");
    check_redacted("refresh_token=Atzr%7CIwEBI&x=1", "refresh_token=[secret]&x=1");
    check_redacted("client amzn1.oa2-cs.v1.0123456789abcdef!", "client [secret]!");
    check_redacted("amzn1.application-oa2-client.0123",
                   "amzn1.application-oa2-client.0123");
    check_redacted("Atza|a Atza|", "****** Atza|");
    check_redacted("X-Amz-Signature=0123456789 end", "X-Amz-Signature=[secret] end");
}

static void signed_urls_are_redacted(void)
{
    check_redacted(
        "get https://b.s3.amazonaws.com/k/label.pdf?X-Amz-Date=1&X-Amz-Signature=ab now",
        "get https://b.s3.amazonaws.com/[secret] now");
    check_redacted("\"https://d.cloudfront.net/x?Expires=1&Signature=Zz&Key-Pair-Id=K\",",
                   "\"https://d.cloudfront.net/[secret]\",");
    check_redacted("HTTP://h/p?x-amz-security-token=IQ", "HTTP://h/[secret]");
    check_redacted(
        "see https://developer-docs.amazon.com/sp-api?x=1 and http://h/?Signature=z",
        "see https://developer-docs.amazon.com/sp-api?x=1 and http://h/[secret]");
    check_redacted("https://h/p/Atza|0123456789?a=b", "https://h/p/[secret]?a=b");
    check_redacted("https://", "https://");
    check_redacted("https://h and /p?Signature=0123456789",
                   "https://h and /p?Signature=[secret]");
}

static void redacting_long_text_is_quick(void)
{
    enum { LEN = 1 << 20 };
    char *text = mem_new(LEN + 1);
    for (size_t i = 0; i < LEN; i++)
        text[i] = "http://"[i % 7];
    CHECK(secret_redact(text) == text);
    CHECK_INT(strlen(text), LEN);
    free(text);
}

TESTS_MAIN({"a secret is copied, moved and cleansed", lives_and_goes},
           {"a secret is the first line of a private file", comes_from_a_private_file},
           {"a file that others can read is refused", careless_files_are_refused},
           {"a secret comes from the environment", comes_from_the_environment},
           {"tokens in Amazon's sentences are masked", tokens_are_redacted},
           {"signed URLs keep their host only", signed_urls_are_redacted},
           {"a long hostile text is masked in linear time", redacting_long_text_is_quick})
