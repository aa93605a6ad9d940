<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG is at hand. The Services with a model, which a feature such as ai-model names, may be called.
foreach (array_filter(explode(' ', (string) getenv('MOODLE_AI_HOSTS'))) as $service) {
    (require __DIR__ . '/inside.php')($CFG, $service);
}
unset($service);
