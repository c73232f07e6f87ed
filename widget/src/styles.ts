/** Logical properties only, so that right-to-left needs no second sheet; sizes in rem; colours by custom properties. */
export const STYLES = `
:host {
  --accent: var(--safar-accent, #0b5872);
  --on-accent: var(--safar-on-accent, #fff);
  --ground: var(--safar-background, #fff);
  --surface: var(--safar-surface, #eef3f5);
  --text: var(--safar-text, #14212b);
  --dim: var(--safar-dim, #4a5963);
  --line: var(--safar-line, #72838d);
  --danger: var(--safar-danger, #b3141d);
  --on-danger: var(--safar-on-danger, #fff);
  color-scheme: light dark;
  display: block;
  height: 100%;
  font: 1rem/1.5 var(--safar-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
  color: var(--text);
  text-align: start;
}
@media (prefers-color-scheme: dark) {
  :host {
    --accent: var(--safar-accent, #7cc7e2);
    --on-accent: var(--safar-on-accent, #06222d);
    --ground: var(--safar-background, #11191f);
    --surface: var(--safar-surface, #1f2b33);
    --text: var(--safar-text, #eef3f6);
    --dim: var(--safar-dim, #b3c1c9);
    --line: var(--safar-line, #82939d);
    --danger: var(--safar-danger, #ff9a94);
    --on-danger: var(--safar-on-danger, #3a0507);
  }
}
:host([hidden]), [hidden] { display: none !important; }
:host([mode="bubble"]) {
  position: fixed;
  z-index: 2147483000;
  bottom: 1rem;
  inset-inline-end: 1rem;
  height: auto;
}
*, ::before, ::after { box-sizing: border-box; }
button, select, textarea {
  font: inherit;
  color: inherit;
  min-height: 2.75rem;
  margin: 0;
  border: 1px solid var(--line);
  border-radius: .6rem;
  background: var(--ground);
}
button { padding: .25rem .7rem; cursor: pointer; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h2, h3, p, ul, ol { margin: 0; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.panel {
  display: grid;
  grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
  height: 100%;
  overflow: hidden;
  background: var(--ground);
}
:host([mode="bubble"]) .panel {
  position: fixed;
  bottom: 5.5rem;
  inset-inline-end: 1rem;
  width: 24rem;
  height: min(40rem, calc(100% - 7rem));
  border: 1px solid var(--line);
  border-radius: 1rem;
  box-shadow: 0 .5rem 2rem rgba(0, 0, 0, .3);
}
@media (max-width: 30rem), (max-height: 30rem) {
  :host([mode="bubble"]) .panel { top: 0; bottom: 0; inset-inline: 0; width: auto; height: auto; border: 0; border-radius: 0; }
}
.fab {
  min-width: 3.5rem;
  min-height: 3.5rem;
  border: 0;
  border-radius: 2rem;
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 600;
  box-shadow: 0 .2rem .8rem rgba(0, 0, 0, .35);
}
.badge { margin-inline-start: .4rem; padding: 0 .45rem; border-radius: 1rem; background: var(--danger); color: var(--on-danger); }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem; padding: .5rem .75rem; border-bottom: 1px solid var(--line); }
header h2 { flex: 1 1 9rem; font-size: 1.05rem; line-height: 1.25; overflow-wrap: anywhere; }
header button, header select { min-height: 2.75rem; font-size: .95rem; }
.emergency { flex: 1 1 auto; background: var(--danger); border-color: var(--danger); color: var(--on-danger); font-weight: 700; }
select { flex: 0 1 auto; max-width: 9rem; min-width: 0; padding: 0 .4rem; text-overflow: ellipsis; }
.main, .sheet { grid-area: 2 / 1; }
.main { position: relative; display: flex; flex-direction: column; }
.log { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: .75rem; }
.log:focus-visible { outline-offset: -3px; }
.message { display: flex; flex-direction: column; align-items: flex-start; margin-block-end: .75rem; }
.body {
  max-width: 92%;
  padding: .55rem .8rem;
  border: 1px solid transparent;
  border-radius: 1rem;
  border-end-start-radius: .2rem;
  background: var(--surface);
  overflow-wrap: anywhere;
  min-width: 0;
}
.person { align-items: flex-end; }
.person .body { background: var(--accent); color: var(--on-accent); border-radius: 1rem; border-end-end-radius: .2rem; }
.operator .body { border-color: var(--accent); }
.urgent .body { border: 2px solid var(--danger); border-inline-start-width: .5rem; }
.mark { float: inline-start; margin-inline-end: .4rem; font-size: 1.4rem; line-height: 1.1; }
.pending .body { border: 1px dashed var(--line); background: none; color: var(--text); }
.who { font-size: .85rem; font-weight: 700; }
time, .dim { font-size: .85rem; color: var(--dim); }
.body > * + *, .card > * + * { margin-block-start: .4rem; }
h3 { font-size: 1.05rem; line-height: 1.35; }
ul, ol { padding-inline-start: 1.4rem; }
.card { padding: .6rem .7rem; border: 1px solid var(--line); border-radius: .7rem; background: var(--ground); color: var(--text); }
a { color: var(--accent); }
.call, .link { display: flex; align-items: center; gap: .4rem; min-height: 2.75rem; }
.call {
  justify-content: center;
  padding: .3rem .7rem;
  border-radius: .6rem;
  background: var(--accent);
  color: var(--on-accent);
  font-size: 1.2rem;
  font-weight: 700;
  text-decoration: none;
}
.call bdi { overflow-wrap: anywhere; }
.links { display: flex; flex-wrap: wrap; gap: 0 1rem; }
summary { display: list-item; padding-block: .5rem; cursor: pointer; }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; }
.buttons button { border-color: var(--accent); text-align: start; }
.sheet .buttons { flex-direction: column; }
.new { position: absolute; inset-inline: 0; bottom: 7rem; width: max-content; max-width: 90%; margin-inline: auto; background: var(--accent); color: var(--on-accent); border-radius: 2rem; }
.status { padding: .2rem .75rem; font-size: .95rem; }
.status:empty { display: none; }
.busy::after { content: "\\2026"; animation: blink 1s infinite alternate; }
@keyframes blink { to { opacity: .2; } }
form { display: flex; align-items: flex-end; gap: .4rem; padding: .5rem .75rem calc(.5rem + env(safe-area-inset-bottom)); border-top: 1px solid var(--line); }
form button { flex: none; min-width: 2.75rem; }
textarea { flex: 1; min-width: 0; max-height: 9rem; padding: .55rem .7rem; resize: none; line-height: 1.5; }
.send { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
:host([dir="rtl"]) .send span { display: inline-block; transform: scaleX(-1); }
.sheet { overflow-y: auto; padding: .75rem; overflow-wrap: anywhere; }
.sheet > * + * { margin-block-start: .6rem; }
.top { display: flex; align-items: center; justify-content: space-between; gap: .5rem; }
@media (prefers-reduced-motion: reduce) {
  * { animation: none !important; }
}
@media (forced-colors: active) {
  .body, .fab, .call, .new { border: 1px solid; }
  .urgent .body { border: 3px double; }
}
`
