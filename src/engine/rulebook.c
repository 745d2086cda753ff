/* All rule files of a project. */
#include "engine/rulebook.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/rule_file.h"

enum { FILES_MAX = 1000, MISTAKES_MAX = 256 * 1024, PATH_ROOM = 8192 };

/* ---- files ---- */

static bool has_file(const struct rulebook *b, const char *path)
{
    for (size_t i = 0; i < b->file_count; i++) {
        if (strcmp(b->files[i]->path, path) == 0)
            return true;
    }
    return false;
}

static void complain(struct buf *mistakes, const char *text)
{
    buf_text(mistakes, text);
    buf_char(mistakes, '\n');
}

static void add_file(struct rulebook *b, const struct rulebook_options *o,
                     const char *path, struct buf *mistakes)
{
    struct fault f = {0};
    if (has_file(b, path))
        return; /* two patterns name it */
    if (b->file_count == FILES_MAX) {
        complain(mistakes, "more than 1000 rule files");
        return;
    }
    struct rule_file *file = rule_file_load(o, path, &f);
    if (file == NULL) {
        complain(mistakes, f.text);
        return;
    }
    b->files = mem_resize(b->files, (b->file_count + 1) * sizeof(struct rule_file *));
    b->files[b->file_count++] = file;
}

/* In order of the names. A pattern that names no file yet is no mistake. */
static void add_pattern(struct rulebook *b, const struct rulebook_options *o,
                        const char *pattern, struct buf *mistakes)
{
    struct buf full;
    glob_t found;
    buf_init(&full, PATH_ROOM);
    buf_format(&full, "%s/%s", o->folder, pattern);
    if (buf_ok(&full) && glob(buf_str(&full), 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            add_file(b, o, found.gl_pathv[i] + strlen(o->folder) + 1, mistakes);
        globfree(&found);
    }
    buf_clear(&full);
}

/* ---- listeners ---- */

struct place {
    struct listener listener;
    size_t place; /* of the rule, over all files */
};

static int compare_places(const void *left, const void *right)
{
    const struct place *l = left, *r = right;
    int order = strcmp(l->listener.event, r->listener.event);
    return order != 0 ? order : (l->place > r->place) - (l->place < r->place);
}

static size_t count_events(const struct rule *r)
{
    size_t count = 0;
    while (r->active && r->events != NULL && r->events[count] != NULL)
        count++;
    return count;
}

/* A head that names an event twice hears it once. */
static void note_listeners(struct rulebook *b, struct place *places)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < b->file_count; i++) {
        for (size_t k = 0; k < b->files[i]->rule_count; k++, at++) {
            struct rule *r = &b->files[i]->rules[k];
            b->holds = b->holds || r->hold_ms > 0;
            for (size_t n = 0; n < count_events(r); n++)
                places[count++] = (struct place){{r->events[n], r}, at};
        }
    }
    qsort(places, count, sizeof *places, compare_places);
    b->listeners = mem_array(count, sizeof *b->listeners);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || compare_places(&places[i - 1], &places[i]) != 0)
            b->listeners[b->listener_count++] = places[i].listener;
    }
}

static void make_listeners(struct rulebook *b)
{
    size_t count = 0;
    for (size_t i = 0; i < b->file_count; i++) {
        for (size_t k = 0; k < b->files[i]->rule_count; k++)
            count += count_events(&b->files[i]->rules[k]);
    }
    struct place *places = mem_array(count, sizeof *places);
    note_listeners(b, places);
    free(places);
}

const struct listener *rulebook_listeners(const struct rulebook *b, const char *event,
                                          size_t *count)
{
    size_t low = 0, high = b->listener_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(b->listeners[middle].event, event) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < b->listener_count &&
           strcmp(b->listeners[low + *count].event, event) == 0)
        ++*count;
    return b->listeners + low;
}

/* ---- the book ---- */

/* The list goes to who asked for it, its first line into the fault. */
static void tell_mistakes(struct buf *text, char **mistakes, struct fault *f)
{
    while (text->len > 0 && text->data[text->len - 1] == '\n')
        text->data[--text->len] = '\0';
    const char *all = buf_str(text);
    fault_set(f, ERR_INPUT, "%.*s", (int)strcspn(all, "\n"), all);
    if (mistakes != NULL)
        *mistakes = mem_text(all);
}

struct rulebook *rulebook_load(const struct rulebook_options *o, char **mistakes,
                               struct fault *f)
{
    struct rulebook *b = mem_new(sizeof *b);
    struct buf text;
    buf_init(&text, MISTAKES_MAX);
    for (size_t i = 0; i < o->pattern_count; i++)
        add_pattern(b, o, o->patterns[i], &text);
    bool ok = rule_heads_check(o, b->files, b->file_count, &text) && text.len == 0;
    if (ok) {
        make_listeners(b);
    } else {
        tell_mistakes(&text, mistakes, f);
        rulebook_free(b);
        b = NULL;
    }
    buf_clear(&text);
    return b;
}

void rulebook_free(struct rulebook *b)
{
    if (b == NULL)
        return;
    for (size_t i = 0; i < b->file_count; i++)
        rule_file_release(b->files[i]);
    free(b->files);
    free(b->listeners);
    free(b);
}

size_t rulebook_count(const struct rulebook *b)
{
    size_t count = 0;
    for (size_t i = 0; i < b->file_count; i++)
        count += b->files[i]->rule_count;
    return count;
}

struct rule *rulebook_find(const struct rulebook *b, const char *name)
{
    for (size_t i = 0; i < b->file_count; i++) {
        for (size_t k = 0; k < b->files[i]->rule_count; k++) {
            if (strcmp(b->files[i]->rules[k].name, name) == 0)
                return &b->files[i]->rules[k];
        }
    }
    return NULL;
}
