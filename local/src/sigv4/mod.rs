//! Signature Version 4, as far as checking and explaining it need more than a signer has.

pub(crate) mod canonical;
#[cfg(test)]
pub(crate) mod official_suite;
