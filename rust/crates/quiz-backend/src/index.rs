//! ChromaDB's HTTP API, version 2: for each course a collection of pieces and one of questions, in the tenant's database.

use serde_json::{Map, Value, json};

use crate::model::Vector;
use crate::remote::{Remote, Trouble};

/// The tenant's database.
pub struct Index {
    remote: Remote,
    tenant: String,
    database: String,
}

/// What lies in a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its name there.
    pub id: String,
    /// Its text.
    pub document: String,
    /// What is known of it.
    pub metadata: Value,
}

impl Index {
    /// A database on a server.
    #[must_use]
    pub fn of(remote: Remote, tenant: &str, database: &str) -> Self {
        Self { remote, tenant: tenant.to_owned(), database: database.to_owned() }
    }

    fn path(&self) -> String {
        format!("/api/v2/tenants/{}/databases/{}", self.tenant, self.database)
    }

    /// Make tenant and database, if they are not there.
    ///
    /// # Errors
    /// Where the index does not answer or refuses.
    pub async fn prepare(&self) -> Result<(), Trouble> {
        let tenants = "/api/v2/tenants".to_owned();
        let databases = format!("{tenants}/{}/databases", self.tenant);
        for (path, name) in [(tenants, &self.tenant), (databases, &self.database)] {
            match self.remote.post(path, json!({"name": name})).await? {
                (200..=299 | 409, _) => (),
                (status, _) => return Err(Trouble(format!("the index says {status}"))),
            }
        }
        Ok(())
    }

    /// A collection, by its name.
    ///
    /// # Errors
    /// Where the index does not give it.
    pub async fn collection(&self, name: &str) -> Result<Collection<'_>, Trouble> {
        let body = json!({"name": name, "get_or_create": true});
        let found = self.remote.ask(format!("{}/collections", self.path()), body).await?;
        let id = found
            .get("id")
            .and_then(Value::as_str)
            .filter(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'));
        let id = id.ok_or_else(|| Trouble("the index names no collection".to_owned()))?;
        Ok(Collection { index: self, path: format!("{}/collections/{id}", self.path()) })
    }
}

/// One collection.
pub struct Collection<'a> {
    index: &'a Index,
    path: String,
}

impl Collection<'_> {
    async fn ask(&self, what: &str, body: Value) -> Result<Value, Trouble> {
        self.index.remote.ask(format!("{}/{what}", self.path), body).await
    }

    /// Put entries there, with their numbers; those of the same name are replaced.
    ///
    /// # Errors
    /// Where the index does not take them.
    pub async fn put(&self, entries: &[Entry], vectors: &[Vector]) -> Result<(), Trouble> {
        for (entries, vectors) in entries.chunks(200).zip(vectors.chunks(200)) {
            let ids: Vec<_> = entries.iter().map(|entry| &entry.id).collect();
            let documents: Vec<_> = entries.iter().map(|entry| &entry.document).collect();
            let metadatas: Vec<_> = entries.iter().map(|entry| &entry.metadata).collect();
            let body = json!({"ids": ids, "embeddings": vectors, "documents": documents, "metadatas": metadatas});
            self.ask("upsert", body).await?;
        }
        Ok(())
    }

    /// The entries that are nearest to the numbers.
    ///
    /// # Errors
    /// Where the index does not give them.
    pub async fn nearest(&self, vector: &Vector, count: usize) -> Result<Vec<Entry>, Trouble> {
        let body = json!({"query_embeddings": [vector], "n_results": count, "include": ["documents", "metadatas"]});
        let found = self.ask("query", body).await?;
        let first = |name: &str| found.get(name).and_then(|lists| lists.get(0)).cloned().unwrap_or_default();
        Ok(entries(&first("ids"), &first("documents"), &first("metadatas")))
    }

    /// The entries of which this is known.
    ///
    /// # Errors
    /// Where the index does not give them.
    pub async fn get(&self, known: Value, limit: usize) -> Result<Vec<Entry>, Trouble> {
        let mut body = json!({"limit": limit, "include": ["documents", "metadatas"]});
        if let (Some(body), Value::Object(known)) = (body.as_object_mut(), known) {
            body.extend(known);
        }
        let found = self.ask("get", body).await?;
        let list = |name: &str| found.get(name).cloned().unwrap_or_default();
        Ok(entries(&list("ids"), &list("documents"), &list("metadatas")))
    }

    /// Change what is known of an entry.
    ///
    /// # Errors
    /// Where the index does not do it.
    pub async fn update(&self, id: &str, metadata: &Map<String, Value>) -> Result<(), Trouble> {
        self.ask("update", json!({"ids": [id], "metadatas": [metadata]})).await.map(drop)
    }

    /// The entries are gone.
    ///
    /// # Errors
    /// Where the index does not do it.
    pub async fn delete(&self, ids: &[String]) -> Result<(), Trouble> {
        if ids.is_empty() { Ok(()) } else { self.ask("delete", json!({"ids": ids})).await.map(drop) }
    }
}

fn entries(ids: &Value, documents: &Value, metadatas: &Value) -> Vec<Entry> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let all = list(ids).into_iter().zip(list(documents)).zip(list(metadatas));
    let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
    all.map(|((id, document), metadata)| Entry { id: text(id), document: text(document), metadata }).collect()
}
