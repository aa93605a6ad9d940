//! The same for MySQL and MariaDB, where a program that asks for the columns takes the place of PostgreSQL's blocks. Nobody sees the
//! database yet in which these statements run.

use serde_json::{Map, Value, json};

use super::{CloneOf, SETTINGS};

/// What PHP's `serialize()` writes before a text.
const SERIALIZED: &str = "(?-i)(^|[;{}])[sS]:[0-9]+:\\\\*\"";
/// Tables that Moodle's own admin/tool/replace leaves alone, besides those of logs.
const ALONE: [&str; 8] = [
    "config",
    "config_plugins",
    "filter_config",
    "sessions",
    "events_queue",
    "repository_instance_config",
    "block_instances",
    "files",
];

/// A column of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    table: String,
    name: String,
    /// How many letters it holds.
    room: u64,
}

impl Column {
    /// Asks for all of a database's.
    pub fn ask(database: &str) -> String {
        format!(
            "SELECT table_name, column_name, character_maximum_length FROM information_schema.columns
             JOIN information_schema.tables USING (table_schema, table_name)
             WHERE table_schema = '{database}' AND table_type = 'BASE TABLE' AND coalesce(generation_expression, '') = ''
               AND data_type IN ('char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext') ORDER BY table_name, ordinal_position"
        )
    }

    /// The answer's columns whose texts have addresses in them.
    pub fn read(answer: &str) -> Vec<Self> {
        answer.lines().filter_map(Self::line).filter(Self::is_rewritten).collect()
    }

    fn line(line: &str) -> Option<Self> {
        let [table, name, room] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
        let is_plain = |name: &str| !name.contains(['`', '\'', '\\']);
        let column = Self { table: table.to_owned(), name: name.to_owned(), room: room.parse().ok()? };
        (is_plain(table) && is_plain(name)).then_some(column)
    }

    fn is_rewritten(&self) -> bool {
        let Some(table) = self.table.strip_prefix("mdl_") else { return false };
        let is_log = table.split('_').any(|word| word == "log" || word == "logs");
        !ALONE.contains(&table) && !is_log && !self.name.ends_with("hash")
    }
}

impl CloneOf {
    /// The statements, which say line by line what they change; backslashes are only that in them.
    pub fn for_mysql(&self, tables: &[String], columns: &[Column]) -> String {
        let has = |name: &str| tables.iter().any(|table| table == name);
        let mut all = vec!["SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')".to_owned()];
        for (name, value) in SETTINGS {
            all.push(format!("UPDATE mdl_config SET value = '{value}' WHERE name = '{name}'"));
            all.push(format!(
                "INSERT INTO mdl_config (name, value) SELECT '{name}', '{value}' FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM mdl_config WHERE name = '{name}')"
            ));
        }
        if has("mdl_message_processors") {
            all.push("UPDATE mdl_message_processors SET enabled = 0 WHERE name <> 'popup' AND enabled <> 0".to_owned());
            all.push("SELECT 'outputs', '', ROW_COUNT()".to_owned());
        }
        let pattern = self.pattern();
        all.push(format!("SELECT 'setting', name, 1 FROM mdl_config WHERE value REGEXP '{pattern}' ORDER BY name"));
        if has("mdl_config_plugins") {
            all.extend(self.objects());
            all.push(format!(
                "SELECT 'setting', CONCAT(plugin, '/', name), 1 FROM mdl_config_plugins WHERE value REGEXP '{pattern}' ORDER BY plugin, name"
            ));
        }
        if has("mdl_block_instances") {
            all.push("SELECT 'blocks', '', COUNT(*) FROM mdl_block_instances WHERE configdata <> ''".to_owned());
        }
        all.extend(columns.iter().flat_map(|column| self.rewrite(column)));
        all.into_iter().map(|statement| statement + ";\n").collect()
    }

    /// Where the plugin is there, that is, where it has settings.
    fn objects(&self) -> Vec<String> {
        let here = "FROM mdl_config_plugins WHERE plugin = 'tool_objectfs'";
        // A second row is an error, and ends all.
        let ours = format!("SELECT 1 {here} AND name = 'key_prefix' AND value = '{}'", self.prefix);
        let mut all = vec![
            format!("SET @clone_objects = (SELECT COUNT(*) {here})"),
            format!(
                "SET @the_prefix_is_the_sources_own = (SELECT 1 FROM DUAL WHERE EXISTS ({ours}) UNION ALL SELECT 2 FROM DUAL WHERE EXISTS ({ours}))"
            ),
        ];
        for (name, value) in self.object_settings() {
            all.push(format!(
                "UPDATE mdl_config_plugins SET value = '{value}' WHERE plugin = 'tool_objectfs' AND name = '{name}'"
            ));
            all.push(format!(
                "INSERT INTO mdl_config_plugins (plugin, name, value) SELECT 'tool_objectfs', '{name}', '{value}' FROM DUAL
                 WHERE @clone_objects > 0 AND NOT EXISTS (SELECT 1 {here} AND name = '{name}')"
            ));
        }
        all.push("SELECT 'objects', '', @clone_objects".to_owned());
        all
    }

    fn pattern(&self) -> String {
        let forms = self.old.forms(&self.new).map(|(pattern, _)| pattern);
        format!("{}{}", self.letters(), forms.join("|"))
    }

    /// Whatever the column's own rules are.
    fn letters(&self) -> &'static str {
        if self.old.has_path() { "(?-i)" } else { "(?i)" }
    }

    fn rewrite(&self, column: &Column) -> [String; 4] {
        let Column { table, name, room } = column;
        let label = format!("{table}.{name}");
        let replaced = |text: String, (pattern, place): (String, String)| {
            format!("REGEXP_REPLACE({text}, '{}{pattern}', '{place}')", self.letters())
        };
        let fresh = self.old.forms(&self.new).into_iter().fold(format!("`{name}`"), replaced);
        let hit =
            format!("LOCATE('{}', LOWER(`{name}`)) > 0 AND `{name}` REGEXP '{}'", self.old.host(), self.pattern());
        let plain = format!("{hit} AND `{name}` NOT REGEXP '{SERIALIZED}'");
        [
            format!("SELECT 'left', '{label}', COUNT(*) FROM `{table}` WHERE {hit} AND `{name}` REGEXP '{SERIALIZED}'"),
            format!("SELECT 'cut', '{label}', COUNT(*) FROM `{table}` WHERE {plain} AND CHAR_LENGTH({fresh}) > {room}"),
            format!("UPDATE `{table}` SET `{name}` = LEFT({fresh}, {room}) WHERE {plain}"),
            format!("SELECT 'rows', '{label}', ROW_COUNT()"),
        ]
    }

    /// What the statements said, in PostgreSQL's words.
    pub fn said(&self, answer: &str) -> Value {
        let lines =
            || answer.lines().filter_map(|line| <[&str; 3]>::try_from(line.split('\t').collect::<Vec<_>>()).ok());
        let number = |text: &str| text.parse::<u64>().unwrap_or(0);
        let counts = |kind: &str| -> Map<String, Value> {
            let found = lines().filter(|line| line[0] == kind && number(line[2]) > 0);
            found.map(|[_, name, count]| (name.to_owned(), json!(number(count)))).collect()
        };
        let sum = |kind: &str| lines().filter(|line| line[0] == kind).map(|line| number(line[2])).sum::<u64>();
        let named: Vec<_> = lines().filter(|line| line[0] == "setting").map(|line| line[1]).collect();
        let settings: Map<_, _> = SETTINGS.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let objects: Map<_, _> =
            self.object_settings().map(|(name, value)| (name.to_owned(), json!(value))).into_iter().collect();
        json!({
            "rows": sum("rows"),
            "columns": counts("rows"),
            "shortened": counts("cut"),
            "left_serialized": counts("left"),
            "left_settings": named,
            "left_blocks": sum("blocks"),
            "settings": settings,
            "message_outputs_off": sum("outputs"),
            "objects": (sum("objects") > 0).then_some(objects),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_are_those_that_moodles_own_tool_takes() {
        let answer = "mdl_page\tcontent\t4294967295\nmdl_files\tsource\t9\nmdl_logstore_standard_log\tother\t9\nmdl_catalogue\tname\t9\n\
            mdl_x\tnamehash\t9\nother\tname\t9\nmdl_y\tna`me\t9\nmdl_z\tname\tNULL\nmdl_task_logs\tx\t1\nshort";
        let found: Vec<_> =
            Column::read(answer).into_iter().map(|column| (column.table, column.name, column.room)).collect();
        let owned = |table: &str, name: &str, room| (table.to_owned(), name.to_owned(), room);
        assert_eq!(found, [owned("mdl_page", "content", 4_294_967_295), owned("mdl_catalogue", "name", 9)]);
    }

    proptest! {
        #[test]
        fn any_answer_is_read(text in "(rows|cut|left|setting|blocks|[a-z])?\t.{0,20}\t.{0,6}\n?.{0,60}") {
            let _ = Column::read(&text);
            let clone = "https://a.example".parse().and_then(|old| CloneOf::of(old, "https://b.example".parse()?, None));
            prop_assert!(clone.is_ok_and(|clone| clone.said(&text).is_object()));
        }
    }
}
