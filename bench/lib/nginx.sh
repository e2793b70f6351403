# shellcheck shell=bash
# What measurements have in common: an NGINX in a folder of its own, links for it, and callgrind's count of what a
# request costs. To be sourced, in the root of the project.
#
# NGINX_BINARY, SECURE_TOKEN_MODULE and SECURE_TOKEN_CLI name what `make build build/secure-token` left.

nginx=${NGINX_BINARY:-build/vendored/nginx}
module=${SECURE_TOKEN_MODULE:-build/vendored/ngx_http_secure_token_module.so}
command=${SECURE_TOKEN_CLI:-build/secure-token}
nginx=$(realpath "$nginx") module=$(realpath "$module") command=$(realpath "$command")
requests=1000 port=${PORT:-28080}

for tool in valgrind curl; do
    command -v "$tool" >/dev/null || { echo "bench: $tool is needed (Debian package $tool)" >&2; exit 1; }
done

work=$(mktemp -d)
mkdir -p "$work/html" "$work/logs"
# Who runs the workers may be somebody else.
chmod 755 "$work"
profile=${CALLGRIND_OUT:-$work/profile}
pids=()
stop_all() {
    [ "${#pids[@]}" = 0 ] || kill -KILL "${pids[@]}" 2>/dev/null || true
    pids=()
}
trap 'stop_all; rm -rf "$work"' EXIT

path=/videos/2027/holiday.mp4
secret=3f0c5b1f7a9e4d2c8b6a
# A file of 1 KiB where a link says that there is one.
file_at() { # PATH
    mkdir -p "$work/html${1%/*}"
    head -c 1024 /dev/zero | tr '\0' x >"$work/html$1"
}
file_at "$path"

# Path and query that open the file.
link() { # SECRET OPTION… [PATH]
    printf %s "$1" | "$command" sign --secret-stdin "${@:2}"
}

# What serves the file: a path that is longer than any file's is served by `empty_gif`.
content='root html;'
# Otherwise NGINX writes the date anew every second, more often the slower the machine is. For a measurement of
# time it is as it always is.
clock='timer_resolution 100s;'
# What stands in a location, what is loaded, and what stands in the blocks http and server.
configure() { # LOCATION MODULES HTTP SERVER
    cat >"$work/nginx.conf" <<CONF
$(for file in $2; do echo "load_module $file;"; done)
daemon off;
master_process off;
error_log logs/error.log crit;
pid nginx.$port.pid;
$clock
events {}
http {
    access_log off;
    log_format token '\$status \$request_time';
    keepalive_requests 10000000;
    large_client_header_buffers 4 32k;
    $3
    map \$host \$tenant { 127.0.0.1 $secret; }
    server {
        listen 127.0.0.1:$port;
        location / { $content $1 }
        $4
    }
}
CONF
}

# In the array `pids`, once it answers.
start() { # COMMAND…, before NGINX
    local i
    "$@" "$nginx" -e logs/start.log -p "$work" -c nginx.conf 2>"$work/started.log" &
    pids+=($!)
    # Otherwise the shell tells of each that is killed at the end.
    disown
    for ((i = 0; i < 600; i++)); do
        curl -s -o /dev/null "http://127.0.0.1:$port/" && return
        kill -0 "${pids[-1]}" 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/started.log" "$work/logs/start.log" >&2
    exit 1
}

# The one that was started last.
stop() {
    # Asked again and again: a signal that comes just before NGINX waits for events wakes nobody.
    while kill -QUIT "${pids[-1]}" 2>/dev/null; do sleep 0.05; done
    unset 'pids[-1]'
}

# A file of paths that are asked for beforehand, each once, and not counted.
before=
# Instructions and allocations of an NGINX that is asked so many times, over one connection.
measured() { # COUNT URL
    local i options=()
    rm -f "$profile"
    if [ -n "$before" ]; then options=(--instr-atstart=no); fi
    start valgrind --tool=callgrind "--callgrind-out-file=$profile" "${options[@]}"
    if [ -n "$before" ]; then
        bench/lib/ask "$port" "$before" >"$work/asked"
        callgrind_control --instr=on "${pids[-1]}" >/dev/null 2>&1
    fi
    if [ "$1" -gt 0 ]; then
        for ((i = 0; i < $1; i++)); do
            printf 'url = "http://127.0.0.1:%s%s"\noutput = /dev/null\n' "$port" "$2"
        done >"$work/urls"
        curl -s -K "$work/urls" -w '%{http_code}\n' | sort | uniq -c | awk '{ print $2 "x" $1 }' | paste -sd' ' >"$work/statuses"
    fi
    stop
    bench/count "$profile"
}

# Instructions and allocations of one request: (those of `requests` more - those of `warm`) / `requests`.
warm=0
per_request() { # URL LOCATION MODULES HTTP SERVER
    local few many start
    configure "${@:2}"
    # To start costs the same whatever is asked for then.
    start=$work/few.$({ cat "$work/nginx.conf"; [ $warm = 0 ] || echo "$1"; [ -z "$before" ] || cksum "$before"; } | cksum | cut -d' ' -f1)
    [ -e "$start" ] || measured "$warm" "$1" >"$start"
    read -ra few <"$start"
    read -ra many <<<"$(measured $((warm + requests)) "$1")"
    # Rounded: a connection's own allocations are not the same each time.
    echo $(((many[0] - few[0] + requests / 2) / requests)) $(((many[1] - few[1] + requests / 2) / requests))
}
