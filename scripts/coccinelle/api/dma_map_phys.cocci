// SPDX-License-Identifier: GPL-2.0
///
/// Find pairs of dma_map_page() or dma_map_single() and their unmap, and replace
/// them by dma_map_phys() and dma_unmap_phys().
///
//# A pair is a member, or a variable of one function, that is assigned by these
//# calls and skb_frag_dma_map() only, and that is passed to the unmap of each kind
//# that maps it. A variable that is copied to a member is one with it. Calls
//# without a pair are reported, and not converted.
//#
//# dma_map_single() refuses memory of vmalloc(), with a warning. After the
//# conversion virt_to_phys() has to be right: check what the buffer is.
//
// Confidence: Moderate
// Options: --no-includes
// Keywords: dma_map_page, dma_map_single, dma_unmap_page, dma_unmap_single

virtual context
virtual patch
virtual org
virtual report

@initialize:python@
@@
import re

# By file and address: where it is assigned, by which kind of map, and the kinds of
# unmap. Mappings of skb_frag_dma_map() are unmapped as pages.
sets = {}
maps = {}
unmaps = {}

# By file and address of the variable: where it is copied, and to what
copies = {}

def key(p, addr):
    addr = re.sub(r"\[[^]]*\]|\s", "", addr)
    found = re.search(r"(->|\.)(\w+)$", addr)
    if found:
        return (p[0].file, "member", found.group(2))
    return (p[0].file, p[0].current_element, addr)

def place(p):
    return (p[0].line, p[0].column)

# The addresses that are one with @k, by copies of what a map returned
def group(k):
    found, new = set(), {k}
    while new:
        found |= new
        new = {other for v in maps for c in copies.get(v, {}).values()
               if v in found or c in found for other in (v, c)} - found
    return found

def is_pair(p, addr):
    keys = group(key(p, addr))
    mapped = {place: kind for k in keys for place, kind in maps.get(k, {}).items()}
    unmapped = {kind for k in keys for kind in unmaps.get(k, ())}
    known = set(mapped).union(*(copies.get(k, {}) for k in keys & set(maps)))
    return (unmapped == set(mapped.values()) and
            all(sets.get(k, set()) <= known for k in keys))

def message(p, addr):
    if is_pair(p, addr):
        return "INFO: %s can be mapped by physical address" % addr
    return "INFO: %s has no pair" % addr

//----------------------------------------------------------
//  Assignments, maps and unmaps
//----------------------------------------------------------

@assigned@
expression a, e;
constant C;
position p;
@@

(
  a = C
|
  a =@p e
)

@script:python@
p << assigned.p;
a << assigned.a;
@@

sets.setdefault(key(p, a), set()).add(place(p))

@copy@
idexpression v;
expression a;
position p;
@@

  a =@p v

@script:python@
p << copy.p;
a << copy.a;
v << copy.v;
@@

copies.setdefault(key(p, v), {})[place(p)] = key(p, a)

@map_page@
expression a;
position p;
@@

(
  a =@p dma_map_page(...)
|
  a =@p skb_frag_dma_map(...)
)

@script:python@
p << map_page.p;
a << map_page.a;
@@

maps.setdefault(key(p, a), {})[place(p)] = "page"

@unmap_page@
expression a, dev, size, dir;
position p;
@@

  dma_unmap_page@p(dev, a, size, dir)

@script:python@
p << unmap_page.p;
a << unmap_page.a;
@@

unmaps.setdefault(key(p, a), set()).add("page")

@map_single@
expression a;
position p;
@@

  a =@p dma_map_single(...)

@script:python@
p << map_single.p;
a << map_single.a;
@@

maps.setdefault(key(p, a), {})[place(p)] = "single"

@unmap_single@
expression a, dev, size, dir;
position p;
@@

  dma_unmap_single@p(dev, a, size, dir)

@script:python@
p << unmap_single.p;
a << unmap_single.a;
@@

unmaps.setdefault(key(p, a), set()).add("single")

@call@
expression a, dev, size, dir;
position p;
@@

(
  a =@p dma_map_page(...)
|
  a =@p dma_map_single(...)
|
  dma_unmap_page@p(dev, a, size, dir)
|
  dma_unmap_single@p(dev, a, size, dir)
)

//----------------------------------------------------------
//  For org and report mode
//----------------------------------------------------------

@script:python depends on report@
p << call.p;
a << call.a;
@@

coccilib.report.print_report(p[0], message(p, a))

@script:python depends on org@
p << call.p;
a << call.a;
@@

coccilib.org.print_todo(p[0], message(p, a).replace("[", "@(").replace("]", ")"))

//----------------------------------------------------------
//  Only pairs from here on
//----------------------------------------------------------

@script:python@
p << call.p;
a << call.a;
@@

if not is_pair(p, a):
    cocci.include_match(False)

//----------------------------------------------------------
//  For patch mode
//----------------------------------------------------------

@depends on patch@
expression a, dev, page, off, buf, size, dir;
position call.p;
@@

(
  a =@p
- dma_map_page(dev, page, 0, size, dir)
+ dma_map_phys(dev, page_to_phys(page), size, dir, 0)
|
  a =@p
- dma_map_page(dev, page, off, size, dir)
+ dma_map_phys(dev, page_to_phys(page) + off, size, dir, 0)
|
  a =@p
- dma_map_single(dev, buf, size, dir)
+ dma_map_phys(dev, virt_to_phys(buf), size, dir, 0)
|
- dma_unmap_page@p(dev, a, size, dir)
+ dma_unmap_phys(dev, a, size, dir, 0)
|
- dma_unmap_single@p(dev, a, size, dir)
+ dma_unmap_phys(dev, a, size, dir, 0)
)

//----------------------------------------------------------
//  For context mode
//----------------------------------------------------------

@depends on context@
expression a;
position call.p;
@@

(
* a =@p dma_map_page(...)
|
* a =@p dma_map_single(...)
|
* dma_unmap_page@p(...)
|
* dma_unmap_single@p(...)
)
