//! What the server has written for a widget, read from JavaScript's objects.

use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::Element;

/// Undefined where there is none.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// NaN where there is none.
pub fn number(object: &JsValue, name: &str) -> f64 {
    get(object, name).as_f64().unwrap_or(f64::NAN)
}

pub fn text(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap_or_default()
}

pub fn list(object: &JsValue, name: &str) -> Vec<JsValue> {
    get(object, name).dyn_ref().map(Array::to_vec).unwrap_or_default()
}

pub fn numbers(object: &JsValue, name: &str) -> Vec<f64> {
    list(object, name).iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect()
}

/// Not 0 where it is so.
pub fn flags(object: &JsValue, name: &str) -> Vec<u8> {
    list(object, name).iter().map(|value| u8::from(value.is_truthy())).collect()
}

/// The first element that a selector finds, emptied if `empty` is.
pub fn find<T: JsCast>(root: &Element, selector: &str) -> Option<T> {
    root.query_selector(selector).ok()??.dyn_into().ok()
}

/// Shows what only a script makes of use.
pub fn unveil(root: &Element) {
    while let Some(hidden) = find::<Element>(root, "[hidden]") {
        let _ = hidden.remove_attribute("hidden");
    }
}
