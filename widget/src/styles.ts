/** Logical properties only, so that right-to-left needs no second sheet; sizes in rem; colours by custom properties. */
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
  font: 1rem/1.5 var(--safar-font, system-ui, Roboto, "Noto Sans", sans-serif);
  color: var(--text);
  text-align: start;
  overflow-wrap: anywhere;
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
  bottom: 1rem;
  inset-inline-end: 1rem;
  height: auto;
}
*, ::before, ::after { box-sizing: border-box; }
h2, h3, p, ul, ol { margin: 0; }
button, select, textarea {
  min-height: 2.75rem;
  margin: 0;
  padding: .25rem .7rem;
  border: 1px solid var(--line);
  border-radius: .7rem;
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
  grid-template: auto minmax(14rem, 1fr) / minmax(0, 1fr);
  height: 100%;
  overflow: hidden auto;
  background: var(--ground);
}
:host([mode="bubble"]) .panel {
  position: fixed;
  bottom: 5.5rem;
  inset-inline-end: 1rem;
  width: 24rem;
  height: min(40rem, calc(100% - 7rem));
  border: 1px solid var(--line);
  border-radius: .7rem;
  box-shadow: 0 .3rem 1rem rgba(0, 0, 0, .35);
}
@media (max-width: 30rem), (max-height: 30rem) {
  :host([mode="bubble"]) .panel { top: 0; bottom: 0; inset-inline: 0; width: auto; height: auto; border: 0; border-radius: 0; }
}
.fab { min-height: 3.5rem; border-radius: 2rem; box-shadow: 0 .3rem 1rem rgba(0, 0, 0, .35); }
.badge { margin-inline-start: .4rem; padding: 0 .4rem; border-radius: 2rem; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem; padding: .5rem .75rem; border-bottom: 1px solid var(--line); }
h2 { flex: 1 1 9rem; font-size: 1.05rem; line-height: 1.25; }
.emergency { flex: 1 1 7rem; font-weight: 700; line-height: 1.25; }
select { flex: 0 1 auto; max-width: 9rem; min-width: 0; padding: 0 .4rem; }
.main, .sheet { grid-area: 2 / 1; }
.main { position: relative; display: flex; flex-direction: column; }
.log { flex: 1; min-height: 0; }
.log, .sheet { overflow-y: auto; overscroll-behavior: contain; padding: .75rem; }
.log:focus-visible, .sheet:focus-visible { outline-offset: -3px; }
.message { display: flex; flex-direction: column; align-items: flex-start; margin-block-end: .75rem; }
.person { align-items: flex-end; }
.body {
  min-width: 0;
  max-width: 92%;
  padding: .55rem .8rem;
  border: 1px solid transparent;
  border-radius: 1rem;
  border-end-start-radius: .2rem;
  background: var(--surface);
}
.person .body { border-radius: 1rem; border-end-end-radius: .2rem; }
.operator .body { border-color: var(--accent); }
.urgent .body { border: 2px solid var(--danger); border-inline-start-width: .5rem; }
.pending .body { border: 1px dashed var(--line); background: none; color: inherit; }
.mark { float: inline-start; margin-inline-end: .4rem; font-size: 1.4rem; line-height: 1.1; }
.who, time, .dim { font-size: .85rem; color: var(--dim); }
.body > * + *, .card > * + *, .sheet > * + * { margin-block-start: .4rem; }
h3 { font-size: 1.05rem; line-height: 1.35; }
ul, ol { padding-inline-start: 1.4rem; }
.card { padding: .6rem .7rem; border: 1px solid var(--line); border-radius: .7rem; background: var(--ground); }
a { color: var(--accent); }
.call, .link, .links, .buttons { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; }
.call, .link, summary { min-height: 2.75rem; }
.call { justify-content: center; padding: .3rem .7rem; border-radius: .7rem; font-size: 1.2rem; font-weight: 700; text-decoration: none; }
.links { gap: 0 1rem; }
summary { padding-block: .6rem; }
.report { padding: 0; border: 0; background: none; text-decoration: underline; }
.buttons button { border-color: var(--accent); text-align: start; }
.sheet .buttons { flex-direction: column; align-items: stretch; }
.top { display: flex; align-items: center; justify-content: space-between; gap: .5rem; }
.new { position: absolute; inset-inline: 0; bottom: 7rem; width: max-content; max-width: 90%; margin-inline: auto; border-radius: 2rem; }
.status { padding: .2rem .75rem; }
.status:empty { display: none; }
.busy::after { content: "\\2026"; animation: blink 1s infinite alternate; }
@keyframes blink { to { opacity: .2; } }
form { display: flex; flex-wrap: wrap; align-items: flex-end; gap: .4rem; padding: .5rem .75rem calc(.5rem + env(safe-area-inset-bottom)); border-top: 1px solid var(--line); }
form button { min-width: 2.75rem; }
textarea { flex: 1 1 6rem; min-width: 0; max-height: 9rem; padding-block: .55rem; resize: none; }
:host([dir="rtl"]) .send span { display: inline-block; transform: scaleX(-1); }
@media (prefers-reduced-motion: reduce) {
  .busy::after { animation: none; }
}
@media (forced-colors: active) {
  .body, .call, .fab { border: 1px solid; }
  .urgent .body { border: 3px double; }
}
`
