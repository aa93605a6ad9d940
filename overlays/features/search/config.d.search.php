<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG is at hand. Which engine is said by the ConfigMap moodle-env: simpledb, which core has, unless another
// feature brings one.
$CFG->enableglobalsearch = 1;
$CFG->searchengine = getenv('MOODLE_SEARCH_ENGINE');
$CFG->searchincludeallcourses = getenv('MOODLE_SEARCH_ALL_COURSES') === 'true' ? 1 : 0;
$CFG->searchindextime = (int) getenv('MOODLE_SEARCH_INDEX_SECONDS');
