<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG and $secret are at hand. Settings of the learning kit's plugin local_quizbackend, forced; without the
// plugin they say nothing. The backend's Service, which has a private address, may be called.
$CFG->forced_plugin_settings['local_quizbackend'] = [
    'enabled' => 1,
    'url' => 'http://quiz-backend',
    'token' => $secret('moodle/' . getenv('MOODLE_QUIZ_TOKEN_PROPERTY')),
    'tenant' => getenv('MOODLE_HOST'),
];
(require __DIR__ . '/inside.php')($CFG, 'quiz-backend');
