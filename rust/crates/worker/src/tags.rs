//! Tags for the posts of a forum: the words that a post repeats. They are added by Moodle's own unique keys, so that a second run adds nothing.

use std::collections::HashMap;

use tokio_postgres::{Client, Error, Row};

/// Shorter words say little in most languages; in those without blanks between words, nothing is found.
const LEAST_LETTERS: usize = 5;
const MOST_LETTERS: usize = 40;
const LEAST_TIMES: u32 = 2;
const BATCH: i64 = 200;

const PLACE: &str = "SELECT c.id, a.tagcollid FROM mdl_context c \
    JOIN mdl_course_modules m ON m.id = c.instanceid AND c.contextlevel = 70 JOIN mdl_modules k ON k.id = m.module \
    JOIN mdl_tag_area a ON a.component = 'mod_forum' AND a.itemtype = 'forum_posts' AND a.enabled = 1 \
    WHERE k.name = 'forum' AND m.instance = $1";
// A private reply is nobody else's: its words become no tags, which a site shows together.
const POSTS: &str = "SELECT p.id, p.userid, p.subject, p.message FROM mdl_forum_posts p \
    JOIN mdl_forum_discussions d ON d.id = p.discussion \
    WHERE d.forum = $1 AND p.id > $2 AND p.privatereplyto = 0 ORDER BY p.id LIMIT $3";
const TAG: &str = "INSERT INTO mdl_tag (userid, tagcollid, name, rawname, timemodified) VALUES ($1, $2, $3, $3, $4) \
    ON CONFLICT (tagcollid, name) DO NOTHING";
const INSTANCE: &str = "INSERT INTO mdl_tag_instance \
    (tagid, component, itemtype, itemid, contextid, tiuserid, ordering, timecreated, timemodified) \
    SELECT id, 'mod_forum', 'forum_posts', $1, $2, 0, $3, $4, $4 FROM mdl_tag WHERE tagcollid = $5 AND name = $6 \
    ON CONFLICT (component, itemtype, itemid, contextid, tiuserid, tagid) DO NOTHING";

/// Where a forum's tags go.
struct Place {
    context: i64,
    collection: i64,
}

/// Tag all posts of a forum: how many posts there are, and how many tags were added. None: there is no such forum, or it takes no tags.
///
/// # Errors
/// What the database says.
pub async fn tag(client: &mut Client, forum: u32, most: u8) -> Result<Option<(u64, u64)>, Error> {
    let Some(found) = client.query_opt(PLACE, &[&i64::from(forum)]).await? else { return Ok(None) };
    let place = Place { context: found.try_get(0)?, collection: found.try_get(1)? };
    let (mut posts, mut added, mut last) = (0, 0, 0_i64);
    loop {
        let rows = client.query(POSTS, &[&i64::from(forum), &last, &BATCH]).await?;
        let Some(newest) = rows.last() else { return Ok(Some((posts, added))) };
        last = newest.try_get(0)?;
        posts += rows.len() as u64;
        added += batch(client, &place, &rows, most).await?;
    }
}

async fn batch(client: &mut Client, place: &Place, rows: &[Row], most: u8) -> Result<u64, Error> {
    let transaction = client.transaction().await?;
    let (tag, instance) = (transaction.prepare(TAG).await?, transaction.prepare(INSTANCE).await?);
    let now = i64::try_from(service_frame::now()).unwrap_or(i64::MAX);
    let mut wanted = Vec::new();
    for row in rows {
        let (post, user): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        let text = format!("{} {}", row.try_get::<_, String>(2)?, row.try_get::<_, String>(3)?);
        wanted.extend(terms(&text, most).into_iter().zip(0_i64..).map(|(term, order)| (term, order, post, user)));
    }
    // In one order everywhere: two transactions that add the same tags wait for each other, and never in a circle.
    wanted.sort();
    let mut added = 0;
    for (term, order, post, user) in &wanted {
        transaction.execute(&tag, &[user, &place.collection, term, &now]).await?;
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
            [post, &place.context, order, &now, &place.collection, term];
        added += transaction.execute(&instance, &values).await?;
    }
    transaction.commit().await?;
    Ok(added)
}

/// The words that a text has most often, at least twice; among equals by the alphabet.
fn terms(html: &str, most: u8) -> Vec<String> {
    let mut counts: HashMap<String, u32> = HashMap::new();
    let text = plain(html);
    for word in text.split(|each: char| !each.is_alphabetic()) {
        if (LEAST_LETTERS..=MOST_LETTERS).contains(&word.chars().count()) {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    let mut all: Vec<_> = counts.into_iter().filter(|(_, count)| *count >= LEAST_TIMES).collect();
    all.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    all.into_iter().take(usize::from(most)).map(|(term, _)| term).collect()
}

/// What stands between the tags of HTML, without its entities.
fn plain(html: &str) -> String {
    let (mut text, mut rest) = (String::with_capacity(html.len()), html);
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        rest = after.split_once('>').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    let parts = text.split('&').enumerate().map(|(at, part)| {
        let entity = part.split_once(';').filter(|(name, _)| at > 0 && name.len() < 10 && !name.contains(' '));
        entity.map_or(part, |(_, rest)| rest)
    });
    parts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_that_are_repeated_are_tags() {
        let html = "<p class=\"photon photon\">Photon &amp; energy: a <b>photon</b>'s ENERGY, Größe größe; once&nbsp;upon upon</p>";
        assert_eq!(terms(html, 9), ["energy", "größe", "photon"]);
        assert_eq!(terms("alpha alpha alpha omega omega", 1), ["alpha"]);
        assert!(terms("<unclosed unclosed unclosed", 9).is_empty());
    }

    proptest! {
        #[test]
        fn any_text_gives_few_terms(text in "[<>&;a-c ü\\PC]{0,80}", most in 0_u8..5) {
            let found = terms(&text, most);
            prop_assert!(found.len() <= usize::from(most));
            prop_assert!(found.iter().all(|term| !term.contains(['<', '>', '&'])));
        }
    }
}
