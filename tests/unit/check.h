/* The smallest harness that tells what failed: one program per unit, run by ctest.
 *
 * Tests are static functions; the file ends with TESTS_MAIN({"the reason", function},
 * ...). A failed check ends its test, not the program. */
#ifndef DRAY_TESTS_CHECK_H
#define DRAY_TESTS_CHECK_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test_case {
    const char *reason; /* the business reason, a sentence */
    void (*fn)(void);
};

static jmp_buf check_escape;

#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            printf("  %s:%d: %s\n", __FILE__, __LINE__, #condition);                     \
            longjmp(check_escape, 1);                                                    \
        }                                                                                \
    } while (0)

#define CHECK_STR(got, want)                                                             \
    do {                                                                                 \
        const char *check_got = (got), *check_want = (want);                             \
        if (check_got == NULL || strcmp(check_got, check_want) != 0) {                   \
            printf("  %s:%d: got \"%s\", want \"%s\"\n", __FILE__, __LINE__,             \
                   check_got == NULL ? "(null)" : check_got, check_want);                \
            longjmp(check_escape, 1);                                                    \
        }                                                                                \
    } while (0)

#define CHECK_INT(got, want)                                                             \
    do {                                                                                 \
        long long check_got = (long long)(got), check_want = (long long)(want);          \
        if (check_got != check_want) {                                                   \
            printf("  %s:%d: %s is %lld, want %lld\n", __FILE__, __LINE__, #got,         \
                   check_got, check_want);                                               \
            longjmp(check_escape, 1);                                                    \
        }                                                                                \
    } while (0)

static inline int check_run(const struct test_case *tests, size_t count)
{
    volatile size_t failed = 0; /* survives longjmp */
    for (volatile size_t i = 0; i < count; i = i + 1) {
        if (setjmp(check_escape) == 0) {
            tests[i].fn();
            printf("ok %s\n", tests[i].reason);
        } else {
            printf("NOT OK %s\n", tests[i].reason);
            failed = failed + 1;
        }
        fflush(stdout);
    }
    printf("%zu passed, %zu failed\n", count - failed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* int main(void) with a list of {"reason", function} pairs. */
#define TESTS_MAIN(...)                                                                  \
    int main(void)                                                                       \
    {                                                                                    \
        static const struct test_case tests[] = {__VA_ARGS__};                           \
        return check_run(tests, sizeof tests / sizeof tests[0]);                         \
    }

#endif
