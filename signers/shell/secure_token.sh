#!/usr/bin/env bash
# shellcheck disable=SC2034 # what seems to be unused is a field or a claim, which is found by its name
#
# Signs links for nginx-secure-token: the formats of the table below and those of your own, akamai, and bunny.
# `openssl enc` has no AES-GCM, so for ectoken take one of the other signers.
#
# Copy this file into your project. It needs bash and the command openssl.
#
#   . ./secure_token.sh
#   secure_token_sign azion 'https://cdn.example.com/my%20film.mp4' "$secret" $(($(date +%s) + 3600))
#
#   secure_token_sign SCHEME URL SECRET EXPIRES [client_ip=ADDRESS] [path=PATH] [lifetime=SECONDS]
#       [field=NAME=VALUE]... [claim=NAME=VALUE]... [token_param=NAME] [expires_param=NAME] [link=LINK] [digest=DIGEST]
#   secure_token_sign_format LINK DIGEST MESSAGE URL SECRET EXPIRES [secret_form=hex] ...
#   secure_token_azion URL SECRET EXPIRES ...
#   secure_token_gcore URL SECRET EXPIRES ...
#
# They print the signed URL. The URL is the one that will be requested: percent-encoded and in normal
# form, without //, /./ and /../ in the path. It comes back with the token in its query or in its path; all
# else stays as it is. EXPIRES is a Unix time in seconds, or never where the format has no expiry or may leave
# it out. PATH is signed, as it is, in place of the URL's: for a directory. ADDRESS is the only one that the
# link is good for, where {client_ip} is in the message. A lifetime is what the server lets a link open that
# has its time of issue, if not the usual. Fields are those of the link; without, rand and salt are random, uid
# and start are 0, and what may be absent is. Claims are those of akamai (acl=/films/*) and bunny
# (token_path=/films/). What cannot be signed has the status 2 and a line on standard error.

# The name, what a link looks like, how the message is hashed and the token written, what the message is, how
# the secret is written, and how many seconds a link opens that says when it was issued.
_secure_token_schemes='
azion  ?st={token}&e={expires}  md5:base64url  {secret}{path}{expires}  text  -
gcore  ?md5={token}&expires={expires}  md5:base64url  {expires}{path}{client_ip} {secret}  text  -
gcore-video  /{kind}/{account}_{video}/{token}/{expires}{path}  md5:base64url  {account}_{video}_{secret}_{expires}_{client_ip}  text  -
gcore-mp4  ?md5={token}&expires={expires}&speed={speed?}&buffer={buffer?}  md5:base64url  {path}_{secret}_{expires}_{speed}_{buffer}_{client_ip}  text  -
secure-link  ?md5={token}&expires={expires}  md5:base64url  {expires}{path}{client_ip} {secret}  text  -
secure-link-secret  /{prefix}/{token}/{link*}  md5:hex  {link}{secret}  text  -
secure-link-hmac  ?st={token}&ts={time:iso}&e={ttl}  hmac-sha256:base64url  {path}|{time}|{ttl}  text  -
leaseweb  ?st={token}&e={expires}  md5:base64url  {secret}{client_ip}{path}{expires}  text  -
bunny-basic  ?token={token}&expires={expires}  md5:base64url  {secret}{path}{expires}{client_ip}  text  -
keycdn  ?token={token}&expire={expires}  md5:base64url  {path}{secret}{expires}  text  -
keycdn-image  ?token={token}  md5:base64url  {path}{args}{secret}  text  -
cdn77  ?secure={token},{expires?}  md5:base64url  {expires}{path}{secret}  text  -
cdn77-path  /{token},{expires?}{path}  md5:base64url  {expires}{parent}{secret}  text  -
cdnsun  ?secure={token}&expires={expires}  md5:base64url  {expires}{path}{secret}{client_ip}  text  -
cdnvideo  ?md5={token}&e={expires}  md5:base64url  {secret}:{expires}:[{client_ip}:]{path}  text  -
cloudflare  ?verify={time}-{token}  hmac-sha256:base64  {uri:raw}{time}  text  10800
fastly  ?token={expires}_{token}  hmac-sha1:hex  {uri:raw}{expires}  base64  -
alibaba-a  ?auth_key={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
huawei-a  ?auth_key={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
tencent-a  ?sign={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
edgeone-a  ?sign={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
alibaba-b  /{time:yyyymmddhhmm+8}/{token}{path}  md5:hex  {secret}{time}{path:raw}  text  1800
tencent-b  /{time:yyyymmddhhmm+8}/{token}{path}  md5:hex  {secret}{time}{path:raw}  text  1800
alibaba-c  /{token}/{time:hex}{path}  md5:hex  {secret}{path:raw}{time}  text  1800
edgeone-c  /{token}/{time:hex}{path}  md5:hex  {secret}{path:raw}{time}  text  1800
alibaba-c2  ?KEY1={token}&KEY2={time:hex}  md5:hex  {secret}{path:raw}{time}  text  1800
tencent-c  /{token}/{time}{path}  md5:hex  {secret}{time}{path:raw}  text  1800
tencent-d  ?sign={token}&t={time}  md5:hex  {secret}{path:raw}{time}  text  1800
edgeone-d  ?sign={token}&t={time}  md5:hex  {secret}{path:raw}{time}  text  1800
qiniu  ?sign={token}&t={expires:hex}  md5:hex  {secret}{path:raw}{expires}  text  -
flussonic  ?token={token}-{salt}-{expires}-{start}  sha1:hex  {stream}[{client_ip}|no_check_ip]{start}{expires}{secret}{salt}  text  -
lighttpd  /{token}/{time:hex}{path}  md5:hex  {secret}{path}{time}  text  60
lighttpd-hmac-sha1  /{token}/{time:hex}{path}  hmac-sha1:base64url  /{time}{path}  text  60
lighttpd-hmac-sha256  /{token}/{time:hex}{path}  hmac-sha256:base64url  /{time}{path}  text  60
'

# In a subshell, so that they may set variables and end.
secure_token_sign() { (_secure_token_sign "$@"); }
secure_token_sign_format() { (_secure_token_sign_format "$@"); }
secure_token_azion() { (_secure_token_sign azion "$@"); }
secure_token_gcore() { (_secure_token_sign gcore "$@"); }

_secure_token_fail() {
    printf 'secure_token.sh: %s\n' "$1" >&2
    exit 2
}

_secure_token_names() { sed '/^$/d; s/ .*//' <<<"$_secure_token_schemes" | paste -sd, -; }

_secure_token_sign() {
    local LC_ALL=C scheme=$1 row link digest message form usual
    case $scheme in
    akamai | bunny)
        "_secure_token_$scheme" "${@:2}"
        return
        ;;
    esac
    row=$(awk -v name="$scheme" '$1 == name' <<<"$_secure_token_schemes")
    [ -n "$row" ] ||
        _secure_token_fail "unknown scheme $scheme: write $(_secure_token_names),akamai,bunny"
    # Of the spaces between, two are one tab.
    IFS=$'\t' read -r _ link digest message form usual <<<"${row//  /$'\t'}"
    set -- "$link" "$digest" "$message" "${@:2:3}" "secret_form=$form" "usual=$usual" "${@:5}"
    local option
    for option in "$@"; do
        case $option in
        link=*) link=${option#*=} ;;
        digest=*) digest=${option#*=} ;;
        esac
    done
    _secure_token_sign_format "$link" "$digest" "${@:3}"
}

# What all have in common: looks at URL, secret, expiry and options, and takes the URL apart.
_secure_token_read() {
    url=$1 secret=$2 expires=$3
    LC_ALL=C token_param='' expires_param='' client_ip='' given='' lifetime='' usual=- secret_form=text fields=() claims=()
    local option
    for option in "${@:4}"; do
        case $option in
        path=/*) given=${option#*=} ;;
        path=*) _secure_token_fail 'the path to sign must begin with /' ;;
        client_ip=*) client_ip=$(_secure_token_address "${option#*=}") || exit ;;
        field=*=*) fields+=("${option#*=}") ;;
        claim=*=*) claims+=("${option#*=}") ;;
        link=* | digest=*) ;;
        token_param=* | expires_param=* | lifetime=* | usual=* | secret_form=*)
            printf -v "${option%%=*}" '%s' "${option#*=}"
            ;;
        *) _secure_token_fail "$option: write path=, client_ip=, lifetime=, field=NAME=VALUE, claim=, token_param= or expires_param=" ;;
        esac
    done
    [ -n "$secret" ] || _secure_token_fail 'the secret is empty: take 16 random bytes or more'
    [[ $expires =~ ^([1-9][0-9]{0,9}|never)$ ]] ||
        _secure_token_fail 'the expiry must be a Unix time in whole seconds, not milliseconds: 1 to 9999999999'
    local shape='^([Hh][Tt][Tt][Pp][Ss]?://[^/?#]+)?(/([^/?#][^?#]*)?)(\?([^#]*))?(#.*)?$'
    [[ $url =~ $shape ]] || _secure_token_fail 'the URL has no path: write https://host/path or /path'
    origin=${BASH_REMATCH[1]} raw=${BASH_REMATCH[2]} query=${BASH_REMATCH[5]} fragment=${BASH_REMATCH[6]}
    if [[ $url =~ [^!-~] || $raw =~ %([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$) ]]; then
        _secure_token_fail 'the URL must be percent-encoded: %20 for a blank, %25 for a %'
    fi
    if [[ $raw =~ %([01].|7[Ff]) || $given =~ [[:cntrl:]] ]]; then
        _secure_token_fail 'the path has a control character, and no link opens it: rename it'
    fi
}

# What is written with percent signs; a + stays. As a variable of this name: name, text
_secure_token_decoded() {
    local escaped=${2//\\/\\\\}
    printf -v "$1" '%b' "${escaped//%/\\x}"
}

_secure_token_shape='\{([a-z0-9_]+):?([^}?*]*)([?*]?)\}([^{&/]*)(.*)$'

# The fields of the link are variables whose names begin with f_.
_secure_token_sign_format() {
    set -o pipefail
    local form=$1 digest=$2 message=$3 rest name behind key
    _secure_token_read "${@:4}"
    [ -z "$client_ip" ] || [[ $message == *'{client_ip}'* ]] || _secure_token_fail 'the message binds no client_ip: take gcore'
    [ ${#claims[@]} = 0 ] || _secure_token_fail 'claims are of akamai, bunny and ectoken; write field=NAME=VALUE'
    key=$(_secure_token_key "$secret" "$secret_form") || exit
    _secure_token_decoded path "$raw"
    _secure_token_front
    path=${given:-${path:${#front}}} raw=${raw:${#front}}
    f_client_ip=$client_ip f_path=$path raw_path=${given:-$raw} raw_uri=${given:-$raw}${query:+?$query} f_args=$query
    f_dir=${path%/*}/ f_parent=${path%/*}
    f_stream=${f_parent#/}
    [ -n "$f_parent" ] || [[ $message != *'{parent}'* ]] ||
        _secure_token_fail 'there is no directory above the file: sign a path that has one'
    _secure_token_times
    rest=$form
    while [[ $rest =~ $_secure_token_shape ]]; do
        name=${BASH_REMATCH[1]} behind=${BASH_REMATCH[4]} rest=${BASH_REMATCH[5]}
        local held=f_$name
        if [ "$name" != token ] && [ -z "${!held+x}" ]; then
            _secure_token_field "$name" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}" "$behind"
        fi
    done
    [ ${#fields[@]} = 0 ] || _secure_token_fail "the link has no field ${fields[*]}, or it is not given so"
    f_token=$(_secure_token_filled "$message" | _secure_token_digest "$digest" "$key") || exit
    f_path=$raw

    if [[ $form == /* ]]; then
        [ -z "$token_param$expires_param" ] ||
            _secure_token_fail 'the token stands in the path, and there is no parameter to rename'
        [[ $form != *'*}'* ]] || query=''
        printf '%s%s%s%s%s\n' "$origin" "$front" "$(_secure_token_linked "$behind_front")" "${query:+?$query}" "$fragment"
        return
    fi
    local params=() param value
    IFS='&' read -ra params <<<"${form#\?}"
    for param in "${params[@]}"; do
        name=${param%%=*} value=${param#*=}
        if [[ $value == *'{token}'* ]]; then
            name=${token_param:-$name}
        elif [[ $value =~ \{(expires|time)[:?}] ]]; then
            name=${expires_param:-$name} expires_param=''
        fi
        value=$(_secure_token_linked "$value")
        [ -z "$value" ] || _secure_token_add "$name" "$value"
    done
    [ -z "$expires_param" ] || _secure_token_fail "there is no parameter of the expiry's own to rename"
    _secure_token_print
}

_secure_token_add() { # name, value
    [[ $1 =~ ^[A-Za-z0-9._~-]+$ ]] || _secure_token_fail 'names of parameters have only letters, digits, - . _ ~'
    case "&$query&" in
    *"&$1&"* | *"&$1="*) _secure_token_fail "there is a parameter $1 already: sign without it, or take another name" ;;
    esac
    query+=${query:+&}$1=$2
}

_secure_token_print() { printf '%s%s?%s%s\n' "$origin" "$raw" "$query" "$fragment"; }

# What stays in front of a token in the path, with its fields, and the link's form behind it.
_secure_token_front() {
    local form_front='' rest text left=$raw
    front='' behind_front=$form
    [[ $form == /* ]] || return 0
    until [[ ${behind_front#/} =~ ^[^/]*\{(token|expires|time|start|ttl)[:?}] ]]; do
        rest=${behind_front#/}
        form_front+=/${rest%%/*} behind_front=/${rest#*/}
    done
    rest=$form_front
    while [ -n "$rest" ]; do
        text=${rest%%'{'*}
        [[ $left == "$text"* ]] || _secure_token_fail "the path must begin with $form_front/, behind which the token comes"
        left=${left#"$text"} rest=${rest#"$text"}
        [ -n "$rest" ] || break
        name=${rest#'{'} rest=${rest#*'}'}
        name=${name%%'}'*} text=${rest%%'{'*}
        text=${left%%"${text:-/}"*}
        if ! _secure_token_is_plain "$text" || [ -z "$text" ] || [ "$text" = "$left" ]; then
            _secure_token_fail "the path must begin with $form_front/, behind which the token comes"
        fi
        printf -v "f_$name" '%s' "$text"
        left=${left#"$text"}
    done
    [[ $left == /* ]] || _secure_token_fail "the path must begin with $form_front/, behind which the token comes"
    front=${raw%"$left"}
}

# The time, and the lifetime where the link says it.
_secure_token_times() {
    local shape='\{(expires|time):?([^}?]*)(\??)\}' has_ttl='' name='' spelling='' mark='' now seconds
    [[ $form != *'{ttl}'* ]] || has_ttl=1
    if [[ $form =~ $shape ]]; then
        name=${BASH_REMATCH[1]} spelling=${BASH_REMATCH[2]} mark=${BASH_REMATCH[3]}
    fi
    if [ "$name" != time ] && [ -n "$lifetime" ]; then
        _secure_token_fail 'these links have no lifetime: they say when they expire, or open for ever'
    fi
    now=$(date +%s)
    if [ "$expires" = never ]; then
        if [ -n "$name" ] && [ -z "$mark" ]; then
            [ -n "$has_ttl" ] || _secure_token_fail 'these links must have an expiry'
            f_ttl=0
            printf -v "f_$name" '%s' "$(_secure_token_written "$now" "$spelling")"
        elif [ -n "$name" ]; then
            printf -v "f_$name" ''
        fi
        return
    fi
    [ -n "$name" ] || _secure_token_fail 'these links do not expire: write never for the expiry'
    seconds=$expires
    if [ "$name" = time ]; then
        [ -n "$lifetime" ] || [ "$usual" = - ] || lifetime=$usual
        if [ -z "$lifetime" ] && [ -n "$has_ttl" ]; then
            # Where the link says how long it opens, that is from now on.
            lifetime=$((seconds > now ? seconds - now : 1))
        fi
        if ! [[ $lifetime =~ ^[1-9][0-9]{0,9}$ ]] || [ "$lifetime" -gt "$seconds" ]; then
            _secure_token_fail 'the lifetime must be a whole number of seconds, from 1 to the expiry'
        fi
        seconds=$((seconds - lifetime))
        [ -z "$has_ttl" ] || f_ttl=$lifetime
    fi
    printf -v "f_$name" '%s' "$(_secure_token_written "$seconds" "$spelling")"
}

_secure_token_written() { # seconds, spelling
    case $2 in
    hex) printf '%08x' "$1" ;;
    yyyymmddhhmm*)
        local time=$(($1 + ${2#yyyymmddhhmm} * 3600))
        date -u -d "@$time" +%Y%m%d%H%M 2>/dev/null || date -u -r "$time" +%Y%m%d%H%M
        ;;
    *) printf '%s' "$1" ;;
    esac
}

# Gives a field its value: name, spelling, mark, the text that ends it
_secure_token_field() {
    local value='' one others=() given=''
    for one in ${fields[@]+"${fields[@]}"}; do
        if [ "${one%%=*}" = "$1" ]; then
            value=${one#*=} given=1
        else
            others+=("$one")
        fi
    done
    fields=(${others[@]+"${others[@]}"})
    if [ "$3" = '*' ]; then
        printf -v "f_$1" '%s' "${raw#/}${query:+?$query}"
        return
    fi
    if [ -z "$given" ]; then
        case $1 in
        rand | salt) value=$(openssl rand -hex 16) ;;
        uid | start) value=0 ;;
        esac
    fi
    if ! _secure_token_is_plain "$value" || [[ -n $4 && $value == *"$4"* ]]; then
        _secure_token_fail "the field $1 has characters that would end it: write letters and digits"
    fi
    [ -n "$value$3" ] || _secure_token_fail "the link has a field $1: give it a value"
    if [ "$1" = start ] && [ "$value" != 0 ]; then
        value=$(_secure_token_written "$value" "$2")
    fi
    printf -v "f_$1" '%s' "$value"
}

_secure_token_is_plain() {
    case $1 in
    *[!\!-~]* | *[\&?\#%/=\"\\]*) return 1 ;;
    esac
}

# A link's form with its fields.
_secure_token_linked() {
    local rest=$1 held
    while [[ $rest =~ $_secure_token_shape ]]; do
        held=f_${BASH_REMATCH[1]}
        printf '%s%s%s' "${rest%%'{'*}" "${!held}" "${BASH_REMATCH[4]}"
        rest=${BASH_REMATCH[5]}
    done
    printf '%s' "$rest"
}

# A message with its fields.
_secure_token_filled() {
    local rest=$1 text field held bracket='^\[((\\.|[^]\|])*)(\|((\\.|[^]\])*))?\](.*)$'
    while [ -n "$rest" ]; do
        text=${rest%%[\\\[\{\}$]*}
        printf '%s' "$text"
        rest=${rest#"$text"}
        case $rest in
        '') ;;
        '\n'*) printf '\n' && rest=${rest:2} ;;
        '\t'*) printf '\t' && rest=${rest:2} ;;
        \\*) printf '%s' "${rest:1:1}" && rest=${rest:2} ;;
        '{{'* | '}}'*) printf '%s' "${rest:0:1}" && rest=${rest:2} ;;
        '['*)
            [[ $rest =~ $bracket ]] || _secure_token_fail 'a bracket in the message is not closed'
            text=${BASH_REMATCH[1]} rest=${BASH_REMATCH[6]}
            field=${text#*'{'}
            held=f_${field%%'}'*}
            [ -n "${!held-none}" ] || text=${BASH_REMATCH[4]}
            _secure_token_filled "$text"
            ;;
        *)
            field=${rest#'{'} rest=${rest#*'}'}
            field=${field%%'}'*}
            case $field in
            secret) _secure_token_bytes "$key" ;;
            path:raw) printf '%s' "$raw_path" ;;
            uri:raw) printf '%s' "$raw_uri" ;;
            *)
                held=f_$field
                if ! [[ $field =~ ^[a-z0-9_]+$ ]] || [ -z "${!held+x}" ]; then
                    _secure_token_fail "the message has $field, which the link has not: no variables of NGINX can be signed here"
                fi
                printf '%s' "${!held}"
                ;;
            esac
            ;;
        esac
    done
}

# A secret's bytes in hexadecimal: secret, how it is written
_secure_token_key() {
    local text=$1 key
    case $2 in
    text) key=$(printf '%s' "$text" | _secure_token_hex) ;;
    hex) [[ ! $text =~ ^([0-9A-Fa-f]{2})+$ ]] || key=$text ;;
    *)
        if [ "$2" = base64url ]; then
            text=$(printf '%s' "$text" | tr -d = | tr -- -_ +/)
            while [ $((${#text} % 4)) != 0 ]; do text+='='; done
        fi
        key=$(printf '%s' "$text" | openssl base64 -d -A 2>/dev/null | _secure_token_hex)
        # Back again, or it was not all of the text.
        [ "$(_secure_token_bytes "$key" | openssl base64 -A)" = "$text" ] || key=''
        ;;
    esac
    [ -n "$key" ] || _secure_token_fail "the secret must be written in $2, base64 with its = at the end"
    printf '%s' "$key"
}

_secure_token_hex() { od -An -v -tx1 | tr -d ' \n'; }

# shellcheck disable=SC2001 # no pattern of the shell keeps what it found
_secure_token_bytes() { printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"; }

# What comes in as a token: digest, key in hexadecimal
_secure_token_digest() {
    local hash
    [[ $1 =~ ^(hmac-)?(md5|sha1|sha256|sha384|sha512):(hex|base64|base64url)$ ]] ||
        _secure_token_fail "there is no digest $1: write md5:hex or hmac-sha256:base64url, for example"
    hash=(openssl dgst "-${BASH_REMATCH[2]}" -binary)
    [[ $1 != hmac-* ]] || hash=(_secure_token_hmac "$2" "${BASH_REMATCH[2]}")
    case $1 in
    *:hex) "${hash[@]}" | _secure_token_hex ;;
    # In a query, + is a blank.
    *:base64) "${hash[@]}" | openssl base64 -A | sed 's/+/%2B/g; s,/,%2F,g; s/=/%3D/g' ;;
    *) "${hash[@]}" | openssl base64 -A | tr '+/' '-_' | tr -d '=' ;;
    esac
}

# The HMAC of what comes in: key in hexadecimal, function. openssl takes a key as an option only, where others on
# the machine could see it.
_secure_token_hmac() {
    local key=$1 inner='' outer='' byte i size=128
    [[ $2 != sha384 && $2 != sha512 ]] || size=256
    [ ${#key} -le $size ] || key=$(_secure_token_bytes "$key" | openssl dgst "-$2" -binary | _secure_token_hex)
    for ((i = 0; i < size; i += 2)); do
        byte=${key:i:2}
        printf -v inner '%s%02x' "$inner" $((0x${byte:-0} ^ 0x36))
        printf -v outer '%s%02x' "$outer" $((0x${byte:-0} ^ 0x5c))
    done
    {
        _secure_token_bytes "$outer"
        { _secure_token_bytes "$inner"; cat; } | openssl dgst "-$2" -binary
    } | openssl dgst "-$2" -binary
}

# --- akamai and bunny ------------------------------------------------------------------------------

# Without the claim acl the link opens the URL's path alone.
_secure_token_akamai() {
    set -o pipefail
    local key name body='' message
    _secure_token_read "$@"
    _secure_token_claims akamai '~' st acl id data salt
    key=$(_secure_token_key "$secret" hex) || exit
    c_ip=$client_ip c_exp=$expires
    for name in ip st exp acl id data; do
        local held=c_$name
        [ -z "${!held-}" ] || body+=${body:+"~"}$name=${!held}
    done
    message=$body
    [ -n "${c_acl-}" ] || message+="~url=$raw"
    [ -z "${c_salt-}" ] || message+="~salt=$c_salt"
    _secure_token_add "${token_param:-hdnts}" \
        "$(_secure_token_escaped "$body" "-._~!*'(),;:@/?=\$")~hmac=$(printf '%s' "$message" | _secure_token_digest hmac-sha256:hex "$key")"
    _secure_token_print
}

# With the claim token_path the link opens all below it.
_secure_token_bunny() {
    set -o pipefail
    local key pairs=() one name value address='' token args
    _secure_token_read "$@"
    _secure_token_claims bunny '&' token_path token_countries token_countries_blocked
    key=$(_secure_token_key "$secret" text) || exit
    IFS='&' read -ra pairs <<<"$query"
    args=$(
        for one in ${claims[@]+"${claims[@]}"}; do printf '%s\n' "$one"; done
        for one in ${pairs[@]+"${pairs[@]}"}; do
            [ -n "$one" ] || continue
            one=${one//+/ } value=''
            _secure_token_decoded name "${one%%=*}"
            [[ $one != *=* ]] || _secure_token_decoded value "${one#*=}"
            printf '%s=%s\n' "$name" "$value"
        done
    )
    args=$(sort -t= -k1,1 <<<"$args" | paste -sd'&' -)
    [ -z "$client_ip" ] || address=$(_secure_token_packed "$client_ip")
    token=$({
        printf '%s%s' "${c_token_path:-$raw}" "$expires"
        _secure_token_bytes "$address"
        printf '%s' "$args"
    } | _secure_token_digest hmac-sha256:base64url "$key") || exit
    _secure_token_add "${token_param:-token}" "HS256-${address:+1-}$token"
    _secure_token_add expires "$expires"
    for one in ${claims[@]+"${claims[@]}"}; do
        _secure_token_add "${one%%=*}" "$(_secure_token_escaped "${one#*=}" -._~)"
    done
    _secure_token_print
}

# Claims as variables whose names begin with c_: scheme, the character that ends one, names
_secure_token_claims() {
    local one name
    if [ -n "$given$lifetime" ] || [ ${#fields[@]} != 0 ]; then
        _secure_token_fail "$1 has neither path, lifetime nor fields, but claims: ${*:3}"
    fi
    [ "$expires" != never ] || _secure_token_fail 'these links must have an expiry'
    for one in ${claims[@]+"${claims[@]}"}; do
        name=c_${one%%=*}
        [[ " ${*:3} " == *" ${one%%=*} "* && -z ${!name-} ]] ||
            _secure_token_fail "there is no claim ${one%%=*}, or twice: write each once, of ${*:3}"
        [[ -n ${one#*=} && ${one#*=} != *"$2"* && ! $one =~ [[:cntrl:]] ]] ||
            _secure_token_fail "the claim ${one%%=*} is empty, or has an $2 or a control character"
        printf -v "$name" '%s' "${one#*=}"
    done
}

# The bytes of an address in hexadecimal; of IPv6, the network counts.
_secure_token_packed() {
    local text=$1 groups front end
    if [[ $text == *.* ]]; then
        IFS=. read -ra groups <<<"$text"
        printf '%02x' "${groups[@]}"
        return
    fi
    front=${text%%::*} end=${text#*::}
    [[ $text == *::* ]] || end=''
    IFS=: read -ra groups <<<"$front"
    IFS=: read -ra end <<<"$end"
    while [ $((${#groups[@]} + ${#end[@]})) -lt 8 ]; do groups+=(0); done
    groups=("${groups[@]/#/0x}" ${end[@]+"${end[@]/#/0x}"})
    printf '%04x' "${groups[@]:0:4}" 0 0 0 0
}

# Percent-encodes all but letters, digits and these.
_secure_token_escaped() {
    local i byte
    for ((i = 0; i < ${#1}; i++)); do
        byte=${1:i:1}
        if [[ $byte == [A-Za-z0-9] || $2 == *"$byte"* ]]; then
            printf '%s' "$byte"
        else
            printf '%%%s' "$(printf '%s' "$byte" | _secure_token_hex | tr a-f A-F)"
        fi
    done
}

# As it is hashed: an IPv6 address in its canonical short form, a mapped IPv4 address as such.
_secure_token_address() {
    local byte='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])' hex='[0-9A-Fa-f]{1,4}'
    local text=$1 left right colons run groups
    if [[ $text =~ ^($byte\.){3}$byte$ ]]; then
        echo "$text"
        return
    fi
    # An IPv4 address at the end is two groups; the inner parentheses are those of $byte.
    if [[ $text =~ ^(.*:)$byte\.$byte\.$byte\.$byte$ ]]; then
        groups=("${BASH_REMATCH[@]:2}")
        text=${BASH_REMATCH[1]}$(printf '%x:%x' $((groups[0] << 8 | groups[1])) $((groups[2] << 8 | groups[3])))
    fi
    if [[ $text == *::* ]]; then
        left=${text%%::*} right=${text#*::}
        left=${left:-0} right=${right:-0}
        colons=$left:$right
        colons=${colons//[^:]/}
        for ((run = ${#colons}; run < 7; run++)); do
            left+=:0
        done
        text=$left:$right
    fi
    [[ $text =~ ^($hex:){7}$hex$ ]] ||
        _secure_token_fail "the client's address must be like 192.0.2.7 or 2001:db8::1"
    IFS=: read -ra groups <<<"$text"
    text=$(printf ':%x' "${groups[@]/#/0x}"):
    if [[ $text == :0:0:0:0:0:ffff:* ]]; then
        printf '%d.%d.%d.%d\n' $((0x${groups[6]} >> 8)) $((0x${groups[6]} & 255)) \
            $((0x${groups[7]} >> 8)) $((0x${groups[7]} & 255))
        return
    fi
    for ((run = 8; run > 1; run--)); do
        colons=$(printf ':0%.0s' $(seq "$run")):
        if [[ $text == *"$colons"* ]]; then
            left=${text%%"$colons"*} right=${text#*"$colons"}
            text=:${left#:}::${right%:}:
            break
        fi
    done
    text=${text#:}
    echo "${text%:}"
}

# --- The command line ------------------------------------------------------------------------------

_secure_token_main() {
    local usage
    usage="usage: secure_token.sh (--scheme NAME | --link LINK --digest DIGEST --message MESSAGE) --secret-file FILE (--expires-in SECONDS | --expires-at UNIX | --never) [--client-ip ADDRESS] [--path PATH] [--lifetime SECONDS] [--field name=value]... [--claim name=value]... [--param NAME] URL; the NAMEs are $(_secure_token_names),akamai,bunny"
    if [ "$*" = --schemes ]; then
        sed '/^$/d' <<<"${_secure_token_schemes//  /$'\t'}"
        return
    fi
    local scheme='' file='' in='' at='' url='' whole='' link='' digest='' message='' secret options=()
    while [ $# -gt 0 ]; do
        case $1 in
        --never)
            at+=never
            shift
            continue
            ;;
        --*) [ $# -gt 1 ] || _secure_token_fail "$1 has no value; $usage" ;;
        *)
            [ -z "$url" ] || _secure_token_fail "$usage"
            url=$1
            shift
            continue
            ;;
        esac
        case $1 in
        --scheme) scheme=$2 ;;
        --link) link=$2 ;;
        --digest) digest=$2 ;;
        --message) message=$2 ;;
        --secret-form) options+=("secret_form=$2") ;;
        --secret-file) file=$2 ;;
        --expires-in) in=$2 ;;
        --expires-at) at+=$2 ;;
        --client-ip) options+=("client_ip=$2") ;;
        --path) options+=("path=$2") ;;
        --lifetime) options+=("lifetime=$2") ;;
        --param) options+=("token_param=$2") ;;
        --field) options+=("field=$2") ;;
        --claim) options+=("claim=$2") ;;
        *) _secure_token_fail "$1 is unknown; $usage" ;;
        esac
        shift 2
    done
    [ "$scheme" != ectoken ] ||
        _secure_token_fail 'ectoken needs AES-GCM, which openssl enc has not: take the signer of another language'
    if [ -z "$url" ] || [ -z "$file" ] || [[ -n $in && -n $at || -z $in$at ]]; then
        _secure_token_fail "$usage"
    fi
    if [ -n "$scheme" ]; then
        [ -z "$message" ] || _secure_token_fail "$usage"
        [ -z "$link" ] || options+=("link=$link")
        [ -z "$digest" ] || options+=("digest=$digest")
    elif [ -z "$link" ] || [ -z "$digest" ] || [ -z "$message" ]; then
        _secure_token_fail "$usage"
    fi
    if [ -n "$in" ]; then
        [[ $in =~ ^[1-9][0-9]{0,9}$ ]] || _secure_token_fail '--expires-in must be a positive number of seconds'
        at=$(($(date +%s) + in))
    fi
    [ -r "$file" ] || _secure_token_fail "$file: no file that can be read"
    # Up to the first NUL byte, which a variable cannot hold.
    if IFS= read -r -d '' whole <"$file"; then
        _secure_token_fail 'the secret has a NUL byte, which the shell cannot hold: take another signer'
    fi
    secret=${whole%$'\n'}
    if [ "$secret" != "$whole" ]; then
        secret=${secret%$'\r'}
    fi
    if [ -n "$scheme" ]; then
        secure_token_sign "$scheme" "$url" "$secret" "$at" ${options[@]+"${options[@]}"}
    else
        secure_token_sign_format "$link" "$digest" "$message" "$url" "$secret" "$at" ${options[@]+"${options[@]}"}
    fi
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    _secure_token_main "$@"
fi
