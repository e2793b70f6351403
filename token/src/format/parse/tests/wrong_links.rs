use std::string::ToString as _;

use super::super::parse;

/// What is said about a link.
fn of_link(link: &str) -> std::string::String {
    parse("own", link, "hmac-sha256:hex", "{path}{expires}", &[])
        .unwrap_err()
        .to_string()
}

#[test]
fn a_link_that_is_wrong_is_told_what_to_write() {
    for (link, error) in [
        (
            "",
            "in the link: it begins with neither \"?\" nor \"/\"; write \"?st={token}&e={expires}\" or \"/{token}/{expires}{path}\"",
        ),
        (
            "st={token}",
            "in the link: it begins with neither \"?\" nor \"/\"; write \"?st={token}&e={expires}\" or \"/{token}/{expires}{path}\"",
        ),
        (
            "?",
            "in the link: an argument has a name and a value; write \"st={token}\" for one",
        ),
        (
            "?{token}",
            "in the link, at \"{token}\": an argument has a name and a value; write \"st={token}\" for one",
        ),
        (
            "?st={token}&e={expires}&",
            "at the end of the link \"?st={token}&e={expires}&\": an argument has a name and a value; write \"st={token}\" for one",
        ),
        (
            "?st={token",
            "in the link, at \"{token\": the brace is not closed; write \"}\" behind the field",
        ),
        (
            "?st={to ken}",
            "in the link, at \"{to ken}\": this is no name of a field; write small letters, digits and \"_\", such as {user_id}",
        ),
        (
            "?st={}",
            "in the link, at \"{}\": this is no name of a field; write small letters, digits and \"_\", such as {user_id}",
        ),
        (
            "?st={Token}",
            "in the link, at \"{Token}\": this is no name of a field; write small letters, digits and \"_\", such as {user_id}",
        ),
        (
            "?e={expires}",
            "in the link \"?e={expires}\": there is no {token}; write \"?st={token}\" for one",
        ),
        (
            "?st={token}&e={token}",
            "in the link, at \"{token}\": there is one token; write {token} once",
        ),
        (
            "?st={token}&e={expires}&f={expires}",
            "in the link, at \"{expires}\": the field stands there twice; write {expires} once",
        ),
        (
            "?st={token}&e={expires}&f={time}",
            "in the link, at \"{time}\": a link has one time; write {expires} for the second at which it ends, or {time} for the one at which it was issued",
        ),
        (
            "?st={token}&e={expires}&u={uid}&v={uid}",
            "in the link, at \"{uid}\": the field stands there twice; write {uid} once",
        ),
        (
            "?st={token}{expires}",
            "in the link, at \"{expires}\": nothing tells where {token} ends; write a character between the two that it cannot hold",
        ),
        (
            "?st={expires}0{token}",
            "in the link, at \"0\": {expires} may have this character itself, so that nothing tells where it ends; write another one",
        ),
        (
            "?st={token}&e={expires:hexa}",
            "in the link, at \"{expires:hexa}\": no time is written so; write {expires} for decimal seconds, {expires:hex}, {expires:iso}, or {expires:yyyymmddhhmm+8} with the hours of the zone from -12 to +14",
        ),
        (
            "?st={token}&e={expires:yyyymmddhhmm}",
            "in the link, at \"{expires:yyyymmddhhmm}\": no time is written so; write {expires} for decimal seconds, {expires:hex}, {expires:iso}, or {expires:yyyymmddhhmm+8} with the hours of the zone from -12 to +14",
        ),
        (
            "?st={token}&e={expires:yyyymmddhhmm+15}",
            "in the link, at \"{expires:yyyymmddhhmm+15}\": no time is written so; write {expires} for decimal seconds, {expires:hex}, {expires:iso}, or {expires:yyyymmddhhmm+8} with the hours of the zone from -12 to +14",
        ),
        (
            "?st={token}&e={expires:yyyymmddhhmm+08}",
            "in the link, at \"{expires:yyyymmddhhmm+08}\": no time is written so; write {expires} for decimal seconds, {expires:hex}, {expires:iso}, or {expires:yyyymmddhhmm+8} with the hours of the zone from -12 to +14",
        ),
        (
            "?st={token:hex}",
            "in the link, at \"{token:hex}\": the digest says how a token is written; write {token}, and md5:hex for one",
        ),
        (
            "?st={token?}",
            "in the link, at \"{token?}\": no link opens without a token; write {token}",
        ),
        (
            "?st={token}&u={uid:hex}",
            "in the link, at \"{uid:hex}\": only times have a form; write {uid}",
        ),
        (
            "?st={token}&p={path}",
            "in the link, at \"{path}\": the path stands at the end of a link that begins with \"/\", and nowhere else; leave it out",
        ),
        (
            "?st={token}&p={dir}",
            "in the link, at \"{dir}\": {dir} is something else in a message; give the field another name",
        ),
        (
            "?st={token}&r={rest*}",
            "in the link, at \"{rest*}\": only in a path a field takes all that is left; write {rest}",
        ),
        (
            "?st={token}&e={expires}&ttl={ttl}",
            "in the link \"?st={token}&e={expires}&ttl={ttl}\": {ttl} counts from the time of issue; write {time} as well, and no {expires}",
        ),
        (
            "?st={token}&ttl={ttl}",
            "in the link \"?st={token}&ttl={ttl}\": {ttl} counts from the time of issue; write {time} as well, and no {expires}",
        ),
        (
            "?st={token}&e={expires}-x",
            "in the link, at \"e={expires}-x\": only the token's argument may hold text or several fields; write \"name={field}\", and leave out what is the application's",
        ),
        (
            "?st={token}&v=1",
            "in the link, at \"v=1\": only the token's argument may hold text or several fields; write \"name={field}\", and leave out what is the application's",
        ),
        (
            "?s%74={token}",
            "in the link, at \"s%74={token}\": this name has another spelling in a link; write letters, digits, or one of -._~",
        ),
        (
            "?st={token}&st={expires}",
            "in the link, at \"st={expires}\": the argument stands there twice; give the field another one",
        ),
        (
            "?st={token} {expires}",
            "in the link, at \" \": a link cannot hold this as it is; write letters, digits, or one of -._~!'()*,:;@/=",
        ),
        (
            "?st={token}}",
            "in the link, at \"}\": no brace is open here; write fields such as {token}",
        ),
        (
            "?st={token}$host",
            "in the link, at \"$\": a link has no variables; write a field such as {host}, or the variable in the message",
        ),
        (
            "/{token}",
            "at the end of the link \"/{token}\": the path is missing that the token opens; write {path} there, or \"/{rest*}\" for all that is left as it was sent",
        ),
        (
            "/{token}/{path}",
            "in the link, at \"{path}\": the path begins with a slash itself; leave out the one in front of it",
        ),
        (
            "/{token}/{expires}",
            "at the end of the link \"/{token}/{expires}\": the path is missing that the token opens; write {path} there, or \"/{rest*}\" for all that is left as it was sent",
        ),
        (
            "/dl/{path}",
            "in the link, at \"{path}\": the path begins with a slash itself; leave out the one in front of it",
        ),
        (
            "/{token}/dl{path}",
            "in the link, at \"dl\": the segments of token and time stand side by side, and behind them the path; write this one in front of them",
        ),
        (
            "/{token}/dl/{expires}{path}",
            "in the link, at \"dl\": the segments of token and time stand side by side, and behind them the path; write this one in front of them",
        ),
        (
            "/{expires}//{token}{path}",
            "in the link, at \"/\": the server makes one of two slashes; write one",
        ),
        (
            "/../{token}{path}",
            "in the link, at \"..\": the server takes this segment out of a path; write another one",
        ),
        (
            "/{token}{rest*}",
            "in the link, at \"{rest*}\": what is left begins behind a slash; write \"/{rest*}\"",
        ),
        (
            "/{token}/{path*}",
            "in the link, at \"{path*}\": {path} is not all that is left; write \"/{rest*}\"",
        ),
        (
            "/{rest*}/{token}{path}",
            "in the link, at \"{rest*}\": it takes all that is left; write it at the end",
        ),
        (
            "/{path}/{token}",
            "in the link, at \"{path}\": the path stands at the end of a link that begins with \"/\", and nowhere else; leave it out",
        ),
        (
            "/{token}/{expires?}{path}",
            "in the link, at \"{expires?}\": a segment cannot be absent; write the field into that of another one, as in \"/{token},{expires?}{path}\"",
        ),
        (
            "/{token}{path?}",
            "in the link, at \"{path?}\": the path is what it is; write {path}",
        ),
        (
            "/{token},{expires}{uid}{path}",
            "in the link, at \"{uid}\": nothing tells where {expires} ends; write a character between the two that it cannot hold",
        ),
        (
            "/{token}/{uid}{path}",
            "in the link, at \"{uid}\": the segments of token and time stand side by side, and behind them the path; write this one in front of them",
        ),
    ] {
        assert_eq!(of_link(link), error, "{link}");
    }
}
