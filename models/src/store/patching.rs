//! Patching: what is stored is read, patched, and written on the version that was read.
//!
//! A patch of a document cannot be one blind update: it may reach into a part that is not there,
//! and the rules are for the whole that comes out.

use std::time::Duration;

use super::Store;
use super::attempts::Attempts;
use super::entity::Entity;
use super::error::StoreError;
use super::pause::pause;
use crate::Expected;
use crate::id::Id;

/// How often one patch is tried while others change what it was made on.
const ROUNDS: u32 = 4;
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

impl Store {
    /// Patches a thing; the whole of it ends within the bound of one call.
    pub(super) async fn patch<T: Entity, E: From<StoreError>>(
        &self,
        id: Id<T::Kind>,
        expected: &Expected,
        patch: impl Fn(T::New) -> Result<T::New, E>,
    ) -> Result<T, E> {
        let attempts = Attempts::default();
        let work = async { Ok(self.patch_in_rounds(id, expected, patch, &attempts).await) };
        self.bounded(Some(&attempts), work).await?
    }

    async fn patch_in_rounds<T: Entity, E: From<StoreError>>(
        &self,
        id: Id<T::Kind>,
        expected: &Expected,
        patch: impl Fn(T::New) -> Result<T::New, E>,
        attempts: &Attempts,
    ) -> Result<T, E> {
        for round in 0..ROUNDS {
            if round > 0 {
                pause(LONGEST_PAUSE).await;
            }
            let stored: T = self.read_row(id).await?;
            let version = stored.version();
            if !expected.allows(version, stored.updated_at()) {
                return Err(StoreError::Changed { version }.into());
            }
            let described = stored.described();
            let patched = patch(described.clone())?;
            if patched == described {
                return Ok(stored);
            }
            let as_read = Expected::Versions(vec![version]);
            match T::replace(self, id, patched, &as_read, attempts).await {
                // The next round sees whether the version that is there now is expected too.
                Err(StoreError::Changed { .. }) => {}
                outcome => return Ok(outcome?),
            }
        }
        Err(StoreError::contended(attempts).into())
    }
}
