//! The body of Azure's "Put Block List": the ids of the blocks that make up a blob, in order.
//!
//! Source: Azure Storage, "Put Block List". `Committed`, `Uncommitted` and `Latest` mean the same
//! here, as a blob is put together once.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use quick_xml::{Reader, events::Event};
use windlass_store::PartName;

/// The most blocks of a blob ("About block blobs").
const LIMIT: usize = 50_000;

/// The names of the parts; the error says what is wrong with the list.
pub(crate) fn parse(xml: &str) -> Result<Vec<PartName>, String> {
    let mut reader = Reader::from_str(xml);
    let mut names = Vec::new();
    let mut id: Option<String> = None;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                let is_block =
                    matches!(tag.local_name().as_ref(), "Latest" | "Committed" | "Uncommitted");
                id = is_block.then(String::new);
            }
            Event::Text(text) => {
                if let Some(id) = &mut id {
                    id.push_str(&text);
                }
            }
            Event::End(_) => {
                if let Some(id) = id.take() {
                    names.push(part_name(&id)?);
                }
            }
            Event::DocType(_) => return Err("a document type is not allowed".to_owned()),
            Event::Eof => return Ok(names),
            _ => {}
        }
        if names.len() > LIMIT {
            return Err(format!("more than {LIMIT} blocks"));
        }
    }
}

/// The part of a block id as it stands in an address or list.
pub(crate) fn part_name(id: &str) -> Result<PartName, String> {
    let bytes = STANDARD.decode(id.trim()).map_err(|_| format!("'{id}' is no base64"))?;
    PartName::of(&bytes).ok_or_else(|| {
        format!("the id of a block has {} bytes, but may have {}", bytes.len(), PartName::LIMIT)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_keep_their_order() {
        let list = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<BlockList>\n <Latest>Yg==</Latest>\
                    <Uncommitted>YQ==</Uncommitted>\n</BlockList>";
        let name = |id: &[u8]| PartName::of(id).unwrap();
        assert_eq!(parse(list), Ok(vec![name(b"b"), name(b"a")]));
        assert_eq!(parse("<BlockList/>"), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_list_of_blocks_is_refused() {
        assert!(parse("<BlockList><Latest>../x</Latest></BlockList>").is_err());
        assert!(parse("<BlockList><Latest>Yg==</BlockList>").is_err());
        assert!(parse("<!DOCTYPE x [<!ENTITY a 'b'>]><BlockList/>").is_err());
        let long = STANDARD.encode([0; 65]);
        assert!(parse(&format!("<BlockList><Latest>{long}</Latest></BlockList>")).is_err());
        let many = "<Latest>Yg==</Latest>".repeat(LIMIT + 1);
        assert!(parse(&format!("<BlockList>{many}</BlockList>")).is_err());
    }
}
