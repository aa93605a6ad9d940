//! Lines of code that are put into order: what an order is worth, and how it is changed step by step.

/// A line of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it says: lines that say the same share a number, for nobody can tell them apart.
    pub says: u32,
    /// How many levels it is indented.
    pub indent: u32,
}

/// What counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderRule {
    /// Whether a part of the program is worth a part of the mark.
    pub partial: bool,
    /// Whether a line has to be indented rightly too.
    pub indents: bool,
}

impl OrderRule {
    fn same(self, one: Line, other: Line) -> bool {
        one.says == other.says && (!self.indents || one.indent == other.indent)
    }
}

/// What a program is worth, from 0 to 1. A part: the lines of the longest common subsequence, less those that do not belong, of all.
#[must_use]
pub fn grade_order(answer: &[Line], given: &[Line], rule: OrderRule) -> f64 {
    let pairs = || answer.iter().zip(given);
    if answer.len() == given.len() && pairs().all(|(one, other)| rule.same(*one, *other)) {
        return 1.0;
    }
    if !rule.partial || answer.is_empty() {
        return 0.0;
    }
    let worth = common(answer, given, rule).saturating_sub(strangers(answer, given));
    count(worth) / count(answer.len())
}

/// The length of the longest common subsequence.
fn common(answer: &[Line], given: &[Line], rule: OrderRule) -> usize {
    let mut lengths = vec![0; answer.len() + 1];
    for line in given {
        let (mut corner, mut left) = (0, 0);
        for (wanted, length) in answer.iter().zip(lengths.iter_mut().skip(1)) {
            let here = if rule.same(*wanted, *line) { corner + 1 } else { left.max(*length) };
            corner = *length;
            *length = here;
            left = here;
        }
    }
    lengths.last().copied().unwrap_or_default()
}

/// How many lines do not belong to the answer, or oftener than it has them.
fn strangers(answer: &[Line], given: &[Line]) -> usize {
    let mut left: Vec<_> = answer.iter().map(|line| line.says).collect();
    let mut belongs = |line: &&Line| {
        let place = left.iter().position(|says| *says == line.says);
        place.map(|place| left.swap_remove(place)).is_some()
    };
    given.iter().filter(|line| !belongs(line)).count()
}

/// Exact for all lines that fit a page.
fn count(lines: usize) -> f64 {
    u32::try_from(lines).map_or(f64::INFINITY, f64::from)
}

/// A change of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStep {
    /// Put it at the program's end.
    Add,
    /// Take it out of the program.
    Remove,
    /// Before the line that it follows.
    Up,
    /// After the line that follows it.
    Down,
    /// One level more.
    Indent,
    /// One level less.
    Outdent,
}

impl OrderStep {
    /// The step of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "add" => Self::Add,
            "remove" => Self::Remove,
            "up" => Self::Up,
            "down" => Self::Down,
            "indent" => Self::Indent,
            "outdent" => Self::Outdent,
            _ => return None,
        })
    }
}

/// The program as far as it has been put together. Lines are numbered as they are given out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    order: Vec<usize>,
    indents: Vec<u32>,
    deepest: u32,
}

impl Program {
    /// By line: its place, from 1, or none, and its indentation. Of lines with the same place the first given out comes first.
    #[must_use]
    pub fn new(places: &[Option<u32>], indents: &[u32], deepest: u32) -> Self {
        let entered = places.iter().enumerate().filter_map(|(line, place)| Some(((*place)?, line)));
        let mut order: Vec<_> = entered.filter(|(place, _)| *place > 0).collect();
        order.sort_unstable();
        let indent = |line: usize| indents.get(line).copied().unwrap_or_default().min(deepest);
        Self {
            order: order.into_iter().map(|(_, line)| line).collect(),
            indents: (0..places.len()).map(indent).collect(),
            deepest,
        }
    }

    /// The lines of the program in order.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// A line's place, from 1; none where it is not in the program.
    #[must_use]
    pub fn place(&self, line: usize) -> Option<usize> {
        self.order.iter().position(|other| *other == line).map(|index| index + 1)
    }

    /// A line's indentation.
    #[must_use]
    pub fn indent(&self, line: usize) -> u32 {
        self.indents.get(line).copied().unwrap_or_default()
    }

    /// Change a line, and say whether that changed anything.
    pub fn take(&mut self, step: OrderStep, line: usize) -> bool {
        let before = self.clone();
        match (step, self.place(line)) {
            (OrderStep::Add, None) if line < self.indents.len() => self.order.push(line),
            (OrderStep::Remove, Some(_)) => self.order.retain(|other| *other != line),
            (OrderStep::Up, Some(place)) if place > 1 => self.order.swap(place - 1, place - 2),
            (OrderStep::Down, Some(place)) if place < self.order.len() => self.order.swap(place - 1, place),
            (OrderStep::Indent, Some(_)) => self.deepen(line, |indent| indent.saturating_add(1)),
            (OrderStep::Outdent, Some(_)) => self.deepen(line, |indent| indent.saturating_sub(1)),
            _ => {}
        }
        *self != before
    }

    fn deepen(&mut self, line: usize, change: fn(u32) -> u32) {
        if let Some(indent) = self.indents.get_mut(line) {
            *indent = change(*indent).min(self.deepest);
        }
    }
}
