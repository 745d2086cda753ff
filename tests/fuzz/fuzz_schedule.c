/* Words of schedules: whatever stands there, a schedule is refused with a sentence or its
 * fires grow, and no later look finds one that an earlier one passed over. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "engine/schedule.h"

enum { MAX = 1024, FIRES = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition)
        abort();
}

static void count_mistake(void *context, const char *key, const char *sentence)
{
    must(key[0] != '\0' && sentence[0] != '\0');
    ++*(int *)context;
}

/* The parts of the input, one a line, in this order. */
static struct schedule_words read_words(char *text)
{
    struct schedule_words w = {.except_name = "dates"};
    const char **const places[] = {&w.cron, &w.every, &w.at[0], &w.from,
                                   &w.to,   &w.days,  &w.except};
    for (size_t i = 0; i < sizeof places / sizeof places[0] && text != NULL; i++) {
        char *end = strchr(text, '\n');
        if (end != NULL)
            *end++ = '\0';
        *places[i] = text[0] == '\0' ? NULL : text;
        text = end;
    }
    w.at_count = w.at[0] != NULL;
    return w;
}

static void check_fires(const struct schedule *s, int64_t from)
{
    int64_t at = from;
    for (int i = 0; i < FIRES && at != INT64_MAX; i++) {
        int64_t next = schedule_next(s, at);
        must(next > at);
        must(next == INT64_MAX || schedule_next(s, next - 1) == next);
        must(next == INT64_MAX || schedule_next(s, at + (next - at) / 2) == next);
        at = next;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const zones[] = {"UTC", "Europe/Berlin", "Australia/Lord_Howe",
                                        "America/Chicago"};
    char text[MAX + 1];
    int mistakes = 0;
    if (size < 2 || size > MAX)
        return 0;
    memcpy(text, data + 2, size - 2);
    text[size - 2] = '\0';
    struct schedule_words words = read_words(text);
    words.zone = zones[data[0] % 4];
    struct schedule *s = schedule_new(&words, count_mistake, &mistakes);
    must((s == NULL) == (mistakes > 0));
    if (s != NULL)
        check_fires(s, (int64_t)data[1] * 73 * MS_DAY);
    schedule_free(s);
    return 0;
}
