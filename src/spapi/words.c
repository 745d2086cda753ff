/* The sentences, one function for each way in which a call ends badly. */
#include "spapi/words.h"

#include <string.h>

static const char look_first[] =
    ". It may have worked: look it up before sending it again";

static const char *central(const struct account *a)
{
    return a->program == PROGRAM_EXTERNAL ? "Seller Central" : "Vendor Central";
}

/* "account acme-us: getOrders: <what is there>" */
static enum err words_about(const struct account *a, const struct operation *op,
                            struct fault *f)
{
    return fault_prefix(f, "account %s: %s", a->id, op->name);
}

static enum err say_refused(const struct account *a, const struct refusal *r,
                            const char *words, struct fault *f)
{
    switch (r->kind) {
    case REFUSAL_CREDENTIALS:
        return fault_set(
            f, ERR_DENIED,
            "Amazon does not accept the account's authorisation: consent was "
            "revoked, or region or endpoint are not the account's. Check both in "
            "the project file; else authorise the application again in %s and "
            "put the new refresh token in place (%s)",
            central(a), words);
    case REFUSAL_ROLE:
        return fault_set(
            f, ERR_DENIED,
            "the application lacks a role for this, or the account has not "
            "consented to it. Add the role in the developer profile, then authorise "
            "again in %s for a new refresh token (%s)",
            central(a), words);
    case REFUSAL_EXPIRED_TOKEN:
        return fault_set(f, ERR_DENIED,
                         "Amazon calls a token expired that is new. Check this machine's "
                         "clock, and region or endpoint in the project file (%s)",
                         words);
    case REFUSAL_THROTTLED:
        return fault_set(
            f, ERR_BUSY,
            "Amazon's quota is used up, perhaps by other software with the same "
            "credentials; try again later (%s)",
            words);
    case REFUSAL_NOT_FOUND:
        return fault_set(f, ERR_NOT_FOUND, "%s", words);
    case REFUSAL_CONFLICT:
        return fault_set(f, ERR_CONFLICT, "%s", words);
    default:
        return fault_set(f, ERR_AMAZON, "%s", words);
    }
}

enum err words_refused(const struct account *a, const struct operation *op,
                       const struct refusal *r, struct fault *f)
{
    char words[400];
    refusal_format(r, words, sizeof words);
    say_refused(a, r, words, f);
    return words_about(a, op, f);
}

enum err words_server(const struct account *a, const struct operation *op, bool write,
                      const struct refusal *r, struct fault *f)
{
    char words[400];
    refusal_format(r, words, sizeof words);
    fault_set(f, ERR_AMAZON, "Amazon failed (%s)%s", words, write ? look_first : "");
    return words_about(a, op, f);
}

enum err words_not_sent(const struct account *a, const struct operation *op,
                        const char *why, struct fault *f)
{
    fault_set(f, ERR_NETWORK, "not sent: %s", why);
    return words_about(a, op, f);
}

enum err words_lost(const struct account *a, const struct operation *op, bool write,
                    const char *why, struct fault *f)
{
    fault_set(f, ERR_NETWORK, "no whole answer came: %s%s", why, write ? look_first : "");
    return words_about(a, op, f);
}

enum err words_unreadable(const struct account *a, const struct operation *op, bool write,
                          int status, struct fault *f)
{
    struct fault why = *f;
    const bool html = strstr(why.text, "got '<'") != NULL;
    fault_set(f, why.code, "Amazon answered %d, but %s%s%s", status, why.text,
              html ? " (a page of HTML: is there a proxy in between?)" : "",
              write ? look_first : "");
    return words_about(a, op, f);
}
