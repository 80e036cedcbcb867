//! Judging whoever is listed, each read when its turn comes.

use crate::context::Context;
use crate::entity::Entity;
use crate::judgement::{self, Judgement};
use crate::listed::Listed;
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, stream};
use leastwise_aws::ports::{CONCURRENT_REPORTS, ReadHistory, ReadPolicy, ReadUsage};
use leastwise_rightsizing::iam::Roster;
use std::sync::Arc;

/// Of how many principals the past is read at once: enough that it costs few calls, and few enough
/// that what AWS Config hands out of them fits into memory.
const LOOKED_BACK_AT_ONCE: usize = 500;

/// An entity that was judged.
#[derive(Debug)]
pub(super) struct Judged {
    /// Its place on the list.
    pub(super) place: usize,
    /// The entity.
    pub(super) entity: Entity,
    /// The verdict on it.
    pub(super) judgement: Judgement,
}

/// What is judged, and by what.
#[derive(Debug)]
pub(super) struct Judging<'a, A, J> {
    /// The account.
    pub(super) roster: &'a Roster,
    /// Whoever is judged, in the order of their turns, with their places on the list.
    pub(super) turns: &'a [(usize, Listed<'a>)],
    /// As of when Config takes the verdicts.
    pub(super) time: DateTime<Utc>,
    /// The rest.
    pub(super) context: &'a Context<'a, A, J>,
}

impl<'a, A, J> Judging<'a, A, J>
where
    A: ReadUsage + ReadHistory + ReadPolicy,
{
    /// Every judgement, as it is made. A report that is long in coming holds up no other.
    pub(super) fn stream(self) -> impl Stream<Item = Judged> + use<'a, A, J> {
        let Self { roster, turns, time, context } = self;
        let shared = Arc::new(context.shared_past(roster));
        let judging = stream::iter(turns.chunks(LOOKED_BACK_AT_ONCE)).flat_map(move |block| {
            let principals = block.iter().filter_map(|(_, listed)| listed.principal());
            let look_back = context.look_back(principals, roster.groups());
            let look_back = Arc::new(look_back.sharing(Arc::clone(&shared)));
            stream::iter(block).map(move |&(place, listed)| {
                let look_back = Arc::clone(&look_back);
                async move {
                    let entity = listed.read(roster);
                    let judgement = judgement::judge(&entity, time, &look_back, context).await;
                    Judged { place, entity, judgement }
                }
            })
        });
        judging.buffer_unordered(CONCURRENT_REPORTS)
    }
}
