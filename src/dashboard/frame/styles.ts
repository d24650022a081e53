/**
 * The styles of the dashboard: light and dark, from 360 px up, without anything to load. Styles in attributes are
 * forbidden by the content security policy, so each look has a class.
 */

/** One style sheet; constant text, so it goes into the page as it is. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --bg: light-dark(#f6f6f8, #0d0d10);
  --surface: light-dark(#fff, #151519);
  --sunken: light-dark(#f3f3f6, #1d1d23);
  --line: light-dark(#e4e4ea, #2a2a32);
  --strong: light-dark(#8b8b98, #6f6f7d);
  --text: light-dark(#18181d, #ededf2);
  --muted: light-dark(#5a5a66, #a6a6b3);
  --accent: light-dark(#4f46e5, #9a94ff);
  --on-accent: light-dark(#fff, #0d0d10);
  --good: light-dark(#0a7048, #4fd09a);
  --good-bg: light-dark(#e3f5ec, #10291f);
  --warn: light-dark(#7d4b00, #f2b55c);
  --warn-bg: light-dark(#fdf0d9, #2e220f);
  --bad: light-dark(#b42318, #ff8f85);
  --bad-bg: light-dark(#fdeae8, #331815);
  --done: light-dark(#35b584, #2f9e73);
  --waiting: light-dark(#c9c9d4, #4c4c58);
  --late: light-dark(#f0a13a, #d58a2a);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0;
  background: var(--bg);
  color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  overflow-wrap: anywhere;
}
h1, h2, h3, p, ul, ol, dl, dd, pre, fieldset { margin: 0; padding: 0; }
h1 { font-size: 22px; line-height: 1.25; letter-spacing: -0.01em; }
h2 { font-size: 17px; line-height: 1.3; }
h3 { font-size: 15px; }
ul, ol { list-style: none; }
a { color: var(--accent); text-underline-offset: 2px; }
code, pre { font-family: var(--mono); font-size: 0.87em; }
pre { white-space: pre-wrap; padding: 12px; border-radius: 8px; background: var(--sunken); }
.note { color: var(--muted); font-size: 14px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: -999px; padding: 8px 12px; background: var(--surface); }
.skip:focus { left: 8px; top: 8px; z-index: 1; }
.top, main { width: min(1180px, 100% - 32px); margin-inline: auto; }
.top { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 12px; padding: 14px 0; }
.brand { display: inline-flex; align-items: center; gap: 8px; color: var(--text); font-weight: 650; text-decoration: none; }
.glyph { width: 22px; height: 22px; fill: none; stroke: var(--accent); stroke-width: 2.6; stroke-linecap: round; }
.top nav a { white-space: nowrap; }
.top nav { flex: 1; gap: 16px; padding-left: 8px; }
details > *:not(summary) { margin-top: 8px; }
summary { width: fit-content; cursor: pointer; color: var(--muted); }
main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; padding-bottom: 48px; }
.panel { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; padding: 18px 20px; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); }
.narrow { width: min(30rem, 100%); margin: 6vh auto 0; }
.stack { display: grid; gap: 8px; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; }
.apart { justify-content: space-between; }
.strip { padding: 10px 14px; border-left: 4px solid currentColor; border-radius: 6px; }
.good { background: var(--good-bg); color: var(--good); }
.warn { background: var(--warn-bg); color: var(--warn); }
.bad { background: var(--bad-bg); color: var(--bad); }
input, select, button {
  min-height: 38px;
  padding: 6px 12px;
  border: 1px solid var(--strong);
  border-radius: 8px;
  background: var(--surface);
  color: var(--text);
  font: inherit;
}
input:not([type=checkbox]), select { width: 100%; }
button { cursor: pointer; font-weight: 550; }
button.main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
button.quiet { border-color: transparent; background: none; color: var(--muted); }
button:hover, a.button:hover { border-color: var(--text); }
a.button { display: inline-flex; align-items: center; min-height: 38px; padding: 6px 12px; border: 1px solid var(--strong); border-radius: 8px; background: var(--surface); color: var(--text); font-weight: 550; text-decoration: none; }
.chip { display: inline-block; padding: 1px 9px; border-radius: 20px; font-size: 13px; font-weight: 550; letter-spacing: 0; white-space: nowrap; vertical-align: middle; }
.calm { background: var(--sunken); color: var(--muted); }
.strip strong { font-weight: 600; }
.strip a:not(.button) { color: inherit; }
.lane { display: grid; gap: 8px; padding: 14px 0; border-top: 1px solid var(--line); }
.lane button, .lane a.button { min-height: 32px; padding: 3px 10px; font-size: 14px; }
.picture { display: block; width: 100%; height: 24px; overflow: visible; }
.passed { fill: var(--done); }
.waiting { fill: var(--waiting); }
.retrying .waiting, .disabled .waiting { fill: var(--late); }
.tick { fill: var(--line); }
.cursor { fill: var(--text); transform: translateX(-3px); }
.scale { display: block; width: 100%; height: 18px; overflow: visible; font-size: 12px; fill: var(--muted); }
.chat { display: grid; gap: 6px; margin: 0; max-width: 640px; padding: 12px 14px; border: 1px solid var(--line); border-radius: 8px; }
.chat .quote { display: grid; gap: 4px; padding-left: 12px; border-left: 4px solid var(--accent); }
.chat .link { color: var(--accent); text-decoration: underline; }
.chat figcaption { padding-top: 8px; border-top: 1px solid var(--line); }
.plot { display: block; width: 100%; height: 72px; }
.plot .ground { fill: var(--line); }
.plot .hover { fill: transparent; }
.plot g:hover .hover { fill: var(--sunken); }
.received .bar { fill: var(--accent); }
.delay .bar { fill: var(--waiting); }
.delay .inner { fill: var(--done); }
.backlog .bar { fill: var(--late); }
.search { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); align-items: end; gap: 10px; padding: 12px; border-radius: 8px; background: var(--sunken); }
label { color: var(--muted); font-size: 14px; }
.event { display: grid; gap: 4px; padding: 12px 0; border-top: 1px solid var(--line); }
.event .row > a { display: inline-flex; flex-wrap: wrap; gap: 0 10px; }
.number { font-weight: 650; font-variant-numeric: tabular-nums; }
.changes, .fates { font-size: 14px; }
.distance { color: var(--muted); font-size: 14px; white-space: nowrap; }
.strip .distance { color: inherit; font-size: inherit; }
dl { display: grid; grid-template-columns: minmax(9rem, auto) minmax(0, 1fr); }
dt, dd { padding: 7px 0; border-top: 1px solid var(--line); }
dt { padding-right: 16px; color: var(--muted); }
.halves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 16px; align-items: start; }
.halves.plots { align-items: end; }
label.choice { display: inline-flex; align-items: center; gap: 6px; color: var(--text); font-size: inherit; }
input[type=checkbox] { min-height: 0; width: 18px; height: 18px; accent-color: var(--accent); }
.way { display: grid; gap: 12px; padding-left: 18px; border-left: 3px solid var(--done); }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; overflow-wrap: break-word; }
th, td { padding: 8px 12px 8px 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--muted); font-weight: 500; }
@media (max-width: 480px) {
  .top nav { order: 1; flex-basis: 100%; padding: 0; }
  .panel { padding: 14px; }
}
@media (prefers-reduced-motion: no-preference) {
  .fresh { animation: fresh 2s; }
  @keyframes fresh { from { background: var(--good-bg); } }
}
`
