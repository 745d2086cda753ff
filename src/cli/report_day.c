/* The day of a report, in the zone of each order's warehouse. */
#include "cli/report_day.h"

#include <stdio.h>
#include <string.h>

int report_day_read(const struct invocation *in, struct report_day *d)
{
    const char *word = in->count == 0 ? "today" : in->arguments[0];
    int64_t ms;

    *d = (struct report_day){.back = strcmp(word, "yesterday") == 0 ? 1 : 0};
    if (strcmp(word, "today") == 0 || d->back == 1)
        return EXIT_DONE;
    d->back = -1;
    if (strlen(word) != strlen("2026-11-23") ||
        instant_parse(word, &ms, NULL, NULL) != ERR_OK)
        return complain(in, EXIT_USAGE,
                        "\"%s\": expected a day such as 2026-11-23, today or yesterday",
                        word);
    civil_from_ms(ms, &d->date);
    return EXIT_DONE;
}

void report_day_in(const struct report_day *d, const struct zone *zone, struct span *out)
{
    int64_t at = d->now_ms;
    const bool dated = d->back < 0;

    if (dated && zone == NULL)
        at = civil_to_ms(&d->date);
    else if (dated)
        zone_instant(zone, &d->date, &at, NULL);
    *out = (struct span){at - at % MS_DAY, at - at % MS_DAY + MS_DAY};
    if (zone != NULL)
        zone_day(zone, at, &out->begin_ms, &out->end_ms);
    if (d->back != 1)
        return;
    *out = (struct span){out->begin_ms - MS_DAY, out->begin_ms};
    if (zone != NULL)
        zone_day(zone, out->end_ms - 1, &out->begin_ms, &out->end_ms);
}

void report_day_widest(const struct report_day *d, const struct session *s,
                       struct span *out)
{
    const struct project *p = s->project;
    report_day_in(d, NULL, out);
    for (size_t i = 0; i < p->account_count; i++)
        for (size_t w = 0; w < p->accounts[i]->warehouse_count; w++) {
            struct span one;
            report_day_in(d, p->accounts[i]->warehouses[w].zone, &one);
            out->begin_ms = one.begin_ms < out->begin_ms ? one.begin_ms : out->begin_ms;
            out->end_ms = one.end_ms > out->end_ms ? one.end_ms : out->end_ms;
        }
}

void report_day_time(struct rows *rows, const struct zone *zone, const struct span *day,
                     const char *name, int64_t at_ms)
{
    struct civil local;
    char text[32], full[INSTANT_TEXT];

    if (at_ms == 0) {
        rows_cell(rows, "-");
        return;
    }
    if (zone != NULL) {
        zone_local(zone, at_ms, &local);
        zone_format(zone, at_ms, full);
    } else {
        civil_from_ms(at_ms, &local);
        instant_format(at_ms, full);
    }
    if (span_has(day, at_ms))
        snprintf(text, sizeof text, "%02d:%02d", local.hour, local.minute);
    else
        snprintf(text, sizeof text, "%02d-%02d %02d:%02d", local.month, local.day,
                 local.hour, local.minute);
    rows_cell(rows, text);
    rows_extra(rows, name, full);
}

void report_day_zones(const struct session *s)
{
    const struct project *p = s->project;
    const char *between = "\ntimes are local: ";

    for (size_t i = 0; i < p->account_count; i++)
        for (size_t w = 0; w < p->accounts[i]->warehouse_count; w++) {
            const struct warehouse *house = &p->accounts[i]->warehouses[w];
            printf("%s%s in %s", between, house->code, zone_name(house->zone));
            between = ", ";
        }
    putchar('\n');
}

bool report_wants(const struct invocation *in, const struct record *r)
{
    const char *account = flag_text(in, "account", NULL),
               *house = flag_text(in, "warehouse", NULL);
    return (r->flags & RECORD_IMPORTED) == 0 &&
           (account == NULL || strcmp(account, r->account) == 0) &&
           (house == NULL || strcmp(house, r->warehouse) == 0);
}
