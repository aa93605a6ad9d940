//! Which questions of a reviewed quiz are shown, and which comes next.

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// All marks.
    Correct,
    /// Some marks.
    Partial,
    /// No marks.
    Incorrect,
    /// No answer.
    Unanswered,
    /// Still to be marked by a person, or nothing to mark.
    Ungraded,
}

impl State {
    /// The state of a name; one that is not known has not been marked.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "correct" => Self::Correct,
            "partial" => Self::Partial,
            "incorrect" => Self::Incorrect,
            "unanswered" => Self::Unanswered,
            _ => Self::Ungraded,
        }
    }
}

/// A question of the review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// What became of it.
    pub state: State,
    /// Whether the student has flagged it.
    pub flagged: bool,
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Everything.
    All,
    /// What the student has flagged.
    Flagged,
    /// What has come out so.
    State(State),
}

impl Filter {
    /// The filter of a name: `all`, `flagged`, or a state's.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "all" => Self::All,
            "flagged" => Self::Flagged,
            state => Self::State(State::of(state)),
        }
    }

    /// Whether it shows the question.
    #[must_use]
    pub fn shows(self, question: Question) -> bool {
        match self {
            Self::All => true,
            Self::Flagged => question.flagged,
            Self::State(state) => question.state == state,
        }
    }
}

/// How many questions a filter shows.
#[must_use]
pub fn count(questions: &[Question], filter: Filter) -> usize {
    questions.iter().filter(|question| filter.shows(**question)).count()
}

/// The next shown question after a place, or the first one; the last one stays where it is.
#[must_use]
pub fn next(questions: &[Question], filter: Filter, from: Option<usize>) -> Option<usize> {
    let after = from.map_or(0, |place| place.saturating_add(1));
    let shown = |place: &usize| questions.get(*place).is_some_and(|question| filter.shows(*question));
    (after..questions.len()).find(shown).or(from.filter(shown))
}

/// The shown question before a place, or the last one; the first one stays where it is.
#[must_use]
pub fn previous(questions: &[Question], filter: Filter, from: Option<usize>) -> Option<usize> {
    let until = from.map_or(questions.len(), |place| place.min(questions.len()));
    let shown = |place: &usize| questions.get(*place).is_some_and(|question| filter.shows(*question));
    (0..until).rfind(shown).or(from.filter(shown))
}
