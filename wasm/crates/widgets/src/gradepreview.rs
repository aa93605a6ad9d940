//! The grade preview: the server's form stays, the totals answer to it.

use leptos::ev::{EventDescriptor, input};
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement};
use widget_core::{Category, Class, Item, Method, Outcome, Settings, Summary, preview, summary, written};

use crate::props::{find, flags, get, list, number, numbers, text};

/// What does not change while the page is open.
struct Gradebook {
    category: Category,
    items: Vec<Item>,
    ids: Vec<f64>,
    class: Class,
}

/// How grades and sentences are written.
#[derive(Clone)]
struct Words {
    separator: String,
    none: String,
    changed: String,
    summary: String,
    summarynone: String,
    invalid: String,
}

/// Make the grade preview answer to its form.
#[wasm_bindgen]
pub fn mount_gradepreview(root: &HtmlElement, props: &JsValue) {
    let places = (
        find::<HtmlElement>(root, "form"),
        find::<HtmlElement>(root, "[role=status]"),
        find::<HtmlElement>(root, ".qw-totals tbody"),
    );
    let (Some(form), Some(status), Some(body)) = places else { return };
    let gradebook = Gradebook::read(props);
    let words = Words::read(props);
    let tried = RwSignal::new(Settings::read(&form, &gradebook.ids));
    let names: Vec<_> = list(props, "names").iter().filter_map(JsValue::as_string).collect();
    status.set_inner_html("");
    body.set_inner_html("");
    let (ids, source) = (gradebook.ids.clone(), form.clone());
    let result = ArcMemo::new(move |_| gradebook.outcomes(&tried.get()));
    let listen = Closure::<dyn Fn()>::new(move || tried.set(Settings::read(&source, &ids)));
    // The page keeps the form as long as the widget: neither is ever taken down.
    let _ = form.add_event_listener_with_callback(&input.name(), listen.into_js_value().unchecked_ref());
    let (said, sentence) = (result.clone(), words.clone());
    mount_to(status, move || move || said.with(|result| sentence.status(result.as_deref()))).forget();
    mount_to(body, move || {
        names.into_iter().enumerate().map(|(place, name)| row(place, name, &result, &words)).collect_view()
    })
    .forget();
}

fn row(place: usize, name: String, result: &ArcMemo<Option<Vec<Outcome>>>, words: &Words) -> impl IntoView + use<> {
    let result = result.clone();
    let outcome = Memo::new(move |_| result.with(|all| all.as_ref()?.get(place).copied()));
    let cell = |of: fn(&Words, Outcome) -> String| {
        let words = words.clone();
        move || outcome.get().map_or_else(|| words.none.clone(), |outcome| of(&words, outcome))
    };
    view! {
        <tr class:qw-changed=move || outcome.get().is_some_and(Outcome::differs)>
            <th scope="row"><bdi>{name}</bdi></th>
            <td class="qw-number">{cell(|words, outcome| words.grade(outcome.before))}</td>
            <td class="qw-number">{cell(|words, outcome| words.grade(outcome.after))}</td>
            <td class="qw-number">{cell(Words::change)}</td>
        </tr>
    }
}

impl Gradebook {
    fn read(props: &JsValue) -> Self {
        let category = get(props, "category");
        let items = list(props, "items");
        Self {
            category: Category {
                aggregation: Method::Mean,
                aggregateonlygraded: true,
                droplow: 0,
                keephigh: 0,
                grademin: number(&category, "grademin"),
                grademax: number(&category, "grademax"),
                scale: number(&category, "gradetype") == 2.0,
                maxfactor: number(&category, "maxfactor"),
                oldextracredit: number(&category, "oldextracredit") == 1.0,
            },
            ids: items.iter().map(|item| number(item, "id")).collect(),
            items: items.iter().map(read_item).collect(),
            class: Class {
                totals: numbers(props, "totals"),
                kept: flags(props, "kept"),
                grades: numbers(props, "grades"),
                excluded: flags(props, "excluded"),
            },
        }
    }

    /// None where the settings make no sense.
    fn outcomes(&self, tried: &Settings) -> Option<Vec<Outcome>> {
        preview(&tried.category(&self.category), &tried.items(&self.items), &self.class).ok()
    }
}

fn read_item(item: &JsValue) -> Item {
    Item {
        grademin: number(item, "grademin"),
        grademax: number(item, "grademax"),
        aggregationcoef: number(item, "extraweight"),
        aggregationcoef2: 0.0,
        weightoverride: false,
        category: get(item, "category").is_truthy(),
    }
}

trait Read {
    fn read(form: &Element, ids: &[f64]) -> Self;
}

impl Read for Settings {
    fn read(form: &Element, ids: &[f64]) -> Self {
        let named = |name: &str| find::<HtmlInputElement>(form, &format!("[name=\"{name}\"]"));
        let typed = |name: &str| named(name).map_or(f64::NAN, |field| field.value_as_number());
        let ticked = |name: &str| named(name).is_some_and(|field| field.checked());
        let method = find::<HtmlSelectElement>(form, "[name=aggregation]").and_then(|field| field.value().parse().ok());
        Self {
            method: Method::of(method.unwrap_or(0)),
            aggregateonlygraded: ticked("aggregateonlygraded"),
            droplow: count(typed("droplow")),
            keephigh: count(typed("keephigh")),
            weights: ids
                .iter()
                .map(|id| Some(typed(&format!("weight[{id}]"))).filter(|weight| !weight.is_nan()))
                .collect(),
            extra: ids.iter().map(|id| ticked(&format!("extra[{id}]"))).collect(),
        }
    }
}

/// What is no number of items is 0, as in a cast.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn count(typed: f64) -> usize {
    typed as usize
}

impl Words {
    fn read(props: &JsValue) -> Self {
        let strings = get(props, "strings");
        let string = |name| text(&strings, name);
        Self {
            separator: text(props, "decsep"),
            none: string("nograde"),
            changed: string("changed"),
            summary: string("summary"),
            summarynone: string("summarynone"),
            invalid: string("invalid"),
        }
    }

    fn grade(&self, grade: Option<f64>) -> String {
        grade.map_or_else(|| self.none.clone(), |grade| written(grade, &self.separator))
    }

    fn change(&self, outcome: Outcome) -> String {
        match outcome.change() {
            None if outcome.differs() => self.changed.clone(),
            None => String::new(),
            Some(change) if change > 0.0 => format!("+{}", self.grade(Some(change))),
            change => self.grade(change),
        }
    }

    fn status(&self, outcomes: Option<&[Outcome]>) -> String {
        let Some(outcomes) = outcomes else { return self.invalid.clone() };
        let Summary { changed, before, after } = summary(outcomes);
        let sentence = if changed > 0 { &self.summary } else { &self.summarynone };
        sentence
            .replace("{changed}", &changed.to_string())
            .replace("{all}", &outcomes.len().to_string())
            .replace("{now}", &self.grade(before))
            .replace("{then}", &self.grade(after))
    }
}
