// SPDX-License-Identifier: GPL-2.0
///
/// Find unmaps and syncs of DMA mappings, and pass the physical address of the
/// buffer or page where that is in scope. See "Known source" in
/// Documentation/core-api/dma-api.rst.
///
//# There are two kinds of pairs:
//# - A map and an unmap or sync in one function, of a variable that is assigned by
//#   this map only, with the buffer not assigned in between.
//# - An unmap or sync of d->addr in a file whose every assignment to that member
//#   maps d->buf, d->skb->data or d->page at offset 0 of the same d, or a variable
//#   that the same function stores there. Below an assignment to the buffer in the
//#   same function, there is no pair: it may be another buffer by then.
//# skb->data has no pair below a call that moves it, like skb_reserve().
//# Calls without a pair are reported, and not converted: keep a struct
//# dma_map_state for these.
//#
//# Before a conversion is sent, check that the buffer is still the one that was
//# mapped: a driver may have moved it to another descriptor. If d->skb is a void *,
//# the conversion does not compile and needs a cast.
//
// Confidence: Moderate
// Options: --no-includes
// Keywords: dma_unmap_single, dma_unmap_page, dma_sync_single_for_cpu

virtual context
virtual patch
virtual org
virtual report

@initialize:python@
@@
import re

# By file and member, or by function and variable: where it is assigned, and which
# sources are mapped there
sets = {}
maps = {}

# The same, where the value changes without an assignment of its own
changes = {}

# By file and function: where skb->data moves, which these do
moves = {}
movers = ("skb_reserve", "skb_pull", "__skb_pull", "skb_push", "__skb_push",
          "eth_type_trans", "skb_pull_rcsum", "skb_pull_data", "pskb_pull",
          "pskb_may_pull", "pskb_expand_head", "skb_cow", "skb_cow_head",
          "skb_linearize")

# The unmaps and syncs whose source is known
known = {}

# By file: the line of its first #include
includes = {}

def member(p, name):
    return (p[0].file, "", name)

def variable(p, name):
    return (p[0].file, p[0].current_element, name)

def place(p):
    return (p[0].file, p[0].line, p[0].column)

def add_set(key, p):
    sets.setdefault(key, set()).add(place(p))

def add_map(key, p, source):
    maps.setdefault(key, {})[place(p)] = source

def moves_after(m, last):
    return any(int(m[0].line) < line < last for line in
               moves.get((m[0].file, m[0].current_element), ()))

def has_one_source(key):
    return (len(set(maps[key].values())) == 1 and
            sets.get(key, set()) <= set(maps[key]) and
            key not in changes)

# Whether @text is the same when it is read twice: no call, nothing that counts on
def is_pure(text):
    return not re.search(r"\w *\(|\+\+|--|[^=!<>]=[^=]", text)

# Whether @source is still what was mapped: nothing that it is made of changes
# below the map, where a loop would come back to
def stays(m, p, source):
    keys = [key(m, name) for name in re.findall(r"\w+", source)
            for key in (member, variable)]
    if not is_pure(source) or "data" in source and moves_after(m, 1 << 30):
        return False
    return int(m[0].line) < int(p[0].line) and not any(
        int(m[0].line) < int(line)
        for k in keys for _, line, _ in sets.get(k, set()) | changes.get(k, set()))

def message(p):
    if place(p) in known:
        return "INFO: can pass its source, %s" % known[place(p)]
    return "INFO: no source in scope"

//----------------------------------------------------------
//  Assignments
//----------------------------------------------------------

@member_set@
expression d, e;
constant C;
identifier F;
position p;
@@

(
  d->F = C
|
  d->F =@p e
|
  d.F = C
|
  d.F =@p e
)

@script:python@
p << member_set.p;
F << member_set.F;
@@

add_set(member(p, F), p)

@variable_set@
idexpression a;
expression e;
position p;
@@

  a =@p e

@script:python@
p << variable_set.p;
a << variable_set.a;
@@

add_set(variable(p, a), p)

@member_change@
expression d, e;
identifier F;
assignment operator op != {=};
position p;
@@

(
  d->F op@p e
|
  d.F op@p e
|
  d->F@p++
|
  d->F@p--
|
  ++d->F@p
|
  --d->F@p
|
  &d->F@p
|
  d->F[...] =@p e
|
  swap(d->F@p, e)
|
  swap(e, d->F@p)
)

@script:python@
p << member_change.p;
F << member_change.F;
@@

changes.setdefault(member(p, F), set()).add(place(p))

@variable_change@
idexpression a;
expression e;
identifier F;
assignment operator op != {=};
position p;
@@

(
  a op@p e
|
  a@p++
|
  a@p--
|
  ++a@p
|
  --a@p
|
  &a@p
|
  a[...] =@p e
|
  a.F =@p e
|
  swap(a@p, e)
|
  swap(e, a@p)
)

@script:python@
p << variable_change.p;
a << variable_change.a;
@@

changes.setdefault(variable(p, a), set()).add(place(p))

@iteration@
idexpression a;
iterator I;
statement S;
position p;
@@

  I(a@p, ...) S

@script:python@
p << iteration.p;
a << iteration.a;
@@

changes.setdefault(variable(p, a), set()).add(place(p))

// A parameter has a value before the map
@given@
identifier f, a;
type T;
position p;
@@

  f(..., T a@p, ...) { ... }

@script:python@
p << given.p;
a << given.a;
f << given.f;
@@

sets.setdefault((p[0].file, f, a), set()).add(("parameter", 0, 0))

@moved@
identifier f : script:python() { f in movers };
position p;
@@

  f@p(...)

@script:python@
p << moved.p;
@@

moves.setdefault((p[0].file, p[0].current_element), set()).add(int(p[0].line))

//----------------------------------------------------------
//  Members
//----------------------------------------------------------

@buf exists@
expression d, dev, size, dir, e, s;
identifier F, B;
position p;
@@

(
  d->F =@p dma_map_single(dev, d->B, size, dir);
|
  d->B = s;
  ... when != s = e
      when != d->B = e
  d->F =@p dma_map_single(dev, s, size, dir);
|
  d->F =@p dma_map_single(dev, s, size, dir);
  ... when != s = e
  d->B = s;
)

@script:python@
p << buf.p;
F << buf.F;
B << buf.B;
@@

add_map(member(p, F), p, B)

@skb exists@
expression d, dev, size, dir, e, s;
identifier F, B;
position p;
@@

(
  d->F =@p dma_map_single(dev, d->B->data, size, dir);
|
  d->B = s;
  ... when != s = e
      when != d->B = e
  d->F =@p dma_map_single(dev, s->data, size, dir);
|
  d->F =@p dma_map_single(dev, s->data, size, dir);
  ... when != s = e
  d->B = s;
)

@script:python@
p << skb.p;
F << skb.F;
B << skb.B;
@@

add_map(member(p, F), p, B + "->data")
if moves_after(p, 1 << 30):
    sets.setdefault(member(p, F), set()).add(("moved", 0, 0))

@page exists@
expression d, dev, size, dir, e, s;
identifier F, B;
position p;
@@

(
  d->F =@p dma_map_page(dev, d->B, 0, size, dir);
|
  d->B = s;
  ... when != s = e
      when != d->B = e
  d->F =@p dma_map_page(dev, s, 0, size, dir);
|
  d->F =@p dma_map_page(dev, s, 0, size, dir);
  ... when != s = e
  d->B = s;
)

@script:python@
p << page.p;
F << page.F;
B << page.B;
@@

add_map(member(p, F), p, "page " + B)

@script:python@
p << buf.p;
F << buf.F;
@@

if not has_one_source(member(p, F)):
    cocci.include_match(False)

@buf_lost exists@
identifier buf.F, buf.B;
expression d, e;
assignment operator op != {=};
position p;
@@

(
  d->B = e
|
  d->B op e
|
  d->B++
|
  &d->B
|
  swap(d->B, e)
|
  swap(e, d->B)
)
  ... when != d->F = dma_map_single(...)
(
  dma_unmap_single@p
|
  dma_sync_single_for_cpu@p
|
  dma_sync_single_for_device@p
)
  (..., d->F, ...)

@buf_pair@
identifier buf.F;
expression d : script:python() { is_pure(d) };
expression dev, size, dir;
position p != buf_lost.p;
@@

(
  dma_unmap_single@p
|
  dma_sync_single_for_cpu@p
|
  dma_sync_single_for_device@p
)
  (dev, d->F, size, dir)

@script:python@
p << buf_pair.p;
B << buf.B;
@@

known[place(p)] = B

@script:python@
p << skb.p;
F << skb.F;
@@

if not has_one_source(member(p, F)):
    cocci.include_match(False)

@skb_lost exists@
identifier skb.F, skb.B;
identifier f : script:python() { f in movers };
expression d, e;
assignment operator op != {=};
position p;
@@

(
  d->B = e
|
  d->B->data op e
|
  &d->B
|
  swap(d->B, e)
|
  swap(e, d->B)
|
  f(...)
)
  ... when != d->F = dma_map_single(...)
(
  dma_unmap_single@p
|
  dma_sync_single_for_cpu@p
|
  dma_sync_single_for_device@p
)
  (..., d->F, ...)

@skb_pair@
identifier skb.F;
expression d : script:python() { is_pure(d) };
expression dev, size, dir;
position p != skb_lost.p;
@@

(
  dma_unmap_single@p
|
  dma_sync_single_for_cpu@p
|
  dma_sync_single_for_device@p
)
  (dev, d->F, size, dir)

@script:python@
p << skb_pair.p;
B << skb.B;
@@

known[place(p)] = B + "->data"

@script:python@
p << page.p;
F << page.F;
@@

if not has_one_source(member(p, F)):
    cocci.include_match(False)

@page_lost exists@
identifier page.F, page.B;
expression d, e;
assignment operator op != {=};
position p;
@@

(
  d->B = e
|
  d->B op e
|
  &d->B
|
  swap(d->B, e)
|
  swap(e, d->B)
)
  ... when != d->F = dma_map_page(...)
(
  dma_unmap_page@p
|
  dma_sync_single_for_cpu@p
|
  dma_sync_single_for_device@p
)
  (..., d->F, ...)

@page_pair@
identifier page.F;
expression d : script:python() { is_pure(d) };
expression dev, size, dir;
position p != page_lost.p;
@@

(
  dma_unmap_page@p
|
  dma_sync_single_for_cpu@p
|
  dma_sync_single_for_device@p
)
  (dev, d->F, size, dir)

@script:python@
p << page_pair.p;
B << page.B;
@@

known[place(p)] = "page " + B

//----------------------------------------------------------
//  Variables of one function
//----------------------------------------------------------

@var exists@
idexpression a;
expression dev, s, e;
position m, p;
@@

(
  a =@m dma_map_single(dev, s, ...);
  ... when != a = e
      when any
(
  dma_unmap_single@p(dev, a, ...);
|
  dma_sync_single_for_cpu@p(dev, a, ...);
|
  dma_sync_single_for_device@p(dev, a, ...);
)
|
  a =@m dma_map_page(dev, s, 0, ...);
  ... when != a = e
      when any
  dma_unmap_page@p(dev, a, ...);
)

@script:python@
m << var.m;
a << var.a;
s << var.s;
@@

add_map(variable(m, a), m, s)

@script:python@
m << var.m;
p << var.p;
a << var.a;
s << var.s;
@@

if has_one_source(variable(p, a)) and stays(m, p, s):
    known[place(p)] = s
else:
    cocci.include_match(False)

//----------------------------------------------------------
//  For patch mode
//----------------------------------------------------------

@depends on patch@
idexpression var.a;
expression var.s, dev, size, dir;
position var.p;
@@

(
- dma_unmap_page@p(dev, a, size, dir)
+ dma_unmap_phys_from(dev, a, page_to_phys(s), size, dir, 0)
|
- dma_unmap_single@p(dev, a, size, dir)
+ dma_unmap_phys_from(dev, a, virt_to_phys(s), size, dir, 0)
|
- dma_sync_single_for_cpu@p(dev, a, size, dir)
+ dma_sync_phys_for_cpu(dev, a, virt_to_phys(s), size, dir, 0)
|
- dma_sync_single_for_device@p(dev, a, size, dir)
+ dma_sync_phys_for_device(dev, a, virt_to_phys(s), size, dir, 0)
)

@depends on patch@
identifier buf.F, buf.B;
expression d : script:python() { is_pure(d) };
expression dev, size, dir;
position p != buf_lost.p;
@@

(
- dma_unmap_single@p(dev, d->F, size, dir)
+ dma_unmap_phys_from(dev, d->F, virt_to_phys(d->B), size, dir, 0)
|
- dma_sync_single_for_cpu@p(dev, d->F, size, dir)
+ dma_sync_phys_for_cpu(dev, d->F, virt_to_phys(d->B), size, dir, 0)
|
- dma_sync_single_for_device@p(dev, d->F, size, dir)
+ dma_sync_phys_for_device(dev, d->F, virt_to_phys(d->B), size, dir, 0)
)

@depends on patch@
identifier skb.F, skb.B;
expression d : script:python() { is_pure(d) };
expression dev, size, dir;
position p != skb_lost.p;
@@

(
- dma_unmap_single@p(dev, d->F, size, dir)
+ dma_unmap_phys_from(dev, d->F, virt_to_phys(d->B->data), size, dir, 0)
|
- dma_sync_single_for_cpu@p(dev, d->F, size, dir)
+ dma_sync_phys_for_cpu(dev, d->F, virt_to_phys(d->B->data), size, dir, 0)
|
- dma_sync_single_for_device@p(dev, d->F, size, dir)
+ dma_sync_phys_for_device(dev, d->F, virt_to_phys(d->B->data), size, dir, 0)
)

@depends on patch@
identifier page.F, page.B;
expression d : script:python() { is_pure(d) };
expression dev, size, dir;
position p != page_lost.p;
@@

(
- dma_unmap_page@p(dev, d->F, size, dir)
+ dma_unmap_phys_from(dev, d->F, page_to_phys(d->B), size, dir, 0)
|
- dma_sync_single_for_cpu@p(dev, d->F, size, dir)
+ dma_sync_phys_for_cpu(dev, d->F, page_to_phys(d->B), size, dir, 0)
|
- dma_sync_single_for_device@p(dev, d->F, size, dir)
+ dma_sync_phys_for_device(dev, d->F, page_to_phys(d->B), size, dir, 0)
)

//----------------------------------------------------------
//  ... and the header of the calls, if need be
//----------------------------------------------------------

@has_header@
@@

  #include <linux/dma-map-state.h>

@include depends on patch && !has_header@
position p;
@@

  #include <...>@p

@script:python@
p << include.p;
@@

line = int(p[0].line)
includes[p[0].file] = min(line, includes.get(p[0].file, line))

@script:python@
p << include.p;
@@

if (int(p[0].line) != includes[p[0].file] or
    not any(file == p[0].file for file, _, _ in known)):
    cocci.include_match(False)

@depends on patch@
position include.p;
@@

+ #include <linux/dma-map-state.h>
  #include <...>@p

//----------------------------------------------------------
//  For org and report mode
//----------------------------------------------------------

@call depends on context || org || report@
position p;
@@

(
  dma_unmap_single@p
|
  dma_unmap_page@p
|
  dma_sync_single_for_cpu@p
|
  dma_sync_single_for_device@p
)
  (...)

@script:python depends on report@
p << call.p;
@@

coccilib.report.print_report(p[0], message(p))

@script:python depends on org@
p << call.p;
@@

coccilib.org.print_todo(p[0], message(p).replace("[", "@(").replace("]", ")"))

//----------------------------------------------------------
//  For context mode
//----------------------------------------------------------

@script:python depends on context@
p << call.p;
@@

if place(p) not in known:
    cocci.include_match(False)

@depends on context@
position call.p;
@@

(
* dma_unmap_single@p(...)
|
* dma_unmap_page@p(...)
|
* dma_sync_single_for_cpu@p(...)
|
* dma_sync_single_for_device@p(...)
)
