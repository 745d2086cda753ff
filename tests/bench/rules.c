/* How fast rules are, on one core and a real disk: evaluations and runs a second, one new
 * event among many open orders, and the memory that takes.
 *
 *     bench_rules [ORDERS [FOLDER]]      (100000, a new folder below /tmp)
 *
 * Prints one line a figure: what, how many a second or milliseconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "bind/bind.h"
#include "net/http_client.h"
#include "workflow/round.h"
#include "workflow/vendor.h"

enum { EVALUATIONS = 100000, RUNS = 20000, SINGLE = 200 };

struct bench {
    struct clock *clock;
    struct project *project;
    struct host *host;
    struct tasks *tasks;
    struct rules *rules;
    int64_t *records;
    int orders;
};

static void must(bool ok, const struct fault *f)
{
    if (ok)
        return;
    fprintf(stderr, "bench_rules: %s\n", f->text);
    exit(1);
}

/* Processor time of this process, in seconds. */
static double cpu(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)r.ru_utime.tv_sec + (double)r.ru_stime.tv_sec +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static double wall(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- what it works with ---- */

static void open_host(struct bench *b, const char *folder)
{
    struct fault f = {0};
    char path[1024];
    struct host_parts parts = {.clock = b->clock};
    b->project = project_load("tests/bench/rules", NULL, &f);
    must(b->project != NULL, &f);
    parts.accounts = project_take_accounts(b->project, &parts.account_count);
    parts.setup = project_take_setup(b->project);
    parts.store = store_open(folder, STORE_OWN, b->clock, &f);
    must(parts.store != NULL, &f);
    snprintf(path, sizeof path, "%s/documents", folder);
    parts.archive = archive_open(path, &f);
    must(parts.archive != NULL, &f);
    parts.loop = loop_new(b->clock);
    parts.random = random_new_seeded(1);
    parts.transport = http_client_new(parts.loop, "bench");
    b->host = host_open(&parts, &f);
    must(b->host != NULL, &f);
    b->tasks = tasks_new(b->host);
}

static void add_order(struct bench *b, struct arena *a, int i)
{
    static const char form[] =
        "{\"purchaseOrderNumber\":\"P%07d\",\"orderDetails\":{"
        "\"orderDate\":\"2026-11-23T08:00:00Z\",\"orderStatus\":\"NEW\","
        "\"shipmentDetails\":{\"isPriorityShipment\":false,\"isPslipRequired\":false,"
        "\"isGift\":false,\"shipMethod\":\"UPS\",\"shipmentDates\":{"
        "\"requiredShipDate\":\"2026-11-24T08:00:00Z\"}},"
        "\"sellingParty\":{\"partyId\":\"ACME1\"},\"shipFromParty\":{\"partyId\":"
        "\"ABCD\"},"
        "\"items\":[{\"itemSequenceNumber\":\"1\",\"buyerProductIdentifier\":"
        "\"B00000001\","
        "\"orderedQuantity\":{\"amount\":1,\"unitOfMeasure\":\"Each\"},"
        "\"netPrice\":{\"currencyCode\":\"EUR\",\"amount\":\"10.00\"}}]}}";
    char text[2048];
    struct fault f = {0};
    struct record r;
    enum record_change change;
    snprintf(text, sizeof text, form, i);
    arena_reset(a);
    const struct json *order = json_parse(a, text, strlen(text), &f);
    must(order != NULL, &f);
    must(vendor_take_order(b->host, b->host->accounts[0], order, text, strlen(text),
                           &change, &f) == ERR_OK,
         &f);
    must(record_find(b->host->store, a, RECORD_ORDER, NULL,
                     json_get_str(order, "purchaseOrderNumber", ""), false, &r,
                     &f) == ERR_OK,
         &f);
    b->records[i] = r.id;
}

static void add_orders(struct bench *b)
{
    struct arena a;
    struct fault f = {0};
    arena_init(&a);
    b->records = mem_array((size_t)b->orders, sizeof *b->records);
    for (int i = 0; i < b->orders; i++)
        add_order(b, &a, i);
    must(store_commit(b->host->store, &f) == ERR_OK, &f);
    arena_clear(&a);
}

static void tell(struct bench *b, int order, const char *what)
{
    struct fault f = {0};
    const struct record r = {.id = b->records[order], .account = "acme"};
    must(host_event(b->host, &r, what, NULL, &f) == ERR_OK, &f);
}

static bool is_idle(void *arg)
{
    const struct bench *b = arg;
    return rules_idle(b->rules);
}

static void work(struct bench *b)
{
    struct fault f = {0};
    struct round_party party = rules_party(b->rules);
    must(round_run(b->host, &party, is_idle, b, INT64_MAX, &f) == ERR_OK, &f);
}

/* ---- what is measured ---- */

/* So many events, answered and committed; the telling is not counted. */
static void measure(struct bench *b, const char *name, const char *what, int count,
                    int rules_each)
{
    for (int i = 0; i < count; i++)
        tell(b, i % b->orders, what);
    const double begun = cpu(), since = wall();
    work(b);
    printf("%-44s %9.0f a second of CPU, %9.0f a second\n", name,
           count * rules_each / (cpu() - begun), count * rules_each / (wall() - since));
}

static int compare(const void *left, const void *right)
{
    const double *l = left, *r = right;
    return (*l > *r) - (*l < *r);
}

/* One event at a time, each with its commit. */
static void measure_single(struct bench *b)
{
    double took[SINGLE];
    for (int i = 0; i < SINGLE; i++) {
        const double since = wall();
        tell(b, (int)((long)i * 7919 % b->orders), "order.changed");
        work(b);
        took[i] = (wall() - since) * 1000;
    }
    qsort(took, SINGLE, sizeof took[0], compare);
    printf("%-44s %9.2f ms in the middle, %.2f ms at 99 %%\n",
           "one new event, decided and committed", took[SINGLE / 2],
           took[SINGLE * 99 / 100]);
}

static void print_memory(const char *when)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    printf("%-44s %9.0f MiB at most\n", when, (double)r.ru_maxrss / 1024);
}

static void measure_all(struct bench *b)
{
    measure(b, "evaluations without an effect", "packed", EVALUATIONS, 1);
    measure(b, "runs with an effect", "picked_up", RUNS < b->orders ? RUNS : b->orders,
            1);
    print_memory("memory before the holds");
    measure(b, "three rules for every order, one holds", "order.changed", b->orders, 3);
    measure_single(b);
    print_memory("memory with all of it");
}

int main(int argc, char **argv)
{
    struct bench b = {.orders = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 100000};
    char made[] = "/tmp/dray-bench-XXXXXX";
    const char *folder = argc > 2 ? argv[2] : mkdtemp(made);
    struct fault f = {0};
    b.clock = clock_new_real();
    open_host(&b, folder);
    add_orders(&b);
    print_memory("memory with the orders");
    b.rules = bind_rules(b.host, b.tasks, b.project, false, NULL, &f);
    must(b.rules != NULL, &f);
    measure_all(&b);
    rules_close(b.rules);
    tasks_free(b.tasks);
    host_close(b.host);
    project_free(b.project);
    clock_free(b.clock);
    free(b.records);
    return 0;
}
