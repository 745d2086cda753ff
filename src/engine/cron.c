/* Five-field cron, "5 8-17 * * mon-fri": names, lists, ranges, steps, both day fields.
 *
 * As in cron(5): when both day fields are restricted (do not begin with `*`), a day that
 * fits either fires; otherwise both must fit. Unlike there, spans of weekdays may pass
 * the week's end ("fri-mon"). */
#include "engine/schedule_inside.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/suggest.h"

/* One field: its name for messages, its limits, and words for its values from `low` on.
 */
struct field {
    const char *name;
    int low, high;
    const char *const *words;
    int word_count;
};

static const char *const MONTHS[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                     "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const WEEKDAYS[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };

static const struct field TABLE[FIELDS] = {
    [MINUTE] = {"minute", 0, 59, NULL, 0},        [HOUR] = {"hour", 0, 23, NULL, 0},
    [DAY] = {"day of the month", 1, 31, NULL, 0}, [MONTH] = {"month", 1, 12, MONTHS, 12},
    [WEEKDAY] = {"weekday", 0, 7, WEEKDAYS, 7},
};

/* ---- reading one field ---- */

enum { WORD = 16 };

static enum err unknown_word(const struct field *field, const char *word, struct fault *f)
{
    const char *near = field->words == NULL
                           ? NULL
                           : suggest(word, field->words, (size_t)field->word_count);
    if (near != NULL)
        return fault_set(f, ERR_INPUT, "there is no %s \"%s\"; did you mean \"%s\"?",
                         field->name, word, near);
    return fault_set(f, ERR_INPUT, "expected a %s from %d to %d%s%s%s, got \"%s\"",
                     field->name, field->low, field->high,
                     field->words != NULL ? " or a name such as \"" : "",
                     field->words != NULL ? field->words[field->word_count - 1] : "",
                     field->words != NULL ? "\"" : "", word);
}

/* A number within the limits or a name. */
static enum err take_value(const struct field *field, const char **at, int *value,
                           struct fault *f)
{
    char word[WORD];
    size_t len = strcspn(*at, "-/, \t");
    snprintf(word, sizeof word, "%.*s", (int)(len < WORD ? len : WORD - 1), *at);
    *at += len;
    for (int i = 0; i < field->word_count; i++)
        if (strcasecmp(word, field->words[i]) == 0) {
            *value = field->low + i;
            return ERR_OK;
        }
    bool digits = len > 0 && len <= 2 && isdigit((unsigned char)word[0]) &&
                  (len == 1 || isdigit((unsigned char)word[1]));
    if (digits)
        *value = len == 1 ? word[0] - '0' : (word[0] - '0') * 10 + word[1] - '0';
    if (!digits || *value < field->low || *value > field->high)
        return unknown_word(field, word, f);
    return ERR_OK;
}

static enum err take_step(const struct field *field, const char **at, int *step,
                          struct fault *f)
{
    const char *text = *at;
    int n = 0;
    for (; isdigit((unsigned char)**at) && n < 1000; (*at)++)
        n = n * 10 + (**at - '0');
    if (n < 1 || n > field->high || isdigit((unsigned char)**at))
        return fault_set(f, ERR_INPUT,
                         "expected a step from 1 to %d after the \"/\" of the %s, "
                         "got \"%.10s\"",
                         field->high, field->name, text);
    *step = n;
    return ERR_OK;
}

/* Weekdays may pass the week's end, nothing else may. */
static enum err check_span(const struct field *field, int first, int last,
                           struct fault *f)
{
    if (first <= last || field == &TABLE[WEEKDAY])
        return ERR_OK;
    return fault_set(f, ERR_INPUT,
                     "the %s span %d-%d goes backwards; did you mean \"%d-%d,%d-%d\"?",
                     field->name, first, last, first, field->high, field->low, last);
}

static uint64_t span_bits(const struct field *field, int first, int last, int step)
{
    uint64_t bits = 0;
    if (last < first)
        last += 7;
    for (int i = first; i <= last; i += step)
        bits |= UINT64_C(1) << (i > field->high ? i - 7 : i);
    return bits;
}

/* "*", "5", "8-17", each but the second with a "/15" after it. */
static enum err take_part(const struct field *field, const char **at, uint64_t *bits,
                          struct fault *f)
{
    int first = field->low, last = field == &TABLE[WEEKDAY] ? 6 : field->high, step = 1;
    bool star = **at == '*', span = star;
    enum err e = ERR_OK;
    if (star)
        (*at)++;
    else {
        e = take_value(field, at, &first, f);
        last = first;
    }
    if (e == ERR_OK && !star && **at == '-') {
        (*at)++;
        span = true;
        e = take_value(field, at, &last, f);
    }
    if (e == ERR_OK)
        e = check_span(field, first, last, f);
    if (e == ERR_OK && **at == '/' && !span)
        return fault_set(f, ERR_INPUT,
                         "a step needs a span before it: did you mean \"%d-%d%.*s\"?",
                         first, field->high, (int)strcspn(*at, ", \t"), *at);
    if (e == ERR_OK && **at == '/') {
        (*at)++;
        e = take_step(field, at, &step, f);
    }
    if (e == ERR_OK)
        *bits |= span_bits(field, first, last, step);
    return e;
}

static enum err take_field(const struct field *field, const char **at, uint64_t *bits,
                           struct fault *f)
{
    *bits = 0;
    for (;;) {
        enum err e = take_part(field, at, bits, f);
        if (e != ERR_OK)
            return e;
        if (**at == '\0' || isspace((unsigned char)**at))
            return ERR_OK;
        if (**at != ',')
            return fault_set(f, ERR_INPUT, "unexpected \"%.*s\" in the %s",
                             (int)strcspn(*at, ", \t"), *at, field->name);
        (*at)++;
    }
}

/* ---- reading the whole ---- */

static const struct nickname {
    const char *name, *meaning;
} NICKNAMES[] = {{"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},
                 {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
                 {"@monthly", "0 0 1 * *"},  {"@yearly", "0 0 1 1 *"},
                 {"@annually", "0 0 1 1 *"}};

enum { NICKNAME_COUNT = sizeof NICKNAMES / sizeof NICKNAMES[0] };

/* The five fields that a nickname stands for; NULL and *f for an unknown one. */
static const char *by_nickname(const char *text, struct fault *f)
{
    const char *names[NICKNAME_COUNT];
    for (size_t i = 0; i < NICKNAME_COUNT; i++) {
        names[i] = NICKNAMES[i].name;
        if (strcasecmp(text, names[i]) == 0)
            return NICKNAMES[i].meaning;
    }
    const char *near = suggest(text, names, NICKNAME_COUNT);
    fault_set(f, ERR_INPUT, "there is no \"%.20s\"; %s \"%s\"%s", text,
              near != NULL ? "did you mean" : "there are five fields or",
              near != NULL ? near : "@daily", near != NULL ? "?" : " and its like");
    return NULL;
}

static size_t count_fields(const char *text)
{
    size_t count = 0;
    for (const char *at = text; *at != '\0'; at++)
        count += !isspace((unsigned char)*at) &&
                 (at == text || isspace((unsigned char)at[-1]));
    return count;
}

static void skip_blank(const char **at)
{
    while (isspace((unsigned char)**at))
        (*at)++;
}

static bool follows_clock(const char *field)
{
    size_t len = strcspn(field, " \t");
    return memchr(field, '*', len) != NULL || memchr(field, '/', len) != NULL;
}

enum err cron_parse(const char *text, struct cron *c, struct fault *f)
{
    *c = (struct cron){0};
    skip_blank(&text);
    if (text[0] == '@')
        text = by_nickname(text, f);
    if (text == NULL)
        return ERR_INPUT;
    if (count_fields(text) != FIELDS)
        return fault_set(f, ERR_INPUT,
                         "expected five fields (minute hour day month weekday) such as "
                         "\"5 8-17 * * mon-fri\", got %zu in \"%.60s\"",
                         count_fields(text), text);
    uint64_t *bits[FIELDS] = {&c->minutes, &c->hours, &c->days, &c->months, &c->weekdays};
    c->either = true;
    for (int i = 0; i < FIELDS; i++) {
        skip_blank(&text);
        if (i == MINUTE || i == HOUR)
            c->moving |= follows_clock(text);
        if (i == DAY || i == WEEKDAY)
            c->either &= text[0] != '*';
        enum err e = take_field(&TABLE[i], &text, bits[i], f);
        if (e != ERR_OK)
            return e;
    }
    c->weekdays |= c->weekdays >> 7 & 1; /* 7 is Sunday, too */
    return ERR_OK;
}

/* ---- days and times ---- */

static bool has(uint64_t bits, int value)
{
    return (bits >> value & 1) != 0;
}

bool cron_day(const struct cron *c, int64_t day)
{
    struct civil date;
    civil_from_ms(day * MS_DAY, &date);
    bool month_day = has(c->days, date.day),
         week_day = has(c->weekdays, civil_weekday(day));
    bool fits = c->either ? month_day || week_day : month_day && week_day;
    return has(c->months, date.month) && fits;
}

int cron_time(const struct cron *c, int seconds)
{
    int first = (seconds + 59) / 60; /* whole minutes only */
    for (int minute = first; minute < 24 * 60;) {
        if (!has(c->hours, minute / 60))
            minute = (minute / 60 + 1) * 60;
        else if (has(c->minutes, minute % 60))
            return minute * 60;
        else
            minute++;
    }
    return -1;
}
