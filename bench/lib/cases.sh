# shellcheck shell=bash
# The cases of this module that are measured, each a configuration and a link: every scheme as the command knows it, formats
# of one's own, and what else a request may cost. To be sourced behind lib/nginx.sh.

# What stands in the location, and the URL that is asked for.
declare -A location url
# What stands in the http block.
declare -A zone
location[none]='' url[none]=$path

# Every scheme as the command knows it: name, whether its tokens are bound to an address, how secrets are written, and
# whether its links expire.
schemes=() expiry=(--expires-in 25m)
while read -r name client_ip spelling expires; do
    schemes+=("$name")
    key=$secret options=()
    if [ "$expires" = 1 ]; then options+=("${expiry[@]}"); fi
    if [ "$spelling" = base64 ]; then key=$(printf %s "$secret" | base64); fi
    if [ "$client_ip" = always ]; then options+=(--client-ip 127.0.0.1); fi
    location[$name]="secure_token $name; secure_token_secret $key;"
    # lighttpd's links are for a minute.
    if [[ $name = lighttpd* ]]; then
        options+=(--ttl 30m)
        location[$name]+=' secure_token_ttl 30m;'
    fi
    file=$path
    # What stays in front of the token is a part of the path.
    if [ "$name" = gcore-video ]; then file=/hls/1_2$path; fi
    file_at "$file"
    url[$name]=$(link "$key" --scheme "$name" "${options[@]}" "$file")
done < <("$command" schemes --json | awk -F'"' '/^    "(name|anatomy|client_ip|link|secret)"/ { fact[$2] = $4 }
    /^  }/ {
        expires = fact["anatomy"] != "digest" || fact["link"] ~ /{(expires|time)/
        print fact["name"], fact["client_ip"], fact["secret"], expires
    }')
url[ectoken]=$(link "$secret" --scheme ectoken "${expiry[@]}" --client-ip 127.0.0.1 --url-allow /videos/ "$path")
# A token in the path is taken out of it, unless nobody looks at it: then the file has to be where the link says.
for name in "${schemes[@]}"; do file_at "${url[$name]%%\?*}"; done

# Formats of one's own: azion's, spelled out; one that has no code of its own; and one with a HMAC. The command
# warns of the second one, as nginx -t does: it is here for its cost.
declare -A own
own[own-azion]='"?st={token}&e={expires}" md5:base64url "{secret}{path}{expires}"'
own[own-md5]='"?st={token}&e={expires}" md5:base64url "{secret}{path}\n{expires}"'
own[own-hmac-sha256]='"?st={token}&e={expires}" hmac-sha256:base64url "{path}\n{expires}"'
for name in "${!own[@]}"; do
    zone[$name]="secure_token_format own ${own[$name]};"
    location[$name]="secure_token own; secure_token_secret $secret;"
    url[$name]=$(link "$secret" "${expiry[@]}" --format "${own[$name]}" "$path" 2>"$work/warnings") ||
        { cat "$work/warnings" >&2; exit 1; }
done

azion=${url[azion]#*\?}
location[off]='secure_token off;' url[off]=${url[azion]}
# Players put parameters of their own around the token's.
location[azion-amid-others]=${location[azion]} url[azion-amid-others]="$path?cm=1&$azion&_=17956"
location[azion-second-secret]="secure_token azion; secure_token_secret other$secret; secure_token_secret $secret;"
url[azion-second-secret]=${url[azion]}
location[azion-refused]="secure_token azion; secure_token_secret $secret;" url[azion-refused]=$path
# shellcheck disable=SC2016
location[azion-tenant]="secure_token azion; secure_token_secret \$tenant;" url[azion-tenant]=${url[azion]}
location[azion-logged]="secure_token azion; secure_token_secret $secret; access_log logs/access.log token;"
url[azion-logged]=${url[azion]}
location[azion-stripped]="secure_token azion; secure_token_secret $secret; secure_token_strip on;"
url[azion-stripped]=${url[azion]}
location[azion-counted]="secure_token azion; secure_token_secret $secret; secure_token_label films;"
url[azion-counted]=${url[azion]}
zone[azion-counted]='secure_token_zone tokens:1m;'
for limit in max_clients max_uses; do
    case=azion-${limit//_/-}
    location[$case]="secure_token azion; secure_token_secret $secret; secure_token_$limit 100$([ $limit = max_clients ] || echo 0000);"
    url[$case]=${url[azion]}
    zone[$case]='secure_token_links links:1m;'
done
# shellcheck disable=SC2016
location[gcore-client-ip]="secure_token gcore; secure_token_secret $secret; secure_token_client_ip \$remote_addr;"
url[gcore-client-ip]=$(link "$secret" --scheme gcore "${expiry[@]}" --client-ip 127.0.0.1 "$path")
location[ectoken-second-secret]="secure_token ectoken; secure_token_secret other$secret; secure_token_secret $secret;"
url[ectoken-second-secret]=${url[ectoken]}
# shellcheck disable=SC2016
location[ectoken-tenant]="secure_token ectoken; secure_token_secret \$tenant;" url[ectoken-tenant]=${url[ectoken]}
# NGINX's own, with the two ifs of its documentation.
# shellcheck disable=SC2016
location[nginx-secure-link]="secure_link \$arg_md5,\$arg_expires; secure_link_md5 \"\$secure_link_expires\$uri $secret\";
    if (\$secure_link = \"\") { return 403; } if (\$secure_link = \"0\") { return 410; }"
url[nginx-secure-link]=${url[gcore]}
