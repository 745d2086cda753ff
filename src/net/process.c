/* One child at a time, on a loop of its own, since its caller blocks anyway. The wait
 * ends when the child is gone and its output is at its end, or at the time limit: a
 * grandchild that keeps the pipe open cannot keep us. */
#include "net/process.h"

#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "net/loop_uv.h"

enum { LAST_OUTPUT_MS = 100 }; /* after the exit, while the pipe is not at its end */

struct child {
    struct loop *loop;
    uv_process_t process;
    uv_pipe_t in;
    uv_pipe_t out;
    uv_write_t write;
    struct timer limit;
    struct buf *gathered;
    char room[4096];
    bool exited;
    bool output_ended;
    bool late;
    int64_t status;
    int signal;
};

static void close_once(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void on_limit(void *arg)
{
    struct child *c = arg;
    c->late = true;
}

static void on_exit_of_child(uv_process_t *process, int64_t status, int number)
{
    struct child *c = process->data;
    c->exited = true;
    c->status = status;
    c->signal = number;
    int64_t end_ms = clock_mono_ms(loop_clock(c->loop)) + LAST_OUTPUT_MS;
    if (end_ms < c->limit.due_ms)
        timer_set(c->loop, &c->limit, end_ms, on_limit, c);
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *room)
{
    struct child *c = handle->data;
    (void)wanted;
    *room = uv_buf_init(c->room, sizeof c->room);
}

static void on_output(uv_stream_t *stream, ssize_t len, const uv_buf_t *room)
{
    struct child *c = stream->data;
    if (len < 0)
        c->output_ended = true;
    else
        buf_add(c->gathered, room->base, (size_t)len);
}

/* A child that does not read its input is told so by the closed pipe, and judged by its
 * exit. */
static void on_written(uv_write_t *write, int status)
{
    struct child *c = write->data;
    (void)status;
    close_once((uv_handle_t *)&c->in);
}

/* stdin: a pipe or nothing; stdout: a pipe; stderr: ours. */
static int spawn(struct child *c, const char *const *argv, bool with_input)
{
    uv_stdio_container_t stdio[3] = {{.flags = UV_IGNORE},
                                     {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
                                      .data.stream = (uv_stream_t *)&c->out},
                                     {.flags = UV_INHERIT_FD, .data.fd = 2}};
    if (with_input) {
        stdio[0].flags = UV_CREATE_PIPE | UV_READABLE_PIPE;
        stdio[0].data.stream = (uv_stream_t *)&c->in;
    }
    uv_process_options_t options = {.file = argv[0],
                                    .args = (char **)(void *)argv,
                                    .exit_cb = on_exit_of_child,
                                    .stdio_count = 3,
                                    .stdio = stdio};
    c->process.data = c;
    return uv_spawn(loop_uv(c->loop), &c->process, &options);
}

static void feed(struct child *c, const char *input, size_t len)
{
    uv_buf_t data = {.base = (char *)(uintptr_t)input, .len = len};
    c->write.data = c;
    if (uv_write(&c->write, (uv_stream_t *)&c->in, &data, 1, on_written) != 0)
        uv_close((uv_handle_t *)&c->in, NULL);
}

static void stop_child(struct child *c)
{
    if (!c->exited && uv_process_kill(&c->process, SIGKILL) == 0)
        while (!c->exited)
            loop_turn(c->loop, INT64_MAX);
}

static void follow(struct child *c, const char *input, size_t len)
{
    c->out.data = c;
    if (uv_read_start((uv_stream_t *)&c->out, give_room, on_output) != 0)
        c->output_ended = true;
    if (input != NULL)
        feed(c, input, len);
    while (!c->late && buf_ok(c->gathered) && !(c->exited && c->output_ended))
        loop_turn(c->loop, INT64_MAX);
    stop_child(c);
}

static enum err verdict(const struct child *c, const char *name, struct fault *f)
{
    if (!buf_ok(c->gathered))
        return fault_set(f, ERR_LIMIT, "%s printed more than %zu bytes", name,
                         c->gathered->max);
    if (c->late && c->signal == SIGKILL)
        return fault_set(f, ERR_IO, "%s did not end in time and was killed", name);
    if (c->signal != 0)
        return fault_set(f, ERR_IO, "%s was ended by signal %d", name, c->signal);
    if (c->status != 0)
        return fault_set(f, ERR_IO, "%s failed with exit code %d", name, (int)c->status);
    return ERR_OK;
}

static enum err not_started(int code, const char *name, struct fault *f)
{
    if (code == UV_ENOENT)
        return fault_set(f, ERR_NOT_FOUND, "there is no program %s", name);
    return fault_set(f, ERR_IO, "cannot start %s: %s", name, uv_strerror(code));
}

static void close_all(struct child *c)
{
    timer_stop(c->loop, &c->limit);
    close_once((uv_handle_t *)&c->process);
    close_once((uv_handle_t *)&c->in);
    close_once((uv_handle_t *)&c->out);
}

enum err process_capture(const char *const *argv, const char *input, size_t input_len,
                         struct buf *out, int64_t timeout_ms, struct fault *f)
{
    struct clock *clock = clock_new_real();
    struct child c = {.loop = loop_new(clock), .gathered = out};
    uv_pipe_init(loop_uv(c.loop), &c.in, 0);
    uv_pipe_init(loop_uv(c.loop), &c.out, 0);
    timer_set(c.loop, &c.limit, clock_mono_ms(clock) + timeout_ms, on_limit, &c);

    int code = spawn(&c, argv, input != NULL);
    if (code == 0)
        follow(&c, input, input_len);
    enum err e = code == 0 ? verdict(&c, argv[0], f) : not_started(code, argv[0], f);
    close_all(&c);
    loop_free(c.loop);
    clock_free(clock);
    return e;
}
