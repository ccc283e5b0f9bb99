"""One page of the report as HTML. All text that comes from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from mmprivacy.datasets.attributes import ATTRIBUTES

STATUSES = ('passed', 'refused', 'failed')
_WORDS = {
    'passed': 'may be published',
    'refused': 'in quarantine',
    'failed': 'not protected',
}
_MAX_SCORE = 5.0

_STYLE = """
:root { color-scheme: light dark; --ground: #f4f5f7; --card: #fff; --text: #1c2330;
  --dim: #5c677a; --line: #dfe3ea; --passed: #16794c; --refused: #b3261e;
  --failed: #9a5b00; --mark: #3056d3; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161d; --card: #1b212b;
  --text: #e6eaf1; --dim: #9aa5b8; --line: #303949; --passed: #4cc38a;
  --refused: #ff8379; --failed: #f0b04b; --mark: #8ea8ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
body > * { max-width: 1180px; margin-inline: auto; padding-inline: 20px; }
header { padding-top: 28px; }
h1 { margin: 0 0 4px; font-size: 26px; letter-spacing: -0.01em; }
.note { margin: 0; color: var(--dim); }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0 0; padding: 0; }
.tiles div { flex: 1 1 150px; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; padding: 12px 16px; }
.tiles b { display: block; font-size: 28px; line-height: 1.2; }
.tiles span { color: var(--dim); }
.filter { padding-top: 18px; padding-bottom: 2px; }
.filter input { position: absolute; opacity: 0; }
.filter label { display: inline-block; margin: 0 6px 6px 0; padding: 4px 14px;
  border: 1px solid var(--line); border-radius: 999px; background: var(--card);
  cursor: pointer; }
.filter input:checked + label { background: var(--mark); border-color: var(--mark);
  color: var(--card); }
.filter input:focus-visible + label { outline: 2px solid var(--mark);
  outline-offset: 2px; }
body:has(#only-passed:checked) article:not(.passed),
body:has(#only-refused:checked) article:not(.refused),
body:has(#only-failed:checked) article:not(.failed) { display: none; }
article { background: var(--card); border: 1px solid var(--line);
  border-left: 5px solid var(--state); border-radius: 12px; margin: 14px 0;
  padding: 16px 18px; }
.passed { --state: var(--passed); } .refused { --state: var(--refused); }
.failed { --state: var(--failed); }
h2 { margin: 0 0 10px; font-size: 17px; display: flex; flex-wrap: wrap; gap: 10px;
  align-items: baseline; overflow-wrap: anywhere; }
h2 span { color: var(--state); border: 1px solid; border-radius: 999px;
  font-size: 13px; font-weight: 600; padding: 0 10px; white-space: nowrap; }
h3 { margin: 14px 0 4px; font-size: 14px; color: var(--dim); font-weight: 600; }
.pictures { display: flex; flex-wrap: wrap; gap: 14px; }
figure { margin: 0; }
figure img { display: block; border-radius: 8px; max-width: 100%; height: auto;
  border: 1px solid var(--line); }
figcaption { color: var(--dim); font-size: 13px; margin-top: 4px; }
.columns { display: grid; gap: 0 28px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 4px 10px 4px 0; vertical-align: top;
  border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--dim); font-weight: 500; }
td.number { font-variant-numeric: tabular-nums; }
td.why { white-space: normal; overflow-wrap: anywhere; width: 50%; }
section { min-width: 0; overflow-x: auto; }
.meter { background: var(--line); border-radius: 4px; height: 8px; margin: 6px 0 2px; }
.meter i { display: block; height: 8px; border-radius: 4px;
  background: linear-gradient(90deg, #2f9e6e, #e0a800 55%, #d1372c); }
ul { margin: 4px 0; padding-left: 18px; }
li { overflow-wrap: anywhere; }
.warning { color: var(--failed); }
.problems { color: var(--refused); }
details { margin-top: 12px; }
summary { cursor: pointer; color: var(--mark); }
nav { padding-block: 10px 34px; }
nav a { color: var(--mark); margin-right: 10px; }
code { font-size: 12px; overflow-wrap: anywhere; }
"""


def render_page(
    entries: Sequence[Any],
    counts: Mapping[str, int],
    number: int,
    names: Sequence[str],
    with_originals: bool,
) -> str:
    """Write a page.

    Args:
        entries: What there is to say, :class:`mmprivacy.advisor.report.Entry`.
        counts: Status to number of photos, of all pages.
        number: Number of the page, from 0 on.
        names: File names of all pages.
        with_originals: Whether the originals are shown.

    Returns:
        HTML without references to anything but the other pages.
    """
    shown = 'It shows the originals' if with_originals else 'It says what was found'
    tiles = ''.join(
        f'<div class="{s}"><b>{counts.get(s, 0)}</b><span>{_WORDS[s]}</span></div>'
        for s in STATUSES
    )
    choices = ''.join(
        f'<input type="radio" name="only" id="only-{s}"{" checked" * (s == "all")}>'
        f'<label for="only-{s}">{s}</label>'
        for s in ('all', *STATUSES)
    )
    articles = '\n'.join(map(_article, entries))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; style-src 'unsafe-inline'\">\n"
        '<meta name="referrer" content="no-referrer">\n'
        f'<title>Privacy report</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n'
        f'<header><h1>Privacy report</h1>\n<p class="note">{shown}: do not publish '
        f'this page beside the photos.</p>\n<div class="tiles">{tiles}</div></header>\n'
        f'<div class="filter">{choices}</div>\n<main>\n{articles}\n</main>\n'
        f'{_navigation(number, names)}</body>\n</html>\n'
    )


def _navigation(number: int, names: Sequence[str]) -> str:
    if len(names) == 1:
        return ''
    near = {0, len(names) - 1, *range(max(0, number - 3), number + 4)}
    links = [
        f'<b>{n + 1}</b> ' if n == number else f'<a href="{names[n]}">{n + 1}</a>'
        for n in sorted(near & set(range(len(names))))
    ]
    return f'<nav>Page {" ".join(links)}</nav>\n'


def _article(entry: Any) -> str:
    """Write what there is about one photo."""
    status = entry.status if entry.status in STATUSES else 'failed'
    parts = [
        f'<article class="{status}">',
        f'<h2>{escape(entry.photo)} <span>{_WORDS[status]}</span></h2>',
    ]
    problems = entry.certificate.get('problems', ())
    if problems:
        parts.append(_list('problems', (p['message'] for p in problems)))
    elif entry.message:
        parts.append(_list('problems', [entry.message]))
    figures = ''.join(
        f'<figure><img src="{escape(uri)}" alt="{escape(caption)}">'
        f'<figcaption>{escape(caption)}</figcaption></figure>'
        for caption, uri in entry.pictures.items()
    )
    if figures:
        parts.append(f'<div class="pictures">{figures}</div>')
    columns = [*_assessments(entry.plan), *_decisions(entry.plan)]
    if columns:
        parts.append(f'<div class="columns">{"".join(columns)}</div>')
    parts += _proofs(entry.certificate)
    return '\n'.join([*parts, '</article>'])


def _assessments(plan: Mapping[str, Any]) -> Iterator[str]:
    """Write scores and findings."""
    for said in plan.get('assessments', ()):
        lines = [f'<h3>{escape(str(said["source"]))}</h3>']
        if said.get('score') is not None:
            score = float(said['score'])
            width = 100 * min(max(score / _MAX_SCORE, 0), 1)
            lines.append(
                f'privacy score <b>{score:.2f}</b> of {_MAX_SCORE:.0f}'
                f'<div class="meter"><i style="width:{width:.0f}%"></i></div>'
            )
        if said.get('private_probability') is not None:
            share = float(said['private_probability'])
            lines.append(f'private with probability <b>{share:.0%}</b>')
        found = [f'{_label(f["name"])}: {f["reason"]}' for f in said['findings']]
        lines.append(_list('', found) if found else '<p class="note">nothing found</p>')
        yield f'<section>{"".join(lines)}</section>'


def _label(name: str) -> str:
    return ATTRIBUTES[name].description if name in ATTRIBUTES else name


def _decisions(plan: Mapping[str, Any]) -> Iterator[str]:
    """Write the table of regions, and what was done with each."""
    regions = plan.get('regions', ())
    if not regions:
        return
    rows = []
    for region in regions:
        warning = region.get('warning', '')
        more = f'<br><span class="warning">{escape(warning)}</span>' if warning else ''
        size = [round(region['box'][n + 2] - region['box'][n]) for n in (0, 1)]
        rows.append(
            f'<tr><td>{escape(region["kind"])}</td>'
            f'<td class="why">{escape(region.get("reason", ""))}{more}</td>'
            f'<td class="number">{float(region.get("score", 1)):.2f}</td>'
            f'<td class="number">{size[0]} x {size[1]}</td>'
            f'<td><b>{escape(region["method"])}</b></td>'
            f'<td>{escape(region.get("source", ""))}</td></tr>'
        )
    yield (
        '<section><h3>Regions and decisions</h3><table><tr><th>kind</th><th>why</th>'
        '<th>score</th><th>pixels</th><th>decision</th><th>found by</th></tr>'
        f'{"".join(rows)}</table></section>'
    )


def _proofs(certificate: Mapping[str, Any]) -> Iterator[str]:
    """Write what was proved, what was not, and what was taken out of the file."""
    if not certificate:
        return
    proved = [
        f'{c["check"]}: {c["what"]}'
        + (f' (on {", ".join(c["on"])})' if c.get('on') else '')
        + ('' if c.get('independent', True) else ', with the eyes of the localiser')
        for c in certificate.get('proved', ())
    ]
    inner = ''
    for title, lines in (
        ('It was proved that', proved),
        ('It was not proved', certificate.get('not_proved', ())),
        ('Taken out of the file', certificate.get('removed', ())),
    ):
        if lines:
            inner += f'<h3>{title}</h3>{_list("", lines)}'
    digest = certificate.get('sha256')
    inner += f'<h3>SHA-256</h3><code>{escape(str(digest))}</code>' if digest else ''
    yield f'<details><summary>Certificate</summary>{inner}</details>'


def _list(kind: str, lines: Any) -> str:
    items = ''.join(f'<li>{escape(str(line))}</li>' for line in lines)
    return f'<ul class="{kind}">{items}</ul>' if kind else f'<ul>{items}</ul>'
