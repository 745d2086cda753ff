/* printer FOLDER: a printer on a loopback port, whose number it says on stdout. Each
 * connection's bytes become FOLDER/1, FOLDER/2 …; a file FOLDER/jam makes it break off
 * after the first of them. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_somewhere(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(fd, 8) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        exit(1);
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

static void print_job(int from, const char *folder, int number)
{
    char path[4096], part[4096];
    const struct linger at_once = {.l_onoff = 1};
    snprintf(path, sizeof path, "%s/jam", folder);
    const int jams = access(path, F_OK) == 0;
    snprintf(path, sizeof path, "%s/%d", folder, number);
    FILE *paper = fopen(path, "wb");
    if (paper == NULL)
        exit(1);
    for (ssize_t n = read(from, part, jams ? 1 : sizeof part); n > 0;
         n = jams ? 0 : read(from, part, sizeof part))
        fwrite(part, 1, (size_t)n, paper);
    fclose(paper);
    if (jams)
        setsockopt(from, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

int main(int argc, char **argv)
{
    const int listener = listen_somewhere();
    for (int number = 1; argc == 2; number++) {
        const int from = accept(listener, NULL, NULL);
        if (from < 0)
            return 1;
        print_job(from, argv[1], number);
        close(from);
    }
    return 2;
}
