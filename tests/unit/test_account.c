/* Accounts: endpoints, defaults, and secrets from where the project file says. */
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/mem.h"
#include "spapi/account.h"

static void regions(void)
{
    static const char *const all[] = {"na", "eu", "fe"};
    char want[80];
    struct account *a = account_new("acme");
    for (size_t i = 0; i < 3; i++) {
        CHECK_INT(account_set_region(a, all[i], NULL), ERR_OK);
        snprintf(want, sizeof want, "https://sellingpartnerapi-%s.amazon.com", all[i]);
        CHECK_STR(a->endpoint, want);
        CHECK_STR(a->region, all[i]);
        CHECK_STR(a->lwa_url, "https://api.amazon.com/auth/o2/token");
    }
    struct fault f = {0};
    CHECK_INT(account_set_region(a, "us", &f), ERR_INPUT);
    CHECK_STR(f.text, "region: expected \"na\", \"eu\" or \"fe\", got \"us\"");
    CHECK_STR(a->region, "fe");
    account_free(a);
}

static void endpoints(void)
{
    struct account *a = account_new("acme");
    CHECK_INT(account_set_region(a, "na", NULL), ERR_OK);
    CHECK_INT(account_set_endpoint(a, "http://127.0.0.1:8484", NULL), ERR_OK);
    CHECK_STR(a->endpoint, "http://127.0.0.1:8484");
    CHECK_STR(a->lwa_url, "http://127.0.0.1:8484/auth/o2/token");
    CHECK(a->region == NULL);
    CHECK_INT(account_set_endpoint(a, "https://proxy.example.com:444/", NULL), ERR_OK);
    CHECK_STR(a->endpoint, "https://proxy.example.com:444");
    CHECK_STR(a->lwa_url, "https://proxy.example.com:444/auth/o2/token");
    CHECK_INT(account_set_endpoint(a, "http://[::1]:8484", NULL), ERR_OK);
    CHECK_STR(a->lwa_url, "http://[::1]:8484/auth/o2/token");
    account_free(a);
}

static void sandbox(void)
{
    struct account *a = account_new("acme");
    CHECK_INT(
        account_set_endpoint(a, "https://sandbox.sellingpartnerapi-na.amazon.com", NULL),
        ERR_OK);
    CHECK_STR(a->lwa_url, "https://api.amazon.com/auth/o2/token");
    CHECK_INT(account_set_endpoint(a, "https://evilamazon.com", NULL), ERR_OK);
    CHECK_STR(a->lwa_url, "https://evilamazon.com/auth/o2/token");
    account_free(a);
}

static void bad_endpoints(void)
{
    static const char *const bad[] = {"http://sellingpartnerapi-na.amazon.com",
                                      "http://127.0.0.1.example.com",
                                      "ftp://127.0.0.1",
                                      "https://user:pass@host.example.com",
                                      "https://host.example.com/path",
                                      "https://host.example.com?x=1",
                                      "https://host.example.com\n",
                                      "https://",
                                      "sellingpartnerapi-na.amazon.com",
                                      ""};
    struct account *a = account_new("acme");
    struct fault f = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        f.text[0] = '\0';
        CHECK_INT(account_set_endpoint(a, bad[i], &f), ERR_INPUT);
        CHECK(strncmp(f.text, "endpoint: expected", 18) == 0);
    }
    CHECK(a->endpoint == NULL && a->lwa_url == NULL);
    account_free(a);
}

static void defaults(void)
{
    struct account *a = account_new("acme");
    CHECK_STR(a->id, "acme");
    CHECK_STR(a->version, "v1");
    CHECK_INT(a->program, PROGRAM_VENDOR);
    CHECK(a->since_ms == INSTANT_NONE);
    CHECK_INT(a->batch_acknowledgements, 10);
    CHECK_INT(a->batch_labels, 10);
    CHECK_INT(a->batch_confirmations, 1);
    CHECK_INT(a->batch_scans, 1);
    CHECK_INT(a->limits[LIMIT_FLOOR_DENY].count, 0);
    CHECK_INT(a->burst[OP_GET_ORDERS], 0);
    CHECK(a->tokens == NULL && a->quota == NULL);
    account_free(a);
    account_free(NULL);
}

static void warehouses(void)
{
    struct account *a = account_new("acme");
    CHECK_INT(account_set_region(a, "na", NULL), ERR_OK);
    for (int i = 0; i < 20; i++) {
        char code[16];
        snprintf(code, sizeof code, "W%d", i);
        struct warehouse *w = account_add_warehouse(a, code);
        w->scac = mem_text("FDEG");
        CHECK(w->amazon_labels && w->writes == WRITES_OBSERVE && w->weight_value == NULL);
    }
    CHECK_INT(a->warehouse_count, 20);
    CHECK_STR(account_warehouse(a, "W7")->code, "W7");
    CHECK_STR(account_warehouse(a, "W19")->scac, "FDEG");
    CHECK(account_warehouse(a, "W20") == NULL);
    account_free(a);
}

static enum writes writes_of(const char *endpoint)
{
    struct account *a = account_new("acme");
    CHECK_INT(account_set_endpoint(a, endpoint, NULL), ERR_OK);
    enum writes writes = account_add_warehouse(a, "ABCD")->writes;
    account_free(a);
    return writes;
}

static void writes(void)
{
    CHECK_INT(writes_of("http://127.0.0.1:8484"), WRITES_LIVE);
    CHECK_INT(writes_of("https://localhost:8484"), WRITES_LIVE);
    CHECK_INT(writes_of("http://[::1]:8484"), WRITES_LIVE);
    CHECK_INT(writes_of("https://sellingpartnerapi-eu.amazon.com"), WRITES_OBSERVE);
    CHECK_INT(writes_of("https://127.0.0.1.example.com"), WRITES_OBSERVE);
    struct account *a = account_new("acme");
    CHECK_INT(account_add_warehouse(a, "ABCD")->writes, WRITES_OBSERVE);
    account_free(a);
}

static void limit_names(void)
{
    CHECK_STR(limit_name(LIMIT_ACCEPT), "accept");
    CHECK_STR(limit_name(LIMIT_LABEL), "request_label");
    CHECK_STR(limit_name(LIMIT_FLOOR_DENY), "floor_deny");
    CHECK_STR(limit_name(LIMIT_SCAN), "scan");
}

/* Reads a command's output as a secret; NULL and the sentence in *f when that fails. */
static const char *command(const char *script, struct fault *f)
{
    static struct secret secret;
    static char shell[] = "sh", flag[] = "-c";
    char text[200];
    snprintf(text, sizeof text, "%s", script);
    char *argv[] = {shell, flag, text, NULL};
    struct source s = {.kind = SOURCE_COMMAND, .argv = argv};
    secret_clear(&secret);
    *f = (struct fault){0};
    enum err e = source_read(&s, "acme: refreshToken", &secret, f);
    CHECK_INT(e, f->code);
    return e == ERR_OK ? secret_reveal(&secret) : NULL;
}

static void secret_from_command(void)
{
    struct fault f;
    CHECK_STR(command("printf 'Atzr|abc\\n'", &f), "Atzr|abc");
    CHECK_STR(command("printf 'Atzr|abc\\r\\n'", &f), "Atzr|abc");
    CHECK_STR(command("printf ' padded '", &f), " padded ");
    CHECK(command("exit 3", &f) == NULL);
    CHECK(strncmp(f.text, "acme: refreshToken: ", 20) == 0 &&
          strchr(f.text, '3') != NULL);
    CHECK(command("true", &f) == NULL);
    CHECK_STR(f.text, "acme: refreshToken: the command printed nothing");
    CHECK(command("printf 'a\\nb\\n'", &f) == NULL);
    CHECK_STR(f.text, "acme: refreshToken: the command printed more than one line");
    CHECK(command("head -c 100000 /dev/zero", &f) == NULL);
    CHECK_INT(f.code, ERR_LIMIT);
}

static void secret_from_a_file(void)
{
    char path[] = "/tmp/dray-account-XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    CHECK_INT(write(fd, "s3cret\n", 7), 7);
    close(fd);
    struct secret secret = {0};
    struct fault f = {0};
    struct source s = {.kind = SOURCE_FILE, .name = path};
    enum err good = source_read(&s, "clientSecret", &secret, &f);
    bool same = good == ERR_OK && strcmp(secret_reveal(&secret), "s3cret") == 0;
    secret_clear(&secret);
    chmod(path, 0644);
    enum err open_to_all = source_read(&s, "clientSecret", &secret, &f);
    unlink(path);
    CHECK(same);
    CHECK_INT(open_to_all, ERR_DENIED);
    CHECK(strncmp(f.text, "clientSecret: ", 14) == 0 && strstr(f.text, "s3cret") == NULL);
    CHECK(!secret_there(&secret));
}

static void secret_from_the_environment(void)
{
    char variable[] = "PATH", missing[] = "DRAY_TEST_NO_SUCH_VARIABLE";
    struct secret secret = {0};
    struct fault f = {0};
    struct source s = {.kind = SOURCE_ENV, .name = variable};
    CHECK_INT(source_read(&s, "clientSecret", &secret, &f), ERR_OK);
    CHECK_STR(secret_reveal(&secret), getenv("PATH"));
    secret_clear(&secret);
    s.name = missing;
    CHECK_INT(source_read(&s, "clientSecret", &secret, &f), ERR_NOT_FOUND);
    CHECK(strncmp(f.text, "clientSecret: ", 14) == 0);
    struct source none = {.kind = SOURCE_NONE};
    CHECK_INT(source_read(&none, "clientSecret", &secret, &f), ERR_NOT_FOUND);
    CHECK_STR(f.text, "clientSecret: not given; use env, file or command");
}

static void owned_sources(void)
{
    struct account *a = account_new("acme");
    a->credentials.client_id = mem_text("amzn1.application-oa2-client.example");
    a->credentials.client_secret =
        (struct source){.kind = SOURCE_ENV, .name = mem_text("X")};
    char **argv = mem_array(3, sizeof *argv);
    argv[0] = mem_text("pass");
    argv[1] = mem_text("show");
    a->credentials.refresh_token = (struct source){.kind = SOURCE_COMMAND, .argv = argv};
    account_free(a); /* the sanitizer tells what is forgotten */
}

TESTS_MAIN(
    {"each region has Amazon's endpoint and token server", regions},
    {"an endpoint of one's own answers for its own tokens", endpoints},
    {"Amazon's sandbox takes Amazon's tokens, a look-alike does not get them", sandbox},
    {"plain http leaves this machine never, and a URL is no hiding place", bad_endpoints},
    {"an account begins with the documented defaults", defaults},
    {"warehouses are found by code, however many there are", warehouses},
    {"nothing is written to Amazon until somebody asks for it", writes},
    {"limits are named like the verbs", limit_names},
    {"a password store's output is a secret, without its line end", secret_from_command},
    {"a secret file that others can read is refused", secret_from_a_file},
    {"a secret from the environment", secret_from_the_environment},
    {"an account frees what it owns", owned_sources})
