<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle\privacy;

use core_privacy\local\metadata\collection;
use core_privacy\local\request\writer;

/** Fingerprints of what a user has written, and what it has in common with others' texts. Nothing leaves the site. */
final class provider implements
    \core_privacy\local\metadata\provider,
    \core_plagiarism\privacy\plagiarism_provider,
    \core_plagiarism\privacy\plagiarism_user_provider {

    public static function get_metadata(collection $collection): collection {
        $names = static function (string $table, array $fields): array {
            return array_combine($fields, array_map(static fn(string $field): string => "privacy:metadata:$table:$field", $fields));
        };
        $docs = $names('docs', ['userid', 'submission', 'contenthash', 'units', 'highest', 'document']);
        $pairs = $names('pairs', ['docid', 'otherid', 'covered', 'othercovered', 'passages']);
        $collection->add_database_table('plagiarism_quadrangle_docs', $docs, 'privacy:metadata:docs');
        $collection->add_database_table('plagiarism_quadrangle_pairs', $pairs, 'privacy:metadata:pairs');
        return $collection;
    }

    /** Not whose texts the others are: that is theirs. */
    public static function export_plagiarism_user_data(int $userid, \context $context, array $subcontext, array $linkarray): void {
        global $DB;
        if (!$context instanceof \context_module) {
            return;
        }
        foreach ($DB->get_records('plagiarism_quadrangle_docs', ['cm' => $context->instanceid, 'userid' => $userid]) as $row) {
            $data = (object) array_intersect_key((array) $row, array_flip(['contenthash', 'units', 'highest', 'document']));
            $path = array_merge($subcontext, [get_string('pluginname', 'plagiarism_quadrangle'), $row->id]);
            writer::with_context($context)->export_data($path, $data);
        }
    }

    public static function delete_plagiarism_for_context(\context $context): void {
        global $DB;
        if ($context instanceof \context_module) {
            $DB->delete_records('plagiarism_quadrangle_pairs', ['cm' => $context->instanceid]);
            $DB->delete_records('plagiarism_quadrangle_docs', ['cm' => $context->instanceid]);
        }
    }

    public static function delete_plagiarism_for_user(int $userid, \context $context): void {
        self::delete_plagiarism_for_users([$userid], $context);
    }

    public static function delete_plagiarism_for_users(array $userids, \context $context): void {
        global $DB;
        if (!$context instanceof \context_module) {
            return;
        }
        foreach ($userids as $userid) {
            $owned = ['cm' => $context->instanceid, 'userid' => $userid];
            foreach ($DB->get_records('plagiarism_quadrangle_docs', $owned, '', 'id') as $row) {
                $DB->delete_records('plagiarism_quadrangle_pairs', ['docid' => $row->id]);
                $DB->delete_records('plagiarism_quadrangle_pairs', ['otherid' => $row->id]);
                $DB->delete_records('plagiarism_quadrangle_docs', ['id' => $row->id]);
            }
        }
    }
}
