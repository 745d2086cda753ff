/* Reading Amazon's refusals: every form that was seen in the field, and what it means. */
#include "check.h"

#include "spapi/reply.h"

static struct refusal r;

static const char *shown(int status, const char *body)
{
    static char out[700];
    refusal_read(&r, status, body, strlen(body));
    refusal_format(&r, out, sizeof out);
    return out;
}

static enum refusal_kind kind(int status, const char *body)
{
    refusal_read(&r, status, body, strlen(body));
    return r.kind;
}

#define ERRORS(code, message, details)                                                   \
    "{\"errors\":[{\"code\":\"" code "\",\"message\":\"" message                         \
    "\",\"details\":\"" details "\"}]}"

static void expired_token(void)
{
    CHECK_STR(
        shown(403, ERRORS("Unauthorized", "Access to requested resource is denied.",
                          "The access token you provided has expired.")),
        "403 Unauthorized: Access to requested resource is denied. (The access token you "
        "provided has expired.)");
    CHECK_INT(r.kind, REFUSAL_EXPIRED_TOKEN);
    CHECK_INT(kind(401, ""), REFUSAL_EXPIRED_TOKEN);
    CHECK_INT(kind(403, ERRORS("Unauthorized", "", "token EXPIRED")),
              REFUSAL_EXPIRED_TOKEN);
}

static void person_must_act(void)
{
    CHECK_INT(kind(403, ERRORS("Unauthorized", "Access to requested resource is denied.",
                               "The LWA secret token you provided has expired.")),
              REFUSAL_CREDENTIALS);
    CHECK_INT(
        kind(403,
             ERRORS("Unauthorized", "Access to requested resource is denied.",
                    "The access token you provided is revoked, malformed or invalid.")),
        REFUSAL_CREDENTIALS);
    CHECK_INT(kind(403, ERRORS("Unauthorized",
                               "Access token is missing in the request header.", "")),
              REFUSAL_CREDENTIALS);
    CHECK_INT(kind(403, ERRORS("MissingAuthenticationToken",
                               "Missing Authentication Token", "")),
              REFUSAL_CREDENTIALS);
    CHECK_INT(kind(403, "{\"message\":\"Missing Authentication Token\"}"),
              REFUSAL_CREDENTIALS);
}

static void role_is_missing(void)
{
    CHECK_INT(
        kind(403, ERRORS("Unauthorized",
                         "Application does not have access to one or more requested data "
                         "elements: [buyerInfo]",
                         "")),
        REFUSAL_ROLE);
    CHECK_INT(
        kind(403, ERRORS("Unauthorized", "Access to requested resource is denied.", "")),
        REFUSAL_ROLE);
    CHECK_INT(kind(403, "{\"message\":\"Forbidden\"}"), REFUSAL_ROLE);
    CHECK_INT(kind(403, ""), REFUSAL_ROLE);
}

static void by_status(void)
{
    static const struct {
        int status;
        enum refusal_kind kind;
    } all[] = {
        {400, REFUSAL_REQUEST},   {404, REFUSAL_NOT_FOUND}, {409, REFUSAL_CONFLICT},
        {413, REFUSAL_REQUEST},   {415, REFUSAL_REQUEST},   {422, REFUSAL_REQUEST},
        {429, REFUSAL_THROTTLED}, {500, REFUSAL_SERVER},    {503, REFUSAL_SERVER},
        {302, REFUSAL_REQUEST},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        CHECK_INT(kind(all[i].status, ERRORS("InvalidInput", "x", "")), all[i].kind);
        CHECK_INT(kind(all[i].status, "<html>"), all[i].kind);
        CHECK_INT(r.status, all[i].status);
    }
}

static void login_with_amazon(void)
{
    CHECK_STR(
        shown(400,
              "{\"error\":\"invalid_grant\",\"error_description\":\"The request has an "
              "invalid grant parameter : refresh_token\"}"),
        "400 invalid_grant: The request has an invalid grant parameter : refresh_token");
    CHECK_INT(r.kind, REFUSAL_CREDENTIALS);
    CHECK_INT(kind(401, "{\"error\":\"invalid_client\"}"), REFUSAL_CREDENTIALS);
    CHECK_INT(kind(400, "{\"error\":\"unauthorized_client\"}"), REFUSAL_CREDENTIALS);
    CHECK_INT(kind(403, "{\"error\":\"access_denied\"}"), REFUSAL_CREDENTIALS);
    CHECK_INT(kind(500, "{\"error\":\"server_error\"}"), REFUSAL_SERVER);
    CHECK_INT(kind(400, "{\"error\":\"temporarily_unavailable\"}"), REFUSAL_SERVER);
    CHECK_INT(kind(400, "{\"error\":\"invalid_scope\"}"), REFUSAL_REQUEST);
    CHECK_INT(kind(401, "{\"error\":\"invalid_request\"}"), REFUSAL_REQUEST);
}

static void other_forms(void)
{
    CHECK_STR(shown(400,
                    "[{\"code\":\"InvalidInput\",\"message\":\"Could not match input "
                    "arguments\"}]"),
              "400 InvalidInput: Could not match input arguments");
    CHECK_STR(
        shown(400, "{\"errors\":{\"errors\":[{\"code\":\"A\",\"message\":\"b\"}]}}"),
        "400 A: b");
    CHECK_STR(shown(400, "{\"errors\":{\"code\":\"A\",\"message\":\"b\"}}"), "400 A: b");
    CHECK_STR(shown(400, "{\"payload\":{},\"errors\":[{\"code\":\"A\"}]}"), "400 A");
    CHECK_STR(shown(403, "{\"Message\":\"User is not authorized\"}"),
              "403: User is not authorized");
    CHECK_STR(shown(400, "\"just text\""), "400: just text");
}

static void more_errors(void)
{
    CHECK_STR(shown(400, "{\"errors\":[{\"code\":\"InvalidInput\",\"message\":\"bad\","
                         "\"details\":\"\"},{\"code\":\"B\"},{\"code\":\"C\"}]}"),
              "400 InvalidInput: bad (and 2 more)");
    char body[600] = "[{\"message\":\"", *at = body + strlen(body);
    memset(at, 'm', 400);
    memcpy(at + 400, "\"},{}]", 7);
    shown(400, body);
    CHECK_STR(r.message + strlen(r.message) - 11, " (and 1 more)" + 2);
}

static void gateways(void)
{
    CHECK_STR(shown(503, "<!DOCTYPE html>\n<HTML><head><Title lang=en>503 Service\n  "
                         "Unavailable</TITLE></head></html>"),
              "503: 503 Service Unavailable");
    CHECK_STR(shown(502, "<html><body>oops</body></html>"),
              "502: an HTML page without a title");
    CHECK_STR(shown(502, "<html><title>cut sho"), "502: an HTML page without a title");
    CHECK_STR(shown(429, "\r\n  slow down\r\nsecond line"), "429: slow down");
    CHECK_STR(shown(500, ""), "500: no error text");
    CHECK_STR(shown(500, "   \n"), "500: no error text");
    CHECK_STR(shown(500, "{}"), "500: no error text");
    CHECK_STR(shown(500, "{\"errors\":[]}"), "500: no error text");
    CHECK_STR(shown(500, "{\"errors\":null}"), "500: no error text");
    CHECK_STR(shown(500, "{\"errors\":[{\"code\":5,\"message\":{}}]}"),
              "500: no error text");
}

static void no_secret_is_shown(void)
{
    const char *said = shown(403, ERRORS("Unauthorized", "Access denied",
                                         "The token Atza|IwEBIJmTd-_x.y is expired"));
    CHECK(strstr(said, "IwEB") == NULL);
    CHECK(strstr(said, "[secret]") != NULL);
    char body[400] = "Atzr|", *at = body + 5;
    memset(at, 'x', 300);
    said = shown(500, body);
    CHECK(strstr(said, "xxxx") == NULL);
}

static void no_control_character(void)
{
    CHECK_STR(
        shown(400,
              "{\"errors\":[{\"code\":\"A\\u001b[2J\",\"message\":\"x\\r\\n\\ty\\u0000z"
              "\\u009b1m\\u00e9\"}]}"),
        "400 A [2J: x y z 1m\xc3\xa9");
    CHECK_STR(shown(400, "caf\xe9 \xff\xc3\xa9 \xed\xa0\x80."),
              "400: caf? ?\xc3\xa9 ???.");
}

static void long_text_is_cut_between_characters(void)
{
    char body[2000] = "", *at = body;
    for (int i = 0; i < 600; i++) {
        memcpy(at, "\xc3\xa9", 3);
        at += 2;
    }
    shown(400, body);
    CHECK(strlen(r.message) < sizeof r.message && strlen(r.message) % 2 == 0);
    char tiny[12];
    refusal_format(&r, tiny, sizeof tiny);
    CHECK_STR(tiny, "400: \xc3\xa9\xc3\xa9\xc3\xa9");
}

static void success_with_errors(void)
{
    CHECK_INT(kind(200, ERRORS("InternalFailure", "x", "")), REFUSAL_SERVER);
    CHECK_INT(kind(200, ERRORS("QuotaExceeded", "x", "")), REFUSAL_THROTTLED);
    CHECK_INT(kind(200, ERRORS("InvalidInput", "x", "")), REFUSAL_REQUEST);
}

static void huge_body(void)
{
    size_t len = 3 * 1024 * 1024;
    char *body = malloc(len);
    CHECK(body != NULL);
    memset(body, 'a', len);
    body[0] = '{';
    refusal_read(&r, 500, body, len);
    free(body);
    CHECK_INT(r.kind, REFUSAL_SERVER);
    CHECK_INT(strlen(r.message), sizeof r.message - 1);
}

static void payload(void)
{
    struct arena arena;
    arena_init(&arena);
    static const char wrapped[] = "{\"payload\":{\"transactionId\":\"T1\"}}";
    static const char plain[] = "{\"transactionId\":\"T2\"}";
    static const char empty[] = "{\"payload\":null,\"transactionId\":\"T3\"}";
    const struct json *value = json_parse(&arena, wrapped, strlen(wrapped), NULL);
    CHECK_STR(json_get_str(reply_payload(value), "transactionId", ""), "T1");
    value = json_parse(&arena, plain, strlen(plain), NULL);
    CHECK_STR(json_get_str(reply_payload(value), "transactionId", ""), "T2");
    value = json_parse(&arena, empty, strlen(empty), NULL);
    CHECK_STR(json_get_str(reply_payload(value), "transactionId", ""), "T3");
    CHECK(reply_payload(NULL) == NULL);
    arena_clear(&arena);
}

TESTS_MAIN({"an expired token is refreshed, not shouted about", expired_token},
           {"revoked, malformed, missing or an expired secret need a person",
            person_must_act},
           {"a missing role is told apart from bad credentials", role_is_missing},
           {"every other status has its one meaning, whatever the body", by_status},
           {"Login with Amazon answers in its own words", login_with_amazon},
           {"bare lists, nested and single errors are read", other_forms},
           {"the first error speaks, the others are counted", more_errors},
           {"gateways answer in HTML, text or not at all", gateways},
           {"no token of Amazon's error text is ever shown", no_secret_is_shown},
           {"nothing in an error can upset a terminal or break UTF-8",
            no_control_character},
           {"long texts are cut between characters", long_text_is_cut_between_characters},
           {"errors inside a success are judged by their code", success_with_errors},
           {"an endless error page costs nothing", huge_body},
           {"replies are read with and without payload", payload})
