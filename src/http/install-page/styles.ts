/** The styles of the application's page: light and dark, from 320 px up, without anything to load. */
import { raw } from 'hono/html'

/** One style sheet; constant text, so it goes into the page as it is. */
export const STYLES = raw(`
  :root {
    color-scheme: light dark;
    --text: light-dark(#1f2733, #e8ebf0);
    --muted: light-dark(#5a6472, #a5afbd);
    --line: light-dark(#d8dde4, #3b4452);
    --accent: light-dark(#0b62c4, #7db8ff);
    --on-accent: light-dark(#ffffff, #10161f);
    --paper: light-dark(#ffffff, #151a21);
  }
  body {
    margin: 0;
    background: var(--paper);
    color: var(--text);
    font: 16px/1.5 system-ui, sans-serif;
  }
  main {
    box-sizing: border-box;
    max-width: 38rem;
    margin: 8vh auto;
    padding: 0 1.25rem;
    overflow-wrap: break-word;
  }
  h1 {
    margin: 0 0 0.75rem;
    padding-left: 0.75rem;
    border-left: 0.3rem solid var(--tone);
    font-size: 1.5rem;
    line-height: 1.25;
    text-wrap: balance;
  }
  p { text-wrap: pretty; }
  .good { --tone: light-dark(#1a7f4b, #4ccb8a); }
  .attention { --tone: light-dark(#b26a00, #f0b04a); }
  .bad { --tone: light-dark(#c0362c, #ff8a80); }
  p { margin: 0 0 1.25rem; }
  dl {
    display: grid;
    grid-template-columns: minmax(9rem, auto) 1fr;
    margin: 0 0 1.25rem;
    border-top: 1px solid var(--line);
  }
  dt, dd {
    margin: 0;
    padding: 0.6rem 0;
    border-bottom: 1px solid var(--line);
  }
  dt { padding-right: 1.5rem; color: var(--muted); }
  dd { font-variant-numeric: tabular-nums; min-width: 0; }
  ul { margin: 0 0 0.5rem; padding-left: 1.1rem; }
  button {
    padding: 0.6rem 1.25rem;
    border: 0;
    border-radius: 0.4rem;
    background: var(--accent);
    color: var(--on-accent);
    font: inherit;
    font-weight: 600;
    cursor: pointer;
  }
  button:hover { filter: brightness(1.1); }
  button:focus-visible {
    outline: 3px solid var(--text);
    outline-offset: 3px;
  }
  .code { margin: 1.25rem 0 0; color: var(--muted); font-size: 0.875rem; }
  @media (max-width: 30rem) {
    main { margin: 1.5rem auto; }
    dl { display: block; }
    dt { padding-bottom: 0; border-bottom: 0; font-size: 0.875rem; }
    dd { padding-top: 0; }
  }
`)
