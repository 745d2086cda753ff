/* --since WHEN: a duration back from now, or an instant. */
#include "cli/since.h"

#include <string.h>

#include "base/instant.h"

/* Only an instant has a date in front. */
static bool is_date(const char *word)
{
    return strspn(word, "0123456789") == 4 && word[4] == '-';
}

int since_read(const struct invocation *in, const char *flag, int64_t now_ms,
               int64_t *since_ms)
{
    const char *word = flag_text(in, flag, NULL);
    int64_t back_ms = 0;
    bool zoned = true;
    struct fault f;

    if (word == NULL)
        return EXIT_DONE;
    if (is_date(word)) {
        if (instant_parse(word, since_ms, &zoned, &f) != ERR_OK)
            return complain(in, EXIT_USAGE, "--%s: %s", flag, f.text);
        if (!zoned)
            return complain(in, EXIT_USAGE,
                            "--%s %s: say the zone, too: 2026-11-01T06:00-06:00", flag,
                            word);
    } else if (duration_parse(word, &back_ms, &f) != ERR_OK) {
        return complain(in, EXIT_USAGE,
                        "--%s %s: expected how far back, such as 30d, or a time such as "
                        "2026-11-01T00:00Z",
                        flag, word);
    } else {
        *since_ms = now_ms - back_ms;
    }
    if (*since_ms >= now_ms)
        return complain(in, EXIT_USAGE, "--%s %s: that is not in the past", flag, word);
    return EXIT_DONE;
}
