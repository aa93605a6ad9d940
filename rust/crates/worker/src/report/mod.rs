//! The reports: each a query of Moodle's own tables, with its columns and numbers for its parameters.

pub mod cells;
pub mod csv;
pub mod summary;

use serde::{Deserialize, Serialize};

/// One of the reports. All its parameters are numbers, for `COPY` takes none and they stand in its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase", deny_unknown_fields)]
pub enum Report {
    /// All final grades of a course.
    Grades {
        /// The course's id.
        course: u32,
    },
    /// Who is enrolled in a course, and how.
    Enrolments {
        /// The course's id.
        course: u32,
    },
    /// Which activities of a course are complete for whom.
    Completion {
        /// The course's id.
        course: u32,
    },
    /// All posts in the forums of a course.
    Posts {
        /// The course's id.
        course: u32,
    },
    /// The standard log of a course, between two moments.
    Log {
        /// The course's id.
        course: u32,
        /// Seconds since 1970.
        from: u32,
        /// Seconds since 1970; that second is not meant any more.
        to: u32,
    },
}

impl Report {
    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// Where they do not.
    pub fn judge(&self) -> Result<(), String> {
        if let Self::Log { from, to, .. } = self
            && from >= to
        {
            return Err("`from` is before `to`".to_owned());
        }
        if self.course() == 0 { Err("`course` is a number above 0".to_owned()) } else { Ok(()) }
    }

    fn course(&self) -> u32 {
        match self {
            Self::Grades { course }
            | Self::Enrolments { course }
            | Self::Completion { course }
            | Self::Posts { course }
            | Self::Log { course, .. } => *course,
        }
    }

    /// Its name, for files.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Grades { .. } => "grades",
            Self::Enrolments { .. } => "enrolments",
            Self::Completion { .. } => "completion",
            Self::Posts { .. } => "posts",
            Self::Log { .. } => "log",
        }
    }

    /// The columns, as the file's first line says them.
    #[must_use]
    pub fn columns(&self) -> &'static [&'static str] {
        match self {
            Self::Grades { .. } => &["userid", "username", "firstname", "lastname", "item", "grade", "modified"],
            Self::Enrolments { .. } => {
                &["userid", "username", "firstname", "lastname", "method", "status", "start", "end"]
            }
            Self::Completion { .. } => &["userid", "username", "firstname", "lastname", "module", "state", "modified"],
            Self::Posts { .. } => &["post", "discussion", "forum", "userid", "created", "subject", "message"],
            Self::Log { .. } => &["id", "time", "userid", "event", "action", "target", "objectid", "ip"],
        }
    }

    /// The rows, in an order of their own, so that two runs give the same file.
    #[must_use]
    pub fn query(&self) -> String {
        let course = self.course();
        match self {
            Self::Grades { .. } => format!(
                "SELECT u.id, u.username, u.firstname, u.lastname, COALESCE(i.itemname, i.itemtype), g.finalgrade, g.timemodified \
                 FROM mdl_grade_grades g JOIN mdl_grade_items i ON i.id = g.itemid JOIN mdl_user u ON u.id = g.userid \
                 WHERE i.courseid = {course} AND u.deleted = 0 ORDER BY g.id"
            ),
            Self::Enrolments { .. } => format!(
                "SELECT u.id, u.username, u.firstname, u.lastname, e.enrol, ue.status, ue.timestart, ue.timeend \
                 FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid JOIN mdl_user u ON u.id = ue.userid \
                 WHERE e.courseid = {course} AND u.deleted = 0 ORDER BY ue.id"
            ),
            Self::Completion { .. } => format!(
                "SELECT u.id, u.username, u.firstname, u.lastname, c.coursemoduleid, c.completionstate, c.timemodified \
                 FROM mdl_course_modules_completion c JOIN mdl_course_modules m ON m.id = c.coursemoduleid \
                 JOIN mdl_user u ON u.id = c.userid WHERE m.course = {course} AND u.deleted = 0 ORDER BY c.id"
            ),
            Self::Posts { .. } => format!(
                "SELECT p.id, p.discussion, d.forum, p.userid, p.created, p.subject, p.message \
                 FROM mdl_forum_posts p JOIN mdl_forum_discussions d ON d.id = p.discussion \
                 WHERE d.course = {course} ORDER BY p.id"
            ),
            Self::Log { from, to, .. } => format!(
                "SELECT id, timecreated, userid, eventname, action, target, objectid, ip FROM mdl_logstore_standard_log \
                 WHERE courseid = {course} AND timecreated >= {from} AND timecreated < {to} ORDER BY timecreated, id"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_as_many_columns_as_the_first_line() {
        let reports = [
            Report::Grades { course: 1 },
            Report::Enrolments { course: 1 },
            Report::Completion { course: 1 },
            Report::Posts { course: 1 },
            Report::Log { course: 1, from: 1, to: 2 },
        ];
        for report in reports {
            let query = report.query().replace("COALESCE(i.itemname, i.itemtype)", "item");
            let columns = query.split(" FROM ").next().map(|head| head.split(',').count());
            assert_eq!(columns, Some(report.columns().len()), "{}", report.name());
        }
    }
}
