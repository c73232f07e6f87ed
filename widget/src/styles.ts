/**
 * Logical properties only, so that right-to-left needs no second sheet; colours by custom properties. Sizes are in em, because
 * the host page decides what a rem is; "all: initial" keeps out what would be inherited from it. What browsers of 2019 do not
 * know (max(), gap between flex items, logical insets) is either not used or only looks a little poorer without.
 */
export const STYLES = `
:host {
  --accent: var(--safar-accent, #0b5872);
  --on-accent: var(--safar-on-accent, #fff);
  --ground: var(--safar-background, #fff);
  --surface: var(--safar-surface, #eef3f5);
  --text: var(--safar-text, #14212b);
  --dim: #4a5963;
  --line: #72838d;
  --danger: #b3141d;
  color-scheme: light dark;
  display: block;
  height: 100%;
}
@media (prefers-color-scheme: dark) {
  :host {
    --accent: var(--safar-accent, #7cc7e2);
    --on-accent: var(--safar-on-accent, #06222d);
    --ground: var(--safar-background, #11191f);
    --surface: var(--safar-surface, #1f2b33);
    --text: var(--safar-text, #eef3f6);
    --dim: #b3c1c9;
    --line: #82939d;
    --danger: #ff9a94;
  }
}
:host([hidden]), [hidden] { display: none !important; }
:host([mode="bubble"]) {
  position: fixed;
  z-index: 2147483000;
  bottom: 16px;
  right: 16px;
  height: auto;
}
:host([mode="bubble"][dir="rtl"]) { right: auto; left: 16px; }
.all {
  all: initial;
  display: block;
  height: 100%;
  font: 1rem/1.5 var(--safar-font, system-ui, Roboto, "Noto Sans", sans-serif);
  font-size: calc(1rem * var(--safar-size, 1));
  color: var(--text);
  overflow-wrap: anywhere;
}
@supports (width: max(1px, 2px)) {
  .all { font-size: calc(max(1rem, 16px) * var(--safar-size, 1)); }
}
* { box-sizing: border-box; }
h2, h3, p, ul, ol { margin: 0; }
button, select, textarea {
  min-height: 2.75em;
  margin: 0;
  padding: .25em .7em;
  border: 1px solid var(--line);
  border-radius: .7em;
  background: var(--ground);
  color: inherit;
  font: inherit;
}
button, summary { cursor: pointer; }
::placeholder { color: var(--dim); opacity: 1; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.fab, .new, .send, .call, .person .body { border-color: transparent; background: var(--accent); color: var(--on-accent); }
.emergency, .badge { border-color: transparent; background: var(--danger); color: var(--ground); }
.panel {
  display: grid;
  grid-template: auto minmax(14em, 1fr) / minmax(0, 1fr);
  height: 100%;
  overflow: hidden auto;
  background: var(--ground);
}
:host([mode="bubble"]) .all { display: flex; flex-direction: column; align-items: flex-end; gap: 16px; }
:host([mode="bubble"]) .panel {
  width: 24em;
  max-width: calc(100vw - 32px);
  height: 40em;
  max-height: calc(100vh - 7em);
  border: 1px solid var(--line);
  border-radius: .7em;
  box-shadow: 0 .3em 1em rgba(0, 0, 0, .35);
}
@media (max-width: 30rem), (max-height: 30rem) {
  :host([mode="bubble"]) .panel { position: fixed; top: 0; left: 0; width: 100%; max-width: none; height: 100%; max-height: none; border: 0; border-radius: 0; }
}
.fab { min-height: 3.5em; border-radius: 2em; box-shadow: 0 .3em 1em rgba(0, 0, 0, .35); }
.badge { margin-inline-start: .4em; padding: 0 .4em; border-radius: 2em; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: .4em; padding: .5em .75em; border-bottom: 1px solid var(--line); }
h2 { flex: 1 1 8em; font-size: 1.05em; line-height: 1.25; }
.emergency { flex: 1 1 7em; font-weight: 700; line-height: 1.25; }
select { flex: 0 1 auto; max-width: 9em; min-width: 0; padding: 0 .4em; }
.main, .sheet { grid-area: 2 / 1; }
.main { display: flex; flex-direction: column; }
.log { position: relative; flex: 1; min-height: 0; }
.log, .sheet { overflow-y: auto; overscroll-behavior: contain; padding: .75em; }
.log:focus-visible, .sheet:focus-visible { outline-offset: -3px; }
.message { display: flex; flex-direction: column; align-items: flex-start; margin-block-end: .75em; }
.person { align-items: flex-end; }
.body {
  min-width: 0;
  max-width: 92%;
  padding: .55em .8em;
  border: 1px solid transparent;
  border-radius: 1em;
  border-end-start-radius: .2em;
  background: var(--surface);
}
.person .body { border-radius: 1em; border-end-end-radius: .2em; }
.operator .body { border-color: var(--accent); }
.urgent .body { border: 2px solid var(--danger); border-inline-start-width: .5em; }
.pending .body { border: 1px dashed var(--line); background: none; color: inherit; }
.mark { float: inline-start; margin-inline-end: .4em; font-size: 1.4em; line-height: 1.1; }
.who, time, .dim { font-size: .85em; color: var(--dim); }
.body > * + *, .card > * + *, .sheet > * + * { margin-block-start: .4em; }
h3 { font-size: 1.05em; line-height: 1.35; }
img { max-height: 2.5em; max-width: 6em; }
ul, ol { padding-inline-start: 1.4em; }
.card { padding: .6em .7em; border: 1px solid var(--line); border-radius: .7em; background: var(--ground); }
a { color: var(--accent); }
.call, .link, .links, .buttons { display: flex; flex-wrap: wrap; align-items: center; gap: .5em; }
.call, .link, summary { min-height: 2.75em; }
.call { justify-content: center; padding: .3em .7em; border-radius: .7em; font-size: 1.2em; font-weight: 700; text-decoration: none; }
.links { gap: 0 1em; }
summary { padding: .6em 0; }
.buttons button { border-color: var(--accent); text-align: start; }
.sheet .buttons { flex-direction: column; align-items: stretch; }
.top { display: flex; align-items: center; justify-content: space-between; gap: .5em; }
.top button { flex: none; }
.new { align-self: center; margin: .3em; border-radius: 2em; }
.status { padding: .2em .75em; }
.status:empty { display: none; }
.busy::after { content: "…"; animation: blink 1s infinite alternate; }
@keyframes blink { to { opacity: .2; } }
form { display: flex; flex-wrap: wrap; align-items: flex-end; gap: .4em; padding: .5em .75em calc(.5em + env(safe-area-inset-bottom)); border-top: 1px solid var(--line); }
form button { min-width: 2.75em; }
textarea { flex: 1 1 6em; min-width: 0; max-height: 9em; padding: .55em .7em; resize: none; }
:host([dir="rtl"]) .send span { display: inline-block; transform: scaleX(-1); }
@media (prefers-reduced-motion: reduce) {
  .busy::after { animation: none; }
}
@media (forced-colors: active) {
  .body, .call, .fab { border: 1px solid; }
  .urgent .body { border: 3px double; }
}
`

/** What only the second part needs. */
export const MORE_STYLES = `
input { width: 100%; min-height: 2.75em; padding: .25em .7em; border: 1px solid var(--line); border-radius: .7em; background: var(--ground); color: inherit; font: inherit; }
.field { display: flex; flex-wrap: wrap; align-items: center; gap: .5em; }
.field select { flex: 1 1 8em; max-width: none; }
.found .body { max-width: none; }
.found .body, .found .card { margin-bottom: .7em; }
[aria-pressed="true"] { border-width: 3px; font-weight: 700; }
.report { padding-inline: 0; border: 0; background: none; color: var(--dim); font-size: .85em; text-align: start; text-decoration: underline; }
.old { border-inline-start: .5em solid var(--danger); padding-inline-start: .5em; }
`
