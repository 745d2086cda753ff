/* measure LOG COMMAND [ARG...]: runs a command and appends one line to LOG: exit code,
 * wall milliseconds, CPU milliseconds (user and system) and peak memory in KiB. For
 * scripts/bench.sh. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double of_ms(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static int append(const char *path, int code, double wall, const struct rusage *use)
{
    FILE *log = fopen(path, "a");
    if (log == NULL)
        return -1;
    fprintf(log, "%d %.3f %.3f %ld\n", code, wall,
            of_ms(use->ru_utime) + of_ms(use->ru_stime), use->ru_maxrss);
    return fclose(log);
}

int main(int argc, char **argv)
{
    int status;
    struct rusage use;

    if (argc < 3) {
        fprintf(stderr, "usage: measure LOG COMMAND [ARG...]\n");
        return 2;
    }
    const double begin = now_ms();
    const pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    /* its only child, so all children are this one */
    if (child < 0 || waitpid(child, &status, 0) != child ||
        getrusage(RUSAGE_CHILDREN, &use) != 0) {
        perror("measure");
        return 1;
    }
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (append(argv[1], code, now_ms() - begin, &use) != 0) {
        perror(argv[1]);
        return 1;
    }
    return code;
}
