/* From argv to a command: the tables decide what is allowed. */
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/suggest.h"
#include "cli/errand.h"
#include "cli/files.h"

enum { FLAGS_MAX = 24, COMMANDS_MAX = 64, TRIES = 40 };

/* A flag as it was given. */
struct given {
    const struct flag *flag;
    const char *value; /* NULL for one that takes none */
};

/* clang-format off */
const struct command *const commands[] = {
    &command_init,
    &command_run,
    &command_once,
    &command_serve,
    &command_call,
    &command_check,
    &command_orders,
    &command_shipments,
    &command_effects,
    &command_documents,
    &command_explain,
    &command_report,
    &command_backtest,
    &command_hold,
    &command_release,
    &command_retry,
    &command_settle,
    &command_freeze,
    &command_thaw,
    &command_adopt,
    &command_import,
    &command_print,
    &command_rules,
    &command_runs,
    &command_trace,
    &command_pause,
    &command_resume,
    &command_event,
    &command_events,
    &command_reload,
    &command_doctor,
    &command_sim,
    &command_test,
    &command_completion,
    NULL,
};
/* clang-format on */

bool flag_given(const struct invocation *in, const char *name)
{
    for (int i = 0; i < in->given_count; i++)
        if (strcmp(in->given[i].flag->name, name) == 0)
            return true;
    return false;
}

const char *flag_nth(const struct invocation *in, const char *name, int nth)
{
    for (int i = 0; i < in->given_count; i++)
        if (strcmp(in->given[i].flag->name, name) == 0 && nth-- == 0)
            return in->given[i].value;
    return NULL;
}

int flag_count(const struct invocation *in, const char *name)
{
    int count = 0;
    for (int i = 0; i < in->given_count; i++)
        count += strcmp(in->given[i].flag->name, name) == 0;
    return count;
}

const char *flag_text(const struct invocation *in, const char *name,
                      const char *otherwise)
{
    const char *value = flag_nth(in, name, 0);
    return value == NULL ? otherwise : value;
}

bool flag_number(const struct invocation *in, const char *name, long least, long most,
                 long otherwise, long *number)
{
    const char *text = flag_text(in, name, NULL);
    char *end;

    *number = otherwise;
    if (text == NULL)
        return true;
    *number = strtol(text, &end, 10);
    if (*text != '\0' && *end == '\0' && *number >= least && *number <= most)
        return true;
    complain(in, EXIT_USAGE, "--%s: expected a whole number from %ld to %ld, got \"%s\"",
             name, least, most, text);
    return false;
}

int complain(const struct invocation *in, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(in->err, "dray %s: ", in->command->name);
    vfprintf(in->err, format, args);
    fputc('\n', in->err);
    va_end(args);
    return code;
}

int complain_fault(const struct invocation *in, const struct fault *f)
{
    complain(in, 0, "%s", f->text);
    return f->code == ERR_BUG ? EXIT_BUG : EXIT_FAILED;
}

/* ---- help ---- */

static void print_flag(const struct flag *flag)
{
    char text[80], letter[8] = "    ";
    if (flag->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", flag->letter);
    snprintf(text, sizeof text, "%s--%s%s%s", letter, flag->name,
             flag->value == NULL ? "" : " ", flag->value == NULL ? "" : flag->value);
    printf("  %-28s %s%s\n", text, flag->help, flag->many ? " (may be given often)" : "");
}

static int print_help(const struct command *c)
{
    printf("usage: dray %s%s%s%s\n\n%s\n", c->name,
           c->flags[0].name == NULL ? "" : " [FLAGS]", c->arguments[0] == '\0' ? "" : " ",
           c->arguments, c->summary);
    if (c->details != NULL)
        printf("\n%s\n", c->details);
    printf("\nflags:\n");
    for (const struct flag *f = c->flags; f->name != NULL; f++)
        print_flag(f);
    printf("  %-28s this help\n", "-h, --help");
    return EXIT_DONE;
}

static void print_commands(FILE *out)
{
    fprintf(
        out,
        "dray carries a vendor's orders to Amazon: rules and scripts decide, dray sends "
        "each thing once\nand proves that it arrived.\n\nusage: dray COMMAND [FLAGS] "
        "[ARGUMENTS]\n\ncommands:\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        fprintf(out, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(
        out,
        "\n`dray COMMAND --help` says the rest. Exit codes: 0 done, 1 failed, 2 usage, "
        "3 something is held\nor unknown, 70 a mistake in dray.\n");
}

/* ---- reading the words ---- */

static int number_of_flags(const struct command *c)
{
    int n = 0;
    while (c->flags[n].name != NULL)
        n++;
    return n;
}

/* getopt_long's tables from ours. */
static void build_options(const struct command *c, struct option *options, char *letters)
{
    int n = number_of_flags(c), at = 0;

    letters[at++] = c->stop_at_argument ? '+' : ':';
    if (c->stop_at_argument)
        letters[at++] = ':';
    for (int i = 0; i < n; i++) {
        options[i] = (struct option){
            c->flags[i].name, c->flags[i].value == NULL ? no_argument : required_argument,
            NULL, 1000 + i};
        if (c->flags[i].letter != 0) {
            letters[at++] = c->flags[i].letter;
            if (c->flags[i].value != NULL)
                letters[at++] = ':';
        }
    }
    letters[at++] = 'h';
    letters[at] = '\0';
    options[n] = (struct option){"help", no_argument, NULL, 'h'};
    options[n + 1] = (struct option){NULL, 0, NULL, 0};
}

static const struct flag *flag_of(const struct command *c, int code)
{
    if (code >= 1000)
        return &c->flags[code - 1000];
    for (const struct flag *f = c->flags; f->name != NULL; f++)
        if (f->letter == code)
            return f;
    return NULL;
}

static int unknown_flag(const struct invocation *in, const char *word)
{
    const char *names[FLAGS_MAX];
    size_t n = 0;
    for (const struct flag *f = in->command->flags; f->name != NULL; f++)
        names[n++] = f->name;
    const char *bare = word;
    while (*bare == '-')
        bare++;
    const char *near = suggest(bare, names, n);
    if (near != NULL)
        return complain(in, EXIT_USAGE, "unknown flag %s (did you mean --%s?)", word,
                        near);
    return complain(in, EXIT_USAGE, "unknown flag %s; see `dray %s --help`", word,
                    in->command->name);
}

static int take_flag(struct invocation *in, int code, char **argv)
{
    const struct flag *flag;

    if (code == ':')
        return complain(in, EXIT_USAGE, "%s wants a value", argv[optind - 1]);
    if (code == '?')
        return unknown_flag(in, argv[optind - 1]);
    flag = flag_of(in->command, code);
    if (!flag->many && flag_given(in, flag->name))
        return complain(in, EXIT_USAGE, "--%s is given twice", flag->name);
    in->given = mem_resize(in->given, ((size_t)in->given_count + 1) * sizeof *in->given);
    in->given[in->given_count++] = (struct given){flag, optarg};
    return EXIT_DONE;
}

static int check_count(const struct invocation *in)
{
    const struct command *c = in->command;
    if (in->count < c->least)
        return complain(in, EXIT_USAGE, "wants %s; see `dray %s --help`", c->arguments,
                        c->name);
    if (c->most >= 0 && in->count > c->most)
        return complain(in, EXIT_USAGE,
                        "\"%s\" is one word too many; see `dray %s --help`",
                        in->arguments[c->most], c->name);
    return EXIT_DONE;
}

/* Fills in->given and in->arguments from the words, which getopt_long puts in order. */
static int read_words(struct invocation *in, int argc, char **argv, bool *help)
{
    struct option options[FLAGS_MAX + 2];
    char letters[2 * FLAGS_MAX + 4];
    int code, exit = EXIT_DONE;

    build_options(in->command, options, letters);
    opterr = 0;
    optind = 0; /* from the start: the owner reads the words of many */
    for (;;) {
        code = getopt_long(argc, argv, letters, options, NULL);
        if (code == -1 || exit != EXIT_DONE)
            break;
        *help = code == 'h';
        if (*help)
            return EXIT_DONE;
        exit = take_flag(in, code, argv);
    }
    in->count = argc - optind;
    in->arguments = argv + optind;
    return exit == EXIT_DONE ? check_count(in) : exit;
}

/* Here, or where the state's owner is. An owner that is just coming or going is tried
 * again: most of them only take a moment. */
static int run_here_or_there(struct invocation *in)
{
    int exit = in->command->run(in);
    for (int i = 1; exit == EXIT_OWNED && i <= TRIES; i++) {
        exit = errand_send(in);
        if (exit != EXIT_OWNED)
            return exit;
        errand_pause();
        in->impatient = i == TRIES;
        exit = in->command->run(in);
    }
    return exit;
}

static int run_command(const struct command *c, int argc, char **argv)
{
    char **words = mem_array((size_t)argc + 1, sizeof *words);
    struct invocation in = {.command = c,
                            .out = stdout,
                            .err = stderr,
                            .files = files_new(),
                            .words = words,
                            .word_count = argc};
    bool help = false;

    memcpy(words, argv, (size_t)argc * sizeof *words);
    int exit = read_words(&in, argc, argv, &help);
    if (help)
        exit = print_help(c);
    else if (exit == EXIT_DONE)
        exit = run_here_or_there(&in);
    files_free(in.files);
    free(in.given);
    free(words);
    return exit;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

int command_run_errand(struct invocation *in, char **words, int count)
{
    bool help = false;

    in->command = count < 1 ? NULL : find_command(words[0]);
    in->impatient = true;
    if (in->command == NULL || in->command->alone) {
        fprintf(in->err, "dray: the running dray cannot do that for others\n");
        return EXIT_USAGE;
    }
    int exit = read_words(in, count, words, &help);
    if (exit == EXIT_DONE && !help)
        exit = in->command->run(in);
    return exit;
}

void command_end_errand(struct invocation *in)
{
    free(in->given);
    in->given = NULL;
    in->given_count = 0;
}

static int unknown_command(const char *word)
{
    const char *names[COMMANDS_MAX];
    size_t n = 0;
    while (commands[n] != NULL) {
        names[n] = commands[n]->name;
        n++;
    }
    const char *near = suggest(word, names, n);
    if (near != NULL)
        fprintf(stderr, "dray: unknown command \"%s\" (did you mean \"%s\"?)\n", word,
                near);
    else
        fprintf(stderr, "dray: unknown command \"%s\"; `dray --help` lists them\n", word);
    return EXIT_USAGE;
}

static int run_words(int argc, char **argv)
{
    if (argc < 2) {
        print_commands(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_commands(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("dray %s\n", DRAY_VERSION);
        return EXIT_DONE;
    }
    const struct command *c = find_command(argv[1]);
    return c != NULL ? run_command(c, argc - 1, argv + 1) : unknown_command(argv[1]);
}

/* A descriptor that was closed at our start must not become the state file's: what is
 * said would then be written into it. */
static void keep_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            _exit(EXIT_FAILED);
}

/* Tokens live in memory only (law 9), so memory does not go to a file when we die. */
static void leave_no_core(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

/* An answer that could not be written is no success. */
static int close_answer(int exit)
{
    const bool failed = ferror(stdout) != 0;
    const int problem = fflush(stdout) != 0 ? errno : 0;
    if (!failed && problem == 0)
        return exit;
    fprintf(stderr, "dray: cannot write all of the answer: %s\n",
            problem != 0 ? strerror(problem) : "a part of it is lost");
    return exit == EXIT_DONE ? EXIT_FAILED : exit;
}

int cli_main(int argc, char **argv)
{
    keep_standard_streams();
    leave_no_core();
    return close_answer(run_words(argc, argv));
}
