#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The series as mails, of patches/6.12 and the new files alone.

  mails.py [DIRECTORY]   NN-TOPIC/0000-cover-letter.patch, 0001-..., for git am and git send-email,
                         in build/mbox if no directory is given. TOPIC=a,b: only these topics.
                         A patch that the base has already (Skip-if) goes to NN-TOPIC/left-out. The
                         base is the directory BASE, or else build/tree's.
  mails.py --quilt DIRECTORY
                         the same in one folder, with a file series, and dma-phys.scc for Yocto
  mails.py --am DIRECTORY REPOSITORY
                         TOPIC/0000, 0001-..., of which git am makes the commits of the tree. The
                         file order lists them, TOPIC.order those of a topic and all it depends on.
"""
import contextlib
import email.policy
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from email.header import Header
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SERIES = TOP / 'patches/6.12'
AUTHOR, DATE = 'DMA phys series <series@localhost>', 'Tue, 14 Nov 2023 22:13:20 +0000'
ZERO = 'From ' + 40 * '0' + ' Mon Sep 17 00:00:00 2001\n'
MIME = ('MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n'
        'Content-Transfer-Encoding: 8bit\n')
END = '-- \nDMA phys series\n\n'
LIST = '.series-mbox'   # what we have written to the directory, with checksums
USER = {k: v for k, v in os.environ.items()
        if k not in ('GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY')}
PLAIN = dict(USER, GIT_CONFIG_GLOBAL='/dev/null', GIT_CONFIG_NOSYSTEM='1')


def die(why):
    sys.exit(f'{Path(sys.argv[0]).name}: {why}')


def read(path):
    return path.read_bytes().decode(errors='surrogateescape')


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(errors='surrogateescape'))


def git(*args, text='', cwd=TOP, env=None, ok=(0,)):
    """The output of git, or None if it fails"""
    r = subprocess.run(('git',) + args, input=text.encode(errors='surrogateescape'), cwd=cwd,
                       env=env or PLAIN, capture_output=True, check=False)
    return r.stdout.decode(errors='surrogateescape') if r.returncode in ok else None


# ---- reading patches/6.12

class Patch:
    MAIL = re.compile(r'(.*?)\n\n(.*?)(?:^---\n(.*?)(^diff --git .*)?)?\Z', re.S | re.M)

    def __init__(self, name, text):
        head, self.body, notes, self.hunks = self.MAIL.match(text).groups(default='')
        subject = email.message_from_string(head, policy=email.policy.default)['subject']
        self.name, self.diff = name, self.hunks
        self.subject = re.sub(r'^\[PATCH[^]]*\] *', '', subject or die(f'{name} has no subject'))
        self.adds = re.findall(r'^Adds:\s*(.*)', notes, re.M)
        self.skip = re.findall(r'^Skip-if:\s*(.*?): (.*)', notes, re.M)

    def left_out(self, base_file):
        """Why it is not for a base that has base_file(PATH, TEXT) at that path"""
        for path, text in self.skip:
            if text in base_file(path, text):
                return f"the base's {path} has: {text}"
        return None


class Topic:
    def __init__(self, folder, depends):
        self.name, self.depends = folder.name, depends
        cover = read(folder / 'cover') if (folder / 'cover').exists() else ''
        self.title, self.text = map(str.strip, (cover.strip() + '\n').split('\n', 1))
        if not self.title:
            die(f'topic {self.name} has no cover letter: {folder}/cover')
        self.patches = [Patch(f'{self.name}/{p.name}', read(p))
                        for p in sorted(folder.glob('*.patch'))]


def read_series(series=SERIES):
    topics = {}
    for line in read(series / 'series').splitlines():
        name, _, depends = line.split('#')[0].partition('Depends:')
        name, depends = name.strip(), depends.split()
        for other in depends:
            if other not in topics:
                die(f'{name} depends on {other}, which is not an earlier topic')
        if name in topics:
            die(f'patches/6.12/series names {name} twice')
        if name:
            topics[name] = Topic(series / name, depends)
            topics[name].needs = {n for d in depends for n in topics[d].needs | {d}}
    for folder in series.iterdir():
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
            write(Path(tmp, path), read(TOP / path))
            Path(tmp, path).chmod((TOP / path).stat().st_mode)
        for p in reversed(patches):
            ours = [path for path in re.findall('^diff --git a/.* b/(.*)', p.hunks, re.M)
                    if Path(tmp, path).exists()]
            if ours and p.skip:
                die(f'{p.name} can be left out, and later patches need its change of {ours[0]}')
            if ours and git('apply', '-R', *(f'--include={path}' for path in ours),
                            text=p.hunks, cwd=tmp, env=env) is None:
                die(f"the hunks of {p.name} do not fit the repository's {' '.join(ours)}")
            for path in p.adds:
                p.diff += git('diff', '--no-index', '--no-color', '--full-index', '/dev/null', path,
                              cwd=tmp, env=env, ok=(1,))
                Path(tmp, path).unlink()


def mail(subject, text, who=AUTHOR):
    return (f'From: {who}\nDate: {DATE}\nSubject: '
            f"{Header(subject, header_name='Subject').encode()}\n"
            f"{'' if text.isascii() else MIME}\n{text}")


# ---- for the tree

def am_mails(out, repo):
    topics = read_series()
    add_files(topics)
    for t in topics.values():
        mails = {f'{t.name}/0000': mail(f'topic {t.name}: {t.title}', t.text + '\n' + (
            f"\nDepends: {' '.join(t.depends)}\n" if t.depends else ''))}
        for p in t.patches:
            why = p.left_out(lambda path, _: git('show', f'base:{path}', cwd=repo) or '')
            if why:
                print(f'{p.name} left out: {why}')
                mails[p.name] = mail(f'left out: {p.subject}', why[0].upper() + why[1:] + '\n')
            else:
                skip = ''.join(f'\nSkip-if: {path}: {text}' for path, text in p.skip)
                mails[p.name] = mail(p.subject, f'{p.body}{skip}\n---\n{p.diff}')
        for name, text in mails.items():
            write(out / name, text)
        t.files = ''.join(f'{out}/{name}\n' for name in mails)
        needed = [o.files for o in topics.values() if o is t or o.name in t.needs]
        write(out / f'{t.name}.order', ''.join(needed))
    write(out / 'order', ''.join(t.files for t in topics.values()))


# ---- to be sent

def sender():
    ident = git('-c', 'user.useConfigOnly=true', 'var', 'GIT_COMMITTER_IDENT', env=USER)
    if not ident:
        print('git has no user.name and user.email: the mails are not signed off')
    return ident and ident[:ident.rindex('>') + 1]


def find_base():
    """The line of the base in the cover letters, and what reads a file of it"""
    base = os.path.expanduser(os.environ.get('BASE', ''))
    repo = TOP / 'build/tree'
    if base and not os.path.isdir(base):
        repo = max((TOP / 'build/trees').glob(base + '*'), default=None) or die(
            f'BASE={base} is no directory and no tree in build/: make tree BASE={base}')

    def base_file(path, text):
        if os.path.isdir(base):
            return read(Path(base, path)) if Path(base, path).exists() else ''
        if not repo.exists():
            die(f'for which kernel? A patch is left out where {path} has: {text}. Name a tree with '
                'BASE=/a/path, or run make tree')
        return git('show', f'base:{path}', cwd=repo) or ''
    if not repo.exists():
        return '', base_file
    # A base without history is a commit of ours, which nobody else has.
    ours = git('rev-parse', '--verify', 'base^', cwd=repo) is None
    form = f'base: %s ({repo.resolve().name})' if ours else 'base-commit: %H'
    return git('log', '-1', f'--format={form}', 'base', cwd=repo), base_file


def patch_mail(p, count, who):
    body = p.body
    if who:
        body = git('interpret-trailers', '--trailer', f'Signed-off-by: {who}',
                   text=f'{p.subject}\n\n{body}').partition('\n\n')[2].lstrip('\n')
    stat = git('apply', '--stat', '--summary', text=p.diff)
    return ZERO + mail(f'[PATCH {count}] {p.subject}', f'{body}---\n{stat}\n{p.diff}{END}',
                       who or AUTHOR)


def cover_mail(t, earlier, base, who):
    subjects = ''.join(f'  {p.subject}\n' for p in t.sent)
    stat = git('apply', '--stat', text=''.join(p.diff for p in t.sent)) if t.sent else ''
    depends = f"Depends on the topics: {' '.join(t.depends)}\n" if t.depends else ''
    ids = git('patch-id', '--stable', text=''.join(f'{ZERO}\n{p.diff}{END}' for p in earlier))
    ids = re.sub(r'^(\S+).*', r'prerequisite-patch-id: \1', ids, flags=re.M)
    text = (f'{t.text}\n\nPatches ({len(t.sent)}):\n{subjects}\n{stat}\n'
            f'{depends}{base}{ids}{END}')
    return ZERO + mail(f'[PATCH 0/{len(t.sent)}] {t.title}', text, who or AUTHOR)


def mbox(out):
    """The mails of the topics TOPIC, by the name of their file in OUT, and what to say of them"""
    topics = read_series()
    wanted = os.environ.get('TOPIC', '').split(',') if os.environ.get('TOPIC') else list(topics)
    for name in wanted:
        if name not in topics:
            die(f"TOPIC={name}: no such topic; there are: {' '.join(topics)}")
    base, base_file = find_base()
    who, mails, lines = sender(), {}, []
    add_files(topics)
    for n, t in enumerate(topics.values(), 1):
        folder = f'{n:02}-{t.name}'
        skipped = {p: why for p in t.patches if (why := p.left_out(base_file))}
        t.sent = [p for p in t.patches if p not in skipped]
        if t.name not in wanted:
            continue
        earlier = [p for o in topics.values() if o.name in t.needs for p in o.sent]
        mails[f'{folder}/0000-cover-letter.patch'] = cover_mail(t, earlier, base, who)
        for i, p in enumerate(t.sent, 1):
            name = p.name.partition('/')[2].partition('-')[2]
            mails[f'{folder}/{i:04}-{name}'] = patch_mail(p, f'{i}/{len(t.sent)}', who)
        for p, why in skipped.items():
            lines.append(f'{p.name} left out: {why}')
            mails[f"{folder}/left-out/{p.name.partition('/')[2]}"] = patch_mail(p, '1/1', who)
        lines.append(f'{out}/{folder}: {len(t.sent)} patches and a cover letter')
    return mails, lines


def quilt(mails):
    patches = {'dma-' + name.replace('/', '-'): text for name, text in mails.items()
               if not re.search('/0000-|/left-out/', name)}
    return {**patches, 'series': ''.join(f'{name}\n' for name in patches),
            'dma-phys.scc': '# The series for linux-yocto: KERNEL_FEATURES += "dma-phys.scc"\n' +
                            ''.join(f'patch {name}\n' for name in patches)}


def replace(out, files):
    """Replaces all that we wrote to the directory before, and nothing of a person's."""
    def line(name, text):
        return f'{hashlib.sha1(text.encode(errors="surrogateescape")).hexdigest()}  {name}\n'

    if out.exists() and not out.is_dir():
        die(f'{out} is not a directory')
    there = {str(p.relative_to(out)): read(p) for p in out.rglob('*') if p.is_file()}
    ours = there.pop(LIST, '')
    if there and not ours:
        die(f'{out} is not empty and not ours: name another directory')
    theirs = [name for name, text in there.items() if line(name, text) not in ours]
    if theirs:
        die(f"{out} has mails that were edited, move them away first: {' '.join(theirs)}")
    for name in there:
        (out / name).unlink()
        with contextlib.suppress(OSError):
            os.removedirs((out / name).parent)
    for name, text in {**files, LIST: ''.join(map(line, files, files.values()))}.items():
        write(out / name, text)


def main(option='', out='', *repo):
    if option == '--am':
        am_mails(Path(out), Path(*repo))
    elif option == '--quilt':
        out = Path(out or die('say where to: make quilt DIR=/a/directory')).expanduser()
        files = quilt(mbox(out)[0])
        replace(out, files)
        print(f'{out}: {len(files) - 2} patches, series, dma-phys.scc')
    else:
        out = Path(option or TOP / 'build/mbox')
        mails, lines = mbox(out)
        replace(out, mails)
        print(*lines, sep='\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
