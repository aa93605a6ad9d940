//! The quiz timer: the server's HTML stays, its digits go by the server's clock. It hands nothing in: that is Moodle's to do.

use std::time::Duration;

use js_sys::{Array, Date, Function, Promise};
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;
use widget_core::{Announcer, Reading, ServerClock, digits, seconds_left};

use crate::props::{find, get, list, number, numbers, text};

const STEP: Duration = Duration::from_millis(250);
/// From here on the digits are marked.
const SOON: u32 = 60;

/// What a timer knows.
#[derive(Clone, Copy)]
struct Timer {
    clock: StoredValue<ServerClock>,
    announcer: StoredValue<Announcer>,
    end: RwSignal<f64>,
    left: RwSignal<u32>,
    doubtful: RwSignal<bool>,
    said: RwSignal<String>,
    hidden: RwSignal<bool>,
}

/// How it says it, and whom it asks.
struct Server {
    thresholds: Vec<u32>,
    announcements: Vec<String>,
    ask: Function,
    address: JsValue,
    root: HtmlElement,
}

/// Make the digits go by the server's clock.
#[wasm_bindgen]
pub fn mount_timer(root: &HtmlElement, props: &JsValue) {
    let Some(server) = Server::read(root, props) else { return };
    let timer = Timer::new(number(props, "now"), number(props, "end"), server.thresholds.clone());
    let strings = get(props, "strings");
    let place = |selector: &str| find::<HtmlElement>(root, selector).inspect(|element| element.set_inner_html(""));
    if let Some(left) = place(".qw-left") {
        mount_to(left, move || digits_view(timer)).forget();
    }
    if let Some(said) = place("[role=status]") {
        mount_to(said, move || move || timer.said.get()).forget();
    }
    if let Some(unsure) = place(".qw-unsure") {
        let words = text(&strings, "unsure");
        mount_to(unsure, move || move || timer.doubtful.get().then(|| words.clone())).forget();
    }
    if let Some(button) = place("button") {
        button.set_hidden(false);
        let (shown, hidden) = (text(&strings, "clockshown"), text(&strings, "clockhidden"));
        mount_to(button.clone(), move || move || if timer.hidden.get() { hidden.clone() } else { shown.clone() })
            .forget();
        let toggle = Closure::<dyn Fn()>::new(move || timer.hidden.update(|hidden| *hidden = !*hidden));
        button.set_onclick(Some(toggle.into_js_value().unchecked_ref()));
    }
    // The page keeps the timer as long as itself: nothing is ever taken down.
    let _ = set_interval_with_handle(move || timer.step(&server), STEP);
}

fn digits_view(timer: Timer) -> impl IntoView {
    view! {
        <span class:qw-soon=move || timer.left.get() <= SOON class:qw-hidden=move || timer.hidden.get()>
            {move || digits(timer.left.get())}
        </span>
    }
}

/// Both clocks of the browser.
fn reading() -> Reading {
    let monotonic = window().performance().map_or_else(Date::now, |performance| performance.now());
    Reading { monotonic, wall: Date::now() }
}

impl Timer {
    fn new(now: f64, end: f64, thresholds: Vec<u32>) -> Self {
        let left = seconds_left(end, now);
        Self {
            clock: StoredValue::new(ServerClock::new(now, reading())),
            end: RwSignal::new(end),
            left: RwSignal::new(left),
            announcer: StoredValue::new(Announcer::new(thresholds, left)),
            doubtful: RwSignal::new(false),
            said: RwSignal::default(),
            hidden: RwSignal::new(false),
        }
    }

    fn step(self, server: &Server) {
        let at = reading();
        self.clock.update_value(|clock| clock.tick(at));
        if self.clock.try_update_value(|clock| clock.ask(at)).unwrap_or_default() {
            self.ask(server);
        }
        self.show(server);
    }

    fn show(self, server: &Server) {
        let at = reading();
        let (now, certain, doubtful) =
            self.clock.with_value(|clock| (clock.now(at), clock.is_certain(), clock.is_doubtful(at)));
        let left = seconds_left(self.end.get_untracked(), now);
        let due = self.announcer.try_update_value(|announcer| announcer.due(left, certain)).flatten();
        if let Some(words) = due.and_then(|threshold| server.words(threshold)) {
            self.said.set(words);
        }
        let _ = server.root.dataset().set("clock", if certain { "server" } else { "estimate" });
        set_if_other(self.doubtful, doubtful);
        set_if_other(self.left, left);
    }

    fn ask(self, server: &Server) {
        let sent = reading();
        let Some(promise) = server
            .ask
            .call1(&JsValue::NULL, &server.address)
            .ok()
            .and_then(|promise| promise.dyn_into::<Promise>().ok())
        else {
            return;
        };
        spawn_local(async move {
            let Ok(answer) = JsFuture::from(promise).await else { return };
            let answer: Vec<f64> = Array::from(&answer).iter().filter_map(|number| number.as_f64()).collect();
            let [now, end] = answer[..] else { return };
            let useful = self.clock.try_update_value(|clock| clock.answer(sent, now, reading())).unwrap_or_default();
            if useful && end.is_finite() {
                self.end.set(end);
            }
        });
    }
}

impl Server {
    fn read(root: &HtmlElement, props: &JsValue) -> Option<Self> {
        Some(Self {
            // Whole seconds, written by the plugin.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            thresholds: numbers(props, "thresholds").into_iter().map(|seconds| seconds as u32).collect(),
            announcements: list(props, "announcements").iter().filter_map(JsValue::as_string).collect(),
            ask: get(props, "serverTime").dyn_into().ok()?,
            address: get(props, "clock"),
            root: root.clone(),
        })
    }

    fn words(&self, threshold: u32) -> Option<String> {
        let place = self.thresholds.iter().position(|other| *other == threshold)?;
        self.announcements.get(place).cloned()
    }
}

fn set_if_other<T: PartialEq + Copy + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.get_untracked() != value {
        signal.set(value);
    }
}
