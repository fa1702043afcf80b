"""Functions of DSLs that were read: what is known of one is tied to the hash of its source, and of all that it calls.

Of each function in the table it is known that it gives nothing that can change, when nothing that it is given can:
tuples, frozensets, numbers, None, and functions over such. A value that only they made need not be looked through.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from types import CodeType, FunctionType
from typing import Any

#: Names and hashes of the ARC DSL's functions (``function_digests``).
_TABLE = """
add:41595fc7d3553028 adjacent:e1ff4ff0168e9685 apply:5b29fa913cf4f054 argmax:d568256b8e7710e6
argmin:4651da20ea313b00 asindices:3c4107614afbfe4c asobject:335f39c93fd5ed44 astuple:0db231dece77b851
backdrop:738fa68206cab4d6 bordering:d4959ce196ebee3c both:0c16734a9fb3496a bottomhalf:56c0210faae4ccf0
box:d82fbf68f12ed70f branch:c2e9312fe8464415 canvas:e2b24275326494ed cellwise:6894c5e0f7d53ad5
center:2adb7f923b094f2d centerofmass:5e701a6266d6a074 chain:7289cc5a4193f699 cmirror:400db512b6f16f52
color:8511ed995d00faeb colorcount:2e159bc9534d705a colorfilter:027887d98d3896b4 combine:19784d0235f2ded3
compose:f6b3665e45a904f0 compress:4f09a90dde9062c9 connect:ffaf97bbec4f81ea contained:fa90a4f09610eb79
corners:41ec6b5485127f55 cover:3aed1433b905ba40 crement:145762c2338939c0 crop:3b1512b54c87cd1d
decrement:bd01b1dc94da63c7 dedupe:1fd61740c34410bd delta:cf54b52fd0fc3176 difference:225bcfda82e579c3
divide:0c778514f7dacf8c dmirror:6f06b4cf9e7df479 dneighbors:7e9aa182dbb688ee double:a19d187c26419420
downscale:b8cc017743fa2c9e either:4d5c817746afdad4 equality:a8668cd4349dafd4 even:dbb02a3c3008f844
extract:e2d5981cfac87780 fgpartition:b86081646634b7dd fill:5c34067ce931016c first:0f3ec72a486411fb
flip:6091e3cd5c6f6772 fork:80fe9033fe4fbbae frontiers:1fd039aaf4c6dd11 gravitate:7ccf98a02582eb02
greater:43629ffcc69aae4f halve:504f5b984b279a82 hconcat:a92d2e7ef4453e06 height:f343d1f98569d6a6
hfrontier:bf376811fca80e92 hline:c044f114510c9e89 hmatching:a86836e7d0f3a0b9 hmirror:2da37e1aaa8b3bbb
hperiod:59d8711a5246b953 hsplit:352c67d2e49e94ce hupscale:9465759993554978 identity:15baf29c57d52575
inbox:6dcd3f62e6b76935 increment:eef8843459427564 index:b3ecfedabeb85532 ineighbors:c5956a5c910456ec
initset:627aae2ccc833343 insert:261a3fdfa98d0370 intersection:24e92b8d34f296f5 interval:4cee915fccfa103b
invert:8d68e525c00a2df1 last:410176cb51f952f4 lbind:f59d01f553cf207f leastcolor:b233c6aa53fe5892
leastcommon:f94d5b44d4c0c524 lefthalf:64894fb878fee28f leftmost:91b6007914c76737 llcorner:456d78a0b86b1571
lowermost:cabd878bc2ae5342 lrcorner:da6dcfde9ca98746 manhattan:7ba100ca914aa594 mapply:df3539686e3f786f
matcher:40e58cbb4fb0294e maximum:e37f740047d1b6ab merge:0f810b8f41711c33 mfilter:d872b69b4ee77fd5
minimum:d366964f32cc7de9 mostcolor:bb7f8495a5b9b2bf mostcommon:cd009b71d1d5a507 move:e2140ce8200aea10
mpapply:bc05312958009329 multiply:5ee47a5d1eaad450 neighbors:87c8550e6cf1a758 normalize:2855d715e8da8df6
numcolors:91f940bdb00ddfca objects:6577de9d6e50e085 occurrences:6efd2823dd171011 ofcolor:b7770d231dba55d6
order:0e98c34bebebfaa3 other:7d43bd4d788ce7cf outbox:419aad30b118bf64 paint:1997df0df56522e0 pair:afc95dbaf514a79a
palette:fa3341a33240d222 papply:6b44e141ab8940ab partition:4be1dbb6690a5cd3 portrait:991f389bbb5bef71
position:68acd1d1c501f73a positive:369c573c7fc82f4a power:66b38e385e377664 prapply:9c3dc5fed4a5a112
product:25186dda40d0de62 rapply:6db9c6714df37132 rbind:c21aef7f54f0a383 recolor:54939a43941f122b
remove:928abe0219f3b4f2 repeat:0e5d23c7516eb5b1 replace:ba79ec0ef97b8839 righthalf:94460ff6e282cfdf
rightmost:357bbfc655ee1fbb rot180:051e8617757db5c1 rot270:f29f1658ccd1a498 rot90:a063f1a47f7618e9
sfilter:562c58a894d0ea66 shape:03d49ae976a36c12 shift:004802ebd00e3ece shoot:da45ec81fe22d9dc sign:d60049b8f6505f1f
size:6a78b4daea1d3e53 sizefilter:1a5c24663cf58c99 square:e1a43755142c9fbd subgrid:ecfb0a6358f2a217
subtract:553c8c2a19a97bdc switch:5b9089e330eefdda toindices:9cfd495a05404acd toivec:8b6c57f815422719
tojvec:ea66b8c119b0bf62 toobject:1140269a8a9fbfb1 tophalf:effa0d240e44b429 totuple:fa981cd203dc2c57
trim:b221665ef142bfb9 ulcorner:0eacf6e5b5e9f626 underfill:ae2b899a8080c724 underpaint:4c51c24d3d581ed5
uppermost:a196481e7f18cb05 upscale:4c59f90d904550e2 urcorner:627b13c68a4662f8 valmax:6ed37dcd8b0e2bad
valmin:f515761e8bda517e vconcat:c7bc3343da1d3645 vfrontier:8a5b1e45895fdd0c vline:b7eceefec0545355
vmatching:4b2b3442dfb3d7c1 vmirror:1e7a04bebf311626 vperiod:7a7c7541639f114c vsplit:6f0842657b57c467
vupscale:1a4bde3461445a93 width:13f3dc27aeff2563
"""

_DEF = re.compile(r"^def (\w+)\(", re.MULTILINE)
_END = re.compile(r"^[^\s)#]", re.MULTILINE)


def known_functions(functions: Mapping[str, Any]) -> frozenset[str]:
    """The names of a DSL's functions that are those of the table, and call only such ones and builtins."""
    table = dict(pair.split(":") for pair in _TABLE.split())
    digests = function_digests(functions)
    known = {name for name, digest in digests.items() if table.get(name) == digest}
    uses = {name: _names_used(functions[name].__code__) for name in known}
    while strange := {name for name in known if not _calls_only(functions[name], uses[name], functions, known)}:
        known -= strange
    return frozenset(known)


def _calls_only(function: Any, used: frozenset[str], functions: Mapping[str, Any], known: set[str]) -> bool:
    own = function.__globals__
    return all(name in known if name in functions else name not in own for name in used)


def function_digests(functions: Mapping[str, Any]) -> dict[str, str]:
    """The hash of each plain function's source; functions that were made or changed otherwise are left out."""
    texts: dict[str, dict[str, tuple[int, str]]] = {}
    digests = {}
    for name, function in functions.items():
        if not isinstance(function, FunctionType) or function.__closure__ or function.__code__.co_name != name:
            continue
        file = function.__code__.co_filename
        if file not in texts:
            texts[file] = _sources_of(file)
        line, source = texts[file].get(name, (0, ""))
        if line == function.__code__.co_firstlineno:
            digests[name] = digest_of(source)
    return digests


def _sources_of(file: str) -> dict[str, tuple[int, str]]:
    try:
        with open(file, encoding="utf-8") as stream:
            return function_sources(stream.read())
    except (OSError, ValueError):
        return {}


def function_sources(text: str) -> dict[str, tuple[int, str]]:
    """Line and source of each function at the top of a module; of several of a name the last."""
    sources = {}
    for match in _DEF.finditer(text):
        end = _END.search(text, match.end())
        source = text[match.start() : end.start() if end else len(text)].rstrip()
        sources[match[1]] = (text.count("\n", 0, match.start()) + 1, source)
    return sources


def digest_of(source: str) -> str:
    """The hash of a function's source: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def _names_used(code: CodeType) -> frozenset[str]:
    inner = [_names_used(const) for const in code.co_consts if isinstance(const, CodeType)]
    return frozenset(code.co_names).union(*inner)
