//! Messages of which nothing tells where one field ends and the next begins.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::automaton::{Automaton, Cuts, PartId};
use super::example::Example;
use super::language::{Address, Setting, Values};
use super::{Pair, Warning};
use crate::{Carrier, ClientIp, Facts, Format, Part};

/// Warns of two fields whose border can be moved.
pub(super) fn warning(facts: &Facts, format: &Format) -> Option<Warning> {
    let has_address = facts.client_ip != ClientIp::Never
        || format.variables.iter().any(|name| name == "remote_addr");
    let addresses: &[Address] = if has_address {
        &[Address::V4, Address::V6, Address::Unbound]
    } else {
        &[Address::Unbound]
    };
    addresses.iter().find_map(|address| {
        // Where a field stands twice, or a path beside its directory, the first may be of no link, and another one is.
        for is_settled in [false, true] {
            let setting = Setting {
                address: *address,
                is_in_path: facts.carrier == Carrier::Path,
                is_settled,
            };
            let warning = of_cuts(facts, format, &two_cuts(format, setting)?);
            if warning.is_some() {
                return warning;
            }
        }
        None
    })
}

/// What there is to say of a message that was cut in two ways. `None` where there are no two links of it.
fn of_cuts(facts: &Facts, format: &Format, cuts: &Cuts) -> Option<Warning> {
    let hashed: Vec<u8> = cuts.iter().map(|(byte, _)| *byte).collect();
    let example = |way| {
        let example = Example::new(facts, format, &texts(format, cuts, way))?;
        // Where a field stands twice, the two may have been cut to be different.
        (example.message(format) == hashed).then_some(example)
    };
    let (one, other) = (example(0)?, example(1)?);
    let ends = ends(cuts)?.map(|id| format.message.get(field_of(format, id)));
    let [Some(field), Some(behind)] = ends else {
        return None;
    };
    (one != other).then(|| Warning {
        id: Warning::BORDER,
        text: text(format, field, behind),
        pair: Some(Pair {
            message: shown(&hashed),
            links: [one, other].map(|example| example.link(facts, format)),
        }),
    })
}

/// A message with its secret as formats write it.
fn shown(message: &[u8]) -> String {
    String::from_utf8_lossy(message).replace('\0', "{secret}")
}

fn text(format: &Format, field: &Part, behind: &Part) -> String {
    let field = format.part_text(field);
    let is_text = matches!(behind, Part::Literal(_));
    let behind = format.part_text(behind);
    if is_text {
        return format!(
            "nothing tells {field} from the text \"{behind}\"; write another text, with \"\\n\" in it, or one \
             token opens two links"
        );
    }
    format!(
        "nothing tells where {field} ends and {behind} begins; write \"\\n\" between them, or one token opens two links"
    )
}

/// The field that a part in brackets belongs to; any other part itself, and the text that stands in a field's place.
fn field_of(format: &Format, id: PartId) -> PartId {
    for (position, part) in format.message.iter().enumerate().take(id) {
        let Part::Choice { parts, .. } = part else {
            continue;
        };
        let chosen = format
            .message
            .iter()
            .enumerate()
            .skip(position)
            .take(usize::from(*parts).saturating_add(1));
        if chosen.clone().any(|(other, _)| other == id) {
            let is_field = |part: &Part| !matches!(part, Part::Literal(_) | Part::Choice { .. });
            let field = chosen.into_iter().find(|(_, part)| is_field(part));
            return field.map_or(id, |(field, _)| field);
        }
    }
    id
}

/// The shortest message that can be cut in two ways.
fn two_cuts(format: &Format, setting: Setting) -> Option<Cuts> {
    let mut automaton = Automaton::new();
    let mut state = Automaton::START;
    let mut parts = format.message.iter().enumerate();
    while let Some((id, part)) = parts.next() {
        let mut add = |state, (id, part): (PartId, &Part), may_be_empty: bool| {
            let Values { some, none } = Values::of(format, part, setting);
            let end = some.map(|some| automaton.add(state, id, &some));
            let skips = (none && may_be_empty) || end.is_none();
            match end {
                Some(end) if skips => {
                    automaton.join(state, end);
                    end
                }
                Some(end) => end,
                None => state,
            }
        };
        let Part::Choice {
            parts: count,
            otherwise,
        } = part
        else {
            state = add(state, (id, part), true);
            continue;
        };
        let chosen: Vec<_> = parts.by_ref().take(usize::from(*count)).collect();
        let otherwise: Vec<_> = parts.by_ref().take(usize::from(*otherwise)).collect();
        let field = chosen
            .iter()
            .find(|(_, part)| !matches!(part, Part::Literal(_)));
        let values = field.map(|(_, field)| Values::of(format, field, setting));
        let Some(Values { some, none }) = values else {
            continue;
        };
        let mut all = |parts: Vec<(PartId, &Part)>| {
            parts
                .into_iter()
                .fold(state, |state, part| add(state, part, false))
        };
        let some = some.map(|_| all(chosen));
        let none = none.then(|| all(otherwise));
        let end = automaton.add_state();
        for state in some.into_iter().chain(none) {
            automaton.join(state, end);
        }
        state = end;
    }
    automaton.two_cuts(state)
}

/// The text of each part of the message, as it is cut in that way.
fn texts(format: &Format, cuts: &Cuts, way: usize) -> Vec<Vec<u8>> {
    let mut texts = alloc::vec![Vec::new(); format.message.len()];
    for (byte, parts) in cuts {
        let text = parts.get(way).and_then(|part| texts.get_mut(*part));
        text.into_iter()
            .for_each(|text: &mut Vec<u8>| text.push(*byte));
    }
    texts
}

/// The part that is longer in one way where the two part, and the one that is longer in the other where they meet.
fn ends(cuts: &Cuts) -> Option<[PartId; 2]> {
    let mut apart = cuts.iter().filter(|(_, [one, other])| one != other);
    let (_, first) = apart.next()?;
    let last = apart.next_back().map_or(first, |(_, last)| last);
    Some([*first.iter().min()?, *last.iter().max()?])
}
