//! A category and its items, in the words of Moodle's tables `grade_categories` and `grade_items`.

use crate::range::{Problem, column, spread};

/// How a category makes one grade of many (`grade_categories.aggregation`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// 0: the mean.
    Mean,
    /// 2: the middle grade, or the mean of the two in the middle.
    Median,
    /// 4: the lowest grade.
    Lowest,
    /// 6: the highest grade.
    Highest,
    /// 8: the most frequent grade, and of several such the highest.
    Mode,
    /// 10: the mean weighted by `aggregationcoef`.
    WeightedMean,
    /// 11: the mean weighted by each item's range.
    SimpleWeightedMean,
    /// 12: the mean, with extra credit.
    ExtraCreditMean,
    /// 13: natural weighting, the sum of points.
    Natural,
}

impl Method {
    /// The method of a code; Moodle takes one that it does not know for the mean.
    #[must_use]
    pub const fn of(code: i64) -> Self {
        match code {
            2 => Self::Median,
            4 => Self::Lowest,
            6 => Self::Highest,
            8 => Self::Mode,
            10 => Self::WeightedMean,
            11 => Self::SimpleWeightedMean,
            12 => Self::ExtraCreditMean,
            13 => Self::Natural,
            _ => Self::Mean,
        }
    }

    /// Whether a positive `aggregationcoef` makes an item extra credit.
    #[must_use]
    pub const fn has_extra_credit(self) -> bool {
        matches!(self, Self::SimpleWeightedMean | Self::ExtraCreditMean | Self::Natural)
    }
}

/// What a category says of its total.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Category {
    /// The method.
    pub aggregation: Method,
    /// Whether items without a grade are left out, and not taken for 0.
    pub aggregateonlygraded: bool,
    /// How many of the lowest grades are dropped; where it is set, `keephigh` is not looked at.
    pub droplow: usize,
    /// How many of the highest grades are kept; 0 keeps all.
    pub keephigh: usize,
    /// The least total, in points; natural weighting finds its own.
    pub grademin: f64,
    /// The highest total, in points; natural weighting finds its own.
    pub grademax: f64,
    /// Whether the total is a place on a scale, and so a whole number.
    pub scale: bool,
    /// How far above `grademax` a total may go: 1, or `gradeoverhundredprocentmax` on a site with `unlimitedgrades`.
    pub maxfactor: f64,
    /// Whether the gradebook is frozen at 20150619 or before, when extra credit was weighted like other items.
    pub oldextracredit: bool,
}

impl Category {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        column("the category's grademin", self.grademin)?;
        column("the category's grademax", self.grademax)?;
        column("the category's maxfactor", self.maxfactor)
    }

    /// Natural weighting knows no dropping unless all children are alike: items, of one weight and range, none of them extra.
    pub(crate) fn has_limits(&self, items: &[Item]) -> bool {
        let alike = || {
            items.iter().all(|item| !item.category && !item.is_extra())
                && items.windows(2).all(|pair| match pair {
                    [a, b] => a.aggregationcoef2 == b.aggregationcoef2 && a.grademax == b.grademax,
                    _ => true,
                })
        };
        (self.droplow > 0 || self.keephigh > 0) && (self.aggregation != Method::Natural || alike())
    }
}

/// One child of a category.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    /// The least grade, in points.
    pub grademin: f64,
    /// The highest grade, in points.
    pub grademax: f64,
    /// The weight of the weighted mean; in methods with extra credit, positive where the item is extra.
    pub aggregationcoef: f64,
    /// The weight of natural weighting, as a part of 1.
    pub aggregationcoef2: f64,
    /// Whether a teacher has set `aggregationcoef2`.
    pub weightoverride: bool,
    /// Whether the item is the total of a category below.
    pub category: bool,
}

impl Item {
    pub(crate) const fn is_extra(&self) -> bool {
        self.aggregationcoef > 0.0
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        column("an item's grademin", self.grademin)?;
        column("an item's grademax", self.grademax)?;
        column("an item's aggregationcoef", self.aggregationcoef)?;
        column("an item's aggregationcoef2", self.aggregationcoef2)?;
        spread(self.grademin, self.grademax)
    }
}
