/* The lines in which jobs stand: one after the other in each, side by side with others.
 */
#include "check.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/job.h"
#include "engine/rules_inside.h"

static struct clock *a_clock;
static struct loop *loop;
static struct lines *lines;
static struct standing one = {.id = 1}, two = {.id = 2};

static void up(void)
{
    a_clock = clock_new_virtual(0);
    loop = loop_new(a_clock);
    lines = lines_new(loop);
    TAILQ_INIT(&one.parked);
}

static void down(void)
{
    lines_free(lines);
    loop_free(loop);
    clock_free(a_clock);
}

static void add(struct standing *st, int64_t event, int64_t record)
{
    struct job *job = mem_new(sizeof *job);
    job->standing = st;
    job->row = (struct job_row){.event = event, .rule = st->id, .record = record};
    lines_add(lines, job, record);
}

/* The event of the next job, which is under way then; 0: none. */
static struct job *next(int64_t event)
{
    struct job *job = lines_next(lines);
    CHECK_INT(job == NULL ? 0 : job->row.event, event);
    return job;
}

static void one_line_is_one_after_the_other(void)
{
    up();
    add(&one, 1, 7);
    add(&two, 2, 7);
    add(&one, 3, 8);
    struct job *first = next(1), *other = next(3);
    next(0);
    lines_done(lines, first);
    lines_done(lines, next(2));
    lines_done(lines, other);
    next(0);
    CHECK_INT(lines_count(lines), 0);
    down();
}

static void a_job_that_waits_lets_other_rules_pass_and_none_of_its_own(void)
{
    up();
    add(&one, 1, 7);
    add(&one, 2, 7);
    add(&two, 3, 7);
    lines_later(lines, next(1), 1000);
    lines_done(lines, next(3));
    next(0);
    loop_turn(loop, 2000);
    CHECK_INT(clock_mono_ms(a_clock), 1000);
    lines_done(lines, next(1));
    lines_done(lines, next(2));
    CHECK_INT(lines_count(lines), 0);
    down();
}

static void a_parked_line_goes_on_when_it_is_let(void)
{
    up();
    add(&one, 1, 7);
    add(&one, 2, 8);
    lines_park(lines, next(1), &one.parked);
    lines_park(lines, next(2), &one.parked);
    next(0);
    add(&one, 3, 7); /* stands behind and waits with it */
    next(0);
    lines_unpark(lines, &one.parked);
    lines_done(lines, next(1));
    lines_done(lines, next(3));
    next(0);
    lines_unpark(lines, &one.parked);
    lines_done(lines, next(2));
    lines_unpark(lines, &one.parked); /* nothing there any more */
    down();
}

static bool is_of(void *arg, const struct job *job)
{
    return job->standing == arg;
}

static void jobs_of_a_rule_leave_their_lines_but_for_one_under_way(void)
{
    up();
    add(&one, 1, 7);
    add(&one, 2, 7);
    add(&two, 3, 7);
    add(&one, 4, 9);
    struct job *going = next(1);
    lines_drop(lines, is_of, &one);
    CHECK_INT(lines_count(lines), 2);
    const struct job_row row = {.event = 1, .rule = 1};
    CHECK(lines_find(lines, 7, &row) == going);
    CHECK(lines_find(lines, 9, &row) == NULL);
    lines_done(lines, going);
    lines_done(lines, next(3));
    next(0);
    down();
}

static void many_lines(void)
{
    enum { MANY = 20000 };
    up();
    for (int i = 1; i <= MANY; i++)
        add(&one, i, i % 5000 + 1);
    int64_t sum = 0;
    for (struct job *job = lines_next(lines); job != NULL; job = lines_next(lines)) {
        sum += job->row.event;
        lines_done(lines, job);
    }
    CHECK_INT(sum, (int64_t)MANY * (MANY + 1) / 2);
    CHECK_INT(lines_count(lines), 0);
    down();
}

TESTS_MAIN({"jobs of one order follow each other; other orders go on",
            one_line_is_one_after_the_other},
           {"a job that waits for another try lets other rules pass, and none of its own",
            a_job_that_waits_lets_other_rules_pass_and_none_of_its_own},
           {"a line that waits for its rule goes on when it is let",
            a_parked_line_goes_on_when_it_is_let},
           {"jobs of a rule leave their lines, but for one under way",
            jobs_of_a_rule_leave_their_lines_but_for_one_under_way},
           {"no job of many lines is lost or done twice", many_lines})
