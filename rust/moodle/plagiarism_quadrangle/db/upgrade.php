<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

/** What earlier versions' tables lack. */
function xmldb_plagiarism_quadrangle_upgrade($oldversion): bool {
    global $DB;
    if ($oldversion < 2026112301) {
        $table = new xmldb_table('plagiarism_quadrangle_cms');
        $field = new xmldb_field('outcome', XMLDB_TYPE_CHAR, '10', null, null, null, null, 'state');
        if (!$DB->get_manager()->field_exists($table, $field)) {
            $DB->get_manager()->add_field($table, $field);
        }
        // How the comparisons until now have ended nobody knows: each is made once more.
        $DB->set_field('plagiarism_quadrangle_cms', 'state', null, []);
        upgrade_plugin_savepoint(true, 2026112301, 'plagiarism', 'quadrangle');
    }
    return true;
}
