//! The quiz review: the server's list stays; the filter hides rows and questions at once, two buttons walk over what is shown.

use leptos::ev::{EventDescriptor, input};
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlSelectElement};
use widget_core::{Filter, Question, State, count, next, previous};

use crate::props::{find, flags, get, list, text};

/// A step over the questions that a filter shows.
type Walk = fn(&[Question], Filter, Option<usize>) -> Option<usize>;

/// The questions of the page, and where they are in it.
#[derive(Clone)]
struct Page {
    questions: Vec<Question>,
    targets: Vec<String>,
    root: HtmlElement,
}

/// Make the list answer to its filter.
#[wasm_bindgen]
pub fn mount_review(root: &HtmlElement, props: &JsValue) {
    let places = (find::<HtmlSelectElement>(root, "select"), find::<HtmlElement>(root, "[role=status]"));
    let (Some(select), Some(status)) = places else { return };
    let page = Page::read(root, props);
    let filter = RwSignal::new(select.value());
    let here = RwSignal::new(None);
    let source = select.clone();
    let listen = Closure::<dyn Fn()>::new(move || filter.set(source.value()));
    // The page keeps the list as long as itself: nothing is ever taken down.
    let _ = select.add_event_listener_with_callback(&input.name(), listen.into_js_value().unchecked_ref());
    page.button(".qw-next", next, filter, here);
    page.button(".qw-previous", previous, filter, here);
    let words = text(&get(props, "strings"), "shown");
    let (counted, all) = (page.questions.clone(), page.questions.len());
    status.set_inner_html("");
    mount_to(status, move || {
        Effect::new(move || page.show(Filter::of(&filter.get())));
        move || {
            let shown = count(&counted, Filter::of(&filter.get()));
            words.replace("{shown}", &shown.to_string()).replace("{all}", &all.to_string())
        }
    })
    .forget();
}

impl Page {
    fn read(root: &HtmlElement, props: &JsValue) -> Self {
        let states = list(props, "states").into_iter().map(|state| State::of(&state.as_string().unwrap_or_default()));
        Self {
            questions: states
                .zip(flags(props, "flagged"))
                .map(|(state, flagged)| Question { state, flagged: flagged != 0 })
                .collect(),
            targets: list(props, "targets").iter().filter_map(JsValue::as_string).collect(),
            root: root.clone(),
        }
    }

    fn show(&self, filter: Filter) {
        for (place, question) in self.questions.iter().enumerate() {
            let hidden = !filter.shows(*question);
            let row = find::<HtmlElement>(&self.root, &format!("tbody tr:nth-child({})", place + 1));
            for element in [row, self.target(place)].into_iter().flatten() {
                element.set_hidden(hidden);
            }
        }
    }

    fn target(&self, place: usize) -> Option<HtmlElement> {
        document().get_element_by_id(self.targets.get(place)?)?.dyn_into().ok()
    }

    /// A question on another page of the review is reached by its link.
    fn go(&self, place: usize) {
        if let Some(target) = self.target(place) {
            target.set_tab_index(-1);
            let _ = target.focus();
        } else if let Some(link) = self.in_row(place, "a") {
            link.click();
        }
    }

    fn in_row(&self, place: usize, selector: &str) -> Option<HtmlElement> {
        find(&self.root, &format!("tbody tr:nth-child({}) {selector}", place + 1))
    }

    fn button(&self, selector: &str, walk: Walk, filter: RwSignal<String>, here: RwSignal<Option<usize>>) {
        let Some(button) = find::<HtmlElement>(&self.root, selector) else { return };
        button.set_hidden(false);
        let page = self.clone();
        let click = Closure::<dyn Fn()>::new(move || {
            here.set(walk(&page.questions, Filter::of(&filter.get_untracked()), here.get_untracked()));
            if let Some(place) = here.get_untracked() {
                page.go(place);
            }
        });
        button.set_onclick(Some(click.into_js_value().unchecked_ref()));
    }
}
