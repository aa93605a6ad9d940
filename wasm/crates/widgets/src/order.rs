//! Lines of code that are put into order: the server's lines and their fields stay, buttons and keys move them.

use leptos::ev::{EventDescriptor, click, keydown};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, EventTarget, HtmlElement, HtmlInputElement, KeyboardEvent};
use widget_core::{OrderStep, Program};

use crate::props::{find, get, number, text, unveil};

/// The elements of the question.
#[derive(Clone)]
struct Page {
    root: HtmlElement,
    /// Lines that are in no program yet, and those that are.
    spare: Element,
    program: Element,
    status: Element,
    rows: Vec<HtmlElement>,
    moved: String,
    removed: String,
}

/// Make the lines move.
#[wasm_bindgen]
pub fn mount_order(root: &HtmlElement, props: &JsValue) {
    let Some(page) = Page::read(root, props) else { return };
    let program = StoredValue::new(page.entered(number(props, "deepest")));
    page.show(&program.get_value());
    let _ = root.class_list().add_1("qw-live");
    unveil(root);
    let clicked = page.clone();
    page.listen(&click.name(), move |event| {
        let button =
            event.target().and_then(|target| target.dyn_into::<Element>().ok()?.closest("[data-step]").ok()?);
        if let Some(name) = button.as_ref().and_then(|button| button.get_attribute("data-step")) {
            clicked.take(&event, program, &name);
        }
    });
    let pressed = page.clone();
    page.listen(&keydown.name(), move |event| {
        let name = event.dyn_ref::<KeyboardEvent>().and_then(|event| step_of(&event.key()));
        if let Some(name) = name {
            pressed.take(&event, program, name);
        }
    });
}

fn step_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "ArrowUp" => "up",
        "ArrowDown" => "down",
        "ArrowRight" => "indent",
        "ArrowLeft" => "outdent",
        _ => return None,
    })
}

impl Page {
    fn read(root: &HtmlElement, props: &JsValue) -> Option<Self> {
        let strings = get(props, "strings");
        let rows = root.query_selector_all("[data-line]").ok()?;
        Some(Self {
            spare: find(root, ".qw-spare")?,
            program: find(root, ".qw-program")?,
            status: find(root, "[role=status]")?,
            rows: (0..rows.length()).filter_map(|index| rows.get(index)?.dyn_into().ok()).collect(),
            root: root.clone(),
            moved: text(&strings, "moved"),
            removed: text(&strings, "removed"),
        })
    }

    /// What the form says: the server's, or what a browser has kept over a reload.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // as in a cast, what is no number is 0
    fn entered(&self, deepest: f64) -> Program {
        let typed = |row: &HtmlElement, name: &str| field(row, name).map_or(f64::NAN, |field| field.value_as_number());
        let places: Vec<_> = self.rows.iter().map(|row| Some(typed(row, "place") as u32)).collect();
        let indents: Vec<_> = self.rows.iter().map(|row| typed(row, "indent") as u32).collect();
        Program::new(&places, &indents, deepest as u32)
    }

    fn listen(&self, name: &str, act: impl Fn(Event) + 'static) {
        // The page keeps the question as long as itself: nothing is ever taken down.
        let listen = Closure::<dyn Fn(Event)>::new(act).into_js_value();
        let _ = self.root.add_event_listener_with_callback(name, listen.unchecked_ref());
    }

    /// The line that holds what the event is about.
    fn line(&self, target: Option<EventTarget>) -> Option<usize> {
        let row = target?.dyn_into::<Element>().ok()?.closest("[data-line]").ok()??;
        self.rows.iter().position(|other| **other == row)
    }

    fn take(&self, event: &Event, program: StoredValue<Program>, name: &str) {
        let Some((line, step)) = self.line(event.target()).zip(OrderStep::of(name)) else { return };
        event.prevent_default();
        if !program.try_update_value(|program| program.take(step, line)).unwrap_or_default() {
            return;
        }
        let now = program.get_value();
        self.show(&now);
        self.focus(line, name);
        self.status.set_text_content(Some(&self.sentence(&now, line)));
        self.tell(line);
    }

    /// Lines into their lists, and their fields and buttons as it is now.
    fn show(&self, program: &Program) {
        for (line, row) in self.rows.iter().enumerate() {
            let place = program.place(line);
            let indent = program.indent(line);
            set(row, "place", &place.map_or_else(String::new, |place| place.to_string()));
            set(row, "indent", &indent.to_string());
            let _ = row.set_attribute("data-indent", &place.map_or(0, |_| indent).to_string());
            if place.is_none() {
                let _ = self.spare.append_child(row);
            }
        }
        for row in program.order().iter().filter_map(|line| self.rows.get(*line)) {
            let _ = self.program.append_child(row);
        }
    }

    /// What has been moved about in the page has lost the focus; a button that is gone gives it to another.
    fn focus(&self, line: usize, name: &str) {
        let Some(row) = self.rows.get(line) else { return };
        let other = match name {
            "add" => "up",
            "remove" => "add",
            same => same,
        };
        if let Some(button) = find::<HtmlElement>(row, &format!("[data-step={other}]")) {
            let _ = button.focus();
        }
    }

    fn sentence(&self, program: &Program, line: usize) -> String {
        let code = self.rows.get(line).and_then(|row| find::<Element>(row, "code")?.text_content()).unwrap_or_default();
        let words = program.place(line).map_or(&self.removed, |_| &self.moved);
        words
            .replace("{place}", &program.place(line).unwrap_or_default().to_string())
            .replace("{all}", &program.order().len().to_string())
            .replace("{indent}", &program.indent(line).to_string())
            .replace("{line}", &code)
    }

    /// Whoever saves forms while they are filled in, as Moodle's quiz does, hears of it.
    fn tell(&self, line: usize) {
        let Some(place) = self.rows.get(line).and_then(|row| field(row, "place")) else { return };
        let init = web_sys::EventInit::new();
        init.set_bubbles(true);
        if let Ok(event) = Event::new_with_event_init_dict("change", &init) {
            let _ = place.dispatch_event(&event);
        }
    }
}

fn field(row: &HtmlElement, name: &str) -> Option<HtmlInputElement> {
    find(row, &format!("[data-field={name}]"))
}

fn set(row: &HtmlElement, name: &str, value: &str) {
    if let Some(field) = field(row, name) {
        field.set_value(value);
    }
}
