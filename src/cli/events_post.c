/* POST /v1/events. */
#include "cli/events_post.h"

#include "base/json.h"
#include "workflow/floor.h"

enum { STATUS_OK = 200, STATUS_BAD = 400, STATUS_CONFLICT = 409, STATUS_FAILED = 500 };

static int status_of(enum err e)
{
    switch (e) {
    case ERR_OK:
        return STATUS_OK;
    case ERR_CONFLICT:
        return STATUS_CONFLICT;
    case ERR_IO:
    case ERR_BUG:
        return STATUS_FAILED;
    default:
        return STATUS_BAD;
    }
}

/* A text member that is no field of the event is taken out. */
static const char *take_member(struct arena *a, struct json *one, const char *name)
{
    const char *text = json_get_str(one, name, NULL);
    json_set(a, one, name, NULL);
    return text;
}

static enum err report_one(struct host *h, struct arena *a, struct json *one,
                           struct json *results, struct fault *f)
{
    struct report_result result;

    if (one->type != JSON_OBJECT)
        return fault_set(f, ERR_INPUT, "expected an object");
    const char *event = take_member(a, one, "event"), *id = take_member(a, one, "id");
    if (event == NULL)
        return fault_set(f, ERR_INPUT, "event: missing, the name of what happened");
    const struct report report = {
        .event = event, .fields = one, .id = id, .source = "POST /v1/events"};
    enum err e = floor_report(h, &report, &result, f);
    if (e != ERR_OK)
        return e;
    struct json *row = json_push(results, json_object(a));
    json_set_str(a, row, "event", event);
    json_set_str(a, row, "outcome", report_outcome_name(result.outcome));
    if (result.event != 0)
        json_set(a, row, "id", json_integer(a, result.event));
    return ERR_OK;
}

static enum err report_list(struct host *h, struct arena *a, struct json *list,
                            struct json *results, struct fault *f)
{
    size_t nth = 0;
    for (struct json *one = list->first; one != NULL; one = one->next) {
        enum err e = report_one(h, a, one, results, f);
        nth++;
        if (e != ERR_OK)
            return fault_prefix(f, "[%zu]", nth);
    }
    return ERR_OK;
}

static enum err take_body(struct host *h, struct arena *a, const char *body, size_t len,
                          struct json *results, struct fault *f)
{
    struct json *given = json_parse(a, body, len, f);

    if (given == NULL)
        return f->code;
    return given->type == JSON_ARRAY ? report_list(h, a, given, results, f)
                                     : report_one(h, a, given, results, f);
}

int events_post(struct session *s, const char *body, size_t len, struct deed *d)
{
    struct arena a;
    struct fault f;

    arena_init(&a);
    struct json *root = json_object(&a);
    struct json *results = json_set(&a, root, "results", json_array(&a));
    const enum err e = take_body(s->host, &a, body, len, results, &f);
    d->keep = e == ERR_OK;
    if (e != ERR_OK) {
        root = json_object(&a);
        json_set_str(&a, root, "error", f.text);
    }
    json_write(d->answer, root);
    buf_char(d->answer, '\n');
    arena_clear(&a);
    return status_of(e);
}
