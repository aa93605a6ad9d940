//! Points on a grid: the server's fields and its drawing stay; points are pressed into place, or moved by the arrow keys.

use leptos::ev::{EventDescriptor, click, input, keydown, pointerdown, pointermove, pointerup};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlInputElement, KeyboardEvent, PointerEvent, SvgElement};
use widget_core::{Plane, Point};

use crate::props::{find, get, number, numbers, text, unveil};

/// Arrow keys move by one step, with Shift by so many.
const FAR: f64 = 5.0;

/// The elements of the question, and the side of its drawing within its `viewBox`.
#[derive(Clone)]
struct Page {
    root: HtmlElement,
    plane: Plane,
    field: Element,
    status: Element,
    line: Option<Element>,
    count: usize,
    placed: String,
}

/// Make the points move.
#[wasm_bindgen]
pub fn mount_graph(root: &HtmlElement, props: &JsValue) {
    let Some(page) = Page::read(root, props) else { return };
    let held = StoredValue::new(None);
    page.show();
    page.enliven();
    let _ = root.class_list().add_1("qw-live");
    unveil(root);
    page.listen(root, &input.name(), |page, _| page.show());
    page.listen(root, &click.name(), |page, event| {
        if let Some(point) = page.index(event, "[data-take]", "data-take") {
            page.take(point);
        }
    });
    page.listen(&page.field, &keydown.name(), |page, event| page.key(event));
    page.listen(&page.field, &pointerdown.name(), move |page, event| {
        let point = page.index(event, "[data-point]", "data-point").or_else(|| page.pick(event));
        held.set_value(point);
        page.press(event, point);
    });
    page.listen(&page.field, &pointermove.name(), move |page, event| page.drag(event, held.get_value()));
    for name in [pointerup.name(), "pointercancel".into()] {
        page.listen(&page.field, &name, move |page, _| {
            page.release(held.get_value().inspect(|_| held.set_value(None)))
        });
    }
}

impl Page {
    fn read(root: &HtmlElement, props: &JsValue) -> Option<Self> {
        let pair = |name: &str| numbers(props, name).try_into().ok();
        Some(Self {
            plane: Plane { from: pair("from")?, to: pair("to")?, step: number(props, "step") },
            field: find(root, ".qw-plane")?,
            status: find(root, "[role=status]")?,
            line: find(root, ".qw-through"),
            count: root.query_selector_all("[data-point]").ok()?.length() as usize,
            placed: text(&get(props, "strings"), "placed"),
            root: root.clone(),
        })
    }

    /// Points that no script moves are a picture; these are reached by the keyboard.
    fn enliven(&self) {
        for handle in (0..self.count).filter_map(|point| self.handle(point)) {
            let _ = handle.set_attribute("role", "slider");
            let _ = handle.set_attribute("tabindex", "0");
        }
    }

    fn listen(&self, target: &Element, name: &str, act: impl Fn(&Self, &Event) + 'static) {
        let page = self.clone();
        // The page keeps the question as long as itself: nothing is ever taken down.
        let listen = Closure::<dyn Fn(Event)>::new(move |event| act(&page, &event)).into_js_value();
        let _ = target.add_event_listener_with_callback(name, listen.unchecked_ref());
    }

    fn input(&self, name: &str, point: usize) -> Option<HtmlInputElement> {
        find(&self.root, &format!("[data-field={name}{point}]"))
    }

    fn at(&self, point: usize) -> Option<Point> {
        let typed =
            |name| self.input(name, point).map(|field| field.value_as_number()).filter(|number| number.is_finite());
        Some([typed("x")?, typed("y")?])
    }

    fn points(&self) -> Vec<Option<Point>> {
        (0..self.count).map(|point| self.at(point)).collect()
    }

    /// The drawing, as the fields say.
    fn show(&self) {
        let points = self.points();
        for (point, at) in points.iter().enumerate() {
            let Some(handle) = self.handle(point) else { continue };
            let Some(at) = at else {
                let _ = handle.set_attribute("display", "none");
                continue;
            };
            let _ = handle.remove_attribute("display");
            self.put(&handle, ["cx", "cy"], self.plane.place(*at));
            let _ = handle.set_attribute("aria-valuenow", &at[0].to_string());
            let _ = handle.set_attribute("aria-valuetext", &format!("({}, {})", at[0], at[1]));
        }
        if let (Some(line), [Some(one), Some(other)]) = (&self.line, &points[..]) {
            let ends = self.plane.line(*one, *other).unwrap_or_default();
            self.put(line, ["x1", "y1"], ends[0]);
            self.put(line, ["x2", "y2"], ends[1]);
        }
    }

    fn handle(&self, point: usize) -> Option<SvgElement> {
        find(&self.root, &format!("[data-point=\"{point}\"]"))
    }

    /// A place as the drawing counts, whose sides are a hundred long.
    fn put(&self, element: &Element, names: [&str; 2], place: Point) {
        for (name, part) in names.into_iter().zip(place) {
            let _ = element.set_attribute(name, &(part * 100.0).to_string());
        }
    }

    /// The number of what was pressed.
    fn index(&self, event: &Event, selector: &str, name: &str) -> Option<usize> {
        let element = event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()??;
        element.get_attribute(name)?.parse().ok()
    }

    /// Where a pointer is, in parts of the plane.
    fn place(&self, event: &PointerEvent) -> Point {
        let bounds = self.field.get_bounding_client_rect();
        let [x, y] = [f64::from(event.client_x()), f64::from(event.client_y())];
        [(x - bounds.left()) / bounds.width(), (y - bounds.top()) / bounds.height()]
    }

    fn pick(&self, event: &Event) -> Option<usize> {
        self.plane.pick(&self.points(), self.place(event.dyn_ref()?))
    }

    fn press(&self, event: &Event, point: Option<usize>) {
        let Some((event, point)) = event.dyn_ref::<PointerEvent>().zip(point) else { return };
        event.prevent_default();
        let _ = self.field.set_pointer_capture(event.pointer_id());
        self.set(point, self.plane.at(self.place(event)));
        if let Some(handle) = self.handle(point) {
            let _ = handle.focus();
        }
    }

    fn drag(&self, event: &Event, point: Option<usize>) {
        if let Some((event, point)) = event.dyn_ref::<PointerEvent>().zip(point) {
            self.set(point, self.plane.at(self.place(event)));
        }
    }

    /// What is dragged is said once, where it is let go.
    fn release(&self, point: Option<usize>) {
        if let Some(point) = point {
            self.tell(point);
        }
    }

    fn key(&self, event: &Event) {
        let Some(point) = self.index(event, "[data-point]", "data-point") else { return };
        let Some((event, at)) = event.dyn_ref::<KeyboardEvent>().zip(self.at(point)) else { return };
        let far = if event.shift_key() { FAR } else { 1.0 };
        let by = match event.key().as_str() {
            "ArrowRight" => [far, 0.0],
            "ArrowLeft" => [-far, 0.0],
            "ArrowUp" => [0.0, far],
            "ArrowDown" => [0.0, -far],
            _ => return,
        };
        event.prevent_default();
        self.set(point, self.plane.moved(at, by));
        self.tell(point);
    }

    /// A point that is nowhere yet begins in the middle.
    fn take(&self, point: usize) {
        if self.at(point).is_none() {
            self.set(point, self.plane.middle());
            self.tell(point);
        }
        if let Some(handle) = self.handle(point) {
            let _ = handle.focus();
        }
    }

    fn set(&self, point: usize, at: Point) {
        for (name, number) in ["x", "y"].into_iter().zip(at) {
            if let Some(field) = self.input(name, point) {
                field.set_value(&number.to_string());
            }
        }
        self.show();
    }

    /// Says where a point is now, also to whoever saves forms while they are filled in.
    fn tell(&self, point: usize) {
        let Some((field, [x, y])) = self.input("x", point).zip(self.at(point)) else { return };
        let words = self.placed.replace("{point}", &(point + 1).to_string());
        let words = words.replace("{x}", &x.to_string()).replace("{y}", &y.to_string());
        self.status.set_text_content(Some(&words));
        let init = EventInit::new();
        init.set_bubbles(true);
        if let Ok(event) = Event::new_with_event_init_dict("change", &init) {
            let _ = field.dispatch_event(&event);
        }
    }
}
