<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

if ($hassiteconfig) {
    $settings = new admin_settingpage('local_wasmwidgets', get_string('pluginname', 'local_wasmwidgets'));
    foreach (['timer', 'review', 'pdf', 'gradepreview'] as $name) {
        $settings->add(new admin_setting_configcheckbox(
            "local_wasmwidgets/$name",
            get_string($name, 'local_wasmwidgets'),
            get_string("{$name}_desc", 'local_wasmwidgets'),
            1
        ));
    }
    $ADMIN->add('localplugins', $settings);
}
