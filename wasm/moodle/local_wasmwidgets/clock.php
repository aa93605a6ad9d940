<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The server's time and the end of an attempt, in milliseconds: an end that a teacher has moved meanwhile too.

define('AJAX_SCRIPT', true);

require(__DIR__ . '/../../config.php');

use local_wasmwidgets\quiz;

$attempt = required_param('attempt', PARAM_INT);
require_login(null, false, null, false, true);
\core\session\manager::write_close();
$end = quiz::end($attempt);

header('Content-Type: application/json');
header('Cache-Control: no-store');
echo json_encode(['now' => microtime(true) * 1000, 'end' => $end === null ? null : $end * 1000]);
