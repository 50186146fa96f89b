#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Finds complaints of the kernel on a console: harness/lab/console.py LOG. Exit status 1 if any.

A test that provokes a report announces it:

    # dma_map_bad_direction: expect-report: 1 WARNING: .*dma_map_phys

Exactly so many reports that match the regular expression have to come before the next result line
("ok", "not ok") and are no complaint then; more or fewer are. A range, 0-1, is for warnings that
come only once after boot.
"""
import re
import sys

# A line that is a report; what begins with CUT is one report as a whole.
REPORT = re.compile('|'.join((
    r'\bBUG: ', r'\bWARNING: ', r'\bOops\b', r'Kernel panic', r'general protection fault',
    r'[Uu]nable to handle', r'\bINFO: (task|trying|rcu|suspicious|possible|inconsistent|NMI)',
    r'\bUBSAN: ', r'rcu: .*(stall|self-detected)', r'soft lockup', r'nobody cared',
    r'kmemleak: (\d+ new suspected|.*disabled)', r'\bDMA-API: ', r'DMAR: \[', r'page fault from EP',
    r'arm-smmu.*(event 0x|fault)', r'AMD-Vi: Event', r'unmap of IOVA 0x',
    r'dma_pool_destroy .* busy', r'I/O error', r'nvme.*(timeout|Abort|controller is down)',
)))
HARMLESS = re.compile(r'^harness[:>] |^\s+# |DMA-API: '
                      r'(preallocated|debugging (enabled by|disabled on) kernel|Mapped at)')
CUT = '------------[ cut here ]------------'
END = '---[ end trace'
# A report's text is above the registers and the stack.
BODY = re.compile(r'^CPU: |Call Trace:|Modules linked in:|RIP: |Hardware name:')
STAMP = re.compile(r'^\[ *\d+\.\d+\](\[[ TC\d]+\])? ?')
ANNOUNCED = re.compile(r'# (\S+): expect-report: (\d+)(?:-(\d+))? (.+)$')
RESULT = re.compile(r'^\s*(not )?ok \d+')


class Announcement:
    def __init__(self, number, case, least, most, regex):
        self.number, self.case, self.least, self.most, self.seen = number, case, least, most, 0
        self.regex = re.compile(regex)

    def matches(self, lines):
        return any(self.regex.search(line) for line in lines)

    def complaint(self):
        if self.least <= self.seen <= self.most:
            return None
        often = f'{self.least}-{self.most}' if self.most != self.least else self.least
        text = f'{self.case} announced {often} of "{self.regex.pattern}", {self.seen} came'
        return self.number, text


def complaints(lines):
    """Yields (line number, text)."""
    announced, block, body = [], None, False

    def report(number, head):
        takers = sorted((a for a in announced if a.matches(head)), key=lambda a: a.seen >= a.most)
        if takers:
            takers[0].seen += 1
        else:
            yield number, head[0] if head else CUT

    for number, line in enumerate(lines, 1):
        line = STAMP.sub('', line.rstrip()).replace('\r', '')
        if block and (CUT in line or END in line or RESULT.match(line)):
            yield from report(*block)
            block = None
        if CUT in line:
            block, body = (number, []), False
        elif block:
            body = body or BODY.search(line)
            if not body:
                block[1].append(line)
            elif REPORT.search(line):  # from another CPU
                yield from report(number, [line])
        elif match := ANNOUNCED.search(line):
            case, least, most, regex = match.groups()
            announced.append(Announcement(number, case, int(least), int(most or least), regex))
        elif RESULT.match(line):
            yield from filter(None, (a.complaint() for a in announced))
            announced = []
        elif REPORT.search(line) and not HARMLESS.search(line):
            yield from report(number, [line])
    if block:
        yield from report(*block)
    yield from filter(None, (a.complaint() for a in announced))


def main():
    with open(sys.argv[1], encoding='utf-8', errors='replace') as log:
        found = list(complaints(log))
    for number, text in found[:8]:
        print(f'line {number}: {text.strip()}')
    if len(found) > 8:
        print(f'and {len(found) - 8} more')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
