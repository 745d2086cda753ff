/* A printer's port: a socket of the test's own takes the bytes, or does not. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

#include "base/clock.h"
#include "net/loop.h"
#include "net/raw.h"

/* ---- a printer ---- */

enum behaviour { TAKES, TAKES_AND_STAYS, HANGS_UP, READS_NOTHING };

static struct printer {
    int listener;
    char to[32];
    enum behaviour behaviour;
    size_t taken;
    unsigned sum; /* of the bytes that were taken */
    pthread_t thread;
    int stop[2]; /* its other end is closed when the test is over */
} printer;

static void take_all(int fd)
{
    char part[4096];
    for (ssize_t n = read(fd, part, sizeof part); n > 0;
         n = read(fd, part, sizeof part)) {
        for (ssize_t i = 0; i < n; i++)
            printer.sum = printer.sum * 31 + (unsigned char)part[i];
        printer.taken += (size_t)n;
    }
}

static void take_a_bit(int fd)
{
    char part[64];
    CHECK(read(fd, part, sizeof part) > 0);
}

static void wait_for_the_end(void)
{
    char c;
    CHECK(read(printer.stop[0], &c, 1) == 0);
}

/* The connection, or -1 when the test is over before one came. */
static int next_connection(void)
{
    struct pollfd either[] = {{.fd = printer.listener, .events = POLLIN},
                              {.fd = printer.stop[0], .events = POLLIN}};
    poll(either, 2, -1);
    return either[0].revents != 0 ? accept(printer.listener, NULL, NULL) : -1;
}

static void *serve(void *arg)
{
    struct linger at_once = {.l_onoff = 1};
    int fd = next_connection();
    (void)arg;
    if (fd < 0)
        return NULL;
    switch (printer.behaviour) {
    case TAKES:
        take_all(fd);
        break;
    case TAKES_AND_STAYS:
        take_all(fd);
        wait_for_the_end();
        break;
    case HANGS_UP:
        take_a_bit(fd);
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        break;
    case READS_NOTHING:
        wait_for_the_end();
        break;
    }
    close(fd);
    return NULL;
}

static void listen_somewhere(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int small = 4096;
    printer.listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(printer.listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    CHECK(bind(printer.listener, (struct sockaddr *)&at, sizeof at) == 0);
    CHECK(listen(printer.listener, 1) == 0);
    CHECK(getsockname(printer.listener, (struct sockaddr *)&at, &len) == 0);
    snprintf(printer.to, sizeof printer.to, "127.0.0.1:%d", ntohs(at.sin_port));
}

static void switch_on(enum behaviour behaviour)
{
    printer = (struct printer){.behaviour = behaviour};
    listen_somewhere();
    CHECK(pipe(printer.stop) == 0);
    CHECK(pthread_create(&printer.thread, NULL, serve, NULL) == 0);
}

static void switch_off(void)
{
    close(printer.stop[1]);
    pthread_join(printer.thread, NULL);
    close(printer.stop[0]);
    close(printer.listener);
}

/* ---- dray's side ---- */

static char page[3000000];

static struct raw_end send_page(size_t len, const struct raw_job *limits)
{
    struct clock *clock = clock_new_virtual(0); /* its time does not pass meanwhile */
    struct loop *loop = loop_new(clock);
    struct raw_job job = *limits;
    struct raw_end end = {0};
    job.data = page;
    job.len = len;
    struct raw *r = raw_send(loop, &job);
    while (!raw_ended(r, &end))
        loop_turn(loop, INT64_MAX);
    raw_free(r);
    CHECK(clock_mono_ms(clock) == 0);
    CHECK(!loop_held(loop));
    loop_free(loop);
    clock_free(clock);
    return end;
}

static void fill_page(void)
{
    for (size_t i = 0; i < sizeof page; i++)
        page[i] = (char)(i * 7 + i / 251);
}

static void check_taken(size_t len)
{
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++)
        sum = sum * 31 + (unsigned char)page[i];
    CHECK_INT(printer.taken, len);
    CHECK_INT(printer.sum, sum);
}

static void whole_pages(void)
{
    static const size_t sizes[] = {1, 65536, 65537, 3000000};
    fill_page();
    for (size_t i = 0; i < 4; i++) {
        switch_on(TAKES);
        struct raw_end end = send_page(sizes[i], &(struct raw_job){.to = printer.to});
        switch_off();
        CHECK(end.well && end.written == sizes[i]);
        check_taken(sizes[i]);
    }
}

static void stays_open(void)
{
    switch_on(TAKES_AND_STAYS);
    struct raw_end end =
        send_page(1000, &(struct raw_job){.to = printer.to, .farewell_ms = 50});
    switch_off();
    CHECK(end.well);
    check_taken(1000);
}

static void nobody_there(void)
{
    listen_somewhere();
    close(printer.listener); /* a port at which nobody listens */
    struct raw_end end = send_page(1000, &(struct raw_job){.to = printer.to});
    CHECK(!end.well && end.written == 0);
    CHECK(strstr(end.fault.text, printer.to) != NULL);
    CHECK(strstr(end.fault.text, "cannot be reached: connection refused") != NULL);
}

static void no_address(void)
{
    static const char *const wrong[] = {"9100", ":9100", "127.0.0.1:", "[]:9100",
                                        "127.0.0.1:zpl"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct raw_end end = send_page(10, &(struct raw_job){.to = wrong[i]});
        CHECK(!end.well && end.written == 0);
        CHECK(strstr(end.fault.text, "address") != NULL);
    }
}

static void breaks_off(void)
{
    switch_on(HANGS_UP);
    struct raw_end end = send_page(sizeof page, &(struct raw_job){.to = printer.to});
    switch_off();
    CHECK(!end.well && end.written > 0);
    CHECK(strstr(end.fault.text, "broke off") != NULL);
}

static void stalls(void)
{
    switch_on(READS_NOTHING);
    struct raw_end end =
        send_page(sizeof page, &(struct raw_job){.to = printer.to, .stall_ms = 100});
    switch_off();
    CHECK(!end.well && end.written > 0 && end.written < sizeof page);
    CHECK(strstr(end.fault.text, "out of paper") != NULL);
}

static void given_up(void)
{
    struct clock *clock = clock_new_real();
    for (int turns = 0; turns < 4; turns++) {
        struct loop *loop = loop_new(clock);
        switch_on(READS_NOTHING);
        struct raw *r = raw_send(
            loop, &(struct raw_job){.to = printer.to, .data = page, .len = sizeof page});
        for (int i = 0; i < turns; i++)
            loop_turn(loop, clock_mono_ms(clock) + 20);
        raw_free(r);
        switch_off();
        loop_free(loop); /* asserts that nothing is left */
    }
    clock_free(clock);
}

TESTS_MAIN({"a page arrives byte by byte, also a large one", whole_pages},
           {"a printer that keeps the connection open has printed", stays_open},
           {"a printer that is off got nothing", nobody_there},
           {"what is no address is said", no_address},
           {"a printer that breaks off got something", breaks_off},
           {"a printer that takes no more is not waited for for ever", stalls},
           {"a print that is given up leaves nothing behind", given_up})
