/* post SOCKET PATH: sends stdin as the body of a POST to a local socket and prints what
 * comes back.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static char body[8 << 20], head[400];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 3)
        return 2;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    const size_t len = fread(body, 1, sizeof body, stdin);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        return 1;
    const int n = snprintf(head, sizeof head,
                           "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n"
                           "Connection: close\r\n\r\n",
                           argv[2], len);
    if (write(fd, head, (size_t)n) != n)
        return 1;
    for (size_t at = 0; at < len;) {
        const ssize_t sent = write(fd, body + at, len - at);
        if (sent <= 0)
            break; /* an early answer */
        at += (size_t)sent;
    }
    for (ssize_t got = read(fd, body, sizeof body); got > 0;
         got = read(fd, body, sizeof body))
        fwrite(body, 1, (size_t)got, stdout);
    return 0;
}
