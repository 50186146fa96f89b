#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What make bench has measured:

    harness/bench/results.py MODE DIRECTORY LOGS VERSION LIMITS BASELINE MACHINE...

Reads the consoles of both kernels and their runs, prints the table, writes bench.csv (and in mode
full bench.svg) to DIRECTORY. Ends with "N passed, N failed": a limit of LIMITS that is kept, a line
of BASELINE that is not more than 2 % worse now, an operation that the series has. Exit status 1 if
any failed.
"""
import csv
import os
import re
import subprocess
import sys
from fractions import Fraction

LINE = re.compile(r'^\[ *\d+\.\d+\] harness: csv (.*)')
STEPS = ('map', 'sync_for_device', 'sync_for_cpu', 'unmap')
FIGURES = ('min', 'median', 'mean', 'max')
# An unsupported operation is no failure; the base does not have all operations.
IMPOSSIBLE = ('Operation not supported', 'Message too long')
NEW = ('phys', 'mmio', 'source', 'state', 'alias')
# dma_map_resource() fails under Xen, as the base's xen_swiotlb_dma_ops have no .map_resource.
FAILS = (('xen', 'resource'), ('xen-swiotlb', 'resource'))
WORSE = 1.02


def read_console(path):
    """A run's {(operation, size, segments, threads, step): {figure: value}}, and its errors"""
    figures, errors = {}, {}
    if path.endswith('.threads.console') and not os.path.exists(path):
        return figures, errors  # not every machine has several CPUs
    with open(path, encoding='utf-8', errors='replace') as console:
        for text in console:
            match = LINE.match(text.replace('\r', ''))
            if not match or match.group(1).startswith('operation'):
                continue
            words = match.group(1).strip().split(',')
            case = (words[0], *map(int, words[1:4]))
            if words[9]:
                errors[case] = words[9]
            else:
                figures[(*case, words[4])] = dict(zip(FIGURES, map(float, words[5:9])))
    return figures, errors


class Machine:
    def __init__(self, name, logs, runs):
        self.name = name
        self.figures, self.errors = {}, {}
        for kernel, what in (('base', 'bench-base'), ('ours', 'bench')):
            for run in runs:
                console = os.path.join(logs, f'{what}-{name}.{run}.console')
                self.figures[kernel, run], self.errors[kernel, run] = read_console(console)

    def get(self, kernel, key, run='1', figure='median'):
        return self.figures[kernel, run].get(key, {}).get(figure)

    def keys(self, run):
        return list(dict.fromkeys([*self.figures['ours', run], *self.figures['base', run]]))

    def drift(self, kernel, key):
        """By what share the second run differs"""
        first, second = self.get(kernel, key, '1'), self.get(kernel, key, '2')
        return abs(first - second) / first if first and second else 0


def ratio(base, ours):
    return f'{ours / base:.2f}' if base and ours else '-'


def size_name(size):
    for unit, name in ((1 << 20, 'MiB'), (1 << 10, 'KiB')):
        if size >= unit and size % unit == 0:
            return f'{size // unit} {name}'
    return f'{size} B'


def case_name(operation, size, segments, threads):
    times = f'{segments} x ' if segments > 1 else ''
    return f'{operation} {times}{size_name(size)}' + (f', {threads} threads' if threads > 1 else '')


# ---- the table

def number(value, drift):
    if value is None:
        return '-'
    return f'{value:,.{1 if value < 1000 else 0}f}' + ('~' if drift else '')


def print_counts(machine):
    """A line a case; the two directions of a sync are one figure"""
    groups = {'map': ['map'], 'sync': ['sync_for_device', 'sync_for_cpu'], 'unmap': ['unmap']}
    head = ''.join(f'{name + ": base":>14}{"ours":>11}{"ratio":>7}' for name in groups)
    print(f'{machine.name:24}{head}')
    for case in dict.fromkeys(key[:4] for key in machine.keys('1')):
        cells = ''
        for steps in groups.values():
            values = []
            for kernel in ('base', 'ours'):
                parts = [machine.get(kernel, (*case, step)) for step in steps]
                drift = any(machine.drift(kernel, (*case, step)) for step in steps)
                values.append((sum(parts) if None not in parts else None, drift))
            base, ours = values
            cells += f'{number(*base):>14}{number(*ours):>11}{ratio(base[0], ours[0]):>7}'
        print(f'{case_name(*case):24}{cells}')
    print()


def print_threads(machines):
    """Only ratios, and rough ones: the times are those of this host, and of what else it does"""
    counts = sorted({key[3] for m in machines for key in m.keys('threads')})
    head = ''.join(f'{f"{n} map":>10}{"unmap":>7}' for n in counts)
    print(f'{"wall time, ours / base; threads:":42}{head}')
    for m in machines:
        for operation, size, segments in dict.fromkeys(key[:3] for key in m.keys('threads')):
            cells = ''
            for n in counts:
                for step, width in (('map', 10), ('unmap', 7)):
                    key = (operation, size, segments, n, step)
                    base, ours = (m.get(k, key, 'threads') for k in ('base', 'ours'))
                    cells += f'{ratio(base, ours):>{width}}'
            print(f'{m.name:14}{case_name(operation, size, segments, 1):28}{cells}')
    print()


def print_repeatability(machines):
    drifts = [(m.drift(k, key), m.name, k, key)
              for m in machines for k in ('base', 'ours') for key in m.keys('1')]
    moved = [d for d in drifts if d[0]]
    if not moved:
        print(f'Two runs of each kernel gave the same {len(drifts)} figures.')
        return
    share, name, kernel, key = max(moved)
    print(f'~ differs in the second run of the same kernel: {len(moved)} of {len(drifts)} figures, '
          f'most by {share:.2%} ({name}, {kernel}: {case_name(*key[:4])}, {key[4]}).')


# ---- files

def write_csv(path, machines, runs):
    with open(path, 'w', encoding='utf-8', newline='') as out:
        table = csv.writer(out, lineterminator='\n')
        rest = [f'{k}_{f}' for k in ('base', 'ours') for f in ('min', 'mean', 'max', 'again')]
        table.writerow(['machine', 'clock', 'operation', 'size', 'segments', 'threads', 'step',
                        'base', 'ours', 'ratio', *rest])
        for m in machines:
            for run in runs:
                clock = 'wall' if run == 'threads' else 'instructions'
                others = ((run, 'min'), (run, 'mean'), (run, 'max'), ('2', 'median'))
                for key in m.keys(run):
                    base, ours = (m.get(k, key, run) for k in ('base', 'ours'))
                    rest = [m.get(k, key, *other) for k in ('base', 'ours') for other in others]
                    table.writerow([m.name, clock, *key, base, ours,
                                    ratio(base, ours).replace('-', ''), *rest])


def curve(machine, kernel, operation, step, x, fixed):
    """Points of a plot: x is 1 for size, 2 for segments; the other one is fixed"""
    points = [(key[x], machine.get(kernel, key)) for key in machine.keys('1')
              if key[0] == operation and key[4] == step and key[3 - x] == fixed]
    return sorted((a, b) for a, b in points if b)


def plot_block(title, xlabel, curves, extra=''):
    curves = [(name, points, style) for name, points, style in curves if points]
    data = ''.join(f'$d{i} << EOD\n' + ''.join(f'{a} {b}\n' for a, b in points) + 'EOD\n'
                   for i, (_, points, _) in enumerate(curves))
    if not curves:
        return 'set multiplot next\n'
    lines = ', '.join(f'$d{i} using 1:2 with linespoints title "{name}" {style}'
                      for i, (name, _, style) in enumerate(curves))
    return f'{data}set title "{title}"\nset xlabel "{xlabel}"\n{extra}\nplot {lines}\n'


def write_svg(path, machines, version):
    """A row a machine: how cost grows with the segments of a list and with the size of a page"""
    height, title = 300 * len(machines) + 40, f'A mapping, base and series, {version}'
    script = [f'set terminal svg size 1300,{height} font "sans,11" background "white"',
              f'set output "{path}"', 'set logscale xy', 'set grid', 'set key outside right',
              'set ylabel "instructions"',
              f'set multiplot layout {len(machines)},2 title "{title}" noenhanced']
    plots = (('sg', 2, 4096, 'segments of 4 KiB', '%g'), ('page', 1, 1, 'bytes', '%.0s%c'))
    style = {'base': 'dt 2', 'ours': 'dt 1'}
    for m in machines:
        for operation, x, fixed, xlabel, xformat in plots:
            curves = [(f'{operation} {step}, {kernel}', curve(m, kernel, operation, step, x, fixed),
                       f'lc {1 if step == "map" else 2} {style[kernel]}')
                      for step in ('map', 'unmap') for kernel in ('base', 'ours')]
            script.append(plot_block(m.name, xlabel, curves, f'set format x "{xformat}"'))
    script.append('unset multiplot')
    subprocess.run(['gnuplot'], input='\n'.join(script), text=True, check=True)


# ---- judgement

class Verdict:
    def __init__(self):
        self.passed, self.failed = 0, []

    def check(self, good, text):
        if good:
            self.passed += 1
        else:
            self.failed.append(text)


def cost(machine, kernel, key):
    """Of a step, or of "both", map and unmap"""
    if key[4] != 'both':
        return machine.get(kernel, key)
    steps = [machine.get(kernel, (*key[:4], step)) for step in ('map', 'unmap')]
    return sum(steps) if all(steps) else None


def check_limits(path, machines, verdict):
    with open(path, encoding='utf-8') as limits:
        lines = [text.split() for text in limits if text.strip() and not text.startswith('#')]
    for name, operation, size, segments, step, share, *against in lines:
        for m in machines:
            key = (operation, int(size), int(segments), 1, step)
            base = cost(m, 'base', ((against or [operation])[0], *key[1:]))
            ours = cost(m, 'ours', key)
            if m.name != name:
                continue
            what = f'{name}: {case_name(*key[:4])}, {step}'
            if not base or not ours:
                verdict.check(False, f'{what}: not measured')
                continue
            limit, other = float(Fraction(share)), f' for {against[0]}' if against else ''
            verdict.check(ours / base <= limit + 0.0005,
                          f'{what}: {ours:.1f}, {ours / base:.3f} of the base\'s {base:.1f}{other}'
                          f'; the limit is {share} = {limit:.3f}')


def check_errors(machines, verdict):
    for m in machines:
        for (kernel, run), errors in m.errors.items():
            for case, error in errors.items():
                if kernel == 'ours' and error not in IMPOSSIBLE:
                    verdict.check(False, f'{m.name}: {case_name(*case)}: {error}')
        for case, error in m.errors['base', '1'].items():
            known = case[0] in NEW or (m.name, case[0]) in FAILS
            if not known and case not in m.errors['ours', '1']:
                verdict.check(False, f'{m.name}: {case_name(*case)}: fails on the base: {error}')


def check_baseline(path, machines, verdict):
    now = {m.name: m for m in machines}
    with open(path, encoding='utf-8', newline='') as table:
        for row in csv.DictReader(table):
            key = (row['operation'], int(row['size']), int(row['segments']), int(row['threads']),
                   row['step'])
            if row['clock'] != 'instructions' or row['machine'] not in now or not row['ours']:
                continue
            ours, was = now[row['machine']].get('ours', key), row['ours']
            what = f'{row["machine"]}: {case_name(*key[:4])}, {key[4]}'
            if ours is None:
                verdict.check(False, f'{what}: {was} in the baseline, and not measured now')
            else:
                verdict.check(ours <= float(was) * WORSE, f'{what}: {ours}, was {was}')


def main():
    mode, directory, logs, version, limits, baseline, *names = sys.argv[1:]
    runs = ('1', '2') if mode == 'short' else ('1', '2', 'threads')
    machines = [Machine(name, logs, runs) for name in names]
    print(f'Instructions of a request, {version}: the median of the rounds. '
          'A loop is 9 to 14 of them.')
    print()
    for m in machines:
        print_counts(m)
    if 'threads' in runs:
        print_threads(machines)
    print_repeatability(machines)
    measured = [run for run in runs if run != '2']
    table = 'bench.csv' if mode == 'full' else 'bench-short.csv'
    write_csv(os.path.join(directory, table), machines, measured)
    if mode == 'full':
        write_svg(os.path.join(directory, 'bench.svg'), machines, version)
    verdict = Verdict()
    check_errors(machines, verdict)
    check_limits(limits, machines, verdict)
    if baseline:
        check_baseline(baseline, machines, verdict)
    for text in verdict.failed:
        print(f'FAILED {text}')
    print(f'{verdict.passed} passed, {len(verdict.failed)} failed')
    # Not every machine has limits; but a short run is for nothing else
    return 1 if verdict.failed or (mode == 'short' and not verdict.passed) else 0


if __name__ == '__main__':
    sys.exit(main())
