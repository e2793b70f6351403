use super::*;

fn why(xml: &[u8]) -> Option<Untouched> {
    places(xml, &URL).err()
}

#[test]
fn what_is_not_utf8_stays_untouched() {
    let utf16: Vec<u8> = "\u{feff}<MPD><Location>a</Location></MPD>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let unmarked: Vec<u8> = "<MPD></MPD>"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    assert_eq!(why(&utf16), Some(Untouched::Encoding));
    assert_eq!(why(&unmarked), Some(Untouched::Encoding));
    assert_eq!(why(b"<MPD>\xe4</MPD>"), Some(Untouched::Encoding));
    assert_eq!(
        why(b"<?xml version='1.0' encoding='ISO-8859-1'?><MPD/>"),
        Some(Untouched::Encoding)
    );
    assert_eq!(why(b"<?xml version='1.0' encoding='UTF-8'?><MPD/>"), None);
    assert_eq!(why(b"<?xml version='1.0'?><MPD/>"), None);
}

#[test]
fn what_is_not_well_formed_stays_untouched() {
    for xml in [
        "",
        "  ",
        "text",
        "<MPD>",
        "<MPD",
        "<MPD></Period></MPD>",
        "<MPD><Location a='1</Location></MPD>",
        "<MPD a='1' a='2'/>",
        "<MPD><Location>a & b</Location></MPD>",
        "<MPD><!-- </MPD>",
        "<MPD/></MPD>",
    ] {
        assert_eq!(why(xml.as_bytes()), Some(Untouched::Malformed), "{xml}");
    }
}

#[test]
fn another_root_stays_untouched() {
    assert_eq!(why(b"<html/>"), Some(Untouched::Root));
    assert_eq!(why(b"<MPD/><MPD/>"), Some(Untouched::Root));
    assert_eq!(why(b"<Period xlink:href='a'/>"), Some(Untouched::Root));
    assert_eq!(why(b"<x xlink:href='a'/>"), Some(Untouched::Root));
}

#[test]
fn a_document_type_stays_untouched() {
    assert_eq!(
        why(b"<!DOCTYPE MPD [<!ENTITY own '//example.org'>]><MPD/>"),
        Some(Untouched::DocumentType)
    );
}

#[test]
fn elements_without_a_floor_stay_untouched() {
    let deep = ["<MPD>", &"<a>".repeat(100_000)].concat();
    assert_eq!(why(deep.as_bytes()), Some(Untouched::Depth));
}

#[test]
fn a_byte_order_mark_and_a_prefix_move_nothing() {
    let xml =
        "\u{feff}<?xml version=\"1.0\"?>\r\n<d:MPD>\r\n<d:Location\n>ä/n.mpd</d:Location></d:MPD>";
    let places = places(xml.as_bytes(), &URL).unwrap();
    assert_eq!(&xml[places[0].at.clone()], "ä/n.mpd");
    assert_eq!(super::word(&places[0]), "/v/ä/n.mpd");
}

#[test]
fn a_reason_is_said_in_words() {
    assert_eq!(
        Untouched::Root.to_string(),
        "its root element is neither MPD nor Patch"
    );
    assert_eq!(Left::OtherHost.to_string(), "on another host");
}
