/* `dray completion`: words for the shell, from the tables of the commands. */
#include <string.h>

#include "cli/command.h"

static const struct flag flags[] = {FLAG_END};

static void print_flags(const struct command *c)
{
    printf("    %s) words=\"--help", c->name);
    for (const struct flag *f = c->flags; f->name != NULL; f++)
        printf(" --%s", f->name);
    printf("\" ;;\n");
}

static void print_bash(void)
{
    printf("# bash completion of dray; in ~/.bashrc: eval \"$(dray completion bash)\"\n"
           "_dray() {\n"
           "  local words word=${COMP_WORDS[COMP_CWORD]}\n"
           "  COMPREPLY=()\n"
           "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
           "    words=\"");
    for (size_t i = 0; commands[i] != NULL; i++)
        printf("%s ", commands[i]->name);
    printf("--help --version\"\n"
           "  elif [ \"${word#-}\" != \"$word\" ]; then\n"
           "    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        print_flags(commands[i]);
    printf("    *) words= ;;\n"
           "    esac\n"
           "  else\n"
           "    return\n"
           "  fi\n"
           "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
           "}\n"
           "complete -o default -F _dray dray\n");
}

static int completion(const struct invocation *in)
{
    if (strcmp(in->arguments[0], "bash") != 0)
        return complain(in, EXIT_USAGE, "%s: expected bash", in->arguments[0]);
    print_bash();
    return EXIT_DONE;
}

const struct command command_completion = {
    .name = "completion",
    .arguments = "bash",
    .summary = "print what the shell needs to complete commands and flags",
    .details = "For bash: put eval \"$(dray completion bash)\" into ~/.bashrc.",
    .least = 1,
    .most = 1,
    .flags = flags,
    .run = completion,
};
