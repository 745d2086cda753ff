/* Sockets of this machine: found in deep folders, closed to others, in place of what a
 * killed process left. */
#include "check.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/local.h"
#include "net_world.h"

struct place {
    struct world world;
    char folder[400];
    int seen;
    bool from_owner;
};

static void on_request(void *arg, struct server_request *r)
{
    struct place *p = arg;
    p->seen++;
    p->from_owner = server_from_owner(r);
    server_answer(r, 200, NULL, 0, "here", 4, SERVER_FINE);
}

static void open_place(struct place *p, const char *below)
{
    *p = (struct place){0};
    world_open(&p->world);
    snprintf(p->folder, sizeof p->folder, "/tmp/dray-local-XXXXXX");
    CHECK(mkdtemp(p->folder) != NULL);
    if (below[0] == '\0')
        return;
    size_t len = strlen(p->folder);
    snprintf(p->folder + len, sizeof p->folder - len, "/%s", below);
    CHECK(mkdir(p->folder, 0700) == 0);
}

static void listen_there(struct place *p)
{
    struct fault f = {0};
    const int descriptor = local_listen(p->folder, "socket", &f);
    CHECK_STR(f.text, "");
    CHECK(descriptor >= 0);
    p->world.server =
        server_new_local(p->world.loop, descriptor, 1000, on_request, p, &f);
    CHECK(p->world.server != NULL);
}

static void close_place(struct place *p)
{
    char command[500];
    local_remove(p->folder, "socket");
    world_close(&p->world);
    snprintf(command, sizeof command, "rm -r '%.22s'", p->folder);
    CHECK_INT(system(command), 0);
}

static void ask_there(struct place *p, struct got *got)
{
    struct fault f;
    struct local_path path;
    CHECK_INT(local_path(&path, p->folder, "socket", &f), ERR_OK);
    const struct http_request request = {.method = "POST",
                                         .url = "http://localhost/v1/x",
                                         .socket = path.text,
                                         .body = "{}",
                                         .body_len = 2,
                                         .write = true,
                                         .timeout_ms = 5000};
    CHECK(world_ask(&p->world, &request, got));
    local_path_clear(&path);
}

static void test_ask(void)
{
    struct place p;
    struct got got = {0};
    open_place(&p, "");
    listen_there(&p);
    ask_there(&p, &got);
    CHECK_INT(got.reply.status, 200);
    CHECK_STR(got.body, "here");
    CHECK_INT(p.seen, 1);
    CHECK(p.from_owner);
    got_clear(&got);
    close_place(&p);
}

static void test_mode(void)
{
    struct place p;
    struct stat st;
    char path[500];
    open_place(&p, "");
    listen_there(&p);
    snprintf(path, sizeof path, "%s/socket", p.folder);
    CHECK_INT(stat(path, &st), 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    close_place(&p);
}

static void test_deep(void)
{
    struct place p;
    struct got got = {0};
    char name[201];
    memset(name, 'd', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    open_place(&p, name);
    listen_there(&p);
    ask_there(&p, &got);
    CHECK_STR(got.body, "here");
    got_clear(&got);
    close_place(&p);
}

static void test_stale(void)
{
    struct place p;
    struct got got = {0};
    struct fault f;
    open_place(&p, "");
    const int dead = local_listen(p.folder, "socket", &f);
    CHECK(dead >= 0);
    close(dead); /* as a kill does: the name stays */
    ask_there(&p, &got);
    CHECK_INT(got.reply.outcome, HTTP_NOT_SENT);
    listen_there(&p);
    ask_there(&p, &got);
    CHECK_STR(got.body, "here");
    got_clear(&got);
    close_place(&p);
}

static void test_nobody(void)
{
    struct place p;
    struct got got = {0};
    open_place(&p, "");
    ask_there(&p, &got);
    CHECK_INT(got.reply.outcome, HTTP_NOT_SENT);
    got_clear(&got);
    close_place(&p);
}

/* A descriptor that somebody else's process holds is told by its user. */
static void test_stranger(void)
{
    struct place p;
    char path[500];
    if (geteuid() != 0) {
        printf("  only root can become somebody else\n");
        return;
    }
    open_place(&p, "");
    listen_there(&p);
    snprintf(path, sizeof path, "%s/socket", p.folder);
    CHECK_INT(chmod(p.folder, 0777), 0);
    CHECK_INT(chmod(path, 0777), 0);
    const pid_t child = fork();
    if (child == 0) {
        if (setuid(65534) != 0)
            _exit(2);
        struct clock *clock = clock_new_real();
        struct loop *loop = loop_new(clock);
        struct world w = {clock, loop, http_client_new(loop, "x"), NULL};
        struct got got = {0};
        const struct http_request request = {.method = "GET",
                                             .url = "http://localhost/",
                                             .socket = path,
                                             .timeout_ms = 5000};
        _exit(world_ask(&w, &request, &got) && got.reply.status == 200 ? 0 : 1);
    }
    p.from_owner = true;
    CHECK(world_run(&p.world, &p.seen, 1));
    CHECK(!p.from_owner);
    int status = -1;
    for (int i = 0; i < 500 && waitpid(child, &status, WNOHANG) == 0; i++) {
        loop_turn(p.world.loop, clock_mono_ms(p.world.clock) + 10);
        world_drain(&p.world);
    }
    CHECK_INT(status, 0);
    close_place(&p);
}

TESTS_MAIN({"who asks on the socket is answered, and known as its owner", test_ask},
           {"only its user may open the socket", test_mode},
           {"a folder may be deeper than a socket's name may be long", test_deep},
           {"what a killed process left is replaced", test_stale},
           {"where nobody listens nothing was sent", test_nobody},
           {"another user's request is told apart", test_stranger})
