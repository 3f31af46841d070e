//! What a person wrote in a cart, should somebody else have put it back.

use std::sync::Arc;

use crate::event::CartEvent;
use crate::line::{Line, LineKey};
use crate::merge::MergeReport;
use crate::metadata::Metadata;
use crate::text::{CartName, Note};

/// What was taken out of the history of a cart.
#[derive(Debug, Default)]
pub(super) struct Words {
    names: Vec<CartName>,
    notes: Vec<Note>,
    metadata: Vec<Metadata>,
    /// What told lines apart.
    distinct: Vec<Metadata>,
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

    /// Keeps what told a line apart.
    pub(super) fn keep_key(&mut self, key: &LineKey) {
        self.distinct.push(key.distinct.clone());
    }

    /// The event without what was kept: what told lines apart, and the words if it `restores` something.
    pub(super) fn taken_from(&self, event: CartEvent, restores: bool) -> CartEvent {
        if let CartEvent::GuestCartMerged { report } = event {
            CartEvent::GuestCartMerged { report: self.taken_from_report(report) }
        } else if restores {
            self.taken_from_restored(event)
        } else {
            event
        }
    }

    fn taken_from_report(&self, mut report: MergeReport) -> MergeReport {
        for (n, line) in report.lines.iter_mut().enumerate() {
            if self.distinct.contains(&line.key.distinct) {
                line.key.distinct = line.key.distinct.replaced_by(&n.to_string());
            }
        }
        report
    }

    fn taken_from_restored(&self, event: CartEvent) -> CartEvent {
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
