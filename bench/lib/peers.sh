# shellcheck shell=bash
# shellcheck disable=SC2016 # the variables are NGINX's
# What else checks signed links in an NGINX, each as its documentation or its users write it, and on a link that this module
# checks as well. To be sourced behind lib/cases.sh.
#
# HMAC_SECURE_LINK   a clone of the module ngx_http_hmac_secure_link_module, which no registry
#                    of packages has. Without it the run leaves that module out, and says so.

modules=/usr/lib/nginx/modules service_port=$((port + 1))
mkdir -p "$work/peer"
cp bench/peer/* "$work/peer/"
echo "export default '$secret';" >"$work/peer/secret.js"

# What is loaded, what stands in the block server, and the case of this module with the same link.
declare -A loads server same
peer() { # CASE SAME_LINK_AS MODULES HTTP LOCATION
    same[$1]=$2 url[$1]=${url[$2]} loads[$1]=$3 zone[$1]=$4 location[$1]=$5
}

peer nginx-secure-link gcore '' '' "${location[nginx-secure-link]}"

lua="lua_package_path '$work/peer/?.lua;;';"
peer lua-md5 gcore "$modules/ndk_http_module.so $modules/ngx_http_lua_module.so" "$lua" \
    "access_by_lua_block { require('check').md5('$secret') }"
peer lua-hmac-sha1 fastly "${loads[lua-md5]}" "$lua" "access_by_lua_block { require('check').hmac_sha1('$secret') }"

njs="js_path '$work/peer/'; js_import check from check.js;"
refused='if ($verdict = 403) { return 403; } if ($verdict = 410) { return 410; }'
peer njs-md5 gcore "$modules/ngx_http_js_module.so" "$njs js_set \$verdict check.md5;" "$refused"
peer njs-hmac-sha256 own-hmac-sha256 "${loads[njs-md5]}" "$njs js_set \$verdict check.hmac_sha256;" "$refused"

peer auth-request gcore '' "upstream service { server 127.0.0.1:$service_port; keepalive 16; }" 'auth_request /verify;'
server[auth-request]='location = /verify {
    internal;
    proxy_pass               http://service;
    proxy_http_version       1.1;
    proxy_set_header         Connection "";
    proxy_pass_request_body  off;
    proxy_set_header         Content-Length "";
    proxy_set_header         X-Original-URI $request_uri;
}'
start_service() {
    node "$work/peer/service.js" "$service_port" "$secret" &
    pids+=($!)
    disown
    for ((i = 0; i < 100; i++)); do
        (: <"/dev/tcp/127.0.0.1/$service_port") 2>/dev/null && return
        sleep 0.1
    done
    echo 'bench: the service of auth_request does not start' >&2
    exit 1
}

# The configuration of its README, with the ifs of secure_link.
if [ -n "${HMAC_SECURE_LINK:-}" ]; then
    hmac=ngx_http_hmac_secure_link_module
    sources=$(realpath "$HMAC_SECURE_LINK")
    cp -rL /usr/share/nginx/src "$work/src"
    (
        cd "$work/src"
        # shellcheck source=/dev/null
        . ./conf_flags
        { ./configure "${NGX_CONF_FLAGS[@]:?}" --add-dynamic-module="$sources" &&
            make -f objs/Makefile "objs/$hmac.so"; } >"$work/hmac.log" 2>&1
    ) || { cat "$work/hmac.log" >&2; exit 1; }
    peer hmac-secure-link secure-link-hmac "$work/src/objs/$hmac.so" '' \
        'secure_link_hmac "$arg_st,$arg_ts,$arg_e"; secure_link_hmac_secret "'"$secret"'"; secure_link_hmac_algorithm sha256;
         secure_link_hmac_message "$uri|$arg_ts|$arg_e";
         if ($secure_link_hmac = "") { return 403; } if ($secure_link_hmac = "0") { return 410; }'
    hmac_version=$(git -C "$sources" describe --tags --always)
else
    hmac_version='left out'
    echo 'bench: secure_link_hmac is left out: HMAC_SECURE_LINK names no clone of its repository' >&2
fi
