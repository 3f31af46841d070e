//! What a person wrote in a cart, should somebody else have put it back.

use std::sync::Arc;

use crate::event::CartEvent;
use crate::line::Line;
use crate::metadata::Metadata;
use crate::text::{CartName, Note};

/// What was taken out of the history of a cart.
#[derive(Debug, Default)]
pub(super) struct Words {
    names: Vec<CartName>,
    notes: Vec<Note>,
    metadata: Vec<Metadata>,
}

impl Words {
    /// Keeps what an event says in words.
    pub(super) fn keep(&mut self, event: &CartEvent) {
        if let CartEvent::Created(created) = event {
            self.names.extend(created.name.clone());
            self.notes.extend(created.note.clone());
            self.metadata.push(created.metadata.clone());
        } else if let CartEvent::Renamed { name } = event {
            self.names.extend(name.clone());
        } else if let CartEvent::NoteChanged { note } | CartEvent::LineNoteChanged { note, .. } = event {
            self.notes.extend(note.clone());
        } else if let CartEvent::MetadataChanged { metadata } = event {
            self.metadata.push(metadata.clone());
        } else if let CartEvent::LineAdded { line } = event {
            self.notes.extend(line.note.clone());
        }
    }

    /// The event without what was kept.
    pub(super) fn taken_from(&self, event: CartEvent) -> CartEvent {
        let is_noted = |note: &Option<Note>| note.as_ref().is_some_and(|note| self.notes.contains(note));
        if let CartEvent::Renamed { name: Some(name) } = &event
            && self.names.contains(name)
        {
            CartEvent::Renamed { name: None }
        } else if let CartEvent::NoteChanged { note } = &event
            && is_noted(note)
        {
            CartEvent::NoteChanged { note: None }
        } else if let CartEvent::LineNoteChanged { line, note } = &event
            && is_noted(note)
        {
            CartEvent::LineNoteChanged { line: *line, note: None }
        } else if let CartEvent::MetadataChanged { metadata } = &event
            && self.metadata.contains(metadata)
        {
            CartEvent::MetadataChanged { metadata: Metadata::default() }
        } else if let CartEvent::LineAdded { line } = &event
            && is_noted(&line.note)
        {
            CartEvent::LineAdded { line: Arc::new(Line { note: None, ..Line::clone(line) }) }
        } else {
            event
        }
    }
}
