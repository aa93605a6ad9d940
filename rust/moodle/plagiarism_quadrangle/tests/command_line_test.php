<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

use PHPUnit\Framework\TestCase;

/** cli/compare.php, in a folder that looks like Moodle to it. */
final class command_line_test extends TestCase {
    private const PROGRAM = 'plagiarism/quadrangle/cli/compare.php';
    private const SOURCE = 'A volcano is a rupture in the crust that lets hot lava, ash and gases escape from a chamber of magma below.';
    private const HEAD = "userid,submission,percent,otherpercent,shared\n";

    private string $root;
    private array $settings = ['k' => '25', 'w' => '20', 'least' => '1'];

    protected function setUp(): void {
        $this->root = sys_get_temp_dir() . '/' . uniqid('moodle_', true);
        mkdir("$this->root/plagiarism/quadrangle/cli", 0777, true);
        copy(__DIR__ . '/../cli/compare.php', "$this->root/" . self::PROGRAM);
        copy(__DIR__ . '/stand_in/config.php', "$this->root/config.php");
        file_put_contents("$this->root/source", self::SOURCE);
    }

    protected function tearDown(): void {
        foreach ([self::PROGRAM, 'config.php', 'source', 'tables'] as $file) {
            unlink("$this->root/$file");
        }
        foreach (['plagiarism/quadrangle/cli', 'plagiarism/quadrangle', 'plagiarism', ''] as $folder) {
            rmdir("$this->root/$folder");
        }
    }

    public function test_whose_text_has_it_is_said_and_by_the_exit_status(): void {
        [$status, $out, $errors] = $this->run_compare('--cm=7', "--file=$this->root/source");
        // Not all of it, though it is the very text: of what stands before the first fingerprint nothing is known.
        $this->assertSame([1, self::HEAD . "3,103,90,90,8\n4,104,67,90,8\n", ''], [$status, $out, $errors]);
    }

    public function test_a_text_that_nobody_has(): void {
        file_put_contents("$this->root/source", 'Nothing of this stands in any of what they have handed in.');
        $this->assertSame([0, self::HEAD, ''], $this->run_compare('--cm=7', "--file=$this->root/source"));
    }

    public function test_what_cannot_be_compared_is_said(): void {
        file_put_contents("$this->root/source", 'Too short.');
        $this->assertSame([2, '', "text 0: it has 8 letters, fewer than 25\n"], $this->run_compare('--cm=7', "--file=$this->root/source"));
        file_put_contents("$this->root/source", "\xff");
        $this->assertSame([2, '', "text 0 is not UTF-8\n"], $this->run_compare('--cm=7', "--file=$this->root/source"));
        file_put_contents("$this->root/source", self::SOURCE);
        $this->settings['k'] = '24';
        $words = "document 0: it has k 25 and w 20, the others have k 24 and w 20\n";
        $this->assertSame([2, '', $words], $this->run_compare('--cm=7', "--file=$this->root/source"));
    }

    public function test_a_wrong_command_line(): void {
        $wrong = [[], ['--cm=7'], ["--file=$this->root/source"], ['--cause=1'], ['--cm=7', '--file=/no/such'], ['--cm=8', "--file=$this->root/source"]];
        foreach ($wrong as $arguments) {
            $this->assertSame([2, ''], [$this->run_compare(...$arguments)[0], str_contains($this->run_compare(...$arguments)[1], ',') ? 'CSV' : '']);
        }
        $this->assertSame(0, $this->run_compare('--help')[0]);
    }

    /** Exit status, output, errors. */
    private function run_compare(string ...$arguments): array {
        $this->keep([3 => self::SOURCE, 4 => 'My uncle says: ' . strtoupper(self::SOURCE) . ' And he has been there.', 5 => 'A mountain that burns, I think.']);
        $extension = getenv('PLAGIARISM_DETECTOR');
        $load = $extension ? ['-d', "extension=$extension"] : [];
        $command = [PHP_BINARY, ...$load, "$this->root/" . self::PROGRAM, ...$arguments];
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes, null, getenv() + ['STAND_IN' => __DIR__ . '/stand_in']);
        $written = array_map('stream_get_contents', $pipes);
        return [proc_close($process), ...$written];
    }

    /** The tables as the task leaves them. */
    private function keep(array $texts): void {
        $docs = [];
        foreach (array_values(engine::fingerprint($texts, 25, 20)) as $index => $document) {
            $user = array_keys($texts)[$index];
            $docs[$index + 1] = (object) [
                'id' => $index + 1, 'cm' => 7, 'userid' => $user, 'submission' => $user + 100, 'units' => unpack('V', $document, 8)[1],
                'document' => base64_encode($document),
            ];
        }
        $tables = [
            'assign' => [5 => (object) ['id' => 5, 'intro' => 'What is a volcano?', 'introformat' => '1']],
            'course_modules' => [7 => (object) ['id' => 7, 'instance' => 5], 8 => (object) ['id' => 8, 'instance' => 6]],
            'plagiarism_quadrangle_cms' => [1 => (object) ['id' => 1, 'cm' => 7, 'state' => 'x', 'outcome' => 'compared']],
            'plagiarism_quadrangle_docs' => $docs,
        ];
        file_put_contents("$this->root/tables", serialize([$tables, $this->settings]));
    }
}
