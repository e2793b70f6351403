/*
 * The options of the sanitizers, compiled in: NGINX takes the environment away from its workers and from the binary that
 * an upgrade starts. And the directive `fault`, which does on purpose what they are to report: t/sanitizer.t tries
 * whether they do.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

typedef struct {
    ngx_uint_t  fault;
} ngx_http_fault_conf_t;

enum { POOL, ALLOCATION, FREED, STACK, OVERFLOW, LEAK };

static ngx_conf_enum_t  ngx_http_faults[] = {
    { ngx_string("pool"), POOL },
    { ngx_string("allocation"), ALLOCATION },
    { ngx_string("freed"), FREED },
    { ngx_string("stack"), STACK },
    { ngx_string("overflow"), OVERFLOW },
    { ngx_string("leak"), LEAK },
    { ngx_null_string, 0 }
};

static ngx_int_t ngx_http_fault_init_process(ngx_cycle_t *cycle);
static void *ngx_http_fault_create_conf(ngx_conf_t *cf);
static char *ngx_http_fault(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

static ngx_command_t  ngx_http_fault_commands[] = {
    { ngx_string("fault"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_fault,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fault_conf_t, fault),
      &ngx_http_faults },

      ngx_null_command
};

static ngx_http_module_t  ngx_http_fault_module_ctx = {
    NULL, NULL, NULL, NULL, NULL, NULL, ngx_http_fault_create_conf, NULL
};

ngx_module_t  ngx_http_fault_module = {
    NGX_MODULE_V1,
    &ngx_http_fault_module_ctx,
    ngx_http_fault_commands,
    NGX_HTTP_MODULE,
    NULL, NULL, ngx_http_fault_init_process, NULL, NULL, NULL, NULL,
    NGX_MODULE_V1_PADDING
};


const char *
__asan_default_options(void)
{
    /* NGINX asks whether an allocation failed. */
    return "log_path=" SANITIZER_REPORTS "/report:allocator_may_return_null=1";
}


const char *
__ubsan_default_options(void)
{
    return "log_path=" SANITIZER_REPORTS "/report:print_stacktrace=1";
}


/* Which ones below were of use is no report. */
const char *
__lsan_default_options(void)
{
    return "print_suppressions=0";
}


/* Set where requests are served. */
static ngx_uint_t  ngx_http_fault_serves;


static ngx_int_t
ngx_http_fault_init_process(ngx_cycle_t *cycle)
{
    ngx_http_fault_serves = 1;

    return NGX_OK;
}


/* Where a configuration is wrong, only tested or read for `nginx -s`, NGINX leaves what it has read to the end of the process. */
int
__lsan_is_turned_off(void)
{
    return !ngx_http_fault_serves
           && (ngx_process == NGX_PROCESS_SINGLE || ngx_process == NGX_PROCESS_SIGNALLER);
}


/* What NGINX itself leaves to the end of a process. */
const char *
__lsan_default_suppressions(void)
{
    return
        /* the connections of a worker, and their events */
        "leak:ngx_event_process_init\n";
}


/* The compiler knows neither where this leads nor how far. */
static u_char *volatile  ngx_http_fault_memory;
static volatile int      ngx_http_fault_number;


static ngx_int_t
ngx_http_fault_handler(ngx_http_request_t *r)
{
    u_char                  on_stack[16];
    ngx_http_fault_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_fault_module);

    switch (conf->fault) {

    case POOL:
        ngx_http_fault_memory = ngx_pnalloc(r->pool, 16);
        ngx_http_fault_memory[16] = 1;
        break;

    case ALLOCATION:
        ngx_http_fault_memory = ngx_alloc(16, r->connection->log);
        ngx_http_fault_memory[16] = 1;
        break;

    case FREED:
        ngx_http_fault_memory = ngx_alloc(16, r->connection->log);
        ngx_free(ngx_http_fault_memory);
        ngx_http_fault_memory[0] = 1;
        break;

    case STACK:
        ngx_http_fault_memory = on_stack;
        ngx_http_fault_memory[16] = 1;
        break;

    case OVERFLOW:
        ngx_http_fault_number = 0x7fffffff;
        ngx_http_fault_number = ngx_http_fault_number + 1;
        break;

    case LEAK:
        ngx_http_fault_memory = ngx_alloc(16, r->connection->log);
        ngx_http_fault_memory = NULL;
        break;
    }

    return NGX_HTTP_NO_CONTENT;
}


static void *
ngx_http_fault_create_conf(ngx_conf_t *cf)
{
    ngx_http_fault_conf_t  *conf;

    conf = ngx_palloc(cf->pool, sizeof(ngx_http_fault_conf_t));
    if (conf != NULL) {
        conf->fault = NGX_CONF_UNSET_UINT;
    }

    return conf;
}


static char *
ngx_http_fault(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_fault_handler;

    return ngx_conf_set_enum_slot(cf, cmd, conf);
}
