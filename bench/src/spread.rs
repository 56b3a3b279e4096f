//! Many readings of one figure, as their median and how far they spread.

use std::fmt;

/// A median, with the quartiles around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    low: f64,
    high: f64,
}

impl Spread {
    pub(crate) fn of(readings: &[f64]) -> Self {
        Self {
            median: quantile(readings, 0.5),
            low: quantile(readings, 0.25),
            high: quantile(readings, 0.75),
        }
    }

    /// Of the ratios of readings that were taken side by side.
    pub(crate) fn of_ratios(ours: &[f64], theirs: &[f64]) -> Self {
        let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a / b).collect();
        Self::of(&ratios)
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        let Self { median, low, high } = self;
        write!(f, "{median:.digits$} ({low:.digits$}–{high:.digits$})")
    }
}

/// The reading below which `part` of them lie; 0 when there are none.
pub(crate) fn quantile(readings: &[f64], part: f64) -> f64 {
    let mut sorted = readings.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1) as f64;
    let index = (last * part).round() as usize;
    sorted.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_has_the_median_and_the_quartiles_of_readings_in_any_order() {
        let spread = Spread::of(&[5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!(spread.to_string(), "3.00 (2.00–4.00)");
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
