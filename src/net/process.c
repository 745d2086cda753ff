/* A child's end is that it is gone and its output is read, or its time limit: a
 * grandchild that keeps the pipe open cannot keep us. */
#include "net/process.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/loop_uv.h"

enum { LAST_OUTPUT_MS = 100 }; /* after the exit, while the pipe is not at its end */

struct process {
    struct loop *loop;
    uv_process_t process;
    uv_pipe_t in;
    uv_pipe_t out;
    uv_write_t write;
    struct timer limit; /* on real time */
    struct buf *gathered;
    char *name, *input;
    char room[4096];
    int handles; /* that are not closed yet */
    bool held;   /* the loop, for its sake */
    bool exited;
    bool output_ended;
    bool late;
    int64_t status;
    int signal;
};

/* ---- the end ---- */

/* In the name of a handle that libuv is done with. */
static void on_closed(uv_handle_t *handle)
{
    struct process *p = handle->data;
    if (--p->handles > 0)
        return;
    free(p->name);
    free(p->input);
    free(p);
}

static void close_once(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

static bool printed_too_much(const struct process *p)
{
    return p->gathered != NULL && !buf_ok(p->gathered);
}

bool process_ended(const struct process *p)
{
    return p->exited && (p->output_ended || p->late || printed_too_much(p));
}

static void look(struct process *p)
{
    if (!process_ended(p) || !p->held)
        return;
    loop_real_timer_stop(p->loop, &p->limit);
    loop_release(p->loop);
    p->held = false;
    loop_news(p->loop);
}

static void kill_child(struct process *p)
{
    if (!p->exited)
        uv_process_kill(&p->process, SIGKILL); /* its exit is told in any case */
}

static void on_limit(void *arg)
{
    struct process *p = arg;
    p->late = true;
    kill_child(p);
    look(p);
}

static void on_exit_of_child(uv_process_t *process, int64_t status, int number)
{
    struct process *p = process->data;
    p->exited = true;
    p->status = status;
    p->signal = number;
    if (!p->late)
        loop_real_timer_set(p->loop, &p->limit, LAST_OUTPUT_MS, on_limit, p);
    look(p);
}

/* ---- pipes ---- */

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *room)
{
    struct process *p = handle->data;
    (void)wanted;
    *room = uv_buf_init(p->room, sizeof p->room);
}

static void on_output(uv_stream_t *stream, ssize_t len, const uv_buf_t *room)
{
    struct process *p = stream->data;
    if (len < 0)
        p->output_ended = true;
    else
        buf_add(p->gathered, room->base, (size_t)len);
    if (printed_too_much(p))
        kill_child(p);
    look(p);
}

/* A child that does not read its input is told so by the closed pipe, and judged by its
 * exit. */
static void on_written(uv_write_t *write, int status)
{
    struct process *p = write->data;
    (void)status;
    close_once((uv_handle_t *)&p->in);
}

static void feed(struct process *p, const char *input, size_t len)
{
    p->input = mem_copy(input, len);
    uv_buf_t data = {.base = p->input, .len = len};
    p->write.data = p;
    if (uv_write(&p->write, (uv_stream_t *)&p->in, &data, 1, on_written) != 0)
        close_once((uv_handle_t *)&p->in);
}

/* ---- the beginning ---- */

/* stdin: a pipe or nothing; stdout: a pipe or nothing; stderr: ours. */
static int spawn(struct process *p, const struct process_job *job)
{
    uv_stdio_container_t stdio[3] = {{.flags = UV_IGNORE},
                                     {.flags = UV_IGNORE},
                                     {.flags = UV_INHERIT_FD, .data.fd = 2}};
    if (job->input != NULL) {
        stdio[0].flags = UV_CREATE_PIPE | UV_READABLE_PIPE;
        stdio[0].data.stream = (uv_stream_t *)&p->in;
    }
    if (job->out != NULL) {
        stdio[1].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
        stdio[1].data.stream = (uv_stream_t *)&p->out;
    }
    uv_process_options_t options = {.file = job->argv[0],
                                    .args = (char **)(void *)job->argv,
                                    .exit_cb = on_exit_of_child,
                                    .stdio_count = 3,
                                    .stdio = stdio};
    return uv_spawn(loop_uv(p->loop), &p->process, &options);
}

static struct process *process_new(struct loop *l, const struct process_job *job)
{
    struct process *p = mem_new(sizeof *p);
    p->loop = l;
    p->name = mem_text(job->argv[0]);
    p->gathered = job->out;
    p->output_ended = job->out == NULL;
    uv_pipe_init(loop_uv(l), &p->in, 0);
    uv_pipe_init(loop_uv(l), &p->out, 0);
    p->in.data = p->out.data = p->process.data = p;
    p->handles = 3; /* uv_spawn makes a handle of `process` also when it fails */
    return p;
}

static enum err not_started(int code, const char *name, struct fault *f)
{
    if (code == UV_ENOENT)
        return fault_set(f, ERR_NOT_FOUND, "there is no program %s", name);
    return fault_set(f, ERR_IO, "cannot start %s: %s", name, uv_strerror(code));
}

enum err process_start(struct loop *l, const struct process_job *job,
                       struct process **out, struct fault *f)
{
    struct process *p = process_new(l, job);
    int code = spawn(p, job);
    if (code != 0) {
        enum err e = not_started(code, p->name, f);
        process_free(p);
        return e;
    }
    p->held = true;
    loop_hold(l);
    loop_real_timer_set(l, &p->limit, job->timeout_ms, on_limit, p);
    if (job->out != NULL &&
        uv_read_start((uv_stream_t *)&p->out, give_room, on_output) != 0)
        p->output_ended = true;
    if (job->input != NULL)
        feed(p, job->input, job->input_len);
    *out = p;
    return ERR_OK;
}

enum err process_verdict(const struct process *p, struct fault *f)
{
    if (printed_too_much(p))
        return fault_set(f, ERR_LIMIT, "%s printed more than %zu bytes", p->name,
                         p->gathered->max);
    if (p->late && p->signal == SIGKILL)
        return fault_set(f, ERR_IO, "%s did not end in time and was killed", p->name);
    if (p->signal != 0)
        return fault_set(f, ERR_IO, "%s was ended by signal %d", p->name, p->signal);
    if (p->status != 0)
        return fault_set(f, ERR_IO, "%s failed with exit code %d", p->name,
                         (int)p->status);
    return ERR_OK;
}

void process_free(struct process *p)
{
    if (p == NULL)
        return;
    if (p->held) {
        kill_child(p);
        loop_real_timer_stop(p->loop, &p->limit);
        loop_release(p->loop);
        p->held = false;
    }
    close_once((uv_handle_t *)&p->in);
    close_once((uv_handle_t *)&p->out);
    close_once((uv_handle_t *)&p->process);
}

enum err process_capture(const char *const *argv, const char *input, size_t input_len,
                         struct buf *out, int64_t timeout_ms, struct fault *f)
{
    const struct process_job job = {argv, input, input_len, out, timeout_ms};
    struct clock *clock = clock_new_real();
    struct loop *loop = loop_new(clock);
    struct process *p = NULL;

    enum err e = process_start(loop, &job, &p, f);
    if (p != NULL) {
        while (!process_ended(p))
            loop_turn(loop, INT64_MAX);
        e = process_verdict(p, f);
        process_free(p);
    }
    loop_free(loop);
    clock_free(clock);
    return e;
}
