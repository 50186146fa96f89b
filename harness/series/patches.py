#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""patches.py REPOSITORY NEW: writes the commits base..HEAD to the directory NEW, as patches/6.12
has them, and says what differs from there. The file of a patch that does the same as what make tree
made of it, refs/series/made, stays as it is, wherever its hunks land on this base.
"""
import re
import shutil
import sys
from itertools import zip_longest
from pathlib import Path

sys.dont_write_bytecode = True
from mails import SERIES, ZERO, Patch, die, git, mail, read, read_series, write  # noqa: E402

REPO, NEW = Path(sys.argv[1]), Path(sys.argv[2])


def rgit(*args):
    return git('-c', 'core.quotePath=false', *args, cwd=REPO)


def commit(text, ends):
    """Of the files ENDS, which the series adds and has at its end, a patch only has the names.
    Index lines are left out, as they differ from base to base."""
    c = Patch('', text.rstrip('\n') + '\n')
    skip = re.findall('^Skip-if:.*\n', c.body, re.M)
    c.body = re.sub('^Skip-if:.*\n', '', c.body, flags=re.M).strip('\n')
    diffs = re.split('^(?=diff --git )', c.hunks, flags=re.M)[1:]
    new = [re.match('diff --git a/(.*) b/\\1\nnew file ', diff) for diff in diffs]
    adds = [f'Adds: {m[1]}\n' if m and m[1] in ends else '' for m in new]
    hunks = ''.join(diff for diff, add in zip(diffs, adds) if not add)
    hunks = re.sub('^index [0-9a-f].*\n', '', hunks, flags=re.M)
    c.file = mail(f'[PATCH] {c.subject}', (c.body and c.body + '\n') + '---\n' +
                  ''.join(adds + skip) + (hunks and '\n') + hunks)
    # git am has to find the end of the message where we do.
    c.fits = (text.partition('\ndiff --git ')[0].count('\n---\n') == 1 and
              not re.match('(From|Subject|Date): ', c.body))
    c.does = re.sub('^@@ .*', '@@', c.file, flags=re.M)
    c.topic = not diffs and re.match(r'topic ([^ :]*): *(.*)', c.subject)
    c.left_out = not diffs and c.subject.startswith('left out: ')
    c.subject = c.subject.removeprefix('left out: ') if c.left_out else c.subject
    if not (diffs or c.topic or c.left_out):
        die(f'the commit "{c.subject}" is empty')
    return c


def commits(rev):
    ends = rgit('diff', '--name-only', '--no-renames', '--diff-filter=A', 'base', rev).splitlines()
    mails = rgit('format-patch', '--stdout', '--always', '-N', '-U3', '--zero-commit',
                 '--no-signature', '--no-renames', '--diff-algorithm=histogram', f'base..{rev}')
    return [commit(text, set(ends)) for text in re.split(f'^{ZERO}', mails, flags=re.M)[1:]]


def read_old():
    """The patches of patches/6.12 and the commits that were made of them, by subject"""
    patches = [p for t in read_series().values() for p in t.patches]
    made = [c for c in commits('refs/series/made') if not c.topic]
    for p, c in zip_longest(patches, made):
        if not (p and c) or p.subject != c.subject:
            die(f'refs/series/made in build/tree is not what make tree made of {p and p.name}')
    old = {p.subject: (p, c) for p, c in zip(patches, made)}
    if len(old) < len(patches):
        die('two patches of patches/6.12 have the same subject')
    return old


def write_topic(c, comments):
    name, title = c.topic.groups()
    if (NEW / name).exists():
        die(f'build/tree has the topic {name} twice')
    depends = ''.join(re.findall('^Depends:.*', c.body, re.M))
    text = re.sub('^Depends:.*', '', c.body, flags=re.M)
    write(NEW / name / 'cover', f'{title}\n\n{text.strip()}'.strip() + '\n')
    return comments.get(name, '') + f'{name:11} {depends}'.rstrip() + '\n'


def write_patch(topic, number, c, old):
    name = re.sub(r'\.+', '.', re.sub(r'[^A-Za-z0-9_.]+', '-', c.subject)).removeprefix('-')
    path = f"{topic}/{number:04}-{name[:52].rstrip('-.')}.patch"
    p, made = old.pop(c.subject, (None, None))
    if not p and c.left_out:
        die(f'patches/6.12 has no patch "{c.subject}", or build/tree has it twice')
    if p and (c.left_out or c.does == made.does):
        shutil.copy(SERIES / p.name, NEW / path)
        what = 'moved' if p.name != path else ''
    elif not c.fits:
        die(f'a mail cannot carry the message of the commit "{c.subject}": it has a line "---" or '
            '"diff --git", or begins like the head of a mail')
    else:
        write(NEW / path, c.file)
        what = 'changed' if p else 'new'
    if what:
        print(f'{what}: {path}')


def main():
    old, topic, number, lines = read_old(), None, 0, ''
    # The comments before the line of a topic
    comments = {name: text for text, name in
                re.findall(r'((?:^(?:#.*)?\n)*)^([^\s#]+)', read(SERIES / 'series'), re.M)}
    for c in commits('HEAD'):
        if c.topic:
            topic, number = c.topic[1], 0
            lines += write_topic(c, comments)
            continue
        if not topic:
            die(f'the commit "{c.subject}" is before the first topic: begin with git commit '
                "--allow-empty -m 'topic NAME: title of its cover letter'")
        number += 1
        write_patch(topic, number, c, old)
    write(NEW / 'series', lines)
    for p, _ in old.values():
        print(f'gone: {p.name}')
    read_series(NEW)


main()
