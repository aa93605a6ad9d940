<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

$string['between'] = 'Between {$a->least} and {$a->most}.';
$string['compare'] = 'Compare online texts with each other';
$string['compare_help'] = 'The texts handed in here are compared with each other, within this assignment and on this site alone. Teachers see how much two of them have in common, and where.';
$string['comparetexts'] = 'Compare the texts of assignments';
$string['covered'] = 'Of this text';
$string['disclosure'] = 'What you hand in as online text is compared with the texts of the other participants. It does not leave this site.';
$string['enabled'] = 'Offer comparison to assignments';
$string['failed'] = 'Could not be compared since the last change; the task\'s log says why. What is shown is from before.';
$string['highest'] = '{$a} % in common with another text';
$string['k'] = 'Letters in a fingerprint';
$string['k_help'] = 'What is shared is found from about this number of letters in a row, counted without spaces and punctuation: never in fewer, always from this and the window together. For Chinese and Japanese 10 or so.';
$string['least'] = 'Fingerprints in common';
$string['least_help'] = 'Two texts that share fewer fingerprints are not reported.';
$string['native'] = 'Compared by the extension plagiarism_detector.';
$string['nojudgement'] = 'This shows what two texts have in common. Whether that is a quotation, common knowledge or copied, it cannot know.';
$string['notcomparable'] = 'Cannot be compared: too few letters, or too long.';
$string['notcompared'] = 'Not compared yet';
$string['nothing'] = 'Nothing in common with another text.';
$string['other'] = 'The other text is by';
$string['othercovered'] = 'Of the other text';
$string['outdated'] = 'This text has changed since it was compared, so that passages cannot be shown.';
$string['passages'] = 'In common';
$string['plain'] = 'Compared in plain PHP; the extension plagiarism_detector is not loaded.';
$string['pluginname'] = 'Text comparison';
$string['privacy:metadata:docs'] = 'Fingerprints of submitted texts.';
$string['privacy:metadata:docs:contenthash'] = 'A hash of the text, which shows whether it has changed.';
$string['privacy:metadata:docs:document'] = 'Hashes of parts of the text, and where they are.';
$string['privacy:metadata:docs:highest'] = 'The highest share of the text that one other text has too.';
$string['privacy:metadata:docs:submission'] = 'The submission that the text belongs to.';
$string['privacy:metadata:docs:units'] = 'How many letters the text has.';
$string['privacy:metadata:docs:userid'] = 'Who has written the text.';
$string['privacy:metadata:pairs'] = 'What two texts have in common.';
$string['privacy:metadata:pairs:covered'] = 'How many letters of the one text are shared.';
$string['privacy:metadata:pairs:docid'] = 'The one text.';
$string['privacy:metadata:pairs:othercovered'] = 'How many letters of the other text are shared.';
$string['privacy:metadata:pairs:otherid'] = 'The other text.';
$string['privacy:metadata:pairs:passages'] = 'Where in both texts the shared passages are.';
$string['quadrangle:enable'] = 'Switch the comparison of texts on and off';
$string['quadrangle:viewreport'] = 'View what texts have in common';
$string['reportof'] = 'What the text of {$a} has in common with others';
$string['toomany'] = 'Not compared: this activity has too many texts.';
$string['w'] = 'Window';
$string['w_help'] = 'Of so many fingerprints in a row one is kept. A larger window takes less room and finds less.';
