/* Reads token replies with the streaming reader, so that the token's only copy is the one
 * that is kept. */
#include "spapi/grant.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json_reader.h"
#include "base/mem.h"

enum { LIFE_MAX_S = 24 * 3600 };

enum member { MEMBER_OTHER, MEMBER_TOKEN, MEMBER_LIFE };

struct grant_reader {
    int depth;
    enum member member; /* what the next value is */
    struct buf token;
    long life_s; /* 0: not said */
};

static enum member member_of(const char *key, size_t len)
{
    static const struct {
        const char *key;
        enum member member;
    } members[] = {{"access_token", MEMBER_TOKEN},
                   {"restrictedDataToken", MEMBER_TOKEN},
                   {"expires_in", MEMBER_LIFE},
                   {"expiresIn", MEMBER_LIFE}};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (strlen(members[i].key) == len && memcmp(members[i].key, key, len) == 0)
            return members[i].member;
    return MEMBER_OTHER;
}

static void take_life(struct grant_reader *r, const char *number)
{
    long seconds = strtol(number, NULL, 10);
    if (r->member == MEMBER_LIFE && seconds > 0)
        r->life_s = seconds > LIFE_MAX_S ? LIFE_MAX_S : seconds;
}

/* Our members are looked for in the outer object and one level below (`payload`). */
static enum err grant_event(void *arg, enum json_event event, const char *text,
                            size_t len, struct fault *f)
{
    struct grant_reader *r = arg;
    (void)f;
    switch (event) {
    case JSON_EV_OBJECT:
    case JSON_EV_ARRAY:
        r->depth++;
        r->member = MEMBER_OTHER;
        break;
    case JSON_EV_OBJECT_END:
    case JSON_EV_ARRAY_END:
        r->depth--;
        break;
    case JSON_EV_KEY:
        r->member = r->depth <= 2 ? member_of(text, len) : MEMBER_OTHER;
        break;
    case JSON_EV_PART:
        if (r->member == MEMBER_TOKEN)
            buf_add(&r->token, text, len);
        break;
    case JSON_EV_NUMBER:
        take_life(r, text);
        break;
    default:
        break;
    }
    return ERR_OK;
}

/* A token goes into a header: printable ASCII without spaces, or it is none. */
static bool token_sound(const struct buf *token)
{
    for (size_t i = 0; i < token->len; i++)
        if (token->data[i] <= ' ' || token->data[i] > '~')
            return false;
    return token->len > 0 && buf_ok(token);
}

static enum err grant_parse(struct grant_reader *r, const char *reply, size_t len)
{
    struct json_reader *reader = json_reader_new(grant_event, r);
    enum err e = json_reader_feed(reader, reply, len, NULL);
    if (e == ERR_OK)
        e = json_reader_end(reader, NULL);
    json_reader_free(reader);
    return e;
}

enum err grant_read(struct grant *g, const char *reply, size_t len, struct fault *f)
{
    struct grant_reader r = {0};
    buf_init_secret(&r.token, GRANT_REPLY_MAX);
    enum err e = grant_parse(&r, reply, len);
    if (e != ERR_OK)
        e = fault_set(f, ERR_INPUT, "the answer is not the JSON that it should be");
    else if (!token_sound(&r.token))
        e = fault_set(f, ERR_INPUT, "the answer holds no usable token");
    else
        secret_set(&g->token, r.token.data, r.token.len);
    g->life_ms = r.life_s > 0 ? (int64_t)r.life_s * MS_SECOND : MS_HOUR;
    buf_clear(&r.token);
    return e;
}

void grant_clear(struct grant *g)
{
    secret_clear(&g->token);
    g->life_ms = 0;
}
