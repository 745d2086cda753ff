/* What Amazon said to a question that is no answer. */
#include "workflow/lookup_note.h"

#include "store/journal.h"

enum { DETAIL_MAX = 8 * 1024 };

static enum err add(struct host *h, const struct effect *e, const struct json *detail,
                    struct fault *f)
{
    struct buf text;
    buf_init(&text, DETAIL_MAX);
    json_write(&text, detail);
    struct entry entry = {.what = "lookup.failed",
                          .account = e->account,
                          .record = e->record,
                          .effect = e->id,
                          .detail = buf_str(&text),
                          .detail_len = text.len};
    enum err err = journal_add(h->store, &entry, f);
    buf_clear(&text);
    return err;
}

enum err lookup_note(struct host *h, int64_t effect, const struct operation *op,
                     const struct call_reply *reply, struct fault *f)
{
    struct arena a;
    struct effect e;

    if (reply->outcome == CALL_OK || reply->outcome == CALL_NOT_SENT)
        return ERR_OK;
    arena_init(&a);
    struct json *detail = json_object(&a);
    json_set_str(&a, detail, "operation", op->name);
    json_set_str(&a, detail, "why", reply->fault.text);
    if (reply->request_id[0] != '\0')
        json_set_str(&a, detail, "requestId", reply->request_id);
    enum err err = effect_get(h->store, &a, effect, false, &e, f);
    if (err == ERR_OK)
        err = add(h, &e, detail, f);
    arena_clear(&a);
    return err;
}
