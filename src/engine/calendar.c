/* Words of the calendar in schedules: weekdays, times of day, lists of dates. */
#include "engine/schedule_inside.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/suggest.h"

/* ---- weekdays ---- */

static const char *const WEEKDAYS[] = {
    "sun",    "mon",    "tue",     "wed",       "thu",      "fri",    "sat",
    "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};

enum { WEEKDAY_WORDS = sizeof WEEKDAYS / sizeof WEEKDAYS[0], WORD = 24 };

/* Takes letters and digits up to the next "-", "," or end. */
static void take_word(const char **at, char word[WORD])
{
    size_t len = 0;
    while (**at == ' ')
        (*at)++;
    for (; **at != '\0' && strchr("-, ", **at) == NULL; (*at)++)
        if (len + 1 < WORD)
            word[len++] = (char)tolower((unsigned char)**at);
    word[len] = '\0';
    while (**at == ' ')
        (*at)++;
}

static enum err weekday(const char *word, int *day, struct fault *f)
{
    for (int i = 0; i < WEEKDAY_WORDS; i++)
        if (strcmp(word, WEEKDAYS[i]) == 0) {
            *day = i % 7;
            return ERR_OK;
        }
    const char *near = suggest(word, WEEKDAYS, WEEKDAY_WORDS);
    if (near == NULL && strlen(word) >= 3) {
        const char begin[] = {word[0], word[1], word[2], '\0'};
        near = suggest(begin, WEEKDAYS, 7);
    }
    if (near != NULL)
        return fault_set(f, ERR_INPUT, "there is no weekday \"%s\"; did you mean \"%s\"?",
                         word, near);
    return fault_set(
        f, ERR_INPUT,
        "expected weekdays such as \"mon-fri\" or \"mon,wed,sat\", got \"%s\"", word);
}

/* "mon" or "mon-fri". */
static enum err take_span(const char **at, unsigned *days, struct fault *f)
{
    char word[WORD];
    int first, last;
    take_word(at, word);
    enum err e = weekday(word, &first, f);
    last = first;
    if (e == ERR_OK && **at == '-') {
        (*at)++;
        take_word(at, word);
        e = weekday(word, &last, f);
    }
    if (e != ERR_OK)
        return e;
    for (int day = first;; day = (day + 1) % 7) {
        *days |= 1u << day;
        if (day == last)
            return ERR_OK;
    }
}

enum err calendar_weekdays(const char *text, unsigned *days, struct fault *f)
{
    *days = 0;
    for (const char *at = text;; at++) {
        enum err e = take_span(&at, days, f);
        if (e != ERR_OK || *at == '\0')
            return e;
        if (*at != ',')
            return fault_set(f, ERR_INPUT,
                             "expected weekdays with commas between, such as "
                             "\"mon,wed-fri\", got \"%.40s\"",
                             text);
    }
}

/* ---- times of day ---- */

/* One or two digits. */
static bool take_number(const char **at, int *number)
{
    int digits = 0;
    for (*number = 0; isdigit((unsigned char)**at) && digits < 2; (*at)++, digits++)
        *number = *number * 10 + (**at - '0');
    return digits > 0;
}

enum err calendar_time(const char *text, bool end, int *seconds, struct fault *f)
{
    const char *at = text;
    int hour = 0, minute = 0;
    bool read = take_number(&at, &hour) && *at == ':' && isdigit((unsigned char)at[1]) &&
                isdigit((unsigned char)at[2]);
    if (read) {
        at++;
        take_number(&at, &minute);
    }
    if (!read || *at != '\0')
        return fault_set(f, ERR_INPUT,
                         "expected a time of day such as \"07:30\" (24 hours), "
                         "got \"%.40s\"",
                         text);
    bool midnight = end && hour == 24 && minute == 0;
    if ((hour > 23 && !midnight) || minute > 59)
        return fault_set(f, ERR_INPUT, "there is no time of day \"%.40s\"", text);
    *seconds = hour * 3600 + minute * 60;
    return ERR_OK;
}

/* ---- lists of dates ---- */

enum { DATES_MAX = 100000 };

/* The date that a line begins with, in days; false when it is none. */
static bool date(const char *line, size_t len, int64_t *day)
{
    char text[11];
    int64_t ms;
    if (len < 10 || (len > 10 && !isspace((unsigned char)line[10])))
        return false;
    memcpy(text, line, 10);
    text[10] = '\0';
    if (instant_parse(text, &ms, NULL, NULL) != ERR_OK)
        return false;
    *day = ms / MS_DAY;
    if (ms < 0)
        *day = -((-ms) / MS_DAY);
    return true;
}

static int compare_days(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Without the blanks around it, and nothing of a comment. */
static size_t trim(const char **line, size_t len)
{
    while (len > 0 && isspace((unsigned char)**line)) {
        (*line)++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)(*line)[len - 1]))
        len--;
    return len > 0 && **line == '#' ? 0 : len;
}

enum err calendar_dates(const char *text, const char *name, int64_t **days, size_t *count,
                        struct fault *f)
{
    size_t lines = 1, number = 0;
    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    if (lines > DATES_MAX)
        return fault_set(f, ERR_LIMIT, "%s has more than %d lines", name, DATES_MAX);
    *days = mem_array(lines, sizeof **days);
    *count = 0;
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    for (const char *line = text; line != NULL && *line != '\0';) {
        const char *next = strchr(line, '\n'), *at = line;
        size_t len = trim(&at, next == NULL ? strlen(line) : (size_t)(next - line));
        number++;
        if (len > 0 && !date(at, len, &(*days)[(*count)++])) {
            free(*days);
            *days = NULL;
            return fault_set(f, ERR_INPUT, /* nothing of the line: it may be any file */
                             "%s:%zu: expected a date a line, such as \"2026-12-25 "
                             "Christmas Day\"",
                             name, number);
        }
        line = next == NULL ? NULL : next + 1;
    }
    qsort(*days, *count, sizeof **days, compare_days);
    return ERR_OK;
}
