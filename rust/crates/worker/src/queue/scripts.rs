//! The scripts, each of which is one step of a job's life.

use std::sync::LazyLock;

use redis::Script;

macro_rules! scripts {
    ($($name:ident = $file:literal),* $(,)?) => {
        $(#[doc = $file] pub static $name: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!($file)));)*
    };
}

scripts! {
    BEGIN = "begin.lua",
    CANCEL = "cancel.lua",
    ENQUEUE = "enqueue.lua",
    FAIL = "fail.lua",
    FINISH = "finish.lua",
    FORGET = "forget.lua",
    PROMOTE = "promote.lua",
    RELEASE = "release.lua",
    RENEW = "renew.lua",
    REVIVE = "revive.lua",
}
