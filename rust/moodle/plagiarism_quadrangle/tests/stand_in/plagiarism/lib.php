<?php
// SPDX-License-Identifier: GPL-3.0-or-later

abstract class plagiarism_plugin {
}
