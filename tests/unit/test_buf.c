/* Buffers, arenas, memory and faults: what everything else stands on. */
#include <errno.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/mem.h"

static void buffer_grows(void)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    CHECK_STR(buf_str(&b), "");
    for (int i = 0; i < 1000; i++)
        buf_format(&b, "%d,", i % 10);
    CHECK_INT(b.len, 2000);
    CHECK(memcmp(b.data, "0,1,2,", 6) == 0 && b.data[b.len] == '\0');
    buf_drop(&b, 1995);
    CHECK_STR(buf_str(&b), ",8,9,");
    buf_drop(&b, 100);
    CHECK_STR(buf_str(&b), "");
    CHECK(buf_ok(&b));
    buf_clear(&b);
}

static void maximum_is_kept(void)
{
    struct buf b;
    buf_init(&b, 5);
    buf_text(&b, "12345");
    CHECK(buf_ok(&b));
    buf_char(&b, '6');
    CHECK(!buf_ok(&b));
    buf_add(&b, "", 0);
    CHECK_STR(buf_str(&b), "12345");
    CHECK(!buf_ok(&b)); /* once and for all */
    buf_reset(&b);
    CHECK(buf_ok(&b) && b.len == 0);
    buf_text(&b, "123456");
    CHECK_STR(buf_str(&b), "");
    CHECK(buf_room(&b, SIZE_MAX) == NULL);
    buf_clear(&b);
    CHECK_INT(b.max, 5);
}

static void room_and_take(void)
{
    struct buf b;
    size_t len;
    buf_init(&b, 100);
    char *to = buf_room(&b, 3);
    memcpy(to, "abc", 3);
    b.len += 3;
    CHECK_STR(buf_str(&b), "abc");
    char *text = buf_take(&b, &len);
    CHECK_STR(text, "abc");
    CHECK_INT(len, 3);
    CHECK(b.data == NULL && b.len == 0);
    free(text);
    text = buf_take(&b, NULL);
    CHECK_STR(text, "");
    free(text);
}

static void long_format(void)
{
    struct buf b;
    buf_init(&b, 10000);
    buf_format(&b, "%0*d|%s", 999, 1, "x");
    CHECK_INT(b.len, 1001);
    CHECK_STR(b.data + 998, "1|x");
    buf_format(&b, "%0*d", 9001, 1);
    CHECK(!buf_ok(&b));
    CHECK_INT(b.len, 1001);
    buf_clear(&b);
}

static void arena_pieces(void)
{
    struct arena a;
    static char *pieces[2000];
    arena_init(&a);
    for (size_t i = 0; i < 2000; i++) {
        size_t size = i % 50 == 0 ? 20000 + i * 200 : i % 97;
        pieces[i] = arena_new(&a, size + 1);
        CHECK((uintptr_t)pieces[i] % _Alignof(max_align_t) == 0);
        for (size_t j = 0; j <= size; j++)
            CHECK(pieces[i][j] == 0);
        memset(pieces[i], (int)(i % 100 + 1), size + 1);
    }
    for (size_t i = 0; i < 2000; i++) /* nobody wrote over anybody */
        CHECK_INT(pieces[i][0], i % 100 + 1);
    CHECK(a.used >= 2000);
    arena_reset(&a);
    CHECK_INT(a.used, 0);
    CHECK_STR(arena_format(&a, "%s-%d", "PO", 7), "PO-7");
    CHECK_STR(arena_text(&a, "abc"), "abc");
    char *copy = arena_copy(&a, "a\0b", 3);
    CHECK(memcmp(copy, "a\0b", 4) == 0);
    arena_clear(&a);
    arena_reset(&a);
    arena_clear(&a);
}

static void lists_grow(void)
{
    enum { MEMBERS = 1000 };
    struct arena a;
    int *heap = NULL, *in_arena = NULL;
    size_t heap_room = 0, arena_room = 0;
    arena_init(&a);
    for (size_t i = 0; i < MEMBERS; i++) {
        heap = mem_grow(heap, i, &heap_room, sizeof *heap);
        in_arena = arena_grow(&a, in_arena, i, &arena_room, sizeof *in_arena);
        CHECK(heap_room > i && arena_room > i);
        CHECK_INT(in_arena[i], 0);
        heap[i] = in_arena[i] = (int)i;
    }
    for (int i = 0; i < MEMBERS; i++) /* nothing was lost on the way */
        CHECK(heap[i] == i && in_arena[i] == i);
    CHECK(heap_room < 2 * (size_t)MEMBERS + 16);
    free(heap);
    arena_clear(&a);
}

static void memory_copies(void)
{
    char *text = mem_text("dray"), *part = mem_copy("dray", 2);
    CHECK_STR(text, "dray");
    CHECK_STR(part, "dr");
    CHECK(mem_text(NULL) == NULL);
    int *numbers = mem_array(100, sizeof *numbers);
    for (int i = 0; i < 100; i++)
        CHECK_INT(numbers[i], 0);
    void *nothing = mem_new(0);
    CHECK(nothing != NULL);
    mem_cleanse(text, 4);
    CHECK_INT(text[0], 0);
    free(text);
    free(part);
    free(numbers);
    free(nothing);
}

/* AddressSanitizer asks this: memory that is not there shall be NULL, as without it. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void no_memory_ends_the_process(void)
{
    volatile size_t huge = SIZE_MAX / 2;
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        fclose(stderr);
        mem_array(huge, 4); /* the product does not fit */
        _Exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 70);
}

static void faults_read_well(void)
{
    struct fault f = {0};
    CHECK_INT(fault_set(&f, ERR_LIMIT, "%d boxes", 3), ERR_LIMIT);
    CHECK_INT(fault_prefix(&f, "order %s", "DF1"), ERR_LIMIT);
    CHECK_STR(f.text, "order DF1: 3 boxes");
    CHECK_INT(fault_set(&f, ERR_STATE, "was: %s", f.text), ERR_STATE);
    CHECK_STR(f.text, "was: order DF1: 3 boxes");
    errno = ENOENT;
    CHECK_INT(fault_errno(&f, "dray.lua"), ERR_NOT_FOUND);
    CHECK_STR(f.text, "dray.lua: No such file or directory");
    errno = EACCES;
    CHECK_INT(fault_errno(NULL, "dray.lua"), ERR_DENIED);
    errno = ENOSPC;
    CHECK_INT(fault_errno(&f, "documents"), ERR_IO);
    CHECK_INT(f.code, ERR_IO);
    CHECK_INT(fault_set(NULL, ERR_BUSY, "nobody listens"), ERR_BUSY);
    CHECK_STR(err_name(ERR_NOT_FOUND), "not_found");
    CHECK_STR(err_name(ERR_BUG), "bug");
}

/* Whole characters of 1 to 4 bytes up to the end. */
static bool is_utf8(const char *text)
{
    while (*text != '\0') {
        unsigned char c = (unsigned char)*text++;
        int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
        for (; more > 0; more--, text++)
            if (((unsigned char)*text & 0xC0) != 0x80)
                return false;
    }
    return true;
}

static void long_faults_stay_utf8(void)
{
    static const char *const characters[] = {"a", "\xC3\xA9", "\xE2\x82\xAC",
                                             "\xF0\x9F\x98\x80"};
    for (size_t kind = 0; kind < 4; kind++) {
        for (size_t shift = 0; shift < 4; shift++) {
            struct fault f;
            struct buf b;
            buf_init(&b, 10000);
            buf_add(&b, "xxxx", shift);
            for (int i = 0; i < 700; i++)
                buf_text(&b, characters[kind]);
            fault_set(&f, ERR_INPUT, "%s", buf_str(&b));
            CHECK(is_utf8(f.text));
            CHECK(strlen(f.text) >= sizeof f.text - 4);
            fault_prefix(&f, "%s", buf_str(&b));
            CHECK(is_utf8(f.text));
            buf_clear(&b);
        }
    }
}

/* Whether the memory still holds the text; a secret's may not. */
static bool holds(const char *memory, size_t size, const char *text)
{
    const size_t len = strlen(text);
    for (size_t i = 0; i + len <= size; i++)
        if (memcmp(memory + i, text, len) == 0)
            return true;
    return false;
}

static void secrets_leave_no_copy(void)
{
    struct buf b, plain;
    struct arena a;

    buf_init(&plain, 100);
    buf_text(&plain, "hush-hush");
    buf_reset(&plain);
    CHECK(holds(plain.data, plain.cap, "ush-hush")); /* so the look sees it */
    buf_clear(&plain);

    buf_init_secret(&b, 1000);
    buf_text(&b, "0123456789hush-hush");
    buf_drop(&b, 10);
    CHECK_STR(buf_str(&b), "hush-hush");
    CHECK(!holds(b.data + b.len, b.cap - b.len, "hush"));
    for (int i = 0; i < 20; i++)
        buf_text(&b, "0123456789"); /* it moves */
    CHECK(strncmp(buf_str(&b), "hush-hush0123", 13) == 0);
    CHECK_INT(b.len, 209);
    buf_reset(&b);
    CHECK(!holds(b.data, b.cap, "hush"));
    buf_clear(&b);
    CHECK(b.secret);

    arena_init_secret(&a);
    const char *text = arena_text(&a, "hush-hush");
    arena_reset(&a);
    CHECK(!holds(text, 9, "hush"));
    arena_clear(&a);
    CHECK(a.secret);
}

TESTS_MAIN({"a buffer grows and drops", buffer_grows},
           {"what held a secret holds it no more once it is given back",
            secrets_leave_no_copy},
           {"a buffer never passes the maximum it was born with", maximum_is_kept},
           {"a buffer is written in place and moved out", room_and_take},
           {"long text is formatted whole or not at all", long_format},
           {"an arena's pieces are zeroed, aligned and apart", arena_pieces},
           {"a list that grows by one keeps its members", lists_grow},
           {"copies and arrays", memory_copies},
           {"without memory the process ends with code 70", no_memory_ends_the_process},
           {"a fault is a code and a sentence", faults_read_well},
           {"a sentence that is too long is cut between characters",
            long_faults_stay_utf8})
