<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

use PHPUnit\Framework\TestCase;

/** cli/totals.php and loader.php, in a folder that looks like Moodle to them. */
final class command_line_test extends TestCase {
    private const FILES = ['lib/clilib.php', 'lib/gradelib.php', 'config.php'];
    private const PROGRAM = 'local/gradebookfastpath/cli/totals.php';
    private const HEAD = "itemid,userid,stored,computed\n";

    private string $root;
    private array $course;

    protected function setUp(): void {
        $this->root = sys_get_temp_dir() . '/' . uniqid('moodle_', true);
        mkdir("$this->root/local/gradebookfastpath/cli", 0777, true);
        mkdir("$this->root/lib");
        copy(__DIR__ . '/../cli/totals.php', "$this->root/" . self::PROGRAM);
        foreach (self::FILES as $file) {
            copy(__DIR__ . "/stand_in/$file", "$this->root/$file");
        }
        $this->course = json_decode(file_get_contents(__DIR__ . '/stand_in/course.json'), true);
    }

    protected function tearDown(): void {
        foreach ([self::PROGRAM, 'course.json', ...self::FILES] as $file) {
            unlink("$this->root/$file");
        }
        foreach (['local/gradebookfastpath/cli', 'local/gradebookfastpath', 'local', 'lib', ''] as $folder) {
            rmdir("$this->root/$folder");
        }
    }

    public function test_a_course_whose_totals_are_right(): void {
        $how = engine::is_native() ? 'the extension' : 'plain PHP';
        $words = "0 totals differ from the stored ones; computed by $how\n";
        $this->assertSame([0, self::HEAD, $words], $this->run_totals('--course=1'));
        $this->assertSame([0, self::HEAD . "10,7,90,90\n", $words], $this->run_totals('--course=1', '--preview'));
    }

    public function test_a_total_that_differs_is_named_and_said_by_the_exit_status(): void {
        $this->course['grade_grades'][0]['finalgrade'] = null;
        [$status, $out, $errors] = $this->run_totals('--course=1');
        $this->assertSame([1, self::HEAD . "10,7,,90\n"], [$status, $out]);
        $this->assertStringStartsWith('1 totals differ from the stored ones; ', $errors);
    }

    /** @dataProvider settings */
    public function test_settings_of_the_site_count(array $config, string|false $freeze, string $method, string $computed): void {
        $this->course = ['config' => $config, 'freeze' => $freeze] + $this->course;
        $this->course['grade_categories'][0]['aggregation'] = $method;
        $this->course['grade_grades'][2]['finalgrade'] = '40.00000';
        $this->assertStringEndsWith(",$computed\n", $this->run_totals('--course=1', '--preview')[1]);
    }

    public static function settings(): array {
        return [
            'none' => [[], false, '12', '100'],
            'unlimited' => [['unlimitedgrades' => '1'], false, '12', '120'],
            'at most so much' => [['unlimitedgrades' => '1', 'gradeoverhundredprocentmax' => '1.1'], false, '12', '110'],
            'ranges of grades' => [['grade_minmaxtouse' => '2', 'unlimitedgrades' => '1'], false, '12', '240'],
            'frozen when extra credit was right' => [[], '20160518', '13', '100'],
            'frozen before' => [[], '20150619', '13', '0'],
        ];
    }

    public function test_a_wrong_command_line(): void {
        foreach ([[], ['--course=2'], ['--cause=1']] as $arguments) {
            $this->assertSame(2, $this->run_totals(...$arguments)[0]);
        }
        $this->assertSame(0, $this->run_totals('--help')[0]);
    }

    /** Exit status, output, errors. */
    private function run_totals(string ...$arguments): array {
        file_put_contents("$this->root/course.json", json_encode($this->course));
        $extension = getenv('GRADEBOOK_FASTPATH');
        $load = $extension ? ['-d', "extension=$extension"] : [];
        $environment = getenv() + ['STAND_IN_BOOTSTRAP' => __DIR__ . '/bootstrap.php'];
        $command = [PHP_BINARY, ...$load, "$this->root/" . self::PROGRAM, ...$arguments];
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes, null, $environment);
        $written = array_map('stream_get_contents', $pipes);
        return [proc_close($process), ...$written];
    }
}
