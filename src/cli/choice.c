/* Words of flags, by the tables that name them. */
#include "cli/choice.h"

#include <string.h>

#include "base/buf.h"
#include "store/effect.h"
#include "store/paper.h"

enum { WORDS_MOST = 32 }; /* a bit of an unsigned each */

/* "a, b or c" */
static void add_all(struct buf *text, const char *const *names)
{
    for (int i = 0; names[i] != NULL; i++)
        buf_format(text, "%s%s",
                   i == 0                 ? ""
                   : names[i + 1] == NULL ? " or "
                                          : ", ",
                   names[i]);
}

static int refuse(const struct invocation *in, const char *flag, const char *word,
                  const char *const *names)
{
    enum { MOST = 1000 };
    struct buf all;
    buf_init(&all, MOST);
    add_all(&all, names);
    const int exit =
        complain(in, EXIT_USAGE, "--%s %s: expected %s", flag, word, buf_str(&all));
    buf_clear(&all);
    return exit;
}

int choice_read(const struct invocation *in, const char *flag, const char *const *names,
                unsigned *bits)
{
    for (int i = 0; i < flag_count(in, flag); i++) {
        const char *word = flag_nth(in, flag, i);
        int place = 0;
        while (names[place] != NULL && strcmp(names[place], word) != 0)
            place++;
        if (names[place] == NULL)
            return refuse(in, flag, word, names);
        *bits |= 1u << place;
    }
    return EXIT_DONE;
}

int choice_kinds(const struct invocation *in, const char *flag, unsigned *kinds)
{
    const char *names[PAPER_KIND_COUNT + 1] = {0};
    for (int i = 0; i < PAPER_KIND_COUNT; i++)
        names[i] = paper_kind_name((enum paper_kind)i);
    return choice_read(in, flag, names, kinds);
}

int choice_effect_states(const struct invocation *in, const char *flag, unsigned *states)
{
    const char *names[EFFECT_STATE_COUNT + 1] = {0};
    for (int i = 0; i < EFFECT_STATE_COUNT; i++)
        names[i] = effect_state_name((enum effect_state)i);
    return choice_read(in, flag, names, states);
}

int choice_record_states(const struct invocation *in, const char *flag,
                         enum record_kind kind, unsigned *states)
{
    const char *names[WORDS_MOST + 1] = {0};
    const int count =
        kind == RECORD_ORDER ? (int)ORDER_STATE_COUNT : (int)SHIPMENT_STATE_COUNT;
    for (int i = 0; i < count; i++)
        names[i] = record_state_name(kind, i);
    return choice_read(in, flag, names, states);
}
