//! The pack: all widgets in one module, each with a mount of its own. A mount takes the server's HTML of its widget and makes parts of it
//! answer at once; what is shown and when is decided in `widget-core`.

mod gradepreview;
mod graph;
mod order;
mod props;
mod review;
mod timer;
