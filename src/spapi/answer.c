/* Takes and judges a reply. */
#include "spapi/answer.h"

#include <string.h>

#include "spapi/words.h"

enum {
    TREE_MAX = 16 * 1024 * 1024, /* a reply that becomes a tree */
    REFUSAL_MAX = 64 * 1024      /* of a refusal, the rest is dropped */
};

static bool is_success(int status)
{
    return status >= 200 && status < 300;
}

bool answer_is_write(const struct operation *op)
{
    return strcmp(op->method, "GET") != 0 && op->repeat != REPEAT_HARMLESS;
}

/* Between page and receiver: a receiver that fails is no broken reply. */
static enum err answer_item(void *arg, const struct page_item *item, struct fault *f)
{
    struct answer *a = arg;
    enum err e = a->request->item(a->request->item_arg, item, f);
    a->item_failed = a->item_failed || e != ERR_OK;
    return e;
}

void answer_begin(struct answer *a, const struct call_request *request)
{
    const struct operation *op = request->op;
    const struct page_options options = {.list = op->list,
                                         .content = op->content,
                                         .keep_text = request->keep_text,
                                         .archive = request->archive,
                                         .item = answer_item,
                                         .arg = a};
    *a = (struct answer){.request = request};
    buf_init(&a->kept, TREE_MAX);
    arena_init(&a->arena);
    a->kept.secret = a->arena.secret = op->secret;
    if (request->item != NULL && request->raw == NULL)
        a->page = page_new(&options);
}

void answer_clear(struct answer *a)
{
    page_free(a->page);
    buf_clear(&a->kept);
    arena_clear(&a->arena);
    a->page = NULL;
}

/* --- bytes
 * ------------------------------------------------------------------------------- */

static void keep_refusal(struct answer *a, const char *data, size_t len)
{
    size_t room = a->kept.len < REFUSAL_MAX ? REFUSAL_MAX - a->kept.len : 0;
    buf_add(&a->kept, data, len < room ? len : room);
}

static void keep_success(struct answer *a, const char *data, size_t len)
{
    buf_add(&a->kept, data, len);
    if (!buf_ok(&a->kept))
        fault_set(&a->fault, ERR_LIMIT, "the answer is longer than %d bytes", TREE_MAX);
}

static void pass_raw(struct answer *a, const struct http_reply *reply, const char *data,
                     size_t len)
{
    a->raw_given = true;
    if (a->request->raw(a->request->item_arg, reply, data, len))
        return;
    a->item_failed = true;
    fault_set(&a->fault, ERR_CANCELLED, "the answer was not wanted to its end");
}

bool answer_take(struct answer *a, const struct http_reply *reply, const char *data,
                 size_t len)
{
    if (!is_success(reply->status))
        keep_refusal(a, data, len);
    else if (a->request->raw != NULL)
        pass_raw(a, reply, data, len);
    else if (a->page != NULL)
        page_feed(a->page, data, len, &a->fault);
    else
        keep_success(a, data, len);
    return a->fault.code == ERR_OK;
}

void answer_pass_refusal(struct answer *a, const struct http_reply *reply)
{
    if (a->request->raw != NULL && !is_success(reply->status) && a->kept.len > 0)
        a->request->raw(a->request->item_arg, reply, a->kept.data, a->kept.len);
}

/* --- meaning
 * ----------------------------------------------------------------------------- */

/* An element or page without elements says nothing, unless that is an answer; a reply of
 * errors says no. */
static enum err tree_sound(const struct operation *op, const struct json *root,
                           struct fault *f)
{
    const struct json *payload = reply_payload(root);
    const struct json *errors = json_get(root, "errors");
    if (payload == root && errors != NULL && errors->count > 0)
        return fault_set(f, ERR_AMAZON, "with errors inside");
    if (payload->type == JSON_OBJECT && payload->count == 0 && !op->may_be_empty)
        return fault_set(f, ERR_NOT_FOUND,
                         "with an empty object: there is nothing, or not yet");
    return ERR_OK;
}

static enum err end_tree(struct answer *a, int status, struct call_reply *out)
{
    const struct operation *op = a->request->op;
    if (a->kept.len == 0 && (status == 204 || op->may_be_empty))
        return ERR_OK;
    const struct json *root =
        json_parse(&a->arena, buf_str(&a->kept), a->kept.len, &a->fault);
    if (root == NULL)
        return a->fault.code;
    enum err e = tree_sound(op, root, &a->fault);
    if (e != ERR_OK)
        return e;
    out->body = reply_payload(root);
    const char *token = json_str(json_path(out->body, "pagination.nextToken"));
    out->next_token = token == NULL ? "" : token;
    return ERR_OK;
}

/* The end of a page; one without anything in it may be an answer, too. */
static enum err end_page(struct answer *a, struct call_reply *out)
{
    enum err e = page_end(a->page, &out->next_token, &a->fault);
    if (e != ERR_NOT_FOUND || !a->request->op->may_be_empty)
        return e;
    a->fault = (struct fault){0};
    return ERR_OK;
}

static void end_success(struct answer *a, const struct http_reply *reply,
                        struct call_reply *out)
{
    enum err e = ERR_OK;
    if (a->page != NULL)
        e = end_page(a, out);
    else if (a->request->raw == NULL)
        e = end_tree(a, reply->status, out);
    if (e == ERR_OK)
        out->outcome = CALL_OK;
}

static void end_refused(struct answer *a, const struct http_reply *reply,
                        struct call_reply *out)
{
    const struct call_request *r = a->request;
    if (a->kept.len == 0)
        keep_refusal(a, buf_str(&reply->body), reply->body.len);
    refusal_read(&out->refusal, reply->status, buf_str(&a->kept), a->kept.len);
    if (reply->status >= 500) {
        words_server(r->account, r->op, answer_is_write(r->op), &out->refusal,
                     &out->fault);
        return;
    }
    out->outcome = CALL_REFUSED;
    words_refused(r->account, r->op, &out->refusal, &out->fault);
}

/* The bytes came, but nobody could or would take them. */
static void end_unreadable(struct answer *a, int status, struct call_reply *out)
{
    const struct call_request *r = a->request;
    out->fault = a->fault;
    words_unreadable(r->account, r->op, answer_is_write(r->op), status, &out->fault);
}

void answer_end(struct answer *a, const struct http_reply *reply, struct call_reply *out)
{
    const struct call_request *r = a->request;
    *out = (struct call_reply){.outcome = CALL_UNKNOWN,
                               .status = reply->status,
                               .next_token = "",
                               .request_id = reply->request_id};
    if (reply->outcome == HTTP_NOT_SENT) {
        out->outcome = CALL_NOT_SENT;
        words_not_sent(r->account, r->op, reply->why, &out->fault);
        return;
    }
    if (a->fault.code == ERR_OK && reply->outcome == HTTP_UNKNOWN) {
        words_lost(r->account, r->op, answer_is_write(r->op), reply->why, &out->fault);
        return;
    }
    if (a->fault.code == ERR_OK && !is_success(reply->status)) {
        end_refused(a, reply, out);
        return;
    }
    if (a->fault.code == ERR_OK)
        end_success(a, reply, out);
    if (out->outcome != CALL_OK)
        end_unreadable(a, reply->status, out);
}

bool answer_may_pass(const struct answer *a, const struct call_reply *reply)
{
    if (reply->outcome != CALL_UNKNOWN || a->item_failed || a->raw_given)
        return false;
    enum err e = a->fault.code;
    return e == ERR_OK || e == ERR_INPUT || e == ERR_NOT_FOUND || e == ERR_AMAZON;
}
