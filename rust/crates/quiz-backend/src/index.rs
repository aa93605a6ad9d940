//! ChromaDB by its HTTP API, version 2: collections of one database of one tenant.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use service_frame::problem::Problem;

use crate::model::Embedding;
use crate::outward::{Answer, Server};

/// Records of one request.
const BATCH: usize = 100;
/// Records that are asked for at one time.
pub const PAGE: usize = 1000;

/// The tenant's database.
pub struct Index {
    /// Where ChromaDB is.
    pub server: Server,
    /// ChromaDB's name of the tenant, with which collections begin too.
    pub tenant: String,
    /// Its database.
    pub database: String,
}

/// A collection that is there.
pub struct Collection(String);

/// What is kept under a name.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its name in the collection.
    pub id: String,
    /// Its place.
    pub embedding: Embedding,
    /// Its text.
    pub document: String,
    /// What it can be found by.
    pub metadata: Value,
}

/// What is known of records that were found, in ChromaDB's order.
#[derive(Debug, Deserialize)]
pub struct Found {
    /// Their names.
    pub ids: Vec<String>,
    #[serde(default)]
    documents: Option<Vec<Option<String>>>,
}

#[derive(Deserialize)]
struct Nearest {
    ids: Vec<Vec<String>>,
    documents: Vec<Vec<Option<String>>>,
}

#[derive(Deserialize)]
struct Known {
    id: String,
    name: String,
}

impl Found {
    /// Names and texts of those that have one.
    #[must_use]
    pub fn texts(self) -> Vec<(String, String)> {
        let texts = self.documents.unwrap_or_default();
        self.ids.into_iter().zip(texts).filter_map(|(id, text)| Some((id, text?))).collect()
    }
}

fn there(answer: &Answer) -> Result<bool, Problem> {
    if answer.status == 404 { Ok(false) } else { answer.good::<Value>().map(|_| true) }
}

impl Index {
    fn of_tenant(&self) -> String {
        format!("/api/v2/tenants/{}", self.tenant)
    }

    fn collections(&self) -> String {
        format!("{}/databases/{}/collections", self.of_tenant(), self.database)
    }

    /// Tenant and database are there, or are made. Two pods may do so at one time.
    ///
    /// # Errors
    /// Where ChromaDB does not let it.
    pub async fn prepare(&self) -> Result<(), Problem> {
        let databases = format!("{}/databases", self.of_tenant());
        let places = [
            (self.of_tenant(), "/api/v2/tenants".to_owned(), &self.tenant),
            (format!("{databases}/{}", self.database), databases, &self.database),
        ];
        for (one, all, name) in places {
            if there(&self.server.ask("GET", &one, None).await?)? {
                continue;
            }
            let made = self.server.ask("POST", &all, Some(&json!({"name": name}))).await?;
            if made.status != 409 {
                made.good::<Value>()?;
            }
        }
        Ok(())
    }

    /// A collection, made if it is not there. Angles are what embeddings are compared by.
    ///
    /// # Errors
    /// Where ChromaDB does not let it.
    pub async fn make(&self, name: &str) -> Result<Collection, Problem> {
        let configuration = json!({"hnsw": {"space": "cosine"}});
        let body = json!({"name": name, "get_or_create": true, "configuration": configuration});
        let known: Known = self.server.ask("POST", &self.collections(), Some(&body)).await?.good()?;
        Ok(Collection(known.id))
    }

    /// A collection, if it is there.
    ///
    /// # Errors
    /// Where ChromaDB does not say.
    pub async fn find(&self, name: &str) -> Result<Option<Collection>, Problem> {
        let answer = self.server.ask("GET", &format!("{}/{name}", self.collections()), None).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        answer.good::<Known>().map(|known| Some(Collection(known.id)))
    }

    /// Names of collections that begin so.
    ///
    /// # Errors
    /// Where ChromaDB does not say.
    pub async fn names(&self, prefix: &str) -> Result<Vec<String>, Problem> {
        let mut all = Vec::new();
        for offset in (0..).step_by(BATCH) {
            let path = format!("{}?limit={BATCH}&offset={offset}", self.collections());
            let page: Vec<Known> = self.server.ask("GET", &path, None).await?.good()?;
            let last = page.len() < BATCH;
            all.extend(page.into_iter().map(|known| known.name).filter(|name| name.starts_with(prefix)));
            if last {
                break;
            }
        }
        Ok(all)
    }

    /// A collection is gone; one that was not there is gone too.
    ///
    /// # Errors
    /// Where ChromaDB does not let it.
    pub async fn drop(&self, name: &str) -> Result<(), Problem> {
        let answer = self.server.ask("DELETE", &format!("{}/{name}", self.collections()), None).await?;
        there(&answer).map(|_| ())
    }

    async fn of(&self, collection: &Collection, what: &str, body: Value) -> Result<Answer, Problem> {
        let path = format!("{}/{}/{what}", self.collections(), collection.0);
        self.server.ask("POST", &path, Some(&body)).await
    }

    /// Records are as given, whatever was there under their names.
    ///
    /// # Errors
    /// Where ChromaDB does not take them; those before may be there.
    pub async fn put(&self, collection: &Collection, records: &[Record]) -> Result<(), Problem> {
        self.write(collection, "upsert", records).await
    }

    /// Records are there; whoever wrote a name first has it, and what comes later is passed over without a word.
    ///
    /// # Errors
    /// Where ChromaDB does not take them.
    pub async fn add(&self, collection: &Collection, records: &[Record]) -> Result<(), Problem> {
        self.write(collection, "add", records).await
    }

    async fn write(&self, collection: &Collection, what: &str, records: &[Record]) -> Result<(), Problem> {
        for batch in records.chunks(BATCH) {
            let list = |part: fn(&Record) -> Value| Value::Array(batch.iter().map(part).collect());
            let body = json!({
                "ids": list(|one| json!(one.id)), "embeddings": list(|one| json!(one.embedding)),
                "documents": list(|one| json!(one.document)), "metadatas": list(|one| one.metadata.clone()),
            });
            self.of(collection, what, body).await?.good::<Value>()?;
        }
        Ok(())
    }

    /// Records by a part of their metadata, in the order in which they came; with their texts where those are wanted.
    ///
    /// # Errors
    /// Where ChromaDB does not say.
    pub async fn list(
        &self,
        from: &Collection,
        by: Value,
        texts: bool,
        page: (usize, usize),
    ) -> Result<Found, Problem> {
        let include = if texts { json!(["documents"]) } else { json!([]) };
        let body = json!({"where": by, "include": include, "offset": page.0, "limit": page.1});
        self.of(from, "get", body).await?.good()
    }

    /// All of their names.
    ///
    /// # Errors
    /// Where ChromaDB does not say.
    pub async fn ids(&self, from: &Collection, by: &Value) -> Result<Vec<String>, Problem> {
        let mut all = Vec::new();
        loop {
            let page = self.list(from, by.clone(), false, (all.len(), PAGE)).await?.ids;
            let last = page.len() < PAGE;
            all.extend(page);
            if last {
                return Ok(all);
            }
        }
    }

    /// Records by their names; those that are not there are left out.
    ///
    /// # Errors
    /// Where ChromaDB does not say.
    pub async fn named(&self, from: &Collection, ids: &[String]) -> Result<Vec<(String, String)>, Problem> {
        let mut all = Vec::new();
        for batch in ids.chunks(BATCH) {
            let body = json!({"ids": batch, "include": ["documents"]});
            let found: Found = self.of(from, "get", body).await?.good()?;
            all.extend(found.texts());
        }
        Ok(all)
    }

    /// The nearest records, the nearest first.
    ///
    /// # Errors
    /// Where ChromaDB does not say.
    pub async fn nearest(
        &self,
        from: &Collection,
        to: &Embedding,
        by: Option<Value>,
        most: usize,
    ) -> Result<Vec<(String, String)>, Problem> {
        let mut body = Map::new();
        body.insert("query_embeddings".to_owned(), json!([to]));
        body.insert("n_results".to_owned(), json!(most));
        body.insert("include".to_owned(), json!(["documents"]));
        body.extend(by.map(|by| ("where".to_owned(), by)));
        let found: Nearest = self.of(from, "query", Value::Object(body)).await?.good()?;
        let (ids, texts) = (found.ids.into_iter().flatten(), found.documents.into_iter().flatten());
        Ok(ids.zip(texts).filter_map(|(id, text)| Some((id, text?))).take(most).collect())
    }

    /// Records are gone.
    ///
    /// # Errors
    /// Where ChromaDB does not let it; some may be gone.
    pub async fn remove(&self, from: &Collection, ids: &[String]) -> Result<(), Problem> {
        for batch in ids.chunks(BATCH) {
            self.of(from, "delete", json!({"ids": batch})).await?.good::<Value>()?;
        }
        Ok(())
    }
}
