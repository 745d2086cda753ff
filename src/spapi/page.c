/* A reply as it arrives: elements out, one at a time, their base64 decoded on the way.
 *
 * Four readers take the JSON reader's events in turn: the envelope (payload, pagination,
 * the list), the element (a small tree, its documents in spapi/contents), the envelope's
 * errors, and what is passed over. Nothing but the present element stays in memory, and
 * everything that grows has a limit (design, law 13). */
#include "spapi/page.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spapi/contents.h"
#include "spapi/reply.h"

enum {
    ELEMENT_MAX = 4 * 1024 * 1024, /* an element without its documents */
    EVENT_COST = 16,               /* what an event counts towards it, beside its text */
    STRING_MAX = 1024 * 1024,      /* any string but a document */
    ERRORS_MAX = 256 * 1024,       /* `errors` of the envelope */
    TOKEN_MAX = 16 * 1024          /* nextToken */
};

/* A small tree that is built from events, with a limit on all of it. */
struct tree {
    struct arena arena;
    struct json_builder builder;
    size_t cost, max;
};

/* Whose the next event is. */
enum mode {
    IN_ENVELOPE, /* the outer objects and the list */
    IN_ELEMENT,
    IN_CONTENT, /* a document's base64 */
    IN_TOKEN,   /* pagination.nextToken */
    IN_ERRORS,
    IN_SKIPPED /* a value that nobody asked for */
};

/* The envelope's open containers. */
enum level { LEVEL_ROOT, LEVEL_PAYLOAD, LEVEL_PAGINATION, LEVEL_LIST, LEVEL_COUNT };

/* The envelope's members. */
enum member {
    MEMBER_OTHER,
    MEMBER_PAYLOAD,
    MEMBER_LIST,
    MEMBER_PAGINATION,
    MEMBER_TOKEN,
    MEMBER_ERRORS,
    MEMBER_COUNT
};

struct page {
    struct page_options options;
    struct json_reader *reader;
    enum mode mode;
    size_t count; /* elements handed over */

    enum level levels[LEVEL_COUNT];
    size_t depth;            /* of levels */
    enum member member;      /* whose value comes next */
    bool seen[MEMBER_COUNT]; /* each may come once */
    size_t skipped;          /* open containers of a value passed over */
    struct buf token;
    struct tree errors;
    enum mode after_errors;

    struct tree element;
    bool bare;         /* the element is the root itself, as far as one can tell yet */
    bool content_next; /* the next value stands under the content's name */
    struct contents *contents;

    const char *data;  /* what is being fed */
    size_t data_start; /* its offset in the reply */
    bool text_open;    /* the element's own text is being gathered */
    size_t text_from;  /* offset of the first byte that is not in `text` yet */
    struct buf text;
};

/* ---- small trees ---- */

static void tree_init(struct tree *t, size_t max, size_t string_max)
{
    arena_init(&t->arena);
    json_builder_init(&t->builder, &t->arena, string_max);
    t->max = max;
}

static void tree_clear(struct tree *t)
{
    json_builder_clear(&t->builder);
    arena_clear(&t->arena);
}

static void tree_reset(struct tree *t)
{
    t->builder.root = NULL;
    t->builder.depth = 0;
    t->builder.key = NULL;
    buf_reset(&t->builder.text);
    arena_reset(&t->arena);
    t->cost = 0;
}

static enum err tree_take(struct tree *t, enum json_event event, const char *text,
                          size_t len, struct fault *f)
{
    t->cost += len + EVENT_COST;
    if (t->cost > t->max)
        return fault_set(f, ERR_LIMIT,
                         "one element of the reply is larger than %zu bytes", t->max);
    return json_builder_take(&t->builder, event, text, len, f);
}

static bool tree_complete(const struct tree *t)
{
    return t->builder.depth == 0 && t->builder.root != NULL;
}

/* ---- an element's own text ---- */

/* The byte that was read last begins the element. */
static void text_start(struct page *p)
{
    buf_reset(&p->text);
    p->text_open = p->options.keep_text;
    p->text_from = json_reader_offset(p->reader) - 1;
}

/* Takes the fed bytes up to `offset`, counted from the start of the reply. */
static enum err text_take(struct page *p, size_t offset, struct fault *f)
{
    if (!p->text_open || offset == p->text_from)
        return ERR_OK;
    buf_add(&p->text, p->data + (p->text_from - p->data_start), offset - p->text_from);
    p->text_from = offset;
    if (!buf_ok(&p->text))
        return fault_set(f, ERR_LIMIT,
                         "one element of the reply is larger than %zu bytes",
                         p->text.max);
    return ERR_OK;
}

/* ---- the envelope's members ---- */

static enum member member_of(const struct page *p, enum level level, const char *key)
{
    if (level == LEVEL_PAGINATION)
        return strcmp(key, "nextToken") == 0 ? MEMBER_TOKEN : MEMBER_OTHER;
    if (level == LEVEL_ROOT && strcmp(key, "payload") == 0)
        return MEMBER_PAYLOAD;
    if (p->options.list != NULL && strcmp(key, p->options.list) == 0)
        return MEMBER_LIST;
    if (strcmp(key, "pagination") == 0)
        return MEMBER_PAGINATION;
    return strcmp(key, "errors") == 0 ? MEMBER_ERRORS : MEMBER_OTHER;
}

static enum err take_key(struct page *p, enum level level, const char *key,
                         struct fault *f)
{
    p->member = member_of(p, level, key);
    if (p->seen[p->member] && p->member != MEMBER_OTHER)
        return fault_set(f, ERR_INPUT, "the reply has \"%s\" twice", key);
    if (level != LEVEL_PAGINATION || p->member == MEMBER_TOKEN)
        p->seen[p->member] = true;
    if (p->member == MEMBER_ERRORS) {
        p->after_errors = p->mode;
        p->mode = IN_ERRORS;
    }
    return ERR_OK;
}

static enum err take_errors(struct page *p, enum json_event event, const char *text,
                            size_t len, struct fault *f)
{
    enum err e = tree_take(&p->errors, event, text, len, f);
    if (e == ERR_OK && tree_complete(&p->errors))
        p->mode = p->after_errors;
    return e;
}

static enum err take_token(struct page *p, enum json_event event, const char *text,
                           size_t len, struct fault *f)
{
    if (event == JSON_EV_STRING_END) {
        p->mode = IN_ENVELOPE;
        return ERR_OK;
    }
    p->mode = IN_TOKEN;
    buf_add(&p->token, text, len);
    if (!buf_ok(&p->token))
        return fault_set(f, ERR_LIMIT, "the reply's nextToken is longer than %d bytes",
                         TOKEN_MAX);
    return ERR_OK;
}

/* Passes over one event of a value; goes on in the envelope when the value is complete.
 */
static enum err skip(struct page *p, enum json_event event)
{
    if (event == JSON_EV_OBJECT || event == JSON_EV_ARRAY)
        p->skipped++;
    if (event == JSON_EV_OBJECT_END || event == JSON_EV_ARRAY_END)
        p->skipped--;
    bool complete = p->skipped == 0 && event != JSON_EV_PART;
    p->mode = complete ? IN_ENVELOPE : IN_SKIPPED;
    return ERR_OK;
}

/* ---- the element ---- */

static void element_reset(struct page *p)
{
    contents_reset(p->contents);
    tree_reset(&p->element);
    p->text_open = false;
    p->content_next = false;
}

static enum err element_start(struct page *p, struct fault *f)
{
    element_reset(p);
    text_start(p);
    p->mode = IN_ELEMENT;
    return tree_take(&p->element, JSON_EV_OBJECT, "", 0, f);
}

static enum err element_hand_over(struct page *p, struct fault *f)
{
    struct page_item item = {
        .value = p->element.builder.root,
        .text = p->options.keep_text ? buf_str(&p->text) : NULL,
        .text_len = p->text.len,
    };
    item.documents = contents_list(p->contents, &item.document_count);
    p->count++;
    return p->options.item(p->options.arg, &item, f);
}

/* The element's last brace. A reply that is one element without members is no element,
 * but an empty answer. */
static enum err element_end(struct page *p, struct fault *f)
{
    enum err e = text_take(p, json_reader_offset(p->reader), f);
    bool empty = p->options.list == NULL && p->element.builder.root->count == 0;
    if (e == ERR_OK && !empty)
        e = element_hand_over(p, f);
    element_reset(p);
    p->mode = IN_ENVELOPE;
    return e;
}

static void open_level(struct page *p, enum level level)
{
    assert(p->depth < LEVEL_COUNT);
    p->levels[p->depth++] = level;
}

/* A member of a root that was taken for the element so far. With a payload it was the
 * envelope; errors never belong to the element. True when the key was taken here. */
static bool take_bare_key(struct page *p, const char *key, enum err *e, struct fault *f)
{
    enum member member = member_of(p, LEVEL_ROOT, key);
    if (member == MEMBER_PAYLOAD) {
        element_reset(p);
        p->bare = false;
        p->mode = IN_ENVELOPE;
        open_level(p, LEVEL_ROOT);
    }
    if (member != MEMBER_PAYLOAD && member != MEMBER_ERRORS)
        return false;
    *e = take_key(p, LEVEL_ROOT, key, f);
    return true;
}

static enum err take_element_key(struct page *p, const char *key, size_t len,
                                 struct fault *f)
{
    enum err e;
    bool outermost = p->bare && p->element.builder.depth == 1;
    if (outermost && take_bare_key(p, key, &e, f))
        return e;
    const char *content = p->options.content;
    p->content_next = content != NULL && strcmp(key, content) == 0;
    return tree_take(&p->element, JSON_EV_KEY, key, len, f);
}

static enum err take_content(struct page *p, enum json_event event, const char *text,
                             size_t len, struct fault *f)
{
    if (event == JSON_EV_PART)
        return contents_take(p->contents, text, len, f);
    char number[24];
    int digits = snprintf(number, sizeof number, "%zu", contents_end(p->contents));
    p->mode = IN_ELEMENT;
    return tree_take(&p->element, JSON_EV_NUMBER, number, (size_t)digits, f);
}

/* The first event of a value under the content's name. It is text or null: a number there
 * could be mistaken for a document's. */
static enum err start_content(struct page *p, enum json_event event, const char *text,
                              size_t len, struct fault *f)
{
    p->content_next = false;
    if (event == JSON_EV_NULL)
        return tree_take(&p->element, event, text, len, f);
    if (event != JSON_EV_PART && event != JSON_EV_STRING_END)
        return fault_set(f, ERR_INPUT, "\"%s\" is not text", p->options.content);
    contents_start(p->contents);
    p->mode = IN_CONTENT;
    return take_content(p, event, text, len, f);
}

static enum err take_element(struct page *p, enum json_event event, const char *text,
                             size_t len, struct fault *f)
{
    if (event == JSON_EV_KEY)
        return take_element_key(p, text, len, f);
    if (p->content_next)
        return start_content(p, event, text, len, f);
    enum err e = tree_take(&p->element, event, text, len, f);
    if (e == ERR_OK && tree_complete(&p->element))
        e = element_end(p, f);
    return e;
}

/* ---- the envelope ---- */

static enum err fail_form(const char *name, const char *expected, struct fault *f)
{
    return fault_set(f, ERR_INPUT, "the reply's \"%s\" is not %s", name, expected);
}

/* An object or a list as a member: opens a level of the envelope. */
static enum err enter(struct page *p, enum level level)
{
    open_level(p, level);
    return ERR_OK;
}

/* The value after one of the envelope's keys. null is as good as absent. */
static enum err take_member(struct page *p, enum json_event event, const char *text,
                            size_t len, struct fault *f)
{
    if (event == JSON_EV_NULL || p->member == MEMBER_OTHER)
        return skip(p, event);
    if (p->member == MEMBER_TOKEN)
        return event == JSON_EV_PART || event == JSON_EV_STRING_END
                   ? take_token(p, event, text, len, f)
                   : fail_form("nextToken", "text", f);
    if (p->member == MEMBER_LIST)
        return event == JSON_EV_ARRAY ? enter(p, LEVEL_LIST)
                                      : fail_form(p->options.list, "a list", f);
    if (p->member == MEMBER_PAGINATION)
        return event == JSON_EV_OBJECT ? enter(p, LEVEL_PAGINATION)
                                       : fail_form("pagination", "an object", f);
    if (event != JSON_EV_OBJECT)
        return fail_form("payload", "an object", f);
    return p->options.list == NULL ? element_start(p, f) : enter(p, LEVEL_PAYLOAD);
}

/* The reply's first event. */
static enum err take_root(struct page *p, enum json_event event, struct fault *f)
{
    if (event != JSON_EV_OBJECT)
        return fault_set(f, ERR_INPUT, "the reply is not an object");
    p->bare = p->options.list == NULL;
    return p->bare ? element_start(p, f) : enter(p, LEVEL_ROOT);
}

static enum err take_list(struct page *p, enum json_event event, struct fault *f)
{
    if (event == JSON_EV_OBJECT)
        return element_start(p, f);
    return fault_set(f, ERR_INPUT, "\"%s\" holds something that is not an object",
                     p->options.list);
}

static enum err take_envelope(struct page *p, enum json_event event, const char *text,
                              size_t len, struct fault *f)
{
    if (p->depth == 0)
        return take_root(p, event, f);
    enum level level = p->levels[p->depth - 1];
    if (event == JSON_EV_OBJECT_END || event == JSON_EV_ARRAY_END) {
        p->depth--;
        return ERR_OK;
    }
    if (level == LEVEL_LIST)
        return take_list(p, event, f);
    if (event == JSON_EV_KEY)
        return take_key(p, level, text, f);
    return take_member(p, event, text, len, f);
}

static enum err take_event(void *arg, enum json_event event, const char *text, size_t len,
                           struct fault *f)
{
    struct page *p = arg;
    switch (p->mode) {
    case IN_ENVELOPE:
        return take_envelope(p, event, text, len, f);
    case IN_ELEMENT:
        return take_element(p, event, text, len, f);
    case IN_CONTENT:
        return take_content(p, event, text, len, f);
    case IN_TOKEN:
        return take_token(p, event, text, len, f);
    case IN_ERRORS:
        return take_errors(p, event, text, len, f);
    case IN_SKIPPED:
        return skip(p, event);
    }
    return fault_set(f, ERR_BUG, "the page reader is nowhere");
}

/* ---- the whole ---- */

struct page *page_new(const struct page_options *options)
{
    struct page *p = mem_new(sizeof *p);
    p->options = *options;
    p->reader = json_reader_new(take_event, p);
    p->contents = contents_new(options->archive);
    tree_init(&p->errors, ERRORS_MAX, ERRORS_MAX);
    tree_init(&p->element, ELEMENT_MAX, STRING_MAX);
    buf_init(&p->token, TOKEN_MAX);
    buf_init(&p->text, ELEMENT_MAX);
    return p;
}

void page_free(struct page *p)
{
    if (p == NULL)
        return;
    contents_free(p->contents);
    tree_clear(&p->errors);
    tree_clear(&p->element);
    buf_clear(&p->token);
    buf_clear(&p->text);
    json_reader_free(p->reader);
    free(p);
}

enum err page_feed(struct page *p, const char *data, size_t len, struct fault *f)
{
    p->data = data;
    p->data_start = json_reader_offset(p->reader);
    enum err e = json_reader_feed(p->reader, data, len, f);
    if (e == ERR_OK)
        e = text_take(p, p->data_start + len, f);
    p->data = NULL;
    return e;
}

/* Errors that came with a status of success, in Amazon's words. */
static enum err fail_errors(struct page *p, struct fault *f)
{
    struct refusal refusal;
    struct buf text;
    char sentence[sizeof refusal];
    buf_init(&text, 8 * ERRORS_MAX); /* escapes are longer than what they mean */
    json_write(&text, p->errors.builder.root);
    refusal_read(&refusal, 200, buf_str(&text), text.len);
    refusal_format(&refusal, sentence, sizeof sentence);
    buf_clear(&text);
    return fault_set(f, ERR_AMAZON, "%s", sentence);
}

/* Nothing was handed over: an empty list, Amazon's errors, or nothing at all? */
static enum err judge_nothing(struct page *p, struct fault *f)
{
    const struct json *errors = p->errors.builder.root;
    if (errors != NULL && (errors->count > 0 || errors->type == JSON_STRING))
        return fail_errors(p, f);
    if (p->seen[MEMBER_LIST] || p->seen[MEMBER_PAGINATION])
        return ERR_OK;
    if (p->seen[MEMBER_OTHER] && p->options.list != NULL)
        return fault_set(f, ERR_INPUT, "the reply has no \"%s\"", p->options.list);
    return fault_set(f, ERR_NOT_FOUND,
                     "with an empty object: there is nothing, or not yet");
}

enum err page_end(struct page *p, const char **next_token, struct fault *f)
{
    *next_token = "";
    enum err e = json_reader_end(p->reader, f);
    if (e == ERR_OK && p->count == 0)
        e = judge_nothing(p, f);
    if (e == ERR_OK)
        *next_token = buf_str(&p->token);
    return e;
}

size_t page_count(const struct page *p)
{
    return p->count;
}
