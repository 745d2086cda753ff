/* `dray test`: specs under busted, inside this program. */
#include "bind/test.h"
#include "base/mem.h"
#include "cli/command.h"

#include <stdlib.h>
#include <unistd.h>

static const struct flag flags[] = {FLAG_END};

/* Where a project that `dray init` made has its specs. */
static char own_folder[] = "tests";

static int test(const struct invocation *in)
{
    char **argv = mem_array((size_t)in->count + 3, sizeof *argv);
    int argc = 0;

    argv[argc++] = mem_text("dray test");
    for (int i = 0; i < in->count; i++)
        argv[argc++] = in->arguments[i];
    if (in->count == 0 && access(own_folder, F_OK) == 0 && access("spec", F_OK) != 0)
        argv[argc++] = own_folder;
    int exit = test_run(argc, argv);
    free(argv[0]);
    free(argv);
    return exit;
}

const struct command command_test = {
    .name = "test",
    .arguments = "[FOLDER|FILE|BUSTED-OPTION...]",
    .summary = "run specs with a fake clock and the simulator inside this program",
    .details =
        "Specs are files whose names end with _spec.lua; the default folder is spec, or "
        "tests where there "
        "is no spec. "
        "They are\n"
        "busted's: describe, it, assert. `require(\"dray.test\")` gives them hosts.\n"
        "Options of busted follow a --, for instance: dray test -- --filter=labels "
        "tests/spec",
    .most = -1,
    .flags = flags,
    .stop_at_argument = true,
    .run = test,
};
