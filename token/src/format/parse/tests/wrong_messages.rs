use std::string::ToString as _;

use super::super::parse;

const LINK: &str = "?st={token}&e={expires}";

#[test]
fn a_message_that_is_wrong_is_told_what_to_write() {
    for (link, message, error) in [
        (
            LINK,
            "",
            "in the message: nothing would be hashed; write \"{path}{expires}\" for one",
        ),
        (
            LINK,
            "{toekn}",
            "in the message \"{toekn}\": there is no field \"toekn\"; write {expires}, {secret}, {path}, {path:raw}, {dir}, {parent}, {stream}, {uri:raw}, {args}, {client_ip}, or a field that the link has",
        ),
        (
            LINK,
            "{path}{time}",
            "in the message, at \"{time}\": there is no field \"time\"; write {expires}, {secret}, {path}, {path:raw}, {dir}, {parent}, {stream}, {uri:raw}, {args}, {client_ip}, or a field that the link has",
        ),
        (
            LINK,
            "{path",
            "in the message \"{path\": the brace is not closed; write \"}\" behind the field",
        ),
        (
            LINK,
            "{path}}",
            "in the message, at \"}\": no brace is open here; write \"}}\" for the character",
        ),
        (
            LINK,
            "{token}",
            "in the message \"{token}\": the token is made of the message; leave it out",
        ),
        (
            LINK,
            "{path?}",
            "in the message \"{path?}\": the link says so, and the message need not; write {path}",
        ),
        (
            LINK,
            "{uri}",
            "in the message \"{uri}\": it is not written so; write {uri:raw}",
        ),
        (
            LINK,
            "{path:hex}",
            "in the message \"{path:hex}\": it is not written so; write {path} or {path:raw}",
        ),
        (
            LINK,
            "{secret}{path}{expires}",
            "in the message: the secret is the key of hmac-sha256:hex; leave out {secret}",
        ),
        (
            LINK,
            "{path}",
            "in the message: whoever has a link could change its {expires}; write {expires} into the message as well",
        ),
        (
            LINK,
            "{expires:hex}",
            "in the message \"{expires:hex}\": a field is hashed as it was sent; write {expires}",
        ),
        (
            LINK,
            "{path}\\x",
            "in the message, at \"\\x\": there is no such escape; write \\n, \\t, \\r, \\$, \\[, \\], \\| or \\\\",
        ),
        (
            LINK,
            "{path}\\",
            "in the message, at \"\\\": there is no such escape; write \\n, \\t, \\r, \\$, \\[, \\], \\| or \\\\",
        ),
        (
            LINK,
            "{path}$",
            "in the message, at \"$\": here is no variable's name; write \"$host\" or \"${host}\" for one, and \\$ for the character",
        ),
        (
            LINK,
            "${host",
            "in the message \"${host\": here is no variable's name; write \"$host\" or \"${host}\" for one, and \\$ for the character",
        ),
        (
            LINK,
            "{path}$1",
            "in the message, at \"$1\": a capture is known by its name alone; write (?<name>…) into the expression and $name here",
        ),
        (
            LINK,
            "{path}[x]",
            "in the message, at \"[x]\": brackets are left out where their field is empty; write one into them, or \\[ and \\] for the characters",
        ),
        (
            LINK,
            "[{client_ip}$host]",
            "in the message, at \"$host\": brackets hold one field; write brackets of its own for this one",
        ),
        (
            LINK,
            "[[{client_ip}]]",
            "in the message, at \"[\": brackets do not stand in brackets; write \\[ for the character",
        ),
        (
            LINK,
            "[{path}]",
            "in the message, at \"{path}\": this one is always there; write it without brackets",
        ),
        (
            LINK,
            "[{client_ip}",
            "in the message \"[{client_ip}\": the bracket is not closed; write \"]\" behind it, or \\[ for the character",
        ),
        (
            LINK,
            "{path}]",
            "in the message, at \"]\": no bracket is open here; write \\] for the character",
        ),
        (
            LINK,
            "[{client_ip}|a|b]",
            "in the message, at \"|\": brackets have one bar; write \\| for the character",
        ),
        (
            LINK,
            "[{client_ip}|$host]",
            "in the message, at \"$host\": behind the bar there is text; write the field elsewhere",
        ),
        (
            LINK,
            "{path}\u{1}",
            "in the message, at \"\\u{1}\": no message has this character; write \\n, \\t or \\r for a control character",
        ),
        (
            "/{token}/{link*}",
            "{path}",
            "in the message \"{path}\": the link ends with {link*}, which is all that is left of it; write {link}",
        ),
        (
            "?st={token}&t={time}&u={uid}",
            "{ttl}",
            "in the message \"{ttl}\": there is no field \"ttl\"; write {time}, {uid}, {secret}, {path}, {path:raw}, {dir}, {parent}, {stream}, {uri:raw}, {args}, {client_ip}, or a field that the link has",
        ),
        (
            "?st={token}&t={time}&x={ttl}",
            "{path}{time}",
            "in the message: whoever has a link could change its {ttl}; write {ttl} into the message as well",
        ),
        (
            "?st={token}&e={expires}&x={start}",
            "{path}{expires}",
            "in the message: whoever has a link could change its {start}; write {start} into the message as well",
        ),
    ] {
        let found = parse("own", link, "hmac-sha256:hex", message, &[]).unwrap_err();
        assert_eq!(found.to_string(), error, "{message}");
    }
}
