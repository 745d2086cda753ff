/* What a command of dray is: a table on top of its file, and a function (design 12).
 *
 * Help, completion and the check of the words on the command line come from the tables.
 */
#ifndef DRAY_CLI_COMMAND_H
#define DRAY_CLI_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "base/fault.h"

/* Exit codes (design 12). */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_OPEN = 3, /* something is held or unknown */
    EXIT_BUG = 70,
    /* These never leave dray. */
    EXIT_OWNED = -1, /* the state has an owner, who is asked to run it */
    EXIT_LATER = -2  /* run by the owner for somebody: it ends later (cli/errand.h) */
};

/* A flag: `--name VALUE` or, without `value`, `--name`. */
struct flag {
    const char *name;
    char letter;       /* short form; 0: none */
    const char *value; /* what the value is, in capitals; NULL: it takes none */
    bool many;         /* may be given more than once */
    const char *help;
};
#define FLAG_JSON                                                                        \
    {                                                                                    \
        "json", 0, NULL, false, "machine-readable output on stdout"                      \
    }
#define FLAG_PROJECT                                                                     \
    {                                                                                    \
        "project", 'C', "DIR", false,                                                    \
            "the project's folder (default: where dray.lua is found upward)"             \
    }
#define FLAG_STATE                                                                       \
    {                                                                                    \
        "state", 0, "DIR", false, "the state folder (default: state/ in the project)"    \
    }
#define FLAG_END                                                                         \
    {                                                                                    \
        NULL, 0, NULL, false, NULL                                                       \
    }

struct invocation;
struct errand;
struct files;

struct command {
    const char *name;
    const char *arguments;    /* after the flags: "SCRIPT [ARG...]"; "" for none */
    const char *summary;      /* one line for the list of commands */
    const char *details;      /* the rest of its help */
    int least, most;          /* number of arguments; most < 0: any */
    const struct flag *flags; /* ends with FLAG_END */
    bool stop_at_argument; /* flags after the first argument belong to it (run SCRIPT --x)
                            */
    bool alone; /* runs for long: never within the dray that owns the state already */
    /* Says everything on in->out and in->err: it may run within a running owner. */
    int (*run)(const struct invocation *in);
};

/* The words of one call, checked against the command's table. */
struct invocation {
    const struct command *command;
    FILE *out, *err;             /* its stdout and stderr, or what stands in for them */
    struct files *files;         /* that the flags name (cli/files.h) */
    const struct errand *errand; /* it runs within the owner for somebody (cli/errand.h);
                                    NULL: by itself */
    char *const *words;          /* all of them as given, the command's name first */
    int word_count;
    bool impatient; /* an owner in the way is a failure, not asked */
    int count;      /* arguments */
    char **arguments;
    struct given *given; /* flags that were given */
    int given_count;
};

/* True when the flag was given. */
bool flag_given(const struct invocation *in, const char *name);
/* Its value, or `otherwise`. */
const char *flag_text(const struct invocation *in, const char *name,
                      const char *otherwise);
/* The nth value (from 0) of a flag that may be given often; NULL past the last. */
const char *flag_nth(const struct invocation *in, const char *name, int nth);
/* How often it was given. */
int flag_count(const struct invocation *in, const char *name);
/* A whole number within a range; false (and a line on stderr) for anything else. */
bool flag_number(const struct invocation *in, const char *name, long least, long most,
                 long otherwise, long *number);

/* "dray NAME: sentence" on stderr; returns `code`. */
int complain(const struct invocation *in, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The sentence of a fault on stderr; the exit code that fits it. */
int complain_fault(const struct invocation *in, const struct fault *f);

/* Every command, in the order of the help; ends with NULL. */
extern const struct command *const commands[];

/* Runs a command for somebody who asked the owner, within the owner's round: `in` has its
 * streams, files and errand. The words are the command's name, flags and arguments; they
 * stay until command_end_errand, which comes after its end. */
int command_run_errand(struct invocation *in, char **words, int count);
void command_end_errand(struct invocation *in);

/* Finds the command and runs it. */
int cli_main(int argc, char **argv);

/* clang-format off */
extern const struct command
    command_init,
    command_run,
    command_once,
    command_serve,
    command_reload,
    command_doctor,
    command_call,
    command_sim,
    command_test,
    command_check,
    command_orders,
    command_shipments,
    command_effects,
    command_documents,
    command_explain,
    command_hold,
    command_release,
    command_retry,
    command_settle,
    command_freeze,
    command_thaw,
    command_adopt,
    command_import,
    command_print,
    command_rules,
    command_runs,
    command_trace,
    command_pause,
    command_resume,
    command_event,
    command_events,
    command_report,
    command_backtest,
    command_completion;
/* clang-format on */

#endif
