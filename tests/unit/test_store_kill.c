/* kill -9 at any moment: what a commit reported is there, and everything is whole.
 *
 * A child writes rounds and tells each commit through a pipe; it is killed without
 * warning, again and again on the same file. DRAY_TEST_DEEP in the environment kills ten
 * times as often. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "store_help.h"

enum { KILLS = 30, DEEP_KILLS = 300, PER_ROUND = 5 };

static void give_up(const char *what)
{
    fprintf(stderr, "  the child failed at %s: %s\n", what, fault.text);
    _exit(1);
}

#define MUST(call)                                                                       \
    do {                                                                                 \
        if ((call) != ERR_OK)                                                            \
            give_up(#call);                                                              \
    } while (0)

/* One order with one effect that moves, in a slice. */
static void write_order(struct store *s, int64_t round, int n)
{
    char name[40];
    static char body[3000];
    memset(body, 'b', sizeof body);
    snprintf(name, sizeof name, "PO%lld-%d", (long long)round, n);
    struct record r = {.account = "a",
                       .name = name,
                       .body = body,
                       .body_len = sizeof body,
                       .ordered_ms = round};
    struct digest d = {{1}};
    enum record_change change;
    MUST(record_put(s, &r, &d, &change, &fault));
    struct effect e = an_effect(r.id, name);
    MUST(effect_add(s, &e, &fault));
    struct effect_change c = {.to = EFFECT_SENDING, .next_ms = 1, .sent = true};
    MUST(effect_move(s, &e, &c, &fault));
}

static void write_round(struct store *s, struct random *r, int64_t round)
{
    for (int n = 0; n < PER_ROUND; n++) {
        MUST(store_slice_begin(s, &fault));
        write_order(s, round, n);
        MUST(store_slice_keep(s, &fault));
        if (random_below(r, 3) == 0) { /* what is undone must not come back */
            MUST(store_slice_begin(s, &fault));
            write_order(s, round, PER_ROUND + n);
            MUST(store_slice_undo(s, &fault));
        }
    }
    MUST(cursor_set(s, "", "round", round, &fault));
}

/* Never returns: writes rounds until it is killed. */
static void write_for_ever(int tell, uint64_t seed)
{
    int64_t round = 0;
    struct random *r = random_new_seeded(seed);
    struct store *s = store_open(folder, STORE_OWN, a_clock, &fault);
    if (s == NULL)
        give_up("store_open");
    enum err e = cursor_get(s, "", "round", &round, &fault);
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        give_up("cursor_get");
    for (;;) {
        write_round(s, r, ++round);
        MUST(store_commit(s, &fault));
        if (write(tell, &round, sizeof round) != sizeof round)
            give_up("write");
        store_tidy(s, random_below(r, 8) == 0);
    }
}

/* Reads what was told until the pipe ends. */
static int64_t last_told(int from, int64_t told)
{
    int64_t round;
    while (read(from, &round, sizeof round) == (ssize_t)sizeof round)
        told = round;
    close(from);
    return told;
}

static int64_t killed_writer(struct random *r, int64_t told)
{
    int ends[2], status = 0;
    CHECK(pipe(ends) == 0);
    uint64_t seed = random_next(r);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        write_for_ever(ends[1], seed);
    }
    close(ends[1]);
    struct timespec pause = {0, (long)random_below(r, 60) * 1000000 +
                                    (long)random_below(r, 1000000)};
    nanosleep(&pause, NULL);
    kill(pid, SIGKILL);
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFSIGNALED(status));
    return last_told(ends[0], told);
}

static void check_after(int64_t told)
{
    int64_t round = 0, orders = -1, sending = -1;
    struct store *s = own();
    enum err e = cursor_get(s, "", "round", &round, &fault);
    CHECK(e == ERR_OK || (e == ERR_NOT_FOUND && told == 0));
    CHECK(round >= told);
    OK(record_count(s, &(struct record_filter){0}, &orders, &fault));
    CHECK_INT(orders, PER_ROUND * round);
    OK(effect_count(s, &(struct effect_filter){.states = 1U << EFFECT_SENDING}, &sending,
                    &fault));
    CHECK_INT(sending, PER_ROUND * round);
    CHECK_INT(entries(s), 2 * PER_ROUND * round);
    verified(s);
    store_close(s);
}

static void test_kill(void)
{
    const char *deep = getenv("DRAY_TEST_DEEP");
    int kills = deep != NULL && deep[0] != '\0' ? DEEP_KILLS : KILLS;
    struct random *seconds = random_new_seeded((uint64_t)time(NULL));
    int64_t told = 0;
    fresh_folder();
    for (int i = 0; i < kills; i++) {
        if (i % 50 == 0) { /* also kill the making of the file, and keep the file small */
            fresh_folder();
            told = 0;
        }
        told = killed_writer(seconds, told);
        check_after(told);
    }
    CHECK(told > 0);
    random_free(seconds);
    fresh_folder();
    clock_free(a_clock);
}

TESTS_MAIN({"what a commit reported survives kill -9, and nothing is half there",
            test_kill})
