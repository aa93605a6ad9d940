//! The HTTP side of a service: health for everybody, all else by a signed request, within limits, counted and traced. Each route is written
//! down, so that a test can hold the OpenAPI document against them.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on};
use axum::{Extension, Router};
use tokio::net::TcpListener;

use crate::limit::Limit;
use crate::metrics::METRICS;
use crate::problem::Problem;
use crate::stop::Stop;
use crate::token::{Claims, Verifier};
use crate::traces::{Context, Span};

/// What readiness asks: why the service cannot work now.
pub type Ready = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// What all routes share.
pub struct Frame {
    /// Who may ask.
    pub verifier: Verifier,
    /// Requests of one address in a second.
    pub rate: u32,
    /// Bytes of a request's body.
    pub most_body: usize,
    /// How long an answer may take to begin.
    pub patience: Duration,
    /// Whether it can work.
    pub ready: Ready,
    /// OpenAPI's, as JSON.
    pub document: &'static str,
}

/// Routes of a service.
pub struct Api<S> {
    signed: Router<S>,
    open: Router<S>,
    /// Method and path of each.
    pub routes: Vec<(&'static str, &'static str)>,
}

impl<S: Clone + Send + Sync + 'static> Default for Api<S> {
    fn default() -> Self {
        let routes = vec![("get", "/livez"), ("get", "/readyz"), ("get", "/openapi.json"), ("get", "/metrics")];
        Self { signed: Router::new(), open: Router::new(), routes }
    }
}

impl<S: Clone + Send + Sync + 'static> Api<S> {
    /// A route for which a token is wanted.
    #[must_use]
    pub fn signed<T: 'static>(mut self, method: &'static str, path: &'static str, handler: impl Handler<T, S>) -> Self {
        self.routes.push((method, path));
        self.signed = self.signed.route(path, on(filter(method), handler));
        self
    }

    /// A route that judges its callers itself.
    #[must_use]
    pub fn open<T: 'static>(mut self, method: &'static str, path: &'static str, handler: impl Handler<T, S>) -> Self {
        self.routes.push((method, path));
        self.open = self.open.route(path, on(filter(method), handler));
        self
    }

    /// The whole service.
    pub fn router(self, frame: Frame, stop: Stop, state: S) -> Router {
        let document = frame.document;
        let known = move || async move { ([(header::CONTENT_TYPE, "application/json")], document) };
        let shared = Arc::new(Shared { limit: Limit::per_second(frame.rate), patience: frame.patience });
        let verifier = Arc::new(frame.verifier);
        let signed = self
            .signed
            .route("/openapi.json", get(known))
            .route("/metrics", get(|| async { METRICS.text() }))
            .layer(from_fn_with_state(verifier, verified));
        let guarded = signed
            .merge(self.open)
            .fallback(|| async { Problem::unknown() })
            .method_not_allowed_fallback(|| async {
                Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this method is not known here")
            })
            .layer(DefaultBodyLimit::max(frame.most_body))
            .layer(from_fn_with_state(shared, bounded));
        let ready = get(readiness).with_state((frame.ready, stop));
        Router::new()
            .route("/livez", get(|| async { "alive\n" }))
            .route("/readyz", ready)
            .merge(guarded.with_state(state))
    }
}

fn filter(method: &str) -> MethodFilter {
    match method {
        "post" => MethodFilter::POST,
        "delete" => MethodFilter::DELETE,
        _ => MethodFilter::GET, // HEAD comes with it
    }
}

struct Shared {
    limit: Limit,
    patience: Duration,
}

async fn readiness(State((ready, stop)): State<(Ready, Stop)>) -> Response {
    if stop.announced() {
        return Problem::later("the service is ending").into_response();
    }
    match tokio::time::timeout(Duration::from_secs(4), ready()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(why)) => Problem::later(why).into_response(),
        Err(_) => Problem::later("what the service needs does not answer").into_response(),
    }
}

/// A request needs a token; what it says is known to the handler.
async fn verified(State(verifier): State<Arc<Verifier>>, mut request: Request, next: Next) -> Response {
    match claims(&verifier, request.headers()) {
        Ok(claims) => {
            request.extensions_mut().insert(claims);
            next.run(request).await
        }
        Err(why) => {
            METRICS.count("http_unauthorized_total", &[]);
            Problem::new(StatusCode::UNAUTHORIZED, why).into_response()
        }
    }
}

fn claims(verifier: &Verifier, headers: &HeaderMap) -> Result<Claims, &'static str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(one), None) = (all.next(), all.next()) else { return Err("a bearer token is wanted") };
    let token = one.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).ok_or("a bearer token is wanted")?;
    verifier.verify(token, crate::now())
}

/// A request within limits of number and time, counted and traced.
async fn bounded(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if !shared.limit.allows(peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), Instant::now()) {
        METRICS.count("http_limited_total", &[]);
        return Problem::new(StatusCode::TOO_MANY_REQUESTS, "too many requests").into_response();
    }
    let path = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = known(request.method());
    let parent = request.headers().get("traceparent").and_then(|value| Context::of(value.to_str().ok()?));
    let (span, begun) = (Span::server(parent.as_ref()), Instant::now());
    request.extensions_mut().insert(span.context().clone());
    let answer = tokio::time::timeout(shared.patience, next.run(request)).await;
    let response = answer.unwrap_or_else(|_| Problem::later("this took too long").into_response());
    let (status, time) = (response.status(), begun.elapsed());
    METRICS.count("http_requests_total", &[("method", method), ("path", &path), ("status", status.as_str())]);
    METRICS.took("http_request_seconds", &[("path", &path)], time);
    let attributes =
        [("http.request.method", method), ("http.route", &path), ("http.response.status_code", status.as_str())];
    span.end(&attributes, status.is_server_error());
    response
}

/// A caller may name any method: only known ones become labels.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

/// The claims of a request that has come so far.
pub type Caller = Extension<Claims>;

/// Serve until the process is told to end, and then what has begun, for as long as `grace`.
///
/// # Errors
/// Where the address cannot be listened to.
pub async fn serve(listen: &str, router: Router, stop: Stop, grace: Duration) -> std::io::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    crate::log("listening", &serde_json::json!({"address": listener.local_addr()?.to_string()}));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let heard = stop.clone();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move { heard.wait().await });
    let late = async move {
        stop.wait().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! { done = serving.into_future() => done, () = late => Ok(()) }
}

/// What a document lacks of the routes, or has besides.
#[must_use]
pub fn undocumented(document: &str, routes: &[(&str, &str)]) -> Vec<String> {
    let document: serde_json::Value = serde_json::from_str(document).unwrap_or_default();
    let paths = document.get("paths").and_then(serde_json::Value::as_object);
    let said: Vec<_> = paths
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| methods(item).map(move |name| format!("{name} {path}")))
        .collect();
    let has: Vec<_> = routes.iter().map(|(method, path)| format!("{method} {path}")).collect();
    let lacks = has.iter().filter(|route| !said.contains(route)).map(|route| format!("not in the document: {route}"));
    let besides =
        said.iter().filter(|route| !has.contains(route)).map(|route| format!("only in the document: {route}"));
    lacks.chain(besides).collect()
}

/// Beside its methods an item of a path may hold parameters for all of them.
fn methods(item: &serde_json::Value) -> impl Iterator<Item = &str> {
    let names = item.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    names.filter(|name| ["get", "head", "post", "put", "patch", "delete"].contains(name))
}
