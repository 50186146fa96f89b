#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What the machines of make test have said:

    harness/lab/results.py [--record|--rows] KUNIT_TOOL EXPECTED MACHINE CONSOLE FAILURE RUNS ...

KUNIT_TOOL is the directory of kunit.py, EXPECTED the list of cases that must pass. Then come four
arguments a machine: its name, its console, a file that says why its boot failed (empty if it did
not) and the suites that it had to run. Prints a table of machine and suite, then failures, then why
cases were skipped, then "N passed, N failed". Exit status 1 if any failed. With --record writes
what passed on these machines to EXPECTED instead, unless something failed there. With --rows a
machine is a line of the table: what mapped its disks, cases, bytes that the disks moved, seconds.
"""
import fnmatch
import re
import sys

sys.dont_write_bytecode = True
OPTION = sys.argv[1] if sys.argv[1].startswith('--') else None
TOOL, *ARGS = sys.argv[2 if OPTION else 1:]
sys.path.insert(0, TOOL)
import kunit_parser  # noqa: E402 (the tree's own parser of KTAP)
import kunit_printer  # noqa: E402

STAMP = r'^\[ *\d+\.\d+\] '
SELFTEST = re.compile(STAMP + r'harness: selftest (\S+)')
HARNESS = re.compile(STAMP + r'harness[:>] ?')
DISK = re.compile(r'# dma_disk: \w+: ([^,]+), (\d+) bytes')
TIME = re.compile(r'^\[ *(\d+)\.\d+\]')
SKIP = re.compile(r'ok \d+ (?:- )?(.*?) # SKIP ?(.*)')
VERSION = re.compile(r'\bKTAP version \d+$')
KTAP = re.compile(STAMP + r'\s*(KTAP version |#|\d+\.\.\d|ok |not ok )')

# The first lines of EXPECTED
HEAD = '''\
# Written by make record from logs in which nothing failed: what has to pass, and how often.
# A case of KUnit passes once for each of its parameters, a script once for each of its checks.
'''

PASSED = kunit_parser.TestStatus.SUCCESS
SKIPPED = kunit_parser.TestStatus.SKIPPED


def parse(lines, view):
    """All tests of some KTAP. The output of kunit.py for them goes to the file view."""
    kunit_parser.stdout = kunit_printer.Printer(view)
    try:
        return kunit_parser.parse_run_tests(lines)
    except ValueError:  # a result is missing, and no line is left
        whole, last = kunit_parser.Test(), kunit_parser.Test()
        last.status = kunit_parser.TestStatus.TEST_CRASHED
        whole.subtests.append(last)
        return whole


def sections(console):
    """Splits a console into what the kernel printed and, by name, what each selftest printed.

    The parser takes a list for that of a suite only if the suite's name comes right after the
    version. Lines of another CPU between the two go above them.
    """
    kernel, selftests, current = [], {}, None
    for line in console:
        line = line.replace('\r', '').rstrip('\n')
        if match := SELFTEST.match(line):
            current = None if match.group(1) == 'end' else selftests.setdefault(match.group(1), [])
        elif HARNESS.match(line):
            if current is not None:
                current.append(HARNESS.sub('', line))
        elif kernel and VERSION.search(kernel[-1]) and not KTAP.match(line):
            kernel.insert(-1, line)
        else:
            kernel.append(line)
    return kernel, selftests


def skip_reasons(lines):
    """Why tests were skipped: by name, in the order of the tests, as suites can share a name."""
    reasons = {}
    for match in filter(None, map(SKIP.search, lines)):
        reasons.setdefault(match.group(1), []).append(match.group(2))
    return reasons


class Suite:
    def __init__(self, name):
        self.name, self.passed, self.failed, self.skips, self.cases = name, 0, [], [], {}
        self.said = {}  # by those that failed

    def add(self, test, reasons, path):
        """Counts the cases below test: each parameter of a case is one."""
        if test.subtests:
            for sub in test.subtests:
                self.add(sub, reasons, path + [sub.name])
        elif test.status == PASSED:
            self.passed += 1
            # A script is expected as a whole, a suite of KUnit by its cases, of which each can have
            # parameters.
            case = self.name if self.name.endswith('.sh') or not path else f'{self.name}.{path[0]}'
            self.cases[case] = self.cases.get(case, 0) + 1
        elif test.status == SKIPPED:
            self.skips.append(('/'.join(path), (reasons.get(test.name) or ['']).pop(0)))
        else:
            self.failed.append('/'.join(path) or test.status.name.lower().replace('_', ' '))
            self.said[self.failed[-1]] = test.log
        # An error of the whole: a plan that was not kept, a case that crashed.
        if test.subtests and not path and test.status not in (PASSED, SKIPPED) and not self.failed:
            self.failed.append(test.status.name.lower().replace('_', ' '))

    def skipped_by_qemu(self):
        return sum(reason.endswith(' by QEMU') for _, reason in self.skips)

    def counts(self):
        return self.passed, len(self.failed), len(self.skips)

    def cell(self):
        return '/'.join(map(str, self.counts()))


def total(suites):
    return [sum(numbers) for numbers in zip(*(suite.counts() for suite in suites))]


def suite_of(case):
    return case if case.endswith('.sh') else case.split('.')[0]


def suites_of(console):
    # Xen ends lines with \r\r\n.
    with open(console, encoding='utf-8', errors='replace', newline='\n') as log:
        kernel, selftests = sections(log)
    found = []
    with open(console + '.ktap', 'w', encoding='utf-8') as view:
        reasons = skip_reasons(kernel)
        # Where only scripts were asked for, KUnit says nothing.
        ran = any('# Subtest: ' in line for line in kernel)
        suites = parse(kernel, view).subtests if ran else []
        for test in suites:
            found.append(Suite(test.name or '(cut off)'))
            found[-1].add(test, reasons, [])
        for name, lines in selftests.items():
            found.append(Suite(name))
            test = parse(lines, view)
            # The suite of a module is in a list of its own.
            if len(test.subtests) == 1 and test.subtests[0].name == name:
                test = test.subtests[0]
            found[-1].add(test, skip_reasons(lines), [])
    return found


class Expected:
    """A table of text: a column a machine, a row a case, and how often it has to pass there."""
    def __init__(self, path):
        self.path, self.machines = path, {}
        try:
            with open(path, encoding='utf-8') as text:
                rows = [line.split() for line in text if not line.startswith('#')]
        except FileNotFoundError:
            return
        names = rows[0][1:]
        self.machines = {name: {} for name in names}
        for case, *numbers in rows[1:]:
            for name, number in zip(names, numbers):
                if number != '-':
                    self.machines[name][case] = int(number)

    def write(self):
        cases = sorted({case for cases in self.machines.values() for case in cases})
        width = max(map(len, cases))
        with open(self.path, 'w', encoding='utf-8') as text:
            text.write(HEAD)
            print(f'{"case":{width}}' + ''.join(f'  {name}' for name in self.machines), file=text)
            for case in cases:
                cells = (f'  {m.get(case, "-"):>{len(name)}}' for name, m in self.machines.items())
                print(f'{case:{width}}' + ''.join(cells), file=text)


class Machine:
    def __init__(self, name, console, failure, runs):
        self.name, self.runs, self.console = name, runs.split(), console
        with open(failure, encoding='utf-8') as text:
            self.failure = text.read().rstrip()
        try:
            self.suites = {s.name: s for s in suites_of(console)}
        except OSError:
            self.suites = {}
        boot = Suite('boot')
        if self.failure:
            boot.failed.append('see above')
        else:
            boot.passed = 1
        self.suites['boot'] = boot

    def lines(self):
        try:
            with open(self.console, encoding='utf-8', errors='replace') as log:
                return log.read().splitlines()
        except OSError:
            return []

    def cases(self):
        return {case: n for s in self.suites.values() for case, n in s.cases.items()}

    def compare(self, expected):
        """Fails each case of the suites it had to run that has not passed as often as it should."""
        if self.name not in expected.machines:
            self.suites['boot'].failed.append(f'{expected.path} has no such machine: make record')
        passed, cases = self.cases(), expected.machines.get(self.name, {})
        known = {n for n in self.suites if n != 'boot'} | {suite_of(case) for case in cases}
        for glob in self.runs:
            if not fnmatch.filter(known, suite_of(glob)):
                self.suites['boot'].failed.append(f'no suite is called {glob}')
        for case, number in cases.items():
            name = suite_of(case)
            globs = (g for g in self.runs if g.endswith('.sh') == name.endswith('.sh'))
            if not any(fnmatch.fnmatchcase(name, glob) for glob in globs):
                continue
            suite = self.suites.setdefault(name, Suite(name))
            # Newer versions of QEMU can do less: harness/lab/boot.
            if passed.get(case, 0) + suite.skipped_by_qemu() < number:
                suite.failed.append(f'{case}: {passed.get(case, 0)} of {number} passed')


def print_table(machines, names):
    width = max(map(len, names)) + 2
    columns = [max(len(m.name), *(len(s.cell()) for s in m.suites.values())) + 2 for m in machines]
    head = ''.join(f'{m.name:>{c}}' for m, c in zip(machines, columns))
    print(f'{"passed/failed/skipped":{width}}{head}')
    for name in names:
        cells = (m.suites[name].cell() if name in m.suites else '-' for m in machines)
        print(f'{name:{width}}' + ''.join(f'{cell:>{c}}' for cell, c in zip(cells, columns)))


def print_rows(machines):
    """A line a machine: what mapped its disks, cases, bytes that they moved, seconds it ran."""
    rows = [('machine', 'provider', 'passed/failed/skipped', 'bytes', 'seconds')]
    for m in machines:
        providers, moved, seconds = set(), 0, '0'
        for line in m.lines():
            if match := DISK.search(line):
                providers.add(match.group(1))
                moved += int(match.group(2))
            if match := TIME.match(line):
                seconds = match.group(1)
        counts = '/'.join(map(str, total(m.suites.values())))
        rows.append((m.name, ' '.join(sorted(providers)) or '-', counts, str(moved), seconds))
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        cells = enumerate(zip(row, widths))
        print('  '.join(f'{cell:{w}}' if i < 2 else f'{cell:>{w}}' for i, (cell, w) in cells))


def print_failures(machines):
    for machine in machines:
        for suite in machine.suites.values():
            where = f'FAILED on {machine.name}: {suite.name}'
            if suite.name != 'boot' or not machine.failure:
                for case in suite.failed[:20]:
                    print(f'{where}: {case}')
                    for line in suite.said.get(case, [])[:10]:
                        print(f'    {line.strip()}')
                if len(suite.failed) > 20:
                    print(f'{where}: and {len(suite.failed) - 20} more')


def print_skips(machines):
    by_reason = {}
    for machine in machines:
        for suite in machine.suites.values():
            for case, reason in suite.skips:
                cases = by_reason.setdefault(reason or 'no reason given', {})
                cases.setdefault(f'{suite.name}.{case}', []).append(machine.name)
    for reason, cases in by_reason.items():
        first, where = next(iter(cases.items()))
        others = f' and {len(cases) - 1} more' if len(cases) > 1 else ''
        print(f'skipped: {reason}: {first}{others} ({", ".join(where)})')


def record(machines, expected):
    for machine in machines:
        if any(suite.failed for suite in machine.suites.values()):
            sys.exit(f'{machine.name}: something failed there, so that it is no example')
        expected.machines[machine.name] = machine.cases()
    expected.write()


def main():
    expected, args = Expected(ARGS[0]), ARGS[1:]
    machines = [Machine(*args[i:i + 4]) for i in range(0, len(args), 4)]
    if OPTION == '--record':
        record(machines, expected)
        return 0
    for machine in machines:
        machine.compare(expected)
    names = list(dict.fromkeys(n for m in machines for n in m.suites if n != 'boot')) + ['boot']
    every = [s for m in machines for s in m.suites.values()]
    passed, failed, skipped = total(every)
    if OPTION == '--rows':
        print_rows(machines)
    else:
        print_table(machines, names)
    print_skips(machines)
    print_failures(machines)
    print(f'{passed} passed, {failed} failed' + (f', {skipped} skipped' if skipped else ''))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
