/* The one list of modules. */
#include "bind/bind.h"

#include "bind/value.h"

int bind_open(lua_State *L)
{
    static void (*const modules[])(lua_State *) = {
        value_open,     bind_order_open, bind_effect_open, bind_document_open,
        bind_poll_open, bind_call_open,  bind_tasks_open,  bind_time_open,
        bind_file_open, bind_floor_open, bind_log_open,    bind_shipment_open,
    };
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        lua_settop(L, 1);
        modules[i](L);
    }
    return 0;
}

struct script *bind_script(struct host *h, struct tasks *t, const char *path,
                           const char *project_folder, char *const *args, struct fault *f)
{
    struct script_options o = {
        .host = h,
        .tasks = t,
        .path = path,
        .folder = project_folder,
        .args = args,
        .words = bind_open,
    };
    return script_open(&o, f);
}
