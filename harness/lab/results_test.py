#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of results.py, on pieces of consoles: harness/lab/results_test.py KUNIT_TOOL."""
import os
import subprocess
import sys
import tempfile
import unittest

TOOL = sys.argv.pop(1)
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'results.py')

SUITES = '''\
[    9.857601] KTAP version 1
[    9.857602] 1..1
[   12.452347]     KTAP version 1
[   12.453714]     # Subtest: dma_example
[   12.455576]     # module: dma_example_kunit
[   12.455577]     1..2
[   12.458408]         KTAP version 1
[   12.458409]         # Subtest: example_rows
[   12.460000]         ok 1 one
[   12.460001]         ok 2 two
[   12.460002]     # example_rows: pass:2 fail:0 skip:0 total:2
[   12.460003]     ok 1 example_rows
[   12.460004]     ok 2 example_simple
[   12.460005] # dma_example: pass:2 fail:0 skip:0 total:2
[   12.460006] # Totals: pass:3 fail:0 skip:0 total:3
[   12.460007] ok 1 dma_example
'''.splitlines()
EXPECTED = '''\
case                      box
dma_example.example_rows    2
dma_example.example_simple  1
'''
# One more than the cases: the boot
PASSED = '4 passed, 0 failed'


class ResultsTest(unittest.TestCase):
    def output(self, console, runs='dma_*'):
        with tempfile.TemporaryDirectory() as place:
            def write(name, text):
                with open(os.path.join(place, name), 'w', encoding='utf-8') as file:
                    file.write(text)
                return file.name
            log = ''.join(f'{line}\n' for line in console)
            files = write('expected', EXPECTED), 'box', write('console', log)
            done = subprocess.run([SCRIPT, TOOL, *files, write('failure', ''), runs],
                                  stdout=subprocess.PIPE, encoding='utf-8', check=False)
        return done.stdout.splitlines()

    def last_line(self, *args):
        return self.output(*args)[-1]

    def test_all_pass(self):
        self.assertEqual(self.last_line(SUITES), PASSED)

    def test_names(self):
        for runs in 'dma_example', 'dma_example.example_r*', 'dma_*':
            self.assertEqual(self.last_line(SUITES, runs), PASSED)
        for runs in 'dma_exmaple', 'dma_example.sh', 'dma_* x.sh':
            self.assertNotIn(' 0 failed', self.last_line(SUITES, runs))

    def test_a_failed_case(self):
        failed = [line.replace('ok 2 two', 'not ok 2 two') for line in SUITES]
        self.assertNotIn(' 0 failed', self.last_line(failed))

    def test_what_a_failed_case_said(self):
        said = ['# example_rows: EXPECTATION FAILED at example.c:1', 'Expected a == b, but']
        i = next(i for i, line in enumerate(SUITES) if 'ok 2 two' in line)
        failed = SUITES[:i] + [f'[   12.459000]         {line}' for line in said]
        failed += [line.replace('ok 2 two', 'not ok 2 two') for line in SUITES[i:]]
        output = self.output(failed)
        where = output.index('FAILED on box: dma_example: example_rows/two')
        self.assertEqual([line.strip() for line in output[where + 1:where + 3]], said)

    def test_a_case_that_is_missing(self):
        for i, line in enumerate(SUITES):
            if ' ok ' in line:
                with self.subTest(without=line):
                    self.assertNotIn(' 0 failed', self.last_line(SUITES[:i] + SUITES[i + 1:]))

    def test_no_suites(self):
        script = ['selftest x.sh', 'TAP version 13', '1..1', 'ok 1 one', 'selftest end']
        lines = [f'[   20.000001] harness: {line}' for line in script]
        self.assertEqual(self.last_line(lines), '2 passed, 2 failed')  # the two cases

    def test_lines_of_another_cpu(self):
        for i, line in enumerate(SUITES):
            with self.subTest(before=line):
                other = ['[   12.454000] clocksource: tsc', '[   12.454001] nvme nvme0: 2 queues']
                self.assertEqual(self.last_line(SUITES[:i] + other + SUITES[i:]), PASSED)


if __name__ == '__main__':
    unittest.main()
