/* A schedule as a rule's head has it. */
#include "engine/schedule_head.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "engine/sandbox.h"

enum { PATH_ROOM = 8192, SENTENCE = 600 };

static void take_times(const struct json *list, struct schedule_words *w)
{
    for (const struct json *at = list == NULL ? NULL : list->first; at != NULL;
         at = at->next) {
        const char *text = json_str(at);
        if (w->at_count < SCHEDULE_AT_MAX)
            w->at[w->at_count] = text == NULL ? "" : text;
        w->at_count++;
    }
}

static struct schedule_words take_words(const struct json *head)
{
    struct schedule_words w = {
        .cron = json_get_str(head, "cron", NULL),
        .every = json_get_str(head, "every", NULL),
        .from = json_get_str(head, "from", NULL),
        .to = json_get_str(head, "to", NULL),
        .days = json_get_str(head, "days", NULL),
        .zone = json_get_str(head, "zone", NULL),
        .except_name = json_get_str(head, "except", NULL),
    };
    take_times(json_get(head, "at"), &w);
    return w;
}

/* Names come from rules, so they stay inside the folder. */
static bool stays_inside(const char *name)
{
    return name[0] != '/' && strstr(name, "..") == NULL;
}

/* The text of the list of dates, which the caller frees; NULL: it cannot be had. */
static char *read_dates(const char *folder, const char *name, schedule_wrong wrong,
                        void *context)
{
    struct buf path;
    struct fault f = {0};
    char *text = NULL;
    size_t len = 0;
    if (!stays_inside(name)) {
        wrong(context, "except", "expected a file in the project's folder");
        return NULL;
    }
    buf_init(&path, PATH_ROOM);
    buf_format(&path, "%s/%s", folder, name);
    if (sandbox_read_file(buf_str(&path), &text, &len, &f) != ERR_OK)
        wrong(context, "except", f.text);
    buf_clear(&path);
    return text;
}

struct schedule *schedule_of_head(const struct json *head, const char *folder,
                                  schedule_wrong wrong, void *context)
{
    struct schedule_words words = take_words(head);
    char *dates = NULL;
    if (words.except_name != NULL) {
        dates = read_dates(folder, words.except_name, wrong, context);
        words.except = dates;
    }
    struct schedule *s = schedule_new(&words, wrong, context);
    if (words.except_name != NULL && dates == NULL) {
        schedule_free(s);
        s = NULL;
    }
    free(dates);
    return s;
}

/* The first one is enough. */
static void keep_mistake(void *context, const char *key, const char *sentence)
{
    struct fault *f = context;
    if (f->code == ERR_OK)
        fault_set(f, ERR_INPUT, "%s: %s", key, sentence);
}

struct schedule *schedule_of_rule(const struct rule *rule, const char *folder,
                                  struct fault *f)
{
    struct arena a;
    struct schedule *s = NULL;
    *f = (struct fault){0};
    arena_init(&a);
    const struct json *head = json_parse(&a, rule->schedule, strlen(rule->schedule), f);
    if (head != NULL)
        s = schedule_of_head(head, folder, keep_mistake, f);
    if (s == NULL)
        fault_prefix(f, "%s:%d: rule \"%s\"", rule->file->path, rule->line, rule->name);
    arena_clear(&a);
    return s;
}
