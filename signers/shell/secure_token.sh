#!/usr/bin/env bash
# Signs links for nginx-secure-token, in the schemes azion and gcore. `openssl enc` has no AES-GCM, so
# for ectoken take one of the other signers.
#
# Copy this file into your project. It needs bash and the command openssl.
#
#   . ./secure_token.sh
#   secure_token_azion 'https://cdn.example.com/my%20film.mp4' "$secret" $(($(date +%s) + 3600))
#
#   secure_token_azion URL SECRET EXPIRES [path=PATH] [token_param=NAME] [expires_param=NAME]
#   secure_token_gcore URL SECRET EXPIRES [client_ip=ADDRESS] [path=PATH] ...
#
# They print the signed URL. The URL is the one that will be requested: percent-encoded and in normal
# form, without //, /./ and /../ in the path. It comes back with the token in its query; all else stays
# as it is. EXPIRES is a Unix time in seconds. PATH is signed, decoded as it is, in place of the URL's:
# for a directory. ADDRESS is the only one that the link is good for. What cannot be signed has the
# status 2 and a line on standard error.

secure_token_azion() { (_secure_token_sign azion st e "$@"); }
secure_token_gcore() { (_secure_token_sign gcore md5 expires "$@"); }

_secure_token_fail() {
    printf 'secure_token.sh: %s\n' "$1" >&2
    exit 2
}

# In a subshell, so that it may set variables and end.
_secure_token_sign() {
    local LC_ALL=C scheme=$1 token_param=$2 expires_param=$3 url=$4 secret=$5 expires=$6
    local option client_ip='' path='' token
    for option in "${@:7}"; do
        case $option in
        path=/*) path=${option#*=} ;;
        path=*) _secure_token_fail 'the path to sign must begin with /' ;;
        token_param=*) token_param=${option#*=} ;;
        expires_param=*) expires_param=${option#*=} ;;
        client_ip=*)
            [ "$scheme" = gcore ] || _secure_token_fail 'azion binds no client address: take gcore'
            client_ip=$(_secure_token_address "${option#*=}") || exit
            ;;
        *) _secure_token_fail "$option: write path=, client_ip=, token_param= or expires_param=" ;;
        esac
    done
    [ -n "$secret" ] || _secure_token_fail 'the secret is empty: take 16 random bytes or more'
    [[ $expires =~ ^[1-9][0-9]{0,9}$ ]] ||
        _secure_token_fail 'the expiry must be a Unix time in whole seconds, not milliseconds: 1 to 9999999999'

    local form='^(([Hh][Tt][Tt][Pp][Ss]?://[^/?#]+)?(/([^/?#][^?#]*)?))(\?([^#]*))?(#.*)?$'
    [[ $url =~ $form ]] || _secure_token_fail 'the URL has no path: write https://host/path or /path'
    local front=${BASH_REMATCH[1]} raw=${BASH_REMATCH[3]} query=${BASH_REMATCH[6]} fragment=${BASH_REMATCH[7]}
    if [[ $url =~ [^!-~] || $raw =~ %([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$) ]]; then
        _secure_token_fail 'the URL must be percent-encoded: %20 for a blank, %25 for a %'
    fi
    if [[ $raw =~ %([01].|7[Ff]) || $path =~ [[:cntrl:]] ]]; then
        _secure_token_fail 'the path has a control character, and no link opens it: rename it'
    fi
    if [ -z "$path" ]; then
        # In a path, + is a plus.
        raw=${raw//\\/\\\\}
        printf -v path '%b' "${raw//%/\\x}"
    fi
    _secure_token_check_name "$token_param" "$query"
    _secure_token_check_name "$expires_param" "$query&$token_param"

    case $scheme in
    azion) token=$secret$path$expires ;;
    gcore) token="$expires$path$client_ip $secret" ;;
    esac
    token=$(printf '%s' "$token" | openssl dgst -md5 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')
    [ ${#token} = 22 ] || _secure_token_fail 'openssl makes no MD5'
    printf '%s?%s%s=%s&%s=%s%s\n' "$front" "${query:+$query&}" "$token_param" "$token" \
        "$expires_param" "$expires" "$fragment"
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
    local usage='usage: secure_token.sh --scheme azion|gcore --secret-file FILE (--expires-in SECONDS | --expires-at UNIX) [--client-ip ADDRESS] [--path PATH] [--param NAME] URL'
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
        --param) options+=("token_param=$2") ;;
        --claim) _secure_token_fail '--claim goes with ectoken, for which the shell has no AES-GCM: take another signer' ;;
        *) _secure_token_fail "$1 is unknown; $usage" ;;
        esac
        shift 2
    done
    case $scheme in
    azion | gcore) ;;
    ectoken) _secure_token_fail 'ectoken needs AES-GCM, which openssl enc has not: take the signer of another language' ;;
    *) _secure_token_fail "unknown scheme $scheme; $usage" ;;
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
    "secure_token_$scheme" "$url" "$secret" "$at" ${options[@]+"${options[@]}"}
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    _secure_token_main "$@"
fi
