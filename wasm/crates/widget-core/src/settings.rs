//! The settings of a category that a teacher tries.

use grade_core::{Category, Item, Method};

/// What the form says.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The method.
    pub method: Method,
    /// Whether items without a grade are left out.
    pub aggregateonlygraded: bool,
    /// How many of the lowest grades are dropped.
    pub droplow: usize,
    /// How many of the highest grades are kept.
    pub keephigh: usize,
    /// By item: the weight, in per cent with natural weighting; none where the field is empty.
    pub weights: Vec<Option<f64>>,
    /// By item: whether it is extra credit.
    pub extra: Vec<bool>,
}

impl Settings {
    /// The category with these settings.
    #[must_use]
    pub fn category(&self, category: &Category) -> Category {
        Category {
            aggregation: self.method,
            aggregateonlygraded: self.aggregateonlygraded,
            droplow: self.droplow.min(100),
            keephigh: self.keephigh.min(100),
            ..*category
        }
    }

    /// Its items with these settings; what they have as `aggregationcoef` is how often extra credit counts in a mean.
    #[must_use]
    pub fn items(&self, items: &[Item]) -> Vec<Item> {
        let mut tried: Vec<_> = items.iter().enumerate().map(|(place, item)| self.item(place, item)).collect();
        if self.method == Method::Natural {
            share(&mut tried);
        }
        tried
    }

    fn item(&self, place: usize, item: &Item) -> Item {
        let weight = self.weights.get(place).copied().flatten().map(|weight| weight.clamp(0.0, 10_000.0));
        let extra = f64::from(u8::from(self.extra.get(place).copied().unwrap_or_default()));
        match self.method {
            Method::WeightedMean => Item { aggregationcoef: weight.unwrap_or(1.0), ..*item },
            Method::Natural => Item {
                aggregationcoef: extra,
                aggregationcoef2: weight.unwrap_or(0.0) / 100.0,
                weightoverride: weight.is_some(),
                ..*item
            },
            Method::SimpleWeightedMean => Item { aggregationcoef: extra, ..*item },
            Method::ExtraCreditMean => Item { aggregationcoef: extra * item.aggregationcoef, ..*item },
            _ => *item,
        }
    }
}

/// Natural weighting: what a teacher has set leaves the rest to the other items, by their points.
fn share(items: &mut [Item]) {
    let counted = || items.iter().filter(|item| item.aggregationcoef <= 0.0);
    let set = || counted().filter(|item| item.weightoverride);
    let points: f64 = counted().map(|item| item.grademax).sum();
    let open = points - set().map(|item| item.grademax).sum::<f64>();
    let rest = (1.0 - set().map(|item| item.aggregationcoef2).sum::<f64>()).max(0.0);
    for item in items.iter_mut().filter(|item| !item.weightoverride) {
        let (part, of) = if item.aggregationcoef > 0.0 { (1.0, points) } else { (rest, open) };
        item.aggregationcoef2 = if of > 0.0 { item.grademax / of * part } else { 0.0 };
    }
}
