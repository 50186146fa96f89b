#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs the address arithmetic of implementations of struct dma_map_ops on the host: for machines
that QEMU does not have, and with more offsets and sizes for some that make test-arch boots:

    harness/checks/dma_ops.py [--masked] TREE [NAME...]

Each harness/checks/dma_ops/NAME.c names a file of the kernel and functions in it, of a map and an
unmap, and has stubs that record what these write into a table. The functions are taken from TREE as
they are, and test.h calls them for many offsets and sizes: entry i maps page base + i, the low bits
of the DMA address are those of the physical address, there are as many entries as offset + size
covers, and the unmap frees exactly those. MMIO is refused, or mapped as such.

With --masked the physical address is rounded down to its page before the offset in it is taken, the
mistake that once destroyed file systems on Alpha: then each of them has to fail.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent / 'dma_ops'


def function(text, name):
    """The definition of name, from its first line to the closing brace."""
    for match in re.finditer(rf'\b{name}\(', text):
        depth, i = 1, match.end()
        while depth:
            depth += {'(': 1, ')': -1}.get(text[i], 0)
            i += 1
        if text[i:i + 2] != '\n{':
            continue
        line = text.rindex('\n', 0, match.start()) + 1
        if line == match.start():   # the type is on a line of its own
            line = text.rindex('\n', 0, line - 1) + 1
        return text[line:text.index('\n}\n', i) + 3]
    sys.exit(f'no function {name}')


def macro(text, name):
    match = re.search(rf'^#define[ \t]+{name}\b(?:.*\\\n)*.*$', text, re.M)
    return match.group(0) + '\n' if match else sys.exit(f'no macro {name}')


def masked(code, name, address):
    """The function, called with its address rounded down to a page."""
    head, body = code.split('\n{\n', 1)
    names = re.findall(r'(\w+)\s*(?=[,)])', head[head.index('('):])
    call = ', '.join(f'({n} & PAGE_MASK)' if n == address else n for n in names)
    inner = re.sub(rf'\b{name}\b', f'{name}_masked', head, count=1)
    return f'{inner}\n{{\n{body}{head}\n{{\n\treturn {name}_masked({call});\n}}\n'


def taken(tree, source, mask):
    """What the source names, from the tree."""
    fields = dict(re.findall(r'^ \* (file|macros|functions|masked): (.*)$', source, re.M))
    text = (tree / fields['file']).read_text()
    address, wrong = fields['masked'].split(' of ')
    code = ''.join(macro(text, name) for name in fields.get('macros', '').split())
    for name in fields['functions'].split():
        body = function(text, name)
        code += '\n' + (masked(body, name, address) if mask and name == wrong else body)
    return code


def passes(tree, name, mask):
    source = HERE / f'{name}.c'
    with tempfile.TemporaryDirectory() as work:
        pathlib.Path(work, 'taken.h').write_text(taken(tree, source.read_text(), mask))
        program = f'{work}/test'
        gcc = ['gcc', '-std=gnu11', '-O1', '-w', f'-I{work}', f'-I{HERE}', '-o', program, source]
        subprocess.run(gcc, check=True)
        test = subprocess.run([program], capture_output=True, text=True, timeout=60)
    print(f'{name:12} {test.stdout.strip() or "no output"}')
    return test.returncode == 0


def main():
    args = sys.argv[1:]
    mask = args[:1] == ['--masked']
    tree, *names = args[mask:]
    names = names or sorted(path.stem for path in HERE.glob('*.c'))
    wrong = [name for name in names if passes(pathlib.Path(tree), name, mask) == mask]
    print(f'{len(names) - len(wrong)} of {len(names)}', 'fail, as they have to' if mask else 'pass')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
