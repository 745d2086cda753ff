/* An HTTP server that behaves as badly as a test wants: sockets in a thread, no library.
 *
 * It reads whole requests (headers and Content-Length), counts them, and asks a plan what
 * to do with each. */
#ifndef DRAY_TESTS_RAW_SERVER_H
#define DRAY_TESTS_RAW_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RAW_CONNECTIONS = 32, RAW_BUFFER = 256 * 1024 };

enum raw_end { RAW_KEEP, RAW_CLOSE, RAW_RESET };

/* What to do with one request. */
struct raw_step {
    const char *send; /* NULL: nothing */
    enum raw_end then;
    bool at_headers; /* act before the body is read */
    int delay_ms;    /* before sending */
};
typedef struct raw_step raw_plan_fn(int number); /* 0: the first request */

struct raw_connection {
    int fd;
    size_t len;
    char data[RAW_BUFFER];
};

struct raw_server {
    int listener;
    int stop[2];
    uint16_t port;
    raw_plan_fn *plan;
    pthread_t thread;
    atomic_int requests;
    atomic_int connections;
    char last[2048]; /* the head of the last request; read it after raw_stop */
    struct raw_connection at[RAW_CONNECTIONS];
    size_t open;
};

static inline void raw_die(const char *what)
{
    perror(what);
    abort();
}

static inline void raw_close(struct raw_server *s, size_t i, bool reset)
{
    struct linger hard = {1, 0};
    if (reset)
        setsockopt(s->at[i].fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(s->at[i].fd);
    s->open--;
    if (i != s->open)
        memcpy(&s->at[i], &s->at[s->open], sizeof s->at[i]);
}

/* The length of the whole request at the start of the buffer; 0: not known yet. */
static inline size_t raw_request_length(const struct raw_connection *c, size_t *head)
{
    const char *end = NULL;
    for (size_t i = 0; end == NULL && i + 4 <= c->len; i++)
        if (memcmp(c->data + i, "\r\n\r\n", 4) == 0)
            end = c->data + i + 4;
    if (end == NULL)
        return 0;
    *head = (size_t)(end - c->data);
    for (const char *p = c->data; p + 16 < end; p++)
        if (strncasecmp(p, "\nContent-Length:", 16) == 0)
            return *head + (size_t)strtoul(p + 16, NULL, 10);
    return *head;
}

/* Takes one request if there is one. False: the connection is closed. */
static inline bool raw_take(struct raw_server *s, size_t i)
{
    struct raw_connection *c = &s->at[i];
    size_t head = 0, whole = raw_request_length(c, &head);
    if (whole == 0)
        return true;
    struct raw_step step = s->plan(atomic_load(&s->requests));
    if (c->len < whole && !step.at_headers)
        return true;
    size_t shown = head < sizeof s->last ? head : sizeof s->last - 1;
    memcpy(s->last, c->data, shown);
    s->last[shown] = '\0';
    atomic_fetch_add(&s->requests, 1);
    size_t gone = c->len < whole ? c->len : whole;
    memmove(c->data, c->data + gone, c->len - gone);
    c->len -= gone;
    if (step.delay_ms > 0)
        poll(NULL, 0, step.delay_ms);
    if (step.send != NULL && send(c->fd, step.send, strlen(step.send), MSG_NOSIGNAL) < 0)
        perror("send");
    if (step.then == RAW_KEEP)
        return true;
    raw_close(s, i, step.then == RAW_RESET);
    return false;
}

static inline void raw_read(struct raw_server *s, size_t i)
{
    struct raw_connection *c = &s->at[i];
    ssize_t n = recv(c->fd, c->data + c->len, sizeof c->data - c->len, 0);
    if (n <= 0) {
        raw_close(s, i, false);
        return;
    }
    c->len += (size_t)n;
    raw_take(s, i);
}

static inline void raw_accept(struct raw_server *s)
{
    int fd = accept(s->listener, NULL, NULL);
    if (fd < 0)
        raw_die("accept");
    if (s->open == RAW_CONNECTIONS)
        raw_die("too many connections");
    atomic_fetch_add(&s->connections, 1);
    s->at[s->open].fd = fd;
    s->at[s->open++].len = 0;
}

static inline void *raw_run(void *arg)
{
    struct raw_server *s = arg;
    for (;;) {
        struct pollfd fds[RAW_CONNECTIONS + 2] = {{.fd = s->stop[0], .events = POLLIN},
                                                  {.fd = s->listener, .events = POLLIN}};
        size_t open = s->open;
        for (size_t i = 0; i < open; i++)
            fds[i + 2] = (struct pollfd){.fd = s->at[i].fd, .events = POLLIN};
        if (poll(fds, (nfds_t)(open + 2), -1) < 0)
            raw_die("poll");
        if (fds[0].revents != 0)
            return NULL;
        for (size_t i = open; i > 0; i--) /* backwards: closing moves the last one here */
            if (fds[i + 1].revents != 0)
                raw_read(s, i - 1);
        if (fds[1].revents != 0)
            raw_accept(s);
    }
}

static inline struct raw_server *raw_start(raw_plan_fn *plan)
{
    struct raw_server *s = calloc(1, sizeof *s);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->plan = plan;
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->listener < 0 || bind(s->listener, (struct sockaddr *)&address, len) != 0 ||
        listen(s->listener, 64) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&address, &len) != 0 ||
        pipe(s->stop) != 0)
        raw_die("raw server");
    s->port = ntohs(address.sin_port);
    if (pthread_create(&s->thread, NULL, raw_run, s) != 0)
        raw_die("thread");
    return s;
}

/* Ends the thread; the counts and `last` stay readable until raw_free. */
static inline void raw_stop(struct raw_server *s)
{
    if (s->listener < 0)
        return;
    if (write(s->stop[1], "x", 1) != 1)
        raw_die("stop");
    pthread_join(s->thread, NULL);
    while (s->open > 0)
        raw_close(s, 0, false);
    close(s->listener);
    close(s->stop[0]);
    close(s->stop[1]);
    s->listener = -1;
}

static inline void raw_free(struct raw_server *s)
{
    raw_stop(s);
    free(s);
}

#endif
