//! A category and its items from PHP arrays, by the names of Moodle's columns.

use crate::number::{flag, number, whole};
use crate::refuse;
use ext_php_rs::exception::PhpResult;
use ext_php_rs::types::{ZendHashTable, Zval};
use grade_core::{Category, Item, Method, Problem};

/// `grade_items.gradetype` of what has a scale.
const SCALE: i64 = 2;

pub(crate) fn category(record: &ZendHashTable) -> PhpResult<Category> {
    let of = Record { what: "category".to_owned(), record };
    Ok(Category {
        aggregation: Method::of(of.whole("aggregation")?),
        aggregateonlygraded: of.flag("aggregateonlygraded")?,
        droplow: of.count("droplow")?,
        keephigh: of.count("keephigh")?,
        grademin: of.number("grademin")?,
        grademax: of.number("grademax")?,
        scale: of.whole("gradetype")? == SCALE,
        maxfactor: of.number("maxfactor")?,
        oldextracredit: of.flag("oldextracredit")?,
    })
}

pub(crate) fn items(records: &ZendHashTable) -> PhpResult<Vec<Item>> {
    if records.is_empty() {
        return Err(refuse(Problem::NoItems.to_string()));
    }
    records.values().enumerate().map(|(index, record)| item(index, record)).collect()
}

fn item(index: usize, record: &Zval) -> PhpResult<Item> {
    let what = format!("item {index}");
    let record = record.dereference().array().ok_or_else(|| refuse(format!("{what} is no array")))?;
    let of = Record { what, record };
    Ok(Item {
        grademin: of.number("grademin")?,
        grademax: of.number("grademax")?,
        aggregationcoef: of.number("aggregationcoef")?,
        aggregationcoef2: of.number("aggregationcoef2")?,
        weightoverride: of.flag("weightoverride")?,
        category: of.field("itemtype")?.str() == Some("category"),
    })
}

/// A row of a table, and what to call it in a message.
struct Record<'a> {
    what: String,
    record: &'a ZendHashTable,
}

impl Record<'_> {
    fn field(&self, name: &str) -> PhpResult<&Zval> {
        let found = self.record.get(name).map(Zval::dereference);
        found.ok_or_else(|| refuse(format!("{} has no {name}", self.what)))
    }

    fn read<T>(&self, name: &str, kind: &str, read: impl Fn(&Zval) -> Option<T>) -> PhpResult<T> {
        read(self.field(name)?).ok_or_else(|| refuse(format!("{}: {name} is not {kind}", self.what)))
    }

    fn number(&self, name: &str) -> PhpResult<f64> {
        self.read(name, "a number", number)
    }

    fn whole(&self, name: &str) -> PhpResult<i64> {
        self.read(name, "a whole number", whole)
    }

    fn count(&self, name: &str) -> PhpResult<usize> {
        self.read(name, "a number of items", |value| whole(value).and_then(|count| usize::try_from(count).ok()))
    }

    fn flag(&self, name: &str) -> PhpResult<bool> {
        self.read(name, "0 or 1", flag)
    }
}
