#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The series as mails, of patches/6.12 and the new files alone.

  mails.py [DIRECTORY]   NN-TOPIC/0000-cover-letter.patch, 0001-..., for git am and git send-email,
                         in build/mbox if no directory is given. TOPIC=a,b: only these topics.
                         A patch that the base has already (Skip-if) goes to NN-TOPIC/left-out. The
                         base is the directory BASE, else build/tree's, else Debian's newest 6.12.
  mails.py --am DIRECTORY REPOSITORY
                         TOPIC/0000, 0001-..., from which git am makes the commits of the tree
  mails.py --check       only reads patches/6.12, or the directory PATCHES
"""
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from email.header import decode_header, make_header
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SERIES = Path(os.environ.get('PATCHES') or TOP / 'patches/6.12')
AUTHOR, DATE = 'DMA phys series <series@localhost>', 'Tue, 14 Nov 2023 22:13:20 +0000'
ZERO = 'From ' + 40 * '0' + ' Mon Sep 17 00:00:00 2001'
END = f"-- \n{AUTHOR.split(' <')[0]}\n\n"
LIST = '.series-mbox'   # what we have written to the directory, with checksums
USER = {k: v for k, v in os.environ.items()
        if k not in ('GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY')}
PLAIN = dict(USER, GIT_CONFIG_GLOBAL='/dev/null', GIT_CONFIG_NOSYSTEM='1')


def die(why):
    sys.exit(f'mails.py: {why}')


def read(path):
    return path.read_bytes().decode(errors='surrogateescape')


def git(*args, text='', cwd=TOP, env=None, ok=(0,)):
    """The output of git, or None if it fails"""
    r = subprocess.run(('git',) + args, input=text.encode(errors='surrogateescape'), cwd=cwd,
                       env=env or PLAIN, capture_output=True, check=False)
    return r.stdout.decode(errors='surrogateescape') if r.returncode in ok else None


# ---- reading patches/6.12

class Patch:
    def __init__(self, path):
        self.name = str(path.relative_to(SERIES))
        # A message may have nothing but its subject.
        self.head, rest = re.split(r'\n(?=\n|---\n)', read(path), maxsplit=1)
        self.body, _, rest = ('\n' + rest).partition('\n---\n')
        notes, mark, diff = ('\n' + rest).partition('\ndiff --git ')
        self.hunks = self.diff = mark[1:] + diff
        self.adds = re.findall(r'^Adds:\s*(.*)', notes, re.M)
        self.skip = re.findall(r'^Skip-if:\s*(.*?): (.*)', notes, re.M)
        subject = re.search(r'^Subject: (.*(?:\n[ \t].*)*)', self.head, re.M)
        if not subject:
            die(f'{self.name} has no subject')
        self.subject = str(make_header(decode_header(re.sub(r'\n[ \t]', ' ', subject[1]))))
        self.subject = re.sub(r'^\[PATCH[^]]*\] *', '', self.subject)

    def why_skip(self, base_file):
        for path, text in self.skip:
            if text in base_file(path, text):
                return f"the base's {path} has: {text}"
        return None


class Topic:
    def __init__(self, name, depends):
        folder = SERIES / name
        self.name, self.depends = name, depends
        self.cover = read(folder / 'cover').strip() if (folder / 'cover').exists() else ''
        if not self.cover:
            die(f'topic {name} has no cover letter: {folder}/cover')
        self.patches = [Patch(p) for p in sorted(folder.glob('*.patch'))]


def read_series():
    topics = {}
    for line in read(SERIES / 'series').splitlines():
        name, _, depends = line.split('#')[0].partition('Depends:')
        for other in depends.split():
            if other not in topics:
                die(f'{name.strip()} depends on {other}, which is not an earlier topic')
        if name.strip() in topics:
            die(f'patches/6.12/series names {name.strip()} twice')
        if name.strip():
            topics[name.strip()] = Topic(name.strip(), depends.split())
    for folder in SERIES.iterdir():
        if folder.is_dir() and folder.name not in topics:
            die(f'patches/6.12/series does not name the topic {folder.name}')
    return topics


def add_files(topics):
    """Puts the files that each patch adds into its diff. The repository has them as they are at the
    end of the series, so that the hunks for them are taken back, the last patch's first."""
    patches = [p for t in topics.values() for p in t.patches]
    with tempfile.TemporaryDirectory() as tmp:
        env = dict(PLAIN, GIT_CEILING_DIRECTORIES=os.path.dirname(tmp))
        for p, path in ((p, path) for p in patches for path in p.adds):
            if not (TOP / path).is_file():
                die(f'{p.name} adds {path}, which is not in the repository')
            copy = Path(tmp, path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((TOP / path).read_bytes())
            copy.chmod((TOP / path).stat().st_mode)
        for p in reversed(patches):
            ours = [path for path in re.findall('^diff --git a/.* b/(.*)', p.hunks, re.M)
                    if Path(tmp, path).exists()]
            if ours and git('apply', '-R', *(f'--include={path}' for path in ours),
                            text=p.hunks, cwd=tmp, env=env) is None:
                die(f"the hunks of {p.name} do not fit the repository's {' '.join(ours)}")
            for path in p.adds:
                p.diff += git('diff', '--no-index', '--no-color', '--full-index', '/dev/null', path,
                              cwd=tmp, env=env, ok=(1,))
                Path(tmp, path).unlink()


# ---- for the tree

def am_mails(out, repo):
    topics = read_series()
    add_files(topics)
    for t in topics.values():
        (out / t.name).mkdir(parents=True)
        title, _, text = t.cover.partition('\n')
        depends = f"\n\nDepends: {' '.join(t.depends)}" if t.depends else ''
        write_am(out / t.name / '0000', f'topic {t.name}: {title}', text + depends, '')
        for p in t.patches:
            why = p.why_skip(lambda path, _: git('show', f'base:{path}', cwd=repo) or '')
            if why:
                print(f'{p.name} left out: {why}')
                write_am(out / p.name, f'left out: {p.subject}', why[0].upper() + why[1:], '')
            else:
                skip = ''.join(f'\nSkip-if: {path}: {text}' for path, text in p.skip)
                write_am(out / p.name, p.subject, p.body + '\n' + skip, p.diff)


def write_am(path, subject, body, diff):
    mail = f'From: {AUTHOR}\nDate: {DATE}\nSubject: {subject}\n\n{body}\n'
    path.write_bytes((mail + (diff and f'---\n{diff}')).encode(errors='surrogateescape'))


# ---- to be sent

def sender():
    who = [os.environ.get('GIT_COMMITTER_' + key.upper()) or
           (git('config', 'user.' + key, env=USER) or '').strip() for key in ('name', 'email')]
    if all(who):
        return '{} <{}>'.format(*who)
    print('git has no user.name and user.email: the mails are not signed off')
    return None


def mail(p, number, count, who):
    head = re.sub(r'^Subject: \[PATCH\]', f'Subject: [PATCH {number}/{count}]', p.head, flags=re.M)
    head = re.sub('^From:.*\n', '', head, flags=re.M)
    body = p.body.strip('\n') + '\n'
    if who:
        body = git('interpret-trailers', '--trailer', f'Signed-off-by: {who}', text=body)
    stat = git('apply', '--stat', '--summary', text=p.diff)
    return f'{ZERO}\nFrom: {who or AUTHOR}\n{head}\n\n{body.lstrip()}---\n{stat}\n{p.diff}{END}'


def cover(t, patches, who, earlier, base):
    title, _, text = t.cover.partition('\n')
    mails = ''.join(f'  {p.subject}\n' for p in patches)
    stat = git('apply', '--stat', text=''.join(p.diff for p in patches)) if patches else ''
    if t.depends:
        base = f"Depends on the topics: {' '.join(t.depends)}\n" + base
    ids = git('patch-id', '--stable', text=''.join(f'{ZERO}\n{p.diff}{END}' for p in earlier))
    ids = re.sub(r'^(\S+).*', r'prerequisite-patch-id: \1', ids, flags=re.M)
    return (f'{ZERO}\nFrom: {who or AUTHOR}\nDate: {DATE}\n'
            f'Subject: [PATCH 0/{len(patches)}] {title}\n\n{text.strip()}\n\n'
            f'Patches ({len(patches)}):\n{mails}\n{stat}\n{base}{ids}{END}')


def find_base():
    """The tree of the base, its line in the cover letters, and what reads a file of it"""
    base = os.path.expanduser(os.environ.get('BASE', ''))
    repo = TOP / 'build/tree'
    if base and not os.path.isdir(base):
        repo = max((TOP / 'build/trees').glob(base + '*'), default=None) or die(
            f'BASE={base} is no directory and no tree in build/: make tree BASE={base}')
    line = ''
    if repo.exists():
        # A base without history is a commit of ours, which nobody else has.
        ours = git('rev-parse', '--verify', 'base^', cwd=repo) is None
        form = f'base: %s ({repo.resolve().name})' if ours else 'base-commit: %H'
        line = git('log', '-1', f'--format={form}', 'base', cwd=repo)

    def base_file(path, text):
        if os.path.isdir(base):
            return read(Path(base, path)) if Path(base, path).exists() else ''
        return git('show', f'base:{path}', cwd=repo) or '' if repo.exists() else text
    return line, base_file


def mbox(out):
    topics = read_series()
    wanted = os.environ.get('TOPIC', '').split(',') if os.environ.get('TOPIC') else list(topics)
    for name in wanted:
        if name not in topics:
            die(f"TOPIC={name}: no such topic; there are: {' '.join(topics)}")
    who, mails = sender(), {}
    line, base_file = find_base()
    add_files(topics)
    for t in topics.values():
        t.skipped = {p: p.why_skip(base_file) for p in t.patches}
        t.sent = [p for p in t.patches if not t.skipped[p]]
        t.needs = {n for d in t.depends for n in topics[d].needs | {d}}
    for n, t in enumerate(topics.values(), 1):
        if t.name not in wanted:
            continue
        folder = f'{n:02}-{t.name}/'
        earlier = [p for o in topics.values() if o.name in t.needs for p in o.sent]
        mails[folder + '0000-cover-letter.patch'] = cover(t, t.sent, who, earlier, line)
        for i, p in enumerate(t.sent, 1):
            name = p.name.partition('/')[2].partition('-')[2]
            mails[f'{folder}{i:04}-{name}'] = mail(p, i, len(t.sent), who)
        for p in (p for p in t.patches if t.skipped[p]):
            print(f'{p.name} left out: {t.skipped[p]}')
            mails[f"{folder}left-out/{p.name.partition('/')[2]}"] = mail(p, 1, 1, who)
        print(f'{out}/{folder[:-1]}: {len(t.sent)} patches and a cover letter')
    write(out, {name: text.encode(errors='surrogateescape') for name, text in mails.items()})


def write(out, mails):
    """Overwrites and removes nothing of a person's: only what we wrote, while it is as it was."""
    if out.exists() and not out.is_dir():
        die(f'{out} is not a directory')
    old = {}
    if (out / LIST).exists():
        pairs = (line.split('  ', 1) for line in read(out / LIST).splitlines())
        old = {name.removeprefix('./'): sha for sha, name in pairs}
    elif out.exists() and any(out.iterdir()):
        die(f'{out} is not empty and not ours: name another directory')
    theirs = [n for n in {**old, **mails} if (out / n).exists() and
              hashlib.sha1((out / n).read_bytes()).hexdigest() != old.get(n)]
    if theirs:
        die(f"{out} has mails that were edited, move them away first: {' '.join(theirs)}")
    for name in old:
        (out / name).unlink(missing_ok=True)
    for name, text in mails.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(text)
    for folder in sorted((p for p in out.rglob('*') if p.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    sums = (f'{hashlib.sha1(text).hexdigest()}  {name}\n' for name, text in mails.items())
    (out / LIST).write_text(''.join(sums))


if sys.argv[1:2] == ['--check']:
    read_series()
elif sys.argv[1:2] == ['--am']:
    am_mails(Path(sys.argv[2]), Path(sys.argv[3]))
else:
    mbox(Path(sys.argv[1]) if sys.argv[1:] else TOP / 'build/mbox')
