/* An Amazon that says what a test wrote down, word for word.
 *
 *     scripted FOLDER >port
 *
 * The answer to a request is FOLDER/METHOD.NAME, NAME being what follows the version in
 * the path: "GET.purchaseOrders", or "GET.purchaseOrders.status" when a status is asked
 * for; "POST.token" for Login with Amazon. Its first line is the status, perhaps with
 * " close" (no answer at all) or " cut" (the length it announces is longer than what
 * comes); the rest is the body. Where there is none, tokens are given and everything else
 * is 404. Each request is one line in FOLDER/requests. One connection at a time, one
 * request each; it ends after ten minutes, or with its signal.
 */
#define _GNU_SOURCE /* strcasestr */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    LIFE_SECONDS = 600,
    HEAD_MAX = 65536,
    ANSWER_MAX = 64 << 20,
    PATIENCE_SECONDS = 20
};

static char head[HEAD_MAX];
static char answer[ANSWER_MAX];

static void must(int well, const char *what)
{
    if (well)
        return;
    perror(what);
    exit(1);
}

static int open_listener(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    must(fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, 64) == 0,
         "listen");
    must(getsockname(fd, (struct sockaddr *)&at, &len) == 0, "getsockname");
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

/* Reads to the end of the head; returns how much of the body came with it, or -1. */
static long read_head(int fd)
{
    size_t len = 0;
    for (;;) {
        ssize_t n =
            len + 1 < sizeof head ? recv(fd, head + len, sizeof head - 1 - len, 0) : -1;
        if (n <= 0)
            return -1;
        len += (size_t)n;
        head[len] = '\0';
        const char *end = strstr(head, "\r\n\r\n");
        if (end != NULL)
            return (long)(len - (size_t)(end + 4 - head));
    }
}

static void read_body(int fd, long there)
{
    static char piece[65536];
    const char *field = strcasestr(head, "\r\ncontent-length:");
    long left = (field == NULL ? 0 : strtol(field + 17, NULL, 10)) - there;
    while (left > 0) {
        ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n <= 0)
            return;
        left -= n;
    }
}

static int is_version(const char *segment, size_t len)
{
    return (len == 2 && segment[0] == 'v') ||
           (len == 10 && isdigit((unsigned char)segment[0]));
}

/* "GET.purchaseOrders" of the request line. */
static void name_of(char *out, size_t size)
{
    char method[8] = "", path[2048] = "";
    const char *name = "token", *at = path;

    sscanf(head, "%7s %2047s", method, path);
    const bool by_state = strstr(path, "status=") != NULL;
    path[strcspn(path, "?")] = '\0';
    while (at != NULL) {
        const char *segment = at + 1, *next = strchr(segment, '/');
        if (next != NULL && is_version(segment, (size_t)(next - segment)))
            name = next + 1;
        at = next;
    }
    snprintf(out, size, "%s.%.*s%s", method, (int)strcspn(name, "/"), name,
             by_state ? ".status" : "");
}

static size_t load(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    size_t len = fread(answer, 1, sizeof answer - 1, file);
    fclose(file);
    answer[len] = '\0';
    return len;
}

static size_t otherwise(const char *name)
{
    const char *text =
        "404\n{\"errors\":[{\"code\":\"NotFound\",\"message\":\"not there\"}]}";
    if (strcmp(name, "POST.token") == 0)
        text = "200\n{\"access_token\":\"Atza|scripted\",\"token_type\":\"bearer\","
               "\"expires_in\":3600}";
    else if (strcmp(name, "POST.restrictedDataToken") == 0)
        text = "200\n{\"restrictedDataToken\":\"Atz.sprdt|scripted\",\"expiresIn\":3600}";
    return (size_t)snprintf(answer, sizeof answer, "%s", text);
}

static void send_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        data += n;
        len -= (size_t)n;
    }
}

static void reply(int fd, size_t len)
{
    char top[256];
    char *body = memchr(answer, '\n', len);
    must(body != NULL, "an answer needs a first line");
    *body++ = '\0';
    const size_t left = len - (size_t)(body - answer);
    if (strstr(answer, " close") != NULL)
        return;
    int n = snprintf(top, sizeof top,
                     "HTTP/1.1 %.3s Said\r\nContent-Type: application/json\r\n"
                     "x-amzn-RequestId: scripted\r\nContent-Length: %zu\r\n"
                     "Connection: close\r\n\r\n",
                     answer, left + (strstr(answer, " cut") != NULL ? 100 : 0));
    send_all(fd, top, (size_t)n);
    send_all(fd, body, left);
}

static void note(const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/requests", folder);
    FILE *file = fopen(path, "a");
    must(file != NULL, path);
    fprintf(file, "%.*s\n", (int)strcspn(head, "\r"), head);
    fclose(file);
}

static void serve(int fd, const char *folder)
{
    const struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    char name[2100];

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    long there = read_head(fd);
    if (there < 0)
        return;
    read_body(fd, there);
    note(folder);
    name_of(name, sizeof name);
    size_t len = load(folder, name);
    reply(fd, len > 0 ? len : otherwise(name));
    shutdown(fd, SHUT_WR);
}

int main(int argc, char **argv)
{
    must(argc == 2, "usage: scripted FOLDER");
    alarm(LIFE_SECONDS);
    for (int listener = open_listener();;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        serve(fd, argv[1]);
        close(fd);
    }
}
