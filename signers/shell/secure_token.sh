#!/usr/bin/env bash
# Signs links for nginx-secure-token, in the schemes of the table below. `openssl enc` has no AES-GCM, so
# for ectoken take one of the other signers.
#
# Copy this file into your project. It needs bash and the command openssl.
#
#   . ./secure_token.sh
#   secure_token_azion 'https://cdn.example.com/my%20film.mp4' "$secret" $(($(date +%s) + 3600))
#
#   secure_token_azion URL SECRET EXPIRES [path=PATH] [token_param=NAME] [expires_param=NAME]
#   secure_token_gcore URL SECRET EXPIRES [client_ip=ADDRESS] [path=PATH] ...
#   secure_token_sign SCHEME URL SECRET EXPIRES [lifetime=SECONDS] [client_ip=ADDRESS] ...
#
# They print the signed URL. The URL is the one that will be requested: percent-encoded and in normal
# form, without //, /./ and /../ in the path. It comes back with the token in its query or in front of its
# path; all else stays as it is. EXPIRES is a Unix time in seconds. PATH is signed, as it is, in place of
# the URL's: for a directory. ADDRESS is the only one that the link is good for (gcore, leaseweb). A
# lifetime is what the server lets a link open (alibaba-b), 1800 if not given. What cannot be signed has
# the status 2 and a line on standard error.

# The scheme's name, what a link looks like, how the message is hashed and the token written, what the
# message is, how the secret is written, and how many seconds a link opens that says when it was issued.
_secure_token_schemes='azion|?st={token}&e={expires}|md5:base64url|{secret}{path}{expires}|text|-
gcore|?md5={token}&expires={expires}|md5:base64url|{expires}{path}{client_ip} {secret}|text|-
leaseweb|?st={token}&e={expires}|md5:base64url|{secret}{client_ip}{path}{expires}|text|-
fastly|?token={expires}_{token}|hmac-sha1:hex|{uri:raw}{expires}|base64|-
alibaba-b|/{time:yyyymmddhhmm+8}/{token}{path}|md5:hex|{secret}{time}{path:raw}|text|1800'

# In a subshell, so that they may set variables and end.
secure_token_sign() { (_secure_token_sign "$@"); }
secure_token_azion() { (_secure_token_sign azion "$@"); }
secure_token_gcore() { (_secure_token_sign gcore "$@"); }

_secure_token_fail() {
    printf 'secure_token.sh: %s\n' "$1" >&2
    exit 2
}

_secure_token_sign() {
    local LC_ALL=C scheme=$1 url=$2 secret=$3 expires=$4
    local name form='' digest message written usual
    while IFS='|' read -r name form digest message written usual; do
        [ "$name" != "$scheme" ] || break
    done <<<"$_secure_token_schemes"
    [ "$name" = "$scheme" ] || _secure_token_fail "unknown scheme $scheme: write $(cut -d'|' -f1 <<<"$_secure_token_schemes" | paste -sd, -)"

    local option token_param='' expires_param='' client_ip='' path='' lifetime=''
    for option in "${@:5}"; do
        case $option in
        path=/*) path=${option#*=} ;;
        path=*) _secure_token_fail 'the path to sign must begin with /' ;;
        token_param=*) token_param=${option#*=} ;;
        expires_param=*) expires_param=${option#*=} ;;
        client_ip=*)
            [[ $message == *'{client_ip}'* ]] || _secure_token_fail "$scheme binds no client_ip: take gcore"
            # shellcheck disable=SC2034 # a field of the message
            client_ip=$(_secure_token_address "${option#*=}") || exit
            ;;
        lifetime=*)
            [ "$usual" != - ] || _secure_token_fail "$scheme has no lifetime: its links say when they expire"
            lifetime=${option#*=}
            ;;
        *) _secure_token_fail "$option: write path=, client_ip=, lifetime=, token_param= or expires_param=" ;;
        esac
    done
    [ -n "$secret" ] || _secure_token_fail 'the secret is empty: take 16 random bytes or more'
    [[ $expires =~ ^[1-9][0-9]{0,9}$ ]] ||
        _secure_token_fail 'the expiry must be a Unix time in whole seconds, not milliseconds: 1 to 9999999999'

    local shape='^([Hh][Tt][Tt][Pp][Ss]?://[^/?#]+)?(/([^/?#][^?#]*)?)(\?([^#]*))?(#.*)?$'
    [[ $url =~ $shape ]] || _secure_token_fail 'the URL has no path: write https://host/path or /path'
    local origin=${BASH_REMATCH[1]} raw=${BASH_REMATCH[2]} query=${BASH_REMATCH[5]} fragment=${BASH_REMATCH[6]}
    if [[ $url =~ [^!-~] || $raw =~ %([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$) ]]; then
        _secure_token_fail 'the URL must be percent-encoded: %20 for a blank, %25 for a %'
    fi
    if [[ $raw =~ %([01].|7[Ff]) || $path =~ [[:cntrl:]] ]]; then
        _secure_token_fail 'the path has a control character, and no link opens it: rename it'
    fi
    # Those that the functions below look up by these names.
    local raw_path=${path:-$raw} raw_uri=${path:-$raw}${query:+?$query} time='' token='' escaped
    if [ -z "$path" ]; then
        # In a path, + is a plus.
        escaped=${raw//\\/\\\\}
        printf -v path '%b' "${escaped//%/\\x}"
    fi
    if [ "$usual" != - ]; then
        time=$(_secure_token_issue "$expires" "${lifetime:-$usual}") || exit
    fi
    token=$(_secure_token_filled "$message" | _secure_token_digest "$digest" "$written" "$secret") || exit
    [ -n "$token" ] || _secure_token_fail "openssl makes no ${digest%:*}"

    if [[ $form == /* ]]; then
        [ -z "$token_param$expires_param" ] ||
            _secure_token_fail "$scheme has its token in the path, and no parameter to rename"
        path=$raw
        printf '%s%s%s%s\n' "$origin" "$(_secure_token_filled "$form")" "${query:+?$query}" "$fragment"
        return
    fi
    local until=${form#*&}
    form=${form#\?} form=${form%%&*}
    [[ $until == \?* ]] && until=''
    [ -z "$expires_param" ] || [ -n "$until" ] || _secure_token_fail "$scheme has no parameter of the expiry's own"
    token_param=${token_param:-${form%%=*}} expires_param=${expires_param:-${until%%=*}}
    _secure_token_check_name "$token_param" "$query"
    if [ -n "$until" ]; then
        _secure_token_check_name "$expires_param" "$query&$token_param"
        until="&$expires_param=$(_secure_token_filled "${until#*=}")"
    fi
    printf '%s%s?%s%s=%s%s%s\n' "$origin" "$raw" "${query:+$query&}" "$token_param" \
        "$(_secure_token_filled "${form#*=}")" "$until" "$fragment"
}

# A form with its fields, which are variables of who calls.
_secure_token_filled() {
    local rest=$1 field
    while [[ $rest == *'{'* ]]; do
        field=${rest#*'{'} field=${field%%'}'*}
        printf '%s' "${rest%%'{'*}"
        case $field in
        path:raw) printf '%s' "$raw_path" ;;
        uri:raw) printf '%s' "$raw_uri" ;;
        *)
            field=${field%%:*}
            printf '%s' "${!field}"
            ;;
        esac
        rest=${rest#*'}'}
    done
    printf '%s' "$rest"
}

# What comes in as a token: digest, how the secret is written, secret
_secure_token_digest() {
    local key hash=(openssl dgst -md5)
    if [ "$2" = base64 ]; then
        key=$(printf '%s' "$3" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
        # Back again, or it was not all of the text.
        [ "$(_secure_token_bytes "$key" | openssl base64 -A)" = "$3" ] ||
            _secure_token_fail 'the secret must be written in base64, with its = at the end'
        hash=(_secure_token_hmac "$key")
    fi
    case $1 in
    *:hex) "${hash[@]}" -r | cut -d' ' -f1 ;;
    *) "${hash[@]}" -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=' ;;
    esac
}

# HMAC with SHA-1 of what comes in: key in hexadecimal, options of openssl. It takes a key as an option
# only, where others on the machine could see it.
_secure_token_hmac() {
    local key=$1 inner='' outer='' byte i
    [ ${#key} -le 128 ] || key=$(_secure_token_bytes "$key" | openssl dgst -sha1 -r | cut -d' ' -f1)
    for ((i = 0; i < 128; i += 2)); do
        byte=${key:i:2}
        printf -v inner '%s%02x' "$inner" $((0x${byte:-0} ^ 0x36))
        printf -v outer '%s%02x' "$outer" $((0x${byte:-0} ^ 0x5c))
    done
    {
        _secure_token_bytes "$outer"
        { _secure_token_bytes "$inner"; cat; } | openssl dgst -sha1 -binary
    } | openssl dgst -sha1 "$2"
}

# shellcheck disable=SC2001 # no pattern of the shell keeps what it found
_secure_token_bytes() { printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"; }

# A time of issue to the minute, by the clock of UTC+8: expiry, lifetime
_secure_token_issue() {
    if ! [[ $2 =~ ^[1-9][0-9]{0,9}$ ]] || [ "$2" -gt "$1" ]; then
        _secure_token_fail 'the lifetime must be a whole number of seconds, from 1 to the expiry'
    fi
    local time=$(($1 - $2 + 8 * 3600))
    date -u -d "@$time" +%Y%m%d%H%M 2>/dev/null || date -u -r "$time" +%Y%m%d%H%M
}

_secure_token_check_name() { # name, query
    [[ $1 =~ ^[A-Za-z0-9._~-]+$ ]] || _secure_token_fail 'names of parameters have only letters, digits, - . _ ~'
    case "&$2&" in
    *"&$1&"* | *"&$1="*) _secure_token_fail "there is a parameter $1 already: sign without it, or take another name" ;;
    esac
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
    local schemes
    schemes=$(cut -d'|' -f1 <<<"$_secure_token_schemes")
    local usage="usage: secure_token.sh --scheme ${schemes//$'\n'/|} --secret-file FILE (--expires-in SECONDS | --expires-at UNIX) [--client-ip ADDRESS] [--path PATH] [--lifetime SECONDS] [--param NAME] URL"
    if [ "$*" = --schemes ]; then
        tr '|' '\t' <<<"$_secure_token_schemes"
        return
    fi
    local scheme='' file='' in='' at='' url='' whole='' secret options=()
    while [ $# -gt 0 ]; do
        case $1 in
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
        --secret-file) file=$2 ;;
        --expires-in) in=$2 ;;
        --expires-at) at=$2 ;;
        --client-ip) options+=("client_ip=$2") ;;
        --path) options+=("path=$2") ;;
        --lifetime) options+=("lifetime=$2") ;;
        --param) options+=("token_param=$2") ;;
        --claim) _secure_token_fail '--claim goes with ectoken, for which the shell has no AES-GCM: take another signer' ;;
        *) _secure_token_fail "$1 is unknown; $usage" ;;
        esac
        shift 2
    done
    case $scheme in
    ectoken) _secure_token_fail 'ectoken needs AES-GCM, which openssl enc has not: take the signer of another language' ;;
    '') _secure_token_fail "$usage" ;;
    esac
    if [ -z "$url" ] || [ -z "$file" ] || [[ -n $in && -n $at || -z $in$at ]]; then
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
    secure_token_sign "$scheme" "$url" "$secret" "$at" ${options[@]+"${options[@]}"}
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    _secure_token_main "$@"
fi
