<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG is at hand. Settings of local_wasmwidgets, forced; without the plugin they say nothing.
foreach (['timer' => 'TIMER', 'review' => 'REVIEW', 'pdf' => 'PDF', 'gradepreview' => 'GRADE_PREVIEW'] as $setting => $name) {
    $CFG->forced_plugin_settings['local_wasmwidgets'][$setting] = getenv("MOODLE_WIDGET_$name") === 'true' ? 1 : 0;
}
unset($setting, $name);
