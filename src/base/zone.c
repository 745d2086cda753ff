/* IANA time zones, one per warehouse: found by name, loaded once, kept.
 *
 * Local times are turned into instants by walking the stretches of equal offset around
 * them, so that gaps, repeats and skipped days need no special case. */
#include "base/zone.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "base/tzif.h"

enum { NAME_MAX_BYTES = 64, FILE_MAX = 1024 * 1024, AROUND = 27 * 3600 };

struct zone {
    char *name;
    struct tzif tzif;
    struct zone *next;
};

static struct zone *zones; /* every zone that was loaded */

/* ---- finding ---- */

static const char *folder(void)
{
    static const char *found;
    if (found == NULL) {
        const char *given = getenv("TZDIR");
        found =
            given != NULL && given[0] != '\0' ? mem_text(given) : "/usr/share/zoneinfo";
    }
    return found;
}

static enum err read_file(const char *name, struct buf *out, struct fault *f)
{
    char path[4096], part[16 * 1024];
    int len = snprintf(path, sizeof path, "%s/%s", folder(), name);
    if (len < 0 || (size_t)len >= sizeof path)
        return fault_set(f, ERR_LIMIT, "the path of time zone %s is too long", name);
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return fault_errno(f, "%s", path);
    size_t n;
    do {
        n = fread(part, 1, sizeof part, file);
        buf_add(out, part, n);
    } while (n == sizeof part && buf_ok(out));
    enum err e = ERR_OK;
    if (ferror(file) && errno == EISDIR)
        e = fault_set(f, ERR_NOT_FOUND, "%s is a folder", path);
    else if (ferror(file))
        e = fault_errno(f, "%s", path);
    else if (!buf_ok(out))
        e = fault_set(f, ERR_INPUT, "%s is too large for a time zone", path);
    fclose(file);
    return e;
}

/* The names that tzdata.zi knows: "Z NAME ..." and "L TARGET NAME"; the text is cut up.
 */
static size_t list_names(char *text, const char **names, size_t max)
{
    size_t count = 0;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL && count < max;
         line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "Z ", 2) != 0 && strncmp(line, "L ", 2) != 0)
            continue;
        char *name = line + 2;
        if (line[0] == 'L')
            name += strcspn(name, " ") + (strchr(name, ' ') != NULL);
        name[strcspn(name, " ")] = '\0';
        names[count++] = name;
    }
    return count;
}

/* "Chicago" means America/Chicago. */
static const char *by_last_part(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *last = strrchr(names[i], '/');
        if (last != NULL && strcasecmp(last + 1, name) == 0)
            return names[i];
    }
    return NULL;
}

static enum err not_found(const char *name, struct fault *f)
{
    enum { NAMES = 1000 };
    struct buf text;
    buf_init(&text, FILE_MAX);
    const char **names = mem_array(NAMES, sizeof *names);
    size_t count = 0;
    if (read_file("tzdata.zi", &text, NULL) == ERR_OK && text.data != NULL)
        count = list_names(text.data, names, NAMES);
    const char *near = suggest(name, names, count);
    if (near == NULL)
        near = by_last_part(name, names, count);
    if (near != NULL)
        fault_set(f, ERR_NOT_FOUND, "there is no time zone \"%s\"; did you mean \"%s\"?",
                  name, near);
    else
        fault_set(f, ERR_NOT_FOUND, "there is no time zone \"%s\" in %s", name, folder());
    free(names);
    buf_clear(&text);
    return ERR_NOT_FOUND;
}

/* Names become paths; so letters, digits, "+", "-", "_" and single slashes between them.
 */
static bool is_name(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > NAME_MAX_BYTES || name[0] == '/' || name[len - 1] == '/')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)name[i]) && strchr("+-_/", name[i]) == NULL)
            return false;
    return strstr(name, "//") == NULL;
}

static enum err load(const char *name, struct zone **loaded, struct fault *f)
{
    struct buf data;
    struct tzif tzif;
    buf_init(&data, FILE_MAX);
    enum err e = read_file(name, &data, f);
    const char *wrong = NULL;
    if (e == ERR_OK)
        wrong = tzif_read(&tzif, (const unsigned char *)buf_str(&data), data.len);
    if (wrong != NULL)
        e = fault_set(f, ERR_INPUT, "time zone %s cannot be used: %s", name, wrong);
    buf_clear(&data);
    if (e == ERR_NOT_FOUND)
        return not_found(name, f);
    if (e != ERR_OK)
        return e;
    *loaded = mem_new(sizeof **loaded);
    (*loaded)->name = mem_text(name);
    (*loaded)->tzif = tzif;
    return ERR_OK;
}

enum err zone_find(const char *name, const struct zone **zone, struct fault *f)
{
    struct zone *z = zones;
    while (z != NULL && strcmp(z->name, name) != 0)
        z = z->next;
    if (z == NULL) {
        if (!is_name(name))
            return fault_set(f, ERR_NOT_FOUND, "\"%.64s\" is no name of a time zone",
                             name);
        enum err e = load(name, &z, f);
        if (e != ERR_OK)
            return e;
        z->next = zones;
        zones = z;
    }
    *zone = z;
    return ERR_OK;
}

const char *zone_name(const struct zone *z)
{
    return z->name;
}

/* ---- instants to local time ---- */

static int64_t floor_seconds(int64_t ms)
{
    return ms / MS_SECOND - (ms % MS_SECOND < 0);
}

int zone_offset(const struct zone *z, int64_t utc_ms)
{
    return tzif_offset(&z->tzif, floor_seconds(utc_ms));
}

int64_t zone_next_change(const struct zone *z, int64_t utc_ms)
{
    int64_t ms, next = tzif_next(&z->tzif, floor_seconds(utc_ms));
    return __builtin_mul_overflow(next, (int64_t)MS_SECOND, &ms) ? INT64_MAX : ms;
}

/* Keeps an instant far enough from the end of time that nothing near it overflows. */
static int64_t clamp(int64_t ms)
{
    const int64_t limit = INT64_MAX - (int64_t)10 * MS_DAY;
    return ms > limit ? limit : ms < -limit ? -limit : ms;
}

/* At the end of time the offset does not matter. */
static int64_t shift(int64_t ms, int offset_seconds)
{
    int64_t shifted;
    bool over = __builtin_add_overflow(ms, (int64_t)offset_seconds * MS_SECOND, &shifted);
    return over ? ms : shifted;
}

void zone_local(const struct zone *z, int64_t utc_ms, struct civil *local)
{
    civil_from_ms(shift(utc_ms, zone_offset(z, utc_ms)), local);
}

/* ISO 8601 has no seconds in an offset; where a zone has some (before it was
 * standardised) the local time is shown at the nearest whole minute, so that the instant
 * stays exact. */
void zone_format(const struct zone *z, int64_t utc_ms, char out[INSTANT_TEXT])
{
    if (utc_ms == INSTANT_NONE) {
        instant_format(utc_ms, out);
        return;
    }
    int minutes = zone_offset(z, utc_ms) / 60, distance = abs(minutes);
    instant_format(shift(utc_ms, minutes * 60), out);
    size_t at = strlen(out) - 1; /* in place of the Z */
    snprintf(out + at, INSTANT_TEXT - at, "%c%02d:%02d", minutes < 0 ? '-' : '+',
             distance / 60, distance % 60);
}

/* ---- local time to instants ---- */

enum zone_kind zone_instant(const struct zone *z, const struct civil *local,
                            int64_t *utc_ms, int64_t *second_ms)
{
    int64_t wanted_ms = clamp(civil_to_ms(local));
    int64_t wanted = floor_seconds(wanted_ms), rest_ms = wanted_ms - wanted * MS_SECOND;
    int64_t gap_end = wanted, found[2];
    size_t count = 0;
    for (int64_t begin = wanted - AROUND; begin < wanted + AROUND && count < 2;) {
        int offset = tzif_offset(&z->tzif, begin);
        int64_t end = tzif_next(&z->tzif, begin), instant = wanted - offset;
        if (instant >= begin && instant < end)
            found[count++] = instant * MS_SECOND + rest_ms;
        else if (instant < begin && gap_end == wanted)
            gap_end = begin; /* the clock shows a later time here already */
        begin = end;
    }
    *utc_ms = count > 0 ? found[0] : gap_end * MS_SECOND;
    if (count == 2 && second_ms != NULL)
        *second_ms = found[1];
    return count == 0 ? ZONE_GAP : count == 1 ? ZONE_UNIQUE : ZONE_REPEATED;
}

static int64_t midnight(const struct zone *z, int64_t day)
{
    struct civil local;
    int64_t ms;
    civil_from_ms(day * MS_DAY, &local);
    zone_instant(z, &local, &ms, NULL);
    return ms;
}

/* Days meet without overlap: where clocks go back across midnight, the next day begins at
 * its first midnight and keeps what is repeated of the day before. */
void zone_day(const struct zone *z, int64_t utc_ms, int64_t *begin_ms, int64_t *end_ms)
{
    struct civil local;
    utc_ms = clamp(utc_ms);
    zone_local(z, utc_ms, &local);
    int64_t day = civil_days(local.year, local.month, local.day);
    *begin_ms = midnight(z, day);
    *end_ms = midnight(z, day + 1);
    while (*end_ms <= utc_ms) {
        *begin_ms = *end_ms;
        *end_ms = midnight(z, ++day + 1);
    }
}
