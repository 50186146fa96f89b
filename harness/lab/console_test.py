#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of harness/lab/console.py, on pieces of consoles."""
import sys
import unittest

sys.dont_write_bytecode = True
import console  # noqa: E402

QUIET = '''
[    1.461908] DMA-API: preallocated 65536 debug entries
[    1.462302] DMA-API: debugging enabled by kernel config
[    1.462303] DMA-API: debugging disabled on kernel command line
[   13.849242]     # example: initializing suite
[   14.129749]     ok 1 example_simple_test
'''
WARNING = '''
[   20.000001] ------------[ cut here ]------------
[   20.000002] WARNING: CPU: 1 PID: 77 at kernel/dma/mapping.c:123 dma_map_phys+0x1c0/0x200
[   20.000003] CPU: 1 UID: 0 PID: 77 Comm: kunit_try_catch Not tainted 6.12.117 #1
[   20.000004] RIP: 0010:dma_map_phys+0x1c0/0x200
[   20.000005] Call Trace:
[   20.000006]  dma_map_page_attrs+0x10/0x20
[   20.000007] ---[ end trace 0000000000000000 ]---
'''
DMA_DEBUG = '''
[   21.000001] ------------[ cut here ]------------
[   21.000002] DMA-API: nvme 0000:00:02.0: device driver frees DMA memory with different size
[   21.000003] WARNING: CPU: 1 PID: 77 at kernel/dma/debug.c:1016 check_unmap+0x1c0/0x200
[   21.000004] Modules linked in:
[   21.000007] ---[ end trace 0000000000000000 ]---
[   21.000008] DMA-API: Mapped at:
[   21.000009]  debug_dma_map_phys+0x20/0x90
'''
KASAN = '''
[   22.000001] ==================================================================
[   22.000002] BUG: KASAN: slab-out-of-bounds in dma_direct_map_phys+0x10/0x20
[   22.000003] Write of size 8 at addr ffff888001 by task kunit_try_catch/77
'''
FAULT = '''
[   23.000001] DMAR: DRHD: handling fault status reg 2
[   23.000002] DMAR: [DMA Write NO_PASID] Request device [00:04.0] fault addr 0xfffff000
'''


def announce(what):
    return f'[   19.000000]     # dma_map_bad_direction: expect-report: {what}\n'


OK = '[   29.000000]     ok 7 dma_map_bad_direction\n'


class ConsoleTest(unittest.TestCase):
    def found(self, *parts):
        return [text for _, text in console.complaints(''.join(parts).splitlines())]

    def test_quiet(self):
        self.assertEqual(self.found(QUIET), [])

    def test_each_kind_is_one_report(self):
        for report, text in (
                (WARNING, 'WARNING: CPU'), (DMA_DEBUG, 'DMA-API: nvme'), (KASAN, 'BUG: KASAN'),
                (FAULT, 'DMAR: [DMA Write'),
                ('[ 1.0] UBSAN: shift-out-of-bounds in kernel/dma/direct.c:1:2\n', 'UBSAN'),
                ('[ 1.0] kmemleak: 1 new suspected memory leaks (see /sys)\n', 'kmemleak'),
                ('[ 1.0] WARNING: possible circular locking dependency detected\n', 'circular'),
                ('[ 1.0] BUG: sleeping function called from invalid context\n', 'sleeping'),
                ('[ 1.0] virtio_iommu virtio0: page fault from EP 24 at 0x1000\n', 'page fault'),
                ('[ 1.0] arm-smmu-v3 9050000.smmuv3: event 0x10 received:\n', 'event 0x10'),
                ('[ 1.0] INFO: task nvme:1 blocked for more than 120 seconds.\n', 'blocked'),
                ('[ 1.0] Kernel panic - not syncing: Fatal exception\n', 'panic')):
            found = self.found(QUIET, report, QUIET)
            self.assertEqual(len(found), 1, found)
            self.assertIn(text, found[0])

    def test_carriage_returns(self):
        self.assertEqual(len(self.found(WARNING.replace('\n', '\r\n'))), 1)

    def test_cut_off(self):
        self.assertEqual(len(self.found(WARNING[:WARNING.index('---[ end')])), 1)

    def test_announced(self):
        self.assertEqual(self.found(announce('1 WARNING: .*dma_map_phys'), WARNING, OK), [])
        self.assertEqual(self.found(announce('1 DMA-API: .*different size'), DMA_DEBUG, OK), [])
        self.assertEqual(self.found(announce(r'1 DMAR: \[DMA Write'), FAULT, OK), [])

    def test_announced_another(self):
        self.assertEqual(len(self.found(announce('1 WARNING: .*dma_unmap_phys'), WARNING, OK)), 2)

    def test_fewer(self):
        self.assertEqual(self.found(announce('2 WARNING'), WARNING, OK),
                         ['dma_map_bad_direction announced 2 of "WARNING", 1 came'])

    def test_more(self):
        self.assertEqual(self.found(announce('1 WARNING'), WARNING, WARNING, OK),
                         ['dma_map_bad_direction announced 1 of "WARNING", 2 came'])

    def test_range(self):
        once = announce('0-1 WARNING')
        self.assertEqual(self.found(once, OK, once, WARNING, OK), [])
        self.assertEqual(len(self.found(once, WARNING, WARNING, OK)), 1)

    def test_two_announcements(self):
        both = announce('1 WARNING: .*dma_map_phys') + announce('1 DMA-API: .*different size')
        self.assertEqual(self.found(both, DMA_DEBUG, WARNING, OK), [])
        self.assertEqual(self.found(announce('1 WARNING') * 2, WARNING * 2, OK), [])

    def test_over_with_the_case(self):
        found = self.found(announce('1 WARNING'), WARNING, OK, WARNING)
        self.assertEqual(len(found), 1)
        self.assertIn('WARNING: CPU', found[0])

    def test_result_within_a_report(self):
        cut = WARNING.index('[   20.000005]')
        self.assertEqual(self.found(announce('1 WARNING'), WARNING[:cut], OK, WARNING[cut:]), [])

    def test_report_of_another_cpu(self):
        cut = WARNING.index('---[ end')
        both = WARNING[:cut] + '\n' + KASAN + '[   20.1] ' + WARNING[cut:]
        self.assertEqual(self.found(announce('1 WARNING'), both, OK),
                         ['BUG: KASAN: slab-out-of-bounds in dma_direct_map_phys+0x10/0x20'])

    def test_parameters(self):
        param = announce('1 WARNING') + WARNING + '[   24.000000]         ok 1 offset 1\n'
        self.assertEqual(self.found(param, param, OK), [])

    def test_never_closed(self):
        self.assertEqual(len(self.found(announce('1 WARNING'))), 1)


if __name__ == '__main__':
    unittest.main()
