//! Saying what is news about a principal, once.

use crate::call::CallError;
use crate::ports::{Publish, Remember};
use chrono::{DateTime, Utc};
use leastwise_rightsizing::iam::UniqueId;
use leastwise_rightsizing::presentation::{Memory, MemoryError, Message, News, Subject, Track};
use leastwise_rightsizing::settings::TopicArn;
use thiserror::Error;

/// Why something was not said, or not remembered. What it is about has happened all the same.
#[derive(Debug, Error)]
pub enum AnnounceError {
    /// What was said last could not be read, so that nobody knows whether it is news.
    #[error("nothing was announced, because what was announced last is unknown: {0}")]
    Recall(CallError),
    /// What was said last is garbled.
    #[error("nothing was announced: {0}; delete the parameter and the next event will be")]
    Garbled(#[from] MemoryError),
    /// The message was not taken.
    #[error("the message was not sent: {0}")]
    Publish(CallError),
    /// That it was said could not be remembered.
    #[error("what was announced could not be remembered, so it may be announced again: {0}")]
    Remember(CallError),
}

/// What was said last about the principal with this id; `None` when nothing is remembered.
///
/// # Errors
///
/// [`AnnounceError::Recall`] and [`AnnounceError::Garbled`].
pub async fn recall(id: &UniqueId, aws: &impl Remember) -> Result<Option<Memory>, AnnounceError> {
    let text = aws.recall(&Memory::parameter(id)).await.map_err(AnnounceError::Recall)?;
    Ok(text.map(|text| Memory::parse(&text)).transpose()?)
}

/// Keeps what was said about the principal with this id.
///
/// # Errors
///
/// [`AnnounceError::Remember`].
pub async fn remember(
    id: &UniqueId,
    memory: &Memory,
    aws: &impl Remember,
) -> Result<(), AnnounceError> {
    let name = Memory::parameter(id);
    aws.remember(&name, &memory.to_text()).await.map_err(AnnounceError::Remember)
}

/// Sends the message and takes it into the memory, which is still to be kept.
///
/// # Errors
///
/// [`AnnounceError::Publish`]; the memory is as before.
pub async fn say(
    track: Track,
    news: &News,
    subject: &Subject,
    memory: &mut Memory,
    topic: &TopicArn,
    at: DateTime<Utc>,
    aws: &impl Publish,
) -> Result<(), AnnounceError> {
    let message = Message::of(news, subject, memory, at);
    aws.publish(topic, &message).await.map_err(AnnounceError::Publish)?;
    memory.note(track, news.said.clone());
    Ok(())
}
