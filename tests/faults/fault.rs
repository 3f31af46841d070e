//! What goes wrong, and where.

/// What goes wrong with a call to somebody outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails before anything is done.
    Refused,
    /// It is done, and the answer is lost.
    LostReply,
    /// The answer is lost, and it is done later, unless that was ruled out by then.
    Late,
    /// It is done twice.
    Twice,
    /// The process dies before the call.
    CrashBefore,
    /// The process dies after the call, before its answer is written down.
    CrashAfter,
    /// While it is done, the clock goes on by an hour: all deadlines pass.
    Hour,
    /// While it is done, the clock goes back by an hour.
    Back,
}

/// What goes wrong with a commit. That the process dies before or after one is a crash after or before a call.
pub use cart_core::testing::Fault as StoreFault;

impl Fault {
    pub const ALL: [Self; 8] = [
        Self::Refused,
        Self::LostReply,
        Self::Late,
        Self::Twice,
        Self::CrashBefore,
        Self::CrashAfter,
        Self::Hour,
        Self::Back,
    ];
}

const STORE_FAULTS: [StoreFault; 4] =
    [StoreFault::Unavailable, StoreFault::Conflict, StoreFault::UnknownDone, StoreFault::UnknownNotDone];

/// One thing that goes wrong. Calls and commits are counted from 0 after the cart was filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    Call(usize, Fault),
    Commit(usize, StoreFault),
}

impl Trouble {
    /// All that can go wrong with so many calls and commits.
    pub fn all(calls: usize, commits: usize) -> Vec<Self> {
        let of_calls = (0..calls).flat_map(|nth| Fault::ALL.map(|fault| Self::Call(nth, fault)));
        let of_commits = (0..commits).flat_map(|nth| STORE_FAULTS.map(|fault| Self::Commit(nth, fault)));
        of_calls.chain(of_commits).collect()
    }
}

/// What goes wrong in a run.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub troubles: Vec<Trouble>,
    /// From this call on, all calls go wrong until everything is healed.
    pub outage: Option<(usize, Fault)>,
}

impl Plan {
    pub fn of(troubles: impl Into<Vec<Trouble>>) -> Self {
        Self { troubles: troubles.into(), outage: None }
    }

    pub fn from_here_on(nth: usize, fault: Fault) -> Self {
        Self { troubles: vec![], outage: Some((nth, fault)) }
    }

    pub fn at_call(&self, nth: usize) -> Option<Fault> {
        let outage = self.outage.filter(|(from, _)| nth >= *from).map(|(_, fault)| fault);
        let found = self.troubles.iter().find_map(|trouble| match trouble {
            Trouble::Call(at, fault) if *at == nth => Some(*fault),
            Trouble::Call(..) | Trouble::Commit(..) => None,
        });
        found.or(outage)
    }

    pub fn of_commits(&self) -> impl Iterator<Item = (usize, StoreFault)> {
        self.troubles.iter().filter_map(|trouble| match trouble {
            Trouble::Commit(nth, fault) => Some((*nth, *fault)),
            Trouble::Call(..) => None,
        })
    }
}
