//! What a person wrote in a cart, should somebody else have put it back or ordered it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::checkout::OrderDraft;
use crate::event::CartEvent;
use crate::id::{AddressId, LineId};
use crate::line::Line;
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
    addresses: Vec<AddressId>,
    /// The lines of which the metadata went.
    lines: BTreeSet<LineId>,
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
        } else if let CartEvent::AddressSelected { address } = event {
            self.addresses.extend(address.clone());
        }
    }

    /// Keeps what of a line is somebody's own: what told it apart, and that its metadata went.
    pub(super) fn keep_own(&mut self, line: &Line, erased: &Line) {
        if line.key != erased.key {
            self.distinct.push(line.key.distinct.clone());
        }
        if line.metadata != erased.metadata {
            self.lines.insert(line.id);
        }
    }

    /// Takes what was kept out of what a checkout froze.
    pub(super) fn take_from_draft(&self, draft: &mut OrderDraft) {
        draft.selections.address.take_if(|address| self.addresses.contains(address));
        draft.billing_address.take_if(|address| self.addresses.contains(address));
        draft.note.take_if(|note| self.notes.contains(note));
        if self.metadata.contains(&draft.metadata) {
            draft.metadata = Metadata::default();
        }
        for line in &mut draft.lines {
            line.note.take_if(|note| self.notes.contains(note));
            if self.lines.contains(&line.line) {
                line.metadata = Metadata::default();
            }
        }
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
        } else if let CartEvent::LineAdded { line } = event {
            CartEvent::LineAdded { line: Arc::new(self.taken_from_line(Line::clone(&line))) }
        } else {
            event
        }
    }

    fn taken_from_line(&self, mut line: Line) -> Line {
        line.note.take_if(|note| self.notes.contains(note));
        if self.lines.contains(&line.id) {
            line.metadata = Metadata::default();
        }
        if self.distinct.contains(&line.key.distinct) {
            line.key.distinct = line.key.distinct.replaced_by(&line.id.to_string());
        }
        line
    }
}
