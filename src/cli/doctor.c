/* `dray doctor`: what is wrong here, and what to do about it. */
#include "cli/doctor.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "net/http_client.h"
#include "store/record.h"
#include "workflow/poller.h"

static const struct flag flags[] = {
    {"offline", 0, NULL, false, "ask nothing over the network"},
    FLAG_JSON,
    FLAG_PROJECT,
    FLAG_STATE,
    FLAG_END,
};

enum { MEBIBYTE = 1 << 20, ROOM_LOOK_MIB = 1024, ROOM_WRONG_MIB = 100 };

void doctor_say(struct doctor *d, const char *what, enum health health, const char *seen,
                const char *advice)
{
    static const char *const words[] = {"ok", "look", "WRONG"};

    rows_begin(d->rows);
    rows_text(d->rows, "what", what);
    rows_text(d->rows, "finding", words[health]);
    rows_text(d->rows, "seen", seen);
    rows_text(d->rows, "advice", advice);
    rows_end(d->rows);
    d->wrong += health == HEALTH_WRONG;
}

static void look_at_versions(struct doctor *d)
{
    char seen[200];
    const char *curl = http_client_library(), *tls = strchr(curl, ' ');
    const size_t first = tls == NULL ? strlen(curl) : (size_t)(tls - curl) + 1;

    snprintf(seen, sizeof seen, "dray " DRAY_VERSION ", %s, %.*s", store_library(),
             (int)(first + strcspn(curl + first, " ")), curl);
    doctor_say(d, "versions", HEALTH_OK, seen, "");
}

static void look_at_disk(struct doctor *d)
{
    struct fault f;
    char seen[100];
    int64_t bytes = 0;

    const enum err e = store_room(d->session->state, &bytes, &f);
    const long long mib = bytes / MEBIBYTE;
    snprintf(seen, sizeof seen, "%lld MiB free", mib);
    if (e == ERR_INPUT)
        doctor_say(d, "state folder", HEALTH_WRONG, f.text,
                   "chmod 700 it: it holds customers' addresses");
    else if (e != ERR_OK)
        doctor_say(d, "state folder", HEALTH_WRONG, f.text,
                   "give it to the user that dray runs as, or name another --state");
    else if (mib < ROOM_WRONG_MIB)
        doctor_say(d, "disk", HEALTH_WRONG, seen,
                   "make room: dray stops when the disk is full");
    else if (mib < ROOM_LOOK_MIB)
        doctor_say(d, "disk", HEALTH_LOOK, seen, "make room before it is full");
    else
        doctor_say(d, "disk", HEALTH_OK, seen, "");
}

/* Its list was read, and brought nothing, ever. */
static bool is_idle(struct store *s, const struct account *a)
{
    const bool vendor = a->program == PROGRAM_VENDOR;
    const struct record_filter all = {.kind = vendor ? RECORD_ORDER : RECORD_SHIPMENT,
                                      .account = a->id,
                                      .with_old = true,
                                      .limit = 1};
    int64_t read_ms, count = 0;
    struct fault f;

    return cursor_get(s, a->id, poll_name(vendor ? POLL_ORDERS : POLL_PROGRESS), &read_ms,
                      &f) == ERR_OK &&
           record_count(s, &all, &count, &f) == ERR_OK && count == 0;
}

/* Amazon answers a wrong account or region with an empty list. */
static void look_for_work(struct doctor *d, struct store *s)
{
    char what[160];
    for (size_t i = 0; i < d->session->project->account_count; i++) {
        const struct account *a = d->session->project->accounts[i];
        if (!is_idle(s, a))
            continue;
        snprintf(what, sizeof what, "%s: work", a->id);
        doctor_say(d, what, HEALTH_LOOK,
                   "nothing is here, although Amazon's list was read",
                   "lists are by creation, back to `since` and a week at least: is this "
                   "the account and the region that get the orders?");
    }
}

static void look_at_state(struct doctor *d)
{
    struct fault f;
    struct store *s = store_open(d->session->state, STORE_LOOK, d->session->clock, &f);

    if (s != NULL)
        doctor_say(d, "state", HEALTH_OK, d->session->state, "");
    else if (f.code == ERR_NOT_FOUND)
        doctor_say(d, "state", HEALTH_OK, "not there yet", "the first run makes it");
    else
        doctor_say(d, "state", HEALTH_WRONG, f.text,
                   "see `dray check --records`; keep a copy before anything else");
    if (s != NULL)
        look_for_work(d, s);
    store_close(s);
}

static void look_at_secret(struct doctor *d, const struct account *a, const char *name,
                           const struct source *source)
{
    struct fault f;
    struct secret secret = {0};
    char what[160];

    snprintf(what, sizeof what, "%s: %s", a->id, name);
    if (source_read(source, name, &secret, &f) == ERR_OK)
        doctor_say(d, what, HEALTH_OK, "there", "");
    else
        doctor_say(d, what, HEALTH_WRONG, f.text, "see `credentials` in dray.lua");
    secret_clear(&secret);
}

static void look_at_accounts(struct doctor *d)
{
    for (size_t i = 0; i < d->session->project->account_count; i++) {
        const struct account *a = d->session->project->accounts[i];
        look_at_secret(d, a, "clientSecret", &a->credentials.client_secret);
        look_at_secret(d, a, "refreshToken", &a->credentials.refresh_token);
    }
}

static int doctor(const struct invocation *in)
{
    static const char *const headings[] = {"what", "", "seen", "what to do", NULL};
    struct session s;
    struct doctor d = {.in = in, .session = &s};
    const int exit = session_project(in, &s);

    if (exit == EXIT_DONE) {
        d.rows = rows_of(in, flag_given(in, "json") ? NULL : headings);
        look_at_versions(&d);
        look_at_disk(&d);
        look_at_state(&d);
        look_at_accounts(&d);
        if (d.wrong == 0 && !flag_given(in, "offline"))
            doctor_amazon(&d);
        rows_print(d.rows, "nothing was looked at");
    }
    session_close(&s);
    return exit == EXIT_DONE && d.wrong > 0 ? EXIT_FAILED : exit;
}

const struct command command_doctor = {
    .name = "doctor",
    .arguments = "",
    .summary = "credentials, roles, clock, network, disk: what is wrong and what to do",
    .details =
        "Reads only: a token, and the smallest page of each list. Amazon is asked when "
        "nothing is wrong\n"
        "on this machine. Exit code 0: nothing is wrong; 1: something is.",
    .flags = flags,
    .run = doctor,
};
