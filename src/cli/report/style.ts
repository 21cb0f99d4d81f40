/** The style of the HTML report: one page, light and dark, on paper too. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f5f6f8; --sheet: #ffffff; --ink: #1b2430; --soft: #566273; --line: #dde2e9; --shade: #f2f4f7;
  --go: #17703f; --go-ground: #e6f4ec; --wait: #8a5300; --wait-ground: #fdf1dc; --stop: #a8271c; --stop-ground: #fdeae7;
  --migrated: #2a6496; --waitlisted: #5f93bb; --open: #c4771a; --skipped: #8590a0; --lost: #c0392b;
  --group: #2a6496; --one: #c98518;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161c; --sheet: #1a2029; --ink: #e7ebf0; --soft: #a3afbd; --line: #323b48; --shade: #222a35;
    --go: #6fd39c; --go-ground: #15301f; --wait: #f0bb62; --wait-ground: #35270f; --stop: #ff9a8d; --stop-ground: #3c1c18;
    --migrated: #5b9bd0; --waitlisted: #9cc4e4; --open: #e5a13f; --skipped: #77828f; --lost: #e8685a;
    --group: #5b9bd0; --one: #e8b65e;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
section > :last-child, header > :last-child, footer p { margin-bottom: 0; }
section, header { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 1.5rem 1.75rem; margin: 0 0 1.25rem; }
h1 { font-size: 1.65rem; line-height: 1.25; margin: 0; text-wrap: pretty; }
h2 { font-size: 1.3rem; margin: 0 0 .75rem; }
h3 { font-size: 1.02rem; margin: 1.75rem 0 .4rem; }
p { margin: 0 0 .7rem; max-width: 46rem; }
.soft, caption, .tick, .year { color: var(--soft); }
.over { max-width: none; margin: 0 0 1rem; color: var(--soft); font-size: .92rem; overflow-wrap: anywhere; }
.over b { color: var(--ink); }
.verdict { display: flex; gap: .9rem; align-items: flex-start; border-radius: 8px; padding: 1.1rem 1.25rem; margin: 0 0 1.4rem; }
.verdict .sign { flex: none; width: 2.1rem; height: 2.1rem; border-radius: 50%; display: grid; place-items: center; font-weight: 700; font-size: 1.15rem; color: var(--sheet); }
.verdict.go { background: var(--go-ground); } .verdict.go .sign { background: var(--go); } .verdict.go h1 { color: var(--go); }
.verdict.wait { background: var(--wait-ground); } .verdict.wait .sign { background: var(--wait); } .verdict.wait h1 { color: var(--wait); }
.verdict.stop { background: var(--stop-ground); } .verdict.stop .sign { background: var(--stop); } .verdict.stop h1 { color: var(--stop); }
.sum { display: flex; flex-wrap: wrap; align-items: baseline; gap: .35rem .8rem; margin: 0 0 .9rem; max-width: none; }
.sum .part { display: inline-flex; align-items: baseline; gap: .8rem; }
.sum .term { display: inline-flex; flex-direction: column; }
.sum b { font-size: 1.75rem; line-height: 1.15; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.sum .words { color: var(--soft); font-size: .9rem; display: inline-flex; align-items: center; gap: .4rem; }
.sum .op { font-size: 1.5rem; color: var(--soft); }
.key { display: inline-block; width: .75rem; height: .75rem; border-radius: 3px; flex: none; }
svg.outcomes { display: block; width: 100%; height: 1.1rem; border-radius: 4px; margin: 0 0 .9rem; }
.of-migrated { fill: var(--migrated); background: var(--migrated); } .of-waitlisted { fill: var(--waitlisted); background: var(--waitlisted); }
.of-open { fill: var(--open); background: var(--open); } .of-skipped, .of-not_read { fill: var(--skipped); background: var(--skipped); }
.of-lost { fill: var(--lost); background: var(--lost); } .of-group { background: var(--group); } .of-one { background: var(--one); }
.yes { color: var(--go); } .no { color: var(--stop); } .but { color: var(--wait); }
.scroll { overflow-x: auto; margin: .5rem 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .94rem; }
caption { text-align: left; font-size: .9rem; padding: 0 0 .35rem; }
th, td { text-align: left; padding: .42rem .9rem .42rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; overflow-wrap: break-word; }
thead th, thead .n { white-space: normal; }
thead th { color: var(--soft); font-size: .84rem; vertical-align: bottom; }
tbody th { font-weight: 500; }
tfoot th, tfoot td { font-weight: 650; border-bottom: 0; border-top: 2px solid var(--line); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
.dense table { font-size: .84rem; } .dense th, .dense td { padding-right: .3rem; } .dense .n { min-width: 2.7rem; }
.narrow table { width: auto; min-width: min(30rem, 100%); }
td.n + td:not(.n), th.n + th:not(.n), th.n + td:not(.n) { padding-left: .6rem; }
svg.months { display: block; width: 100%; min-width: 40rem; height: auto; }
svg.months text { font-size: 12px; fill: var(--soft); } svg.months text.sum { fill: var(--ink); } svg.months text.year { font-weight: 600; fill: var(--ink); }
svg.months .group { fill: var(--group); } svg.months .one { fill: var(--one); }
svg.months .grid { stroke: var(--line); } svg.months .base { stroke: var(--soft); } svg.months line.today { stroke: var(--soft); stroke-dasharray: 4 4; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; font-size: .92rem; color: var(--soft); margin: 0 0 .4rem; }
.legend span { display: inline-flex; align-items: center; gap: .45rem; }
ul.checks { list-style: none; margin: .4rem 0 1rem; padding: 0; font-size: .92rem; columns: 2; column-gap: 2rem; }
ul.checks li { padding: .16rem 0 .16rem 1.5rem; text-indent: -1.5rem; break-inside: avoid; }
ul.checks .mark { display: inline-block; width: 1.5rem; text-indent: 0; font-weight: 700; }
ul.findings { margin: .3rem 0 .8rem; padding-left: 1.2rem; } ul.findings ul { padding-left: 1.1rem; }
article { border-top: 1px solid var(--line); padding: 1rem 0 .4rem; display: grid; grid-template-columns: 4.6rem 1fr; gap: 0 1rem; break-inside: avoid; }
article .count { font-size: 1.45rem; font-weight: 650; line-height: 1.2; text-align: right; font-variant-numeric: tabular-nums; }
article .count small { display: block; font-size: .78rem; font-weight: 400; color: var(--soft); }
article h4 { font-size: 1rem; margin: 0 0 .1rem; text-wrap: balance; }
article .body { min-width: 0; }
article p { margin: 0 0 .3rem; }
code { font: .86em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
.code { color: var(--soft); font-weight: 400; }
ul.examples { list-style: none; margin: .3rem 0 .5rem; padding: 0; font-size: .92rem; }
ul.examples li { padding: .05rem 0; overflow-wrap: anywhere; }
ul.examples code { color: var(--soft); margin-right: .5rem; }
.todo { font-size: .9rem; color: var(--soft); margin: .35rem 0 .1rem; }
.flag { white-space: nowrap; }
pre.command { margin: .15rem 0 .6rem; padding: .5rem .75rem; background: var(--shade); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
ol.steps { padding-left: 1.4rem; margin: 0; } ol.steps li { padding: .15rem 0 .35rem .3rem; } ol.steps li::marker { font-weight: 650; }
.approval { display: none; }
footer { color: var(--soft); font-size: .88rem; padding: 0 .25rem; }
@media (max-width: 46rem) {
  main { padding: .75rem .5rem 2rem; } section, header { padding: 1.1rem 1rem; border-radius: 8px; }
  h1 { font-size: 1.3rem; } ul.checks { columns: 1; } .sum b { font-size: 1.35rem; }
  article { grid-template-columns: 3.2rem 1fr; gap: 0 .75rem; }
}
@media print {
  :root { --ground: #fff; --sheet: #fff; --ink: #000; --soft: #444; --line: #bbb; --shade: #f2f2f2;
    --go: #17703f; --go-ground: #e6f4ec; --wait: #8a5300; --wait-ground: #fdf1dc; --stop: #a8271c; --stop-ground: #fdeae7;
    --migrated: #2a6496; --waitlisted: #5f93bb; --open: #c4771a; --skipped: #8590a0; --lost: #c0392b; --group: #2a6496; --one: #c98518; color-scheme: light; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
  section, header { border: 0; padding: 0; margin: 0 0 1.4rem; border-radius: 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2, h3, h4 { break-after: avoid; } tr, li, svg, pre, .narrow table { break-inside: avoid; } tfoot { display: table-row-group; }
  .scroll { overflow: visible; } svg.months { min-width: 0; }
  .approval { display: flex; gap: 2rem; margin-top: 2.5rem; } .approval span { flex: 1; border-top: 1px solid #000; padding-top: .3rem; font-size: .9rem; }
}
`;
