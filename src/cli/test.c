/* `dray test`: specs under busted, inside this program. */
#include "bind/test.h"
#include "base/mem.h"
#include "cli/command.h"

#include <stdlib.h>

static const struct flag flags[] = {FLAG_END};

static int test(const struct invocation *in)
{
    char **argv = mem_array((size_t)in->count + 2, sizeof *argv);

    argv[0] = mem_text("dray test");
    for (int i = 0; i < in->count; i++)
        argv[i + 1] = in->arguments[i];
    int exit = test_run(in->count + 1, argv);
    free(argv[0]);
    free(argv);
    return exit;
}

const struct command command_test = {
    .name = "test",
    .arguments = "[FOLDER|FILE|BUSTED-OPTION...]",
    .summary = "run specs with a fake clock and the simulator inside this program",
    .details =
        "Specs are files whose names end with _spec.lua; the default folder is spec. "
        "They are\n"
        "busted's: describe, it, assert. `require(\"dray.test\")` gives them hosts.\n"
        "Options of busted follow a --, for instance: dray test -- --filter=labels "
        "tests/spec",
    .most = -1,
    .flags = flags,
    .stop_at_argument = true,
    .run = test,
};
